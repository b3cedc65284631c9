"""Workbooks: the right sheet, one header row, values and no formulas without result."""

import re
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from pulsometro.common.errors import PulsoError
from pulsometro.ingest.read.delivered import Delivered, Note
from pulsometro.ingest.read.detect import MAXIMUM_COLUMNS
from pulsometro.ingest.read.exports import question_names
from pulsometro.ingest.read.header import chosen, names_of
from pulsometro.questionnaire.model import Delivery

Wanted = Callable[[tuple[str, ...]], tuple[str, ...]]
MAXIMUM_SHEET_BYTES = 2 * 2**30
CELL_ERRORS = ("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!")


def read_workbook(path: Path, kind: str, delivery: Delivery, wanted: Wanted) -> Delivered:
    """Read one sheet of an .xlsx or .xls.

    Raises PulsoError for: several visible sheets with data and no ``sheet`` said, merged header
    cells, a formula without stored result, error values such as #N/A in a wanted column, a
    repeated column name, a damaged file.
    """
    rows, sheet, notes = (_xlsx if kind == "xlsx" else _xls)(path, delivery.sheet)
    columns = names_of(rows[0]) if rows else ()
    if not any(any(cell not in (None, "") for cell in row) for row in rows):
        raise PulsoError(f"{path}, sheet {sheet}: the first row holds no column names; put them there.")
    if len(columns) > MAXIMUM_COLUMNS:
        raise PulsoError(f"{path}: the sheet has {len(columns):,} columns; a questionnaire has none so many.")
    names = question_names(columns)
    columns = names.columns
    found = chosen(columns, rows[1:], wanted, f"{path}, sheet {sheet}")
    for name in found:
        if columns.count(name) > 1:
            raise PulsoError(f"{path}, sheet {sheet}: two columns are called '{name}'; ask which is the item's.")
    places = [columns.index(name) for name in found]
    kept = [(number, row) for number, row in enumerate(rows[1:], 2) if any(cell not in (None, "") for cell in row)]
    values = [[row[p] if p < len(row) else None for p in places] for _, row in kept]
    index = pd.Index([number for number, _ in kept], dtype="int64")
    frame = pd.DataFrame(values, columns=list(found), index=index, dtype=object)
    _refuse_errors(path, sheet, frame)
    inside = (kept[-1][0] - 1 if kept else 0) - len(kept)
    notes += (Note("blank_rows", f"{inside:,}"),) if inside else ()
    receipt = {"format": kind, "encoding": "UTF-8", "sheet": sheet, "source": names.source}
    return Delivered(frame, columns, {}, receipt, notes, names.system)


def _xlsx(path: Path, wanted_sheet: str | None) -> tuple[list[tuple[Any, ...]], str, tuple[Note, ...]]:
    import openpyxl

    try:
        with zipfile.ZipFile(path) as archive:
            if any(info.file_size > MAXIMUM_SHEET_BYTES for info in archive.infolist()):
                raise PulsoError(f"{path}: a sheet would grow beyond 2 GB; ask what it is before opening it.")
            merged, formulas = _marks(archive)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        sheets = {name: book[name].sheet_state == "visible" for name in book.sheetnames}
        sheet, notes = _choose(path, sheets, wanted_sheet)
        if merged:
            _refuse_merged(path, sheet)
        if formulas:
            _refuse_formulas(path, sheet)
        book[sheet].reset_dimensions()
        rows = list(book[sheet].iter_rows(values_only=True))
    except PulsoError:
        raise
    except Exception as error:
        reason = " ".join(str(error).split())[:100]
        raise PulsoError(f"{path}: the workbook is damaged or no .xlsx ({reason}); ask for it again.") from error
    return rows, sheet, notes


def _marks(archive: zipfile.ZipFile) -> tuple[bool, bool]:
    """Whether any sheet has merged cells or formulas: the slow looks are taken only then."""
    merged = formulas = False
    for name in archive.namelist():
        if re.fullmatch(r"xl/worksheets/[^/]+\.xml", name):
            with archive.open(name) as stream:
                tail = b""
                while chunk := stream.read(1 << 20):
                    merged = merged or b"<mergeCell " in tail + chunk
                    formulas = formulas or b"<f>" in tail + chunk or b"<f " in tail + chunk
                    tail = chunk[-16:]
    return merged, formulas


def _choose(path: Path, sheets: dict[str, bool], wanted: str | None) -> tuple[str, tuple[Note, ...]]:
    visible = [name for name, shown in sheets.items() if shown]
    hidden = [name for name, shown in sheets.items() if not shown]
    notes = (Note("hidden_sheets", ", ".join(hidden)),) if hidden else ()
    if wanted is not None:
        if wanted not in sheets:
            raise PulsoError(
                f"{path}: there is no sheet '{wanted}' (it has {', '.join(sheets)}); correct delivery.sheet."
            )
        return wanted, notes
    if len(visible) != 1:
        raise PulsoError(
            f"{path}: the workbook shows {len(visible)} sheets ({', '.join(visible[:5])}); say delivery.sheet."
        )
    return visible[0], notes


def _refuse_merged(path: Path, sheet: str) -> None:
    import openpyxl

    cells = openpyxl.load_workbook(path, data_only=True)[sheet].merged_cells.ranges
    first = min(cells, key=lambda area: (area.min_row, area.min_col), default=None)
    if first is not None:
        raise PulsoError(f"{path}, sheet {sheet}, cells {first.coord}: merged cells; unmerge them, one name a column.")


def _refuse_formulas(path: Path, sheet: str) -> None:
    """A formula that was never calculated reads as an empty cell: an answer would be lost."""
    import openpyxl

    stored = openpyxl.load_workbook(path, read_only=True, data_only=True)[sheet].iter_rows()
    written = openpyxl.load_workbook(path, read_only=True)[sheet].iter_rows()
    for values, formulas in zip(stored, written, strict=False):
        for value, formula in zip(values, formulas, strict=False):
            if formula.data_type == "f" and value.value is None:
                raise PulsoError(
                    f"{path}, sheet {sheet}, cell {formula.coordinate}: a formula without result; "
                    "copy the sheet as values and save it."
                )


def _xls(path: Path, wanted_sheet: str | None) -> tuple[list[tuple[Any, ...]], str, tuple[Note, ...]]:
    import xlrd

    try:
        book = xlrd.open_workbook(str(path), logfile=_Silence())
        sheets = {sheet.name: sheet.visibility == 0 for sheet in book.sheets()}
        name, notes = _choose(path, sheets, wanted_sheet)
        sheet = book.sheet_by_name(name)
        rows = [tuple(_xls_value(cell, book.datemode) for cell in sheet.row(place)) for place in range(sheet.nrows)]
    except PulsoError:
        raise
    except Exception as error:
        reason = " ".join(str(error).split())[:100]
        raise PulsoError(f"{path}: the workbook is damaged or no .xls ({reason}); ask for it again.") from error
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
    return None if cell.ctype in {xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK} else cell.value


def _refuse_errors(path: Path, sheet: str, frame: pd.DataFrame) -> None:
    for column in frame.columns:
        bad = frame[column][frame[column].isin(CELL_ERRORS)]
        if len(bad):
            raise PulsoError(
                f"{path}, sheet {sheet}, column {column}, row {bad.index[0]}: the cell holds the error "
                f"{bad.iloc[0]}; correct it in the workbook."
            )
