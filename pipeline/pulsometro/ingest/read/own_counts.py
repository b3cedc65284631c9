"""What a statistical file's header says of its rows and of its blanks, held against what the file holds.

A reader that believes the header reads 40 interviews of 60 and says nothing, or takes every 0 for a blank.
"""

import io
import os
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import pandas as pd

from pulsometro.common.errors import PulsoError
from pulsometro.ingest.delivery_record import Note
from pulsometro.ingest.read.delivered import code_text
from pulsometro.ingest.read.old_stata import counted_and_held

# Offsets in an SPSS system file (PSPP's description of the format, "System File Format").
_LAYOUT, _COMPRESSION, _CASES, _RECORDS = 64, 72, 80, 176
_UNKNOWN = struct.pack("<i", -1)
# SPSS's own system missing value is −1.8e308; one that an answer may have is a number of every day.
_USUAL = 1e300
# What one entry of a header may take, far more than any does.
_LONGEST = 1 << 24
_WIDTHS = {65526: 8, 65527: 4, 65528: 4, 65529: 2, 65530: 1, 32768: 8}


@dataclass(frozen=True)
class Header:
    """``rows``: how many the header counts, None where it does not say.

    ``blank``: the number that it declares to be system missing where that is no number out of the world, else None.
    ``exact``: rows that the file's size leaves room for, None where the rows are packed. ``patches``: what to read
    instead of the header's own bytes (place → bytes), so that every row is read and no answer becomes a blank.
    """

    rows: int | None = None
    blank: float | None = None
    exact: float | None = None
    patches: Mapping[int, bytes] = field(default_factory=dict)


class Patched(io.FileIO):
    """A file of which some bytes are read as others; nothing is written."""

    def __init__(self, path: Path, patches: Mapping[int, bytes]) -> None:
        super().__init__(path)
        self._bytes = {place + k: byte for place, content in patches.items() for k, byte in enumerate(content)}
        self._end = max(self._bytes, default=-1)

    def read(self, size: int | None = -1, /) -> bytes:
        """As a file reads, with the patches in place."""
        at, data = self.tell(), super().read(-1 if size is None else size) or b""
        if at > self._end:
            return data
        changed = bytearray(data)
        for place, byte in self._bytes.items():
            if at <= place < at + len(changed):
                changed[place - at] = byte
        return bytes(changed)


def header_of(path: Path, kind: str) -> Header:
    """What the header of a .sav, .zsav or .dta says; nothing of other kinds, or of one that is damaged."""
    try:
        with path.open("rb") as file:
            if kind in {"sav", "zsav"}:
                return _spss(file, path.stat().st_size)
            return _stata(file, path.stat().st_size) if kind == "dta" else Header()
    except (struct.error, ValueError, IndexError, KeyError, OverflowError):
        return Header()


def held_against(path: Path, header: Header, frame: pd.DataFrame) -> tuple[Note, ...]:
    """A note where the header counts fewer rows than were read.

    ``frame``: the rows as they were read with the header's patches. Raises PulsoError where the header counts more
    rows than there are, where the last one is not whole, and where answers are what the header calls a blank.
    """
    rows = len(frame)
    if header.rows is not None and header.rows > rows:
        raise PulsoError(
            f"{path}: its header counts {header.rows:,} rows and the file holds {rows:,}, so it is cut short; ask the "
            "firm to send it again."
        )
    if header.exact is not None and header.exact != int(header.exact):
        raise PulsoError(f"{path}: its last row is not whole, so it is cut short; ask the firm to send it again.")
    if header.blank is not None:
        _refuse_blank(path, header.blank, frame)
    if header.rows is not None and header.rows < rows:
        return (Note("rows_uncounted", f"{header.rows} / {rows}"),)
    return ()


def _refuse_blank(path: Path, blank: float, frame: pd.DataFrame) -> None:
    for name in frame.columns:
        if pd.api.types.is_numeric_dtype(frame[name].dtype) and (frame[name] == blank).any():
            raise PulsoError(
                f"{path}, column {name}: the file's header declares {code_text(blank)} to be its blank, so answers of "
                f"{code_text(blank)} cannot be told from what is missing; ask the firm to export it from its source "
                "again, or to send it as .csv."
            )


def _spss(file: BinaryIO, size: int) -> Header:
    file.seek(_LAYOUT)
    layout = file.read(4)
    order = "<" if struct.unpack("<i", layout)[0] in {2, 3} else ">"
    file.seek(_CASES)
    rows = struct.unpack(f"{order}i", file.read(4))[0]
    patches, blank, width, data = {_CASES: _UNKNOWN}, None, 0, None
    for kind, place, subtype, content in _records(file, order):
        if kind == 2:
            width += 8
        elif kind == 7 and subtype == 4 and len(content) >= 8:
            blank = struct.unpack(f"{order}d", content[:8])[0]
            if abs(blank) < _USUAL:
                patches[place] = struct.pack(f"{order}Q", 0xFFEFFFFFFFFFFFFF)
        elif kind == 7 and subtype == 16 and len(content) == 16 and rows < 0:
            rows = struct.unpack(f"{order}q", content[8:])[0]
        elif kind == 999:
            data = place
    file.seek(_COMPRESSION)
    packed = struct.unpack(f"{order}i", file.read(4))[0] != 0
    exact = (size - data) / width if data is not None and width and not packed and rows < 0 else None
    usual = blank is None or not abs(blank) < _USUAL
    return Header(rows if rows >= 0 else None, None if usual else blank, exact, patches)


def _records(file: BinaryIO, order: str) -> Any:
    """Each record before the rows: its kind, where its content begins, its subtype, and an extension's content."""

    def whole() -> int:
        return int(struct.unpack(f"{order}i", file.read(4))[0])

    file.seek(_RECORDS)
    while True:
        kind, subtype, content, place = whole(), 0, b"", file.tell()
        if kind == 2:
            _, labelled, missing, _, _ = (whole() for _ in range(5))
            _skip(file, 8)
            if labelled:
                _skip(file, -(-whole() // 4) * 4)
            _skip(file, 8 * abs(missing))
        elif kind == 3:
            for _ in range(whole()):
                _skip(file, 8)
                long = file.read(1)[0]
                _skip(file, -(-(long + 1) // 8) * 8 - 1)
        elif kind == 4:
            _skip(file, 4 * whole())
        elif kind == 6:
            _skip(file, 80 * whole())
        elif kind == 7:
            subtype, each, count = whole(), whole(), whole()
            place = file.tell()
            if subtype in {4, 16}:
                content = _read(file, each * count)
            else:
                _skip(file, each * count)
        elif kind == 999:
            yield 999, file.tell() + 4, 0, b""
            return
        else:
            raise ValueError(kind)
        yield kind, place, subtype, content


def _skip(file: BinaryIO, count: int) -> None:
    """Forwards and inside the file alone: a damaged length that leads back would be followed for ever."""
    if not 0 <= count <= os.fstat(file.fileno()).st_size:
        raise ValueError(count)
    file.seek(count, io.SEEK_CUR)


def _read(file: BinaryIO, count: int) -> bytes:
    """So many bytes that a header may have, all of them: a damaged length asks for more than there is memory."""
    content = file.read(count) if 0 <= count <= _LONGEST else b""
    if len(content) != count:
        raise ValueError(count)
    return content


def _stata(file: BinaryIO, size: int) -> Header:
    """Of Stata 13 and later, whose map says where the rows begin and end (Stata's help dta), or of those before."""
    start = file.read(4096)
    if not start.startswith(b"<stata_dta>"):
        found = counted_and_held(file, size)
        return Header() if found is None else _old_header(*found)
    order = "<" if b"<byteorder>LSF" in start else ">"
    release = int(start[start.index(b"<release>") + 9 :][:3])
    place = start.index(b"<N>") + 3
    long = 4 if release == 117 else 8
    rows = int.from_bytes(start[place : place + long], "little" if order == "<" else "big")
    variables_at, wide = start.index(b"<K>") + 3, 4 if release == 119 else 2
    variables = int.from_bytes(start[variables_at : variables_at + wide], "little" if order == "<" else "big")
    places = struct.unpack(f"{order}14q", start[start.index(b"<map>") + 5 :][:112])
    file.seek(0)
    _skip(file, places[2] + len("<variable_types>"))
    types = struct.unpack(f"{order}{variables}H", _read(file, 2 * variables))
    width = sum(_WIDTHS.get(each, each) for each in types)
    if not width:
        raise ValueError(width)
    held = (places[10] - places[9] - len("<data></data>")) / width
    counted = int(held).to_bytes(long, "little" if order == "<" else "big")
    return Header(rows=rows, exact=held, patches={place: counted} if int(held) != rows else {})


def _old_header(said: int, there: int, place: int, order: str) -> Header:
    right = {} if said == there else {place: struct.pack(f"{order}i", there)}
    return Header(rows=said, exact=float(there), patches=right)
