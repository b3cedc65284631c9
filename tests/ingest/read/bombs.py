"""Small files that end their reader or would grow to gigabytes, made where a test wants them."""

import io
import struct
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyreadstat
import xlsxwriter
from pyarrow import parquet

from tests.ingest import deliveries as d
from tests.ingest.read.formats import dta

_SPACE = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_SHEET, _STRINGS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
_HEAD = f'<worksheet {_SPACE}><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>FOLIO</t></is></c></row>'.encode()
_END = b"</sheetData></worksheet>"


def book(path: Path, member: str, content: Iterable[bytes]) -> None:
    """A workbook of one sheet with the content of one of its members replaced."""
    plain = io.BytesIO()
    with xlsxwriter.Workbook(plain) as workbook:
        workbook.add_worksheet("Base").write_column(0, 0, ["FOLIO", "F1"])
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            with new.open(name, "w", force_zip64=name == member) as sink:
                for part in content if name == member else [old.read(name)]:
                    sink.write(part)


def many_cells(path: Path) -> None:
    """A sheet of 12 million cells, 180 MB of XML."""
    row = b"<row>" + b"<c><v>1</v></c>" * 12_000 + b"</row>"
    book(path, _SHEET, [_HEAD, *(row for _ in range(1_000)), _END])


def many_strings(path: Path) -> None:
    """Four million shared strings: minutes to read, before the first row."""
    many = b"<si><t>a</t></si>" * 40_000
    book(path, _STRINGS, [f"<sst {_SPACE}>".encode(), *(many for _ in range(100)), b"</sst>"])


def far_cells(path: Path, rows: int = 40_000) -> None:
    """A cell at the last column of each row: openpyxl fills what is before it."""
    cells = (f'<row r="{n}"><c r="XFD{n}"><v>1</v></c></row>'.encode() for n in range(2, rows + 2))
    book(path, _SHEET, [_HEAD, *cells, _END])


def far_row(path: Path) -> None:
    """A row number beyond any sheet's: openpyxl fills what is above it."""
    book(path, _SHEET, [_HEAD, b'<row r="999999999999"><c r="A2"><v>1</v></c></row>', _END])


def merged_whole(path: Path) -> None:
    """Seventeen billion cells merged into one."""
    merged = b'</sheetData><mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells></worksheet>'
    book(path, _SHEET, [_HEAD, merged])


def lying_book(path: Path) -> None:
    """A sheet of 180 MB that the zip's directory calls a thousand bytes."""
    many_cells(path)
    data = bytearray(path.read_bytes())
    place = data.rindex(_SHEET.encode()) - 46
    assert data[place : place + 4] == b"PK\x01\x02"
    struct.pack_into("<I", data, place + 24, 1_000)
    path.write_bytes(bytes(data))


def zipped_book(path: Path) -> None:
    """The sheet of 180 MB, its workbook in a zip."""
    inner = path.with_name("datos.xlsx")
    many_cells(inner)
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(inner, "datos.xlsx")
    inner.unlink()


def many_rows(path: Path) -> None:
    """Two columns of 160 million rows, all alike: half a megabyte in the file, 1.4 GB in memory."""
    table = pa.table({"FOLIO": np.zeros(4_000_000, dtype="int8"), "B": np.zeros(4_000_000)})
    with parquet.ParquetWriter(path, table.schema) as writer:
        for _ in range(40):
            writer.write_table(table, row_group_size=len(table))


def many_cases(path: Path) -> None:
    """A Stata file whose header says that it has two thousand million cases."""
    dta(d.good(), path)
    data = bytearray(path.read_bytes())
    place = data.index(b"<N>") + 3
    size = data.index(b"</N>") - place
    data[place : place + size] = (2_000_000_000).to_bytes(size, "little")
    path.write_bytes(bytes(data))


def one_wrong_byte(path: Path) -> None:
    """An SPSS file whose reading ends in a segmentation fault of ReadStat."""
    frame = pd.DataFrame({"FOLIO": ["a", "b"], "X": [1.0, 2.0]})
    pyreadstat.write_sav(frame, str(path), variable_value_labels={"X": {1: "si", 2: "no"}})
    data = bytearray(path.read_bytes())
    data[212] = 1
    path.write_bytes(bytes(data))


Bomb = Callable[[Path], None]
BOMBS: dict[str, tuple[str, Bomb, str]] = {
    "many cells": ("a.xlsx", many_cells, r"a\.xlsx: the workbook would grow to 17\d MB; .*as \.csv\.$"),
    "many strings": ("a.xlsx", many_strings, r"a\.xlsx: the workbook would grow to 6\d MB"),
    "far cells": ("a.xlsx", far_cells, r"a\.xlsx, sheet Base: the sheet reaches to row 6,1\d\d and column 16,384"),
    "a far row": ("a.xlsx", far_row, r"a\.xlsx, sheet Base: the sheet reaches to row 1,048,577 and column 1,"),
    "merged whole": ("a.xlsx", merged_whole, r"a\.xlsx, sheet Base, cells A1:XFD1048576: merged cells; unmerge"),
    "a lying book": ("a.xlsx", lying_book, r"a\.xlsx: the workbook is damaged or no \.xlsx"),
    "a book in a zip": ("a.zip", zipped_book, r"a\.zip, member datos\.xlsx: the workbook would grow to 17\d MB"),
    "many rows": ("a.parquet", many_rows, r"a\.parquet: 320,000,000 cells would be read, and no survey has so many"),
    "many cases": ("a.dta", many_cases, r"a\.dta: 30,000,000,000 cells would be read"),
}
