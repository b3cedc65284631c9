"""What the file of calls must bring to be of use: which number, which attempt, how each ended, who called.

A column that is blank, or the same in every row, is read like any other; what is made of it is wrong in silence.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from pulsometro.check.amounts import warns_from
from pulsometro.check.rule import KEY, Rule
from pulsometro.study import Study
from pulsometro.style.spanish import percent

# Of fewer calls nothing is said; one number has at most this share of the calls of a wave, or this many of them.
_LEAST, _ONE, _CALLS = 50, 0.05, 200
_WORDS = {
    "number": ("Cada llamada dice a qué número de la muestra se hizo, y no siempre al mismo",
               "Pida la columna con la clave de cada número: sin ella no se sabe cuántos números se llamaron."),
    "attempt": ("Los intentos de cada número están contados desde 1, y ninguno está dos veces",
                "Pida la columna con el número de cada intento, contado desde 1: dice cuál fue la última llamada."),
    "outcomes": ("No todas las llamadas terminaron en entrevista",
                 "Pida el archivo con todas las llamadas, también las que nadie contestó y las rechazadas: con sólo "
                 "las logradas la tasa de respuesta sale de 100 %."),
    "callers": ("Cada llamada que alguien contestó dice quién la hizo",
                "Pida la clave de quien hizo cada llamada, o deje fuera esa columna si no se sabe."),
}  # fmt: skip


def what_calls_say(study: Study, attempts: pd.DataFrame) -> tuple[dict[str, pd.DataFrame], tuple[Rule, ...]]:
    """Evidence table ``calls_fed`` (a row per thing that calls say) and a rule ``calls_fed.…`` each.

    ``share``: of the calls that do not say it, or say what cannot be; ``check.amounts`` decides how grave that is.
    Nothing without ``weighting.attempts``, or of fewer than 50 calls.
    """
    if study.params.weighting.attempts is None or len(attempts) < _LEAST:
        return {}, ()
    rows, rules = [], []
    for said, share, why in _looked_at(study, attempts):
        title, remedy = _WORDS[said]
        rows.append({KEY: why if share else "completo", "said": said, "share": share, "n": len(attempts)})
        rules.append(
            Rule(f"calls_fed.{said}", "calls_fed", "share", "between", "warning", title, remedy,
                 {"min_value": 0, "max_value": warns_from(f"calls_fed.{said}", study.params.check)},
                 f'said == "{said}"')
        )  # fmt: skip
    return ({"calls_fed": pd.DataFrame(rows)}, tuple(rules)) if rules else ({}, ())


def _looked_at(study: Study, attempts: pd.DataFrame) -> Iterator[tuple[str, float, str]]:
    """What is looked at, the share of calls that it is wrong in, and why in the reader's words."""
    declared = study.params.weighting.attempts
    assert declared is not None
    number, known = None, pd.Series(dtype="string")
    if declared.number in attempts:
        number = _text(attempts[declared.number])
        known = number.dropna()
        yield ("number", *_number(number, known))
    if declared.attempt in attempts:
        # Where numbers are not told apart there is nothing to count in them.
        least = float(np.nextafter(warns_from("calls_fed.attempt", study.params.check), 1))
        one = len(known) > 0 and not _number(known, known)[0]
        yield ("attempt", *_attempt(attempts[declared.attempt], number if one else None, least))
    if declared.disposition not in attempts:
        return
    ended = _text(attempts[declared.disposition])
    made = float(ended.str.match(r"1(?:\.|$)").fillna(False).mean())
    yield "outcomes", made, f"{percent(made)} de las llamadas son entrevistas"
    role = study.params.check.roles.interviewer
    if role is not None and role in attempts:
        # A machine that dials has nobody beside it until somebody answers.
        met = ended.str.match(r"(?:1|2\.1)(?:\.|$|\d)").fillna(False).astype(bool)
        blank = float(_text(attempts[role])[met].isna().mean()) if met.any() else 0.0
        yield "callers", blank, f"vacía en {percent(blank)}"


def _text(column: pd.Series) -> pd.Series:
    """The column's words, missing where blank."""
    words = column.astype("string").str.strip()
    return words.mask(words == "")


def _number(number: pd.Series, known: pd.Series) -> tuple[float, str]:
    blank = 1 - len(known) / max(len(number), 1)
    most = int(known.value_counts().iloc[0]) if len(known) else 0
    if most > max(_ONE * len(number), 1) and (most >= _CALLS or most > len(number) / 2):
        return most / len(number), f"el mismo número en {percent(most / len(number))}"
    return blank, f"vacía en {percent(blank)}"


def _attempt(attempt: pd.Series, number: pd.Series | None, least: float) -> tuple[float, str]:
    counted = pd.to_numeric(attempt, errors="coerce").astype("Float64")
    blank = float(counted.isna().mean())
    lowest = counted if number is None else counted.groupby(number).transform("min")
    below = float((lowest < 1).fillna(False).mean())
    if below > blank:
        # The last attempt is the last one all the same: enough to be told, too little to stop.
        return min(below, least), f"{percent(below)} son de números cuyos intentos empiezan por debajo de 1"
    if number is not None:
        pairs = pd.DataFrame({"number": number, "attempt": counted}).dropna()
        twice = float(pairs.duplicated(keep=False).sum()) / len(attempt)
        if twice > blank:
            return twice, f"{percent(twice)} tienen el número y el intento de otra"
    return blank, f"vacía en {percent(blank)}"
