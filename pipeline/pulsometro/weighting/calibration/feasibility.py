"""Whether any weights within limits meet the margins, and if not, which margins or which cell is the reason."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from pulsometro.weighting.arrays import Floats, tally
from pulsometro.weighting.calibration.problem import Structure
from pulsometro.weighting.errors import WeightingError, disagreement


@dataclass(frozen=True)
class Limits:
    """``low``, ``high``: (n,) smallest and largest weight of each row.

    ``what``: the limits in words, "" where somebody gave none and weights must only be positive; ``remedy``: how they
    are widened.
    """

    low: Floats
    high: Floats
    what: str = ""
    remedy: str = ""

    @property
    def advice(self) -> str:
        """What to do when no weights within the limits will do."""
        return f"{f'{self.remedy}, ' if self.remedy else ''}merge the level (collapse) or drop a margin"


def refuse_disagreement(structure: Structure, tolerance: float) -> None:
    """Raise WeightingError naming two margins whose totals of the same respondents are not the same.

    Each margin parts the respondents of a block, so that its totals there add up to their weight. Where every total
    is met to within the relative ``tolerance``, two such sums differ by at most ``tolerance`` times both together:
    what is further apart no weights can meet.
    """
    blocks = np.unique(structure.cell_block)
    ends = np.cumsum([0, *(len(margin.cells) for margin in structure.margins)])
    sums = np.stack(
        [np.bincount(structure.block[a:b], structure.totals[a:b], structure.blocks)[blocks]
         for a, b in pairwise(ends)]
    )  # fmt: skip
    apart = np.abs(sums - sums[0]) / (sums + sums[0])
    margin, block = np.unravel_index(int(np.argmax(apart)), apart.shape)
    if apart[margin, block] <= max(tolerance, 1e-12):
        return
    mine, other = structure.margins[int(margin)], structure.margins[0]
    raise disagreement(mine.name, sums[margin, block], other.name, sums[0, block], structure.block_name(blocks[block]))


def refuse_infeasible(structure: Structure, limits: Limits) -> None:
    """Raise WeightingError naming the cell when no weights within ``limits`` meet the totals.

    First each margin cell alone (its needed mean weight against the limits), then all margins
    together by a linear programme that finds the smallest total miss.
    """
    rows = np.stack([np.ones_like(limits.low), limits.low, limits.high])
    counts, low, high = tally(structure.row_cell, rows, structure.cells)
    _check_each_cell(structure, counts, low, high, limits)
    shortfall = _smallest_miss(structure, low, high)
    relative = np.abs(shortfall) / _sizes(structure)
    worst = int(np.argmax(relative))
    if relative[worst] <= 1e-9:
        return
    margin, cell = structure.locate(worst)
    raise WeightingError(
        f"no {f'weights within {limits.what}' if limits.what else 'positive weights'} meet all margins at once: the "
        f"cell's total of "
        f"{structure.totals[worst]:,.0f} is missed by at least {abs(shortfall[worst]):,.0f} when the others are met",
        limits.advice,
        **margin.where(cell),
    )


def _sizes(structure: Structure) -> Floats:
    """(P,) what a miss of each total is compared with: itself, in whatever unit the totals are."""
    sizes: Floats = np.where(structure.totals > 0, structure.totals, 1.0)
    return sizes


def _check_each_cell(structure: Structure, counts: Floats, low: Floats, high: Floats, limits: Limits) -> None:
    people = structure.margin_sums(counts[None, :])[0]
    least = structure.margin_sums(low[None, :])[0]
    with np.errstate(invalid="ignore"):
        most = structure.margin_sums(high[None, :])[0]
    for position, total in enumerate(structure.totals):
        above, below = total > most[position] * (1 + 1e-12), total < least[position] * (1 - 1e-12)
        if not (above or below):
            continue
        margin, cell = structure.locate(position)
        count = people[position]
        limit = most[position] if above else least[position]
        raise WeightingError(
            f"{count:.0f} respondents need a mean weight of {total / count:,.1f} to reach {total:,.0f}, "
            f"{'above' if above else 'below'} the mean of {limit / count:,.1f} that {limits.what} allow",
            limits.advice,
            **margin.where(cell),
        )


def _smallest_miss(structure: Structure, low: Floats, high: Floats) -> Floats:
    """(P,) signed misses of the totals at the smallest sum of relative misses (HiGHS)."""
    from scipy.optimize import linprog
    from scipy.sparse import coo_array, eye_array, hstack

    cells, constraints = structure.cells, len(structure.totals)
    scale = _sizes(structure)
    rows = structure.codes.T.ravel()
    columns = np.tile(np.arange(cells), structure.codes.shape[1])
    incidence = coo_array((1.0 / scale[rows], (rows, columns)), shape=(constraints, cells))
    identity = eye_array(constraints)
    answer = linprog(
        np.concatenate([np.zeros(cells), np.ones(2 * constraints)]),
        A_eq=hstack([incidence, identity, -identity]).tocsc(),
        b_eq=structure.totals / scale,
        bounds=[*zip(low, high, strict=True), *([(0.0, None)] * (2 * constraints))],
        method="highs",
    )
    if answer.x is None:
        return np.zeros(constraints)
    slack = answer.x[cells:]
    misses: Floats = (slack[:constraints] - slack[constraints:]) * scale
    return misses
