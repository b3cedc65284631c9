"""Rows of totals, means and sources below the interviews, as spreadsheets end: said as what they are, never read."""

import math
import re
from pathlib import Path

import numpy as np
import pandas as pd

from pulsometro.common.discretion import simple
from pulsometro.common.errors import PulsoError
from pulsometro.ingest.harmonise.crosswalk import Plan
from pulsometro.ingest.harmonise.numerals import Marks, exact
from pulsometro.ingest.read.delivered import Delivered, code_text

_WORDS = frozenset({
    "total", "totales", "gran total", "grand total", "total general", "suma", "suma total", "sum", "subtotal",
    "promedio", "media", "mean", "average", "maximo", "minimo", "desviacion estandar", "conteo", "cuenta", "count",
    "porcentaje",
})  # fmt: skip
_LOOKED_AT, _LEAST, _FILLED, _NEAR = 6, 3, 0.5, 1e-4


def refuse_total_rows(delivered: Delivered, reading: Plan, marks: Marks, path: Path) -> None:
    """Raise PulsoError for a row at the end that is a total or a mean of those above and no interview.

    Such a row says so where its folio should stand, or has no folio and few cells, whose numbers are all sums or means.
    """
    frame = delivered.frame
    if len(frame) <= _LEAST:
        return
    for place in range(max(_LEAST, len(frame) - _LOOKED_AT), len(frame)):
        row = frame.iloc[place]
        folio = [text for name in reading.respondent if (text := code_text(row[name]))]
        if len(folio) == 1 and _line_of_text(folio[0], row):
            raise PulsoError(
                f"{path}, row {frame.index[place]}: a line of text below the interviews (a source, a note, a count of "
                "rows), and no interview; take it out of the file."
            )
        said = len(folio) == 1 and is_total(folio[0])
        if said or (not folio and _summed(frame.iloc[:place], row, reading, marks)):
            raise PulsoError(
                f"{path}, row {frame.index[place]}: a row of totals or means below the interviews, and no interview; "
                "take it out of the file."
            )


def is_total(folio: str) -> bool:
    """Whether what stands for a folio says that its row is a total or a mean.

    >>> is_total("Total 60"), is_total("F-60")
    (True, False)
    """
    return simple(folio).rstrip(" 0123456789") in _WORDS


def _line_of_text(folio: str, row: pd.Series) -> bool:
    """Whether a row holds nothing but several words where its folio should stand."""
    words = [word for word in re.split(r"\W+", folio) if word.isalpha() and len(word) > 2]
    return len(words) > 1 and sum(bool(code_text(value)) for value in row) == 1


def _summed(above: pd.DataFrame, row: pd.Series, reading: Plan, marks: Marks) -> bool:
    """Whether the few cells of a row without folio are all sums, means or counts of their columns."""
    cells = {name: text for name in reading.columns if (text := code_text(row[name]))}
    usual = np.mean([bool(code_text(value)) for value in above.iloc[0].loc[list(reading.columns)]])
    if not cells or len(cells) > _FILLED * usual * len(reading.columns):
        return False
    return all(_told(above[name], exact(text, marks), marks) for name, text in cells.items())


def _told(column: pd.Series, number: float | None, marks: Marks) -> bool:
    if number is None:
        return False
    numbers = [found for value in column if (found := exact(value, marks)) is not None]
    if not numbers:
        return False
    total = math.fsum(numbers)
    return any(math.isclose(number, each, rel_tol=_NEAR) for each in (total, total / len(numbers), len(numbers)))
