"""Reading and writing: whole files or none, the same bytes for the same content, and no damage that goes unseen."""

import hashlib
import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from pulsometro.common.bound import is_of_its_place
from pulsometro.common.sealing import column_names, damaged, missing, read_table, sealed
from pulsometro.common.whole import atomic, atomic_folder, sweep

__all__ = (
    "atomic", "atomic_folder", "column_names", "read_json", "read_record", "read_table", "round_significant", "sweep",
    "write_json", "write_record", "write_table", "write_text",
)  # fmt: skip
SIGNIFICANT_DIGITS = 10
# The key of a record that holds its digest.
SEAL = "sha256"


def round_significant(values: np.ndarray, digits: int = SIGNIFICANT_DIGITS) -> np.ndarray:
    """Round floats to significant digits, so that processors agree on the bytes.

    ``values``: float array of any shape; NaN and infinities pass through.
    """
    result = np.array(values, dtype=float, copy=True)
    # Below this nothing we publish differs from zero, and the powers of ten would overflow.
    result[np.abs(result) < 1e-250] = 0.0
    usable = np.isfinite(result) & (result != 0)
    shift = digits - 1 - np.floor(np.log10(np.abs(result[usable])))
    power = 10.0 ** np.abs(shift)
    # Dividing by a power of ten is exact where multiplying by its inverse is not.
    whole = np.rint(np.where(shift >= 0, result[usable] * power, result[usable] / power))
    result[usable] = np.where(shift >= 0, whole / power, whole * power)
    return result


def write_table(table: pd.DataFrame, path: Path, *, public: bool = False) -> None:
    """Write a sealed Parquet file, floats at ten significant digits, without the pandas index.

    ``public``, here and below: everybody may read the file, whatever the umask.
    """
    floats = {
        column: round_significant(table[column].to_numpy())
        for column in table.columns
        if isinstance(table[column].dtype, np.dtype) and table[column].dtype.kind == "f"
    }
    pieces = sealed(table.assign(**floats))
    with atomic(path, public=public) as temporary, temporary.open("wb") as file:
        file.writelines(pieces)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return float(f"{value:.{SIGNIFICANT_DIGITS}g}") if math.isfinite(value) else None
    return value


def _dump(plain: Any) -> str:
    return json.dumps(plain, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def write_json(content: Any, path: Path, *, public: bool = False) -> None:
    """Write JSON with sorted keys; floats at ten significant digits, NaN as null."""
    write_text(_dump(_plain(content)), path, public=public)


def read_json(path: Path) -> Any:
    """Read a JSON file that an earlier stage wrote; MachineError when it is missing or is none."""
    return _parsed(path)[0]


def _parsed(path: Path) -> tuple[Any, bytes]:
    if not path.is_file():
        raise missing(path)
    content = path.read_bytes()
    try:
        return json.loads(content.decode()), content
    except (ValueError, RecursionError):
        raise damaged(path) from None


def write_record(content: Mapping[str, Any], path: Path, *, public: bool = False) -> None:
    """Write a mapping as ``write_json`` does, with the digest of what it says under a key of its own, ``sha256``.

    Raises ValueError when the content has that key.
    """
    if SEAL in content:
        raise ValueError(f"a record's own key cannot be used: {SEAL}")
    plain = _plain(dict(content))
    write_text(_dump({**plain, SEAL: _digest(plain)}), path, public=public)


def read_record(path: Path) -> dict[str, Any]:
    """Read what ``write_record`` wrote, without the digest.

    Raises MachineError when it is missing, or in any sign not as it was written.
    """
    said, content = _parsed(path)
    rest = {key: value for key, value in said.items() if key != SEAL} if isinstance(said, dict) else {}
    try:
        expected = _dump({**rest, SEAL: _digest(rest)}).encode()
    except (ValueError, RecursionError):
        raise damaged(path) from None
    # Compared as bytes: a key that stands twice, or a number in other digits, is damage too.
    if content != expected or not is_of_its_place(path, content):
        raise damaged(path)
    return rest


def _digest(plain: Any) -> str:
    return hashlib.sha256(_dump(plain).encode()).hexdigest()


def write_text(text: str, path: Path, *, public: bool = False) -> None:
    """Write UTF-8 text with LF line ends on every system."""
    with atomic(path, public=public) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")
