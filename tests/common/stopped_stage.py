"""A stage that is at work until it is stopped, with all that belongs to it, for the tests of how things end."""

import json
import os
import shlex
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from pulsometro.common.ending import TOLD

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
    """A stage that can be started in a folder of its own; the processes that belong to it and what it leaves."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.notes, self.script = folder / "work", folder / "notes", folder / "stage.py"
        (self.folder / "out").mkdir(parents=True)
        (self.folder / "out" / "old").write_text("old")
        self.script.write_text(STAGE)

    def command(self, verb: str = "hold") -> list[str]:
        return [sys.executable, str(self.script), verb]

    def start(self, *command: str, **variables: str) -> "Stage":
        """Run the stage, or another command that leads to it, in a session of its own."""
        inherited = {name: value for name, value in os.environ.items() if name not in ("DVC_STAGE", TOLD)}
        environment = {**inherited, "NOTES": str(self.notes), "DVC_NO_ANALYTICS": "1", **variables}
        self.process = subprocess.Popen(
            command or self.command(), cwd=self.folder, env=environment, stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL, text=True, start_new_session=True,
        )  # fmt: skip
        return self

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

    def left_whole(self) -> bool:
        """Whether the old folder is there as it was, and nothing half-written."""
        names = {path.relative_to(self.folder).as_posix() for path in self.folder.rglob("*")}
        return {"out", "out/old"} == {name for name in names if "out" in name or ".tmp-" in Path(name).name}


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


def dvc() -> str:
    """DVC's program beside this Python."""
    path = Path(sys.executable).with_name("dvc")
    if not path.is_file():
        pytest.skip("DVC is not here")
    return str(path)


def dvc_project(stage: Stage, ending: str = "", names: tuple[str, ...] = ("one",)) -> None:
    """Stages of DVC that run this one's command; the shell that runs it goes on with ``ending``."""
    # As JSON, which is YAML: a quoted path at its beginning would end the text of a plain one.
    command = json.dumps(f"{shlex.join(stage.command())}{ending}", ensure_ascii=False)
    lines = ["stages:", *(f"  {name}:\n    cmd: {command}" for name in names)]
    (stage.folder / "dvc.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    subprocess.run([dvc(), "init", "--no-scm", "-q"], cwd=stage.folder, check=True)
