"""Days of the study: whatever the zone, the epoch or the way of writing, the day is the one that was meant."""

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulsometro.ingest.harmonise.clock import Clock
from pulsometro.ingest.harmonise.date_causes import _WAYS
from pulsometro.ingest.harmonise.dates import EPOCHS, day_of, days
from pulsometro.questionnaire.model import Column

MONTERREY = ZoneInfo("America/Monterrey")
CLOCK = Clock(zone=MONTERREY)
SPANISH = ("enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre",
           "noviembre", "diciembre")  # fmt: skip
DAYS = st.dates(date(1990, 1, 1), date(2059, 12, 31))
MOMENTS = st.datetimes(datetime(1996, 1, 1), datetime(2030, 1, 1))
OFFSETS = st.sampled_from([0, -300, -360, -420, 60, 330, 840])


@given(MOMENTS, OFFSETS)
def test_a_time_with_its_zone_has_the_day_of_the_study(moment: datetime, offset: int) -> None:
    there = moment.replace(tzinfo=timezone(timedelta(minutes=offset)), microsecond=0)
    expected = there.astimezone(MONTERREY).date()
    sign, rest = ("-", -offset) if offset < 0 else ("+", offset)
    zones = [f"{sign}{rest // 60:02d}:{rest % 60:02d}", f" {sign}{rest // 60:02d}{rest % 60:02d}"]
    zones += ["Z", ".000Z", " UTC"] if not offset else []
    for zone in zones:
        assert day_of(f"{there:%Y-%m-%dT%H:%M:%S}{zone}", None, CLOCK) == expected, zone
    assert day_of(there, None, CLOCK) == day_of(pd.Timestamp(there), None, CLOCK) == expected


@pytest.mark.parametrize(
    ("utc", "day"),
    [
        ("2013-05-03T04:59:00Z", 2),
        ("2013-05-03T05:01:00Z", 3),
        ("2013-12-03T05:59:00Z", 2),
        ("2023-05-03T05:59:00Z", 2),
    ],
)
def test_summer_time_is_that_of_the_year(utc: str, day: int) -> None:
    """Five hours in the summer of 2013, six in winter and, since summer time was given up in 2022, all year."""
    found = day_of(utc, None, CLOCK)
    assert found is not None and found.day == day


@given(DAYS, st.sampled_from(_WAYS), st.sampled_from(["", " 19:30", " 07:30 p. m.", " 23:59:59", ", 7:05 AM"]))
def test_each_way_of_writing_is_read_back(day: date, way: str, time: str) -> None:
    written = day.strftime(way.replace("%b", SPANISH[day.month - 1]))
    assert day_of(written + time, way, Clock()) == day
    assert day_of(written.upper() + time, way, Clock()) == day


@given(DAYS, st.sampled_from(sorted(EPOCHS)))
def test_each_count_is_read_back(day: date, way: str) -> None:
    epoch, unit = EPOCHS[way]
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=epoch.tzinfo)
    count = (noon - epoch) / timedelta(milliseconds=unit)
    assert day_of(f"{count:.6f}", way, Clock(zone=UTC)) == day
    assert day_of(float(count), way, Clock(zone=UTC)) == day


@given(st.text(max_size=24))
def test_no_text_ends_in_an_error(text: str) -> None:
    for way in (None, *_WAYS, *EPOCHS):
        found = day_of(text, way, CLOCK)
        assert found is None or isinstance(found, date)


def test_days_that_a_server_wrote_as_midnight_stay_and_times_move() -> None:
    midnight = pd.Series(["2013-05-02T00:00:00Z", "2013-05-03T00:00:00Z", None])
    assert days(midnight, Column("F"), CLOCK).values.tolist()[:2] == ["2013-05-02", "2013-05-03"]
    one_time = pd.Series(["2013-05-02T00:00:00Z", "2013-05-03T01:00:00Z"])
    assert days(one_time, Column("F"), CLOCK).values.tolist() == ["2013-05-01", "2013-05-02"]
