"""Dates of a delivery as days of the study: ISO, as declared, or counted; what is no date is unknown, never guessed."""

import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import cache, partial
from typing import Any

import numpy as np
import pandas as pd

from pulsometro.ingest.harmonise.clock import Clock, zone_of
from pulsometro.ingest.harmonise.values import Converted
from pulsometro.ingest.read.delivered import code_text
from pulsometro.questionnaire.model import Column
from pulsometro.questionnaire.written_forms import ways

# What is counted, and from when: SPSS's seconds begin with the Gregorian calendar, Excel's days of a Mac in 1904.
_DAY, _SECOND, _MS = 86_400_000, 1000, 1
EPOCHS: dict[str, tuple[datetime, int]] = {
    "excel": (datetime(1899, 12, 30), _DAY), "excel1904": (datetime(1904, 1, 1), _DAY),
    "stata": (datetime(1960, 1, 1), _DAY), "unix_days": (datetime(1970, 1, 1), _DAY),
    "spss": (datetime(1582, 10, 14), _SECOND), "unix": (datetime(1970, 1, 1, tzinfo=UTC), _SECOND),
    "sas_seconds": (datetime(1960, 1, 1), _SECOND), "stata_ms": (datetime(1960, 1, 1), _MS),
    "unix_ms": (datetime(1970, 1, 1, tzinfo=UTC), _MS),
}  # fmt: skip
# Days that say that there is none: a spreadsheet's 0 and 1, SPSS's 0, what servers put into an empty field.
_ZERO_DAYS = frozenset({date(1, 1, 1), date(1582, 10, 14), date(1899, 12, 30), date(1899, 12, 31)})
# 0000-00-00; 1900-01-00 in either order, as a spreadsheet shows 0; 00:00, as its readers give it.
_ZERO = re.compile(
    r"(?:0{2,4}|1899|1900)[-/.]0{1,2}[-/.]0{1,2}|1900[-/.]0?1[-/.]0{1,2}|0{1,2}[-/.]0?1[-/.](?:1900|0000)|"
    r"0{1,2}[-/.]0{1,2}[-/.](?:0{2,4}|1900)|0?1[-/.]0{1,2}[-/.]1900|0{1,2}:00(?::00)?"
)
# As exports write them in Spanish, English, Portuguese, French, German and Italian.
_MONTHS = (
    "ene enero jan january janeiro janv janvier januar gen gennaio",
    "feb febrero february fev fevereiro f\u00e9v f\u00e9vr f\u00e9vrier fevrier februar febbraio",
    "mar marzo march mar\u00e7o mars m\u00e4r m\u00e4rz",
    "abr abril apr april avr avril aprile",
    "may mayo mai maio mag maggio",
    "jun junio june junho juin juni giu giugno",
    "jul julio july julho juil juillet juli lug luglio",
    "ago agosto aug august ao\u00fbt aout",
    "sep sept septiembre set setiembre september setembro septembre settembre",
    "oct octubre october out outubro octobre okt oktober ott ottobre",
    "nov noviembre november novembro novembre",
    "dic diciembre dec december dez dezembro d\u00e9c d\u00e9cembre decembre dezember dicembre",
)
_MONTH_OF = {word: f"{number:02d}" for number, words in enumerate(_MONTHS, 1) for word in words.split()}
_ALONE, _ENDED = r"(?<![^\W\d_])", r"(?![^\W\d_])"
_STEM = re.compile(rf"{_ALONE}({'|'.join(sorted(_MONTH_OF, key=len, reverse=True))})(?:\.(?!\d))?{_ENDED}")
_WEEKDAY = re.compile(
    rf"{_ALONE}(?:lunes|martes|mi[eé]rcoles|jueves|viernes|s[aá]bado|domingo|lun|mi[eé]|jue|vie|s[aá]b|dom|"
    rf"(?:mon|tues|wednes|thurs|fri|satur|sun)day|mon|tue|wed|thu|fri|sat|sun){_ENDED}[.,]?\s*"
)
_HALF = re.compile(r"([ap])\s*\.?\s*m\b\.?")
_WITH_TIME = re.compile(
    r"(?P<date>.*?\d.*?)[ t,]+(?:a las? )?(?P<hours>\d{1,2})[:.h](?P<minutes>\d{2})"
    r"(?:[:.](?P<seconds>\d{2})(?:[.,]\d+)?)?\s*(?P<half>(?:am|pm)(?![a-z]))?\s*(?:(?:hrs|hs|h)(?![a-z]))?\.?\s*"
    r"(?P<zone>z|(?:utc|gmt)?\s?[+-]\d{1,2}(?::?\d{2})?|utc|gmt|[a-z_]+(?:/[a-z_]+)+|[a-z]{2,5})?\s*(?:\(.*\))?"
)
# Orders and marks that others have: ISO without marks, SAS's colon, the year at the end (C, Twitter).
_TURNED: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"^(\d{8})t(\d{2})(\d{2})(\d{2})?(?=\D|$)"), r"\1 \2:\3"),
    (re.compile(r"^(\d{1,2}[a-z]{3}\d{4}):(?=\d)"), r"\1 "),
    (re.compile(r"^(.*\D) (\d{1,2}:\d{2}(?::\d{2})?)((?: [a-z+]\S*)?) (\d{4})$"), r"\1 \4 \2\3"),
    (re.compile(r"^(.*\d) (\d{1,2}:\d{2}(?::\d{2})?)((?: [a-z+]\S*)?) (\d{4})$"), r"\1 \4 \2\3"),
)
# Hyphens of other kinds, and the mark by which a spreadsheet tells a text: what they stand for is plain.
_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2212"), "-")
_ZONE_NAME = re.compile(r"\s*\[([A-Za-z_]+(?:/[A-Za-z_+\-0-9]+)*)\]$")
# XML's days with a zone.
_DAY_IN_ZONE = re.compile(r"(\d{4}-\d\d-\d\d)(?:z|[+-]\d\d:\d\d)")
_TIME_FIRST = re.compile(r"^(\d{1,2}:\d{2}(?::\d{2})?(?:\s*[ap]m)?)[\s,]+(\d.*)$")
# The longest that a date in digits is: a text with a time is longer.
_DATE_ALONE = 10
ZERO_WAYS = ("%Y-%m-%d", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y")
_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?")


@dataclass(frozen=True)
class Written:
    """A text that may be a date: the ``part`` that is one in small letters, months as two digits; its time, if any.

    ``months``: whether a month was a word. ``zone``: of the time; ``letters``: of a zone that letters do not tell.
    """

    part: str
    months: bool = False
    moment: time | None = None
    zone: tzinfo | None = None
    letters: bool = False


def days(column: pd.Series, crosswalk: Column, clock: Clock) -> Converted:
    """Dates as ISO text (2013-05-02), the day in the study's zone; a time of day is dropped, a zero date is blank."""
    places, found = pd.factorize(column, use_na_sentinel=False)
    clock = replace(clock, whole_days=_all_midnight(list(found), crosswalk.format))
    read = partial(day_of, declared=crosswalk.format, clock=clock)
    empty = [code_text(value) == "" or is_zero(value, crosswalk.format) for value in found]
    read_days = [None if blank else read(value) for value, blank in zip(found, empty, strict=True)]
    values = pd.array([None if day is None else day.isoformat() for day in read_days], dtype="string")
    unknown = np.array([day is None for day in read_days], dtype=bool) & ~np.array(empty, dtype=bool)
    none = np.zeros(len(column), dtype=bool)
    return Converted(pd.Series(values.take(places), index=column.index), unknown[places], none)


def zone_changed(column: pd.Series, crosswalk: Column, clock: Clock) -> bool:
    """Whether some time of the column names a zone, or is in the delivery's, and was turned into the study's."""
    found = list(pd.factorize(column, use_na_sentinel=False)[1])
    if clock.zone is None or _all_midnight(found, crosswalk.format):
        return False
    if {"unix", "unix_ms"} & set(ways(crosswalk.format or "")):
        return True
    zones = [value.tzinfo for value in found if isinstance(value, datetime) and not pd.isna(value)]
    texts = [written(value) for value in found if isinstance(value, str) and len(value) > _DATE_ALONE]
    zones += [text.zone for text in texts if text.moment is not None]
    return any(zone is not None for zone in zones) or (bool(zones) and clock.delivered is not None)


def zeros(column: pd.Series, crosswalk: Column) -> int:
    """How many rows of the column hold a program's word for no date."""
    places, found = pd.factorize(column, use_na_sentinel=False)
    zero = np.array([code_text(v) != "" and is_zero(v, crosswalk.format) for v in found], dtype=bool)
    return int(zero[places].sum()) if len(zero) else 0


def _all_midnight(found: list[Any], declared: str | None) -> bool:
    """Whether every value that has a time has midnight, in whatever zone: days that a server wrote as times."""
    times = [value.time() for value in found if isinstance(value, datetime) and not pd.isna(value)]
    times += [
        moment
        for v in found
        if isinstance(v, str) and len(v) > _DATE_ALONE and (moment := written(v).moment) is not None
    ]
    for way in set(ways(declared or "")) & {"unix", "unix_ms"}:
        times += [when.time() for value in found if (when := _moment(code_text(value), way)) is not None]
    return bool(times) and all(moment == time.min for moment in times)


def is_zero(value: Any, declared: str | None) -> bool:
    """Whether a value is a program's word for no date: 0000-00-00, 1900-01-00, a count of 0."""
    if isinstance(value, date) and value is not pd.NaT:
        return (value.date() if isinstance(value, datetime) else value) in _ZERO_DAYS
    text = code_text(value)
    if text in {"0", "0.0"}:
        return declared is not None and bool(set(ways(declared)) & set(EPOCHS))
    if not text or text[0] not in "013":
        return False
    part = written(text).part
    return bool(_ZERO.fullmatch(part)) or any(_pattern(part, way) in _ZERO_DAYS for way in ZERO_WAYS)


def day_of(value: Any, declared: str | None, clock: Clock) -> date | None:
    """One value as a day of the study, None where it is none as ``declared``."""
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, datetime):
        return clock.day(value.to_pydatetime(warn=False) if isinstance(value, pd.Timestamp) else value)
    if isinstance(value, date):
        return value
    text = clean(code_text(value))
    if declared is None:
        return _timed(text, "%Y-%m-%d", clock) if re.match(r"\d{4}-\d\d-\d\d(?!\d)", text) else None
    tried = (counted(text, way, clock) if way in EPOCHS else _timed(text, way, clock) for way in ways(declared))
    return next((day for day in tried if day is not None), None)


def counted(text: str, way: str, clock: Clock) -> date | None:
    """A count of days, seconds or milliseconds as a day; None for what is no number or leads out of the calendar."""
    when = _moment(text, way)
    if when is None:
        return None
    # Whole days have no time that a zone could move.
    whole = EPOCHS[way][1] == _DAY and when.time() == time.min
    return when.date() if whole else clock.day(when)


def _moment(text: str, way: str) -> datetime | None:
    if not _NUMBER.fullmatch(text):
        return None
    epoch, unit = EPOCHS[way]
    try:
        when = epoch + timedelta(milliseconds=float(text.replace(",", ".")) * unit)
    except OverflowError:
        return None
    # A date written as a number (20130502) is no count of days.
    return None if unit == _DAY and when.year > 2099 else when


def _timed(text: str, way: str, clock: Clock) -> date | None:
    found = written(text)
    day = _pattern(found.part, way)
    if day is None or found.months != bool(re.search("%[bB]", way)):
        return None
    if found.letters and clock.delivered is None:
        return None
    return day if found.moment is None else clock.day(datetime.combine(day, found.moment, found.zone))


def written(text: str) -> Written:
    """The parts of a text that may be a date.

    >>> written("Jueves, 2 de mayo de 2013 07:30 p. m.")
    Written(part='2 de 05 de 2013', months=True, moment=datetime.time(19, 30), zone=None, letters=False)
    """
    text, named_zone = _without_zone_name(clean(text))
    plain = _WEEKDAY.sub("", _HALF.sub(r"\1m", " ".join(text.casefold().split()))).strip(" '")
    for pattern, order in _TURNED:
        plain = pattern.sub(order, plain)
    plain = found[1] if (found := _DAY_IN_ZONE.fullmatch(plain)) else plain
    named = _STEM.sub(_month, _TIME_FIRST.sub(r"\2 \1", plain))
    found = _WITH_TIME.fullmatch(named)
    months = bool(_STEM.search(plain))
    moment = None if found is None else _time_of(found)
    if found is None or moment is None:
        return Written(named, months)
    said = found["zone"] or named_zone
    zone = zone_of(said or "")
    return Written(found["date"].rstrip(" ,"), months, moment, zone, bool(said) and zone is None)


def clean(text: str) -> str:
    """A text with plain hyphens, without the mark by which a spreadsheet tells that it is one.

    >>> clean("'2013\N{EN DASH}05\N{EN DASH}02")
    '2013-05-02'
    """
    return text.translate(_DASHES).removeprefix("'") if not text.isascii() or text.startswith("'") else text


def _without_zone_name(text: str) -> tuple[str, str | None]:
    found = _ZONE_NAME.search(text)
    return (text, None) if found is None else (text[: found.start()], found[1])


def _time_of(found: re.Match[str]) -> time | None:
    """The time of day; a second 60 is the last of its minute, and 24:00 the end of the day that is written."""
    hour, minute, second, half = int(found["hours"]), int(found["minutes"]), int(found["seconds"] or 0), found["half"]
    if half and not 1 <= hour <= 12:
        return None
    hour = hour % 12 + (12 if half == "pm" else 0) if half else hour
    if (hour, minute, second) == (24, 0, 0):
        return time.max
    try:
        return time(hour, minute, 59 if second == 60 else second)
    except ValueError:
        return None


def _month(found: re.Match[str]) -> str:
    return _MONTH_OF[found[1]]


def _pattern(part: str, way: str) -> date | None:
    """The date part read with the part of ``way`` that is no time; words for months are digits by now."""
    if part.isdecimal() and len(part) != (8 if "%Y" in way else 6):
        return None
    try:
        return datetime.strptime(part, _digits(way)).date()
    except (ValueError, re.error):
        return None


@cache
def _digits(way: str) -> str:
    """A way of writing without time and weekday, in small letters, its month in digits."""
    bare = re.split(r"[ T,]*%[HIpfMSz]", re.sub("%[aA]", "", way))[0].strip(" ,")
    return re.sub("%y", "%Y" if "%Y" in way else "%y", re.sub("%[bB]", "%m", bare).casefold())
