"""What all variables of one call share, and the unweighted counts of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from ..errors import EstimationError, check_choice
from ..survey_design import SurveyDesign, column
from .calibrated import CalibrationModel, calibration_model
from .cells import sum_by_group
from .coded_domains import Cells, CodedDomain, finest_cells
from .encoding import Coded, Measured
from .freedom import Conditions, ReplicateRanks
from .partitions import Partition, make_partitions
from .replication import replicate_matrix

# Rows counted at a time: what is made of them stays in the processor's cache.
COUNT_ROWS = 2**17

Method = Literal["taylor", "calibrated", "replicates"]


@dataclass(frozen=True, eq=False)
class Plan:
    """Coded domains, partitions of the PSUs, finest cells, and the material of the variance method.

    ``cells`` are in groups, each kind of domain in one of them; ``positive`` the rows that count, None for all.
    """

    design: SurveyDesign
    domains: tuple[CodedDomain, ...]
    partitions: tuple[Partition, ...]
    cells: tuple[Cells, ...]
    positive: np.ndarray | None
    replicate_weights: np.ndarray | None
    ranks: ReplicateRanks | None
    model: CalibrationModel | None

    @property
    def sizes(self) -> list[int]:
        """How many domains each kind has."""
        return [len(coded.labels) for coded in self.domains]

    def freedom(self, kind: int, df: np.ndarray, bases: Sequence[Conditions]) -> np.ndarray:
        """Degrees of freedom by variable and domain (V, domains), from PSUs − strata; ``bases`` are the variables'."""
        if self.ranks is None:
            return df
        least: np.ndarray = np.minimum(df, np.stack([self.ranks.of_kind(kind, base) for base in bases]))
        return least

    def group(self, kind: int) -> tuple[int, np.ndarray]:
        """The group of cells that a kind of domain is in, and each of its cells' domain (cells,)."""
        for number, cells in enumerate(self.cells):
            if kind in cells.kinds:
                return number, cells.domains[cells.kinds.index(kind)]
        raise IndexError(kind)


def make_plan(design: SurveyDesign, domains: Sequence[CodedDomain], method: Method) -> Plan:
    """Prepare a design for estimating in these domains by this method."""
    check_choice(method, get_args(Method), "The method", EstimationError)
    if not domains:
        raise EstimationError("No domains were given; () stands for the total.")
    matrix = replicate_matrix(design) if method == "replicates" else None
    return Plan(
        design=design,
        domains=tuple(domains),
        partitions=make_partitions(design, domains),
        cells=finest_cells(domains),
        positive=None if design.w.all() else np.flatnonzero(design.w),
        replicate_weights=matrix,
        ranks=None if matrix is None else ReplicateRanks(design, domains, matrix),
        model=calibration_model(design) if method == "calibrated" else None,
    )


@dataclass(frozen=True)
class CellCounts:
    """By finest cell: n of every column (C, cells), n of every base and its Σw² (V, cells)."""

    columns: np.ndarray
    base: np.ndarray
    squares: np.ndarray

    def of_domains(self, members: np.ndarray, domains: int) -> "CellCounts":
        """The same counts by domain."""
        inside = np.flatnonzero(members >= 0)
        own = members[inside]
        return CellCounts(
            sum_by_group(self.columns[:, inside], own, domains),
            sum_by_group(self.base[:, inside], own, domains),
            sum_by_group(self.squares[:, inside], own, domains),
        )


def stack_counts(counts: Sequence[tuple[CellCounts, ...]]) -> tuple[CellCounts, ...]:
    """The counts of several variables, one after the other, by group of cells."""
    return tuple(
        CellCounts(
            np.concatenate([own.columns for own in group]),
            np.concatenate([own.base for own in group]),
            np.concatenate([own.squares for own in group]),
        )
        for group in zip(*counts, strict=True)
    )


def count_rows(plan: Plan, encoded: Coded | Measured, with_squares: bool) -> tuple[CellCounts, ...]:
    """Unweighted counts of rows with positive weight by group of cells; Σw² only when Kish's effect asks for it."""
    return tuple(_count_group(plan, group, encoded, with_squares) for group in plan.cells)


def _count_group(plan: Plan, group: Cells, encoded: Coded | Measured, with_squares: bool) -> CellCounts:
    cells, w, cell_count = group.of_row, plan.design.w, group.count
    if isinstance(encoded, Coded):
        codes, columns = encoded.codes, encoded.columns
    else:
        codes, columns = np.where(encoded.inside, 0, 1), 1
    stands_for = None
    if plan.design.counts is not None:
        stands_for = column(plan.design.data, plan.design.counts, "counts").to_numpy(dtype=float)
    elif plan.positive is not None:
        cells, codes, w = cells[plan.positive], codes[plan.positive], w[plan.positive]
    counted = np.zeros((columns + 1) * cell_count)
    for begin in range(0, len(cells), COUNT_ROWS):
        some = slice(begin, begin + COUNT_ROWS)
        place = np.multiply(cells[some], columns + 1, dtype=np.intp)
        place += codes[some]
        weights = None if stands_for is None else stands_for[some]
        counted += np.bincount(place, weights=weights, minlength=len(counted))
    counts = counted.reshape(cell_count, columns + 1)[:, :-1].T
    squares = np.zeros(cell_count)
    if with_squares:
        inside = codes < columns
        squares[:] = np.bincount(cells[inside], weights=w[inside] ** 2, minlength=cell_count)
    return CellCounts(counts, counts.sum(axis=0, keepdims=True), squares[None])
