"""From a plan and variables to estimates with their variances, in blocks of one statistic and kind."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from ..variables import TOTAL, Categorical, Index, Numeric, Quantile, Ratio, Share, Variable
from .cells import divided
from .encoding import Measured, columns_of, encode_categorical, encode_measured
from .moments import sum_rows
from .plan import CellCounts, Plan, stack_counts
from .segments import CodedRows, MeasuredRows, rooms_for
from .sources import Source, Totals, domain_totals, fixed_variance, make_source, method_variance
from .threads import Spread, threads_for

# Numbers that a part of the rows may make of the variables summed together, and how many these are at most: codes that
# are not whole numbers in the data are held for all rows.
AT_ONCE, VARIABLES = 2**20, 20
# A mean that is less than this part of the centre has lost digits to it.
FAR = 1e-3


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


def run(
    plan: Plan, variables: Sequence[Variable], statistics: Sequence[tuple[str, ...]], with_squares: bool
) -> list[Block]:
    """Blocks of all variables but quantiles, in no particular order of their rows."""
    with threads_for(len(plan.design.w)) as spread:

        def measured(number: int) -> list[Block]:
            variable = variables[number]
            if isinstance(variable, (Categorical, Share, Quantile)):
                return []
            return list(_measured_blocks(plan, number, variable, statistics[number], with_squares))

        def coded(number: int) -> Source:
            variable = variables[number]
            assert isinstance(variable, (Categorical, Share))
            encoded = encode_categorical(plan.design.data, variable)
            return make_source(plan, number, variable, encoded, statistics[number], with_squares)

        blocks = [block for made in spread(measured, range(len(variables))) for block in made]
        for batch in _batches(plan, variables):
            sources = list(spread(coded, batch))
            blocks.extend(_coded_blocks(plan, _one_after_the_other(sources), spread))
    return blocks


def _batches(plan: Plan, variables: Sequence[Variable]) -> list[list[int]]:
    """Places of the categorical variables that are summed together: of equally many columns, not too many."""
    alike: dict[int, list[int]] = {}
    for number, variable in enumerate(variables):
        if isinstance(variable, (Categorical, Share)):
            alike.setdefault(columns_of(variable), []).append(number)
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


def _coded_blocks(plan: Plan, batch: Sequence[Source], spread: Spread) -> Iterator[Block]:
    coded = [source.encoded for source in batch if not isinstance(source.encoded, Measured)]
    wanted = {name for source in batch for name in source.statistics}
    counts = stack_counts([source.counts for source in batch])
    rows = partial(CodedRows, plan.partitions, plan.design.w, coded)
    for kind, moments in sum_rows(plan.design, plan.partitions, plan.sizes, rows, spread):
        totals = domain_totals(plan, kind, moments, wanted, batch)
        element = totals.ratio * (1 - totals.ratio)
        yield from _blocks(plan, kind, batch, totals, (element, element), counts)


def _measured_blocks(
    plan: Plan, number: int, variable: Numeric | Ratio | Index, statistics: tuple[str, ...], with_squares: bool
) -> Iterator[Block]:
    w, measured = plan.design.w, encode_measured(plan.design.data, variable)
    x_total = (w * measured.x).sum()
    centre = float((w * measured.y).sum() / x_total) if x_total else 0.0
    source = make_source(plan, number, variable, measured, statistics, with_squares, centre)
    rows = partial(MeasuredRows, plan.partitions, MeasuredRows.values(w, measured, centre))
    for kind, moments in sum_rows(plan.design, plan.partitions, plan.sizes, rows):
        totals = domain_totals(plan, kind, moments, set(statistics), [source])
        elements = _measured_elements(plan, kind, measured, centre, totals, set(statistics))
        yield from _blocks(plan, kind, [source], totals, elements, source.counts)


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
            centre = np.array([s.centre for _, s in asking for _ in s.printed])[:, None]
            values = _uncentred(values, centre, totals, owner)
        fixed = fixed_variance(plan, kind, [s for _, s in asking], totals, is_total)
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


def _uncentred(ratio: np.ndarray, centre: np.ndarray, totals: Totals, owner: np.ndarray) -> np.ndarray:
    """Ratios with the centre put back, (rows, domains); far smaller than it they are made without."""
    values: np.ndarray = ratio + centre
    small = np.abs(values) < FAR * np.abs(centre)
    if not small.any():
        return values
    # The second column of a measured variable is y itself.
    plain: np.ndarray = np.where(small, divided(totals.y[1:2], totals.base[owner]), values)
    return plain


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
