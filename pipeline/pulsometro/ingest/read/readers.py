"""One reader per format; all of them give a Delivered with only the wanted columns."""

import contextlib
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from pulsometro.common.errors import PulsoError
from pulsometro.ingest.read.archive import extracted
from pulsometro.ingest.read.delimited import read_text
from pulsometro.ingest.read.delivered import ColumnMetadata, Delivered, code_text
from pulsometro.ingest.read.detect import FORMATS, MAXIMUM_COLUMNS, Format, format_of
from pulsometro.ingest.read.spreadsheet import read_workbook
from pulsometro.questionnaire.model import Delivery

Wanted = Callable[[tuple[str, ...]], tuple[str, ...]]


def read_delivery(path: Path, delivery: Delivery, wanted: Wanted) -> Delivered:
    """Read the columns of a delivered file that ``wanted`` chooses from all of its names.

    Raises PulsoError in one sentence for a file that is missing, empty, cut short, damaged or
    not what it says, for a sheet or zip member that is not there, for no rows, and for a file that
    was replaced while it was read.
    """
    kind, before = format_of(path), _stamp(path)
    result = _opened(path, kind, delivery, wanted)
    if _stamp(path) != before:
        raise PulsoError(f"{path}: the file changed while it was read; wait until it is copied whole and run it again.")
    return replace(result, size=before[1])


def _stamp(path: Path) -> tuple[int, int, int]:
    """What changes when a file is replaced or written to; zeros when it is gone."""
    try:
        state = path.stat()
    except OSError:
        return (0, 0, 0)
    return (state.st_ino, state.st_size, state.st_mtime_ns)


def _opened(path: Path, kind: Format, delivery: Delivery, wanted: Wanted) -> Delivered:
    if kind == "zip":
        with extracted(path, delivery.member) as (inner, member):
            try:
                inside = _read(inner, format_of(inner), delivery, wanted)
            except PulsoError as error:
                # The member was taken out to a folder that is gone when somebody reads this.
                raise PulsoError(str(error).replace(str(inner), f"{path}, member {member}")) from error
        receipt = {**inside.receipt, "member": member, "container": "zip"}
        return replace(inside, receipt=receipt)
    return _read(path, kind, delivery, wanted)


def _read(path: Path, kind: Format, delivery: Delivery, wanted: Wanted) -> Delivered:
    if kind == "csv":
        result = read_text(path, delivery, wanted)
    elif kind in {"xlsx", "xls"}:
        result = read_workbook(path, kind, delivery, wanted)
    elif kind == "parquet":
        result = _parquet(path, wanted)
    elif kind == "zip":
        raise PulsoError(f"{path}: a zip inside a zip is not opened; deliver {FORMATS}.")
    else:
        result = _statistical(path, kind, delivery, wanted)
    if not len(result.frame):
        raise PulsoError(f"{path}: the file has column names but no rows; ask for the delivery again.")
    return result


def _statistical(path: Path, kind: Format, delivery: Delivery, wanted: Wanted) -> Delivered:
    import pyreadstat

    readers: dict[str, Any] = {
        "sav": pyreadstat.read_sav, "zsav": pyreadstat.read_sav, "por": pyreadstat.read_por,
        "dta": pyreadstat.read_dta, "sas7bdat": pyreadstat.read_sas7bdat,
    }  # fmt: skip
    reader = readers[kind]
    options: dict[str, Any] = {"encoding": delivery.encoding} if kind != "por" else {}
    with _readable(path):
        # Of every column: what is read below tells only of the columns chosen.
        _, meta = reader(str(path), metadataonly=True, **options)
    columns = tuple(meta.column_names)
    chosen = wanted(columns)
    if kind in {"sav", "zsav"}:
        options["user_missing"] = True
    with _readable(path):
        frame, _ = reader(str(path), usecols=list(chosen), **options)
        if kind == "dta":
            tagged, _ = reader(str(path), usecols=list(chosen), user_missing=True, **options)
            frame = _with_tags(frame, tagged)
    receipt = {"format": kind, "encoding": str(meta.file_encoding or "")}
    return Delivered(_numbered(frame, chosen), columns, _metadata(meta, columns), receipt)


def _with_tags(frame: pd.DataFrame, tagged: pd.DataFrame) -> pd.DataFrame:
    """Stata's .a to .z as text '.a': pyreadstat gives letters, but 0 for a plain missing integer."""
    result = {}
    for name in frame.columns:
        tag = tagged[name].map(lambda value: isinstance(value, str) and len(value) == 1) & frame[name].isna()
        letters = "." + tagged[name].astype(str)
        result[name] = frame[name].astype(object).mask(tag, letters) if tag.any() else frame[name]
    return pd.DataFrame(result)


def _numbered(frame: pd.DataFrame, chosen: Iterable[str]) -> pd.DataFrame:
    return frame[list(chosen)].set_axis(pd.RangeIndex(1, len(frame) + 1))


@contextlib.contextmanager
def _readable(path: Path) -> Any:
    """Turn any failure of a format's library into one sentence: their messages name C structures."""
    try:
        yield
    except PulsoError:
        raise
    except MemoryError as error:
        raise PulsoError(f"{path}: the file asks for more memory than there is; it may be damaged.") from error
    except Exception as error:
        reason = " ".join(str(error).split())[:120] or type(error).__name__
        raise PulsoError(
            f"{path}: the file is cut short or damaged ({reason}); ask the firm to send it again."
        ) from error


def _metadata(meta: Any, columns: tuple[str, ...]) -> dict[str, ColumnMetadata]:
    labels = meta.column_names_to_labels or {}
    values = meta.variable_value_labels or {}
    ranges = getattr(meta, "missing_ranges", None) or {}
    types = meta.readstat_variable_types or {}
    originals = meta.original_variable_types or {}
    result = {}
    for column in columns:
        coded = {code_text(code): str(label).strip() for code, label in values.get(column, {}).items()}
        missing = tuple(_range_text(part) for part in ranges.get(column, ()))
        kind = _kind(str(types.get(column, "")), str(originals.get(column, "")))
        result[column] = ColumnMetadata(str(labels.get(column) or "").strip(), coded, missing, kind)
    return result


def _range_text(part: Any) -> str:
    low, high = (part["lo"], part["hi"]) if isinstance(part, dict) else (part, part)
    return code_text(low) if low == high else f"{code_text(low)}–{code_text(high)}"


def _kind(storage: str, display: str) -> str:
    if "DATE" in display.upper() or display.startswith(("%td", "%tc", "YYMMDD")):
        return "date"
    return "text" if storage == "string" else "numeric"


def _parquet(path: Path, wanted: Wanted) -> Delivered:
    import pyarrow.parquet as parquet

    with _readable(path):
        columns = tuple(str(name) for name in parquet.read_schema(path).names)
    if len(columns) > MAXIMUM_COLUMNS:
        raise PulsoError(f"{path}: the file has {len(columns):,} columns; a questionnaire has none so many.")
    chosen = wanted(columns)
    with _readable(path):
        frame = pd.read_parquet(path, columns=list(chosen))
    return Delivered(_numbered(frame, chosen), columns, {}, {"format": "parquet", "encoding": "UTF-8"})
