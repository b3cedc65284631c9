"""What is estimated of a batch: encoded variables with their counts, their totals by domain, and their variances."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..variables import TOTAL, Variable
from .calibrated import linearise_coded, linearise_measured, linearised_variance
from .cancelled import variance_from_rows
from .cells import divided
from .encoding import Coded, Measured, Reading
from .freedom import Conditions
from .moments import CANCELLED, Moments, degrees_of_freedom, taylor_variance
from .plan import CellCounts, Plan, count_rows
from .replication import (
    ReplicateTotals,
    measured_deviations,
    replicate_estimates,
    replicate_totals,
    replicate_variance,
)


@dataclass(frozen=True)
class Source:
    """An encoded variable, its place among the batch's columns (first ratio, first total), its counts.

    ``base`` are the conditions of its base; ``centre`` was taken off a measured variable's ratio. Counts and
    replicates are by group of cells; there are no replicates under another method.
    """

    number: int
    base: Conditions
    encoded: Coded | Reading | Measured
    statistics: tuple[str, ...]
    ratio_at: int
    total_at: int
    centre: float
    counts: tuple[CellCounts, ...]
    replicates: tuple[ReplicateTotals, ...]

    @property
    def printed(self) -> tuple[tuple[str, int], ...]:
        """Label and column of what is printed."""
        return (("", 0),) if isinstance(self.encoded, Measured) else self.encoded.printed

    def rows(self, is_total: bool) -> slice:
        """All its columns in the batch's sums."""
        first = self.total_at if is_total else self.ratio_at
        return slice(first, first + (1 if isinstance(self.encoded, Measured) else self.encoded.columns))


@dataclass(frozen=True)
class Totals:
    """A batch's totals by domain: ``y``, ``ratio``, their variances and whether these cancelled (C, D); ``base``,
    ``population``, ``df`` (V, D)."""

    y: np.ndarray
    ratio: np.ndarray
    y_variance: np.ndarray
    ratio_variance: np.ndarray
    y_cancelled: np.ndarray
    ratio_cancelled: np.ndarray
    base: np.ndarray
    population: np.ndarray
    df: np.ndarray


def make_source(
    plan: Plan, number: int, variable: Variable, encoded: Coded | Measured, statistics: tuple[str, ...],
    with_squares: bool, centre: float = 0.0,
) -> Source:  # fmt: skip
    """Count an encoded variable, the first of its batch, and, where the method wants them, add up its replicates."""
    replicates: tuple[ReplicateTotals, ...] = ()
    if plan.replicate_weights is not None:
        matrix = plan.replicate_weights
        replicates = tuple(replicate_totals(encoded, cells, matrix, centre) for cells in plan.cells)
    counts = count_rows(plan, encoded, with_squares)
    if isinstance(encoded, Measured):
        return Source(number, variable.base, encoded, statistics, 0, 1, centre, counts, replicates)
    # Only residuals of a calibration want all codes again.
    kept = encoded.from_data() if plan.model is None else encoded
    return Source(number, variable.base, kept, statistics, 0, 0, centre, counts, replicates)


def domain_totals(plan: Plan, kind: int, moments: Moments, wanted: set[str], sources: Sequence[Source]) -> Totals:
    """Totals, ratios and the Taylor variances of those ``wanted``, in one kind of domain."""
    base = moments.b[moments.owner]
    ratio = divided(moments.y, base)
    of_y = of_ratio = (np.zeros((0, base.shape[1])), np.zeros((0, base.shape[1]), dtype=bool))
    if TOTAL in wanted:
        of_y = taylor_variance(moments, None)
    if wanted != {TOTAL}:
        variance, cancelled = taylor_variance(moments, ratio)
        of_ratio = (divided(variance, base**2), cancelled & (base != 0))
    return Totals(
        moments.y, ratio, of_y[0], of_ratio[0], of_y[1], of_ratio[1], moments.b, moments.weight,
        plan.freedom(kind, degrees_of_freedom(moments), [source.base for source in sources]),
    )  # fmt: skip


def fixed_variance(plan: Plan, kind: int, sources: Sequence[Source], totals: Totals, is_total: bool) -> np.ndarray:
    """Taylor variance with the weights as fixed of the printed rows of the sources, one after the other."""
    every = totals.y_variance if is_total else totals.ratio_variance
    cancelled = totals.y_cancelled if is_total else totals.ratio_cancelled
    made = []
    for source in sources:
        at = [k + (source.total_at if is_total else source.ratio_at) for _, k in source.printed]
        variance, again = every[at], cancelled[at]
        if not is_total and not isinstance(source.encoded, Measured):
            # All or nobody: no error, and nothing to compute again.
            again = again & (totals.ratio[at] > 0) & (totals.ratio[at] < 1)
        if again.any():
            exact = variance_from_rows(plan.design, source.encoded, plan.domains[kind], again, is_total)
            variance = np.where(again, exact, variance)
        made.append(variance)
    return np.concatenate(made)


def method_variance(plan: Plan, kind: int, source: Source, values: np.ndarray, is_total: bool) -> np.ndarray:
    """Variance by replicates or calibrated linearisation, shaped as ``values``, which are centred as the sums."""
    domain, size = plan.domains[kind], len(plan.domains[kind].labels)
    design = plan.design
    if source.replicates and design.replicates is not None:
        group, members = plan.group(kind)
        totals = source.replicates[group].of_domains(members, size)
        thetas = replicate_estimates(totals, not is_total)
        if isinstance(source.encoded, Measured):
            thetas = thetas[1:] if is_total else thetas[:1]
        variance = replicate_variance(design.replicates, thetas, values)
        cancelled = (variance <= CANCELLED**2 * np.square(values)) & (values != 0)
        if isinstance(source.encoded, Measured) and plan.replicate_weights is not None and cancelled.any():
            deviations = measured_deviations(
                source.encoded, domain.index, size, design.w, plan.replicate_weights, not is_total
            )[1][None]
            again = replicate_variance(design.replicates, deviations, np.zeros(values.shape))
            variance = np.where(cancelled, again, variance)
        return variance
    if not isinstance(source.encoded, Measured):
        assert isinstance(source.encoded, Coded)
        z = linearise_coded(design.w, source.encoded, domain.index, size, None if is_total else values)
    else:
        ratio = None if is_total else values + source.centre
        z = linearise_measured(design.w, source.encoded, domain.index, size, ratio)
    return linearised_variance(design, z, plan.model).reshape(values.shape)
