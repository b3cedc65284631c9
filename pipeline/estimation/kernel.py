"""From a plan and variables to estimates with their variances, one block a variable, statistic and kind."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.estimation.calibrated import linearise_coded, linearise_measured, psu_scores
from pipeline.estimation.cells import Partition, Sums, sum_by_group, sum_coded, sum_measured
from pipeline.estimation.encoding import Coded, Measured, encode_categorical, encode_measured
from pipeline.estimation.plan import CellCounts, Plan, count_rows
from pipeline.estimation.replicates import (
    ReplicateTotals,
    replicate_estimates,
    replicate_variance,
    totals_of_coded,
    totals_of_measured,
)
from pipeline.estimation.variables import TOTAL, Categorical, Quantile, Share, Variable
from pipeline.estimation.variance import domain_degrees_of_freedom, score_variance, taylor_variance

# Rows, or pairs × columns, of the variables summed together: small enough for the processor's cache.
BATCH = 400_000


@dataclass(frozen=True)
class Block:
    """Estimates of one statistic of one variable in one kind of domain.

    Shape (categories, domains): ``estimate``, ``fixed`` (Taylor variance, weights as fixed), ``variance``
    (by the method asked), ``element`` (variance between persons, n/(n − 1) corrected, of the
    linearised estimate times n) and ``n_category``; shape (domains,): ``n``, ``population``,
    ``squares`` (Σw² of the base) and ``df``. ``interval`` is the estimate's own, where it has one.
    """

    variable: int
    kind: int
    statistic: str
    categories: tuple[str, ...]
    estimate: np.ndarray
    fixed: np.ndarray
    variance: np.ndarray
    element: np.ndarray
    n_category: np.ndarray
    n: np.ndarray
    population: np.ndarray
    squares: np.ndarray
    df: np.ndarray
    interval: tuple[np.ndarray, np.ndarray] | None = None


@dataclass(frozen=True)
class Source:
    """An encoded variable and the rows of the batch's sums that are its ratios and its totals."""

    number: int
    encoded: Coded | Measured
    statistics: tuple[str, ...]
    ratio_rows: slice
    total_rows: slice
    centre: float
    counts: CellCounts
    replicates: ReplicateTotals | None


@dataclass(frozen=True)
class Totals:
    """A batch's totals by domain: ``y``, ``ratio`` and their variances (C, D); ``base``… (V, D)."""

    y: np.ndarray
    ratio: np.ndarray
    y_variance: np.ndarray
    ratio_variance: np.ndarray
    base: np.ndarray
    population: np.ndarray
    df: np.ndarray


def run(
    plan: Plan, variables: Sequence[Variable], statistics: Sequence[tuple[str, ...]], with_squares: bool
) -> list[Block]:
    """All blocks but quantiles', in the order of the variables, their statistics and the kinds of domain."""
    blocks: list[Block] = []
    batch: list[Source] = []
    columns = size = 0
    pairs = max(partition.size for partition in plan.partitions)
    for number, variable in enumerate(variables):
        if isinstance(variable, (Categorical, Share)):
            coded = encode_categorical(plan.design.data, variable)
            rows = slice(columns, columns + coded.columns)
            batch.append(make_source(plan, number, coded, statistics[number], rows, rows, 0.0, with_squares))
            columns += coded.columns
            size += max(len(plan.cells), coded.columns * pairs)
        elif not isinstance(variable, Quantile):
            measured = encode_measured(plan.design.data, variable)
            blocks.extend(_measured_blocks(plan, number, measured, statistics[number], with_squares))
        if size >= BATCH:
            blocks.extend(_coded_blocks(plan, batch))
            batch, columns, size = [], 0, 0
    if batch:
        blocks.extend(_coded_blocks(plan, batch))
    return sorted(blocks, key=lambda b: (b.variable, statistics[b.variable].index(b.statistic), b.kind))


def make_source(
    plan: Plan, number: int, encoded: Coded | Measured, statistics: tuple[str, ...],
    ratio_rows: slice, total_rows: slice, centre: float, with_squares: bool,
) -> Source:  # fmt: skip
    replicates = None
    if plan.replicate_weights is not None:
        cells, count, matrix = plan.cells, plan.members.shape[1], plan.replicate_weights
        if isinstance(encoded, Coded):
            replicates = totals_of_coded(encoded, cells, count, matrix)
        else:
            replicates = totals_of_measured(encoded, cells, count, matrix, centre)
    counts = count_rows(plan, encoded, with_squares)
    return Source(number, encoded, statistics, ratio_rows, total_rows, centre, counts, replicates)


def _coded_blocks(plan: Plan, batch: Sequence[Source]) -> Iterator[Block]:
    coded = [source.encoded for source in batch if isinstance(source.encoded, Coded)]
    wanted = {name for source in batch for name in source.statistics}
    for partition in plan.partitions:
        sums = sum_coded(partition, plan.design.w, coded)
        for kind, domain in partition.kinds:
            totals = domain_totals(plan, partition, kind, domain, sums, wanted)
            for place, source in enumerate(batch):
                element = totals.ratio[source.ratio_rows]
                element = element * (1 - element)
                yield from _blocks(plan, kind, source, place, totals, (element, element))


def _measured_blocks(
    plan: Plan, number: int, measured: Measured, statistics: tuple[str, ...], with_squares: bool
) -> Iterator[Block]:
    w = plan.design.w
    x_total = (w * measured.x).sum()
    centre = float((w * measured.y).sum() / x_total) if x_total else 0.0
    source = make_source(plan, number, measured, statistics, slice(0, 1), slice(1, 2), centre, with_squares)
    for partition in plan.partitions:
        sums = sum_measured(partition, w, measured, centre)
        for kind, domain in partition.kinds:
            totals = domain_totals(plan, partition, kind, domain, sums, set(statistics))
            elements = _measured_elements(plan, kind, measured, centre, totals)
            yield from _blocks(plan, kind, source, 0, totals, elements)


def domain_totals(
    plan: Plan, partition: Partition, kind: int, domain: np.ndarray, sums: Sums, wanted: set[str]
) -> Totals:
    size = len(plan.domains[kind].labels)
    y = sum_by_group(sums.y, domain, size)
    base = sum_by_group(sums.b, domain, size)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = y / base[sums.owner]
    none = np.zeros((0, size))
    y_variance = ratio_variance = none
    if TOTAL in wanted:
        y_variance = taylor_variance(plan.design, partition, domain, sums, None, size)
    if wanted != {TOTAL}:
        ratio_variance = taylor_variance(plan.design, partition, domain, sums, ratio, size)
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio_variance = ratio_variance / base[sums.owner] ** 2
    population = base if sums.weight is sums.b else sum_by_group(sums.weight, domain, size)
    df = domain_degrees_of_freedom(domain, sums, size)
    return Totals(y, ratio, y_variance, ratio_variance, base, population, df)


def _measured_elements(
    plan: Plan, kind: int, measured: Measured, centre: float, totals: Totals
) -> tuple[np.ndarray, np.ndarray]:
    """Weighted variance between persons of y − r·x scaled to the ratio, and of y: each (1, domains)."""
    index, size = plan.domains[kind].index, len(plan.domains[kind].labels)
    inside = np.flatnonzero(measured.inside & (index >= 0))
    own, w = index[inside], plan.design.w[inside]
    y, x = measured.y[inside], measured.x[inside]
    residual = y - x * (centre + totals.ratio[0])[own]
    with np.errstate(divide="ignore", invalid="ignore"):
        deviation = y - (totals.y[1] / totals.population[0])[own]
        of_ratio = np.bincount(own, weights=w * residual**2, minlength=size) / totals.population[0]
        of_y = np.bincount(own, weights=w * deviation**2, minlength=size) / totals.population[0]
        scale = totals.population[0] / totals.base[0]
    return (of_ratio * scale**2)[None], of_y[None]


def _blocks(
    plan: Plan, kind: int, source: Source, place: int, totals: Totals, elements: tuple[np.ndarray, np.ndarray]
) -> Iterator[Block]:
    """Blocks of one variable in one kind, one a statistic, categories not printed left out."""
    domain = plan.domains[kind]
    counts = source.counts.of_domains(plan.members[kind], len(domain.labels))
    printed = source.encoded.printed if isinstance(source.encoded, Coded) else (("", 0),)
    shown = [k for _, k in printed]
    with np.errstate(divide="ignore", invalid="ignore"):
        correction = counts.base / (counts.base - 1)
    for statistic in source.statistics:
        is_total = statistic == TOTAL
        rows = source.total_rows if is_total else source.ratio_rows
        values = totals.y[rows] if is_total else totals.ratio[rows]
        fixed = (totals.y_variance if is_total else totals.ratio_variance)[rows]
        element = elements[1 if is_total else 0] * correction
        if is_total:
            element = element * totals.population[place] ** 2
        yield Block(
            source.number, kind, statistic, tuple(label for label, _ in printed),
            (values if is_total else values + source.centre)[shown], fixed[shown],
            method_variance(plan, kind, source, values, is_total, fixed)[shown], element[shown],
            counts.columns[shown], counts.base, totals.population[place], counts.squares, totals.df[place],
        )  # fmt: skip


def method_variance(
    plan: Plan, kind: int, source: Source, values: np.ndarray, is_total: bool, fixed: np.ndarray
) -> np.ndarray:
    """Variance by the plan's method; ``values`` are centred as the sums are."""
    domain, size = plan.domains[kind], len(plan.domains[kind].labels)
    design = plan.design
    if source.replicates is not None and design.replicates is not None:
        rows = source.total_rows if is_total else source.ratio_rows
        totals = source.replicates.of_domains(plan.members[kind], size)
        thetas = replicate_estimates(totals, not is_total)
        if isinstance(source.encoded, Measured):
            thetas = thetas[rows]
        return replicate_variance(design.replicates, thetas, values)
    if plan.model is None:
        return fixed
    if isinstance(source.encoded, Coded):
        rows_z = linearise_coded(design.w, source.encoded, domain.index, size, None if is_total else values)
    else:
        ratio = None if is_total else values + source.centre
        rows_z = linearise_measured(design.w, source.encoded, domain.index, size, ratio)
    return score_variance(design, psu_scores(design, rows_z, plan.model)).reshape(values.shape)
