"""dBASE and FoxPro tables (.dbf), as INEGI and old systems deliver: texts by their language driver, blanks stay."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from pulsometro.common.errors import PulsoError
from pulsometro.ingest.delivery_record import Note
from pulsometro.ingest.read.damage import readable
from pulsometro.ingest.read.delivered import Delivered, code_text
from pulsometro.ingest.read.header import called, heading
from pulsometro.ingest.read.limits import refuse_cells
from pulsometro.ingest.read.mojibake import shares
from pulsometro.questionnaire.model import Delivery

# dBASE III to 7, FoxPro and Visual FoxPro, with and without memos.
_VERSIONS = frozenset({0x02, 0x03, 0x04, 0x30, 0x31, 0x32, 0x43, 0x63, 0x83, 0x8B, 0x8C, 0xCB, 0xE5, 0xF5, 0xFB})
_HEADER, _FIELD, _END = 32, 32, 0x0D
_DRIVER = 29
# Where the header names no language: what Spanish files are in, as of a .csv.
_CANDIDATES = ("utf8", "cp1252", "cp850", "cp437", "mac_roman")
_MEMOS = frozenset("MGPBW")


def looks_like_dbf(head: bytes) -> bool:
    """Whether the first bytes are those of a .dbf: its version, a possible date, a header that ends on a field."""
    if len(head) < _HEADER or head[0] not in _VERSIONS:
        return False
    size, width = int.from_bytes(head[8:10], "little"), int.from_bytes(head[10:12], "little")
    return size > _HEADER and width > 1 and head[2] <= 12 and head[3] <= 31


def read_dbf(path: Path, delivery: Delivery, wanted: Callable[[tuple[str, ...]], tuple[str, ...]]) -> Delivered:
    """Read the wanted columns of a .dbf; a row's number is its record's, as every program counts them.

    Records that a program marked as deleted are left out and noted. Raises PulsoError for a file that is cut short,
    holds more than it counts, whose texts are not in its encoding, and for a number too large for its field (``***``).
    """
    import dbf

    content = np.memmap(path, dtype=np.uint8, mode="r")
    rows, start, width = _shape(path, content)
    fields = _fields(bytes(content[:start]))
    records = content[start : start + rows * width].reshape(rows, width)
    texts = [part for _, kind, part in fields if kind in "CV"]
    encoding, guessed = _encoding(path, delivery.encoding, int(content[_DRIVER]), [records[:, part] for part in texts])
    with readable(path):
        columns = tuple(heading(name.decode(encoding)) for name, _, _ in fields)
    found = wanted(columns)
    for name in found:
        if columns.count(name) > 1:
            raise PulsoError(f"{path}: two columns are called {called(columns, name)}; ask which one is the item's.")
    refuse_cells(path, rows * len(found))
    places = [columns.index(name) for name in found]
    kept = records[:, 0] != ord("*")
    for name, place in zip(found, places, strict=True):
        _refuse_field(path, name, fields[place], records, kept)
    # Left to itself, it makes a zero of a number that is blank.
    kinds = dict.fromkeys("NF", ("default", dbf.NoneType))
    with readable(path):
        table = dbf.Table(str(path), codepage=encoding, ignore_memos=True, default_data_types=kinds)
        try:
            values = _values(table.open(dbf.READ_ONLY), places, np.flatnonzero(kept))
        except UnicodeDecodeError as error:
            raise PulsoError(
                f"{path}: its texts are not {encoding}, as its header says; say delivery.encoding in the questionnaire."
            ) from error
        finally:
            table.close()
    index = pd.Index(np.flatnonzero(kept) + 1, dtype="int64")
    frame = pd.DataFrame(values, columns=list(found), index=index, dtype=object)
    notes: tuple[Note, ...] = (Note("encoding_guessed", encoding),) if guessed else ()
    notes += (Note("deleted_rows", f"{int((~kept).sum()):,}"),) if not kept.all() else ()
    return Delivered(frame, columns, {}, {"format": "dbf", "encoding": encoding}, notes)


def _values(table: Any, places: list[int], kept: np.ndarray) -> list[list[Any]]:
    rows = ([record[place] for place in places] for number in kept for record in (table[int(number)],))
    return [[code_text(value) if isinstance(value, bool) else value for value in row] for row in rows]


def _shape(path: Path, content: np.ndarray) -> tuple[int, int, int]:
    """How many records, where they begin, how long each is; PulsoError where the file holds fewer or more."""
    head = bytes(content[:_HEADER])
    rows, start = int.from_bytes(head[4:8], "little"), int.from_bytes(head[8:10], "little")
    width = int.from_bytes(head[10:12], "little")
    held = (len(content) - start) // width if len(content) >= start else -1
    if held < rows:
        raise PulsoError(
            f"{path}: its header counts {rows:,} records and it holds {max(held, 0):,}, so it is cut short; ask the "
            "firm to send it again."
        )
    if held > rows:
        raise PulsoError(
            f"{path}: its header counts {rows:,} records and it holds {held:,}; it was not closed when it was copied: "
            "ask for it again, or for the survey as .csv."
        )
    return rows, start, width


def _fields(header: bytes) -> list[tuple[bytes, str, slice]]:
    """Each field's name, its type's letter, and its bytes in a record."""
    found, place = [], 1
    for begin in range(_HEADER, len(header) - _FIELD + 1, _FIELD):
        part = header[begin : begin + _FIELD]
        if part[0] == _END:
            break
        kind, length = chr(part[11]), part[16]
        # The marks of empty fields, which FoxPro keeps as a field of its own.
        if kind != "0":
            found.append((part[:11].split(b"\0")[0], kind, slice(place, place + length)))
        place += length
    return found


def _refuse_field(
    path: Path, name: str, field: tuple[bytes, str, slice], records: np.ndarray, kept: np.ndarray
) -> None:
    """Refuse a memo, whose text lies in another file, and a number that did not fit: what it was is lost."""
    _, kind, part = field
    if kind in _MEMOS and not (kind == "B" and part.stop - part.start == 8):
        raise PulsoError(
            f"{path}, column {name}: a memo, whose texts lie in a file of their own (.dbt, .fpt); take it out of "
            "delivery.columns, or ask for the survey as .csv."
        )
    if kind in "NF":
        lost = kept & (records[:, part] == ord("*")).any(axis=1)
        if lost.any():
            raise PulsoError(
                f"{path}, column {name}, {int(lost.sum()):,} rows from {int(np.flatnonzero(lost)[0]) + 1} on: numbers "
                "too large for their field (***), which are lost; ask the firm to send it again."
            )


def _encoding(path: Path, declared: str | None, driver: int, texts: Iterable[np.ndarray]) -> tuple[str, bool]:
    """The file's encoding as the reader calls it, and whether it was guessed.

    What the questionnaire declares; else the language driver of the header; else the one in which the file is Spanish.
    """
    import codecs

    from dbf.tables import code_pages

    known = {name: name for name, _ in code_pages.values() if name}
    if declared is not None:
        try:
            wanted = codecs.lookup(declared).name
        except LookupError as error:
            raise PulsoError(f"{path}: '{declared}' is no known encoding; correct delivery.encoding.") from error
        fitting = next((name for name in known if codecs.lookup(name).name == wanted), None)
        # Of texts, the two differ in signs that no keyboard has.
        fitting = "cp1252" if fitting is None and wanted.startswith("iso8859-1") else fitting
        if fitting is None:
            raise PulsoError(f"{path}: no .dbf is in '{declared}'; correct delivery.encoding, or leave it out.")
        return fitting, False
    name = code_pages.get(driver, (None, ""))[0]
    if name is not None and driver != 0:
        return name, False
    raw = b"\n".join(part.tobytes() for part in texts)
    if raw.isascii():
        return "cp1252", False
    read = {each: text for each in _CANDIDATES if (text := _text(raw, each))}
    if "utf8" in read:
        return "utf8", True
    return max(read, key=lambda each: shares(read[each])[0], default="cp1252"), True


def _text(raw: bytes, encoding: str) -> str:
    """The bytes as a text; empty where they cannot be in that encoding."""
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        return ""
