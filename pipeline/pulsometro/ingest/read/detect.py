"""What a delivered file is: its format by content, and how a text file is written."""

import codecs
import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pulsometro.common.errors import PulsoError
from pulsometro.ingest.read.dbase import looks_like_dbf
from pulsometro.ingest.read.mojibake import mended, shares

Format = Literal["sav", "zsav", "por", "dta", "sas7bdat", "csv", "xlsx", "xls", "parquet", "dbf", "zip"]

FORMATS = "SPSS (.sav, .zsav, .por), Stata (.dta), SAS (.sas7bdat), .csv, .xlsx, .xls, .parquet, .dbf or a .zip of one"
_SUFFIXES: dict[str, Format] = {
    ".sav": "sav", ".zsav": "zsav", ".por": "por", ".dta": "dta", ".sas7bdat": "sas7bdat", ".csv": "csv",
    ".txt": "csv", ".tsv": "csv", ".tab": "csv", ".xlsx": "xlsx", ".xlsm": "xlsx", ".xls": "xls",
    ".parquet": "parquet", ".dbf": "dbf", ".zip": "zip",
}  # fmt: skip
_OLE = b"\xd0\xcf\x11\xe0"
_SAS = bytes.fromhex("000000000000000000000000c2ea8160")
_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CANDIDATES = ("cp1252", "mac_roman", "cp850")
# Share of the letters beyond ASCII that are Spanish and in place, from which an encoding may be the file's.
_SPANISH_ENOUGH = 0.9
_DELIMITERS = (",", ";", "\t", "|")
MAXIMUM_COLUMNS = 20_000


@dataclass(frozen=True)
class TextLayout:
    """How a text file is written; ``line_ends`` in words (LF, CRLF, CR or mixed).

    ``others``: encodings in which it would be Spanish too, "?" where it is in none; of what is certain, none.
    ``quoted``: every value of the first lines stands in quotes.
    """

    encoding: str
    delimiter: str
    line_ends: str
    others: tuple[str, ...]
    quoted: bool


def format_of(path: Path) -> Format:
    """The file's format, when suffix and first bytes agree.

    Raises PulsoError for a missing or empty file, an unknown suffix, and a content that is
    not what the suffix says.
    """
    if not path.is_file():
        raise PulsoError(
            f"{path}: the delivered file is missing; put it there, bring it with 'dvc pull', or correct params.yaml."
        )
    if path.stat().st_size == 0:
        raise PulsoError(f"{path}: the file is empty (0 bytes); ask for the delivery again.")
    named = _SUFFIXES.get(path.suffix.lower())
    if named is None:
        raise PulsoError(f"{path}: '{path.suffix}' is not a format that ingest reads; deliver {FORMATS}.")
    with path.open("rb") as stream:
        head = stream.read(400)
    found = _by_magic(head)
    wrong = found is not None and found != named and {found, named} not in ({"xlsx", "zip"}, {"sav", "zsav"})
    # A workbook of Excel 2 to 4 begins with such a byte; servers call text and web pages .xls.
    marked = named == "xls" and found is None and head[:1] != b"\x09"
    if named == "dbf" and found is None and looks_like_dbf(head):
        return named
    if wrong or marked or (found is None and named not in {"csv", "por", "dta", "xls"}):
        seems = f"it looks like .{found}" if found else _seems(head)
        seems += ", or a workbook with a password" if (found, named) == ("xls", "xlsx") else ""
        raise PulsoError(f"{path}: the content is not {path.suffix} ({seems}); ask for the file again.")
    return named


def _seems(head: bytes) -> str:
    """What a file of no known format may be, for the sentence that refuses it."""
    start = head.lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if start.startswith((b"<html", b"<!doctype", b"<table", b"<?xml", b"<head")):
        return "it is a web page or XML under another name; open it and save it as the format it should be"
    if start.startswith(b"%pdf"):
        return "it is a PDF"
    if head and b"\x00" not in head and not any(byte < 9 for byte in head):
        return "it looks like text, .csv perhaps"
    return "its first bytes are those of no format that ingest reads"


def _by_magic(head: bytes) -> Format | None:
    if head.startswith((b"$FL2", b"$FL3")):
        return "zsav" if head.startswith(b"$FL3") else "sav"
    if head.startswith(b"PK\x03\x04") or head.startswith(b"PK\x05\x06"):
        return "zip"
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(_OLE):
        return "xls"
    if head.startswith(_SAS):
        return "sas7bdat"
    if head.startswith(b"<stata_dta>") or (head[:1] in b"\x71\x72\x73" and head[1:2] in b"\x01\x02"):
        return "dta"
    return None


def text_layout(path: Path, encoding: str | None, delimiter: str | None) -> TextLayout:
    """Detect encoding, delimiter and line ends; what the questionnaire declares is taken as it is.

    Raises PulsoError when the declared encoding does not fit, when the file holds NUL bytes,
    or when no delimiter divides its lines alike.
    """
    found, others = (encoding, ()) if encoding else _encoding(path)
    _must_decode(path, found)
    ends = _line_ends(path, found)
    lines = _first_lines(path, found)
    mark = delimiter or _delimiter(path, lines)
    return TextLayout(found, mark, ends, others, _all_quoted(lines, mark))


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while chunk := stream.read(1 << 20):
            yield chunk


def _encoding(path: Path) -> tuple[str, tuple[str, ...]]:
    with path.open("rb") as stream:
        head = stream.read(4)
    for mark, name in _BOMS:
        if head.startswith(mark):
            return name, ()
    if _undecodable(path, "utf-8") is None:
        return "utf-8", ()
    sample = b"".join(chunk for chunk, _ in zip(_chunks(path), range(8), strict=False))
    texts = {name: text for name in _CANDIDATES if (text := _decoded(sample, name)) is not None}
    found = {name: shares(text) for name, text in texts.items()}
    best = max(found, key=lambda name: found[name][0], default="cp1252")
    if best not in found or found[best][0] < _SPANISH_ENOUGH:
        # Lines of both, UTF-8 and another: what was UTF-8 is put right text by text.
        both = mended(texts.get("cp1252", ""), "utf-8")
        if both is not None and shares(both[0])[0] >= _SPANISH_ENOUGH:
            return "cp1252", ("?",)
        return _by_library(sample) or "cp1252", ("?",)
    others = [n for n in found if texts[n] != texts[best] and found[n][1] >= _SPANISH_ENOUGH]
    return best, tuple(others)


def _decoded(sample: bytes, encoding: str) -> str | None:
    """The sample's text, None where it cannot be in that encoding."""
    try:
        return sample.decode(encoding)
    except UnicodeDecodeError:
        return None


def _by_library(sample: bytes) -> str | None:
    from charset_normalizer import from_bytes

    best = from_bytes(sample).best()
    return best.encoding if best is not None else None


def _undecodable(path: Path, encoding: str) -> int | None:
    """Offset near the first byte that the encoding does not know, None when all decode."""
    decoder, offset = codecs.getincrementaldecoder(encoding)(), 0
    for chunk in _chunks(path):
        try:
            decoder.decode(chunk)
        except UnicodeDecodeError as error:
            return offset + error.start
        offset += len(chunk)
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return offset
    return None


def _must_decode(path: Path, encoding: str) -> None:
    try:
        offset = _undecodable(path, encoding)
    except LookupError as error:
        raise PulsoError(f"{path}: '{encoding}' is no known encoding; correct delivery.encoding.") from error
    if offset is not None:
        line = 1
        with path.open("rb") as stream:
            line += stream.read(offset).count(b"\n")
        raise PulsoError(f"{path}, line {line}: the text is not {encoding}; correct delivery.encoding or leave it out.")


def _line_ends(path: Path, encoding: str) -> str:
    wide = encoding.lower().replace("_", "-").startswith(("utf-16", "utf-32"))
    crlf = cr = lf = 0
    previous = b""
    for chunk in _chunks(path):
        if wide:
            chunk = chunk.replace(b"\x00", b"")
        elif b"\x00" in chunk:
            unmarked = _unmarked(chunk)
            if unmarked:
                raise PulsoError(
                    f'{path}: the text is UTF-16 without its mark; say delivery.encoding: "{unmarked}" in the '
                    "questionnaire, or export it as UTF-8."
                )
            raise PulsoError(f"{path}: the text holds NUL bytes, so it is damaged; export it again, as UTF-8.")
        crlf += chunk.count(b"\r\n") + (previous.endswith(b"\r") and chunk.startswith(b"\n"))
        cr += chunk.count(b"\r")
        lf += chunk.count(b"\n")
        previous = chunk
    kinds = [name for name, count in (("CRLF", crlf), ("CR", cr - crlf), ("LF", lf - crlf)) if count > 0]
    return kinds[0] if len(kinds) == 1 else ("mixed" if kinds else "none")


def _unmarked(content: bytes) -> str:
    """Which UTF-16 it is where every second byte is NUL, as in texts of Latin letters; else nothing."""
    for name, zeros in (("utf-16-le", content[1::2]), ("utf-16-be", content[0::2])):
        if zeros.count(0) > 0.9 * len(zeros):
            return name
    return ""


def _all_quoted(lines: list[str], delimiter: str) -> bool:
    """Whether every value of the first lines stands in quotes."""
    rows = _records(lines, delimiter)
    between = sum(len(line.split(f'"{delimiter}"')) for line in lines if line)
    ends = all(line[0] == line[-1] == '"' for line in lines if line)
    return bool(rows) and ends and between == sum(map(len, rows))


def _records(lines: list[str], delimiter: str) -> list[list[str]]:
    """The first lines divided; none when one of them cannot be, which the row check will name."""
    try:
        return [row for row in csv.reader(lines, delimiter=delimiter) if row]
    except csv.Error:
        return []


def _delimiter(path: Path, lines: list[str]) -> str:
    best, width = "", 1
    for delimiter in _DELIMITERS:
        counts = {len(row) for row in _records(lines, delimiter)}
        if len(counts) == 1 and max(counts) > width:
            best, width = delimiter, max(counts)
    if not best:
        # Most lines decide when some are broken, or a title stands above: those checks will name the row.
        usual = {mark: sorted(line.count(mark) for line in lines)[len(lines) // 2] for mark in _DELIMITERS}
        best = max(_DELIMITERS, key=lambda mark: usual[mark])
        if not usual[best]:
            raise PulsoError(
                f"{path}: no delimiter (comma, semicolon, tab, bar) divides its first lines; say delivery.delimiter."
            )
    return best


def _first_lines(path: Path, encoding: str) -> list[str]:
    with path.open(encoding=encoding, newline=None) as stream:
        text = stream.read(400_000)
    lines = text.split("\n")
    return lines[: min(50, max(len(lines) - 1, 1))]
