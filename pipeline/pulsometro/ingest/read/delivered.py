"""A delivered table as it was read, before anything is decided about it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from pulsometro.ingest.delivery_record import Note

# Never float(): it takes 1_5, 1E1, inf and the digits of every script.
_PADDED = re.compile(r"(?P<sign>[+-]?)(?P<whole>[0-9]{1,15})(?:\.0+)?")
# At the ends of a cell these say nothing: blanks of every width, byte-order marks, DOS's mark of a file's end.
NOTHING = " \t\r\n\v\f\x1a\u00a0\u1680\u202f\u205f\u3000\ufeff" + "".join(map(chr, range(0x2000, 0x200B)))
# Of no width: they hold nothing by themselves, and inside of a text they may mean something.
_UNSEEN = "\u00ad\u180e\u200b\u200c\u200d\u200e\u200f\u2060"


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

    Blanks and system missing are ''; whole floats lose their '.0'; a spreadsheet's or database's truth value is TRUE
    or FALSE, as in a text file; text is stripped of blanks (of every kind) at both ends.
    """
    if value is None or value is pd.NA or value != value:
        return ""
    if isinstance(value, bool | np.bool_):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return str(int(value)) if float(value).is_integer() else repr(float(value))
    return str(value).strip(NOTHING)


def has_content(cell: object) -> bool:
    """Whether a cell holds more than blanks: what a formula gives as empty text, or a stray blank, is no answer."""
    return cell is not None and (not isinstance(cell, str) or bool(cell.strip(NOTHING + _UNSEEN)))


def plain_number(text: str) -> str:
    """'01' → '1', '2.0' → '2', anything else unchanged: the same code however it is padded.

    >>> plain_number("01"), plain_number("2.0"), plain_number("1_5"), plain_number("1E1"), plain_number("１")
    ('1', '2', '1_5', '1E1', '１')
    """
    found = _PADDED.fullmatch(text)
    return f"{'-' * (found['sign'] == '-' and int(found['whole']) != 0)}{int(found['whole'])}" if found else text
