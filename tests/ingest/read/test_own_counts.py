"""The header's count of rows and its blank against what the file holds."""

import struct
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulsometro.common.errors import PulsoError
from pulsometro.ingest.read.own_counts import header_of
from pulsometro.ingest.read.readers import read_delivery
from pulsometro.questionnaire.model import Delivery

WRITERS = {"plain.sav": {}, "packed.sav": {"row_compress": True}, "packed.zsav": {"compress": True}}
ANY = Delivery(respondent=(), columns={})


def frame(rows: int = 60) -> pd.DataFrame:
    return pd.DataFrame({"A": [float(n % 3) for n in range(rows)], "B": [f"x{n}" for n in range(rows)]})


def written(folder: Path, name: str, rows: int = 60) -> Path:
    path = folder / name
    labels = {"A": {0: "nunca", 1: "a veces", 2: "siempre, o casi siempre"}}
    if path.suffix == ".dta":
        pyreadstat.write_dta(frame(rows), str(path), variable_value_labels=labels, version=15)
    else:
        more = WRITERS[name]
        pyreadstat.write_sav(
            frame(rows), str(path), column_labels={"A": "¿Con qué frecuencia? Diga"}, variable_value_labels=labels,
            missing_ranges={"A": [8.0, 9.0]}, note="una nota", **more,
        )  # fmt: skip
    return path


def counting(path: Path, rows: int) -> Path:
    data = bytearray(path.read_bytes())
    if path.suffix == ".dta":
        place = data.index(b"<N>") + 3
        data[place : place + 8] = rows.to_bytes(8, "little")
    else:
        data[80:84] = struct.pack("<i", rows)
        # The number of rows in eight bytes, which writers add to the four of the header.
        again = data.index(struct.pack("<iiii", 7, 16, 8, 2)) + 24
        data[again : again + 8] = struct.pack("<q", rows)
    path.write_bytes(data)
    return path


def read(path: Path):
    return read_delivery(path, ANY, lambda columns: columns)


@pytest.mark.parametrize("name", [*WRITERS, "stata.dta"])
def test_rows_that_the_header_does_not_count_are_read_and_noted(name: str, tmp_path: Path) -> None:
    delivered = read(counting(written(tmp_path, name), 40))
    assert delivered.frame["B"].tolist() == frame()["B"].tolist()
    assert [note.kind for note in delivered.notes] == ["rows_uncounted"]
    assert "40 / 60" in delivered.notes[0].english


@pytest.mark.parametrize("name", [*WRITERS, "stata.dta"])
def test_more_rows_in_the_header_than_in_the_file_are_a_file_cut_short(name: str, tmp_path: Path) -> None:
    with pytest.raises(PulsoError, match=r"counts 80 rows and the file holds 60, so it is cut short"):
        read(counting(written(tmp_path, name), 80))


@pytest.mark.parametrize("name", WRITERS)
def test_a_header_that_does_not_know_is_no_finding(name: str, tmp_path: Path) -> None:
    delivered = read(counting(written(tmp_path, name), -1))
    assert len(delivered.frame) == 60
    assert delivered.notes == ()


def test_a_last_row_cut_in_two_is_refused_where_nobody_counted(tmp_path: Path) -> None:
    path = counting(written(tmp_path, "plain.sav"), -1)
    path.write_bytes(path.read_bytes()[:-3])
    with pytest.raises(PulsoError, match="its last row is not whole"):
        read(path)


@settings(max_examples=25, deadline=None)
@given(rows=st.integers(1, 40), said=st.integers(0, 60), name=st.sampled_from([*WRITERS, "stata.dta"]))
def test_no_row_is_ever_lost_by_what_a_header_says(rows: int, said: int, name: str, tmp_path_factory) -> None:
    path = counting(written(tmp_path_factory.mktemp("rows"), name, rows), said)
    if said > rows:
        with pytest.raises(PulsoError, match="cut short"):
            read(path)
    else:
        delivered = read(path)
        assert len(delivered.frame) == rows
        assert bool(delivered.notes) == (said < rows)


def declaring_blank(path: Path, value: float) -> Path:
    data = bytearray(path.read_bytes())
    place = data.index(struct.pack("<iiii", 7, 4, 8, 3)) + 16
    data[place : place + 8] = struct.pack("<d", value)
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("value", [0.0, 1.0])
def test_answers_that_the_header_calls_blank_are_refused(name: str, value: float, tmp_path: Path) -> None:
    path = declaring_blank(written(tmp_path, name), value)
    with pytest.raises(PulsoError, match=f"column A: the file's header declares {value:.0f} to be its blank"):
        read(path)
    # The remedies: another export, or text.
    other = tmp_path / "otra.csv"
    frame().to_csv(other, index=False)
    assert (read(written(tmp_path, name)).frame["A"] == frame()["A"].to_numpy()).all()
    assert read(other).frame["A"].astype(float).tolist() == frame()["A"].tolist()


def test_a_declared_blank_that_no_answer_has_does_no_harm(tmp_path: Path) -> None:
    delivered = read(declaring_blank(written(tmp_path, "plain.sav"), 7.0))
    assert delivered.frame["A"].tolist() == frame()["A"].tolist()
    assert delivered.notes == ()


def test_a_header_in_the_other_order_of_bytes_is_understood(tmp_path: Path) -> None:
    head = bytearray(176)
    head[:4], head[64:68], head[80:84] = b"$FL2", struct.pack(">i", 2), struct.pack(">i", 7)
    end = struct.pack(">iiii3d", 7, 4, 8, 3, 0.0, 1.0, 2.0) + struct.pack(">ii", 999, 0)
    path = tmp_path / "otra.sav"
    path.write_bytes(bytes(head) + end)
    found = header_of(path, "sav")
    assert (found.rows, found.blank) == (7, 0.0)


@pytest.mark.parametrize("cut", [0, 70, 180, 300])
def test_a_damaged_header_says_nothing_and_raises_nothing(cut: int, tmp_path: Path) -> None:
    path = written(tmp_path, "plain.sav")
    path.write_bytes(path.read_bytes()[:cut])
    assert header_of(path, "sav").rows is None


OLD = {version: f"stata{version}.dta" for version in (8, 10, 12)}


def _old(folder: Path, version: int, rows: int | None = None, labels: bool = True) -> Path:
    """A .dta of that Stata, whose header counts ``rows``."""
    path = folder / OLD[version]
    said = {"A": {0: "nunca", 1: "a veces"}} if labels else {}
    pyreadstat.write_dta(frame(), str(path), variable_value_labels=said, version=version)
    if rows is not None:
        data = bytearray(path.read_bytes())
        data[6:10] = struct.pack("<i", rows)
        path.write_bytes(data)
    return path


@pytest.mark.parametrize("labels", [True, False])
@pytest.mark.parametrize("version", OLD)
def test_the_rows_of_an_old_stata_are_those_before_its_labels(version: int, labels: bool, tmp_path: Path) -> None:
    assert not {note.kind for note in read(_old(tmp_path, version, None, labels)).notes} & {"rows_uncounted"}
    for rows in (0, 1, 40, 59):
        delivered = read(_old(tmp_path, version, rows, labels))
        assert delivered.frame["B"].tolist() == frame()["B"].tolist(), rows
        assert [note.detail for note in delivered.notes if note.kind == "rows_uncounted"] == [f"{rows} / 60"]
    for rows in (61, 5000):
        with pytest.raises(PulsoError, match=rf"its header counts {rows:,} rows and the file holds 60, .* cut short"):
            read(_old(tmp_path, version, rows, labels))
