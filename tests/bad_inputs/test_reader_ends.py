"""A delivery that ends or swells its reader stops its own wave in one sentence, and no other."""

import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from pulsometro.cli import main
from tests.bad_inputs import broken as b
from tests.bad_inputs.broken import WAVE
from tests.ingest import deliveries as d
from tests.ingest.read.bombs import one_wrong_byte

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork: the reader runs otherwise"),
]

LATER = "2020T2"
SENTENCE = (
    "datos.sav: the reader was ended by the system (SIGSEGV): the file is damaged; ask the firm to send it again."
)


def _with_a_good_wave_after_it(folder: Path) -> None:
    params = (folder / "params.yaml").read_text(encoding="utf-8")
    entry = params[params.index(f'  "{WAVE}":') : params.index("municipalities:")]
    later = entry.replace(WAVE, LATER).replace("edition: 1", "edition: 2").replace("2020-01", "2020-05")
    later = later.replace("datos.sav", "datos.csv").replace("enero", "mayo")
    (folder / "params.yaml").write_text(params.replace(entry, entry + later), encoding="utf-8")
    questionnaire = d.QUESTIONNAIRE.replace(f'"{WAVE}"', f'"{LATER}"')
    (folder / "questionnaires" / f"{LATER}.yaml").write_text(questionnaire, encoding="utf-8")
    (folder / "raw" / LATER).mkdir()
    days = [f"2020-05-{6 + number % 20:02d}" for number in range(60)]
    d.write_csv(d.good().assign(FECHA=days), folder / "raw" / LATER / "datos.csv")


def test_a_segmentation_fault_is_that_waves_verdict_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one_wrong_byte(b.raw(tmp_path, "datos.sav"))
    _with_a_good_wave_after_it(tmp_path)
    monkeypatch.chdir(tmp_path)
    read = CliRunner().invoke(main, ["ingest", WAVE])
    assert read.exit_code == 1 and isinstance(read.exception, SystemExit)
    assert read.output.count("\n") == 1 and SENTENCE in read.output
    assert CliRunner().invoke(main, ["ingest", LATER]).exit_code == 0
    checked = CliRunner().invoke(main, ["check", "--all"])
    assert checked.exit_code == 0, checked.output
    lines = {line.split(":")[0]: line for line in checked.output.splitlines() if line.startswith("2020")}
    assert "ended by the system (SIGSEGV)" in lines[WAVE] and "STOP" in lines[WAVE].upper()
    assert "SIGSEGV" not in lines[LATER]


def test_the_sound_file_is_read_after_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = b.raw(tmp_path, "datos.sav")
    one_wrong_byte(path)
    monkeypatch.chdir(tmp_path)
    assert CliRunner().invoke(main, ["ingest", WAVE]).exit_code == 1
    d.write_sav(d.good(), path)
    assert "60 rows = 60 accepted" in CliRunner().invoke(main, ["ingest", WAVE]).output
