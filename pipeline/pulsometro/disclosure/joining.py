"""Two released files laid side by side: how many rows of one may be the person of a row of the other."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pulsometro.disclosure.groups import Ints, candidates


@dataclass(frozen=True)
class Joined:
    """``columns``: those compared; ``of_first`` (n,): rows of the second file that may be each row of the first.

    ``of_second`` (m,): the same the other way. A row with no candidate is of nobody in the other file.
    """

    columns: tuple[str, ...]
    of_first: Ints
    of_second: Ints

    @property
    def least(self) -> int:
        """The fewest candidates of any row, on either side."""
        return int(min(self.of_first.min(), self.of_second.min()))

    def right(self) -> float:
        """How often the first file's rows are joined right by guessing, when everybody stands in both: mean 1 ÷ n."""
        known = self.of_first > 0
        return float(np.where(known, 1 / np.maximum(self.of_first, 1), 0.0).mean())


def join(first: pd.DataFrame, second: pd.DataFrame, columns: Sequence[str] | None = None) -> Joined:
    """Candidates of every row of two released files in each other, on every column that both have.

    ``first`` (n rows), ``second`` (m rows): any order; a missing value agrees with any. ``columns``: those to compare,
    where not all of one name mean the same (row numbers, weights of another calibration). A key that the two files
    cut differently, as seven ages and four, is to be recoded to cuts that both have before: an attacker does that too.
    Without a shared column everybody is everybody's candidate. Raises ValueError when a file has no rows.

    >>> main = pd.DataFrame({"id": [1, 2, 3], "sex": [1, 1, 2], "school": [1, None, 2]})
    >>> jobs = pd.DataFrame({"sex": [2, 1, 1], "job": [4, 4, 1]})
    >>> made = join(main, jobs)
    >>> made.columns, made.of_first.tolist(), made.of_second.tolist(), made.least
    (('sex',), [2, 2, 1], [1, 2, 2], 1)
    """
    if not len(first) or not len(second):
        raise ValueError("a file without rows cannot be joined")
    shared = [name for name in first.columns if name in second.columns] if columns is None else list(columns)
    if not shared:
        return Joined((), np.full(len(first), len(second)), np.full(len(second), len(first)))
    mine, theirs = first[shared], second[shared]
    return Joined(tuple(map(str, shared)), candidates(mine, theirs), candidates(theirs, mine))
