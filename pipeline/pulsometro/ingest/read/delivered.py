"""A delivered table as it was read, before anything is decided about it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from pulsometro.ingest.delivery_record import Note


@dataclass(frozen=True)
class ColumnMetadata:
    """What the file itself says of a column.

    ``labels``: delivered code as text → label; ``missing``: user-missing codes or ranges as text;
    ``kind``: numeric, text or date.
    """

    label: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    kind: str = ""


@dataclass(frozen=True)
class Delivered:
    """The wanted columns, one row per delivered row, and what the file says of all of them.

    ``frame``'s index is the row's number as a person sees it (a spreadsheet's or text file's
    first data row is 2, SPSS's first case is 1). ``columns``: every column of the file in its order.
    ``system``: columns that a survey server adds of its own. ``size``: the file's bytes as it was read.
    ``detected``: format, encoding, delimiter, sheet, member …, for the delivery record.
    """

    frame: pd.DataFrame
    columns: tuple[str, ...]
    metadata: Mapping[str, ColumnMetadata]
    detected: Mapping[str, str]
    notes: tuple[Note, ...] = ()
    system: tuple[str, ...] = ()
    size: int = 0


def code_text(value: object) -> str:
    """A delivered value as the text that a crosswalk key is compared with.

    Blanks and system missing are ''; whole floats lose their '.0'; text is stripped of blanks
    (also non-breaking ones) at both ends.
    """
    if value is None or value is pd.NA or value != value:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, int | float):
        return str(int(value)) if float(value).is_integer() else repr(float(value))
    return str(value).strip(" \t\r\n\u00a0\ufeff")


def plain_number(text: str) -> str:
    """'01' → '1', '2.0' → '2', anything else unchanged: the same code however it is padded."""
    try:
        number = float(text)
    except ValueError:
        return text
    return str(int(number)) if number.is_integer() and abs(number) < 2**53 else text
