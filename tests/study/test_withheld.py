"""A wave that cannot go on: its record says place, cause and remedy, and what is no result leaves none."""

import shutil
from pathlib import Path

import pandas as pd
import pytest

from pulsometro.common.bound import MANIFEST, manifest
from pulsometro.common.errors import MachineError, PassingError, PulsoError
from pulsometro.common.files import atomic_folder, read_record, read_table, write_record, write_table, write_text
from pulsometro.graph.stage import run_deliveries
from pulsometro.study import Study
from pulsometro.study.withheld import (
    REMEDY,
    WaveWithheld,
    Withheld,
    all_withheld,
    carried,
    read_withheld,
    record_of,
    refuse_withheld,
)
from tests.ingest import deliveries as d

WAVE = "2020T1"


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return d.prepared(tmp_path)


@pytest.mark.parametrize(
    ("said", "parts"),
    [
        (
            "raw/x.sav, column P1: '6' is unknown; ask the firm.",
            ("raw/x.sav, column P1", "'6' is unknown", "ask the firm."),
        ),
        ("raw/x.sav: it is cut; it is damaged; ask for it.", ("raw/x.sav", "it is cut; it is damaged", "ask for it.")),
        ("raw/x.xlsx, cells A1:B1: merged cells; unmerge.", ("raw/x.xlsx, cells A1:B1", "merged cells", "unmerge.")),
        ("f.yaml: codes are twice: keep one.", ("f.yaml", "codes are twice", "keep one.")),
        ("f.yaml: it says nothing.", ("f.yaml", "it says nothing", REMEDY)),
        ("nothing at all.", ("", "nothing at all", REMEDY)),
        (
            "f.yaml: 2 things to correct:\n  - a; b.\n  - c.",
            ("f.yaml", "2 things to correct:\n  - a; b.\n  - c", REMEDY),
        ),
    ],
)
def test_a_message_in_parts(said: str, parts: tuple[str, str, str], tmp_path: Path) -> None:
    record = record_of(WAVE, "ingest", PulsoError(said.replace("raw/", f"{tmp_path}/raw/")), tmp_path)
    assert (record.place, record.cause, record.remedy) == parts
    assert record.sentence.startswith(said.rstrip(".").split(":")[0])


def test_an_exception_that_nobody_foresaw_is_told_without_its_text(study: Study) -> None:
    def fails(_: Path) -> str:
        raise KeyError("María Pérez, 8112345678")

    with pytest.raises(WaveWithheld) as caught:
        carried(study, WAVE, "weight", fails)
    assert "KeyError" in str(caught.value) and "report it" in str(caught.value)
    assert "María" not in str(caught.value) and "811" not in str(caught.value)
    text = (study.processed(WAVE, "weight") / "withheld.json").read_text(encoding="utf-8")
    assert "María" not in text and "8112345678" not in text


@pytest.mark.parametrize("error", [MachineError("x: damaged; make it again."), OSError(28, "full"), MemoryError()])
def test_what_is_no_result_leaves_no_record_and_what_was_there(error: Exception, study: Study) -> None:
    carried(study, WAVE, "weight", lambda folder: write_text("first", folder / "a.txt") or "made")

    def fails(folder: Path) -> str:
        write_text("half", folder / "a.txt")
        raise error

    with pytest.raises(type(error)):
        carried(study, WAVE, "weight", fails)
    assert read_withheld(study, WAVE, "weight") is None
    assert (study.processed(WAVE, "weight") / "a.txt").read_text(encoding="utf-8") == "first"


def test_the_record_is_all_that_a_folder_holds_and_is_handed_on(study: Study) -> None:
    def fails(folder: Path) -> str:
        write_text("half", folder / "a.txt")
        raise PulsoError("raw/x.sav: it is cut; ask for it again.")

    asked = []
    with pytest.raises(WaveWithheld):
        carried(study, WAVE, "ingest", fails, lambda: asked.append("instead"))
    assert asked == ["instead"]
    assert [path.name for path in study.processed(WAVE, "ingest").iterdir()] == ["withheld.json"]
    for stage in ("weight", "estimate", "report", "release"):
        with pytest.raises(WaveWithheld, match="it is cut; ask for it again"):
            carried(study, WAVE, stage, lambda _: pytest.fail("a stopped wave went on"))
        assert read_withheld(study, WAVE, stage) == Withheld(
            WAVE, "ingest", "raw/x.sav", "it is cut", "ask for it again."
        )
    assert list(all_withheld(study)) == [WAVE]
    with pytest.raises(PulsoError, match=r"2020T1 is withheld by 'ingest': raw/x\.sav: it is cut; ask for it again\."):
        refuse_withheld(study)
    # Mended, nothing of it stays.
    for stage in ("ingest", "weight", "estimate", "report", "release"):
        carried(study, WAVE, stage, lambda folder: write_text("x", folder / "a.txt") or "made")
    assert refuse_withheld(study) == "1 waves, every one published."


def test_a_damaged_record_is_no_permission(study: Study) -> None:
    path = study.processed(WAVE, "ingest") / "withheld.json"
    path.parent.mkdir(parents=True)
    path.write_text('{"a": 1}', encoding="utf-8")
    with pytest.raises(MachineError, match="pulso ingest 2020T1"):
        carried(study, WAVE, "weight", lambda _: "made")


def test_a_file_of_another_wave_is_no_file_of_this_one(study: Study) -> None:
    """Sound, sealed, and exchanged: each folder knows whose it is."""
    table = pd.DataFrame({"a": [1, 2]})
    for wave, rows in ((WAVE, table), ("2020T2", table[:1])):
        with atomic_folder(study.root / "processed" / wave / "ingest") as folder:
            write_table(rows, folder / "responses.parquet")
            write_record({"wave": wave}, folder / "delivery.json")
            write_record(manifest(folder, wave, "ingest"), folder / MANIFEST)
    here, there = (study.root / "processed" / wave / "ingest" for wave in (WAVE, "2020T2"))
    assert len(read_table(here / "responses.parquet")) == 2
    for name, reader in (("responses.parquet", read_table), ("delivery.json", read_record)):
        good = (here / name).read_bytes()
        (here / name).write_bytes((there / name).read_bytes())
        with pytest.raises(MachineError, match="pulso ingest 2020T1"):
            reader(here / name)
        (here / name).write_bytes(good)
    # The whole folder exchanged.
    shutil.rmtree(here)
    shutil.copytree(there, here)
    with pytest.raises(MachineError, match="pulso ingest 2020T1"):
        read_table(here / "responses.parquet")


def test_a_delivery_that_may_not_be_read_stops_its_wave_alone(study: Study) -> None:
    def fails(_: Path) -> str:
        raise PermissionError(13, "Permission denied", str(study.raw(WAVE)))

    with pytest.raises(WaveWithheld, match=r"raw/2020T1/datos\.csv: Permission denied; mend its rights"):
        carried(study, WAVE, "ingest", fails)
    record = read_withheld(study, WAVE, "ingest")
    assert record is not None and record.passing


def test_what_may_have_been_the_machine_is_tried_again(study: Study) -> None:
    def fails(_: Path) -> str:
        raise PassingError("raw/x.sav: reading it took longer than 120 s; ask for it again.")

    run_deliveries(study)
    first = (study.root / f"processed/deliveries/{WAVE}.json").read_bytes()
    with pytest.raises(WaveWithheld):
        carried(study, WAVE, "ingest", fails)
    seen = []
    for _ in range(2):
        run_deliveries(study)
        seen.append((study.root / f"processed/deliveries/{WAVE}.json").read_bytes())
    assert len({first, *seen}) == 3
    carried(study, WAVE, "ingest", lambda folder: write_text("x", folder / "a.txt") or "made")
    run_deliveries(study)
    assert (study.root / f"processed/deliveries/{WAVE}.json").read_bytes() == first
