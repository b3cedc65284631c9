"""Newton's method on the dual of a calibration problem, for all replicates and blocks at once.

Every method here seeks weights w = F(u) with u = Σ_j λ(cell in margin j) that meet the totals
(Deville and Särndal 1992). F is non-decreasing in u, so the dual is convex and one search
serves linear, truncated, logit and bounded raking weights.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from pulsometro.weighting.arrays import Bools, Floats, Ints, largest, tally
from pulsometro.weighting.calibration.problem import Structure

# (u, replicates) → totals of joint cells and their derivatives, each (len(replicates), G).
Response = Callable[[Floats, Ints], tuple[Floats, Floats]]

_RIDGE = 1e-9
_LONGEST = 3.0
_HALVINGS = 30


@dataclass(frozen=True)
class DualSolution:
    """``u``: (R, G) linear predictor of joint cells; ``error``: (R, B) relative miss of totals;
    ``iterations``: (R, B); ``converged``: (R, B)."""

    u: Floats
    error: Floats
    iterations: Ints
    converged: Bools


def solve_dual(
    structure: Structure, response: Response, replicates: int, tolerance: float, max_iterations: int
) -> DualSolution:
    """Solve F's calibration equations for every replicate; failures are flagged, not raised.

    ``tolerance``: largest relative miss of a total at convergence. A replicate leaves the
    iteration when all its blocks have converged, so its result does not depend on the others.
    """
    blocks = structure.blocks
    u = np.zeros((replicates, structure.cells))
    error = np.full((replicates, blocks), np.inf)
    iterations = np.zeros((replicates, blocks), dtype=np.int64)
    active = np.arange(replicates)
    cells, slopes = response(u, active)
    for step in range(max_iterations + 1):
        residual = structure.totals - structure.margin_sums(cells)
        error[active] = structure.errors(structure.totals - residual)
        open_ = ~(error[active] <= tolerance)
        keep = open_.any(axis=1)
        if not keep.any() or step == max_iterations:
            break
        active, open_, residual = active[keep], open_[keep], residual[keep]
        iterations[active] += open_
        direction = _direction(structure, cells[keep], slopes[keep], residual, open_)
        u[active], cells, slopes = _search(structure, response, u[active], direction, residual, active)
    return DualSolution(u, error, iterations, error <= tolerance)


def _direction(structure: Structure, cells: Floats, slopes: Floats, residual: Floats, open_: Bools) -> Floats:
    """(R, P) Newton step of the multipliers; zero in blocks that have converged."""
    rows, width, blocks = len(slopes), structure.width, structure.blocks
    size = width * width * blocks
    used = structure.slot >= 0
    hessian = np.zeros((rows, size))
    for first in structure.codes.T:
        for second in structure.codes.T:
            both = used[first] & used[second]
            place = (structure.cell_block * width + structure.slot[first]) * width + structure.slot[second]
            hessian += tally(place[both], slopes[:, both], size)
    matrix = hessian.reshape(rows, blocks, width, width)
    # A cell whose weights are all at a limit has no slope: a little of its weight stands in.
    ridge = np.zeros((rows, blocks * width))
    place = (structure.block * width + structure.slot)[used]
    ridge[:, place] = _RIDGE * np.abs(structure.margin_sums(cells))[:, used]
    diagonal = np.arange(width)
    matrix[:, :, diagonal, diagonal] += np.where(ridge > 0, ridge, 1.0).reshape(rows, blocks, width)
    right = np.zeros((rows, blocks, width))
    right[:, structure.block[used], structure.slot[used]] = residual[:, used]
    right *= open_[:, :, None]
    solution = np.linalg.solve(matrix, right[..., None])[..., 0]
    direction = np.zeros_like(residual)
    direction[:, used] = solution[:, structure.block[used], structure.slot[used]]
    return direction


def _search(
    structure: Structure, response: Response, u: Floats, direction: Floats, residual: Floats, active: Ints
) -> tuple[Floats, Floats, Floats]:
    """Step along ``direction``, halved in a block until it does not overshoot the minimum.

    The dual is convex: along the step its slope is −residual·direction, so a step is too long
    when that product has turned negative and large against the start.
    """
    cell_step = _cell_sums(structure, direction)
    longest = largest(structure.cell_block, np.abs(cell_step), structure.blocks)
    step = np.minimum(1.0, _LONGEST / np.maximum(longest, _LONGEST))
    start = _block_products(structure, residual, direction)
    for _ in range(_HALVINGS):
        trial = u + step[:, structure.cell_block] * cell_step
        cells, slopes = response(trial, active)
        now = _block_products(structure, structure.totals - structure.margin_sums(cells), direction)
        long = ~(now >= -0.25 * np.abs(start))
        if not long.any():
            break
        step = np.where(long, step / 2, step)
    return trial, cells, slopes


def _cell_sums(structure: Structure, multipliers: Floats) -> Floats:
    """(R, G) Σ_j λ over the margins of each joint cell."""
    total = np.zeros((len(multipliers), structure.cells))
    for column in structure.codes.T:
        total += multipliers[:, column]
    return total


def _block_products(structure: Structure, left: Floats, right: Floats) -> Floats:
    """(R, B) Σ left × right over the margin cells of each block."""
    # A multiplier may be infinite on the way: such a step is too long, not an error.
    with np.errstate(invalid="ignore", over="ignore"):
        return tally(structure.block, left * right, structure.blocks)
