"""Rules about how interviews were made: duplicates, speeders, interviewers, calls."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pulsometro.check.rule import KEY, Rule
from pulsometro.check.rules.calls import calls_by_area
from pulsometro.check.rules.interviewer_patterns import repeated_patterns
from pulsometro.check.rules.interviewer_scores import (
    Floats,
    Integers,
    Score,
    discoveries,
    measures,
    scores,
    straight_lines,
)
from pulsometro.check.rules.near_duplicates import compared_items, similar_pairs
from pulsometro.check.rules.verification import verification_rules
from pulsometro.questionnaire.model import Questionnaire
from pulsometro.study import Study

_TESTS: Mapping[str, tuple[str, str]] = {
    "nonresponse": ("Nadie que entreviste deja más preguntas sin respuesta que sus colegas",
                    "Escuche o repita algunas de sus entrevistas."),
    "item": ("Nadie que entreviste se salta una pregunta en particular",
             "Escuche cómo lee esa pregunta; si no la hizo, esas respuestas no valen."),
    "straightlining": ("Nadie que entreviste repite la misma respuesta en toda una batería más que sus colegas",
                       "Escuche o repita algunas de sus entrevistas: puede estar llenando sin preguntar."),
    "duration": ("Nadie que entreviste dura mucho más o menos que sus colegas", "Escuche algunas de sus entrevistas."),
    "answers": ("Nadie que entreviste obtiene respuestas muy distintas de las de sus colegas",
                "Repita algunas de sus entrevistas por otra persona."),
    "refusals": ("A nadie que entreviste le cuelgan mucho más que a sus colegas", "Revise cómo se presenta."),
}  # fmt: skip
# So many interviews that are all but another one's are no coincidence of one or two: a block was pasted and touched up.
_GROUP = 20


def fieldwork_rules(
    study: Study, questionnaire: Questionnaire, respondents: pd.DataFrame, attempts: pd.DataFrame | None
) -> tuple[dict[str, pd.DataFrame], tuple[Rule, ...], dict[str, Any]]:
    """Evidence tables ``respondents`` (with flags), ``interviewers`` and ``days``; rules; facts to print.

    ``respondents``: the table of ``structure``.
    """
    settings = study.params.check
    roles = settings.roles
    flags: dict[str, Any] = {}
    facts: dict[str, Any] = {}
    rules: list[Rule] = []
    area = respondents.get(settings.area)
    alike = similar_pairs(respondents, compared_items(questionnaire, respondents), area, settings.near_duplicates)
    if alike is not None:
        flags["near_duplicate"] = alike.suspect
        facts["near_duplicates"] = {
            "items": alike.items, "threshold": alike.threshold, "expected_pairs": alike.expected,
        }  # fmt: skip
        grave = "critical" if alike.suspect.sum() - 4 * alike.expected >= _GROUP else "warning"
        rules.append(_flag("near_duplicates", "near_duplicate", grave, "No hay dos entrevistas casi iguales",
                           "Escuche las dos, o llame a las dos personas."))  # fmt: skip
    if roles.duration is not None and roles.duration in respondents:
        flags["speeder"], facts["speeders"] = _speeders(respondents[roles.duration], settings.false_alarms)
        rules.append(_flag("speeders", "speeder", "warning", "Ninguna entrevista es demasiado corta para ser cierta",
                           "Escuche esas entrevistas."))  # fmt: skip
    if roles.phone is not None and roles.phone in respondents:
        phone = respondents[roles.phone]
        flags["phone_repeated"] = (phone.duplicated(keep=False) & phone.notna()).to_numpy(dtype=bool)
        rules.append(_flag("phone.repeated", "phone_repeated", "warning", "Ningún teléfono tiene dos entrevistas",
                           "Vea cuál de las dos entrevistas es la buena."))  # fmt: skip
    lines = straight_lines(questionnaire, respondents)
    if lines is not None:
        facts["straight_lines"] = float(np.mean(lines))
    tables = {"respondents": pd.concat([respondents, pd.DataFrame(flags, index=respondents.index)], axis=1)}
    people = _people(respondents, roles.interviewer)
    if people.labels:
        more, more_rules = _interviewers(study, questionnaire, respondents, attempts, people)
        tables |= more
        rules += more_rules
        more, found = repeated_patterns(study, questionnaire, respondents, people.who, people.labels)
        tables |= more
        rules += found
    verified = verification_rules(questionnaire, tables["respondents"], settings, people.who, people.labels)
    tables |= verified[0]
    rules += verified[1]
    facts |= verified[2]
    if attempts is not None and len(attempts):
        facts["calls_per_complete"] = len(attempts) / max(len(respondents), 1)
        calls = calls_by_area(respondents, attempts, settings)
        if calls is not None:
            tables["calls"], rule = calls
            rules.append(rule)
    return tables, tuple(rules), facts


@dataclass(frozen=True)
class _People:
    """Interviewers: each respondent's place among ``names`` (−1 unknown), and how they are shown."""

    who: Integers
    names: tuple[str, ...]
    labels: list[str]


def _people(respondents: pd.DataFrame, role: str | None) -> _People:
    if role is None or role not in respondents:
        return _People(np.full(len(respondents), -1), (), [])
    who, names = pd.factorize(respondents[role], sort=True)
    return _People(who, tuple(map(str, names)), _labels(respondents["folio"].to_numpy(), who, len(names)))


def _flag(id_: str, column: str, severity: Any, title: str, remedy: str) -> Rule:
    return Rule(id_, "respondents", column, "in_set", severity, title, remedy, {"value_set": [False]})


def _speeders(minutes: pd.Series, false_alarms: float) -> tuple[np.ndarray, dict[str, float]]:
    """Interviews so short that ``false_alarms`` of them are expected in the wave by chance.

    Durations are taken as lognormal with robust mean and spread (median and MAD).
    """
    from scipy.stats import norm

    values = pd.to_numeric(minutes).to_numpy(dtype=float, na_value=np.nan)
    logs = np.log(np.where(values > 0, values, np.nan))
    known = logs[np.isfinite(logs)]
    if len(known) < 30:
        return np.zeros(len(values), dtype=bool), {}
    middle = float(np.median(known))
    spread = 1.4826 * float(np.median(np.abs(known - middle)))
    limit = float(np.exp(middle + norm.ppf(false_alarms / len(known)) * spread))
    return values < limit, {"limit_minutes": limit, "median_minutes": float(np.exp(middle))}


def _interviewers(
    study: Study, questionnaire: Questionnaire, respondents: pd.DataFrame, attempts: pd.DataFrame | None,
    people: _People,
) -> tuple[dict[str, pd.DataFrame], list[Rule]]:  # fmt: skip
    settings, who = study.params.check, people.who
    known = who >= 0
    area = pd.factorize(respondents[settings.area])[0] if settings.area in respondents else np.zeros(len(who), int)
    values = measures(questionnaire, respondents[known], settings.roles.duration)
    values |= _odd_answers(questionnaire, respondents[known], area[known])
    places: Integers = np.asarray(who[known], dtype=np.int64)
    areas: Integers = np.asarray(np.maximum(area[known], 0), dtype=np.int64)
    found = scores(values, places, areas, settings.minimum_interviews)
    found += _refusals(study, attempts, {name: place for place, name in enumerate(people.names)})
    # A rule that cannot fail says nothing: not of calls that do not say who made them, nor of people of few interviews.
    made = {score.test.partition(":")[0] for score in found}
    usable = {test: words for test, words in _TESTS.items() if test in made}
    kept = [score for score in discoveries(found, settings.false_alarms) if _worth_calling(score)]
    table = _interviewer_table(kept, people.labels)
    rules = [
        Rule(f"interviewer.{test}", "interviewers", test, "in_set", "warning", title, remedy, {"value_set": [False]})
        for test, (title, remedy) in usable.items()
    ]
    days = _days(respondents, settings.roles.date, who, people.labels)
    if days is not None:
        rules.append(
            Rule("interviewer.per_day", "days", "n", "between", "warning",
                 f"Nadie hace más de {settings.interviews_per_day:,} entrevistas en un día",
                 "Vea si alguien usó la clave de otra persona.", {"max_value": settings.interviews_per_day})
        )  # fmt: skip
    return {"interviewers": table, **({"days": days} if days is not None else {})}, rules


def _worth_calling(score: Score) -> bool:
    """A difference that is sure but small is no reason to call anybody."""
    if score.test.startswith("item:"):
        return score.value - score.expected >= 0.05 and score.value >= 2 * score.expected
    if score.test == "straightlining":
        return score.value - score.expected >= 0.05
    return True


def _odd_answers(questionnaire: Questionnaire, respondents: pd.DataFrame, area: np.ndarray) -> dict[str, Floats]:
    """Per respondent how unusual the answers are: mean surprise, −log of each answer's share in the area."""
    items = [
        name
        for name in compared_items(questionnaire, respondents)
        if questionnaire[name].kind == "single" and questionnaire[name].missing
    ]
    if not items:
        return {}
    surprise = np.zeros(len(respondents))
    places = np.maximum(area, 0)
    for name in items:
        codes = pd.factorize(respondents[name], use_na_sentinel=False)[0]
        cells = places * (codes.max() + 1) + codes
        n = np.bincount(places)[places]
        surprise -= np.log(np.bincount(cells)[cells] / n)
    return {"answers": surprise / len(items)}


def _refusals(study: Study, attempts: pd.DataFrame | None, places: Mapping[str, int]) -> list[Score]:
    declared = study.params.weighting.attempts
    role = study.params.check.roles.interviewer
    if attempts is None or declared is None or role not in attempts or declared.disposition not in attempts:
        return []
    codes = attempts[declared.disposition].astype(str)
    met = attempts[codes.str.startswith(("1.", "2.1"))]
    who = met[role].astype(str).map(places)
    refusal = met[declared.disposition].astype(str).str.startswith("2.1")
    refused: Floats = np.asarray(refusal[who.notna()], dtype=np.float64)
    numbers: Integers = np.asarray(who.dropna(), dtype=np.int64)
    everywhere: Integers = np.zeros(len(numbers), dtype=np.int64)
    return scores({"refusals": refused}, numbers, everywhere, study.params.check.minimum_interviews)


def _labels(folios: np.ndarray, who: np.ndarray, count: int) -> list[str]:
    """Interviewers by their first folios: those in charge know who that is, a reader does not."""
    firsts: list[list[str]] = [[] for _ in range(count)]
    for folio, place in zip(folios, who, strict=True):
        if place >= 0 and len(firsts[place]) < 2:
            firsts[place].append(str(folio))
    return ["folios " + ", ".join(first) + " …" for first in firsts]


def _interviewer_table(kept: list[Score], labels: list[str]) -> pd.DataFrame:
    rows = []
    for score in kept:
        test, _, item = score.test.partition(":")
        rows.append(
            {KEY: f"{labels[score.interviewer]}{f' ({item})' if item else ''}", **{t: t == test for t in _TESTS},
             "test": score.test, "n": score.n, "value": score.value, "expected": score.expected}
        )  # fmt: skip
    if rows:
        return pd.DataFrame(rows)
    empty: dict[str, Any] = {KEY: pd.Series(dtype="string"), **{t: pd.Series(dtype=bool) for t in _TESTS}}
    return pd.DataFrame(empty)


def _days(respondents: pd.DataFrame, date: str | None, who: np.ndarray, labels: list[str]) -> pd.DataFrame | None:
    if date is None or date not in respondents:
        return None
    counts = pd.DataFrame({"who": who, "day": respondents[date]})
    counts = counts[counts["who"] >= 0].groupby(["who", "day"]).size().reset_index(name="n")
    return pd.DataFrame({KEY: [labels[place] for place in counts["who"]], "n": counts["n"]})
