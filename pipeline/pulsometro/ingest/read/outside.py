"""A delivery is read in a process of its own: what ends the reader, or makes it grow, does not end the stage."""

import contextlib
import faulthandler
import multiprocessing
import os
import pickle
import shutil
import signal
import sys
import tempfile
import time
import traceback
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Literal

import pandas as pd
import psutil

from pulsometro.common import ending
from pulsometro.common.errors import MachineError, PassingError, PulsoError
from pulsometro.common.printable import visible
from pulsometro.ingest.read import limits
from pulsometro.ingest.read.damage import out_of_memory
from pulsometro.ingest.read.delivered import Delivered
from pulsometro.ingest.read.limits import Bounds

Read = Callable[[], Delivered]
Kind = Literal["fork", "spawn"]
# The exit code of a reader that ran out of memory: it may have none left to say so in words.
_NO_MEMORY = 77
# How often the parent looks at the clock, and at the reader's memory where the kernel does not hold it.
_STEP = 0.05
# How long a reader that sends no more may take to be gone.
_PATIENCE = 5.0
LONGEST_SENTENCE = 900


@dataclass(frozen=True)
class _Ends:
    """What a child is given: where it sends, where a fork of it must not listen, its parent, a folder to unpack in."""

    there: Connection
    here: Connection | None
    parent: int
    folder: str


def read_outside(read: Read, path: Path) -> Delivered:
    """``read()`` in a child process that is held to the bounds of ``path`` and is gone when this returns.

    A fork where the system has it, so that ``read`` may be anything; elsewhere a new process when ``read``
    can be pickled, and this process when it cannot. Raises what ``read`` raised, and PulsoError in one sentence
    when the child died, asked for too much memory or took too long.
    """
    bounds, kind = limits.bounds_of(path), _kind_of_process(read)
    try:
        return _read_here(read, path, bounds) if kind is None else _read_there(read, path, bounds, kind)
    except PulsoError as error:
        # Only the words are changed: of a MachineError, its class is told too.
        error.args = (_one_line(str(error)),)
        raise


def _read_here(read: Read, path: Path, bounds: Bounds) -> Delivered:
    try:
        return read()
    except MemoryError as error:
        raise PassingError(_asks_memory(path, bounds)) from error


def _read_there(read: Read, path: Path, bounds: Bounds, kind: Kind) -> Delivered:
    context = multiprocessing.get_context("fork") if kind == "fork" else multiprocessing.get_context("spawn")
    here, there = context.Pipe(duplex=False)
    # The folder is this process's: a child that is killed removes nothing.
    _remove_left()
    with here, there, tempfile.TemporaryDirectory(prefix=f"ingest-{os.getpid()}-") as folder:
        # What a fork inherits and does not use, it closes: with both ends it would wait for itself.
        ends = _Ends(there, here if kind == "fork" else None, os.getpid(), folder)
        process = context.Process(target=_child, args=(read, ends, bounds), daemon=True)
        try:
            _start(process, path)
            there.close()
            return _received(here, process, bounds, path)
        finally:
            if process.pid is not None:
                process.kill()
                process.join()


def _kind_of_process(read: Read) -> Kind | None:
    methods = multiprocessing.get_all_start_methods()
    if "fork" in methods:
        return "fork"
    try:
        pickle.dumps(read)
    except Exception:
        return None
    return "spawn"


def _start(process: BaseProcess, path: Path) -> None:
    """Start it so that Ctrl-C is heard afterwards, when there is a child to end."""
    before = ending.hold() if hasattr(signal, "pthread_sigmask") else None
    try:
        with warnings.catch_warnings():
            # From Python 3.12 on, for the threads of pyarrow and of what is shown while one waits: the child takes
            # none of their locks, and were it ever to wait for one, its time is limited.
            warnings.filterwarnings("ignore", "This process .*multi-threaded", DeprecationWarning)
            process.start()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise MachineError(
            f"{path}: no process can be started to read it ({reason}); close other programs and run it again."
        ) from error
    finally:
        if before is not None:
            ending.release(before)


def _received(here: Connection, process: BaseProcess, bounds: Bounds, path: Path) -> Delivered:
    """What the child sends, column by column, so that no table is here twice."""
    deadline = time.monotonic() + bounds.seconds
    begun = 0 if limits.ENFORCED else limits.used(process.pid or 0)

    def following() -> Any:
        while not here.poll(_STEP):
            if time.monotonic() > deadline:
                raise PassingError(_takes_long(path, bounds))
            if not limits.ENFORCED and limits.used(process.pid or 0) > begun + bounds.memory:
                raise PassingError(_asks_memory(path, bounds))
        try:
            return pickle.loads(here.recv_bytes())
        except (EOFError, OSError, pickle.UnpicklingError):
            process.join(_PATIENCE)
            raise _death(path, process.exitcode, bounds) from None

    first: Delivered | BaseException = following()
    if isinstance(first, BaseException):
        raise first
    empty, index = first.frame, following()
    # With its dtype said, or text that was an object would become pandas' own kind of text.
    columns = {place: pd.Series(following(), index, dtype, copy=False) for place, dtype in enumerate(empty.dtypes)}
    frame = pd.DataFrame(columns, index=index, copy=False)
    return replace(first, frame=frame.set_axis(empty.columns, axis=1))


def _death(path: Path, code: int | None, bounds: Bounds) -> PulsoError:
    """What to raise for a child that ended without a word."""
    if code == _NO_MEMORY:
        return PassingError(_asks_memory(path, bounds))
    name = next((s.name for s in signal.Signals if code == -s), None)
    if name == "SIGXCPU":
        return PassingError(_takes_long(path, bounds))
    if name in {"SIGKILL", "SIGTERM"}:
        return MachineError(
            f"{path}: the reader was ended from outside ({name}), as a system does when memory runs out; close other "
            "programs and run it again."
        )
    return PulsoError(
        f"{path}: the reader was ended by the system ({name or f'exit code {code}'}): the file is damaged; ask the "
        "firm to send it again."
    )


def _remove_left() -> None:
    """Remove what a killed run unpacked: a delivery must not stay in the folder for temporary files."""
    for folder in Path(tempfile.gettempdir()).glob("ingest-*-*"):
        number = folder.name.split("-")[1]
        if number.isdigit() and not psutil.pid_exists(int(number)):
            shutil.rmtree(folder, ignore_errors=True)


def _asks_memory(path: Path, bounds: Bounds) -> str:
    return (
        f"{path}: reading it asks for more than {bounds.memory / 2**30:,.1f} GB of memory: the file is damaged, or "
        "holds far more than a survey; ask for it again, as .csv with the survey's columns only."
    )


def _takes_long(path: Path, bounds: Bounds) -> str:
    return (
        f"{path}: reading it took longer than {bounds.seconds:,.0f} s and was stopped: the file is damaged, or holds "
        "far more than a survey; ask for it again, as .csv with the survey's columns only."
    )


def _child(read: Read, ends: _Ends, bounds: Bounds) -> None:
    """Read and send; never returns, so that nothing of the parent's is run or printed at its end."""
    code = 0
    try:
        _alone(ends)
        limits.hold(bounds)
        for message in _messages(read()):
            ends.there.send_bytes(message)
    except BaseException as error:
        code = _NO_MEMORY if out_of_memory(error) else _told(error, ends.there)
    os._exit(code)


def _alone(ends: _Ends) -> None:
    """Silent, deaf to what a terminal sends, which the parent hears, and gone with the parent."""
    for name in ("SIGINT", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(signal.Signals[name], signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    ending.end_with(ends.parent)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
    if ends.here is not None:
        ends.here.close()
    tempfile.tempdir = ends.folder
    faulthandler.disable()
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in {0, 1, 2} - {ends.there.fileno()}:
        os.dup2(nothing, stream)
    # Nor on a stream that stands for the screen elsewhere, in a notebook or a test.
    sys.stdout = sys.stderr = Path(os.devnull).open("w")  # noqa: SIM115


def _messages(delivered: Delivered) -> Iterator[bytes]:
    """The parts of a Delivered: a pickle of all at once would take its memory again, and more."""
    frame = delivered.frame
    yield pickle.dumps(replace(delivered, frame=frame.iloc[:0]), protocol=5)
    yield pickle.dumps(frame.index, protocol=5)
    for place in range(len(frame.columns)):
        yield pickle.dumps(frame.iloc[:, place].array, protocol=5)


def _told(error: BaseException, there: Connection) -> int:
    """Send what was raised; the exit code."""
    if not isinstance(error, PulsoError):
        error.add_note("In the process that read the delivery:\n" + "".join(traceback.format_exception(error)))
    with contextlib.suppress(OSError):
        there.send_bytes(_pickled(error))
    return 0


def _pickled(error: BaseException) -> bytes:
    """An exception as bytes that give one again."""
    try:
        content = pickle.dumps(error)
        pickle.loads(content)
    except Exception:
        content = pickle.dumps(RuntimeError("\n".join([repr(error), *getattr(error, "__notes__", ())])))
    return content


def _one_line(text: str) -> str:
    """A sentence that holds names out of a damaged file: on one line, nothing in it that a terminal obeys."""
    plain = visible(" ".join(text.splitlines()).replace("\t", " "))
    if len(plain) > LONGEST_SENTENCE:
        plain = f"{plain[: LONGEST_SENTENCE * 2 // 3]} … {plain[-LONGEST_SENTENCE // 3 :]}"
    return plain
