"""Array types of the room, and the one way in which it sums by group."""

from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


def tally(codes: Ints, values: npt.NDArray[Any], size: int) -> Floats:
    """(R, size) sums of each row of ``values`` (R, units) by ``codes`` (units,) 0 … size−1.

    One bincount over all rows: the sum does not depend on how the rows are cut into parts.
    """
    rows = len(values)
    index = ((np.arange(rows) * size)[:, None] + codes).ravel()
    sums = np.bincount(index, values.ravel(), minlength=rows * size)
    return sums.astype(np.float64, copy=False).reshape(rows, size)


def codes_of(labels: npt.ArrayLike) -> tuple[npt.NDArray[np.str_], Ints]:
    """Sorted distinct labels and each one's code."""
    names, codes = np.unique(np.asarray(labels).astype(str), return_inverse=True)
    return names, codes.reshape(-1).astype(np.int64)


def largest(codes: Ints, values: npt.NDArray[Any], size: int) -> Floats:
    """(R, size) largest of each row of ``values`` (R, units) by ``codes`` (units,); every code is there."""
    order = np.argsort(codes, kind="stable")
    starts = np.searchsorted(codes[order], np.arange(size))
    return np.maximum.reduceat(values[:, order], starts, axis=1)
