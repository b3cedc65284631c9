"""Whose day it was: times of other zones turned into the study's before the day is cut."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from pulsometro.questionnaire.model import Delivery
from pulsometro.study import Study

_ZONE = re.compile(r"(?P<utc>z|utc|gmt)?\s*(?P<sign>[+-])?(?P<hours>\d{1,2})?:?(?P<minutes>\d{2})?", re.IGNORECASE)


@dataclass(frozen=True)
class Clock:
    """``zone``: the study's, None where it says none; ``delivered``: of times that name none, None where they are the
    study's own. ``start``, ``end``: of fieldwork, to tell which reading of a date is meant. ``whole_days``: the times
    are all midnight, so that they are days and no zone moves them."""

    zone: tzinfo | None = None
    delivered: tzinfo | None = None
    start: date | None = None
    end: date | None = None
    whole_days: bool = False

    def day(self, when: datetime) -> date | None:
        """The day in the study's zone; None where the time has another zone and the study says none.

        A time that names no zone is the study's own, or the delivery's; midnight without a zone is a day without time.
        """
        if self.whole_days:
            return when.date()
        if when.tzinfo is None:
            if self.delivered is None or when.time() == datetime.min.time():
                return when.date()
            when = when.replace(tzinfo=self.delivered)
        return None if self.zone is None else when.astimezone(self.zone).date()

    def inside(self, day: date) -> bool:
        """Whether a day is one of fieldwork."""
        return self.start is not None and self.end is not None and self.start <= day <= self.end


NO_CLOCK = Clock()


def clock_of(study: Study, wave: str, delivery: Delivery) -> Clock:
    """The clock of one wave's delivery."""
    dates, zone = study.wave(wave).fieldwork, study.identity.time_zone
    delivered = None if delivery.time_zone is None else ZoneInfo(delivery.time_zone)
    return Clock(None if zone is None else ZoneInfo(zone), delivered, dates.start, dates.end)


@cache
def _names() -> dict[str, str]:
    return {name.casefold(): name for name in available_timezones()}


def zone_of(text: str) -> tzinfo | None:
    """A zone as a time names it: Z, UTC, +00:00, -0600, Europe/Madrid; None for letters that several zones share.

    >>> zone_of("Z"), zone_of("-0600"), zone_of("CST")
    (datetime.timezone.utc, datetime.timezone(datetime.timedelta(days=-1, seconds=64800)), None)
    """
    if "/" in text:
        name = _names().get(text.strip().casefold())
        return None if name is None else ZoneInfo(name)
    found = _ZONE.fullmatch(text.strip())
    if found is None or not (found["utc"] or found["sign"]) or bool(found["sign"]) != bool(found["hours"]):
        return None
    offset = timedelta(hours=int(found["hours"] or 0), minutes=int(found["minutes"] or 0))
    if offset > timedelta(hours=14):
        return None
    return timezone(-offset if found["sign"] == "-" else offset) if offset else UTC
