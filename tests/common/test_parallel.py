"""Pieces of a stage side by side: results in order, and a failing piece stops the stage."""

import multiprocessing
import os
import signal
import time
from functools import partial

import pytest

from pulsometro.common.errors import PulsoError
from pulsometro.common.parallel import side_by_side


def _square(number: int) -> int:
    return number * number


def _fail(words: str) -> int:
    raise PulsoError(words)


def _die() -> int:
    os._exit(9)


def test_results_come_in_the_order_of_the_tasks() -> None:
    assert side_by_side([partial(_square, n) for n in range(5)]) == [0, 1, 4, 9, 16]
    assert side_by_side([]) == []


@pytest.mark.parametrize("place", [0, 1, 2])
def test_what_fails_in_any_lane_is_raised_here(place: int) -> None:
    tasks = [partial(_square, n) for n in range(3)]
    tasks[place] = partial(_fail, "raw/x.sav: the file is cut; ask for it again.")
    with pytest.raises(PulsoError, match="the file is cut; ask for it again"):
        side_by_side(tasks)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork: lanes run one after the other")
def test_a_lane_that_is_killed_is_an_error_and_not_a_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    with pytest.raises(PulsoError, match="was killed"):
        side_by_side([partial(_square, 2), _die])


class Twofold(Exception):
    """It can be packed, and not unpacked: its arguments are not those that it was made of."""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(f"{first} {second}")


def _raise(error: BaseException) -> int:
    raise error


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork: lanes run one after the other")
@pytest.mark.parametrize(
    ("error", "told"),
    [(MemoryError(), MemoryError), (Twofold("it", "broke"), PulsoError), (OSError(28, "No space left"), OSError)],
)
def test_what_a_lane_raises_arrives(error: Exception, told: type[Exception], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    with pytest.raises(told):
        side_by_side([partial(_square, 2), partial(_raise, error)])


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork: lanes run one after the other")
@pytest.mark.parametrize("end", [KeyboardInterrupt(), SystemExit(3)])
def test_stopped_here_no_lane_goes_on(end: BaseException, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    # Another test of this process may have left a pool that waits for more work.
    before, begun = set(multiprocessing.active_children()), time.monotonic()
    with pytest.raises(type(end)):
        side_by_side([partial(_raise, end), partial(time.sleep, 60), partial(time.sleep, 60)])
    assert set(multiprocessing.active_children()) <= before and time.monotonic() - begun < 20
    # Signals that were held while the lanes began come again.
    assert signal.SIGTERM not in signal.pthread_sigmask(signal.SIG_BLOCK, [])


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork: lanes run one after the other")
def test_a_lane_that_does_not_listen_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    from pulsometro.common import parallel

    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    monkeypatch.setattr(parallel, "PATIENCE", 0.3)
    monkeypatch.setattr("pulsometro.common.ending._leave", lambda *_: None)
    before = set(multiprocessing.active_children())
    with pytest.raises(KeyboardInterrupt):
        side_by_side([partial(_raise, KeyboardInterrupt()), partial(time.sleep, 60)])
    assert set(multiprocessing.active_children()) <= before


def test_one_core_runs_them_one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    here = os.getpid()
    assert side_by_side([os.getpid, os.getpid]) == [here, here]
