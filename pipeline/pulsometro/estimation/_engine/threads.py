"""Work side by side in threads, where there is enough of it: what is added up is the same as one after the other."""

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

# As ``map``: the results of a function of one or several sequences, in their order.
Spread = Callable[..., Iterable[Any]]

# Threads take turns in Python and work at once only inside compiled sums: with fewer rows they wait for each other,
# and more than two of them too.
FROM_ROWS, LANES = 500_000, 2


@contextmanager
def threads_for(rows: int) -> Iterator[Spread]:
    """``map``, or one that spreads over two threads when there are rows and processors enough."""
    if rows < FROM_ROWS or processors() < LANES:
        yield map
        return
    with ThreadPoolExecutor(LANES) as pool:
        yield pool.map


def processors() -> int:
    """Processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
