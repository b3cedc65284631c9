"""The good delivery in every format that can be written here."""

import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyreadstat

from tests.ingest import deliveries as d

Write = Callable[[pd.DataFrame, Path], None]


def csv(encoding: str, sep: str = ",", decimal: str = ".", ends: str = "\n") -> Write:
    """A writer of text in that layout."""

    def write(frame: pd.DataFrame, path: Path) -> None:
        d.write_csv(frame, path, encoding=encoding, sep=sep, decimal=decimal, lineterminator=ends)

    return write


def dta(frame: pd.DataFrame, path: Path) -> None:
    """Stata."""
    pyreadstat.write_dta(frame, str(path), variable_value_labels={k: d.LABELS[k] for k in ("SEXO", "P1")})


def zsav(frame: pd.DataFrame, path: Path) -> None:
    """SPSS, compressed."""
    d.write_sav(frame, path, compress=True)


def por(frame: pd.DataFrame, path: Path) -> None:
    """SPSS portable, which is ASCII."""
    plain = frame.assign(MUN=frame["MUN"].str.replace("í", "i").str.replace("Ñ", "N"))
    pyreadstat.write_por(plain, str(path))


def xlsx(frame: pd.DataFrame, path: Path) -> None:
    """A workbook of one sheet."""
    frame.to_excel(path, index=False, sheet_name="Base")


def xls(frame: pd.DataFrame, path: Path) -> None:
    """The oldest workbook that readers still take (BIFF 2): records of a code, a length and their content."""
    records = [struct.pack("<HHHH", 0x0009, 4, 0x0002, 0x0010), struct.pack("<HHH", 0x0042, 2, 1252)]
    rows = [list(frame.columns), *frame.astype(object).where(frame.notna(), None).values.tolist()]
    for number, row in enumerate(rows):
        for place, value in enumerate(row):
            head = struct.pack("<HHBBB", number, place, 0, 0, 0)
            if isinstance(value, str):
                text = value.encode("cp1252")
                record, body = 0x0004, head + bytes([len(text)]) + text
            elif value is not None:
                record, body = 0x0003, head + struct.pack("<d", value)
            else:
                continue
            records.append(struct.pack("<HH", record, len(body)) + body)
    path.write_bytes(b"".join([*records, struct.pack("<HH", 0x000A, 0)]))


def parquet(frame: pd.DataFrame, path: Path) -> None:
    """Parquet as pandas writes it."""
    frame.to_parquet(path, index=False)


def zipped(frame: pd.DataFrame, path: Path) -> None:
    """A text file in a folder of a zip, beside something that is no table."""
    inner = path.with_suffix(".inner.csv")
    d.write_csv(frame, inner)
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(inner, "datos/encuesta.csv")
        archive.writestr("datos/leeme.pdf", "x")
    inner.unlink()


WRITERS: dict[str, Write] = {
    "sav": d.write_sav, "zsav": zsav, "por": por, "dta": dta, "csv": csv("utf-8"), "xlsx": xlsx, "xls": xls,
    "parquet": parquet, "zip": zipped,
}  # fmt: skip
