"""How a process ends before its work is done: stopped by a signal, or with the process that started it.

A signal becomes an exception in the main thread, so that every ``finally`` on the way puts its things in order.
"""

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

# Set by whoever started this process and tells the user about a stop in its own words (tools/env.py, pulso run).
TOLD = "PULSO_STOP_TOLD"
STOPPED = "Stopped; nothing was half-written, run the same command again."
NO_MEMORY = (
    "not enough memory for this step; close other programs or use a machine with more, and run the same command again."
)
# Ctrl-C reaches a stage directly, through make and through DVC: one of them is enough, and the others
# must not fall into what the first one began. After that long, somebody asks again.
_AGAIN = 5.0
_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")
# Shells that DVC may use, and that do not hand on its death.
_SHELLS = {"ash", "bash", "busybox", "csh", "dash", "fish", "ksh", "mksh", "sh", "tcsh", "zsh"}
_SET_PDEATHSIG = 1
_last = [-_AGAIN]
# How deep the main thread is in what is not to be torn, and the signal that waits for its end.
_unbroken = [0]
_waiting: list[int] = []


class Stopped(SystemExit):
    """Somebody asked this process to end; ``code``: 128 and the signal's number, as shells have it."""


def install() -> None:
    """From now on a signal to end raises ``Stopped`` in the main thread; to be called in it.

    A signal that whoever started this process wants ignored (``nohup``) stays so. As a stage of DVC,
    the process also ends when that DVC does (Linux), which does not hand signals on.
    """
    for number in _numbers():
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _stop)
    if os.environ.get("DVC_STAGE"):
        _end_with_dvc()


def tell(end: SystemExit) -> None:
    """Say in one sentence that the work was stopped, unless somebody above does; the last thing before the exit."""
    for number in _numbers():
        # The interpreter gives signals back to the system while it ends: another one would change the exit code.
        signal.signal(number, signal.SIG_IGN)
    if not os.environ.get(TOLD):
        # A terminal has just written ^C.
        start = "\n" if end.code == 128 + signal.SIGINT and sys.stderr.isatty() else ""
        print(f"{start}{STOPPED}", file=sys.stderr)


def hold() -> set[int | signal.Signals]:
    """Keep signals back until ``release``, so that a fork is not torn from whoever has to know of it."""
    return signal.pthread_sigmask(signal.SIG_BLOCK, _numbers())


def release(before: set[int | signal.Signals]) -> None:
    """Let signals come again; one that came meanwhile comes now."""
    signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def unbroken() -> Iterator[None]:
    """What is put in order here is not torn by a signal to end: it comes afterwards.

    Without it the signal that follows an error (a part of the stage was ended first) would leave the half of a removal.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    _unbroken[0] += 1
    try:
        yield
    finally:
        _unbroken[0] -= 1
        if _waiting and not _unbroken[0]:
            raise Stopped(128 + _waiting.pop())


def as_lane(parent: int) -> None:
    """In a fork, begun while signals were held: end without a word, when told by ``parent`` or with it."""
    for number in _numbers():
        # A terminal sends these to all: it is the parent that ends its lanes.
        signal.signal(number, _leave if number == signal.SIGTERM else signal.SIG_IGN)
    end_with(parent)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _numbers())


def end_with(parent: int) -> None:
    """Be sent SIGTERM when the parent ends; only Linux offers that."""
    if sys.platform != "linux":
        return
    import ctypes

    ctypes.CDLL(None).prctl(_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:  # it ended before the request
        os.kill(os.getpid(), signal.SIGTERM)


def _numbers() -> list[signal.Signals]:
    return [signal.Signals[name] for name in _SIGNALS if hasattr(signal, name)]


def _stop(number: int, _: FrameType | None) -> None:
    now = time.monotonic()
    if now - _last[0] >= _AGAIN:
        _last[0] = now
        _end_now(number)


def _leave(number: int, _: FrameType | None) -> None:
    signal.signal(number, signal.SIG_IGN)
    _end_now(number)


def _end_now(number: int) -> None:
    if _unbroken[0]:
        _waiting[:] = [number]
    else:
        raise Stopped(128 + number)


def _end_with_dvc() -> None:
    parent = os.getppid()
    if sys.platform != "linux":
        return
    end_with(parent)
    starter, between = parent, False
    while _name(starter) in _SHELLS:
        starter, between = _above(starter), True
    if between and starter > 1:
        # The shell lives on and waits for this process: a thread that sleeps until DVC is gone.
        threading.Thread(target=_outlive, args=(starter,), daemon=True).start()


def _outlive(process: int) -> None:
    """Wait for the end of another process, which need not be the parent, and end too."""
    import select

    try:
        watched = os.pidfd_open(process)
    except ProcessLookupError:
        pass
    except (AttributeError, OSError):
        return  # a system too old to tell
    else:
        select.select([watched], [], [])
    # To that thread itself, which a system call may hold.
    signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGTERM)


def _name(process: int) -> str:
    try:
        return Path(f"/proc/{process}/comm").read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def _above(process: int) -> int:
    try:
        return int(Path(f"/proc/{process}/stat").read_bytes().rpartition(b")")[2].split()[1])
    except (OSError, IndexError, ValueError):
        return 0
