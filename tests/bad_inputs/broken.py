"""Ways to break a good delivery. Each takes the study's folder and leaves it broken."""

import io
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyreadstat
from openpyxl import Workbook, load_workbook

from tests.ingest import deliveries as d

WAVE = "2020T1"
Break = Callable[[Path], None]


def raw(folder: Path, file: str = "datos.csv") -> Path:
    """The delivery's path once params.yaml names it ``file``."""
    d.write_study(folder, file)
    return folder / "raw" / WAVE / file


def table(change: Callable[[pd.DataFrame], pd.DataFrame]) -> Break:
    """A good CSV with its table changed."""

    def apply(folder: Path) -> None:
        d.write_csv(change(d.good()), raw(folder))

    return apply


def text(change: Callable[[str], str], encoding: str = "utf-8") -> Break:
    """A good CSV with its text changed."""

    def apply(folder: Path) -> None:
        path = raw(folder)
        d.write_csv(d.good(), path)
        path.write_bytes(change(path.read_text(encoding="utf-8")).encode(encoding))

    return apply


def content(file: str, data: bytes) -> Break:
    """A file of that name with that content."""

    def apply(folder: Path) -> None:
        raw(folder, file).write_bytes(data)

    return apply


def damaged(file: str, change: Callable[[bytes], bytes]) -> Break:
    """A good file of that format with its bytes changed."""

    def apply(folder: Path) -> None:
        path = raw(folder, file)
        writers[path.suffix](d.good(), path)
        path.write_bytes(change(path.read_bytes()))

    return apply


def _dta(frame: pd.DataFrame, path: Path) -> None:
    pyreadstat.write_dta(frame, str(path))


def _xlsx(frame: pd.DataFrame, path: Path) -> None:
    frame.to_excel(path, index=False)


def _parquet(frame: pd.DataFrame, path: Path) -> None:
    frame.to_parquet(path, index=False)


def _zipped(frame: pd.DataFrame, path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("datos.csv", frame.to_csv(index=False))


writers: dict[str, Callable[[pd.DataFrame, Path], None]] = {
    ".csv": d.write_csv, ".sav": d.write_sav, ".dta": _dta, ".xlsx": _xlsx, ".parquet": _parquet, ".zip": _zipped,
}  # fmt: skip


def cut(share: float) -> Callable[[bytes], bytes]:
    """Only the first part of the bytes."""
    return lambda data: data[: int(len(data) * share)]


def flipped(*places: int) -> Callable[[bytes], bytes]:
    """Every bit of the bytes at these places turned."""

    def apply(data: bytes) -> bytes:
        changed = bytearray(data)
        for place in places:
            changed[place] ^= 0xFF
        return bytes(changed)

    return apply


def zipped(members: dict[str, bytes]) -> Break:
    """A zip with these members."""

    def apply(folder: Path) -> None:
        with zipfile.ZipFile(raw(folder, "datos.zip"), "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in members.items():
                archive.writestr(name, data)

    return apply


def good_bytes() -> bytes:
    """A good CSV's bytes."""
    return d.good().to_csv(index=False).encode()


def zip_bomb(folder: Path) -> None:
    """A member of 128 MB of zeros in an eighth of a megabyte."""
    with zipfile.ZipFile(raw(folder, "datos.zip"), "w", zipfile.ZIP_DEFLATED) as archive, archive.open(
        "datos.csv", "w", force_zip64=True
    ) as member:  # fmt: skip
        for _ in range(128):
            member.write(bytes(1 << 20))


def lying_zip(folder: Path) -> None:
    """A member that says it is shorter than it is."""
    path = raw(folder, "datos.zip")
    _zipped(d.good(), path)
    data = bytearray(path.read_bytes())
    central = data.rindex(b"PK\x01\x02")
    struct.pack_into("<I", data, central + 24, 100)
    path.write_bytes(bytes(data))


def encrypted_zip(folder: Path) -> None:
    """A member marked as encrypted."""
    path = raw(folder, "datos.zip")
    _zipped(d.good(), path)
    data = bytearray(path.read_bytes())
    central = data.rindex(b"PK\x01\x02")
    data[6] |= 1
    data[central + 8] |= 1
    path.write_bytes(bytes(data))


def nested_zip(folder: Path) -> None:
    """A zip whose only table is a zip called .csv."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as inner:
        inner.writestr("datos.csv", "a,b")
    zipped({"datos.csv": stream.getvalue()})(folder)


def workbook(change: Callable[[Workbook], None]) -> Break:
    """A good workbook changed cell by cell."""

    def apply(folder: Path) -> None:
        path = raw(folder, "datos.xlsx")
        _xlsx(d.good(), path)
        book = load_workbook(path)
        change(book)
        book.save(path)

    return apply


def questionnaire(change: Callable[[str], str]) -> Break:
    """A good delivery under a broken questionnaire."""

    def apply(folder: Path) -> None:
        d.prepared(folder, edit=change)

    return apply


def swap(old: str, new: str) -> Callable[[str], str]:
    """Replace a part of a text that must be there."""

    def apply(whole: str) -> str:
        assert old in whole, old
        return whole.replace(old, new, 1)

    return apply


def params(change: Callable[[str], str]) -> Break:
    """A good delivery under a broken params.yaml."""

    def apply(folder: Path) -> None:
        d.prepared(folder)
        path = folder / "params.yaml"
        path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")

    return apply


def attempts(data: str | None) -> Break:
    """A good delivery with a broken file of call attempts."""

    def apply(folder: Path) -> None:
        params(swap('file: "datos.csv"', 'file: "datos.csv"\n    attempts: "llamadas.csv"'))(folder)
        if data is not None:
            (folder / "raw" / WAVE / "llamadas.csv").write_text(data, encoding="utf-8")

    return apply
