"""From rows to sums by stratum × domain, some strata at a time.

Rows are added to the pairs of those partitions that follow from no finer one, pairs of the others are sums of
those, and pairs are added to segments, all in memory that one part after another uses again.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple, Protocol

import numpy as np

from .cells import Answers, Fold
from .encoding import Coded, Measured, Reading
from .partitions import Partition

# Parts that one thread takes at a time.
PARTS = 4


class Room(NamedTuple):
    """The most rows, pairs and segments that some parts of a partition have."""

    rows: int
    pairs: int
    segments: int


# Of each partition.
Rooms = tuple[Room, ...]


def rooms_for(partitions: Sequence[Partition], numbers: Sequence[int]) -> Rooms:
    """What the largest of these parts need in each partition."""

    def largest(partition: Partition, name: str) -> int:
        slices = [getattr(partition.parts[number], name) for number in numbers]
        return max((own.stop - own.start for own in slices), default=0)

    return tuple(Room(*(largest(partition, name) for name in Room._fields)) for partition in partitions)


class Rows(Protocol):
    """What adds rows to pairs: blocks of totals (blocks, pairs, variables) of a part of a partition. The last of the
    ``columns`` + 1 first blocks is the base, the last of all its weight."""

    columns: int
    blocks: int
    variables: int

    def add(self, place: int, number: int) -> np.ndarray:
        """Totals of part ``number`` of the partition at ``place``; zeros in the room that it leaves."""


# What adds the rows of parts that fit in the rooms.
PrepareRows = Callable[[Rooms], Rows]


class CodedRows:
    """Categorical variables with equally many columns."""

    def __init__(
        self, partitions: Sequence[Partition], weights: np.ndarray, coded: Sequence[Coded | Reading], rooms: Rooms
    ) -> None:
        self.columns, self.variables = coded[0].columns, len(coded)
        self.blocks = self.columns + 1
        self._partitions, self._weights, self._coded = partitions, weights, coded
        self._pairs = [room.pairs for room in rooms]
        rows, kind = max(room.rows for room in rooms), np.result_type(*(own.some(slice(0)) for own in coded))
        self._codes = np.empty((rows, self.variables), dtype=kind)
        self._written: tuple[int, np.ndarray | None] | None = None
        self._answers = Answers(self.variables, self.columns, rows, max(self._pairs))

    def add(self, place: int, number: int) -> np.ndarray:
        """Totals of the columns and their base, (columns + 1, pairs, variables)."""
        partition = self._partitions[place]
        part = partition.parts[number]
        rows, codes = partition.rows_of(part), self._codes[: part.rows.stop - part.rows.start]
        if self._written is None or self._written[0] != number or self._written[1] is not partition.rows:
            for variable, coded in enumerate(self._coded):
                codes[:, variable] = coded.some(rows)
            self._written = (number, partition.rows)
        pair = partition.pair[part.rows] - part.pairs.start
        return self._answers.add(codes, pair, self._pairs[place], self._weights[rows])


class MeasuredRows:
    """A mean or ratio in two columns: y − centre·x (for the ratio) and y itself (for the total).

    The centre, near the ratio, keeps the sums of squares from cancelling.
    """

    columns, blocks, variables = 2, 4, 1

    def __init__(self, partitions: Sequence[Partition], values: Sequence[np.ndarray], rooms: Rooms) -> None:
        self._partitions, self._values = partitions, values
        self._folds = [Fold(room.rows, room.pairs, self.blocks) for room in rooms]
        self._own = [np.zeros((self.blocks, room.rows, 1)) for room in rooms]

    @staticmethod
    def values(weights: np.ndarray, measured: Measured, centre: float) -> list[np.ndarray]:
        """Both columns, the denominator and the base, weighted: each (rows,)."""
        y, x = measured.y, measured.x
        return [weights * (y - centre * x), weights * y, weights * x, weights * measured.inside]

    def add(self, place: int, number: int) -> np.ndarray:
        """Totals of both columns, the denominator and the weight, (4, pairs, 1)."""
        partition, own = self._partitions[place], self._own[place]
        part = partition.parts[number]
        count, rows = part.rows.stop - part.rows.start, partition.rows_of(part)
        for block, values in zip(own, self._values, strict=True):
            block[:count, 0] = values[rows]
        own[:, count:] = 0.0
        return self._folds[place].into(partition.pair[part.rows] - part.pairs.start).add(own)


@dataclass(frozen=True)
class Terms:
    """Where the sums by segment lie in their array (blocks, segments, variables).

    ``totals`` of columns and base (and weight, where there are more ``blocks`` than columns and base); ``squares``
    of columns and base within strata, ``raw`` the same with nothing taken off, ``joint`` the columns' products with the
    base; ``psus`` with a case, ``strata`` (one or none) and ``reached``, the PSUs of such a stratum; of ``lonely``
    strata the totals again, their count, and the count of those whose variance cannot be seen.
    """

    columns: int
    blocks: int
    lonely: bool

    @property
    def count(self) -> int:
        """How many blocks there are."""
        return self.psus + 3 + (self.columns + 3 if self.lonely else 0)

    @property
    def squares(self) -> slice:
        """Blocks of the columns and the base."""
        return slice(self.blocks, self.blocks + self.columns + 1)

    @property
    def raw(self) -> slice:
        """Blocks of the columns and the base."""
        return slice(self.squares.stop, self.squares.stop + self.columns + 1)

    @property
    def joint(self) -> slice:
        """Blocks of the columns."""
        return slice(self.raw.stop, self.raw.stop + self.columns)

    @property
    def psus(self) -> int:
        """Their block; those of the strata and of what they reach come after it, then the lonely ones."""
        block: int = self.joint.stop
        return block


class Workspace:
    """Takes parts from their rows to sums by segment, in the same memory one after the other."""

    def __init__(self, partitions: Sequence[Partition], rows: Rows, rooms: Rooms, lonely: bool) -> None:
        self._partitions, self._rows = partitions, rows
        self.terms = Terms(rows.columns, rows.blocks, lonely)
        self._merges = [
            None if own.source is None else Fold(rooms[own.source].pairs, room.pairs, rows.blocks)
            for own, room in zip(partitions, rooms, strict=True)
        ]
        self._folds = [Fold(room.pairs, room.segments, rows.blocks) for room in rooms]
        self._products = np.empty(rows.blocks * max(room.pairs for room in rooms) * rows.variables)

    def sum_parts(self, numbers: range) -> list[tuple[np.ndarray, np.ndarray]]:
        """Of each partition some segments of these parts, one of each stratum × domain (segments,), and the
        ``totals``, ``raw`` and ``joint`` sums and ``psus`` of all of it, (blocks, segments, variables)."""
        made = []
        for partition in self._partitions:
            first, last = partition.parts[numbers[0]].segments.start, partition.parts[numbers[-1]].segments.stop
            made.append((slice(first, last), np.zeros((self.terms.count, last - first, self._rows.variables))))
        sources = {partition.source for partition in self._partitions}
        for number in numbers:
            kept: dict[int | None, np.ndarray] = {}
            for place, (segments, sums) in enumerate(made):
                totals = self._totals(place, number, kept)
                own = self._partitions[place].parts[number].segments
                self._sum(place, number, totals, sums[:, own.start - segments.start : own.stop - segments.start])
                if place in sources:
                    kept[place] = totals
                # The next partition's may lie where these did.
                del totals
        return [
            self._whole(partition, segments, sums)
            for partition, (segments, sums) in zip(self._partitions, made, strict=True)
        ]

    @staticmethod
    def _whole(partition: Partition, segments: slice, sums: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The sums of segments, those of one stratum × domain together."""
        if partition.whole is None:
            return np.arange(segments.start, segments.stop), sums
        found, some, to = np.unique(partition.whole[segments], return_index=True, return_inverse=True)
        return some + segments.start, Fold(len(to), len(found), len(sums)).into(to).add(sums)

    def _totals(self, place: int, number: int, before: Mapping[int | None, np.ndarray]) -> np.ndarray:
        """Totals by pair, from the rows or from those of the finer partition."""
        partition, merge = self._partitions[place], self._merges[place]
        if merge is None or partition.source is None or partition.merge is None:
            return self._rows.add(place, number)
        finer = self._partitions[partition.source].parts[number].pairs
        merge.into(partition.merge[finer] - partition.parts[number].pairs.start)
        return merge.add(before[partition.source])

    def _sum(self, place: int, number: int, totals: np.ndarray, to: np.ndarray) -> None:
        """Write what the totals of a part add up to by segment."""
        partition, terms, columns = self._partitions[place], self.terms, self._rows.columns
        part, segments = partition.parts[number], to.shape[1]
        products = self._products[: totals.size].reshape(totals.shape)
        fold = self._folds[place].into(partition.segment[part.pairs] - part.segments.start)
        to[: terms.blocks] = fold.add(totals)[:, :segments]
        np.multiply(totals, totals[columns], out=products)
        cross = fold.add(products)[:, :segments]
        to[terms.joint], to[terms.raw.stop - 1] = cross[:columns], cross[columns]
        np.multiply(totals, totals, out=products)
        np.greater(totals[-1], 0, out=products[columns])
        squares = fold.add(products)[:, :segments]
        to[terms.raw.start : terms.raw.stop - 1], to[terms.psus] = squares[:columns], squares[columns]


@dataclass(frozen=True)
class Run:
    """Parts, of whole strata, that one thread takes one after the other, and the rooms for them if they are not the
    usual ones."""

    numbers: range
    large: Rooms | None


class Runs:
    """Some parts at a time, with workspaces: as many are made as there are threads.

    Strata with an uncommonly large part are alone, in rooms of their own.
    """

    def __init__(self, partitions: Sequence[Partition], prepare: PrepareRows, lonely: bool) -> None:
        self._partitions, self._prepare, self._lonely = partitions, prepare, lonely
        parts = zip(*(partition.parts for partition in partitions), strict=True)
        rows = np.array([max(part.rows.stop - part.rows.start for part in own) for own in parts])
        usual: np.ndarray = rows <= 2 * np.median(rows)
        self._rooms = rooms_for(partitions, np.flatnonzero(usual).tolist())
        self._spare: list[Workspace] = []
        self.all: list[Run] = []
        opens = [number for number, part in enumerate(partitions[0].parts) if part.opens]
        for first, end in pairwise([*opens, len(rows)]):
            last = self.all[-1] if self.all else None
            if not usual[first:end].all():
                self.all.append(Run(range(first, end), rooms_for(partitions, range(first, end))))
            elif last and last.large is None and end - last.numbers.start <= PARTS:
                self.all[-1] = Run(range(last.numbers.start, end), None)
            else:
                self.all.append(Run(range(first, end), None))

    def take(self, run: Run) -> Workspace:
        """A workspace with the run's rooms."""
        try:
            if run.large is None:
                return self._spare.pop()
        except IndexError:
            pass
        rooms = run.large or self._rooms
        return Workspace(self._partitions, self._prepare(rooms), rooms, self._lonely)

    def give_back(self, run: Run, workspace: Workspace) -> None:
        """For another run."""
        if run.large is None:
            self._spare.append(workspace)
