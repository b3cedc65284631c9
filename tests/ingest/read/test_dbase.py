"""Tables of dBASE: each encoding by its language driver, blanks that stay blank, records that were deleted or lost."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import dbf
import pandas as pd
import pytest

from pulsometro.common.errors import PulsoError
from pulsometro.ingest.read.delivered import Delivered
from pulsometro.ingest.read.readers import read_delivery
from pulsometro.ingest.reading import read
from pulsometro.ingest.stage import run
from pulsometro.questionnaire.model import Delivery
from pulsometro.study import load_study
from tests.bad_inputs.dates_words import delivery
from tests.ingest import deliveries as d

WAVE = "2020T1"
SPECS = "FOLIO C(8); MUN C(24); FECHA D; EDAD N(3,0); PESO N(8,2); SI L"
ROWS = [
    ("01", "Peña y Cañón", date(2020, 1, 7), 34, 1.5, True),
    ("02", "Río Alto", None, None, None, None),
    ("03", "Río Alto", date(2020, 1, 8), 0, 0, False),
]


def _table(path: Path, encoding: str = "cp850", rows: list[tuple[object, ...]] = ROWS, specs: str = SPECS) -> Path:
    table = dbf.Table(str(path), specs, codepage=encoding)
    table.open(dbf.READ_WRITE)
    for row in rows:
        table.append(row)
    table.close()
    return path


def _read(path: Path, encoding: str | None = None) -> Delivered:
    return read_delivery(path, Delivery(("FOLIO",), {}, encoding=encoding), lambda columns: columns)


def _patched(path: Path, *places: tuple[int, int]) -> Path:
    content = bytearray(path.read_bytes())
    for place, value in places:
        content[place] = value
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("encoding", ["cp437", "cp850", "cp1252", "mac_roman", "utf8"])
def test_texts_are_read_by_the_language_driver_and_without_one_by_what_is_spanish(
    tmp_path: Path, encoding: str
) -> None:
    path = _table(tmp_path / "datos.dbf", encoding)
    said = _read(path)
    assert [text.strip() for text in said.frame["MUN"]] == [row[1] for row in ROWS]
    assert (said.detected["encoding"], said.notes) == (encoding, ())
    guessed = _read(_patched(path, (29, 0)))
    assert guessed.frame.equals(said.frame)
    assert [note.kind for note in guessed.notes] == ["encoding_guessed"]
    assert _read(path, encoding).notes == ()


def test_a_blank_number_is_no_zero_and_a_truth_is_its_word(tmp_path: Path) -> None:
    frame = _read(_table(tmp_path / "datos.dbf")).frame
    assert frame[["FECHA", "EDAD", "PESO"]].isna().all(axis=1).tolist() == [False, True, False]
    assert frame["EDAD"].iloc[[0, 2]].tolist() == [34, 0]
    assert frame["SI"].tolist() == ["TRUE", None, "FALSE"]


def test_deleted_records_are_left_out_and_noted_and_the_others_keep_their_numbers(tmp_path: Path) -> None:
    path = _table(tmp_path / "datos.dbf")
    table = dbf.Table(str(path)).open(dbf.READ_WRITE)
    dbf.delete(table[1])
    table.close()
    found = _read(path)
    assert found.frame.index.tolist() == [1, 3]
    assert [(note.kind, note.detail) for note in found.notes] == [("deleted_rows", "1")]


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])


def _longer(path: Path) -> None:
    _patched(path, (4, 2))


def _overflow(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content.replace(b" 34    1.50", b"***    1.50"))


def _undecodable(path: Path) -> None:
    _patched(_table(path, "cp1252"), (29, 0xF0))


BROKEN: dict[str, tuple[Callable[[Path], object], str]] = {
    "cut short": (_cut, "its header counts 3 records and it holds 2, so it is cut short"),
    "more than it counts": (_longer, "its header counts 2 records and it holds 3"),
    "a number that did not fit": (_overflow, r"column EDAD, 1 rows from 1 on: numbers too large for their field"),
    "texts in another encoding": (_undecodable, r"its texts are not utf8, as its header says; say delivery\.encoding"),
    "text called dbf": (lambda path: path.write_text("FOLIO,MUN\n1,2\n" * 20), r"the content is not \.dbf"),
    "dbf called csv": (lambda path: path.write_bytes(bytes(300)), r"the content is not \.dbf"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_table_is_one_sentence(tmp_path: Path, name: str) -> None:
    path = _table(tmp_path / "datos.dbf")
    if name == "texts in another encoding":
        path.unlink()
    break_, message = BROKEN[name]
    break_(path)
    with pytest.raises(PulsoError, match=message):
        _read(path)


def test_the_encoding_to_say_is_the_remedy(tmp_path: Path) -> None:
    path = tmp_path / "datos.dbf"
    _undecodable(path)
    assert _read(path, "cp1252").frame["MUN"].iloc[1].strip() == "Río Alto"
    with pytest.raises(PulsoError, match="no known encoding"):
        _read(path, "klingon")


def test_a_memo_that_is_asked_for_is_told_and_one_that_is_not_is_left(tmp_path: Path) -> None:
    path = _table(tmp_path / "datos.dbf", rows=[("01", "a lot of text")], specs="FOLIO C(8); NOTA M")
    path.with_suffix(".dbt").unlink()
    with pytest.raises(PulsoError, match="column NOTA: a memo"):
        _read(path)
    found = read_delivery(path, Delivery(("FOLIO",), {}), lambda columns: columns[:1])
    assert found.frame["FOLIO"].str.strip().tolist() == ["01"]


def _as_dbf(frame: pd.DataFrame, path: Path) -> None:
    specs = ("FOLIO C(8); MUN C(24); FECHA D; ENC C(4); TEL C(12); MINUTOS N(6,1); SEXO N(1,0); EDAD N(3,0); P1 N(2,0);"
             " P2 N(2,0); P3 N(2,0); P4 N(2,0); P5 N(1,0); P5A N(1,0)")  # fmt: skip
    names = [spec.split()[0] for spec in specs.split(";")]
    days = frame.assign(FECHA=pd.to_datetime(frame["FECHA"]).dt.date)[names].astype(object)
    rows = days.where(days.notna(), None)
    _table(path, rows=list(rows.itertuples(index=False, name=None)), specs=specs)


def test_a_wave_comes_through_as_from_a_csv(tmp_path: Path) -> None:
    d.prepared(tmp_path / "csv")
    d.write_study(tmp_path / "dbf", "datos.dbf")
    _as_dbf(d.good(), tmp_path / "dbf/raw" / WAVE / "datos.dbf")
    assert "60 rows = 60 accepted + 0 quarantined" in run(load_study(tmp_path / "dbf"), WAVE)
    by_format = [read(load_study(tmp_path / name), WAVE).responses for name in ("csv", "dbf")]
    pd.testing.assert_frame_equal(*(table.drop(columns="telefono") for table in by_format))


def test_no_row_of_names_can_be_said(tmp_path: Path) -> None:
    d.write_study(tmp_path, "datos.dbf", delivery("header_row: 2"))
    _as_dbf(d.good(), tmp_path / "raw" / WAVE / "datos.dbf")
    with pytest.raises(PulsoError, match=r"take delivery\.header_row out"):
        read(load_study(tmp_path), WAVE)
