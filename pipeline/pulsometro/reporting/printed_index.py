"""Every printed number that is tied to a row, with the file, the format and the figure that print it.

Written while the files are made, by what makes them: nobody looks for numbers in a finished page.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from pulsometro.common.files import read_table, write_table
from pulsometro.reporting.language.traced_text import Number


class Shown(NamedTuple):
    """A number of a file, and the id of the chart that it is in ("" outside of charts)."""

    number: Number
    figure: str = ""


@dataclass(frozen=True)
class Printed:
    """One number as it is printed once.

    ``page``: the file below ``reports/site``; ``format``: its ending; ``figure``: the id of the chart that it is in,
    "" outside of charts. ``key``, ``field``, ``text``: as a ``Number`` has them.
    """

    page: str
    format: str
    figure: str
    key: str
    field: str
    text: str


def printed(page: str, shown: Iterable[Shown]) -> list[Printed]:
    """The numbers of a file, in their order."""
    ending = page.rpartition(".")[2]
    return [Printed(page, ending, figure, each.key, each.field, each.text) for each, figure in shown]


def write_printed(rows: Sequence[Printed], path: Path) -> None:
    """Write an index as a table, in the order in which the files print."""
    names = [field.name for field in fields(Printed)]
    table = pd.DataFrame({name: pd.Series([getattr(row, name) for row in rows], dtype=str) for name in names})
    write_table(table, path)


def read_printed(path: Path) -> list[Printed]:
    """The index that a stage wrote. Raises MachineError when it is missing."""
    table = read_table(path)
    return [Printed(*row) for row in table[[field.name for field in fields(Printed)]].itertuples(index=False)]
