"""``make repro`` stopped at any moment: DVC and the stage under it end, one sentence, and nothing begins after it."""

import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pulsometro.running import stopping
from tests.common.stopped_stage import Stage, dvc_project, lives, until

ROOT = Path(__file__).resolve().parents[1]
pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="no /proc to see what a process is")
REPRO = """
import sys
sys.path.insert(0, sys.argv[1])
from tools import env
from pulsometro.running import stopping
sys.exit(stopping.guarded(lambda: env.repro(sys.argv[2:])))
"""
CALL = """
import os, sys
sys.path.insert(0, sys.argv[1] + "/pipeline")
from pulsometro.running import stopping
stopping.PATIENCE = float(sys.argv[3])
sys.exit(stopping.guarded(lambda: stopping.call(sys.argv[4:], os.environ, None, sys.argv[2] == "sheltered")))
"""
DEAF = """
import signal
import os
signal.signal(signal.SIGTERM, signal.SIG_IGN)
os.write(1, b"deaf\\n")  # whole, beside another one's
signal.pause()
"""
POLITE = """
import time
try:
    print("on", flush=True)
    time.sleep(60)
except KeyboardInterrupt:
    time.sleep(0.5)
    print("bye")
"""


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    """``dvc repro --keep-going`` of two stages, as ``make repro`` runs it, at work on the first."""
    made = Stage(tmp_path)
    dvc_project(made, names=("one", "two"))
    return made.start(sys.executable, "-c", REPRO, str(ROOT), "-q").at_work()


@pytest.mark.slow
@pytest.mark.parametrize("group", [False, True])
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_ends_dvc_and_its_stage_and_no_other_begins(stage: Stage, name: str, group: bool) -> None:
    """To the tool alone, as ``kill`` sends it, and to all at once, as a terminal does."""
    below, number = stopping.descendants(stage.process.pid, set()), signal.Signals[name]
    assert set(stage.known()) < set(below)
    (os.killpg if group else os.kill)(stage.process.pid, number)
    assert stage.ended() == (128 + number, [stopping.STOPPED])
    # What was killed needs a moment to be gone.
    assert until(lambda: not any(map(lives, below))) and len(stage.known()) == 4
    assert stage.left_whole()


@pytest.mark.slow
def test_a_dvc_that_is_ended_takes_its_stage_with_it_and_the_tool_says_so(stage: Stage) -> None:
    # Below DVC there may be others for a moment, as the shell by which it starts the stage.
    dvc = [number for number, (above, _) in stopping.processes().items() if above == stage.process.pid]
    assert len(dvc) == 1
    os.kill(dvc[0], signal.SIGTERM)
    assert stage.ended() == (143, [stopping.STOPPED])
    assert stage.gone() and stage.left_whole()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process of its parent's end")
def test_killed_without_a_word_the_tool_takes_all_with_it(stage: Stage) -> None:
    below = stopping.descendants(stage.process.pid, set())
    stage.process.kill()
    stage.process.wait()
    assert until(lambda: not any(map(lives, below))) and stage.left_whole()


def call(*command: str, how: str = "sheltered", patience: float = 10) -> subprocess.Popen[str]:
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    words = [sys.executable, "-c", CALL, str(ROOT), how, str(patience), *command]
    return subprocess.Popen(words, text=True, **pipes)


@pytest.mark.parametrize("how", ["sheltered", "open"])
def test_an_exit_code_passes_through(how: str) -> None:
    process = call("sh", "-c", "exit 3", how=how)
    assert (process.communicate()[1], process.returncode) == ("", 3)


def test_what_left_its_parent_and_what_does_not_listen_ends_too() -> None:
    deaf = shlex.join([sys.executable, "-c", DEAF])
    process = call("sh", "-c", f"(setsid {deaf} &); {deaf}; true", patience=0.5)
    assert process.stdout and [process.stdout.readline() for _ in range(2)] == ["deaf\n"] * 2
    below = stopping.descendants(process.pid, set())
    assert len(below) == 3
    process.terminate()
    assert process.communicate(timeout=20)[1] == f"{stopping.STOPPED}\n" and process.returncode == 143
    assert not any(map(lives, below))


def test_a_program_that_hears_ctrl_c_itself_has_its_own_last_words() -> None:
    process = call(sys.executable, "-c", POLITE, how="open")
    assert process.stdout and process.stdout.readline() == "on\n"
    for number in (process.pid, *stopping.descendants(process.pid, set())):
        os.kill(number, signal.SIGINT)
    assert process.communicate(timeout=20) == ("bye\n", f"{stopping.STOPPED}\n")
    assert process.returncode == 130


WRITER = """
import sys, time
with open(sys.argv[1], "w") as file:
    print("open", flush=True)
    sys.stdin.readline()
print("closed", flush=True)
sys.stdin.readline()
"""


@pytest.mark.parametrize(("name", "spared"), [("dvc.lock", True), ("rwlock", True), ("other", False)])
def test_what_dvc_writes_in_place_is_not_cut(tmp_path: Path, name: str, spared: bool) -> None:
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    process = subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path / name)], text=True, **pipes)
    assert process.stdin and process.stdout and process.stdout.readline() == "open\n"
    assert stopping.ask(process.pid) is not spared
    if spared:
        process.stdin.write("\n")
        process.stdin.flush()
        assert process.stdout.readline() == "closed\n"
        assert stopping.ask(process.pid)
    process.communicate()
    assert process.returncode == -signal.SIGTERM
