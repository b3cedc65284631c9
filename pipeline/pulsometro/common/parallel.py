"""Independent pieces of one stage side by side on the machine's cores."""

import multiprocessing
import os
import pickle
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from typing import Any, TypeVar

from pulsometro.common.errors import PulsoError

T = TypeVar("T")


def side_by_side(tasks: Sequence[Callable[[], T]]) -> list[T]:
    """The tasks' results in their order: the first here, each other one in a fork of this process.

    A fork has everything loaded already, which a fresh process would spend seconds importing.
    Where a system cannot fork, or has one core, they run one after the other.
    Raises what the first failing task raised; every task has ended by then.
    """
    if len(tasks) < 2 or "fork" not in multiprocessing.get_all_start_methods() or (os.cpu_count() or 1) < 2:
        return [task() for task in tasks]
    context = multiprocessing.get_context("fork")
    started = []
    for task in tasks[1:]:
        here, there = context.Pipe(duplex=False)
        process = context.Process(target=_send, args=(task, there))
        process.start()
        there.close()
        started.append((process, here))
    outcomes = [_outcome(tasks[0])]
    for process, here in started:
        try:
            outcomes.append(pickle.loads(here.recv_bytes()))
        except EOFError:
            outcomes.append((None, PulsoError("A part of the stage was killed; free memory and run it again.")))
        process.join()
    for _, error in outcomes:
        if error is not None:
            raise error
    return [result for result, _ in outcomes]


def _outcome(task: Callable[[], T]) -> tuple[Any, Exception | None]:
    try:
        return task(), None
    except Exception as error:
        return None, error


def _send(task: Callable[[], Any], there: Connection) -> None:
    outcome = _outcome(task)
    try:
        content = pickle.dumps(outcome)
    except Exception:
        content = pickle.dumps((None, PulsoError(f"A part of the stage failed: {outcome[1]!r}")))
    there.send_bytes(content)
