"""Durations that were written as times: 00:06:06 as minutes."""

import re
from datetime import datetime, time, timedelta
from typing import Any

import numpy as np
import pandas as pd

from pulsometro.ingest.read.delivered import code_text

_TIME = re.compile(
    r"(?:(?P<days>\d+) days?,? )?(?P<first>\d{1,3}):(?P<second>[0-5]\d)(?::(?P<third>[0-5]\d(?:\.\d+)?))?"
)


def looks_timed(text: str) -> bool:
    """Whether a text is a time and no number.

    >>> looks_timed("00:06:06"), looks_timed("6.1")
    (True, False)
    """
    return bool(_TIME.fullmatch(text))


def minutes(column: pd.Series, way: str, whole: bool) -> pd.Series:
    """The column with times as minutes, to the nearest where they must be ``whole``; what is none stays as it is.

    ``way``: ``hh:mm:ss``, ``hh:mm`` or ``mm:ss``, the last also where a spreadsheet took it for hours and minutes.
    """
    places, found = pd.factorize(column, use_na_sentinel=False)
    made = [value if (read := _minutes(value, way)) is None else round(read) if whole else read for value in found]
    # With one more that is no number, or numpy would make numbers of them all.
    taken = np.array([*made, None], dtype=object)[:-1][places] if len(made) else np.array([], dtype=object)
    return pd.Series(taken, index=column.index, dtype=object)


def _minutes(value: Any, way: str) -> float | None:
    if isinstance(value, timedelta) and not pd.isna(value):
        seconds = value.total_seconds()
        return (seconds / 60 if way == "mm:ss" else seconds) / 60
    if isinstance(value, datetime):
        return None
    parts = _TIME.fullmatch(value.isoformat() if isinstance(value, time) else code_text(value))
    if parts is None:
        return None
    first, second, third = float(parts["first"]), float(parts["second"]), float(parts["third"] or 0)
    if way == "mm:ss":
        # A spreadsheet writes 12 minutes and 30 seconds as 12:30:00.
        return None if third or parts["days"] else first + second / 60
    if way == "hh:mm:ss" and parts["third"] is None:
        return None
    return float(parts["days"] or 0) * 1440 + first * 60 + second + third / 60


def timed_remedy(name: str, text: str, wave: str) -> str:
    """What to say of a time where a number should be, without a full stop."""
    key = f"delivery.columns.{name}.format"
    if text.count(":") > 1:
        return f'is a time of hours, minutes and seconds; say {key}: "hh:mm:ss" in {wave}.yaml, and minutes are read'
    return f'is a time, of hours or of minutes; say {key}: "hh:mm" or "mm:ss" in {wave}.yaml, and minutes are read'
