"""Cells of a population table: text into persons, dates and codes, each fault with file, row, column and remedy."""

import difflib
import re
from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd

from pulsometro.settings.faults import shown
from pulsometro.weighting.errors import WeightingError

# What the index of a table is called when it holds the lines of its file.
ROW = "row"
_PLAIN = re.compile(r"\d+(?:\.\d+)?")
# Blanks and quotes as spreadsheets and word processors write them: some do not break, some are thin or curved.
_THOUSANDS = re.compile(
    r"(?P<whole>\d{1,3}(?P<mark>[,.' \u00a0\u2007\u2009\u202f\u2019])\d{3}(?:(?P=mark)\d{3})*)"
    r"(?:(?!(?P=mark))[.,](?P<part>\d+))?"
)
# All of a column so, and none of four digits before the point: as Spanish divides thousands.
_GROUPED, _LONG = re.compile(r"\d{1,3}\.\d{3}"), re.compile(r"\d{4}")
_COMMA = re.compile(r"\d+,\d+")
_WHOLE = re.compile(r"(\d+)(?:\.0+)?")
# A year before this one, or so far ahead, is a slip: 0013 for 2013.
_FIRST, _LAST = 1900, 2100
_ISO = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ]00:00(?::00(?:\.0+)?)?)?")
_DAY_FIRST = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?: 0?0:00(?::00)?)?")


def cell_text(value: Any) -> str:
    """A cell as text: '' where blank, whole numbers without '.0', dates as 2013-07-01, no blanks at the ends."""
    if value is None or value is pd.NA or value is pd.NaT or value != value:
        return ""
    if isinstance(value, datetime | date):
        return value.strftime("%Y-%m-%d")
    if isinstance(value, bool | np.bool_):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float | np.integer | np.floating):
        return str(int(value)) if float(value).is_integer() else repr(float(value))
    return str(value).strip(" \t\r\n\u00a0\u200b\ufeff")


def as_text(table: pd.DataFrame) -> pd.DataFrame:
    """The table with every cell as text and the lines of its file as index, where it has no such index yet."""
    if table.index.name == ROW:
        return table
    texts = {name: [cell_text(value) for value in table[name]] for name in table}
    return pd.DataFrame(texts, index=pd.RangeIndex(2, len(table) + 2, name=ROW), dtype="str")


def persons(table: pd.DataFrame, column: str, file: str, what: str = "a total counts persons") -> np.ndarray:
    """(n,) counts, not negative, of a table as ``as_text`` gives it.

    Raises WeightingError naming the first cell that is none, and why.
    """
    points = [text for text in table[column] if "." in text]
    if points and all(map(_GROUPED.fullmatch, points)) and not any(map(_LONG.match, table[column])):
        row = table.index[table[column].str.contains(".", regex=False)][0]
        raise _thousands(points[0], f"{file}, row {row}, column '{column}'")
    return np.array([_count(text, file, row, column, what) for row, text in table[column].items()], dtype=np.float64)


def _count(text: str, file: str, row: Any, column: str, what: str) -> float:
    where = f"{file}, row {row}, column '{column}'"
    if _PLAIN.fullmatch(text):
        return float(text)
    if text == "":
        raise WeightingError(f"{where} is blank", "write the number, 0 where there is nobody")
    if text.startswith("-") and _PLAIN.fullmatch(text[1:]):
        raise WeightingError(f"{where}: '{text}' is negative", f"correct it: {what}")
    if _THOUSANDS.fullmatch(text):
        raise _thousands(text, where)
    if _COMMA.fullmatch(text):
        raise WeightingError(f"{where}: '{text}' has a decimal comma", f"write a point ({text.replace(',', '.')})")
    raise WeightingError(f"{where}: '{shown(text)}' is not a number", "write digits alone, as 12345 or 12345.6")


def _thousands(text: str, where: str) -> WeightingError:
    found = _THOUSANDS.fullmatch(text)
    whole, part = (found["whole"], found["part"] or "") if found is not None else (text, "")
    plain = re.sub(r"[^0-9]", "", whole) + (f".{part}" if part.strip("0") else "")
    return WeightingError(
        f"{where}: the mark in '{shown(text)}' may divide thousands or decimals",
        f"write it without marks between thousands ({plain}), with a point and other than three digits after it where "
        "it has decimals",
    )


def days(table: pd.DataFrame, column: str, file: str) -> list[str]:
    """(n,) dates as 2013-07-01. Of 01/07/2013 the day comes first, as in Spanish.

    Raises WeightingError naming the first cell that is no date.
    """
    return [_day(text, file, row, column) for row, text in table[column].items()]


def _day(text: str, file: str, row: Any, column: str) -> str:
    where, remedy = f"{file}, row {row}, column '{column}'", "write it as 2013-07-01"
    if text == "":
        raise WeightingError(f"{where} is blank", f"{remedy}: of when the total is")
    iso, spanish = _ISO.fullmatch(text), _DAY_FIRST.fullmatch(text)
    try:
        found = date.fromisoformat(iso[1]) if iso else None
        found = date(int(spanish[3]), int(spanish[2]), int(spanish[1])) if spanish else found
    except ValueError:
        found = None
    if found is not None and not _FIRST <= found.year <= _LAST:
        raise WeightingError(f"{where}: '{text}' is of the year {found.year}", "correct the year, as in 2013-07-01")
    if found is not None:
        return found.isoformat()
    raise WeightingError(f"{where}: '{shown(text)}' is not a date with the day first", remedy)


def code(text: str) -> str | None:
    """A cell as a whole code without zeros before it ('01', '1.0' → '1'), None when it is no code."""
    found = _WHOLE.fullmatch(text)
    return str(int(found[1])) if found else None


def area_codes(table: pd.DataFrame, column: str, file: str, known: tuple[str, ...]) -> list[str]:
    """(n,) areas, those of ``known`` as they are written there: a spreadsheet takes the zero from 07001.

    Raises WeightingError for a row without area.
    """
    written = {code(area): area for area in known if code(area) is not None}
    found = []
    for row, text in table[column].items():
        if text == "":
            raise WeightingError(f"{file}, row {row}, column '{column}' is blank", "write the area's code")
        found.append(text if text in known else written.get(code(text), text))
    return found


def refuse_strangers(areas: pd.Series, column: str, file: str, known: tuple[str, ...]) -> None:
    """Raise WeightingError where an area of ``known`` has no row and others stand there that are none of it.

    ``areas``: (n,) as ``area_codes`` gives them, by the file's rows. Areas of elsewhere beside all of the study's are
    no fault. By name, without the state's digits, or with a slip: each is told as such.
    """
    missing = [area for area in known if area not in set(areas)]
    strangers = areas[~areas.isin(known)]
    if not missing or strangers.empty:
        return
    lacking, found = missing[0], list(dict.fromkeys(strangers))
    near = next((text for text in found if (code(text) or "").zfill(3) == lacking[-3:]), None)
    near = next(iter([near] if near else difflib.get_close_matches(lacking, found, n=1)), found[0])
    row = strangers.index[strangers == near][0]
    digits = all(area.isdecimal() for area in known)
    short = [text for text in found if digits and text.isdecimal() and len(text) < min(map(len, known))]
    if short:
        why = "is a code without the state's digits"
    elif code(near) is None:
        why = "is no code: municipalities are written by code and not by name"
    else:
        why = "is the code of no municipality of the study"
    raise WeightingError(
        f"{file} has no row of it, and row {row}, column '{column}': '{shown(near)}' {why}",
        f"write {lacking} where it is meant, and so the others"
        if len(missing) > 1
        else f"write {lacking} there if it is meant, or add its rows",
        area=lacking,
    )
