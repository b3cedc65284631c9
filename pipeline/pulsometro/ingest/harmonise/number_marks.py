"""Which marks a delivery's numbers have: as declared, or as found where they can be read in one way only."""

from pathlib import Path

import pandas as pd

from pulsometro.common.errors import PulsoError
from pulsometro.ingest.harmonise.crosswalk import Plan
from pulsometro.ingest.harmonise.numerals import (
    GAPS,
    Marks,
    decimal_of,
    declared_marks,
    marked,
    thousands_of,
    ungrouped,
)
from pulsometro.ingest.read.delivered import code_text
from pulsometro.questionnaire.model import Questionnaire
from pulsometro.questionnaire.writing_faults import DECIMALS


def file_marks(frame: pd.DataFrame, questionnaire: Questionnaire, reading: Plan, path: Path) -> Marks:
    """The marks of the number columns; ``decimal`` is None where there are no decimals.

    Raises PulsoError for what could be read in two ways, with the key that decides: it is refused, not guessed.
    """
    marks = declared_marks(questionnaire.delivery)
    if marks.decimal is not None:
        return marks
    found: dict[str, str] = {}
    for name, crosswalk in reading.items.items():
        if questionnaire[name].kind == "number":
            texts = [
                text
                for text in _texts(frame[crosswalk.name], GAPS.get(marks.thousands or "", ""))
                if marked(text) and not ungrouped(text)
            ]
            mark = _mark(texts, f"{path}, column {crosswalk.name}", questionnaire.wave)
            if mark is not None:
                found.setdefault(mark, crosswalk.name)
    if len(found) > 1:
        raise PulsoError(
            f"{path}: numbers have a decimal comma in column {found[',']} and a point in column {found['.']}; ask for "
            f"one of them, or, where one divides thousands, say delivery.thousands in {questionnaire.wave}.yaml."
        )
    return Marks(marks.thousands, next(iter(found), None))


def _texts(column: pd.Series, gaps: str) -> list[str]:
    """What is written as text, without ``gaps``: a number that the file holds as one has no marks."""
    if pd.api.types.is_numeric_dtype(column.dtype):
        return []
    without = str.maketrans(dict.fromkeys(gaps, ""))
    return [code_text(value).translate(without) for value in column.unique() if isinstance(value, str)]


def _mark(texts: list[str], where: str, wave: str) -> str | None:
    """The decimal mark of a column's texts, each of which has a comma or a point."""
    grouped = {mark for text in texts if (mark := thousands_of(text)) is not None}
    surely = {mark for text in texts if decimal_of(text) is not None and (mark := thousands_of(text)) is not None}
    surely |= {mark for text in texts for mark in ",." if text.count(mark) > 1}
    if surely:
        mark = sorted(surely)[0]
        raise PulsoError(
            f'{where}: numbers with marks between the thousands; say delivery.thousands: "{mark}" in {wave}.yaml, or '
            "ask for them without."
        )
    found = {mark for mark in DECIMALS if any(mark in text for text in texts)}
    if len(found) > 1:
        raise PulsoError(
            f"{where}: some numbers have a decimal comma and some a point; ask for one of them, or, where one divides "
            f"thousands, say delivery.thousands in {wave}.yaml."
        )
    if found and grouped == found and all(thousands_of(text) is not None for text in texts):
        mark = found.pop()
        what = "comma" if mark == "," else "point"
        raise PulsoError(
            f"{where}: every {what} has three digits after it, so it may divide thousands or decimals; say "
            f'delivery.thousands: "{mark}" or delivery.decimal: "{mark}" in {wave}.yaml, or ask for numbers without.'
        )
    return next(iter(found), None)
