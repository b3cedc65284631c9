"""Pairs of PSU and domain: which rows and pairs a kind of domain divides the sample into, and in what parts."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from .._arrays.integers import compact, counting, looked_up, placed
from ..survey_design import SurveyDesign, first_psus
from .coded_domains import CodedDomain
from .encoding import Selection

# Rows summed at a time: what they add up to stays in the processor's cache until its squares are summed too. A
# quarter of them in a small sample, where making memory ready for more takes longer than it saves.
PART_ROWS, SMALL_SAMPLE = 2**14, 2**17
# Rows, and pairs of a finer partition, that tell in most cases whether one division follows from another.
SOME_ROWS, SOME_PAIRS = 4_096, 64


@dataclass(frozen=True)
class Part:
    """Pieces whose rows, pairs and segments each lie together in a partition; a stratum ``opens`` with it, or it goes
    on with the one before."""

    rows: slice
    pairs: slice
    segments: slice
    opens: bool


@dataclass(frozen=True)
class Partition:
    """Pairs of PSU and domain, ordered by piece, domain and PSU. A piece is a stratum, or some PSUs of one that is too
    large to be added at once; a segment is one piece × domain.

    ``pair`` (rows,) is the pair of every row of ``rows`` (None: all rows), ``segment`` (pairs,) the segment of every
    pair; ``starts``, ``stratum`` and ``whole`` (segments,) are where each begins, its stratum, and, where strata are
    in pieces, the number of its stratum × domain. ``kinds`` gives, for each kind of domain that divides the strata
    alike, its position and the domain of every segment. Where an earlier partition is finer and smaller than the
    rows, ``source`` is its place and ``merge`` the pair here of each of its pairs. ``parts`` are the same pieces in
    every partition of a plan.
    """

    pair: np.ndarray
    rows: np.ndarray | None
    size: int
    segment: np.ndarray
    starts: np.ndarray
    stratum: np.ndarray
    whole: np.ndarray | None
    kinds: tuple[tuple[int, np.ndarray], ...]
    parts: tuple[Part, ...]
    source: int | None = None
    merge: np.ndarray | None = None

    def alone(self, kind: int) -> "Partition":
        """For one kind of domain and without its source: added from the rows."""
        return replace(self, kinds=tuple(own for own in self.kinds if own[0] == kind), source=None, merge=None)

    def rows_of(self, part: Part) -> Selection:
        """The rows of the sample that are in a part."""
        return part.rows if self.rows is None else self.rows[part.rows]

    def of_rows(self, values: np.ndarray) -> np.ndarray:
        """The values of the rows that are in some domain."""
        return values if self.rows is None else values[self.rows]


def make_partitions(
    design: SurveyDesign, domains: Sequence[CodedDomain], in_pieces: bool = True
) -> tuple[Partition, ...]:
    """One partition for each different division of the PSUs, the finest first; kinds that divide them alike
    share it. Without ``in_pieces`` every stratum is one piece, however large."""
    partitions: list[Partition] = []
    pieces = _pieces(design, in_pieces)
    for position, coded in enumerate(domains):
        for k, other in enumerate(partitions):
            shared = _segments_of(other, coded)
            if shared is not None:
                partitions[k] = replace(other, kinds=(*other.kinds, (position, shared)))
                break
        else:
            partitions.append(_partition(design, coded, position, pieces))
    partitions.sort(key=lambda partition: -partition.size)
    some = [np.flatnonzero(partition.pair < SOME_PAIRS) for partition in partitions]
    return tuple(_with_source(partitions, place, some) for place in range(len(partitions)))


@dataclass(frozen=True, eq=False)
class Pieces:
    """Strata, or pieces of no more than about so many rows of those that are larger, in their order.

    ``of_psu`` (PSUs,) is the piece of each PSU; ``first``, ``psus`` and ``stratum`` (pieces,) the first PSU of each,
    how many it has and its stratum. ``order`` are the rows piece by piece (None where they lie so, or are few). Parts
    begin, and the last ends, at ``pieces_at`` and, in the rows so ordered, at ``rows_at``.
    """

    of_psu: np.ndarray
    first: np.ndarray
    psus: np.ndarray
    stratum: np.ndarray
    order: np.ndarray | None
    pieces_at: np.ndarray
    rows_at: np.ndarray

    @property
    def cut(self) -> bool:
        """Whether some stratum is in several pieces."""
        return len(self.stratum) > 1 and bool((self.stratum[1:] == self.stratum[:-1]).any())

    @property
    def opens(self) -> list[bool]:
        """Whether a stratum begins with each part."""
        first = self.pieces_at[1:-1]
        return [True, *(self.stratum[first] != self.stratum[first - 1]).tolist()]


def _pieces(design: SurveyDesign, in_pieces: bool) -> Pieces:
    strata, rows = design.stratum_of_psu, len(design.w)
    most = max(PART_ROWS // 4, 1) if rows <= SMALL_SAMPLE else PART_ROWS
    of_psu = np.bincount(design.psu_of_row, minlength=len(strata))
    before = np.cumsum(of_psu) - of_psu
    begins = np.diff(strata, prepend=-1) != 0
    if in_pieces and rows > most:
        begins |= np.diff((before - before[first_psus(design)][strata]) // most, prepend=0) > 0
    first = np.flatnonzero(begins)
    piece = np.cumsum(begins, dtype=counting(len(strata))) - 1
    after, bounds = np.append(before[first], rows), [0]
    while bounds[-1] < len(first):
        last = int(np.searchsorted(after, after[bounds[-1]] + most, side="right")) - 1
        bounds.append(max(last, bounds[-1] + 1))
    order = None
    if len(bounds) > 2:
        own = looked_up(piece, design.psu_of_row)
        order = None if (own[1:] >= own[:-1]).all() else np.argsort(own, kind="stable")
    psus = np.diff(np.append(first, len(strata)))
    return Pieces(piece, first, psus, strata[first], order, np.array(bounds), after[bounds])


def _segments_of(partition: Partition, coded: CodedDomain) -> np.ndarray | None:
    """The domain of every segment where the kind cuts every PSU into the same pieces (a municipality made of whole
    strata, say), else None."""
    if np.count_nonzero(coded.index >= 0) != len(partition.pair):
        return None
    own, pair = partition.of_rows(coded.index), partition.pair
    for some in (slice(SOME_ROWS), slice(None)):
        of_pair = placed(partition.size, pair[some], own[some])
        if not np.array_equal(looked_up(of_pair, pair[some]), own[some]):
            return None
    domain, whole = of_pair[partition.starts], partition.whole
    if (domain < 0).any() or not np.array_equal(domain[partition.segment], of_pair):
        return None
    # One domain here must be one there in all of a stratum, not only in a piece of it.
    alike = np.arange(len(domain)) if whole is None else whole
    place = partition.stratum.astype(np.int64) * len(coded.labels) + domain
    counts = {len(np.unique(numbers)) for numbers in (place, alike, place * len(domain) + alike)}
    return domain.astype(counting(len(coded.labels))) if len(counts) == 1 else None


def _with_source(partitions: Sequence[Partition], place: int, some: Sequence[np.ndarray]) -> Partition:
    """Find the smallest earlier partition whose pairs each lie in one pair of this one."""
    own = partitions[place]
    for source in range(place - 1, -1, -1):
        finer = partitions[source]
        # Adding pairs of up to about five columns must cost less than adding rows.
        if own.rows is finer.rows and finer.size * 5 < len(own.pair):
            seen = finer.pair[some[source]]
            one = placed(SOME_PAIRS, seen, own.pair[some[source]])
            if not np.array_equal(one[seen], own.pair[some[source]]):
                continue
            merge = placed(finer.size, finer.pair, own.pair)
            if np.array_equal(looked_up(merge, finer.pair), own.pair):
                return replace(own, source=source, merge=merge)
    return own


def _partition(design: SurveyDesign, coded: CodedDomain, position: int, pieces: Pieces) -> Partition:
    domains, rows = len(coded.labels), pieces.order
    if (coded.index < 0).any():
        rows = np.flatnonzero(coded.index >= 0) if rows is None else rows[coded.index[rows] >= 0]
    index = coded.index if rows is None else coded.index[rows]
    psu = design.psu_of_row if rows is None else design.psu_of_row[rows]
    of_row, seen = compact(_slots(pieces, psu, index, domains))
    slots = domains * pieces.first
    bounds = np.append(np.searchsorted(seen, slots), len(seen))
    piece = np.repeat(np.arange(len(slots), dtype=counting(len(slots))), np.diff(bounds))
    domain = (seen - slots[piece]) // pieces.psus[piece]
    begins = np.ones(len(seen), dtype=bool)
    begins[1:] = (piece[1:] != piece[:-1]) | (domain[1:] != domain[:-1])
    starts, segment = np.flatnonzero(begins), np.cumsum(begins, dtype=counting(len(seen))) - 1
    piece, domain = piece[starts], domain[starts]
    stratum = pieces.stratum[piece]
    whole = compact(stratum.astype(np.int64) * domains + domain)[0] if pieces.cut else None
    rows_at = pieces.rows_at
    if rows is not pieces.order:
        rows_at = np.searchsorted(looked_up(pieces.of_psu, psu), pieces.pieces_at.astype(pieces.of_psu.dtype))
    ends = (rows_at, bounds[pieces.pieces_at], np.searchsorted(piece, pieces.pieces_at))
    slices = ([slice(int(a), int(b)) for a, b in pairwise(end)] for end in ends)
    parts = tuple(map(Part, *slices, pieces.opens))
    return Partition(of_row, rows, len(seen), segment, starts, stratum, whole, ((position, domain),), parts)


def _slots(pieces: Pieces, psu: np.ndarray, index: np.ndarray, domains: int) -> np.ndarray:
    """A number for the PSU and domain of each row, in the order of piece, domain and PSU."""
    if domains == 1:
        return psu
    count = counting(len(pieces.of_psu) * domains)
    first, step = pieces.first[pieces.of_psu], pieces.psus[pieces.of_psu]
    slot = looked_up((np.arange(len(first)) + (domains - 1) * first).astype(count), psu)
    steps = looked_up(step.astype(count), psu)
    steps *= index
    slot += steps
    return slot
