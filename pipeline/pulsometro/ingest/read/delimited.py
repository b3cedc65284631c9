"""Delimited text: read as text only, after every record was counted."""

import csv
import sys
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import pandas as pd

from pulsometro.common.errors import PulsoError
from pulsometro.ingest.delivery_record import Note
from pulsometro.ingest.read.damage import readable
from pulsometro.ingest.read.delivered import Delivered, has_content
from pulsometro.ingest.read.detect import MAXIMUM_COLUMNS, TextLayout, text_layout
from pulsometro.ingest.read.exports import question_names
from pulsometro.ingest.read.header import LOOKED_AT, called, chosen, heading
from pulsometro.questionnaire.model import Delivery

LINE_ENDS = {"CR": "\r", "LF": "\n", "CRLF": None, "mixed": None, "none": None}
LONGEST_FIELD = 1_000_000


@dataclass(frozen=True)
class _Records:
    """The file's line on which each record after the header begins, and which of them (from 0) hold nothing.

    Lines of nothing are records here: editors, and whoever corrects the file, count them.
    """

    lines: tuple[int, ...]
    blank: tuple[int, ...]

    @property
    def told(self) -> int:
        """How many hold nothing between others; what stands at the end is no row that was left out."""
        empty, last = set(self.blank), len(self.lines) - 1
        while last in empty:
            last -= 1
        return sum(place < last for place in self.blank)


def read_text(path: Path, delivery: Delivery, wanted: Callable[[tuple[str, ...]], tuple[str, ...]]) -> Delivered:
    """Read a .csv (or .txt, .tsv) whatever its encoding, delimiter and line ends.

    Every value stays text, so that '01' stays '01'.
    Raises PulsoError naming the record that has too few or too many values, a repeated
    column name, or an encoding that does not fit.
    """
    layout, top = text_layout(path, delivery.encoding, delivery.delimiter), delivery.header_row
    above = _lines_above(path, layout, top)
    first = _first(path, layout, above)
    names = question_names(tuple(map(heading, first[0])))
    columns = names.columns
    found = chosen(columns, first[1:], wanted, str(path), top)
    records = _scan(path, layout, above, frozenset(delivery.skip_rows))
    for name in found:
        if columns.count(name) > 1:
            raise PulsoError(f"{path}: two columns are called {called(columns, name)}; ask which one is the item's.")
    places = [columns.index(name) for name in found]
    with readable(path), _below(path, layout, above) as source:
        frame = pd.read_csv(
            source, sep=layout.delimiter, encoding=layout.encoding, dtype=str, keep_default_na=False, header=None,
            usecols=sorted(set(places)), engine="c", skip_blank_lines=False, na_filter=False,
            lineterminator=LINE_ENDS[layout.line_ends], index_col=False,
        )  # fmt: skip
    frame = frame.iloc[1:]
    if len(frame) != len(records.lines):
        raise PulsoError(
            f"{path}: {len(records.lines):,} records were counted but {len(frame):,} read; its quotes or line ends "
            "are damaged: ask for the file again."
        )
    frame = frame.set_axis(pd.Index(records.lines, dtype="int64"))
    frame = pd.DataFrame({name: frame[place] for name, place in zip(found, places, strict=True)})
    frame = frame.drop(index=frame.index[list(records.blank)])
    detected = {
        "format": "csv", "encoding": layout.encoding, "delimiter": layout.delimiter,
        "line_ends": layout.line_ends, "source": names.source,
    }  # fmt: skip
    notes: tuple[Note, ...] = _doubt(layout)
    notes += (Note("quoted"),) if layout.quoted else ()
    notes += (Note("blank_rows", f"{records.told:,}"),) if records.told else ()
    return Delivered(frame, columns, {}, detected, notes, names.system)


def _doubt(layout: TextLayout) -> tuple[Note, ...]:
    found = [layout.encoding, *(name for name in layout.others if name != "?")]
    return (Note("encoding_guessed", " / ".join(found)),) if layout.others else ()


@contextmanager
def _below(path: Path, layout: TextLayout, above: int) -> Iterator[Path | TextIO]:
    """The file, or where lines stand above its names, the text below them."""
    if not above:
        yield path
        return
    with path.open(encoding=layout.encoding, newline="") as stream:
        yield _without(stream, above)


def _without(stream: TextIO, above: int) -> TextIO:
    """The text after its first lines."""
    for _ in range(above):
        stream.readline()
    return stream


def _lines_above(path: Path, layout: TextLayout, top: int) -> int:
    """How many lines the records above the names take; PulsoError where the file ends before them."""
    if top == 1:
        return 0
    with path.open(encoding=layout.encoding, newline="") as stream:
        reader = csv.reader(stream, delimiter=layout.delimiter)
        for number in range(1, top):
            if next(reader, None) is None:
                raise PulsoError(f"{path}: it ends in row {number - 1}; correct delivery.header_row.")
        above = reader.line_num
        if next(reader, None) is None:
            raise PulsoError(f"{path}: it ends in row {top - 1}; correct delivery.header_row.")
    return above


def _first(path: Path, layout: TextLayout, above: int) -> list[list[str]]:
    """The first records as they come: the header, and what may be the header when that is none.

    Raises PulsoError when there are more columns than a questionnaire has.
    """
    csv.field_size_limit(min(LONGEST_FIELD, sys.maxsize))
    found: list[list[str]] = []
    with path.open(encoding=layout.encoding, newline="") as stream:
        reader = csv.reader(_without(stream, above), delimiter=layout.delimiter)
        try:
            for record in reader:
                if len(record) > MAXIMUM_COLUMNS:
                    raise PulsoError(f"{path}: the file has {len(record):,} columns; a questionnaire has none so many.")
                found.append(record)
                if len(found) > LOOKED_AT:
                    break
        except csv.Error as error:
            raise PulsoError(
                f"{path}, line {above + reader.line_num}: not a readable record ({error}); a quote is open or the line "
                "is damaged."
            ) from error
    return found or [[]]


def _scan(path: Path, layout: TextLayout, above: int, left_out: Collection[int]) -> _Records:
    """Go through every record once: a record with another number of values is shifted or cut.

    ``above``: lines before the names. ``left_out``: lines that are said to be no interviews.
    """
    with path.open(encoding=layout.encoding, newline="") as stream:
        reader = csv.reader(_without(stream, above), delimiter=layout.delimiter, strict=True)
        try:
            width = len(next(reader, []))
            lines: list[int] = []
            blank: list[int] = []
            line = above + reader.line_num + 1
            for record in reader:
                # One that holds nothing may be of any width: a mark of the file's end, blanks that somebody typed.
                if not any(map(has_content, record)):
                    blank.append(len(lines))
                elif line not in left_out or len(record) > width:
                    _refuse_record(path, line, record, width)
                lines.append(line)
                line = above + reader.line_num + 1
        except csv.Error as error:
            place = above + reader.line_num
            raise PulsoError(
                f"{path}, line {place}: not a readable record ({error}); a quote is open or the line is damaged."
            ) from error
    return _Records(tuple(lines), tuple(blank))


def _refuse_record(path: Path, line: int, record: list[str], width: int) -> None:
    if len(record) != width:
        raise PulsoError(
            f"{path}, line {line}: {len(record)} values for {width} columns; the row is cut or shifted: correct it "
            "or ask for the file again."
        )
    if any("\ufeff" in value for value in record):
        raise PulsoError(
            f"{path}, line {line}: a byte-order mark in the middle: files were pasted together; ask for them one by "
            "one."
        )
