"""Workbooks saved as "Strict Open XML": the same sheets under other names of their parts (ISO/IEC 29500, part 1)."""

import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_STRICT = b"http://purl.oclc.org/ooxml/"
# Beginnings of names, strict → transitional, the longer ones first.
_NAMES = (
    (b"spreadsheetml/main", b"spreadsheetml/2006/main"),
    (b"officeDocument/relationships/extendedProperties", b"officeDocument/2006/relationships/extended-properties"),
    (b"officeDocument/relationships/customProperties", b"officeDocument/2006/relationships/custom-properties"),
    (b"officeDocument/relationships", b"officeDocument/2006/relationships"),
    (b"officeDocument/extendedProperties", b"officeDocument/2006/extended-properties"),
    (b"officeDocument/docPropsVTypes", b"officeDocument/2006/docPropsVTypes"),
    (b"drawingml/", b"drawingml/2006/"),
)
_OPEN = b"http://schemas.openxmlformats.org/"
_CHUNK = 1 << 20
# Names stand in a sheet's first element; of rows by the million nothing is looked through twice.
_LOOKED_AT = 1 << 16


@contextmanager
def transitional(path: Path) -> Iterator[Path]:
    """The workbook itself, or for a strict one a copy in a folder of its own with the names that readers know."""
    with zipfile.ZipFile(path) as archive:
        if not _is_strict(archive):
            yield path
            return
        with tempfile.TemporaryDirectory(prefix="ingest-", ignore_cleanup_errors=True) as folder:
            copy = Path(folder) / "libro.xlsx"
            with zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as made:
                for member in archive.infolist():
                    _copy(archive, member, made)
            yield copy


def _is_strict(archive: zipfile.ZipFile) -> bool:
    names = [name for name in archive.namelist() if name.endswith("workbook.xml")]
    return any(_STRICT in archive.open(name).read(_LOOKED_AT) for name in names)


def _copy(archive: zipfile.ZipFile, member: zipfile.ZipInfo, made: zipfile.ZipFile) -> None:
    with archive.open(member) as source, made.open(member.filename, "w", force_zip64=True) as sink:
        whole = source.read() if member.filename.endswith((".rels", "workbook.xml")) else source.read(_LOOKED_AT)
        for strict, other in _NAMES:
            whole = whole.replace(_STRICT + strict, _OPEN + other)
        sink.write(whole)
        while chunk := source.read(_CHUNK):
            sink.write(chunk)
