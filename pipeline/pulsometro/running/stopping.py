"""How a command that runs others is stopped: all that it started ends, one sentence, the signal's exit code.

Standard library only. DVC hands no signal on to the stage that it runs, and takes a stage that Ctrl-C ended for one
that failed: with ``--keep-going`` it would begin the next one.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import FrameType

# Seconds that programs have to put their things in order before they are killed.
PATIENCE = 20.0
# Variable by which a stage knows that its end is told here (pulsometro.common.ending reads it).
TOLD = "PULSO_STOP_TOLD"
STOPPED = "Stopped; nothing was half-written, run the same command again."
SET_PDEATHSIG, SET_CHILD_SUBREAPER = 1, 36
# DVC writes these in place: ended meanwhile, it would leave them cut.
DVC_FILES = {"dvc.lock", "rwlock"}


class Stopped(SystemExit):
    """A signal asked this process to end; ``code``: 128 and the signal's number, as shells have it."""


def guarded(work: Callable[[], int]) -> int:
    """Do some work; its exit code, or that of the signal that stopped it, when all that was started has ended."""
    for number in signals():
        if signal.getsignal(number) is not signal.SIG_IGN:  # under nohup
            signal.signal(number, stop)
    # Whatever loses its parent below this process becomes its child, and is found when everything has to end.
    control(SET_CHILD_SUBREAPER, 1)
    try:
        return work()
    except Stopped as end:
        end_all()
        if not os.environ.get(TOLD):  # whoever started this one tells it
            # A terminal has just written ^C.
            print("\n" * (end.code == 130 and sys.stderr.isatty()) + STOPPED, file=sys.stderr)
        return int(str(end.code))


def call(
    command: Sequence[str], variables: Mapping[str, str], cwd: Path | None, sheltered: bool,
    shown: Callable[[str], bool] | None = None,
) -> int:  # fmt: skip
    """Run a command; its exit code. ``sheltered``: a stop is not for it but for this process, which ends it.

    ``shown``: which lines of its output are passed on; None: all, as it writes them.
    """
    # Through a pipe it would keep its lines until it ends, and those of the programs under it would come before.
    more = {"PYTHONUNBUFFERED": "1"} if shown is not None else {}
    pipe = subprocess.PIPE if shown is not None else None
    if sheltered:
        child = sheltered_child(command, {**variables, **more}, cwd, stdout=pipe)
    else:
        child = subprocess.Popen(command, env={**variables, **more}, cwd=cwd, stdout=pipe)
    try:
        for line in child.stdout or ():
            text = line.decode(errors="replace")
            if shown is None or shown(text):
                print(text, end="", flush=True)
        code = child.wait()
    except Stopped as end:
        if end.code == 128 + signal.SIGINT and not sheltered:
            # It has heard Ctrl-C itself, and has its own last words.
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(PATIENCE)
        if os.name != "posix":
            child.terminate()
        raise
    return ended(code) if sheltered or code >= 0 else 128 - code


def sheltered_child(
    command: Sequence[str], variables: Mapping[str, str], cwd: Path | None, stdout: int | None = None,
    stderr: int | None = None,
) -> subprocess.Popen[bytes]:  # fmt: skip
    """A program that is told of no Ctrl-C, and ends when this process does."""
    prepare = shelter if os.name == "posix" else None
    environment = {**variables, TOLD: "1"}
    return subprocess.Popen(command, env=environment, cwd=cwd, preexec_fn=prepare, stdout=stdout, stderr=stderr)


def ended(code: int) -> int:
    """The exit code of a sheltered program; Stopped where a signal ended it."""
    if code < 0:
        raise Stopped(128 - code)
    return code


def signals() -> list[signal.Signals]:
    """The signals by which terminals, people and systems end a program, those that this system has."""
    return [signal.Signals[name] for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]


def stop(number: int, _: FrameType | None) -> None:
    """The handler: what is under way ends in order, and nothing interrupts that."""
    for each in signals():
        signal.signal(each, signal.SIG_IGN)
    raise Stopped(128 + number)


def shelter() -> None:
    """In a new child: it ends when this process does, and not at Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    control(SET_PDEATHSIG, signal.SIGTERM)


def control(option: int, value: int) -> None:
    """One of Linux's settings of this process; elsewhere there are none."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(option, value)


def end_all() -> None:
    """End everything under this process, in order first and by force after a while; wait for it."""
    asked: set[int] = set()
    begin = time.monotonic()
    while living := descendants(os.getpid(), asked):
        waited = time.monotonic() - begin
        if waited > 2 * PATIENCE:
            return
        for number in living if waited > PATIENCE else [each for each in living if each not in asked]:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                if waited > PATIENCE:
                    os.kill(number, signal.SIGKILL)
                elif ask(number):
                    asked.add(number)
        time.sleep(0.03)


def ask(number: int) -> bool:
    """Send a process SIGTERM, unless it is in the middle of a file that would stay cut; whether it was sent."""
    os.kill(number, signal.SIGSTOP)
    try:
        if written(number) & DVC_FILES:
            return False
        os.kill(number, signal.SIGTERM)
        return True
    finally:
        os.kill(number, signal.SIGCONT)


def written(number: int) -> set[str]:
    """Names of the files that a process has open for writing, as far as the system shows them."""
    found = set()
    with contextlib.suppress(OSError):
        for entry in Path(f"/proc/{number}/fdinfo").iterdir():
            with contextlib.suppress(OSError, KeyError, ValueError):
                fields = dict(line.split(":\t", 1) for line in entry.read_text().splitlines() if ":\t" in line)
                if int(fields["flags"], 8) & (os.O_WRONLY | os.O_RDWR):
                    found.add(Path(os.readlink(f"/proc/{number}/fd/{entry.name}")).name)  # noqa: PTH115 (3.8 has no other)
    return found


def descendants(root: int, known: set[int]) -> list[int]:
    """Processes below this one that live, at any depth, and of the known ones those that do; parents come first.

    Whoever is asked to end after a program that it waits for would go on as if that one had done its work.
    """
    parents = processes()
    below: dict[int, None] = {}
    waiting = {root}
    while waiting:
        waiting = {number for number, (parent, _) in parents.items() if parent in waiting} - set(below)
        below |= dict.fromkeys(sorted(waiting))
    return [number for number in below | dict.fromkeys(sorted(known)) if number in parents and parents[number][1]]


def processes() -> dict[int, tuple[int, bool]]:
    """Every process of the machine → its parent, and whether it lives (has not ended unnoticed)."""
    found = {}
    if Path("/proc/self/stat").exists():
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                with contextlib.suppress(OSError, IndexError, ValueError):
                    # The second field is the program's name, which may hold blanks and brackets.
                    state, parent = (entry / "stat").read_bytes().rpartition(b")")[2].split()[:2]
                    found[int(entry.name)] = int(parent), state not in (b"Z", b"X")
    elif os.name == "posix":
        table = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,state="], capture_output=True, text=True, check=False)
        for line in table.stdout.splitlines():
            number, above, word = line.split()[:3]
            found[int(number)] = int(above), not word.startswith("Z")
    return found
