"""From a plan and variables to estimates with their variances, in blocks of one statistic and kind."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from ..variables import TOTAL, Categorical, Quantile, Share, Variable
from .calibrated import linearise_coded, linearise_measured, psu_scores
from .cells import divided
from .encoding import Coded, Measured, Reading, encode_categorical, encode_measured
from .linearisation import score_variance
from .moments import Moments, degrees_of_freedom, sum_rows, taylor_variance
from .plan import CellCounts, Plan, count_rows, stack_counts
from .replication import ReplicateTotals, replicate_estimates, replicate_totals, replicate_variance
from .segments import CodedRows, MeasuredRows, rooms_for
from .threads import Spread, threads_for

# Numbers that a part of the rows may make of the variables summed together, and how many these are at most: codes that
# are not whole numbers in the data are held for all rows.
AT_ONCE, VARIABLES = 2**20, 20


@dataclass(frozen=True)
class Block:
    """Estimates of one statistic in one kind of domain: rows are categories of one or more variables.

    ``variable`` (rows,) and ``categories`` (rows,) say which. The rest has shape (rows, domains):
    ``fixed`` is the Taylor variance with the weights as fixed, ``variance`` that of the method asked,
    ``element`` the variance between persons (of the linearised estimate, times n), ``squares`` Σw² of
    the base. ``interval`` is the estimates' own, where they have one.
    """

    kind: int
    statistic: str
    variable: np.ndarray
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
    """An encoded variable, its place among the batch's columns (first ratio, first total), its counts.

    ``centre`` was taken off a measured variable's ratio. Counts and replicates are by group of cells; there are no
    replicates under another method.
    """

    number: int
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
    """A batch's totals by domain: ``y``, ``ratio``, their variances and the variance between persons (C, D);
    ``base``, ``population``, ``df`` (V, D)."""

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
    """Blocks of all variables but quantiles, in no particular order of their rows."""
    with threads_for(len(plan.design.w)) as spread:

        def measured(number: int) -> list[Block]:
            variable = variables[number]
            if isinstance(variable, (Categorical, Share, Quantile)):
                return []
            encoded = encode_measured(plan.design.data, variable)
            return list(_measured_blocks(plan, number, encoded, statistics[number], with_squares))

        def coded(number: int) -> Source:
            variable = variables[number]
            assert isinstance(variable, (Categorical, Share))
            encoded = encode_categorical(plan.design.data, variable)
            return make_source(plan, number, encoded, statistics[number], 0, with_squares)

        blocks = [block for made in spread(measured, range(len(variables))) for block in made]
        for batch in _batches(plan, variables):
            sources = list(spread(coded, batch))
            blocks.extend(_coded_blocks(plan, _one_after_the_other(sources), spread))
    return blocks


def _batches(plan: Plan, variables: Sequence[Variable]) -> list[list[int]]:
    """Places of the categorical variables that are summed together: of equally many columns, not too many."""
    alike: dict[int, list[int]] = {}
    for number, variable in enumerate(variables):
        if isinstance(variable, Categorical):
            alike.setdefault(len(variable.printed_labels()), []).append(number)
        elif isinstance(variable, Share):
            alike.setdefault(2, []).append(number)
    rooms = rooms_for(plan.partitions, range(len(plan.partitions[0].parts)))
    rows, places = max(room.rows for room in rooms), max(*(room.pairs for room in rooms), *plan.sizes)
    batches = []
    for columns, numbers in alike.items():
        most = max(1, min(VARIABLES, AT_ONCE // max(rows, places * (columns + 1), 1)))
        batches += [numbers[first : first + most] for first in range(0, len(numbers), most)]
    return batches


def _one_after_the_other(sources: Sequence[Source]) -> list[Source]:
    """The sources with their places among the batch's columns."""
    columns = [2 if isinstance(source.encoded, Measured) else source.encoded.columns for source in sources]
    firsts = np.cumsum([0, *columns[:-1]])
    return [
        replace(source, ratio_at=int(first), total_at=int(first)) for source, first in zip(sources, firsts, strict=True)
    ]


def make_source(
    plan: Plan, number: int, encoded: Coded | Measured, statistics: tuple[str, ...], at: int, with_squares: bool,
    centre: float = 0.0,
) -> Source:  # fmt: skip
    """Count an encoded variable and, where the method wants them, add up its replicates."""
    replicates: tuple[ReplicateTotals, ...] = ()
    if plan.replicate_weights is not None:
        matrix = plan.replicate_weights
        replicates = tuple(replicate_totals(encoded, cells, matrix, centre) for cells in plan.cells)
    counts = count_rows(plan, encoded, with_squares)
    if isinstance(encoded, Measured):
        return Source(number, encoded, statistics, at, at + 1, centre, counts, replicates)
    # Only residuals of a calibration want all codes again.
    kept = encoded.from_data() if plan.model is None else encoded
    return Source(number, kept, statistics, at, at, centre, counts, replicates)


def _coded_blocks(plan: Plan, batch: Sequence[Source], spread: Spread) -> Iterator[Block]:
    coded = [source.encoded for source in batch if not isinstance(source.encoded, Measured)]
    wanted = {name for source in batch for name in source.statistics}
    counts = stack_counts([source.counts for source in batch])
    rows = partial(CodedRows, plan.partitions, plan.design.w, coded)
    for kind, moments in sum_rows(plan.design, plan.partitions, plan.sizes, rows, spread):
        totals = domain_totals(moments, wanted)
        element = totals.ratio * (1 - totals.ratio)
        yield from _blocks(plan, kind, batch, totals, (element, element), counts)


def _measured_blocks(
    plan: Plan, number: int, measured: Measured, statistics: tuple[str, ...], with_squares: bool
) -> Iterator[Block]:
    w = plan.design.w
    x_total = (w * measured.x).sum()
    centre = float((w * measured.y).sum() / x_total) if x_total else 0.0
    source = make_source(plan, number, measured, statistics, 0, with_squares, centre)
    rows = partial(MeasuredRows, plan.partitions, MeasuredRows.values(w, measured, centre))
    for kind, moments in sum_rows(plan.design, plan.partitions, plan.sizes, rows):
        totals = domain_totals(moments, set(statistics))
        elements = _measured_elements(plan, kind, measured, centre, totals, set(statistics))
        yield from _blocks(plan, kind, [source], totals, elements, source.counts)


def domain_totals(moments: Moments, wanted: set[str]) -> Totals:
    """Totals, ratios and the Taylor variances of those ``wanted``."""
    base = moments.b[moments.owner]
    ratio = divided(moments.y, base)
    y_variance = ratio_variance = np.zeros((0, base.shape[1]))
    if TOTAL in wanted:
        y_variance = taylor_variance(moments, None)
    if wanted != {TOTAL}:
        ratio_variance = divided(taylor_variance(moments, ratio), base**2)
    return Totals(moments.y, ratio, y_variance, ratio_variance, moments.b, moments.weight, degrees_of_freedom(moments))


def _measured_elements(
    plan: Plan, kind: int, measured: Measured, centre: float, totals: Totals, wanted: set[str]
) -> tuple[np.ndarray, np.ndarray]:
    """Weighted variance between persons of y − r·x scaled to the ratio, and of y: each (2, domains), zero where not
    ``wanted``."""
    index, size = plan.domains[kind].index, len(plan.domains[kind].labels)
    mask = measured.inside & (index >= 0)
    rows = slice(None) if mask.all() else np.flatnonzero(mask)
    own, w, y, x = index[rows].astype(np.intp), plan.design.w[rows], measured.y[rows], measured.x[rows]

    def mean(values: np.ndarray) -> np.ndarray:
        with np.errstate(divide="ignore", invalid="ignore"):
            means: np.ndarray = np.bincount(own, weights=w * values, minlength=size) / totals.population[0]
            return means

    # Between equal answers there is only the rounding of their mean.
    floor, of_ratio, of_y = 1e-24 * mean(y * y), np.zeros(size), np.zeros(size)
    if wanted != {TOTAL}:
        of_ratio = mean(np.square(y - x * (centre + totals.ratio[0])[own]))
        of_ratio = np.where(of_ratio > floor, of_ratio, 0.0) * divided(totals.population[0], totals.base[0]) ** 2
    if TOTAL in wanted:
        of_y = mean(np.square(y - divided(totals.y[1], totals.population[0])[own]))
        of_y = np.where(of_y > floor, of_y, 0.0)
    return np.tile(of_ratio, (2, 1)), np.tile(of_y, (2, 1))


def _blocks(
    plan: Plan, kind: int, batch: Sequence[Source], totals: Totals, elements: tuple[np.ndarray, np.ndarray],
    counts: tuple[CellCounts, ...],
) -> Iterator[Block]:  # fmt: skip
    """One block a statistic, with the rows of the variables that ask for it; columns not printed left out."""
    group, members = plan.group(kind)
    counted = counts[group].of_domains(members, len(plan.domains[kind].labels))
    correction = counted.base / np.where(counted.base > 1, counted.base - 1, np.nan)
    for statistic in dict.fromkeys(name for source in batch for name in source.statistics):
        is_total = statistic == TOTAL
        asking = [(place, source) for place, source in enumerate(batch) if statistic in source.statistics]
        at = [k + (s.total_at if is_total else s.ratio_at) for _, s in asking for _, k in s.printed]
        # Counts have one column a measured variable, which has two columns of sums.
        counts_at = [k + s.ratio_at for _, s in asking for _, k in s.printed]
        owner = np.repeat([place for place, _ in asking], [len(s.printed) for _, s in asking])
        values = (totals.y if is_total else totals.ratio)[at]
        if not is_total:
            values = values + np.array([s.centre for _, s in asking for _ in s.printed])[:, None]
        fixed = (totals.y_variance if is_total else totals.ratio_variance)[at]
        element = elements[1 if is_total else 0][at] * correction[owner]
        if is_total:
            element = element * totals.population[owner] ** 2
        yield Block(
            kind, statistic, np.array([batch[place].number for place in owner]),
            tuple(label for _, s in asking for label, _ in s.printed), values, fixed,
            _variance(plan, kind, [s for _, s in asking], totals, is_total, fixed), element,
            counted.columns[counts_at], counted.base[owner], totals.population[owner], counted.squares[owner],
            totals.df[owner],
        )  # fmt: skip


def _variance(
    plan: Plan, kind: int, sources: Sequence[Source], totals: Totals, is_total: bool, fixed: np.ndarray
) -> np.ndarray:
    """Variance by the plan's method of the printed rows of the sources, one after the other."""
    if plan.replicate_weights is None and plan.model is None:
        return fixed
    values = totals.y if is_total else totals.ratio
    return np.concatenate(
        [
            method_variance(plan, kind, source, values[source.rows(is_total)], is_total)[[k for _, k in source.printed]]
            for source in sources
        ]
    )


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
        return replicate_variance(design.replicates, thetas, values)
    if not isinstance(source.encoded, Measured):
        assert isinstance(source.encoded, Coded)
        z = linearise_coded(design.w, source.encoded, domain.index, size, None if is_total else values)
    else:
        ratio = None if is_total else values + source.centre
        z = linearise_measured(design.w, source.encoded, domain.index, size, ratio)
    return score_variance(design, psu_scores(design, z, plan.model)).reshape(values.shape)
