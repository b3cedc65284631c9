"""Broken deliveries of ``own_words``: each is refused in one sentence, or told by its rule, and none passes."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from pulsometro.cli import main
from pulsometro.study.layout import inside
from tests.bad_inputs.broken import WAVE
from tests.bad_inputs.own_words import REFUSED, TOLD, counted, labelled

pytestmark = pytest.mark.slow


def _run(*words: str):
    return CliRunner().invoke(main, list(words))


@pytest.mark.parametrize("case", REFUSED)
def test_it_is_refused_in_a_sentence_and_nothing_is_written(case: str, tmp_path: Path, monkeypatch) -> None:
    break_it, words = REFUSED[case]
    break_it(tmp_path)
    monkeypatch.chdir(tmp_path)
    done = _run("ingest", WAVE)
    assert done.exit_code == 1
    assert isinstance(done.exception, SystemExit)
    assert words in done.output
    assert done.output.count("\n") == 1
    assert not (tmp_path / "processed" / WAVE / inside("responses.parquet")).exists()


@pytest.mark.parametrize("case", TOLD)
def test_it_is_told_by_its_rule(case: str, tmp_path: Path, monkeypatch) -> None:
    break_it, rule = TOLD[case]
    break_it(tmp_path)
    monkeypatch.chdir(tmp_path)
    read = _run("ingest", WAVE)
    assert read.exit_code == 0, read.output
    checked = _run("check", WAVE)
    assert rule in checked.output
    assert "Traceback" not in checked.output
    assert "STOPS" in checked.output or "passes with warnings" in checked.output


def test_what_is_only_written_otherwise_is_not_told(tmp_path: Path, monkeypatch) -> None:
    names = {"P1": "P1. CONFIANZA EN EL EJERCITO", "P2": "Confianza en la Mari", "P3": "", "P4": "P4"}
    labelled({"MUN": {1001: "RIO ALTO", 1002: "San Angel"}}, names)(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert _run("ingest", WAVE).exit_code == 0
    told = _run("check", WAVE).output.partition("rules passed")[0]
    assert "metadata.text" not in told
    assert "metadata.label" not in told


def test_rows_beyond_the_headers_count_are_read(tmp_path: Path, monkeypatch) -> None:
    counted(40)(tmp_path)
    monkeypatch.chdir(tmp_path)
    done = _run("ingest", WAVE)
    assert "60 rows = 60 accepted" in done.output
    assert "40 / 60" in done.output
