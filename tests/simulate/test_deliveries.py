"""The delivered files: each format with its quirks, the same bytes every time."""

import os
import subprocess
import sys
from pathlib import Path

import openpyxl
import pandas as pd
import pyreadstat
import pytest

from pulsometro.ingest.reading import read
from pulsometro.simulate import stage
from pulsometro.simulate.assumptions import Drift
from pulsometro.simulate.sample import draw
from pulsometro.simulate.world import make_world
from pulsometro.study import Study, load_study
from pulsometro.study.simulated_files import RECORD
from tests.simulate.conftest import WAVES, small_copy

pytestmark = pytest.mark.slow


def files(study: Study) -> dict[str, bytes]:
    return {
        path.relative_to(study.root).as_posix(): path.read_bytes()
        for wave in study.waves
        for path in sorted((study.root / "raw" / wave).iterdir())
        if path.name != RECORD
    }


def test_each_wave_has_its_two_files_and_no_other(small: Study) -> None:
    names = set(files(small))
    expected = {f"raw/{wave}/{entry.file}" for wave, entry in small.waves.items()}
    assert names == expected | {f"raw/{wave}/{entry.attempts}" for wave, entry in small.waves.items()}
    suffixes = [Path(entry.file).suffix for entry in small.waves.values()]
    assert sorted(suffixes) == [".csv", ".dta"] + [".sav"] * 5 + [".xlsx"]


def test_same_bytes_twice(small: Study, tmp_path: Path) -> None:
    again = small_copy(tmp_path)
    # Another process with another hash seed: no order may hang on either.
    code = "from pulsometro.simulate.stage import run; from pulsometro.study import load_study; run(load_study())"
    environment = {**os.environ, "PYTHONHASHSEED": "1", "TZ": "Asia/Tokyo"}
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environment, check=True)
    first, second = files(small), files(again)
    assert first.keys() == second.keys()
    assert [name for name in first if first[name] != second[name]] == []


def test_later_waves_leave_the_earlier_ones_alone(small: Study, tmp_path: Path) -> None:
    shorter = small_copy(tmp_path, WAVES[:2])
    stage.run(shorter)
    made, before = files(shorter), files(small)
    assert len(made) == 4
    assert [name for name in made if made[name] != before[name]] == []


@pytest.mark.parametrize("wave", WAVES)
def test_ingest_gives_back_what_was_drawn(small: Study, wave: str) -> None:
    world = make_world(small)
    drawn = draw(world.edition(wave), world.settings.seed).responses
    ingested = read(small, wave)
    expected = drawn.set_index("folio").sort_index()
    received = ingested.responses.set_index("folio").sort_index()
    assert ingested.counts.delivered == len(expected) + world.assumptions.deliveries.get(wave, Drift()).pilot_rows
    assert received.index.tolist() == expected.index.tolist()
    public = [name for name in small.questionnaire(wave).public if name != "folio"]
    for name in public:
        assert received[name].astype(object).tolist() == expected[name].astype(object).tolist(), name


@pytest.mark.parametrize("wave", ["2011T3", "2011T4", "2012T3", "2013T1", "2013T2"])
def test_sav_says_that_it_is_simulated_and_carries_labels(small: Study, wave: str) -> None:
    frame, meta = pyreadstat.read_sav(str(small.raw(wave)), user_missing=True)
    assert "simulados" in meta.file_label
    assert set(frame["ORIGEN"]) == {"datos simulados"}
    assert meta.column_names_to_labels["F3"] == "Edad"
    assert meta.missing_ranges["P1_1"] == [{"lo": 8.0, "hi": 8.0}, {"lo": 9.0, "hi": 9.0}]
    assert meta.variable_value_labels["MUN"][19039.0] == "Monterrey"
    assert str(meta.creation_time).startswith(str(small.wave(wave).fieldwork.end))
    assert frame["TELEFONO"].str.fullmatch(r"8100\d{6}").all()


def test_slips_of_the_firms(small: Study) -> None:
    spelt = pyreadstat.read_sav(str(small.raw("2013T1")))[1].variable_value_labels["P1_1"]
    assert spelt[2.0] == "poco seugro"
    reversed_scale = pyreadstat.read_sav(str(small.raw("2012T3")))[1].variable_value_labels["P7_7"]
    assert (reversed_scale[4.0], reversed_scale[1.0], reversed_scale[8.0]) == ("mucha", "nada", "no sabe")
    assert "P15" in pyreadstat.read_sav(str(small.raw("2011T4")))[0]
    frame = pyreadstat.read_sav(str(small.raw("2012T3")))[0]
    assert frame["FOLIO"].str.startswith("PRUEBA").sum() == 3
    assert "P7_3" not in pyreadstat.read_sav(str(small.raw("2011T3")))[0]


def test_stata_delivery(small: Study) -> None:
    frame, meta = pyreadstat.read_dta(str(small.raw("2012T1")))
    assert "simulados" in meta.file_label
    assert {"P13", "P14", "P14_1"} <= set(frame)
    assert "P12" not in frame
    assert meta.variable_value_labels["P14"][1] == "sí"
    assert str(meta.creation_time).startswith("2012-02-22")


def test_text_delivery(small: Study) -> None:
    content = small.raw("2012T2").read_bytes()
    with pytest.raises(UnicodeDecodeError):
        content.decode("utf-8")
    lines = content.decode("cp1252").split("\r\n")
    assert lines[0].startswith("FOLIO;TELEFONO;")
    assert any(";García ;" in line for line in lines)
    assert not any(";Monterrey ;" in line for line in lines)
    table = pd.read_csv(small.raw("2012T2"), sep=";", encoding="cp1252", dtype=str)
    assert table["DURACION"].str.fullmatch(r"\d+,\d").all()
    assert table["FECHA"].str.fullmatch(r"\d\d/05/2012").all()


def test_workbook_delivery(small: Study) -> None:
    book = openpyxl.load_workbook(small.raw("2012T4"), read_only=True)
    assert book.sheetnames == ["Base", "Nota"]
    assert "simulados" in str(book["Nota"]["A1"].value)
    rows = book["Base"].iter_rows(values_only=True)
    header = list(next(rows))
    first = dict(zip(header, next(rows), strict=True))
    assert first["P1_1"] in {"Seguro", "Poco seguro", "Nada seguro", "NS", "NC"}
    assert isinstance(first["F3"], int)
    assert first["ORIGEN"] == "datos simulados"


def test_dates_lie_in_the_fieldwork(small: Study) -> None:
    for wave in ("2011T3", "2013T2"):
        days = pyreadstat.read_sav(str(small.raw(wave)))[0]["FECHA"]
        dates = small.wave(wave).fieldwork
        assert days.min() >= dates.start
        assert days.max() <= dates.end


def test_nothing_is_left_of_a_failed_write(tmp_path: Path) -> None:
    small_copy(tmp_path, ("2011T3", "2012T1"))
    params = tmp_path / "params.yaml"
    params.write_text(params.read_text(encoding="utf-8").replace("2012T1.dta", "2012T1.por"), encoding="utf-8")
    study = load_study(tmp_path)
    with pytest.raises(Exception, match=r"pulso_2012T1\.por: simulated deliveries are \.sav, \.dta, \.csv, \.xlsx"):
        stage.run(study)
    assert [path.name for path in (tmp_path / "raw").glob("2012T1/*")] == [RECORD]
