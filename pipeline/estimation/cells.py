"""The one-pass kernel: weighted totals by PSU and domain, and the sums that every variance follows from.

Rows are touched once a variable and partition: they are added to (PSU, domain) pairs. With Y_i the
weighted total of a category in PSU i and domain d, and B_i that of the base, the linearised total of a
proportion or ratio q is (Y_i − q B_i)/B (Woodruff 1971), so that the sums by stratum of Y², YB, B², Y
and B give the variance of every q at once. Some strata at a time are taken from their rows to these
sums, so that nothing larger is held and all of it stays in the processor's cache. The adding is done by
sparse matrices of ones, which other threads need not wait for.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from pipeline.estimation.encoding import Coded, Measured
from pipeline.estimation.integers import counting
from pipeline.estimation.lanes import Spread
from pipeline.estimation.partitions import Part, Partition


@dataclass(frozen=True)
class Sums:
    """Sums by segment: columns C, variables V, segments S.

    ``yy``, ``yb``, ``y`` have shape (C, S); ``bb``, ``b``, ``weight``, ``psus`` (V, S); ``owner`` (C,) is
    the variable of a column.
    """

    yy: np.ndarray
    yb: np.ndarray
    bb: np.ndarray
    y: np.ndarray
    b: np.ndarray
    weight: np.ndarray
    psus: np.ndarray
    owner: np.ndarray


class RowSums:
    """Adds the rows of a part of a partition to its pairs, one variable after the other."""

    def __init__(self, partition: Partition, part: Part, weights: np.ndarray) -> None:
        self._partition, self._part = partition, part
        self._w = partition.of_rows(weights, part)
        self._width = 0

    def by_pair(self, coded: Coded) -> np.ndarray:
        """Weighted totals by pair and column, (pairs, C + 1): the last column is the base."""
        # Rows out of the base have a column of their own: cheaper than selecting rows. The columns of a
        # pair lie together, so that a row's neighbours write where it wrote.
        if self._width != coded.columns + 1:
            self._widen(coded.columns + 1)
        np.add(self._first, self._partition.of_rows(coded.codes, self._part), out=self._matrix.indices)
        totals = (self._matrix @ self._ones).reshape(-1, self._width)
        np.einsum("ij->i", totals[:, :-1], out=totals[:, -1])
        return totals

    def _widen(self, width: int) -> None:
        """Make the matrix for variables of so many columns: a row of the data is one of its columns."""
        pairs, rows = self._part.pairs, len(self._w)
        shape = (width * (pairs.stop - pairs.start), rows)
        index = counting(max(shape) + 1)
        pointers = np.arange(rows + 1, dtype=index)
        self._width, self._ones = width, np.ones(rows)
        self._first = (self._partition.pair[self._part.rows] - pairs.start).astype(index) * width
        self._matrix = sparse.csc_array((self._w, self._first.copy(), pointers), shape=shape)


class PairSums:
    """Adds the pairs of a part to its segments and writes them where they belong."""

    def __init__(self, part: Part) -> None:
        self._part, self._weighted = part, part.adds.copy()

    def write(
        self, sums: Sums, variable: int, first: int, totals: np.ndarray, weight: np.ndarray | None = None
    ) -> None:
        """The sums of a variable whose columns begin at ``first``: ``totals`` by pair (pairs, C + 1), its base last,
        and the ``weight`` of the base (pairs,) where that is another."""
        to, own = self._part.segments, slice(first, first + totals.shape[1] - 1)
        self._weighted.data[:] = totals[:, -1]
        squares = totals * totals
        squares[:, -1] = (totals[:, -1] if weight is None else weight) > 0
        plain, cross, square = self._part.adds @ totals, self._weighted @ totals, self._part.adds @ squares
        sums.y[own, to], sums.b[variable, to] = plain[:, :-1].T, plain[:, -1]
        sums.yb[own, to], sums.bb[variable, to] = cross[:, :-1].T, cross[:, -1]
        sums.yy[own, to], sums.psus[variable, to] = square[:, :-1].T, square[:, -1]
        if weight is not None:
            sums.weight[variable, to] = self._part.adds @ weight


def pair_totals(partition: Partition, weights: np.ndarray, coded: Coded) -> np.ndarray:
    """Weighted totals of every column by pair of the whole partition, (C, pairs)."""
    return RowSums(partition, partition.whole, weights).by_pair(coded)[:, :-1].T


def sum_coded(
    partitions: Sequence[Partition], weights: np.ndarray, variables: Sequence[Coded], spread: Spread = map
) -> tuple[Sums, ...]:
    """Sums of a batch of categorical variables in each partition, part by part; ``weights`` (rows,) the sample's."""
    columns = [coded.columns for coded in variables]
    owner = np.repeat(np.arange(len(variables)), columns)
    made = tuple(_no_sums(partition, owner, len(variables), False) for partition in partitions)

    def sum_part(number: int) -> None:
        parts = [partition.parts[number] for partition in partitions]
        rows = [RowSums(partition, part, weights) for partition, part in zip(partitions, parts, strict=True)]
        pairs = [PairSums(part) for part in parts]
        first = 0
        for variable, coded in enumerate(variables):
            totals: list[np.ndarray] = []
            for place, (partition, part) in enumerate(zip(partitions, parts, strict=True)):
                if partition.source is None or part.merges is None:
                    totals.append(rows[place].by_pair(coded))
                else:
                    totals.append(part.merges @ totals[partition.source])
                pairs[place].write(made[place], variable, first, totals[-1])
            first += coded.columns

    for _ in spread(sum_part, range(len(partitions[0].parts))):
        pass
    return made


def sum_measured(partition: Partition, weights: np.ndarray, measured: Measured, centre: float) -> Sums:
    """Sums of a mean or ratio in two columns: y − centre·x (for the ratio) and y itself (for the total).

    The centre, near the ratio, keeps the sums of squares from cancelling.
    """
    w = partition.of_rows(weights)
    y, x = partition.of_rows(measured.y), partition.of_rows(measured.x)
    inside = partition.of_rows(measured.inside)

    def by_pair(values: np.ndarray) -> np.ndarray:
        return np.bincount(partition.pair, weights=values, minlength=partition.size)

    columns = np.column_stack([by_pair(w * (y - centre * x)), by_pair(w * y), by_pair(w * x)])
    weight = by_pair(w * inside)
    sums = _no_sums(partition, np.zeros(2, dtype=np.int64), 1, True)
    for part in partition.parts:
        PairSums(part).write(sums, 0, 0, columns[part.pairs], weight[part.pairs])
    return sums


def _no_sums(partition: Partition, owner: np.ndarray, variables: int, weighs: bool) -> Sums:
    """Room for the sums of a partition; the weight of a base is its total unless it ``weighs`` otherwise."""
    segments = len(partition.starts)
    yy, yb, y = np.zeros((3, len(owner), segments))
    bb, b, psus = np.zeros((3, variables, segments))
    return Sums(yy, yb, bb, y, b, np.zeros((variables, segments)) if weighs else b, psus, owner)


def divided(y: np.ndarray, base: np.ndarray) -> np.ndarray:
    """y / base, NaN where the base is zero: a ratio to nothing is undefined, not infinite."""
    shape = np.broadcast_shapes(y.shape, base.shape)
    return np.divide(y, base, out=np.full(shape, np.nan), where=np.broadcast_to(base != 0, shape))


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
