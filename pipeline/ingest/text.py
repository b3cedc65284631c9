"""Delimited text: read as text only, after every record was counted."""

import csv
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from pipeline.errors import PulsoError
from pipeline.ingest.delivered import Delivered, Note
from pipeline.ingest.detect import MAXIMUM_COLUMNS, TextLayout, text_layout
from pipeline.ingest.exports import question_names
from pipeline.questionnaire.model import Delivery

LINE_ENDS = {"CR": "\r", "LF": "\n", "CRLF": None, "mixed": None, "none": None}
LONGEST_FIELD = 1_000_000


@dataclass(frozen=True)
class _Records:
    header: tuple[str, ...]
    count: int


def read_text(path: Path, delivery: Delivery, wanted: Callable[[tuple[str, ...]], tuple[str, ...]]) -> Delivered:
    """Read a .csv (or .txt, .tsv) whatever its encoding, delimiter and line ends.

    Every value stays text, so that '01' stays '01'.
    Raises PulsoError naming the record that has too few or too many values, a repeated
    column name, or an encoding that does not fit.
    """
    layout = text_layout(path, delivery.encoding, delivery.delimiter)
    records = _scan(path, layout)
    names = question_names(tuple(name.strip(" \t\u00a0\ufeff") for name in records.header))
    columns = names.columns
    chosen = wanted(columns)
    for name in chosen:
        if columns.count(name) > 1:
            raise PulsoError(f"{path}: two columns are called '{name}'; ask which one is the item's.")
    places = [columns.index(name) for name in chosen]
    frame = pd.read_csv(
        path, sep=layout.delimiter, encoding=layout.encoding, dtype=str, keep_default_na=False, header=None,
        usecols=sorted(set(places)), engine="c", skip_blank_lines=True, na_filter=False,
        lineterminator=LINE_ENDS[layout.line_ends], index_col=False,
    )  # fmt: skip
    frame = frame.iloc[1:].set_axis(pd.RangeIndex(2, len(frame) + 1))
    if len(frame) != records.count:
        raise PulsoError(
            f"{path}: {records.count:,} records were counted but {len(frame):,} read; its quotes or line ends "
            "are damaged: ask for the file again."
        )
    frame = pd.DataFrame({name: frame[place] for name, place in zip(chosen, places, strict=True)})
    receipt = {
        "format": "csv", "encoding": layout.encoding, "delimiter": layout.delimiter,
        "line_ends": layout.line_ends, "source": names.source,
    }  # fmt: skip
    notes: tuple[Note, ...] = () if layout.encoding_certain else (Note("encoding_guessed", layout.encoding),)
    notes += (Note("quoted"),) if layout.quoted else ()
    return Delivered(frame, columns, {}, receipt, notes, names.system)


def _scan(path: Path, layout: TextLayout) -> _Records:
    """Go through every record once: a record with another number of values is shifted or cut."""
    csv.field_size_limit(min(LONGEST_FIELD, sys.maxsize))
    with path.open(encoding=layout.encoding, newline="") as stream:
        reader = csv.reader(stream, delimiter=layout.delimiter, strict=True)
        try:
            header = next(reader, [])
            _check_header(path, header)
            width, count = len(header), 0
            for record in reader:
                if not record:
                    continue
                count += 1
                if len(record) != width:
                    raise PulsoError(
                        f"{path}, record {count + 1}: {len(record)} values for {width} columns; the row is cut "
                        "or shifted: correct it or ask for the file again."
                    )
                if any("\ufeff" in value for value in record):
                    raise PulsoError(
                        f"{path}, record {count + 1}: a byte-order mark in the middle: files were pasted "
                        "together; ask for them one by one."
                    )
        except csv.Error as error:
            place = reader.line_num
            raise PulsoError(
                f"{path}, line {place}: not a readable record ({error}); a quote is open or the line is damaged."
            ) from error
    return _Records(tuple(header), count)


def _check_header(path: Path, header: list[str]) -> None:
    if not any(name.strip() for name in header):
        raise PulsoError(f"{path}: the first line holds no column names; ask for a file with a header.")
    if len(header) > MAXIMUM_COLUMNS:
        raise PulsoError(f"{path}: the file has {len(header):,} columns; a questionnaire has none so many.")
