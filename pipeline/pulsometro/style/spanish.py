"""Numbers as Mexican readers expect them: 12,345.6, 74.9 %, −2.1 pp; rounding without contradictions."""

import math
import re
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

NBSP = "\u00a0"
MINUS = "−"
MONTHS = (
    "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto",
    "septiembre", "octubre", "noviembre", "diciembre",
)  # fmt: skip
_WORDS = (
    "cero", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve", "diez", "once", "doce",
)  # fmt: skip
# What a reader reads for a kind of missing answer (the codes of a questionnaire's ``missing``).
NO_ANSWER = {"no_sabe": "no sabe", "no_contesta": "no contesta", "no_aplica": "no aplica"}
_QUARTER = re.compile(r"^(\d{4})T([1-4])$")


def rounded(value: float, decimals: int) -> Decimal:
    """Round half up on the decimal that is stored (ten significant digits), never to −0."""
    exact = Decimal(f"{value:.10g}").quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return exact if exact else abs(exact)


def decimal(value: float, decimals: int = 1) -> str:
    """``12345.67`` → ``12,345.7``; a negative number gets a real minus sign."""
    text = f"{rounded(value, decimals):,}"
    return text.replace("-", MINUS)


def count(value: float) -> str:
    """A whole number: ``4902`` → ``4,902``."""
    return decimal(value, 0)


def percent(share: float, decimals: int = 1) -> str:
    """A share (0–1) as a percentage with its sign: ``0.749`` → ``74.9 %``."""
    return f"{decimal(share * 100, decimals)}{NBSP}%"


def bare_percent(share: float, decimals: int = 1) -> str:
    """A share (0–1) as a percentage without sign, for axes and columns that say the unit."""
    return decimal(share * 100, decimals)


def signed(value: float, decimals: int = 1) -> str:
    """A number with its sign, except zero: ``+1.4``, ``−2.1``, ``0.0``."""
    return f"+{decimal(value, decimals)}" if rounded(value, decimals) > 0 else decimal(value, decimals)


def plain(value: float, statistic: str, decimals: int = 1) -> str:
    """A mean with its decimals, a total as a whole number."""
    return decimal(value, 0 if statistic == "total" else decimals)


def signed_points(difference: float, decimals: int = 1) -> str:
    """A difference of shares (−1 to 1) in percentage points with its sign and no unit: ``−2.1``."""
    return signed(difference * 100, decimals)


def points(difference: float, decimals: int = 1) -> str:
    """The size of a difference of shares, in words of percentage points: ``2.1 puntos``."""
    value = rounded(abs(difference) * 100, decimals)
    return f"{decimal(abs(difference) * 100, decimals)}{NBSP}{'punto' if value == 1 else 'puntos'}"


def margin(low: float, high: float, decimals: int = 1) -> str:
    """Half the width of an interval of shares, in points: ``1.6``."""
    return decimal((high - low) * 50, decimals)


def prints_equal(first: float, second: float, decimals: int = 1) -> bool:
    """Whether two shares are the same once printed: then no text may say that they differ."""
    return rounded(first * 100, decimals) == rounded(second * 100, decimals)


def word(number: int, feminine: bool = False) -> str:
    """A small whole number in words, larger ones in figures."""
    if number == 1 and feminine:
        return "una"
    return _WORDS[number] if 0 <= number < len(_WORDS) else count(number)


@dataclass(frozen=True)
class Fraction:
    """A share that people say as a fraction: ``text`` stands for ``parts`` of ``whole``."""

    parts: int
    whole: int
    text: str


FRACTIONS = (
    Fraction(1, 10, "una de cada diez"),
    Fraction(1, 5, "una de cada cinco"),
    Fraction(1, 4, "una de cada cuatro"),
    Fraction(1, 3, "una de cada tres"),
    Fraction(2, 5, "dos de cada cinco"),
    Fraction(1, 2, "una de cada dos"),
    Fraction(3, 5, "tres de cada cinco"),
    Fraction(2, 3, "dos de cada tres"),
    Fraction(3, 4, "tres de cada cuatro"),
    Fraction(4, 5, "cuatro de cada cinco"),
    Fraction(9, 10, "nueve de cada diez"),
)


def as_fraction(share: float, low: float, high: float) -> Fraction | None:
    """The fraction in words that a share may be called by, or None.

    It must lie within 0.6 points of the share and inside its interval (all 0–1).
    """
    for fraction in FRACTIONS:
        value = fraction.parts / fraction.whole
        if abs(value - share) <= 0.006 and low <= value <= high:
            return fraction
    return None


def join(items: list[str], last: str = "y") -> str:
    """``a, b y c``; ``y`` becomes ``e`` before the sound i."""
    if len(items) < 2:
        return "".join(items)
    start = items[-1].lower()
    if last == "y" and (start.startswith(("i", "í")) or re.match(r"hi(?![aeo])", start)):
        last = "e"
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def wave_name(wave: str) -> str:
    """``2013T2`` → ``abril–junio de 2013``; other wave keys are printed as they are."""
    found = _QUARTER.match(wave)
    if not found:
        return wave
    quarter = int(found[2])
    return f"{MONTHS[quarter * 3 - 3]}–{MONTHS[quarter * 3 - 1]} de {found[1]}"


def wave_short(wave: str) -> str:
    """``2013T2`` → ``2T13``, for axes."""
    found = _QUARTER.match(wave)
    return f"{found[2]}T{found[1][2:]}" if found else wave


def day(value: date) -> str:
    """``3 de junio de 2013``."""
    return f"{value.day} de {MONTHS[value.month - 1]} de {value.year}"


def days(start: date, end: date) -> str:
    """``del 3 al 19 de junio de 2013``, shorter where month or year repeat."""
    if (start.year, start.month) == (end.year, end.month):
        return f"del {start.day} al {day(end)}"
    if start.year == end.year:
        return f"del {start.day} de {MONTHS[start.month - 1]} al {day(end)}"
    return f"del {day(start)} al {day(end)}"


def usable(value: float | None) -> bool:
    """Whether a number from a table is there at all."""
    return value is not None and math.isfinite(value)
