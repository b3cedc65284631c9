"""One reader per format; all of them give a Delivered with only the wanted columns."""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from pulsometro.common.errors import PulsoError
from pulsometro.ingest.read.archive import MAXIMUM_BYTES, extracted
from pulsometro.ingest.read.damage import readable
from pulsometro.ingest.read.dbase import read_dbf
from pulsometro.ingest.read.delimited import read_text
from pulsometro.ingest.read.delivered import ColumnMetadata, Delivered, code_text
from pulsometro.ingest.read.detect import FORMATS, MAXIMUM_COLUMNS, Format, format_of
from pulsometro.ingest.read.header import called, heading
from pulsometro.ingest.read.label_encodings import decoded, iconv_name
from pulsometro.ingest.read.limits import refuse_cells
from pulsometro.ingest.read.outside import read_outside
from pulsometro.ingest.read.own_counts import Patched, header_of, held_against
from pulsometro.ingest.read.spreadsheet import read_workbook
from pulsometro.questionnaire.model import Delivery

Wanted = Callable[[tuple[str, ...]], tuple[str, ...]]
_ROW_NUMBERS = re.compile(r"__index_level_\d+__")


def read_delivery(path: Path, delivery: Delivery, wanted: Wanted) -> Delivered:
    """Read the columns of a delivered file that ``wanted`` chooses from all of its names.

    ``wanted`` is called in the process that reads: what it raises comes back, what it sets does not.
    Raises PulsoError in one sentence for a file that is missing, empty, cut short, damaged or
    not what it says, for a sheet or zip member that is not there, for no rows, for a file that
    was replaced while it was read, and for one whose reader dies or outgrows its limits.
    """
    _load(path.suffix.lower())
    return read_outside(partial(_whole, path, delivery, wanted), path)


def _load(suffix: str) -> None:
    """Import what reads such files here: each reader's process would do it again."""
    if suffix in {".sav", ".zsav", ".por", ".dta", ".sas7bdat"}:
        import pyreadstat  # noqa: F401
    elif suffix in {".xlsx", ".xlsm"}:
        import openpyxl  # noqa: F401
    elif suffix == ".xls":
        import xlrd  # noqa: F401
    elif suffix == ".parquet":
        import pyarrow.parquet  # noqa: F401
    elif suffix == ".dbf":
        import dbf  # noqa: F401


def _whole(path: Path, delivery: Delivery, wanted: Wanted) -> Delivered:
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
        detected = {**inside.detected, "member": member, "container": "zip"}
        return replace(inside, detected=detected)
    return _read(path, kind, delivery, wanted)


def _read(path: Path, kind: Format, delivery: Delivery, wanted: Wanted) -> Delivered:
    if kind == "csv":
        result = read_text(path, delivery, wanted)
    elif kind in {"xlsx", "xls"}:
        result = read_workbook(path, kind, delivery, wanted)
    elif kind == "parquet":
        result = _parquet(path, wanted)
    elif kind == "dbf":
        result = read_dbf(path, delivery, wanted)
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
    reader, header = readers[kind], header_of(path, kind)

    def source() -> Any:
        return Patched(path, header.patches) if header.patches else str(path)

    def attempt(encoding: str | None) -> tuple[Any, Any]:
        table, told = reader(source(), **({"encoding": encoding} if kind != "por" else {}))
        return told, table

    declared = iconv_name(path, delivery.encoding)
    options: dict[str, Any] = {"encoding": declared} if kind != "por" else {}
    if kind in {"sav", "zsav"}:
        # Of the metadata too: without it they name no code that the file declares missing.
        options["user_missing"] = True
    with readable(path), decoded(path, delivery.encoding, attempt):
        # Of every column: what is read below tells only of the columns chosen.
        _, meta = reader(source(), metadataonly=True, **options)
    originals = tuple(meta.column_names)
    columns = tuple(heading(str(name or "")) for name in originals)
    chosen = _each_once(path, columns, wanted(columns))
    written = [originals[columns.index(name)] for name in chosen]
    refuse_cells(path, max(meta.number_rows or 0, header.rows or 0) * len(chosen))
    with readable(path), decoded(path, delivery.encoding, attempt):
        frame, _ = reader(source(), usecols=written, **options)
        if kind == "dta":
            tagged, _ = reader(source(), usecols=written, user_missing=True, **options)
            frame = _with_tags(frame, tagged)
    notes = held_against(path, header, frame)
    detected = {"format": kind, "encoding": str(meta.file_encoding or "")}
    frame = frame[written].set_axis(list(chosen), axis=1)
    told = _metadata(meta, originals, kind)
    metadata = {name: told[original] for name, original in zip(columns, originals, strict=True)}
    detected |= {
        "value_labels": str(sum(bool(metadata[name].labels) for name in chosen)),
        "column_labels": str(sum(bool(metadata[name].label) for name in chosen)),
    }
    return Delivered(_numbered(frame, chosen), columns, metadata, detected, notes)


def _each_once(path: Path, columns: tuple[str, ...], chosen: tuple[str, ...]) -> tuple[str, ...]:
    """``chosen``, when the file has no second column of one of these names."""
    twice = next((name for name, count in Counter(columns).items() if count > 1 and name in set(chosen)), None)
    if twice is not None:
        raise PulsoError(f"{path}: two columns are called {called(columns, twice)}; ask which one is the item's.")
    return chosen


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


def _metadata(meta: Any, columns: tuple[str, ...], kind: Format) -> dict[str, ColumnMetadata]:
    labels = meta.column_names_to_labels or {}
    values = meta.variable_value_labels or {}
    ranges = getattr(meta, "missing_ranges", None) or {}
    types = meta.readstat_variable_types or {}
    originals = meta.original_variable_types or {}
    result = {}
    for column in columns:
        coded = {_labelled(code_text(code), kind): str(label).strip() for code, label in values.get(column, {}).items()}
        missing = tuple(_range_text(part) for part in ranges.get(column, ()))
        stored = _kind(str(types.get(column, "")), str(originals.get(column, "")))
        result[column] = ColumnMetadata(str(labels.get(column) or "").strip(), coded, missing, stored)
    return result


def _labelled(code: str, kind: Format) -> str:
    """A labelled code as the cells have it: Stata's kinds of missing are read as '.a', and named by their letter."""
    return f".{code}" if kind == "dta" and len(code) == 1 and code.isalpha() else code


def _range_text(part: Any) -> str:
    low, high = (part["lo"], part["hi"]) if isinstance(part, dict) else (part, part)
    return code_text(low) if low == high else f"{code_text(low)}–{code_text(high)}"


def _kind(storage: str, display: str) -> str:
    if "DATE" in display.upper() or display.startswith(("%td", "%tc", "YYMMDD")):
        return "date"
    return "text" if storage == "string" else "numeric"


def _parquet(path: Path, wanted: Wanted) -> Delivered:
    import pyarrow.parquet as parquet

    with readable(path):
        footer = parquet.read_metadata(path)
        names = [str(name) for name in footer.schema.to_arrow_schema().names]
    # pandas writes the numbers of its rows, when they are not 0, 1, 2 …, as a column that it never gives.
    written = [name for name in names if not _ROW_NUMBERS.fullmatch(name)]
    columns = tuple(map(heading, written))
    if len(columns) > MAXIMUM_COLUMNS:
        raise PulsoError(f"{path}: the file has {len(columns):,} columns; a questionnaire has none so many.")
    chosen = _each_once(path, columns, wanted(columns))
    refuse_cells(path, footer.num_rows * len(chosen))
    _refuse_growth(path, footer)
    originals = [written[columns.index(name)] for name in chosen]
    _refuse_nested(path, footer.schema.to_arrow_schema(), originals)
    with readable(path):
        # In one thread: where memory ends, another one would end the process and leave no sentence. Without what
        # pandas notes of its own: a column that was the index where the file was written is a column all the same.
        table = parquet.read_table(path, columns=originals, use_threads=False).rename_columns(list(chosen))
        frame = _numbered(table.to_pandas(ignore_metadata=True, integer_object_nulls=True), chosen)
    truths = [name for name in chosen if str(table.schema.field(name).type) == "bool"]
    frame = frame.assign(**{name: frame[name].map(code_text) for name in truths})
    return Delivered(frame, columns, {}, {"format": "parquet", "encoding": "UTF-8"})


def _refuse_nested(path: Path, schema: Any, chosen: Iterable[str]) -> None:
    """A cell that holds several values is no answer: how they are divided must be said, not guessed."""
    from pyarrow import types

    for name in chosen:
        kind = schema.field(name).type
        if types.is_nested(kind):
            raise PulsoError(
                f"{path}, column {name}: its cells hold lists or tables ({kind.__class__.__name__}) and not values; "
                "write them as text, with a blank between the options, or one column an option."
            )


def _refuse_growth(path: Path, footer: Any) -> None:
    """Pages that repeat themselves are small in the file and not in memory."""
    size = sum(footer.row_group(place).total_byte_size for place in range(footer.num_row_groups))
    if size > MAXIMUM_BYTES:
        raise PulsoError(
            f"{path}: it would grow to {size / 2**20:,.0f} MB; no survey does: ask what the file is before opening it."
        )
