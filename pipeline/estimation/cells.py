"""The one-pass kernel: weighted totals by PSU and domain, and the sums that every variance follows from.

Rows are touched once a variable and partition: one ``bincount`` into (PSU, domain) pairs. With
Y_i the weighted total of a category in PSU i and domain d, and B_i that of the base, the linearised
total of a proportion or ratio q is (Y_i − q B_i)/B (Woodruff 1971), so that the sums by stratum of
Y², YB, B², Y and B give the variance of every q at once. Nothing larger than the pairs is held.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from pipeline.estimation.design import SurveyDesign
from pipeline.estimation.domains import CodedDomain
from pipeline.estimation.encoding import Coded, Measured
from pipeline.estimation.integers import counting, grouping


@dataclass(frozen=True)
class Partition:
    """Pairs of PSU and domain, ordered by stratum, domain and PSU; a segment is one stratum × domain.

    ``pair`` (rows,) is the pair of every row of ``rows`` (None: all rows). ``kinds`` gives, for each
    kind of domain that divides the strata alike, its position and the domain of every segment. Where an
    earlier partition is finer and smaller than the rows, ``source`` is its place and ``merge`` (its
    pairs,) maps its pairs to these.
    """

    pair: np.ndarray
    rows: np.ndarray | None
    size: int
    starts: np.ndarray
    stratum: np.ndarray
    kinds: tuple[tuple[int, np.ndarray], ...]
    source: int | None = None
    merge: np.ndarray | None = None

    def of_rows(self, values: np.ndarray) -> np.ndarray:
        """The values of the rows that are in some domain."""
        return values if self.rows is None else values[self.rows]


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


def make_partitions(design: SurveyDesign, domains: Sequence[CodedDomain]) -> tuple[Partition, ...]:
    """One partition for each different division of the PSUs, the finest first; kinds that divide them alike
    share it."""
    partitions: list[Partition] = []
    for position, coded in enumerate(domains):
        made = _partition(design, coded, position)
        for k, other in enumerate(partitions):
            if _same(made, other):
                partitions[k] = replace(other, kinds=other.kinds + made.kinds)
                break
        else:
            partitions.append(made)
    partitions.sort(key=lambda partition: -partition.size)
    # Rows of some pairs of each partition: enough to tell in most cases that another one cuts across it.
    some = [np.flatnonzero(partition.pair < 64) for partition in partitions]
    return tuple(_with_source(partitions, place, some) for place in range(len(partitions)))


def _with_source(partitions: Sequence[Partition], place: int, some: Sequence[np.ndarray]) -> Partition:
    """Find the smallest earlier partition whose pairs each lie in one pair of this one."""
    own = partitions[place]
    for source in range(place - 1, -1, -1):
        finer = partitions[source]
        # Adding pairs of up to about five columns must cost less than adding rows.
        if own.rows is None and finer.rows is None and finer.size * 5 < len(own.pair):
            seen = finer.pair[some[source]]
            one = np.zeros(64, dtype=own.pair.dtype)
            one[seen] = own.pair[some[source]]
            if not np.array_equal(one[seen], own.pair[some[source]]):
                continue
            merge = np.empty(finer.size, dtype=own.pair.dtype)
            merge[finer.pair] = own.pair
            if np.array_equal(merge[finer.pair], own.pair):
                return replace(own, source=source, merge=merge)
    return own


def _partition(design: SurveyDesign, coded: CodedDomain, position: int) -> Partition:
    domains = len(coded.labels)
    rows = np.flatnonzero(coded.index >= 0) if (coded.index < 0).any() else None
    index = coded.index if rows is None else coded.index[rows]
    psu = design.psu_of_row if rows is None else design.psu_of_row[rows]
    limit = len(design.stratum_of_psu) * domains
    key = psu.astype(counting(limit)) * domains
    key += index
    if limit <= 4 * len(key) + 100_000:
        present = np.zeros(limit, dtype=bool)
        present[key] = True
        seen = np.flatnonzero(present)
        codes: np.ndarray | None = None
    else:
        codes, seen = pd.factorize(key)
    psu_of_pair, domain_of_pair = seen // domains, seen % domains
    stratum_of_pair = design.stratum_of_psu[psu_of_pair]
    order = np.lexsort((psu_of_pair, domain_of_pair, stratum_of_pair))
    rank = np.empty(len(seen) if codes is not None else limit, dtype=grouping(len(seen), len(key)))
    rank[order if codes is not None else seen[order]] = np.arange(len(seen), dtype=rank.dtype)
    pair = rank[key if codes is None else codes]
    stratum, domain = stratum_of_pair[order], domain_of_pair[order]
    changes = (np.diff(stratum) != 0) | (np.diff(domain) != 0)
    starts = np.concatenate(([0], np.flatnonzero(changes) + 1)) if len(seen) else np.zeros(0, dtype=np.int64)
    return Partition(pair, rows, len(seen), starts, stratum[starts], ((position, domain[starts]),))


def _same(one: Partition, other: Partition) -> bool:
    """Whether two kinds cut every PSU into the same pieces (a municipality made of whole strata, say)."""
    if one.size != other.size or not np.array_equal(one.starts, other.starts):
        return False
    if one.rows is None or other.rows is None:
        same_rows = one.rows is other.rows
    else:
        same_rows = np.array_equal(one.rows, other.rows)
    return same_rows and np.array_equal(one.pair, other.pair)


def places(group: np.ndarray, width: int, codes: np.ndarray, workspace: np.ndarray | None) -> np.ndarray:
    """group·width + code of every row, in the integers that bincount adds by, so that it makes no copy.

    ``workspace`` (rows,) is written over: fresh megabytes for every question cost more than the arithmetic.
    """
    out = np.empty(len(group), dtype=np.intp) if workspace is None else workspace[: len(group)]
    np.multiply(group, width, out=out, dtype=np.intp)
    out += codes
    return out


def pair_totals(
    partition: Partition, weights: np.ndarray, variables: Sequence[Coded], workspace: np.ndarray | None = None
) -> np.ndarray:
    """Weighted totals of every column by pair, (C, pairs)."""
    size = partition.size
    w = partition.of_rows(weights)
    y = np.empty((sum(coded.columns for coded in variables), size))
    first = 0
    for coded in variables:
        # Rows out of the base have one column more, dropped afterwards: cheaper than selecting rows. The
        # columns of a pair lie together, so that a row's neighbours write where it wrote.
        width = coded.columns + 1
        place = places(partition.pair, width, partition.of_rows(coded.codes), workspace)
        totals = np.bincount(place, weights=w, minlength=width * size).reshape(size, width)
        y[first : first + coded.columns] = totals[:, :-1].T
        first += coded.columns
    return y


def sum_coded(
    partition: Partition,
    weights: np.ndarray,
    variables: Sequence[Coded],
    earlier: Sequence[np.ndarray | None],
    workspace: np.ndarray,
) -> tuple[Sums, np.ndarray]:
    """Sums of a batch of categorical variables, and its totals by pair.

    ``weights`` (rows,) are the whole sample's, ``earlier`` the totals by pair of the partitions before;
    ``workspace`` (rows,) is written over.
    """
    source = None if partition.source is None else earlier[partition.source]
    if source is None or partition.merge is None:
        y = pair_totals(partition, weights, variables, workspace)
    else:
        y = sum_by_group(source, partition.merge, partition.size)
    columns = [coded.columns for coded in variables]
    base = np.stack([own.sum(axis=0) for own in np.split(y, np.cumsum(columns)[:-1])])
    owner = np.repeat(np.arange(len(variables)), columns)
    return _segment_sums(partition, y, base, base, owner), y


def sum_measured(partition: Partition, weights: np.ndarray, measured: Measured, centre: float) -> Sums:
    """Sums of a mean or ratio in two columns: y − centre·x (for the ratio) and y itself (for the total).

    The centre, near the ratio, keeps the sums of squares from cancelling.
    """
    w = partition.of_rows(weights)
    y, x = partition.of_rows(measured.y), partition.of_rows(measured.x)
    inside = partition.of_rows(measured.inside)

    def by_pair(values: np.ndarray) -> np.ndarray:
        return np.bincount(partition.pair, weights=values, minlength=partition.size)

    columns = np.array([by_pair(w * (y - centre * x)), by_pair(w * y)])
    return _segment_sums(
        partition, columns, by_pair(w * x)[None], by_pair(w * inside)[None], np.zeros(2, dtype=np.int64)
    )


def _segment_sums(partition: Partition, y: np.ndarray, b: np.ndarray, weight: np.ndarray, owner: np.ndarray) -> Sums:
    def add(values: np.ndarray) -> np.ndarray:
        return sum_by_segment(partition, values)

    total_y, total_b = add(y), add(b)
    total_weight = total_b if weight is b else add(weight)
    psus = add((weight > 0).astype(float))
    bb = add(b * b)
    product = np.multiply(y, b if len(b) == 1 else b[owner])
    yb = add(product)
    np.multiply(y, y, out=product)
    return Sums(add(product), yb, bb, total_y, total_b, total_weight, psus, owner)


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
