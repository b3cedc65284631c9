"""Cells that no item can mean: a spreadsheet's errors, and dates and times that it made of something else."""

import re

from pulsometro.ingest.harmonise.blank_words import is_usual
from pulsometro.ingest.harmonise.durations import looks_timed
from pulsometro.ingest.read.cell_errors import is_cell_error

_MONTH = "ene|feb|mar|abr|may|jun|jul|ago|sep|oct|nov|dic|jan|apr|aug|dec"
# 1/2 and 1-2 become 01-feb, feb-01 or, as a cell, the first of February at midnight.
_MADE_DATE = re.compile(
    rf"\d{{4}}-\d\d-\d\d(?:[ T]\d\d:\d\d(?::\d\d(?:\.\d+)?)?)?|\d{{1,2}}-(?:{_MONTH})\.?(?:-\d{{2,4}})?|"
    rf"(?:{_MONTH})\.?-\d{{2,4}}",
    re.IGNORECASE,
)


def looks_dated(text: str) -> bool:
    """Whether a text is a date as a spreadsheet makes it of something else.

    >>> [looks_dated(text) for text in ("2013-02-01 00:00:00", "01-feb", "ene-13", "1-2", "20130201")]
    [True, True, True, False, False]
    """
    return bool(_MADE_DATE.fullmatch(text))


def odd_cell(text: str) -> str | None:
    """What is wrong with a cell of an item that is no date, and what to do, without a full stop; None for others.

    What was in it before cannot be told: nothing is read out of it.
    """
    if is_cell_error(text) and not is_usual(text):
        return "is a spreadsheet's error and no answer; correct the cell in the workbook and save it again"
    if looks_dated(text):
        return (
            "is a date and no answer, as spreadsheets make of 1-2, 1/2 or 1.2; correct the cell or ask for the column "
            "as text, or, where the whole column is of dates, correct delivery.columns"
        )
    return None


def few_times(texts: list[str], rows: list[int]) -> bool:
    """Whether times are fewer than other values of a column of numbers, so that it is none of durations.

    ``texts``: its distinct values; ``rows``: how many rows hold each.
    """
    timed = sum(count for text, count in zip(texts, rows, strict=True) if text and looks_timed(text))
    filled = sum(count for text, count in zip(texts, rows, strict=True) if text)
    return 2 * timed < filled
