"""How numbers are written in a delivery: one grammar for whole numbers and others, nothing read by guess.

A number is an optional sign, digits, and at most one decimal mark with digits behind it. Marks between thousands are
read only where the questionnaire says which (``delivery.thousands``), and then only in groups of three. ``float()``
would take ``1_5``, ``1E5``, ``inf`` and the digits of every script.
"""

import math
import re
from dataclasses import dataclass
from functools import lru_cache
from numbers import Real
from typing import Literal

import numpy as np

from pulsometro.ingest.read.delivered import code_text
from pulsometro.questionnaire.model import Delivery
from pulsometro.questionnaire.writing_faults import DECIMALS

# How a mark between thousands may be written where the questionnaire names it: blanks that do not break, curved quotes.
GAPS = {" ": " \u00a0\u2007\u2009\u202f", "'": "'\u2019"}
_LARGEST = 2**53
_GROUPED = re.compile(
    r"[+-]?[1-9][0-9]{0,2}(?P<mark>[., \u00a0\u2007\u2009\u202f'\u2019])[0-9]{3}(?:(?P=mark)[0-9]{3})*"
)
_BOTH = re.compile(
    r"[+-]?[1-9][0-9]{0,2}(?:(?P<mark>[., \u00a0\u2007\u2009\u202f'\u2019])[0-9]{3})+(?P<decimal>[.,])[0-9]+"
)
_EXPONENT = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]*)?[eE][+-]?[0-9]+")
_DECIMALS = re.compile(r"[+-]?[0-9]*[.,][0-9]+")
_STATA = re.compile(r"\.[a-z_]")
# Firms' usual codes for no answer where an item's range leaves them out: -1, -9, -88, -99; 98, 99, 888, 999 …
_NEGATIVE = re.compile(r"-(?:[1-9]|7{2,}|8{2,}|9+[6-9])")
_NINES = re.compile(r"7{2,}|8{2,}|9+[789]")
# How many rows must hold one above the range to be told from answers that were typed wrongly.
_SHARE, _ROWS = 0.01, 2

Fault = Literal["exponent", "thousands", "decimals", "stata", "other"]


@dataclass(frozen=True)
class Marks:
    """The marks of a file's numbers; None where none was declared (of ``decimal``: nor found).

    >>> whole("1.000", Marks(thousands=".")), exact("1.234,5", Marks(".", ",")), exact("1,234", UNSAID)
    (1000, 1234.5, None)
    """

    thousands: str | None = None
    decimal: str | None = None


UNSAID = Marks()


def declared_marks(delivery: Delivery) -> Marks:
    """What the questionnaire says: where a comma or a point divides thousands, the other one is the decimal mark."""
    implied = other(delivery.thousands) if delivery.thousands in DECIMALS else None
    return Marks(delivery.thousands, delivery.decimal or implied)


@lru_cache
def _pattern(marks: Marks) -> re.Pattern[str]:
    digits = "[0-9]+"
    if marks.thousands is not None:
        gap = "".join(map(re.escape, GAPS.get(marks.thousands, marks.thousands)))
        digits = f"(?:[0-9]+|[1-9][0-9]{{0,2}}(?:[{gap}][0-9]{{3}})+)"
    point = re.escape(marks.decimal or ".")
    return re.compile(f"(?P<whole>[+-]?{digits})(?:{point}(?P<part>[0-9]+))?|(?P<sign>[+-]?){point}(?P<only>[0-9]+)")


def _plain(text: str, marks: Marks) -> tuple[str, str] | None:
    """Sign and digits before and after the decimal mark, None for what is no number under these marks."""
    found = _pattern(marks).fullmatch(text.replace("\N{MINUS SIGN}", "-"))
    if found is None:
        return None
    if found["only"] is not None:
        return f"{found['sign']}0", found["only"]
    return re.sub("[^0-9+-]", "", found["whole"]), found["part"] or ""


def typed(value: object) -> float | None:
    """A value that the file holds as a number, None for text, dates, truth values and blanks."""
    if isinstance(value, Real) and not isinstance(value, bool | np.bool_) and not math.isnan(value):
        return float(value)
    return None


def whole(value: object, marks: Marks) -> int | None:
    """A whole number, None for anything else; of text, 12.0 is one, and 1.000 only under a declared mark.

    ``marks``: as declared; a decimal comma or point with other than three zeros behind it needs no declaration.
    """
    number = typed(value)
    if number is not None:
        return int(number) if number.is_integer() and abs(number) < _LARGEST else None
    text = code_text(value)
    declared = marks.decimal is not None or marks.thousands in DECIMALS
    found = "," if "," in text else "."
    decimal = marks.decimal or (other(marks.thousands) if marks.thousands in DECIMALS else found)
    parts = _plain(text, Marks(marks.thousands, decimal))
    if parts is None or parts[1].strip("0") or (len(parts[1]) == 3 and not declared):
        return None
    return int(parts[0]) if len(parts[0]) < 18 and abs(int(parts[0])) < _LARGEST else None


def exact(value: object, marks: Marks) -> float | None:
    """A finite number, None for anything else."""
    number = typed(value)
    if number is None:
        parts = _plain(code_text(value), marks)
        number = math.inf if parts is None else float(f"{parts[0]}.{parts[1] or '0'}")
    return number if math.isfinite(number) else None


def other(mark: str | None) -> str:
    """The decimal mark where ``mark`` divides thousands."""
    return "." if mark == "," else ","


def thousands_of(text: str) -> str | None:
    """The mark that may divide a number's thousands, as ``delivery.thousands`` names it; None where none does.

    >>> [thousands_of(text) for text in ("1.234", "12 000", "1.234,5", "0.123", "1.23")]
    ['.', ' ', '.', None, None]
    """
    found = _GROUPED.fullmatch(text) or _BOTH.fullmatch(text)
    if found is None or found.groupdict().get("decimal") == found["mark"]:
        return None
    return next((mark for mark, written in GAPS.items() if found["mark"] in written), found["mark"])


def decimal_of(text: str) -> str | None:
    """The decimal mark of a number that has marks between its thousands too."""
    found = _BOTH.fullmatch(text)
    return found["decimal"] if found is not None and found["decimal"] != found["mark"] else None


def marked(text: str) -> bool:
    """Whether a text is digits with commas or points."""
    return bool(re.fullmatch(r"[+-]?[0-9.,]*[.,][0-9.,]*", text)) and any(c.isdigit() for c in text)


def ungrouped(text: str) -> bool:
    """Whether a text is digits with several marks that do not part groups of three: 1.2.3, 10,00,000.

    >>> [ungrouped(text) for text in ("1.2.3", "10,00,000", "1.234.567", "1.234,5", "1,5")]
    [True, True, False, False, False]
    """
    return marked(text) and sum(text.count(mark) for mark in DECIMALS) > 1 and thousands_of(text) is None


def fault_of(text: str) -> Fault:
    """Why a text is no number of this grammar, as far as its form tells."""
    if _EXPONENT.fullmatch(text):
        return "exponent"
    if thousands_of(text) is not None:
        return "thousands"
    if _DECIMALS.fullmatch(text):
        return "decimals"
    return "stata" if _STATA.fullmatch(text) else "other"


def is_usual_code(text: str) -> bool:
    """Whether a number is written as firms write no answer, at any length: nobody's telephone or age.

    >>> is_usual_code("-99"), is_usual_code("999999"), is_usual_code("8112345678")
    (True, True, False)
    """
    return bool(_NEGATIVE.fullmatch(text) or _NINES.fullmatch(text))


def undeclared(number: float, rows: int, share: float, low: float | None, negatives: bool) -> bool:
    """Whether a number is no answer but a firm's code for none, which the questionnaire does not know.

    ``number`` lies out of its item's range or the item has none (``low`` is then None). ``rows`` and ``share`` hold it.
    ``negatives``: the column holds other negative numbers, so that this one may be an answer where there is no range.
    """
    if not float(number).is_integer() or abs(number) >= _LARGEST:
        return False
    text = str(int(number))
    if number < 0:
        usual = bool(_NEGATIVE.fullmatch(text))
        return usual and (low is not None or (not negatives and len(text) > 2))
    return low is not None and bool(_NINES.fullmatch(text)) and rows >= _ROWS and share >= _SHARE


def stated_missing(number: float, stated: tuple[str, ...]) -> bool:
    """Whether the file itself declares a number missing: a value, or a range as ``97–99``."""
    for part in stated:
        low, dash, high = part.partition("–")
        try:
            if float(low) <= number <= float(high if dash else low):
                return True
        except ValueError:
            continue
    return False
