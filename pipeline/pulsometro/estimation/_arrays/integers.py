"""Codes of rows in as few bytes as hold them: at a million rows the codes weigh more than the answers."""

import numpy as np
import pandas as pd

LARGEST_SHORT = np.iinfo(np.int32).max
# Rows looked up at a time.
SOME_ROWS = 2**16


def counting(limit: int) -> type[np.signedinteger]:
    """The integers that count from −1 to below ``limit``, products included: 32 bits where they are enough."""
    return np.int32 if limit <= LARGEST_SHORT else np.int64


def labelling(labels: int) -> np.dtype:
    """The smallest signed integers that hold −1 … ``labels``."""
    return np.min_scalar_type(-(labels + 1))


def looked_up(table: np.ndarray, place: np.ndarray) -> np.ndarray:
    """``table[place]``, some rows at a time: at once their places would be copied into eight bytes each."""
    found = np.empty(len(place), dtype=table.dtype)
    for first in range(0, len(place), SOME_ROWS):
        some = slice(first, first + SOME_ROWS)
        found[some] = table[place[some]]
    return found


def placed(size: int, place: np.ndarray, values: np.ndarray | bool) -> np.ndarray:
    """A table of ``size`` with the values at their places (of several the last) and zeros elsewhere, made so too."""
    table = np.zeros(size, dtype=np.asarray(values).dtype)
    for first in range(0, len(place), SOME_ROWS):
        some = slice(first, first + SOME_ROWS)
        table[place[some]] = values[some] if isinstance(values, np.ndarray) else values
    return table


def compact(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Codes from 0 of integers (rows,), in the order of the integers, and the integers they stand for.

    Integers that lie close together need no hashing and no sorting.
    """
    if not len(values):
        return np.zeros(0, dtype=counting(1)), values
    low, high = int(values.min()), int(values.max())
    width = high - low + 1
    if width > 4 * len(values) + 65_536:
        codes, seen = pd.factorize(values, sort=True)
        return codes.astype(counting(len(seen))), seen
    place = values
    if low or values.dtype != counting(width):
        # What the differences lose in the narrower integers they lose on both sides.
        place = np.subtract(values, values.dtype.type(low), dtype=counting(width), casting="unsafe")
    seen = np.flatnonzero(placed(width, place, True))
    if len(seen) < width:
        rank = np.zeros(width, dtype=counting(len(seen)))
        rank[seen] = np.arange(len(seen), dtype=rank.dtype)
        place = looked_up(rank, place)
    return place, seen.astype(values.dtype) + values.dtype.type(low)


def factorized(series: pd.Series) -> tuple[np.ndarray, np.ndarray | pd.Index]:
    """Codes from 0 of a column in the order of its values, −1 where it is empty, and the values."""
    values = series.to_numpy() if isinstance(series.dtype, np.dtype) else None
    if values is not None and values.dtype.kind in "iu":
        return compact(values)
    return pd.factorize(series, sort=True)
