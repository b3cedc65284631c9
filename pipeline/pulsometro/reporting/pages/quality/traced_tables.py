"""Numbers tied to the file and place that they were read from, and tables made of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pulsometro.reporting.language.traced_text import Number, Text
from pulsometro.reporting.tables import markdown
from pulsometro.style import spanish
from pulsometro.weighting.record import NAME as RECORD

INTERVIEWERS = "interviewers.parquet"


@dataclass(frozen=True)
class Traced:
    """What a wave's record is called in a page: ``2013T2/weighting.json`` and a path in it."""

    wave: str

    def number(self, words: str, path: str, file: str = RECORD) -> Number:
        """``words`` as printed; ``path``: keys and positions in the JSON (``final/9/n``), or the row and column."""
        return Number(words, f"{self.wave}/{file}", path)


@dataclass(frozen=True)
class Column:
    """A column of a table: its head, the field of the record (``rates.RR3`` in a mapping), how it is printed."""

    head: str
    field: str
    shown: Callable[[float], str]


def points(value: float) -> str:
    """Percentage points with their sign: ``+1.2``; what rounds to nothing is ``0.0``."""
    return spanish.signed_points(value / 100)


def tenths(value: float) -> str:
    """One decimal."""
    return spanish.decimal(value, 1)


def hundredths(value: float) -> str:
    """Two decimals."""
    return spanish.decimal(value, 2)


def thousandths(value: float) -> str:
    """Three decimals."""
    return spanish.decimal(value, 3)


def smallness(value: float) -> str:
    """A power of ten below which something stayed: ``1e-12`` → ``10⁻¹²``."""
    superscript = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
    return f"10{f'{value:.0e}'.split('e')[1].replace('-0', '-').translate(superscript)}"


def value_of(record: Any, field: str) -> float | None:
    """A field of a record, through mappings with dots."""
    for part in field.split("."):
        record = record.get(part) if isinstance(record, Mapping) else getattr(record, part)
    value: float | None = record
    return value


def cells(traced: Traced, record: Any, path: str, columns: Sequence[Column]) -> list[str | Number | Text]:
    """The record's numbers in the columns' order; a dash where there is none."""
    row: list[str | Number | Text] = []
    for column in columns:
        value = value_of(record, column.field)
        at = f"{path}/{column.field.replace('.', '/')}"
        row.append(markdown.EMPTY if value is None else traced.number(column.shown(value), at))
    return row


def table(
    traced: Traced, named: Sequence[tuple[Sequence[str], Any, str]], heads: Sequence[str], columns: Sequence[Column],
    caption: str,
) -> str:  # fmt: skip
    """One row for each (names, record, path); ``heads``: of the names' columns."""
    rows = [[*names, *cells(traced, record, path, columns)] for names, record, path in named]
    return markdown.pipe([*heads, *(column.head for column in columns)], rows, caption, range(len(heads)))
