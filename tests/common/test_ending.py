"""Stopped at any moment: everything that was started ends, one sentence, the exit code of the signal, no half file."""

import ast
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pulsometro.common.ending import NO_MEMORY, STOPPED, TOLD
from pulsometro.common.files import sweep
from tests.common.stopped_stage import Stage, dvc, dvc_project, lives, until

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.skipif(
    not hasattr(os, "fork"), reason="this system cannot fork: lanes run one after the other"
)
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process of its parent's end")


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
@pytest.mark.parametrize("group", [False, True])
def test_a_signal_ends_everything_in_one_sentence(tmp_path: Path, name: str, group: bool) -> None:
    """To the process alone, as ``kill`` sends it, and to all at once, as a terminal does."""
    number = signal.Signals[name]
    stage = Stage(tmp_path).start().at_work()
    (os.killpg if group else os.kill)(stage.process.pid, number)
    assert stage.ended() == (128 + number, [STOPPED])
    assert stage.gone() and stage.left_whole()


def test_signals_that_come_together_are_one(tmp_path: Path) -> None:
    """Ctrl-C under make: from the terminal, from make, and by the death of DVC."""
    stage = Stage(tmp_path).start().at_work()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGTERM, signal.SIGINT):
        os.killpg(stage.process.pid, number)
        time.sleep(0.01)
    assert stage.ended() == (130, [STOPPED])
    assert stage.gone() and stage.left_whole()


def test_who_tells_the_user_hears_only_the_code(tmp_path: Path) -> None:
    stage = Stage(tmp_path).start(**{TOLD: "1"}).at_work()
    stage.process.terminate()
    assert stage.ended() == (143, [])


def test_a_signal_that_is_to_be_ignored_is(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.start("sh", "-c", f"trap '' INT HUP; exec {shlex.join(stage.command())}").at_work()
    for number in (signal.SIGINT, signal.SIGHUP):
        stage.process.send_signal(number)
    time.sleep(0.5)
    assert stage.process.poll() is None and all(map(lives, stage.known()))
    stage.process.terminate()
    assert stage.ended() == (143, [STOPPED])
    assert stage.gone()


@LINUX
def test_killed_without_a_word_its_lanes_end_and_the_next_run_clears_up(tmp_path: Path) -> None:
    stage = Stage(tmp_path).start().at_work()
    stage.process.kill()
    stage.process.wait()
    lanes = stage.known()
    # The first lane is the process itself; what it had started hears of nothing.
    assert until(lambda: sum(map(lives, lanes)) <= 1)
    for number in filter(lives, lanes):
        os.kill(number, signal.SIGKILL)
    assert stage.process.stderr and stage.process.stderr.read() == ""
    sweep(stage.folder)
    assert stage.left_whole()


@pytest.mark.parametrize("verb", ["hungry", "hungry-lane"])
def test_too_little_memory_is_one_sentence(tmp_path: Path, verb: str) -> None:
    stage = Stage(tmp_path)
    stage.start(*stage.command(verb))
    assert stage.ended() == (1, [f"Error: {NO_MEMORY}"])
    assert stage.gone() and stage.left_whole()


def test_a_package_that_finds_no_room_is_no_missing_package(tmp_path: Path) -> None:
    said = "libarrow.so: failed to map segment from shared object"
    (tmp_path / "click.py").write_text(f"raise ImportError({said!r}, name='lib')\n", encoding="utf-8")
    command = [sys.executable, "-m", "pulsometro", "doctor"]
    variables = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = subprocess.run(command, capture_output=True, text=True, env=variables, check=False)
    assert (done.returncode, done.stderr) == (1, f"Error: {NO_MEMORY}\n")


def test_an_old_python_is_one_sentence() -> None:
    path = ROOT / "pipeline" / "pulsometro" / "__main__.py"
    ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 7))
    code = ("import sys; sys.version_info = (3, 10, 4); sys.version = '3.10.4 (main)'; "
            "import runpy; runpy.run_module('pulsometro', run_name='__main__')")  # fmt: skip
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    sentence = "Python 3.10.4 is too old: install Python 3.11 or newer and run this again.\n"
    assert (done.returncode, done.stderr) == (1, sentence)


@LINUX
@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
@pytest.mark.parametrize(("shell", "ending"), [("bash", ""), ("sh", ""), ("bash", "; true"), ("sh", "; true")])
def test_a_stage_ends_with_the_dvc_that_started_it(tmp_path: Path, shell: str, ending: str, number: int) -> None:
    """Where the shell hands its place on to the command, and where it stands between them."""
    program, stage = shutil.which(shell), Stage(tmp_path)
    if program is None:
        pytest.skip("that shell is not here")
    dvc_project(stage, ending)
    stage.start(dvc(), "repro", "-q", SHELL=program).at_work()
    stage.process.send_signal(number)
    assert stage.ended() == (-number, [STOPPED])
    assert stage.gone() and stage.left_whole()
