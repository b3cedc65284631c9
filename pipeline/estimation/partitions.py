"""Pairs of PSU and domain: which rows and pairs a kind of domain divides the sample into, and in what parts."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pandas as pd
from scipy import sparse

from pipeline.estimation.design import SurveyDesign
from pipeline.estimation.domains import CodedDomain
from pipeline.estimation.integers import counting, grouping

# Rows summed at a time: what they add up to stays in the processor's cache until its squares are summed too.
PART_ROWS = 2**17


@dataclass(frozen=True, eq=False)
class Part:
    """Whole strata whose rows, pairs and segments each lie together in a partition.

    ``adds`` (segments, pairs) adds pairs to segments; ``merges`` (pairs, pairs of the finer partition) makes its
    pairs of those, where there is a finer one.
    """

    rows: slice
    pairs: slice
    segments: slice
    adds: sparse.csr_array
    merges: sparse.csr_array | None = None


@dataclass(frozen=True)
class Partition:
    """Pairs of PSU and domain, ordered by stratum, domain and PSU; a segment is one stratum × domain.

    ``pair`` (rows,) is the pair of every row of ``rows`` (None: all rows). ``kinds`` gives, for each
    kind of domain that divides the strata alike, its position and the domain of every segment. Where an
    earlier partition is finer and smaller than the rows, ``source`` is its place. ``parts`` are the same
    strata in every partition of a plan.
    """

    pair: np.ndarray
    rows: np.ndarray | None
    size: int
    starts: np.ndarray
    stratum: np.ndarray
    kinds: tuple[tuple[int, np.ndarray], ...]
    parts: tuple[Part, ...]
    source: int | None = None

    @property
    def whole(self) -> Part:
        """All of it."""
        return _part(slice(0, len(self.pair)), slice(0, self.size), slice(0, len(self.starts)), self.starts)

    @property
    def alone(self) -> "Partition":
        """Without its source: added from the rows."""
        return replace(self, source=None, parts=tuple(replace(part, merges=None) for part in self.parts))

    def of_rows(self, values: np.ndarray, part: Part | None = None) -> np.ndarray:
        """The values of the rows that are in some domain, and in ``part``."""
        rows = slice(None) if part is None else part.rows
        return values[rows] if self.rows is None else values[self.rows[rows]]


def make_partitions(design: SurveyDesign, domains: Sequence[CodedDomain]) -> tuple[Partition, ...]:
    """One partition for each different division of the PSUs, the finest first; kinds that divide them alike
    share it."""
    partitions: list[Partition] = []
    cuts = _cuts(design)
    for position, coded in enumerate(domains):
        made = _partition(design, coded, position, cuts)
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


@dataclass(frozen=True, eq=False)
class Cuts:
    """The ``order`` of the rows stratum by stratum (None where they lie so, or are few), and where parts begin and
    the last ends: in the ``strata`` and in the ``rows`` so ordered."""

    order: np.ndarray | None
    strata: np.ndarray
    rows: np.ndarray


def _cuts(design: SurveyDesign) -> Cuts:
    """Parts of whole strata, of no more than PART_ROWS rows where strata are as small."""
    strata = len(design.psus_in_stratum)
    if len(design.w) <= PART_ROWS or strata == 1:
        return Cuts(None, np.array([0, strata]), np.array([0, len(design.w)]))
    own = design.stratum_of_row
    after = np.concatenate(([0], np.cumsum(np.bincount(own, minlength=strata))))
    bounds = [0]
    while bounds[-1] < strata:
        last = int(np.searchsorted(after, after[bounds[-1]] + PART_ROWS, side="right")) - 1
        bounds.append(max(last, bounds[-1] + 1))
    order = None if (own[1:] >= own[:-1]).all() else np.argsort(own, kind="stable")
    return Cuts(order, np.array(bounds), after[bounds])


def _with_source(partitions: Sequence[Partition], place: int, some: Sequence[np.ndarray]) -> Partition:
    """Find the smallest earlier partition whose pairs each lie in one pair of this one."""
    own = partitions[place]
    for source in range(place - 1, -1, -1):
        finer = partitions[source]
        # Adding pairs of up to about five columns must cost less than adding rows.
        if own.rows is finer.rows and finer.size * 5 < len(own.pair):
            seen = finer.pair[some[source]]
            one = np.zeros(64, dtype=own.pair.dtype)
            one[seen] = own.pair[some[source]]
            if not np.array_equal(one[seen], own.pair[some[source]]):
                continue
            merge = np.empty(finer.size, dtype=own.pair.dtype)
            merge[finer.pair] = own.pair
            if np.array_equal(merge[finer.pair], own.pair):
                parts = zip(own.parts, finer.parts, strict=True)
                return replace(own, source=source, parts=tuple(_merging(part, fine, merge) for part, fine in parts))
    return own


def _partition(design: SurveyDesign, coded: CodedDomain, position: int, cuts: Cuts) -> Partition:
    domains, rows = len(coded.labels), cuts.order
    if (coded.index < 0).any():
        rows = np.flatnonzero(coded.index >= 0) if rows is None else rows[coded.index[rows] >= 0]
    index = coded.index if rows is None else coded.index[rows]
    psu = design.psu_of_row if rows is None else design.psu_of_row[rows]
    of_row, seen = _pairs(psu, index, len(design.stratum_of_psu), domains)
    stratum, domain = design.stratum_of_psu[seen // domains], seen % domains
    segment = stratum.astype(counting(len(design.stratum_of_psu) * domains)) * domains + domain
    if (segment[1:] < segment[:-1]).any():
        # What was seen is in the order of PSUs, which are numbered stratum by stratum: stable keeps them so.
        sequence = np.argsort(segment, kind="stable")
        rank = np.empty(len(seen), dtype=of_row.dtype)
        rank[sequence] = np.arange(len(seen), dtype=of_row.dtype)
        of_row = rank[of_row]
        stratum, domain, segment = stratum[sequence], domain[sequence], segment[sequence]
    starts = np.flatnonzero(np.diff(segment, prepend=-1))
    edges = cuts.rows
    if rows is not cuts.order:
        edges = np.searchsorted(design.stratum_of_psu[psu], cuts.strata.astype(design.stratum_of_psu.dtype))
    ends = (edges, np.searchsorted(stratum, cuts.strata), np.searchsorted(stratum[starts], cuts.strata))
    of_rows, of_pairs, of_segments = ([slice(int(a), int(b)) for a, b in pairwise(end)] for end in ends)
    parts = tuple(_part(*own, starts) for own in zip(of_rows, of_pairs, of_segments, strict=True))
    return Partition(of_row, rows, len(seen), starts, stratum[starts], ((position, domain[starts]),), parts)


def _pairs(psu: np.ndarray, index: np.ndarray, psus: int, domains: int) -> tuple[np.ndarray, np.ndarray]:
    """The pair of each row, in the order of psu·domains + index, and what that is for every pair."""
    limit = psus * domains
    key = psu if domains == 1 else psu.astype(counting(limit)) * domains
    if domains > 1:
        key += index
    if limit > 4 * len(key) + 100_000:
        return pd.factorize(key, sort=True)
    present = np.zeros(limit, dtype=bool)
    present[key] = True
    seen = np.flatnonzero(present)
    if len(seen) == limit:
        return key, seen
    rank = np.empty(limit, dtype=grouping(len(seen), len(key)))
    rank[seen] = np.arange(len(seen), dtype=rank.dtype)
    return rank[key], seen


def _part(rows: slice, pairs: slice, segments: slice, starts: np.ndarray) -> Part:
    """The part with the matrix that adds its pairs to its segments, each from its start to the next."""
    size = pairs.stop - pairs.start
    index = counting(size + 1)
    pointers = np.append(starts[segments] - pairs.start, size).astype(index)
    ones, shape = np.ones(size), (segments.stop - segments.start, size)
    return Part(rows, pairs, segments, sparse.csr_array((ones, np.arange(size, dtype=index), pointers), shape=shape))


def _merging(part: Part, finer: Part, merge: np.ndarray) -> Part:
    """The part with the matrix that adds the finer part's pairs to the pair ``merge`` says."""
    size = finer.pairs.stop - finer.pairs.start
    to = merge[finer.pairs] - part.pairs.start
    shape = (part.pairs.stop - part.pairs.start, size)
    return replace(part, merges=sparse.csr_array((np.ones(size), (to, np.arange(size))), shape=shape))


def _same(one: Partition, other: Partition) -> bool:
    """Whether two kinds cut every PSU into the same pieces (a municipality made of whole strata, say)."""
    if one.size != other.size or not np.array_equal(one.starts, other.starts):
        return False
    if one.rows is None or other.rows is None:
        same_rows = one.rows is other.rows
    else:
        same_rows = np.array_equal(one.rows, other.rows)
    return same_rows and np.array_equal(one.pair, other.pair)
