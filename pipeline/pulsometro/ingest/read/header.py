"""Column names that do not stand in the first row: a title above them is told, not read around."""

from collections.abc import Callable, Sequence
from typing import Any

from pulsometro.common.discretion import place_of, plain
from pulsometro.common.errors import PulsoError
from pulsometro.ingest.read.exports import question_names

LOOKED_AT = 12
Wanted = Callable[[tuple[str, ...]], tuple[str, ...]]


def names_of(cells: Sequence[Any]) -> tuple[str, ...]:
    """A row's cells as column names: text without blanks or byte-order marks at its ends, none at the end."""
    columns = tuple("" if cell is None else str(cell).strip(" \t\u00a0\ufeff") for cell in cells)
    while columns and not columns[-1]:
        columns = columns[:-1]
    return columns


def called(columns: Sequence[str], name: str) -> str:
    """A heading for a sentence about it: in quotes, or its place where it may be somebody's name."""
    return f"'{name}'" if plain(name) else place_of(list(columns).index(name) + 1)


def chosen(columns: tuple[str, ...], below: Sequence[Sequence[Any]], wanted: Wanted, where: str) -> tuple[str, ...]:
    """``wanted(columns)``; when that refuses, and a row ``below`` would do, a refusal that names the row.

    ``below``: the cells of the rows after the first. ``where``: the file, and its sheet, for the sentence.
    """
    try:
        return wanted(columns)
    except PulsoError:
        for number, cells in enumerate(below[:LOOKED_AT], 2):
            try:
                wanted(question_names(names_of(cells)).columns)
            except PulsoError:
                continue
            raise PulsoError(
                f"{where}: the column names stand in row {number}; delete what is above them and save the file."
            ) from None
        raise
