"""Stopped at any moment: everything that was started ends, one sentence, the exit code of the signal, no half file."""

import ast
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pulsometro.common.ending import NO_MEMORY, STOPPED, TOLD
from pulsometro.common.files import sweep

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.skipif(
    not hasattr(os, "fork"), reason="this system cannot fork: lanes run one after the other"
)
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process of its parent's end")
# A stage as the program's own are: a folder made whole by two lanes, each with a program that it started.
STAGE = """
import os, subprocess, sys, time
from functools import partial
from pathlib import Path
from pulsometro import __main__, cli
from pulsometro.common.files import atomic, atomic_folder, write_text
from pulsometro.common.parallel import side_by_side
os.cpu_count = lambda: 2

def note(number):
    with open(os.environ["NOTES"], "a") as file:
        print(number, file=file, flush=True)

def lane(folder, name):
    with atomic(folder / name) as path:
        path.write_text("half")
        note(os.getpid())
        helper = subprocess.Popen(["sleep", "60"])
        try:
            note(helper.pid)
            helper.wait()
        finally:
            helper.kill()
            helper.wait()

def fail(error):
    raise error

@cli.main.command()
def hold():
    with atomic_folder(Path("out")) as folder:
        side_by_side([partial(lane, folder, "a"), partial(lane, folder, "b")])

@cli.main.command()
def hungry():
    with atomic_folder(Path("out")) as folder:
        side_by_side([partial(fail, MemoryError()), partial(write_text, "a", folder / "a")])

@cli.main.command()
def hungry_lane():
    with atomic_folder(Path("out")) as folder:
        side_by_side([partial(write_text, "a", folder / "a"), partial(fail, MemoryError())])

__main__.main()
"""
PROCESSES = 4


class Stage:
    """A running stage, the processes that belong to it, and where it writes."""

    def __init__(self, folder: Path, *command: str, **variables: str) -> None:
        self.folder, self.notes = folder / "work", folder / "notes"
        (self.folder / "out").mkdir(parents=True)
        (self.folder / "out" / "old").write_text("old")
        (folder / "stage.py").write_text(STAGE)
        environment = {**os.environ, "NOTES": str(self.notes), **variables}
        environment.pop("DVC_STAGE", None)
        self.process = subprocess.Popen(
            command or (sys.executable, str(folder / "stage.py"), "hold"),
            cwd=self.folder, env=environment, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True,
            start_new_session=True,
        )  # fmt: skip

    def at_work(self) -> "Stage":
        """Wait until every lane writes."""
        assert until(lambda: len(self.known()) == PROCESSES), self.process.communicate(timeout=5)
        return self

    def known(self) -> list[int]:
        return [int(line) for line in self.notes.read_text().split()] if self.notes.exists() else []

    def gone(self) -> bool:
        """Whether no process of the stage is left after a while."""
        return until(lambda: not any(lives(number) for number in self.known()))

    def ended(self) -> tuple[int, list[str]]:
        """The exit code and the lines on stderr."""
        said = self.process.communicate(timeout=30)[1]
        return self.process.returncode, said.splitlines()

    def left(self) -> list[str]:
        return sorted(str(path.relative_to(self.folder)) for path in self.folder.rglob("*"))


UNTOUCHED = ["out", "out/old"]


def until(done: Callable[[], bool], seconds: float = 20) -> bool:
    end = time.monotonic() + seconds
    while not done() and time.monotonic() < end:
        time.sleep(0.02)
    return done()


def lives(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{number}/stat")
    return not stat.exists() or stat.read_bytes().rpartition(b")")[2].split()[0] != b"Z"


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
@pytest.mark.parametrize("group", [False, True])
def test_a_signal_ends_everything_in_one_sentence(tmp_path: Path, name: str, group: bool) -> None:
    """To the process alone, as ``kill`` sends it, and to all at once, as a terminal does."""
    number = signal.Signals[name]
    stage = Stage(tmp_path).at_work()
    (os.killpg if group else os.kill)(stage.process.pid, number)
    assert stage.ended() == (128 + number, [STOPPED])
    assert stage.gone() and stage.left() == UNTOUCHED


def test_signals_that_come_together_are_one(tmp_path: Path) -> None:
    """Ctrl-C under make: from the terminal, from make, and by the death of DVC."""
    stage = Stage(tmp_path).at_work()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGTERM, signal.SIGINT):
        os.killpg(stage.process.pid, number)
        time.sleep(0.01)
    assert stage.ended() == (130, [STOPPED])
    assert stage.gone() and stage.left() == UNTOUCHED


def test_who_tells_the_user_hears_only_the_code(tmp_path: Path) -> None:
    stage = Stage(tmp_path, **{TOLD: "1"}).at_work()
    stage.process.terminate()
    assert stage.ended() == (143, [])


def test_a_signal_that_is_to_be_ignored_is(tmp_path: Path) -> None:
    script = f"trap '' INT HUP; exec {sys.executable} {tmp_path / 'stage.py'} hold"
    stage = Stage(tmp_path, "sh", "-c", script).at_work()
    for number in (signal.SIGINT, signal.SIGHUP):
        stage.process.send_signal(number)
    time.sleep(0.5)
    assert stage.process.poll() is None and all(map(lives, stage.known()))
    stage.process.terminate()
    assert stage.ended() == (143, [STOPPED])
    assert stage.gone()


@LINUX
def test_killed_without_a_word_its_lanes_end_and_the_next_run_clears_up(tmp_path: Path) -> None:
    stage = Stage(tmp_path).at_work()
    stage.process.kill()
    stage.process.wait()
    lanes = stage.known()
    # The first lane is the process itself; what it had started hears of nothing.
    assert until(lambda: sum(map(lives, lanes)) <= 1)
    for number in filter(lives, lanes):
        os.kill(number, signal.SIGKILL)
    assert stage.process.stderr and stage.process.stderr.read() == ""
    sweep(stage.folder)
    assert stage.left() == UNTOUCHED


@pytest.mark.parametrize("verb", ["hungry", "hungry-lane"])
def test_too_little_memory_is_one_sentence(tmp_path: Path, verb: str) -> None:
    stage = Stage(tmp_path, sys.executable, str(tmp_path / "stage.py"), verb)
    assert stage.ended() == (1, [f"Error: {NO_MEMORY}"])
    assert stage.gone() and stage.left() == UNTOUCHED


def test_an_old_python_is_one_sentence() -> None:
    path = ROOT / "pipeline" / "pulsometro" / "__main__.py"
    ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 7))
    code = ("import sys; sys.version_info = (3, 10, 4); sys.version = '3.10.4 (main)'; "
            "import runpy; runpy.run_module('pulsometro', run_name='__main__')")  # fmt: skip
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    sentence = "Python 3.10.4 is too old: install Python 3.11 or newer and run this again.\n"
    assert (done.returncode, done.stderr) == (1, sentence)


def dvc_project(folder: Path, command: str) -> None:
    """A DVC project with one stage, that of this file."""
    (folder / "dvc.yaml").write_text(f"stages:\n  one:\n    cmd: {command}\n    outs: [out]\n")
    subprocess.run(
        ["dvc", "init", "--no-scm", "-q"], cwd=folder, check=True, env={**os.environ, "DVC_NO_ANALYTICS": "1"}
    )


@LINUX
@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
@pytest.mark.parametrize(("shell", "ending"), [("bash", ""), ("sh", ""), ("bash", "; true"), ("sh", "; true")])
def test_a_stage_ends_with_the_dvc_that_started_it(tmp_path: Path, shell: str, ending: str, number: int) -> None:
    """Where the shell hands its place on to the command, and where it stands between them."""
    program, dvc = shutil.which(shell), Path(sys.executable).with_name("dvc")
    if program is None or not dvc.is_file():
        pytest.skip("DVC or that shell is not here")
    variables: dict[str, Any] = {"SHELL": program, "DVC_NO_ANALYTICS": "1"}
    (tmp_path / "project").mkdir()
    stage = Stage(tmp_path, "true")
    stage.ended()
    dvc_project(stage.folder, f"{sys.executable} {tmp_path / 'stage.py'} hold{ending}")
    environment = {**os.environ, **variables, "NOTES": str(stage.notes)}
    # DVC removes a stage's outputs before it runs it.
    stage.process = subprocess.Popen(
        [dvc, "repro", "-q"], cwd=stage.folder, env=environment, text=True, stderr=subprocess.PIPE
    )
    stage.at_work()
    stage.process.send_signal(number)
    assert stage.ended() == (-number, [STOPPED])
    assert stage.gone()
    assert not [name for name in stage.left() if "tmp-" in name]
