"""Why values are no dates as declared, and which key reads them: each cause in a sentence of its own."""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from pulsometro.ingest.harmonise.clock import Clock
from pulsometro.ingest.harmonise.dates import EPOCHS, counted, day_of, is_zero, written
from pulsometro.ingest.read.delivered import code_text
from pulsometro.questionnaire.written_forms import OR, ways

_WAYS = (
    "%Y-%m-%d", "%d/%m/%Y", "%m/%d/%Y", "%Y/%m/%d", "%d-%m-%Y", "%m-%d-%Y", "%d.%m.%Y", "%Y.%m.%d", "%d %m %Y",
    "%Y%m%d", "%d%m%Y", "%d/%m/%y", "%m/%d/%y", "%d-%m-%y", "%m-%d-%y", "%d.%m.%y", "%d-%b-%Y", "%d-%b-%y",
    "%d/%b/%Y", "%d/%b/%y", "%d %b %Y", "%d %b %y", "%d.%b.%Y", "%Y-%b-%d", "%b %d, %Y", "%b %d %Y", "%b-%d-%Y",
    "%d de %b de %Y", "%d de %b del %Y", "%d %b, %Y", "%d de %b %Y", "%d%b%Y", "%d%b%y",
    "%d. %b %Y", "%Y-%d-%m", "%Y/%d/%m", "%Y.%d.%m",
)  # fmt: skip
# With the year first in two digits: only where no other way puts the days into the fieldwork.
_SHORT_YEAR_FIRST = ("%y/%m/%d", "%y-%m-%d", "%y.%m.%d")
_COUNTED = {
    "excel": "a spreadsheet's day numbers", "excel1904": "day numbers of a Mac's spreadsheet (since 1904)",
    "stata": "Stata's or SAS's days (since 1960)", "unix_days": "R's days (since 1970)",
    "spss": "SPSS's seconds (since 1582)", "unix": "Unix's seconds (since 1970)",
    "sas_seconds": "SAS's seconds (since 1960)", "stata_ms": "Stata's milliseconds (since 1960)",
    "unix_ms": "a server's milliseconds (since 1970)",
}  # fmt: skip
# Zero for Unix, Stata and SAS, a Mac's and another spreadsheet, and what databases put where nothing was given.
_ZEROS = frozenset({"1970-01-01", "1969-12-31", "1960-01-01", "1904-01-01", "1900-01-01"})
_NEARLY = 0.8
_FIRST, _LAST = date(1990, 1, 1), date(2100, 1, 1)
_DATELIKE = re.compile(r"\d{1,4}([-/. ])\d{1,2}\1\d{1,4}|\d{8}")
_PARTIAL = re.compile(r"\d{4}[-/.]\d{1,2}|\d{1,2}[-/.]\d{4}|(?:\d{2} (?:de )?)?(?:19|20)\d{2}|\d{1,2} de \d{2}")
_CLOCK = re.compile(r"\d{1,2}:\d{2}.*")
# How a zone is named, where the study has not said its own.
_NAMED = "its name in IANA's table, Continent/City"


def date_cause(column: pd.Series, unknown: np.ndarray, name: str, declared: str | None, wave: str, clock: Clock) -> str:
    """What to do about a column of dates of which the rows in ``unknown`` are none, without a full stop.

    ``declared``: the format that the questionnaire says.
    """
    key = f"delivery.columns.{name}.format"
    found = [v for v in pd.unique(column) if code_text(v) and not is_zero(v, declared)]
    wrong = [v for v in pd.unique(column[unknown]) if code_text(v)]
    texts = list(dict.fromkeys(code_text(value) for value in found))
    zone = _zone(wrong, declared, wave, clock)
    if zone:
        return zone
    if any(isinstance(v, date) for v in found) and any(isinstance(v, str) for v in wrong):
        mixed = _mixed_cells(found, wrong)
        if mixed:
            return mixed
    numbers = [text for text in texts if re.fullmatch(r"[+-]?\d+(?:[.,]\d+)?", text) and len(text) != 8]
    if numbers and len(numbers) == len(texts):
        return _of_counts(numbers, key, wave, clock)
    return _of_texts(column, texts, key, wave, clock)


def _zone(wrong: Sequence[Any], declared: str | None, wave: str, clock: Clock) -> str:
    """Times that would be dates, were it known whose zone is meant."""
    parts = [written(code_text(value)) for value in wrong]
    if clock.zone is None and any(part.zone is not None for part in parts):
        return f"its time names a zone and params.yaml does not say the study's; say study.time_zone there ({_NAMED})"
    if clock.zone is None and (clock.delivered is not None or {"unix", "unix_ms"} & set((declared or "").split())):
        return f"its zone is known and the study's is not; say study.time_zone in params.yaml ({_NAMED})"
    if any(part.letters for part in parts):
        return f"its time names a zone by letters that several share; say delivery.time_zone in {wave}.yaml ({_NAMED})"
    return ""


def _mixed_cells(found: Sequence[Any], wrong: Sequence[Any]) -> str:
    """Half dates, half texts: a spreadsheet took the days up to 12 for months, and left the others as texts."""
    cells = [value for value in found if isinstance(value, date)]
    texts = [
        day for v in wrong if isinstance(v, str) and (day := day_of(v, "%d/%m/%Y | %d-%m-%Y", Clock())) is not None
    ]
    if texts and all(day.day > 12 for day in texts) and all(value.day <= 12 for value in cells):
        return (
            "some cells are dates and the others, all with a day over 12, are texts, so a spreadsheet took days for "
            "months in the first; ask for the column as text, as it was before the workbook was made"
        )
    return ""


def _of_counts(numbers: list[str], key: str, wave: str, clock: Clock) -> str:
    readings = {}
    for way in EPOCHS:
        days = [counted(number, way, replace(clock, zone=clock.zone or UTC)) for number in numbers]
        if all(day is not None and _FIRST <= day < _LAST for day in days):
            readings[way] = sum(clock.inside(day) for day in days if day is not None)
    likely = [way for way, inside in readings.items() if 2 * inside > len(numbers)] or list(readings)
    if len(likely) == 1:
        return f'all of them read as {_COUNTED[likely[0]]}: say {key}: "{likely[0]}" in {wave}.yaml'
    if likely:
        told = " or as ".join(f"{_COUNTED[way]} ({way})" for way in likely)
        return f"they may be read as {told}: say which in {key} in {wave}.yaml"
    return "it is a number, and no program's count of days or seconds since its epoch; ask how the dates were written"


def _of_texts(column: pd.Series, texts: list[str], key: str, wave: str, clock: Clock) -> str:
    fitting = {text: {way for way in (*_WAYS, *EPOCHS) if _reads(text, way, clock)} for text in texts}
    common = set.intersection(*fitting.values()) if fitting else set()
    short = [way for way in _SHORT_YEAR_FIRST if texts and all(_reads(text, way, clock) for text in texts)]
    if short and _in_fieldwork(texts, short[0], clock) > max(
        (_in_fieldwork(texts, way, clock) for way in common), default=0
    ):
        return f"{_alike(texts, short, key, clock)} in {wave}.yaml"
    if common:
        return f"{_alike(texts, [way for way in _WAYS if way in common], key, clock)} in {wave}.yaml"
    none = [text for text in texts if not fitting[text]]
    if none:
        rows = int(column.map(code_text).isin(none).sum())
        return _no_date(none[0], rows, wave)
    chosen, doubtful = _cover(fitting, clock)
    if doubtful:
        return (
            "some have the day first and others the month, and which of them those up to 12 have cannot be told; ask "
            "for all in one order"
        )
    counts = Counter(code_text(value) for value in column)
    each = {way: sum(counts[text] for text in texts if way in fitting[text]) for way in chosen}
    told = ", ".join(f"{rows:,} as {way}" for way, rows in each.items())
    said = f" {OR} ".join(chosen)
    return f'they are written in {len(chosen)} ways ({told}): say {key}: "{said}" in {wave}.yaml, or ask for one'


def _alike(texts: list[str], found: list[str], key: str, clock: Clock) -> str:
    if len(found) == 1:
        return f'all of them read as {found[0]}: say {key}: "{found[0]}"'
    inside = {way: _in_fieldwork(texts, way, clock) for way in found}
    told = ", ".join(f"{way} puts {100 * n // len(texts)} % of them into the fieldwork" for way, n in inside.items())
    return f"they may be read as {' or as '.join(found)} ({told}): say which in {key}"


def _in_fieldwork(texts: list[str], way: str, clock: Clock) -> int:
    """How many of the texts are days of the fieldwork, written in one way."""
    return sum(clock.inside(day) for text in texts if (day := day_of(text, way, clock)) is not None)


def _reads(text: str, way: str, clock: Clock) -> bool:
    """Whether a text is a date in one way of writing; of a count, whether it leads into fieldwork."""
    if way in EPOCHS:
        day = counted(text, way, replace(clock, whole_days=True))
        return day is not None and clock.inside(day)
    day = day_of(text, way, Clock(whole_days=True))
    return day is not None and 1900 <= day.year < _LAST.year


def _cover(fitting: dict[str, set[str]], clock: Clock) -> tuple[list[str], bool]:
    """The fewest ways that read every text, the widest first, and whether days and months may be exchanged in them.

    Of ways that read as many, the one that puts most days into fieldwork: a spreadsheet turns days up to 12 over.
    """
    left, chosen = set(fitting), []
    while left:
        sizes = Counter(way for text in left for way in fitting[text])
        best = max(sizes.values())
        first = [way for way in (*_WAYS, *EPOCHS) if sizes[way] == best]
        chosen.append(max(first, key=partial(_inside, left, fitting, clock)))
        left -= {text for text in left if chosen[-1] in fitting[text]}
    pairs = [(way, _turned(way)) for way in chosen if _turned(way) in chosen and _turned(way) != way]
    return chosen, any({one, other} <= of for one, other in pairs for of in fitting.values())


def _inside(texts: Collection[str], fitting: Mapping[str, set[str]], clock: Clock, way: str) -> int:
    """How many of the texts that a way reads it puts into fieldwork."""
    of = (day_of(text, way, replace(clock, whole_days=True)) for text in texts if way in fitting[text])
    return sum(day is not None and clock.inside(day) for day in of)


def _turned(way: str) -> str:
    """A way of writing with day and month exchanged."""
    return way.replace("%d", "%_").replace("%m", "%d").replace("%_", "%m")


def _no_date(text: str, rows: int, wave: str) -> str:
    part = written(text).part
    if re.fullmatch(r"\d(?:[.,]\d+)?e\+?\d+", part):
        return "a spreadsheet rounded the number, and with it the day; ask for the column with every digit"
    if any(day_of(text, way, Clock(whole_days=True)) is not None for way in _WAYS):
        return f"its year is no interview's ({rows:,} of such rows); correct it in the file, or ask the firm"
    if _CLOCK.fullmatch(part):
        return "it is a time of day without a date; ask for the column that has the date"
    if _DATELIKE.fullmatch(part):
        return f"no calendar has that day ({rows:,} of such rows); correct it in the file, or ask the firm"
    if _PARTIAL.fullmatch(part):
        return f"it lacks the day or the year ({rows:,} of such rows); ask for whole dates"
    if any(c.isdigit() for c in text):
        # Never to be named a word for blank: that would drop dates.
        return f"it is a date in no way of writing ({rows:,} of such rows); correct the file, or ask for ISO dates"
    return (
        f"it is a date in no way of writing ({rows:,} of such rows); correct the file, or, where it says that there is "
        f"none, name the word under delivery.blank in {wave}.yaml"
    )


def other_wave(
    days: pd.Series, column: pd.Series, name: str, declared: str | None, wave: str, clock: Clock
) -> str:  # fmt: skip
    """What may be wrong where most interviews are dated outside fieldwork, and what to do, without a full stop.

    ``days``: as they were read, ISO; ``column``: as they were delivered.
    """
    known = days.dropna()
    if len(set(known)) == 1 and known.iloc[0] in _ZEROS:
        return (
            f"all are {known.iloc[0]}, from which a program counts, so the file has no dates; ask for them, or name "
            f"{name} under delivery.not_delivered in {wave}.yaml"
        )
    way = better_way(column, declared, clock)
    if way is not None:
        return f'nearly all would be inside were they read otherwise: say delivery.columns.{name}.format: "{way}"'
    turned = [date(d.year, d.day, d.month) for d in map(date.fromisoformat, known) if d.day <= 12]
    if len(turned) > _NEARLY * len(known) and sum(map(clock.inside, turned)) > _NEARLY * len(known):
        return (
            "nearly all would be inside with day and month exchanged, as a spreadsheet of another country reads them; "
            "ask for the column as text"
        )
    shifted = Counter(d.year for d in map(date.fromisoformat, known)).most_common(1)[0][0]
    for year in dict.fromkeys(limit.year for limit in (clock.start, clock.end) if limit is not None):
        moved = [_in_year(d, d.year - shifted + year) for d in map(date.fromisoformat, known)]
        if year != shifted and sum(map(clock.inside, moved)) > _NEARLY * len(moved):
            return (
                f"nearly all would be inside were the year {year} and not {shifted}, as where a server's clock is "
                "wrong, or it is another year's file; ask the firm which"
            )
    return "it is another wave's file, or the dates in params.yaml are wrong"


def _in_year(day: date, year: int) -> date:
    """The day in another year; of 29 February the day before."""
    return date(year, day.month, min(day.day, 28) if day.month == 2 else day.day)


def better_way(column: pd.Series, declared: str | None, clock: Clock, share: float = _NEARLY) -> str | None:
    """Another format under which more than ``share`` of the different dates would be inside fieldwork: day for month,
    another epoch.
    """
    found = [value for value in pd.unique(column) if code_text(value) and not isinstance(value, date | datetime)]
    # Of several ways each may have days for months: a spreadsheet turns over those that it can read.
    each = [(way, _turned(way)) for way in ways(declared or "%Y-%m-%d")]
    turned = [f" {OR} ".join(dict.fromkeys(some)) for some in list(product(*each))[1:]]
    for way in [*turned, *(EPOCHS if declared in EPOCHS else ())]:
        days = [day_of(value, way, clock) for value in found]
        if found and sum(day is not None and clock.inside(day) for day in days) > share * len(found):
            return str(way)
    return None
