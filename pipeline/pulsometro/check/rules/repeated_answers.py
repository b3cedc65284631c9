"""The same interviews again: by what people answered, whatever folio, date or telephone stands beside it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from pulsometro.check.amounts import LEAST_ROWS
from pulsometro.check.rule import KEY, Rule
from pulsometro.check.rules.honest_pairs import codes_of, not_applicable
from pulsometro.check.rules.near_duplicates import MINIMUM_ITEMS, nearly
from pulsometro.check.rules.repeated_groups import Repeated, repeated
from pulsometro.questionnaire.model import Questionnaire
from pulsometro.settings.check_settings import Severity
from pulsometro.study import Study

Mask = npt.NDArray[np.bool_]
# From this chance on, and above that of a stop, a coincidence is worth a call.
_ODD = 0.01
# Interviews that are held against earlier ones answer by answer, and how many of these of a wave.
_COMPARED, _MOST_EARLIER = 1_000, 25_000


@dataclass(frozen=True)
class Earlier:
    """An earlier wave to compare answers with: its questionnaire and what people answered."""

    wave: str
    questionnaire: Questionnaire
    responses: pd.DataFrame


def answered_items(study: Study, questionnaire: Questionnaire, columns: Sequence[str]) -> list[str]:
    """Items that say who answered and what: codes, whole numbers and places that nobody derived or keeps to himself.

    What the sample's design gives an interview (unit, stratum, weight) is no answer; the place where it was made is.
    Nor is what this delivery lacks, knowingly: its blanks are all alike.
    """
    weighting = study.params.weighting
    design = {weighting.psu, weighting.strata, getattr(weighting.base, "weight", None)}
    design -= {study.params.check.area, weighting.within}
    return [
        name
        for name, item in questionnaire.items.items()
        if name in columns
        and item.kind in {"single", "integer", "area"}
        and item.derived is None
        and not item.private
        and name not in design
        and name not in questionnaire.delivery.not_delivered
    ]


def answers_again(
    study: Study, questionnaire: Questionnaire, respondents: pd.DataFrame, earlier: Sequence[Earlier]
) -> tuple[dict[str, pd.DataFrame], tuple[Rule, ...]]:
    """Evidence tables ``respondents`` (with flags) and ``answers_before`` (a row per earlier wave), and their rules.

    ``earlier``: every wave before this one that was ingested, also a stopped one: a copy of its file is a copy all
    the same.
    """
    settings = study.params.check
    if not len(respondents):
        return {}, ()
    items = answered_items(study, questionnaire, list(respondents.columns))
    (codes,) = codes_of([respondents], items, not_applicable(questionnaire, items))
    few = len(items) < MINIMUM_ITEMS
    here = repeated(codes, None, settings.repeated_answers, settings.seed, few=few)
    nobody = np.zeros(len(respondents), dtype=bool)
    flags = {"answers_repeated": _sure(here, nobody), "answers_alike": _unsure(here, nobody)}
    # A pair is two interviews.
    twice = 0.0 if here is None else 2 * here.expected
    rules = [
        _rule("answers.repeated", "answers_repeated", _gravity(flags["answers_repeated"], twice),
              "Ninguna entrevista repite a otra: sexo, edad, lugar y todas las respuestas iguales, más de lo que "
              "daría el azar", "Escuche esas entrevistas, o llame a esas personas, y pida el archivo sin las copias."),
        _rule("answers.alike", "answers_alike", _doubt(here, few), _alike_title(here, few),
              "No basta para decir que son copias; si son de una misma persona que entrevista, escúchelas."),
    ]  # fmt: skip
    if not earlier:
        return {"respondents": _flagged(respondents, flags)}, tuple(rules)
    rows, before, returned = [], nobody.copy(), nobody.copy()
    usual = 0.0
    for past in earlier:
        found, back = _against(study, questionnaire, respondents, past, settings.repeated_answers / len(earlier))
        before |= _sure(found, nobody)
        returned |= back
        usual += 0.0 if found is None else found.expected
        rows.append((past.wave, 0 if found is None else int(found.rows.sum()), bool(_sure(found, nobody).any())))
    table = pd.DataFrame(rows, columns=[KEY, "n", "copied"]).astype({KEY: "string", "copied": bool})
    flags |= {"answers_before": before, "answers_returned": returned}
    named = ", ".join(table.loc[table["copied"], KEY]) or "una edición anterior"
    rules += [
        _rule("answers.before", "answers_before", _gravity(before, usual),
              f"Nadie contesta todo igual que alguien de {named}, más de lo que daría el azar",
              "Pida el archivo de esta edición; si sólo son algunas, escúchelas o llame a esas personas."),
        _rule("answers.returned", "answers_returned", "info",
              "En las unidades de muestreo que vuelven, nadie contesta todo igual que alguien de antes",
              "Puede ser la misma persona de un panel; si son muchas, vea quién las entrevistó."),
    ]  # fmt: skip
    return {"respondents": _flagged(respondents, flags), "answers_before": table}, tuple(rules)


def nearly_again(
    study: Study, questionnaire: Questionnaire, respondents: pd.DataFrame, earlier: Sequence[Earlier]
) -> tuple[dict[str, pd.DataFrame], tuple[Rule, ...]]:
    """Evidence table ``nearly`` (a row per interview that was compared) and its rule: almost an earlier wave's.

    Of a large wave 1,000 interviews, drawn at random, are compared with all earlier ones: a file of which an answer
    here and there was changed shows in any of its parts. Those equal in all are another rule's.
    """
    settings = study.params.check
    rng = np.random.default_rng(settings.seed)
    some = respondents.iloc[np.sort(rng.permutation(len(respondents))[:_COMPARED])]
    flagged = np.zeros(len(some), dtype=bool)
    for past in earlier:
        items = _both_asked(study, questionnaire, some, past)
        if len(items) >= MINIMUM_ITEMS:
            now, then = codes_of([some, past.responses], items, not_applicable(questionnaire, items))
            once = then[rng.permutation(len(then))[:_MOST_EARLIER]]
            flagged |= nearly(now, once, settings.near_duplicates / 4 / len(earlier))
    table = pd.DataFrame({KEY: some["folio"].astype("string").to_numpy(), "nearly_before": flagged})
    rule = Rule("answers.nearly_before", "nearly", "nearly_before", "in_set", "warning",
                f"De {len(some):,} entrevistas que se compararon, ninguna es casi igual a una de una edición anterior",
                "Escuche esas entrevistas, o llame a esas personas; si son muchas, pida el archivo de esta edición.",
                {"value_set": [False]})  # fmt: skip
    return {"nearly": table}, (rule,)


def _both_asked(study: Study, questionnaire: Questionnaire, respondents: pd.DataFrame, past: Earlier) -> list[str]:
    """Items that both waves asked and whose answers are written alike."""
    mine = answered_items(study, questionnaire, list(respondents.columns))
    theirs = set(answered_items(study, past.questionnaire, list(past.responses.columns)))
    return [name for name in mine if name in theirs and same_codes(questionnaire, past.questionnaire, name)]


def _against(
    study: Study, questionnaire: Questionnaire, respondents: pd.DataFrame, past: Earlier, level: float
) -> tuple[Repeated | None, Mask]:
    """What is repeated of an earlier wave; and the rows equal to one of the same sampling unit, which are set apart."""
    items = _both_asked(study, questionnaire, respondents, past)
    now, then = codes_of([respondents, past.responses], items, not_applicable(questionnaire, items))
    few = len(items) < MINIMUM_ITEMS
    unit = study.params.weighting.psu
    back = np.zeros(len(respondents), dtype=bool)
    if unit is not None and unit in respondents and unit in past.responses and not few:
        places = [frame[unit].astype("string").fillna("").to_numpy() for frame in (respondents, past.responses)]
        met = pd.MultiIndex.from_arrays([places[1], _rows(then)])
        back = pd.MultiIndex.from_arrays([places[0], _rows(now)]).isin(met) & (places[0] != "")
    if not items:
        return None, back
    return repeated(now, then, level, study.params.check.seed, back, few), back


def _rows(codes: npt.NDArray[np.int64]) -> npt.NDArray[np.object_]:
    """Each row's answers as one value."""
    found: npt.NDArray[np.object_] = np.array([row.tobytes() for row in codes], dtype=object)
    return found


def same_codes(now: Questionnaire, then: Questionnaire, name: str) -> bool:
    """Whether an answer is written alike in both waves."""
    mine, old = now[name], then[name]
    return mine.kind == old.kind and set(mine.codes) == set(old.codes)


def _sure(found: Repeated | None, nobody: Mask) -> Mask:
    return nobody if found is None else found.sure


def _unsure(found: Repeated | None, nobody: Mask) -> Mask:
    return nobody if found is None else found.rows & ~found.sure


def _doubt(found: Repeated | None, few: bool) -> Severity:
    """As many equals as honest people give are no reason to warn; what is odd, and what cannot be told, is."""
    return "warning" if found is not None and (few or found.chance < _ODD) else "info"


def _gravity(sure: Mask, usual: float) -> Severity:
    """Of fewer than five interviews beyond those that honest people would give, no wave is stopped.

    Where they are thousands, ``usual`` of them are no matter: it is for the one or two of a returning person.
    """
    return "critical" if int(sure.sum()) - min(int(usual), LEAST_ROWS) >= LEAST_ROWS else "warning"


def _alike_title(found: Repeated | None, few: bool) -> str:
    if few:
        return "Hay preguntas bastantes para saber si dos entrevistas iguales son una copia"
    if found is None:
        return "No hay dos entrevistas iguales en todo"
    return (
        f"No hay dos entrevistas iguales en todo (con estas preguntas, unas {found.expected:,.0f} coincidencias son de "
        "esperarse)"
    )


def _flagged(respondents: pd.DataFrame, flags: dict[str, Mask]) -> pd.DataFrame:
    return pd.concat([respondents, pd.DataFrame(flags, index=respondents.index)], axis=1)


def _rule(id_: str, column: str, severity: Severity, title: str, remedy: str) -> Rule:
    return Rule(id_, "respondents", column, "in_set", severity, title, remedy, {"value_set": [False]})
