"""How a column of days is written, and the first and last of them."""

from dataclasses import dataclass
from datetime import date

import pandas as pd

from pulsometro.ingest.harmonise.clock import NO_CLOCK
from pulsometro.ingest.harmonise.dates import day_of

# As deliveries write days; of two that both fit, the first.
_WAYS = (None, "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%m/%d/%Y", "%d/%m/%y", "%Y/%m/%d", "%Y%m%d", "%d %b %Y", "excel")
_FIRST, _LAST = date(1990, 1, 1), date(2100, 1, 1)


@dataclass(frozen=True)
class ReadDays:
    """``way``: as ``format`` says it, None where nothing needs to be said; ``share``: of the values that are days.

    ``twofold``: whether another order of day and month would fit as well.
    """

    way: str | None
    first: date
    last: date
    share: float
    twofold: bool = False


def days_in(column: pd.Series, earliest: date = _FIRST) -> ReadDays | None:
    """How a column's days are written; None where hardly any of its values is one that is no earlier."""
    counts = column[column.notna()].map(lambda value: value.strip() if isinstance(value, str) else value)
    counts = counts[counts != ""].value_counts()
    total, found = int(counts.sum()), []
    for way in _WAYS:
        days = {value: day for value in counts.index[:3000] if (day := _day(value, way, earliest)) is not None}
        share = sum(int(counts[value]) for value in days) / total if total else 0.0
        if share > 0.5:
            found.append(ReadDays(way, min(days.values()), max(days.values()), share))
        if share >= 0.999 and way is None:
            break
    if not found:
        return None
    best = max(found, key=lambda each: (round(each.share, 2), -(each.last - each.first).days))
    rivals = [each for each in found if each.way != best.way and each.share >= best.share - 0.001]
    return ReadDays(best.way, best.first, best.last, best.share, bool(rivals))


def _day(value: object, way: str | None, earliest: date) -> date | None:
    try:
        day = day_of(value, way, NO_CLOCK)
    except (ValueError, OverflowError):
        return None
    return day if day is not None and earliest <= day <= _LAST else None
