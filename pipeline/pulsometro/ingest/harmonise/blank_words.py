"""Words that stand for nothing, as programs write an empty cell: declared once for a file, never guessed."""

import re
from collections.abc import Collection, Iterable
from dataclasses import replace

import numpy as np
import pandas as pd

from pulsometro.common.discretion import simple
from pulsometro.common.errors import PulsoError
from pulsometro.ingest.read.delivered import Delivered, code_text

# As R, SPSS, Stata, SAS, Python, databases, spreadsheets and people write it; compared without accents and capitals.
_USUAL = frozenset({
    "na", "n a", "nan", "nd", "n d", "null", "none", "nil", "nulo", "nula", "nat", "missing", "sysmis", "undefined",
    "en blanco", "blanco", "blank", "vacio", "vacia", "empty", "sin dato", "sin datos", "s d", "s i", "sin informacion",
    "sin valor", "no disponible", "not available", "no data", "system missing", "valor perdido", "perdido",
})  # fmt: skip
_MARKS_ALONE = re.compile(r"[-\N{EN DASH}\N{EM DASH}_.*?~\N{HORIZONTAL ELLIPSIS}]{1,6}")
# As MySQL and PostgreSQL write none.
_DATABASES = "\\N"
# A spreadsheet's own words for a failed formula: what was there is lost, and a blank would hide it.
_FAILED = re.compile(r"#(?:REF|VALUE|DIV|NAME|NUM|SPILL|CALC|FIELD|GETTING)", re.IGNORECASE)


def is_usual(text: str) -> bool:
    """Whether a text is a usual word, or a mark alone, for an empty cell.

    >>> [is_usual(text) for text in ("NA", "#NULL!", "---", "(en blanco)", "NaN", "Ana", "1", "#REF!")]
    [True, True, True, True, True, False, False, False]
    """
    return (
        text == _DATABASES or bool(_MARKS_ALONE.fullmatch(text)) or (simple(text) in _USUAL and not _FAILED.match(text))
    )


def emptied(delivered: Delivered, words: Collection[str]) -> Delivered:
    """The delivery with the declared ``words`` empty, in every column and format; compared as they are written."""
    if not words:
        return delivered
    wanted = set(words)
    return replace(delivered, frame=delivered.frame.apply(lambda column: _emptied(column, wanted)))


def _emptied(column: pd.Series, words: set[str]) -> pd.Series:
    places, found = pd.factorize(column, use_na_sentinel=False)
    hit = pd.Series([code_text(value) in words for value in found], dtype=bool).to_numpy()[places]
    if not hit.any():
        return column
    # Whole numbers of many digits would not outlast a column that may be empty.
    return (column.astype(object) if pd.api.types.is_integer_dtype(column.dtype) else column).mask(hit)


def usual_rows(column: pd.Series) -> np.ndarray:
    """The mask of the rows that hold a usual word for blank."""
    places, found = pd.factorize(column, use_na_sentinel=False)
    return np.array([is_usual(code_text(value)) for value in found], dtype=bool)[places]


def refuse_usual(frame: pd.DataFrame, column: str, where: str, wave: str) -> None:
    """Raise PulsoError where a column whose blanks mean something holds a word for blank that is not declared."""
    rows = usual_rows(frame[column])
    if rows.any():
        words = sorted({code_text(value) for value in frame[column][rows]})
        raise PulsoError(
            f"{where}, {rows.sum():,} rows from {frame.index[rows][0]} on: '{words[0]}' is a word for no answer; say "
            f"delivery.blank: {said_words(words)} in {wave}.yaml."
        )


def said_words(words: Iterable[str]) -> str:
    """Words as the questionnaire would hold them: ``["NA", "n/a"]``."""
    # Between double quotes YAML would make another sign of a backslash and what follows it.
    return "[" + ", ".join(f"'{word}'" if "\\" in word else f'"{word}"' for word in words) + "]"
