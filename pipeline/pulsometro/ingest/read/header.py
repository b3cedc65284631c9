"""Column names that do not stand in the first row: a title above them is told, not read around."""

import unicodedata
from collections.abc import Callable, Sequence
from typing import Any

from pulsometro.common.discretion import place_of, plain
from pulsometro.common.errors import PulsoError
from pulsometro.common.printable import without_hidden
from pulsometro.ingest.read.exports import question_names
from pulsometro.ingest.read.mojibake import mended

LOOKED_AT = 12


class NamesLower(PulsoError):
    """The column names stand in a lower row than was looked at; ``row``: the file's, from 1."""

    row: int = 0


Wanted = Callable[[tuple[str, ...]], tuple[str, ...]]


def names_of(cells: Sequence[Any]) -> tuple[str, ...]:
    """A row's cells as column names: text without blanks or byte-order marks at its ends, none at the end."""
    columns = tuple("" if cell is None else heading(str(cell)) for cell in cells)
    while columns and not columns[-1]:
        columns = columns[:-1]
    return columns


def heading(text: str) -> str:
    """A column's name as it was meant: one form of Unicode, nothing that nobody sees, no blanks at its ends."""
    if text.isascii() and text.isprintable():
        return text.strip()
    found = mended(text)
    text = found[0] if found is not None and found[1] == "utf-8" else text
    return without_hidden(unicodedata.normalize("NFC", text)).strip()


def called(columns: Sequence[str], name: str) -> str:
    """A heading for a sentence about it: in quotes, or its place where it may be somebody's name."""
    return f"'{name}'" if plain(name) else place_of(list(columns).index(name) + 1)


def chosen(
    columns: tuple[str, ...], below: Sequence[Sequence[Any]], wanted: Wanted, where: str, row: int = 1
) -> tuple[str, ...]:
    """``wanted(columns)``; when that refuses, and a row ``below`` would do, a refusal that names the row.

    ``below``: the cells of the rows after the names. ``where``: the file, and its sheet, for the sentence. ``row``:
    of the names, in the file.
    """
    try:
        return wanted(columns)
    except PulsoError:
        for number, cells in enumerate(below[:LOOKED_AT], row + 1):
            try:
                wanted(question_names(names_of(cells)).columns)
            except PulsoError:
                continue
            lower = NamesLower(
                f"{where}: the column names stand in row {number}; delete what is above them and save the file."
            )
            lower.row = number
            raise lower from None
        raise
