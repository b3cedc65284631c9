"""Rows that are no interviews: further rows of headings at the top, and column names once more among answers."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from pulsometro.common.errors import PulsoError
from pulsometro.ingest.delivery_record import Note
from pulsometro.ingest.harmonise.areas import Areas
from pulsometro.ingest.harmonise.clock import NO_CLOCK, Clock
from pulsometro.ingest.harmonise.crosswalk import Plan, converted
from pulsometro.ingest.harmonise.numerals import declared_marks
from pulsometro.ingest.harmonise.rows_left_out import left_out
from pulsometro.ingest.harmonise.spoilt_folios import rows_said
from pulsometro.ingest.harmonise.ways import Ways
from pulsometro.ingest.read.delivered import ColumnMetadata, Delivered, code_text
from pulsometro.ingest.read.header import heading
from pulsometro.questionnaire.model import Questionnaire

# Servers write up to two rows more; what is looked at shows whether answers follow.
_MOST, _LOOKED_AT = 5, 16
_HEADED = frozenset({"csv", "xlsx", "xls"})
_COMPARED = frozenset({"single", "integer", "number", "date", "area"})
_IMPORT_ID = re.compile(r'\{\s*"ImportId"')
_LEAST, _ANSWERED, _NUMBERED = 2, 0.5, 8


@dataclass(frozen=True)
class _Told:
    """Of each row looked at, how many cells of codes, numbers, dates and places are filled, and how many are known."""

    filled: np.ndarray
    known: np.ndarray

    @property
    def heading(self) -> np.ndarray:
        """Rows of which nothing is an answer."""
        found: np.ndarray = (self.filled >= _LEAST) & (self.known == 0)
        return found

    @property
    def answered(self) -> np.ndarray:
        """Rows of which most is an answer."""
        found: np.ndarray = (self.filled >= _LEAST) & (self.known >= _ANSWERED * self.filled)
        return found


def without_headings(
    delivered: Delivered, questionnaire: Questionnaire, reading: Plan, areas: Areas, path: Path, clock: Clock = NO_CLOCK
) -> Delivered:
    """The delivery without rows that repeat its column names, and those that ``header_rows``, ``skip_rows`` declare.

    Qualtrics' three rows tell themselves. Raises PulsoError for rows of headings that nobody declared, and for a
    declared one that holds an interview's answers.
    """
    declared = questionnaire.delivery.header_rows
    delivered = left_out(
        delivered, questionnaire.delivery.skip_rows, path, reading.respondent,
        lambda part: _told(part, questionnaire, reading, areas, clock).answered,
    )  # fmt: skip
    if delivered.detected.get("format") not in _HEADED:
        if declared > 1 or questionnaire.delivery.header_row > 1:
            key = "header_rows" if declared > 1 else "header_row"
            raise PulsoError(
                f"{path}: such a file has no rows of headings; take delivery.{key} out of the questionnaire."
            )
        return delivered
    delivered = _without_repeated(delivered)
    told = _told(delivered, questionnaire, reading, areas, clock)
    skipped = max(declared - 1, _qualtrics(delivered.frame))
    _refuse_lost(told, delivered, skipped, path)
    _refuse_more(told, delivered, skipped, path)
    if not skipped:
        return delivered
    note = Note("header_rows", ", ".join(str(row) for row in delivered.frame.index[:skipped]))
    metadata = _labelled(delivered, delivered.frame.iloc[:skipped])
    told_by_rows = sum(bool(metadata[str(name)].label) for name in delivered.frame if str(name) in metadata)
    detected = {**delivered.detected, "column_labels": str(told_by_rows)}
    return replace(
        delivered, frame=delivered.frame.iloc[skipped:], notes=(*delivered.notes, note), metadata=metadata,
        detected=detected,
    )  # fmt: skip


def _labelled(delivered: Delivered, rows: pd.DataFrame) -> Mapping[str, ColumnMetadata]:
    """The file's own labels, and of columns that have none the longest text of their rows of headings.

    Servers write there what was asked: it is compared with the questionnaire as the labels of other files are.
    """
    found = dict(delivered.metadata)
    for name in rows:
        texts = [text for value in rows[name] if not _IMPORT_ID.match(text := code_text(value))]
        label = max(texts, key=len, default="")
        known = found.get(str(name), ColumnMetadata())
        if label and not known.label:
            found[str(name)] = replace(known, label=label)
    return found


def rows_of_headings(
    delivered: Delivered, questionnaire: Questionnaire, reading: Plan, areas: Areas, clock: Clock = NO_CLOCK
) -> int:
    """What ``header_rows`` must say for a delivery's answers to be read whole; 0 where what is said now will do."""
    declared = questionnaire.delivery.header_rows
    if delivered.detected.get("format") not in _HEADED:
        return 1 if declared > 1 else 0
    delivered = _without_repeated(delivered)
    told = _told(delivered, questionnaire, reading, areas, clock)
    skipped = max(declared - 1, _qualtrics(delivered.frame))
    lost = np.flatnonzero(told.answered[:skipped])
    if len(lost):
        return int(lost[0]) + 1
    more = _further(told, skipped)
    return skipped + more + 1 if more else 0


def _without_repeated(delivered: Delivered) -> Delivered:
    frame, server = delivered.frame, bool(delivered.detected.get("source"))
    filled, same = np.zeros(len(frame), dtype=int), np.zeros(len(frame), dtype=int)
    for name in frame.columns:
        places, found = pd.factorize(frame[name], use_na_sentinel=False)
        texts = [code_text(value) for value in found]
        filled += np.array([bool(text) for text in texts], dtype=int)[places]
        same += np.array([_names(text, str(name), server) for text in texts], dtype=int)[places]
    repeated = (same >= _LEAST) & (same == filled)
    if not repeated.any():
        return delivered
    note = Note("headings_repeated", rows_said(frame.index[repeated]))
    return replace(delivered, frame=frame.loc[~repeated], notes=(*delivered.notes, note))


def _names(text: str, column: str, server: bool) -> bool:
    """Whether a cell is its column's name; of a ``server``'s, also with its groups before it or its text after."""
    longer = server and (text.endswith((f"/{column}", f"-{column}")) or text.startswith(f"{column}. "))
    return heading(text).casefold() == column.casefold() or longer


def _qualtrics(frame: pd.DataFrame) -> int:
    """How many rows below the names are Qualtrics' own: the last of them holds its ids, and nothing else does."""
    for place in range(min(_MOST, len(frame))):
        texts = [text for value in frame.iloc[place] if (text := code_text(value))]
        if len(texts) >= _LEAST and all(_IMPORT_ID.match(text) for text in texts):
            return place + 1
    return 0


def _told(delivered: Delivered, questionnaire: Questionnaire, reading: Plan, areas: Areas, clock: Clock) -> _Told:
    """Of the first rows of ``delivered``."""
    head = replace(delivered, frame=delivered.frame.head(_LOOKED_AT))
    marks = declared_marks(questionnaire.delivery)
    ways = Ways(areas, marks, marks, {}, clock)
    filled, known = np.zeros(len(head.frame), dtype=int), np.zeros(len(head.frame), dtype=int)
    items: Mapping[str, str] = {name: questionnaire[name].kind for name in reading.items}
    for name, crosswalk in reading.items.items():
        if items[name] in _COMPARED and crosswalk.option is None:
            unknown = converted(name, head, questionnaire[name], crosswalk, ways).unknown
            has = head.frame[crosswalk.name].map(code_text).ne("").to_numpy(dtype=bool)
            filled += has
            known += has & ~unknown
    return _not_answers(head.frame, reading, filled, known)


def _not_answers(frame: pd.DataFrame, reading: Plan, filled: np.ndarray, known: np.ndarray) -> _Told:
    """Rows that number the columns, and a first one that has texts of multiple answers alone, are headings too."""
    for place in range(len(frame)):
        texts = [text for value in frame.iloc[place] if (text := code_text(value))]
        numbers = [int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 6]
        numbered = len(numbers) == len(texts) >= _NUMBERED and numbers == sorted(set(numbers))
        options = place == 0 and bool(texts) and not filled[0] and not _named(frame.iloc[0], reading)
        if numbered or options:
            filled[place], known[place] = max(filled[place], _LEAST), 0
    return _Told(filled, known)


def _named(row: pd.Series, reading: Plan) -> bool:
    return any(code_text(row[name]) for name in reading.respondent if name in row)


def _refuse_lost(told: _Told, delivered: Delivered, skipped: int, path: Path) -> None:
    lost = np.flatnonzero(told.answered[:skipped])
    if len(lost):
        place = int(lost[0])
        raise PulsoError(
            f"{path}, row {delivered.frame.index[place]}: it holds an interview's answers ({told.known[place]} of "
            f"{told.filled[place]} cells are codes, numbers, dates or places), which delivery.header_rows would lose; "
            f"say delivery.header_rows: {place + 1}."
        )


def _refuse_more(told: _Told, delivered: Delivered, skipped: int, path: Path) -> None:
    more = _further(told, skipped)
    if not more:
        return
    rows = delivered.frame.index[skipped : skipped + more]
    named = f"row {rows[0]}: it holds" if more == 1 else f"rows {rows[0]} to {rows[-1]}: they hold"
    raise PulsoError(
        f"{path}, {named} further headings where codes, numbers and dates are expected, as survey servers write them; "
        f"say delivery.header_rows: {skipped + more + 1} in the questionnaire."
    )


def _further(told: _Told, skipped: int) -> int:
    """How many rows of headings go on where the declared ones end, where answers follow them."""
    rest = told.heading[skipped : skipped + _MOST]
    more = int(np.argmin(rest)) if not rest.all() else len(rest)
    return more if told.answered[skipped + more :].any() else 0
