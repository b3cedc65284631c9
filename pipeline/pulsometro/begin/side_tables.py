"""The small tables beside a delivery, read as they lie: sheets of a workbook, members of a zip."""

import csv
import io
import warnings
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

import pandas as pd

from pulsometro.begin.codebook_tables import Rows
from pulsometro.ingest.read.archive import READABLE
from pulsometro.ingest.read.delivered import Delivered, code_text
from pulsometro.ingest.read.outside import read_outside

# What describes a delivery is never longer or wider; of a longer table the first rows alone are looked at.
_MOST_ROWS, _MOST_COLUMNS, _LOOKED_AT = 20_000, 80, 12
_MOST_MEMBERS, _MOST_BYTES = 3_000, 4 * 2**20
WORKBOOKS = (".xlsx", ".xlsm", ".xls")


def sheets_of(path: Path) -> dict[str, Rows]:
    """Each visible sheet's cells as text, of a long or wide one its first rows alone; read in a process of its own.

    Raises PulsoError when the reader dies; a workbook that cannot be opened has no sheets here: reading it says why.
    """
    table = read_outside(lambda: _sheets(path), path).frame
    found: dict[str, list[tuple[str, ...]]] = {}
    for name, *cells in table.itertuples(index=False):
        found.setdefault(str(name), []).append(tuple("" if cell is None else str(cell) for cell in cells))
    return {name: rows for name, rows in found.items() if any(any(row) for row in rows)}


def _sheets(path: Path) -> Delivered:
    rows: list[list[str]] = []
    try:
        for name, cells in _xls(path) if path.suffix.lower() == ".xls" else _xlsx(path):
            rows += [[name, *map(code_text, row)] for row in cells]
    except Exception:
        rows = []
    width = max(map(len, rows), default=1)
    padded = [[*row, *[""] * (width - len(row))] for row in rows] or [[""]]
    return Delivered(pd.DataFrame(padded, dtype=object), (), {}, {})


def _xlsx(path: Path) -> Iterator[tuple[str, list[tuple[Any, ...]]]]:
    import openpyxl

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        for sheet in book.worksheets:
            if sheet.sheet_state == "visible":
                sheet.reset_dimensions()
                yield sheet.title, _first(sheet.iter_rows(values_only=True))


def _xls(path: Path) -> Iterator[tuple[str, list[tuple[Any, ...]]]]:
    import xlrd

    book = xlrd.open_workbook(str(path), logfile=io.StringIO())
    for sheet in book.sheets():
        if sheet.visibility == 0:
            rows = (
                tuple(None if cell.ctype == 0 else cell.value for cell in sheet.row(at)) for at in range(sheet.nrows)
            )
            yield sheet.name, _first(rows)


def _first(rows: Iterator[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    kept: list[tuple[Any, ...]] = []
    for row in rows:
        kept.append(row)
        wide = max(map(len, kept)) > _MOST_COLUMNS
        if len(kept) >= (_LOOKED_AT if wide else _MOST_ROWS):
            break
    return kept


def members_of(path: Path) -> dict[str, Rows]:
    """The small text tables of a zip by name, of a large one its first rows; none of a damaged zip."""
    found: dict[str, Rows] = {}
    try:
        with zipfile.ZipFile(path) as archive:
            for info in archive.infolist()[:_MOST_MEMBERS]:
                if info.filename.lower().endswith((".csv", ".txt", ".tsv")) and not litter(info.filename):
                    with archive.open(info) as stream:
                        content = stream.read(_MOST_BYTES if info.file_size <= _MOST_BYTES else 2**17)
                    whole = info.file_size <= _MOST_BYTES and "conjunto_de_datos/" not in info.filename
                    found[info.filename] = _rows(content, whole)
    except (OSError, zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, ValueError):
        return {}
    return found


def tables_in(path: Path) -> tuple[str, ...]:
    """The names of a zip's members that could be a delivery."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = [info.filename for info in archive.infolist() if not info.is_dir()]
    except (OSError, zipfile.BadZipFile, ValueError):
        return ()
    return tuple(name for name in names if name.lower().endswith(READABLE) and not litter(name))


def litter(name: str) -> bool:
    """What a system puts beside a file."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    return "__MACOSX" in parts or not parts or parts[-1].startswith(("._", "~$", ".~lock"))


def text_rows(path: Path) -> Rows:
    """A small text file's rows; none where it is no text."""
    return _rows(path.read_bytes()[:_MOST_BYTES], True)


def _rows(content: bytes, whole: bool) -> Rows:
    for encoding in ("utf-8-sig", "cp1252", "latin-1"):
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError as error:
            if encoding == "utf-8-sig" and not whole and error.start > len(content) - 4:
                text = content[: error.start].decode(encoding)
                break
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    head = lines.partition("\n")[0]
    mark = max(",;\t|", key=head.count)
    try:
        reader = csv.reader(io.StringIO(lines), delimiter=mark)
        return [row for row, _ in zip(reader, range(_MOST_ROWS if whole else _LOOKED_AT), strict=False)]
    except csv.Error:
        return []


def shown_sheets(sheets: Mapping[str, Rows]) -> str:
    """Sheets for a sentence."""
    return ", ".join(list(sheets)[:5])
