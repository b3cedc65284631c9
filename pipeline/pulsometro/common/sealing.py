"""A seal on every table between two stages: the digest of the whole file, kept inside the file itself.

Parquet's own checksums guard its pages, not the footer that says what they mean. The digest stands in the
footer's key-value metadata, where any reader passes over it; it is of the file with zeros in its place.
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from pulsometro.common.bound import is_of_its_place
from pulsometro.common.errors import MachineError

KEY = "pulso.sha256"
_OPEN = b"0" * 64
# How the footer (Thrift's compact protocol) has the key and, after it, the head of a text of 64 bytes.
_BEFORE = KEY.encode() + b"\x18\x40"
_EVERYTHING = "make repro"
# What lies beside the waves' folders and is about all of them.
_WHOLE_SITE = ("index.html", "secciones", "recursos")


def sealed(table: pd.DataFrame) -> tuple[memoryview, bytes, memoryview]:
    """A table as the bytes of a Parquet file with page checksums and its seal, in three pieces; same table, same bytes.

    The pandas index is left out.
    """
    import pyarrow as arrow
    import pyarrow.parquet as parquet

    content = arrow.Table.from_pandas(table, preserve_index=False)
    sink = arrow.BufferOutputStream()
    with parquet.ParquetWriter(sink, content.schema, compression="zstd", write_page_checksum=True) as writer:
        writer.write_table(content)
        # In the schema's own metadata it would stand twice, once encoded.
        writer.add_key_value_metadata({KEY: _OPEN.decode()})
    view = memoryview(sink.getvalue())
    place = _place(view)
    if place is None or view[place : place + len(_OPEN)] != _OPEN:
        raise MachineError(
            "The installed pyarrow writes Parquet in another way; install the version of requirements.lock."
        )
    return view[:place], _digest(view, place), view[place + len(_OPEN) :]


def read_table(path: Path, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """Read a table that an earlier stage wrote, or some of its columns, after its seal was verified.

    Raises MachineError when it is not there, not whole or not ours, or lacks a column: which file, and the
    command that makes it.
    """
    import pyarrow as arrow

    reader = arrow.BufferReader(_verified(path))
    if columns is not None:
        known = _names(path, reader)
        for name in columns:
            if name not in known:
                raise MachineError(f"{path}: there is no column '{name}'; make the file again with '{remake(path)}'.")
        reader.seek(0)
    try:
        return pd.read_parquet(
            reader, columns=None if columns is None else list(columns), page_checksum_verification=True
        )
    except (arrow.ArrowInvalid, OSError):
        raise damaged(path) from None
    except arrow.ArrowException as error:
        if "thread" not in str(error):
            raise
        # It could not begin one, which is how it says that memory is short.
        raise MemoryError(str(error)) from None


def column_names(path: Path) -> tuple[str, ...]:
    """The columns of a table that an earlier stage wrote, in their order; raises as ``read_table``."""
    import pyarrow as arrow

    return _names(path, arrow.BufferReader(_verified(path)))


def _names(path: Path, reader: Any) -> tuple[str, ...]:
    import pyarrow as arrow
    import pyarrow.parquet as parquet

    try:
        return tuple(parquet.read_schema(reader).names)
    except (arrow.ArrowInvalid, OSError):
        raise damaged(path) from None


def _verified(path: Path) -> bytes:
    """The bytes of a file that are what was written: these are parsed, the file is not read again."""
    if not path.is_file():
        raise missing(path)
    content = path.read_bytes()
    view = memoryview(content)
    place = _place(view)
    if place is None or view[place : place + len(_OPEN)] != _digest(view, place) or not is_of_its_place(path, content):
        raise damaged(path)
    return content


def _place(view: memoryview) -> int | None:
    """Where the seal's digits stand: behind the last key of that name in the footer."""
    # The last eight bytes: the footer's length, and a word by which Parquet is known.
    length = int.from_bytes(view[-8:-4], "little")
    start = max(len(view) - 8 - length, 0)
    found = bytes(view[start:]).rfind(_BEFORE)
    return None if found < 0 else start + found + len(_BEFORE)


def _digest(view: memoryview, place: int) -> bytes:
    """SHA-256 in hexadecimal digits, zeros in the seal's place."""
    digest = hashlib.sha256(view[:place])
    digest.update(_OPEN)
    digest.update(view[place + len(_OPEN) :])
    return digest.hexdigest().encode()


# --- what to do about it --------------------------------------------------------------------------


def damaged(path: Path) -> MachineError:
    """What is said of a file that is cut, changed, or from another program."""
    return MachineError(
        f"{path}: the file is damaged or was not written by this program; make it again with '{remake(path)}'."
    )


def missing(path: Path) -> MachineError:
    """What is said where an earlier stage's file should be."""
    return MachineError(f"{path}: the file is missing; run the stage that makes it ('{remake(path)}') first.")


def remake(path: Path) -> str:
    """The command that makes a file of ``processed/`` or ``reports/site/``, by where it lies."""
    words = path.parts
    for depth in range(len(words) - 1, 0, -1):
        if words[depth - 1] == "processed":
            command = _of_processed(words[depth:])
        elif words[max(depth - 2, 0) : depth] == ("reports", "site"):
            command = "pulso site" if words[depth] in _WHOLE_SITE else f"pulso report {words[depth]}"
        else:
            continue
        # A file of an unfinished folder is no stage's yet.
        return _EVERYTHING if " ." in command else command
    return _EVERYTHING


def _of_processed(inside: tuple[str, ...]) -> str:
    match inside:
        case ("settings" | "series" as verb, *_):
            return f"pulso {verb}"
        case ("checks", *_):
            return "pulso check --all"
        case ("release", wave, *_):
            return f"pulso release {wave}"
        case (_, "recompute", *_):
            return "pulso recompute"
        case (wave, verb, _, *_):
            return f"pulso {verb} {wave}"
        case _:
            return _EVERYTHING
