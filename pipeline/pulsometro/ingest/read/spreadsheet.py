"""Workbooks: the right sheet, one header row, values and no formulas without result."""

import re
import warnings
import zipfile
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from pulsometro.common.discretion import plain
from pulsometro.common.errors import PulsoError
from pulsometro.ingest.delivery_record import Note
from pulsometro.ingest.read import limits
from pulsometro.ingest.read.cell_errors import refuse_cell_errors
from pulsometro.ingest.read.damage import out_of_memory, reason
from pulsometro.ingest.read.delivered import Delivered, code_text, has_content
from pulsometro.ingest.read.detect import MAXIMUM_COLUMNS
from pulsometro.ingest.read.exports import question_names
from pulsometro.ingest.read.header import called, chosen, names_of
from pulsometro.ingest.read.strict_workbook import transitional
from pulsometro.questionnaire.model import Delivery

Wanted = Callable[[tuple[str, ...]], tuple[str, ...]]
# A million interviews with 32 answers are 1.0 GB of XML, and 50 MB of strings that are read in 20 s.
MAXIMUM_SHEET_BYTES = 2 * 2**30
MAXIMUM_PART_BYTES = 2**28
# Sheets of answers shrink to a ninth or a fourteenth, were every answer the same.
MAXIMUM_RATIO, RATIO_FROM = 100, 2**22
# The format's own end: a damaged row number would be filled with empty rows up to it.
MAXIMUM_ROWS = 2**20
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
_MERGED = re.compile(rb'<mergeCell [^<>]*?ref="([A-Z]{1,3}[0-9]{1,7}(?::[A-Z]{1,3}[0-9]{1,7})?)"')


class SeveralSheets(PulsoError):
    """A workbook shows several sheets, and nobody says which one is meant; ``sheets``: their names."""

    sheets: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Sheet:
    """A sheet's ``name``; as text, what may be said of it: a name that may be somebody's is told by its place."""

    name: str
    said: str

    def __str__(self) -> str:
        return self.said


def read_workbook(path: Path, kind: str, delivery: Delivery, wanted: Wanted) -> Delivered:
    """Read one sheet of an .xlsx or .xls.

    Raises PulsoError for: several visible sheets with data and no ``sheet`` said, merged header
    cells, a formula without stored result, error values such as #N/A in a wanted column, a
    repeated column name, a damaged file.
    """
    top = delivery.header_row
    rows, sheet, notes = _xlsx(path, delivery.sheet, top) if kind == "xlsx" else _xls(path, delivery.sheet)
    if len(rows) < top > 1:
        raise PulsoError(f"{path}, sheet {sheet}: it ends before row {top}; correct delivery.header_row.")
    rows = rows[top - 1 :]
    columns = names_of(rows[0]) if rows else ()
    if not any(any(map(has_content, row)) for row in rows):
        told = "the first row holds no column names; put them there."
        below = f"row {top} and what follows hold nothing; correct delivery.header_row."
        raise PulsoError(f"{path}, sheet {sheet}: {told if top == 1 else below}")
    if len(columns) > MAXIMUM_COLUMNS:
        raise PulsoError(f"{path}: the sheet has {len(columns):,} columns; a questionnaire has none so many.")
    names = question_names(columns)
    columns = names.columns
    found = chosen(columns, rows[1:], wanted, f"{path}, sheet {sheet}", top)
    for name in found:
        if columns.count(name) > 1:
            raise PulsoError(
                f"{path}, sheet {sheet}: two columns are called {called(columns, name)}; ask which is the item's."
            )
    places = [columns.index(name) for name in found]
    kept = [(number, row) for number, row in enumerate(rows[1:], top + 1) if any(map(has_content, row))]
    values = [[_cell(row[p]) if p < len(row) else None for p in places] for _, row in kept]
    index = pd.Index([number for number, _ in kept], dtype="int64")
    frame = pd.DataFrame(values, columns=list(found), index=index, dtype=object)
    _refuse_errors(path, sheet, frame, delivery.blank)
    inside = (kept[-1][0] - top if kept else 0) - len(kept)
    notes += (Note("blank_rows", f"{inside:,}"),) if inside else ()
    detected = {"format": kind, "encoding": "UTF-8", "sheet": str(sheet), "source": names.source}
    return Delivered(frame, columns, {}, detected, notes, names.system)


def _cell(value: Any) -> Any:
    """A truth value as its word: pandas would take TRUE for the number 1 that stands beside it."""
    return code_text(value) if isinstance(value, bool) else value


def _xlsx(path: Path, wanted_sheet: str | None, top: int) -> tuple[list[tuple[Any, ...]], _Sheet, tuple[Note, ...]]:
    try:
        with zipfile.ZipFile(path) as archive:
            _refuse_growth(path, archive.infolist())
            merged, formulas = _marks(archive)
        with transitional(path) as known:
            return _opened(path, known, wanted_sheet, top if merged else None, formulas)
    except PulsoError:
        raise
    except Exception as error:
        raise _damaged(path, "xlsx", error) from error


def _opened(
    path: Path, known: Path, wanted_sheet: str | None, merged: int | None, formulas: bool
) -> tuple[list[tuple[Any, ...]], _Sheet, tuple[Note, ...]]:
    """``known``: the workbook or its copy, as openpyxl reads it; ``path``: as sentences name it.

    ``merged``: the row of the names, where some cells are merged.
    """
    import openpyxl

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(known, read_only=True, data_only=True)
    sheets = {name: book[name].sheet_state == "visible" for name in book.sheetnames}
    sheet, notes = _choose(path, sheets, wanted_sheet)
    if merged is not None:
        _refuse_merged(path, sheet, book, merged)
    rows = list(_rows(path, sheet, book))
    if formulas:
        _refuse_formulas(path, known, sheet, rows)
    book.close()
    return rows, sheet, notes


def _damaged(path: Path, kind: str, error: Exception) -> Exception:
    if out_of_memory(error):
        return MemoryError()
    return PulsoError(f"{path}: the workbook is damaged or no .{kind} ({reason(error)}); ask for it again.")


def _refuse_growth(path: Path, members: list[zipfile.ZipInfo]) -> None:
    """Refuse by the zip's directory: should that lie, zipfile gives no more of a member than it says."""
    size, packed = sum(m.file_size for m in members), sum(m.compress_size for m in members)
    # Strings, styles: every element of theirs becomes an object at once; of a sheet, row by row.
    other = [m.file_size for m in members if m.filename.endswith(".xml") and not _SHEET.fullmatch(m.filename)]
    swollen = size > RATIO_FROM and size > MAXIMUM_RATIO * packed
    if size > MAXIMUM_SHEET_BYTES or max(other, default=0) > MAXIMUM_PART_BYTES or swollen:
        raise PulsoError(
            f"{path}: the workbook would grow to {size / 2**20:,.0f} MB; no survey's does: ask what it is before "
            "opening it, or for the survey as .csv."
        )


def _rows(path: Path, sheet: _Sheet, book: Any) -> Iterator[tuple[Any, ...]]:
    """Each row's values up to its last one: openpyxl fills what is between a stray cell and the table."""
    book[sheet.name].reset_dimensions()
    cells = widest = 0
    for number, row in enumerate(book[sheet.name].iter_rows(values_only=True), 1):
        widest = max(widest, len(row))
        cells += len(row)
        if cells > limits.MAXIMUM_CELLS or number > MAXIMUM_ROWS:
            raise PulsoError(
                f"{path}, sheet {sheet}: the sheet reaches to row {number:,} and column {widest:,}, and no survey "
                "does; delete the cells beyond the table and save it, or ask for it as .csv."
            )
        end = len(row)
        while end and row[end - 1] is None:
            end -= 1
        yield row[:end]


def _marks(archive: zipfile.ZipFile) -> tuple[bool, bool]:
    """Whether any sheet has merged cells or formulas: the slow looks are taken only then."""
    merged = formulas = False
    for name in archive.namelist():
        if _SHEET.fullmatch(name):
            with archive.open(name) as stream:
                tail = b""
                while chunk := stream.read(1 << 20):
                    merged = merged or b"<mergeCell " in tail + chunk
                    formulas = formulas or b"<f>" in tail + chunk or b"<f " in tail + chunk
                    tail = chunk[-16:]
    return merged, formulas


def _choose(path: Path, sheets: dict[str, bool], wanted: str | None) -> tuple[_Sheet, tuple[Note, ...]]:
    said = {name: name if plain(name) else f"no. {k}" for k, name in enumerate(sheets, 1)}
    visible = [name for name, shown in sheets.items() if shown]
    hidden = [said[name] for name, shown in sheets.items() if not shown]
    notes = (Note("hidden_sheets", ", ".join(hidden)),) if hidden else ()
    if wanted is not None:
        if wanted not in sheets:
            raise PulsoError(
                f"{path}: there is no sheet '{wanted}' (it has {', '.join(said.values())}); correct delivery.sheet."
            )
        return _Sheet(wanted, wanted), notes
    if len(visible) != 1:
        names = ", ".join(said[name] for name in visible[:5])
        several = SeveralSheets(f"{path}: the workbook shows {len(visible)} sheets ({names}); say delivery.sheet.")
        several.sheets = tuple(visible)
        raise several
    return _Sheet(visible[0], said[visible[0]]), notes


def _refuse_merged(path: Path, sheet: _Sheet, book: Any, top: int) -> None:
    """Refuse merged cells from the row ``top`` of the names on: those of a title above it are not read.

    From the sheet's own text: openpyxl would make a cell for each one that is merged, be it the whole sheet.
    """
    from openpyxl.utils import range_boundaries

    areas: set[str] = set()
    with book[sheet.name]._get_source() as stream:
        tail = b""
        while chunk := stream.read(1 << 20):
            areas |= {found.decode("ascii") for found in _MERGED.findall(tail + chunk)}
            tail = (tail + chunk)[-200:]
    areas = {area for area in areas if (range_boundaries(area)[3] or 0) >= top}
    first = min(areas, key=lambda area: range_boundaries(area)[1::-1], default=None)
    if first is not None:
        raise PulsoError(f"{path}, sheet {sheet}, cells {first}: merged cells; unmerge them, one name a column.")


def _refuse_formulas(path: Path, known: Path, sheet: _Sheet, rows: list[tuple[Any, ...]]) -> None:
    """A formula that was never calculated reads as an empty cell: an answer would be lost.

    One whose result is a text of no letters is calculated, and empty: programs save the kind of its result.
    """
    import openpyxl

    written = openpyxl.load_workbook(known, read_only=True)[sheet.name]
    results = openpyxl.load_workbook(known, read_only=True, data_only=True)[sheet.name]
    for each in (written, results):
        each.reset_dimensions()
    for values, formulas, found in zip(rows, written.iter_rows(), results.iter_rows(), strict=False):
        for place, formula in enumerate(formulas):
            absent = formula.data_type == "f" and (place >= len(values) or values[place] is None)
            if absent and (place >= len(found) or found[place].data_type != "str"):
                raise PulsoError(
                    f"{path}, sheet {sheet}, cell {formula.coordinate}: a formula without result; "
                    "copy the sheet as values and save it."
                )


def _xls(path: Path, wanted_sheet: str | None) -> tuple[list[tuple[Any, ...]], _Sheet, tuple[Note, ...]]:
    import xlrd

    try:
        book = xlrd.open_workbook(str(path), logfile=_Silence())
        sheets = {sheet.name: sheet.visibility == 0 for sheet in book.sheets()}
        name, notes = _choose(path, sheets, wanted_sheet)
        table = book.sheet_by_name(name.name)
        rows = [tuple(_xls_value(cell, book.datemode) for cell in table.row(place)) for place in range(table.nrows)]
    except PulsoError:
        raise
    except Exception as error:
        raise _damaged(path, "xls", error) from error
    return rows, name, notes


class _Silence:
    def write(self, text: str) -> int:
        return len(text)


def _xls_value(cell: Any, datemode: int) -> Any:
    import xlrd

    if cell.ctype == xlrd.XL_CELL_DATE:
        return xlrd.xldate_as_datetime(cell.value, datemode)
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return xlrd.error_text_from_code.get(cell.value, "#N/A")
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return bool(cell.value)
    return None if cell.ctype in {xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK} else cell.value


def _refuse_errors(path: Path, sheet: _Sheet, frame: pd.DataFrame, blank: Collection[str]) -> None:
    """An error value is no answer, unless the questionnaire says that it stands for nothing."""
    for column in frame.columns:
        refuse_cell_errors(frame[column], f"{path}, sheet {sheet}, column {column}", blank)
