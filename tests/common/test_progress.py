"""Whoever waits at a screen sees what is under way; a log, CI and --quiet see nothing of it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.ingest import deliveries as d

pytestmark = pytest.mark.slow

pty = pytest.importorskip("pty", reason="no pseudo-terminal on this system")


def _shown(folder: Path, *words: str, ci: str = "") -> tuple[str, str]:
    """What ``pulso`` writes to a terminal as its stderr, and its stdout."""
    leader, follower = pty.openpty()
    environment = {**os.environ, "CI": ci, "TERM": "xterm"}
    process = subprocess.Popen(
        [sys.executable, "-m", "pulsometro", *words], cwd=folder, env=environment, stderr=follower,
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    os.close(follower)
    shown = b""
    while True:
        try:
            piece = os.read(leader, 4096)
        except OSError:
            break
        if not piece:
            break
        shown += piece
    said = process.communicate()[0]
    os.close(leader)
    assert process.returncode == 0
    return shown.decode(errors="replace"), said


@pytest.mark.parametrize(("words", "ci"), [(("--quiet",), ""), ((), "true")])
def test_quiet_and_ci_show_nothing(words: tuple[str, ...], ci: str, tmp_path: Path) -> None:
    d.prepared(tmp_path)
    shown, said = _shown(tmp_path, *words, "ingest", "2020T1", ci=ci)
    assert shown == ""
    assert "60 rows = 60 accepted" in said


def test_a_terminal_shows_the_step_and_the_result_stays_apart(tmp_path: Path) -> None:
    d.prepared(tmp_path, d.good(60_000))
    shown, said = _shown(tmp_path, "ingest", "2020T1")
    assert "2020T1: " in shown and "0:00:0" in shown
    assert said.startswith("2020T1: datos.csv")


def test_a_stage_tells_what_it_does(tmp_path: Path) -> None:
    from pulsometro.check.stage import run_all, run_one
    from pulsometro.ingest.stage import run

    study, told = d.prepared(tmp_path), []
    run(study, "2020T1", told.append)
    assert told[0] == "2020T1: reading datos.csv"
    assert told[-1] == "2020T1: writing 60 responses"
    told.clear()
    run_one(study, "2020T1", told.append)
    run_all(study, told.append)
    assert told[0] == "2020T1: checking" and "2020T1: checking (1 of 1 in this lane)" in told
