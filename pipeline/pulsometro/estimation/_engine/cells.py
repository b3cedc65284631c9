"""Adding: rows to the places they fall in by what they answered, and places to coarser ones.

Values lie in blocks, (blocks, items, variables): the same category of many variables lies together, so that one
instruction of the processor serves several of them. Sparse matrices of ones do the adding, which other threads
need not wait for.
"""

from typing import Self

import numpy as np
from scipy import sparse

from .._arrays.integers import counting
from .encoding import Coded
from .partitions import Partition


class Answers:
    """Adds weights by answer and place, for variables of equally many columns, of up to so many rows and places.

    The matrix is made once; each part of the rows writes its own places into it.
    """

    def __init__(self, variables: int, columns: int, rows: int, places: int) -> None:
        self._blocks, self._variables = columns + 1, variables
        shape = (self._blocks * places * variables, rows)
        index = counting(max(*shape, rows * variables) + 1)
        pointers = np.arange(rows + 1, dtype=index) * variables
        indices = np.zeros(rows * variables, dtype=index)
        self._adder = sparse.csc_array((np.ones(rows * variables), indices, pointers), shape=shape)
        self._number = np.tile(np.arange(variables, dtype=index), (rows, 1))
        self._weights = np.zeros(rows)

    def add(self, codes: np.ndarray, place: np.ndarray, places: int, weights: np.ndarray) -> np.ndarray:
        """Weighted totals (columns + 1, places, variables), the base last, of ``codes`` (rows, variables)."""
        rows, variables = codes.shape
        index = self._adder.indices[: rows * variables].reshape(rows, variables)
        # Rows out of the base have a block of their own: cheaper than selecting rows.
        np.multiply(codes, index.dtype.type(places * variables), out=index, casting="unsafe")
        index += self._number[:rows]
        index += np.repeat(place.astype(index.dtype) * variables, variables).reshape(rows, variables)
        self._weights[:rows], self._weights[rows:] = weights, 0.0
        totals: np.ndarray = (self._adder @ self._weights)[: self._blocks * places * variables]
        totals = totals.reshape(self._blocks, places, variables)
        np.sum(totals[:-1], axis=0, out=totals[-1])
        return totals


class Fold:
    """Adds items to places, block by block, up to so many of each; where each item goes is written anew for a part."""

    def __init__(self, items: int, places: int, blocks: int) -> None:
        self._shape, size = (blocks, places), blocks * items
        index = counting(max(size, blocks * places) + 1)
        pointers = np.arange(size + 1, dtype=index)
        self._adder = sparse.csc_array(
            (np.ones(size), np.zeros(size, dtype=index), pointers), shape=(blocks * places, size)
        )
        self._first = (np.arange(blocks, dtype=index) * index(places))[:, None]

    def into(self, to: np.ndarray) -> Self:
        """Let the first items go to the places ``to``; those after them are zeros."""
        index = self._adder.indices.reshape(len(self._first), -1)
        np.add(self._first, to, out=index[:, : len(to)], casting="unsafe")
        return self

    def add(self, values: np.ndarray) -> np.ndarray:
        """Values (blocks, items, variables) by place, (blocks, places, variables)."""
        variables = values.shape[-1]
        # Of one variable a vector is far faster than a matrix with one column.
        items = values.reshape(-1, variables) if variables > 1 else values.ravel()
        totals: np.ndarray = (self._adder @ items).reshape(*self._shape, variables)
        return totals


def pair_totals(partition: Partition, weights: np.ndarray, coded: Coded) -> np.ndarray:
    """Weighted totals of every column by pair of the whole partition, (C, pairs)."""
    codes = partition.of_rows(coded.codes)
    answers = Answers(1, coded.columns, len(codes), partition.size)
    return answers.add(codes[:, None], partition.pair, partition.size, partition.of_rows(weights))[:-1, :, 0]


def divided(y: np.ndarray, base: np.ndarray) -> np.ndarray:
    """y / base, NaN where the base is zero: a ratio to nothing is undefined, not infinite."""
    shape = np.broadcast_shapes(y.shape, base.shape)
    ratio: np.ndarray = np.divide(y, base, out=np.full(shape, np.nan), where=np.broadcast_to(base != 0, shape))
    return ratio


def sum_by_segment(partition: Partition, values: np.ndarray) -> np.ndarray:
    """Sum the columns of ``values`` (items, pairs) into (items, segments)."""
    if not partition.size:
        return np.zeros((len(values), 0))
    return np.add.reduceat(values, partition.starts, axis=1)


def sum_by_group(values: np.ndarray, group: np.ndarray, groups: int) -> np.ndarray:
    """Sum the columns of ``values`` (rows, items) into (rows, groups) by ``group`` (items,)."""
    rows = len(values)
    flat = (np.arange(rows)[:, None] * groups + group[None, :]).ravel()
    return np.bincount(flat, weights=values.ravel(), minlength=rows * groups).reshape(rows, groups)
