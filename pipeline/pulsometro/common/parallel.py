"""Independent pieces of one stage side by side on the machine's cores."""

import multiprocessing
import os
import pickle
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import ForkContext, ForkProcess
from typing import Any, TypeVar

from pulsometro.common import ending
from pulsometro.common.errors import MachineError, PulsoError

T = TypeVar("T")
# How long a lane may take to put its things in order when it is told to end.
PATIENCE = 10.0


@dataclass(frozen=True)
class _Lane:
    """A task in a fork, and where its outcome will come from."""

    process: ForkProcess
    here: Connection


def side_by_side(tasks: Sequence[Callable[[], T]]) -> list[T]:
    """The tasks' results in their order: the first here, each other one in a fork of this process.

    A fork has everything loaded already, which a fresh process would spend seconds importing.
    Where a system cannot fork, or has one core, they run one after the other.
    Raises what the first failing task raised. Whatever happens here (Ctrl-C, SIGTERM), every task has ended by then.
    """
    if len(tasks) < 2 or "fork" not in multiprocessing.get_all_start_methods() or (os.cpu_count() or 1) < 2:
        return [task() for task in tasks]
    context = multiprocessing.get_context("fork")
    lanes: list[_Lane] = []
    try:
        for task in tasks[1:]:
            _start(context, task, lanes)
        outcomes = [_outcome(tasks[0]), *(_received(lane) for lane in lanes)]
    finally:
        _end(lanes)
    for _, error in outcomes:
        if error is not None:
            raise error
    return [result for result, _ in outcomes]


def _start(context: ForkContext, task: Callable[[], Any], lanes: list[_Lane]) -> None:
    here, there = context.Pipe(duplex=False)
    lane = _Lane(context.Process(target=_send, args=(task, there, os.getpid())), here)
    before = ending.hold()
    try:
        lane.process.start()
        lanes.append(lane)
    finally:
        there.close()
        ending.release(before)


def _received(lane: _Lane) -> tuple[Any, Exception | None]:
    try:
        outcome: tuple[Any, Exception | None] = pickle.loads(lane.here.recv_bytes())
    except (EOFError, OSError):
        outcome = (None, MachineError("A part of the stage was killed; free memory and run it again."))
    lane.process.join()
    return outcome


def _end(lanes: Sequence[_Lane]) -> None:
    """End the lanes that still run, and wait for them."""
    for lane in lanes:
        if lane.process.is_alive():
            lane.process.terminate()
    for lane in lanes:
        lane.process.join(PATIENCE)
        if lane.process.is_alive():
            lane.process.kill()
            lane.process.join()
        lane.here.close()


def _outcome(task: Callable[[], T]) -> tuple[Any, Exception | None]:
    try:
        return task(), None
    except Exception as error:
        return None, error


def _send(task: Callable[[], Any], there: Connection, parent: int) -> None:
    ending.as_lane(parent)
    outcome = _outcome(task)
    try:
        content = pickle.dumps(outcome)
        if outcome[1] is not None:
            pickle.loads(content)  # some errors can be packed and not unpacked
    except MemoryError:
        content = pickle.dumps((None, MemoryError()))
    except Exception as error:
        content = pickle.dumps((None, PulsoError(f"A part of the stage failed: {outcome[1] or error!r}")))
    with suppress(BrokenPipeError):
        there.send_bytes(content)
