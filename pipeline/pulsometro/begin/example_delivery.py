"""A delivery that is not there yet, as its form would fill it: the same drafting serves a study before fieldwork."""

import re
from collections.abc import Mapping

import pandas as pd

from pulsometro.begin.described import Described

_ROWS = 1200
_AGE = re.compile(r"\bedad\b|\bage\b|años cumplidos")
# A study without delivery or form begins with these: what every survey of security asks.
USUAL: Mapping[str, Described] = {
    "MUNICIPIO": Described("Municipio", "¿En qué municipio vive usted?", {"1": "Uno", "2": "Dos"}, "single"),
    "SEXO": Described("Sexo", "Sexo de la persona entrevistada", {"1": "hombre", "2": "mujer"}, "single"),
    "EDAD": Described("Edad", "¿Cuántos años cumplidos tiene usted?", {}, "integer", "", 18, 97),
    "P1": Described(
        "Percepción de seguridad en el municipio",
        "¿Qué tan seguro se siente usted de vivir en su municipio: seguro, poco seguro o nada seguro?",
        {"1": "seguro", "2": "poco seguro", "3": "nada seguro", "8": "No sabe", "9": "No contesta"}, "single",
    ),
    "P2_1": Described(
        "Confianza en la policía municipal",
        "¿Cuánta confianza tiene usted en la policía de su municipio?",
        {"1": "mucha", "2": "algo", "3": "poca", "4": "nada", "8": "No sabe", "9": "No contesta"}, "single",
    ),
    "P2_2": Described(
        "Confianza en el Ejército", "¿Cuánta confianza tiene usted en el Ejército?",
        {"1": "mucha", "2": "algo", "3": "poca", "4": "nada", "8": "No sabe", "9": "No contesta"}, "single",
    ),
}  # fmt: skip


def example_of(said: Mapping[str, Described], folio: str) -> pd.DataFrame:
    """Rows that hold every answer in turn; ``folio``: a column of their own numbers, before all others."""
    columns: dict[str, list[object]] = {folio: [f"F{number:05d}" for number in range(_ROWS)]}
    for turn, (name, each) in enumerate(said.items(), 1):
        columns[name] = _column(name, each, turn)
    return pd.DataFrame(columns, dtype=object)


def _column(name: str, said: Described, turn: int) -> list[object]:
    codes = list(said.labels)
    if codes and said.kind != "multiple":
        return [codes[(number // turn) % len(codes)] for number in range(_ROWS)]
    if codes:
        return [" ".join(codes[: 1 + number % min(2, len(codes))]) for number in range(_ROWS)]
    if said.kind == "integer":
        low = said.least if said.least is not None else 18 if _AGE.search(f"{name} {said.label}".casefold()) else 0
        high = said.most if said.most is not None else low + 40
        return [low + (number * turn) % (high - low + 1) for number in range(_ROWS)]
    if said.kind == "number":
        return [(1 + number % 60) / 100 for number in range(_ROWS)]
    if said.kind == "date":
        return ["2000-01-01"] * _ROWS
    return [f"texto {number % 400}" for number in range(_ROWS)]
