"""Reading and writing: whole files or none, and the same bytes for the same content."""

import json
import math
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from pulsometro.common.errors import PulsoError

SIGNIFICANT_DIGITS = 10


@contextmanager
def atomic(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside ``path`` and rename it into place on success.

    The temporary name keeps the suffix, because many writers choose the format by it.
    On failure nothing is left under either name that was not there before.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=".tmp-", suffix=path.suffix, dir=path.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        # mkstemp makes files private; what we publish must be readable by the group.
        temporary.chmod(0o644)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


@contextmanager
def atomic_folder(path: Path) -> Iterator[Path]:
    """Yield a temporary folder beside ``path`` that replaces it whole on success."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=".tmp-", dir=path.parent))
    try:
        yield temporary
        temporary.chmod(0o755)
        if path.exists():
            # Renamed before it is emptied: killed half-way, no folder of this name lacks a part.
            old = temporary.with_name(f"{temporary.name}-old")
            path.replace(old)
            temporary.replace(path)
            shutil.rmtree(old)
        else:
            temporary.replace(path)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise


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


def write_table(table: pd.DataFrame, path: Path) -> None:
    """Write a Parquet file, floats at ten significant digits, without the pandas index."""
    floats = {
        column: round_significant(table[column].to_numpy())
        for column in table.columns
        if isinstance(table[column].dtype, np.dtype) and table[column].dtype.kind == "f"
    }
    with atomic(path) as temporary:
        table.assign(**floats).to_parquet(temporary, index=False, compression="zstd")


def read_table(path: Path) -> pd.DataFrame:
    """Read a Parquet table that an earlier stage wrote.

    Raises PulsoError when it is not there, naming the file.
    """
    if not path.is_file():
        raise PulsoError(f"{path}: the file is missing; run the stage that makes it (dvc repro) first.")
    return pd.read_parquet(path)


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


def write_json(content: Any, path: Path) -> None:
    """Write JSON with sorted keys; floats at ten significant digits, NaN as null."""
    text = json.dumps(_plain(content), ensure_ascii=False, indent=1, sort_keys=True)
    write_text(text + "\n", path)


def read_json(path: Path) -> Any:
    """Read a JSON file that an earlier stage wrote; PulsoError when it is missing."""
    if not path.is_file():
        raise PulsoError(f"{path}: the file is missing; run the stage that makes it (dvc repro) first.")
    return json.loads(path.read_text(encoding="utf-8"))


def write_text(text: str, path: Path) -> None:
    """Write UTF-8 text with LF line ends on every system."""
    with atomic(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")
