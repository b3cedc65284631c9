"""How a column of days is written, and the first and last of them."""

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

import pandas as pd

from pulsometro.ingest.harmonise.clock import NO_CLOCK, Clock
from pulsometro.ingest.harmonise.dates import day_of
from pulsometro.ingest.read.delivered import NOTHING

# As deliveries write days; of two that both fit, the first.
_WRITTEN = ("%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%m/%d/%Y", "%d/%m/%y", "%Y/%m/%d", "%Y%m%d", "%d %b %Y")
# As programs count them: what one of them gives is out of every survey's time in the others.
_COUNTED = ("excel", "stata", "spss", "stata_ms", "unix", "unix_ms")
_FIRST, _LAST = date(1990, 1, 1), date(2050, 1, 1)
_MOST_LOOKED_AT = 3000
# Times that name a zone are days of the study's own, which is for somebody to say.
EXAMPLE_ZONE = "America/Mexico_City"
_SOME_ZONE = Clock(ZoneInfo(EXAMPLE_ZONE))


@dataclass(frozen=True)
class ReadDays:
    """``way``: as ``format`` says it, None where nothing needs to be said; ``share``: of the values that are days.

    ``twofold``: whether days and months exchanged would be days too; ``zoned``: whether their times name a zone.
    """

    way: str | None
    first: date
    last: date
    share: float
    twofold: bool = False
    zoned: bool = False


def days_in(column: pd.Series, earliest: date = _FIRST) -> ReadDays | None:
    """How a column's days are written; None where hardly any of its values is one that is no earlier."""
    values = column[column.notna()].map(lambda value: value.strip(NOTHING) if isinstance(value, str) else value)
    counts = values[values != ""].value_counts().head(_MOST_LOOKED_AT)
    plain = _read(counts, None, NO_CLOCK, earliest)
    if plain is not None and plain.share >= 0.999:
        return plain
    zoned = _read(counts, None, _SOME_ZONE, earliest)
    others = [_read(counts, way, NO_CLOCK, earliest) for way in (*_WRITTEN, *_COUNTED)]
    found = [each for each in (plain, zoned, *others) if each is not None]
    if not found:
        return None
    best = max(found, key=lambda each: (round(each.share, 2), -(each.last - each.first).days))
    turned = best.way in _WRITTEN and any(
        each.way in _WRITTEN and each.way != best.way and each.share >= best.share - 0.001 for each in found
    )
    return ReadDays(best.way, best.first, best.last, best.share, turned, best is zoned and best is not plain)


def _read(counts: pd.Series, way: str | None, clock: Clock, earliest: date) -> ReadDays | None:
    days = {value: day for value in counts.index if (day := _day(value, way, clock, earliest)) is not None}
    share = sum(int(counts[value]) for value in days) / int(counts.sum()) if len(counts) else 0.0
    return ReadDays(way, min(days.values()), max(days.values()), share) if share > 0.5 else None


def _day(value: object, way: str | None, clock: Clock, earliest: date) -> date | None:
    try:
        day = day_of(value, way, clock)
    except (ValueError, OverflowError):
        return None
    return day if day is not None and earliest <= day <= _LAST else None
