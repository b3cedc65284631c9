"""What params.yaml says that the fieldwork tells, and the delivery does not: who asked, when, how long, which number.

Rules that look at such a column pass where there is nothing to see in it. So each role has a rule of its own: how many
interviews bring what it is for, and whether it can be true.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pulsometro.check.amounts import warns_from
from pulsometro.check.rule import KEY, Rule
from pulsometro.questionnaire.model import Questionnaire
from pulsometro.settings.check_settings import CheckSettings, Severity
from pulsometro.study import Study
from pulsometro.style.spanish import percent

# Of fewer interviews the same answer in all of them says little: a day, a person, a place may be all there was.
LEAST, MANY = 30, 100
# An interview is of so many minutes; seconds and hours are not, nor what is many times what the last wave took.
SHORTEST, LONGEST, TIMES = 1.0, 240.0, 15.0
_ALL, _MUCH = 0.9, 0.3
_LEAST_DAYS = 3
_WORDS: Mapping[str, tuple[str, str]] = {
    "date": ("Cada entrevista trae el día en que se hizo, y los días son varios",
             "Pida la columna con el día de cada entrevista: sin él no se ve quién hizo cuántas ni si son de otra "
             "edición."),
    "interviewer": ("Cada entrevista dice quién la hizo, y no todas las hizo una persona",
                    "Pida la clave de quien hizo cada entrevista: sin ella nadie puede ser comparado con sus colegas."),
    "duration": ("Cada entrevista trae su duración, en minutos",
                 "Pida la duración en minutos que midió el sistema: sin ella no se ve cuál fue demasiado corta."),
    "phone": ("Cada entrevista trae su teléfono, y no es siempre el mismo",
              "Pida la columna con el número marcado: sin él no se ve si alguien contestó dos veces."),
    "verification": ("La entrega dice qué entrevistas se escucharon o se volvieron a llamar",
                     "Pida esa columna, o quite check.roles.verification si no se verifica."),
}  # fmt: skip


@dataclass(frozen=True)
class _Found:
    """``share``: of the interviews that the role says nothing true of; ``why``: in the reader's words."""

    share: float
    why: str = ""


def role_rules(
    study: Study, questionnaire: Questionnaire, respondents: pd.DataFrame, usual_minutes: float | None = None
) -> tuple[dict[str, pd.DataFrame], tuple[Rule, ...]]:
    """Evidence table ``roles`` (one row a role that params.yaml declares) and a rule ``role.…`` for each.

    ``usual_minutes``: the median duration of the wave before, None where there is none. A role that the questionnaire
    does not ask for is a note, one that it declares not delivered a warning; of the rest ``check.amounts`` decides.
    """
    settings = study.params.check
    rows, rules = [], []
    for role, item in _declared(settings).items():
        found = _looked_at(role, item, respondents, study, questionnaire.wave, usual_minutes)
        known = _known_absent(item, questionnaire)
        rows.append({KEY: found.why or "completo", "role": role, "share": found.share, "n": len(respondents)})
        title, remedy = _WORDS[role]
        family = "unfed" if known is not None else "role"
        most = 0.0 if known is not None else warns_from(f"role.{role}", settings)
        rules.append(
            Rule(f"{family}.{role}", "roles", "share", "between", known or "warning", title, remedy,
                 {"min_value": 0, "max_value": most}, f'role == "{role}"')
        )  # fmt: skip
    return ({"roles": pd.DataFrame(rows)}, tuple(rules)) if rules else ({}, ())


def _declared(settings: CheckSettings) -> dict[str, str]:
    roles = settings.roles
    named = {"date": roles.date, "interviewer": roles.interviewer, "duration": roles.duration, "phone": roles.phone}
    named["verification"] = roles.verification.item if roles.verification else None
    return {role: item for role, item in named.items() if item is not None}


def _known_absent(item: str, questionnaire: Questionnaire) -> Severity | None:
    """How grave it is that a role is not there where the questionnaire knows it; None where it should be."""
    if item not in questionnaire.items:
        return "info"
    return "warning" if item in questionnaire.delivery.not_delivered else None


def _looked_at(
    role: str, item: str, respondents: pd.DataFrame, study: Study, wave: str, usual_minutes: float | None
) -> _Found:
    if item not in respondents:
        return _Found(1.0, "la columna no llega")
    column = respondents[item]
    if not len(column):
        return _Found(0.0)
    blank = np.array(column.isna(), dtype=bool)
    word = "vacía"
    if role == "duration":
        none = ~(pd.to_numeric(column, errors="coerce").to_numpy(dtype=float, na_value=np.nan) > 0)
        word = "vacía, cero o negativa" if (none & ~blank).any() else word
        blank |= none
    found = [_Found(float(blank.mean()), f"{word} en {percent(float(blank.mean()))}")] if blank.any() else []
    known = column[~blank]
    if len(known) >= LEAST:
        check = _CHECKS.get(role)
        other = check(known, study, wave, usual_minutes) if check is not None else None
        found += [other] if other is not None else []
    return max(found, key=lambda each: each.share, default=_Found(0.0))


def _one_day(days: pd.Series, study: Study, wave: str, _: float | None) -> _Found | None:
    dates = study.wave(wave).fieldwork
    most = float(days.value_counts(normalize=True).iloc[0])
    if (dates.end - dates.start).days + 1 < _LEAST_DAYS or most < _ALL:
        return None
    # Of a small city the interviews of one day may be all.
    return _Found(most if len(days) >= MANY else _little(study, "date"), f"el mismo día en {percent(most)}")


def _one_person(who: pd.Series, study: Study, wave: str, _: float | None) -> _Found | None:
    """One person for all; more than a person can make in the days there are; or an id that is another each time."""
    dates, settings = study.wave(wave).fieldwork, study.params.check
    counts = who.value_counts()
    most, n = int(counts.iloc[0]), len(who)
    possible = settings.interviews_per_day * ((dates.end - dates.start).days + 1)
    if most > possible and most >= _MUCH * n:
        return _Found(most / n, f"una persona con {most:,} entrevistas en el levantamiento")
    if n >= MANY and len(counts) == 1:
        return _Found(_little(study, "interviewer"), "una sola persona para todas")
    alone = int((counts == 1).sum())
    if n >= MANY and alone >= n / 2:
        return _Found(alone / n, f"otra clave en cada entrevista: {percent(alone / n)} hizo una sola")
    return None


def _one_length(minutes: pd.Series, study: Study, _: str, usual: float | None) -> _Found | None:
    values = pd.to_numeric(minutes, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    known, counts = np.unique(values[np.isfinite(values)], return_counts=True)
    most, middle = counts.max() / len(values), float(np.median(np.repeat(known, counts)))
    if most >= _ALL:
        return _Found(float(most), f"la misma duración en {percent(float(most))}")
    if middle > LONGEST or (usual is not None and middle > TIMES * usual):
        return _Found(1.0, "parece estar en segundos")
    if middle < SHORTEST or (usual is not None and middle < usual / TIMES):
        return _Found(1.0, "parece estar en horas o en partes de un día")
    # A part of the file in seconds, as of two systems that were put together.
    odd = float(((values > LONGEST) | (values < SHORTEST / 10)).mean())
    return (
        _Found(odd, f"imposible en {percent(odd)}") if odd >= warns_from("role.duration", study.params.check) else None
    )


def _one_number(phones: pd.Series, _study: Study, _wave: str, _: float | None) -> _Found | None:
    most = int(phones.value_counts().iloc[0])
    share = most / len(phones)
    known = most >= LEAST or share >= _ALL
    return _Found(share, f"el mismo número en {percent(share)}") if known else None


def _little(study: Study, role: str) -> float:
    """Enough to be told and too little to stop: a share just above what warns."""
    return float(np.nextafter(warns_from(f"role.{role}", study.params.check), 1))


_Check = Callable[[pd.Series, Study, str, float | None], _Found | None]
_CHECKS: Mapping[str, _Check] = {
    "date": _one_day,
    "interviewer": _one_person,
    "duration": _one_length,
    "phone": _one_number,
}
