"""Trimming that keeps the calibration: one calibration with limits on the weights themselves.

Weights w* = min(cap, max(floor, w·exp(Σλ))) that meet the same totals: the smallest
Kullback–Leibler change from the calibrated weights w within the limits (truncated raking,
Deville and Särndal 1992, case 7 with the exponential distance). After raking this is the same
as one raking of the base weights with limits.
"""

from dataclasses import dataclass

import numpy as np

from pulsometro.weighting.arrays import Bools, Floats, Ints, tally
from pulsometro.weighting.calibration.feasibility import Limits, refuse_disagreement, refuse_infeasible
from pulsometro.weighting.calibration.margins import Margin
from pulsometro.weighting.calibration.methods import convergence_of
from pulsometro.weighting.calibration.newton import DualSolution, Response, solve_dual
from pulsometro.weighting.calibration.problem import Structure, build_structure
from pulsometro.weighting.errors import WeightingError
from pulsometro.weighting.record import Convergence


@dataclass(frozen=True)
class Caps:
    """Limits fixed once, on the full sample: (A,) by area code, in the weights' unit (persons)."""

    median: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True)
class Trimmed:
    """``weights``: (n,); ``at_cap``, ``at_floor``: (n,) rows held at a limit; ``moved``: weight
    (persons) taken from rows that lost some."""

    weights: Floats
    at_cap: Bools
    at_floor: Bools
    moved: Floats
    convergence: tuple[Convergence, ...]


@dataclass(frozen=True)
class Groups:
    """Rows with one joint cell and one unit weight: ``row``: (n,) group of each row; ``cell``,
    ``area``: (K,) joint cell and area of each group."""

    row: Ints
    cell: Ints
    area: Ints


def area_caps(weights: Floats, area: Ints, k: float, k_low: float | None = None) -> Caps:
    """Cap = k × the area's median weight; floor = median ÷ k_low, or 0.

    ``weights``, ``area``: (n,) weights and area codes 0 … A−1.
    """
    medians = np.array([np.median(weights[area == code]) for code in range(int(area.max()) + 1)])
    floor = np.zeros_like(medians) if k_low is None else medians / k_low
    return Caps(medians, floor, k * medians)


def make_groups(structure: Structure, area: Ints, *keys: np.ndarray) -> Groups:
    """Group rows by joint cell, area and ``keys`` (each (n,): base weight, class …)."""
    columns = [structure.row_cell, area, *[np.unique(key, return_inverse=True)[1].reshape(-1) for key in keys]]
    table, row = np.unique(np.column_stack(columns), axis=0, return_inverse=True)
    return Groups(row.reshape(-1), table[:, 0], table[:, 1])


def trim(
    weights: Floats,
    margins: tuple[Margin, ...],
    area: Ints,
    caps: Caps,
    *,
    tolerance: float = 1e-10,
    max_iterations: int = 200,
) -> Trimmed:
    """Bring (n,) calibrated weights within ``caps`` with every margin still met.

    Raises WeightingError naming the municipality, margin and cell whose needed mean weight
    exceeds the cap, or when the iteration does not converge.
    """
    structure = build_structure(margins)
    groups = make_groups(structure, area, weights)
    unit = np.zeros(len(groups.cell))
    unit[groups.row] = weights
    counts = np.bincount(groups.row, minlength=len(unit)).astype(float)
    result, solution = truncate(structure, groups, unit[None, :], counts[None, :], caps, tolerance, max_iterations)
    if not solution.converged.all():
        low, high = caps.low[area], caps.high[area]
        refuse_disagreement(structure, tolerance)
        told = "the trimming limits (k × the municipality's median)"
        refuse_infeasible(structure, Limits(low, high, told, "raise trim.k"))
        name = structure.block_name(int(np.argmin(solution.converged[0])))
        raise WeightingError(
            f"trimming did not converge in {max_iterations} iterations",
            "raise trim.k or calibration.max_iterations",
            area=name,
        )
    final = result[0][groups.row]
    return Trimmed(
        weights=final,
        at_cap=final >= caps.high[area],
        at_floor=(final <= caps.low[area]) & (caps.low[area] > 0),
        moved=np.maximum(weights - final, 0.0),
        convergence=convergence_of(structure, solution.iterations[0], solution.error[0]),
    )


def truncate(
    structure: Structure,
    groups: Groups,
    unit: Floats,
    multiplicity: Floats,
    caps: Caps,
    tolerance: float,
    max_iterations: int,
) -> tuple[Floats, DualSolution]:
    """(R, K) unit weights within the limits that meet the totals, and how they were found.

    ``unit``: (R, K) weight of one unit of a group; ``multiplicity``: (R, K) how often its units
    are in the replicate: a unit drawn twice is two units, each under the cap.
    """
    low, high = caps.low[groups.area], caps.high[groups.area]
    clipped = np.clip(unit, low, high)
    solution = solve_dual(
        structure,
        _response(structure, groups, unit, multiplicity, low, high),
        len(unit),
        tolerance,
        max_iterations,
    )
    moved = np.any(solution.u != 0, axis=1)
    clipped[moved] = np.clip(unit[moved] * _grow(solution.u[moved][:, groups.cell]), low, high)
    return clipped, solution


def _grow(u: Floats) -> Floats:
    return np.exp(np.clip(u, -500.0, 500.0))


def _response(
    structure: Structure, groups: Groups, unit: Floats, multiplicity: Floats, low: Floats, high: Floats
) -> Response:
    def response(u: Floats, replicates: Ints) -> tuple[Floats, Floats]:
        raw = unit[replicates] * _grow(u)[:, groups.cell]
        value = np.clip(raw, low, high) * multiplicity[replicates]
        slope = np.where((raw > low) & (raw < high), value, 0.0)
        size = structure.cells
        return (
            tally(groups.cell, value, size),
            tally(groups.cell, slope, size),
        )

    return response


def trim_redistribute(weights: Floats, upper: float, *, strict: bool = True) -> Floats:
    """Cut (n,) weights at ``upper`` and share what was cut equally among the others.

    As R's ``survey::trimWeights``: the sum is kept, calibration is not. ``strict`` repeats
    until no weight is above ``upper``. Raises WeightingError when the mean is above ``upper``.
    """
    result = np.array(weights, dtype=float)
    if result.mean() > upper:
        raise WeightingError(f"the mean weight {result.mean():,.1f} is above the cap {upper:,.1f}", "raise the cap")
    trimmed = np.zeros(len(result), dtype=bool)
    while True:
        above = result > upper
        trimmed |= above
        excess = float(np.sum(result[above] - upper))
        result[above] = upper
        if excess > 0 and not trimmed.all():
            result[~trimmed] += excess / np.count_nonzero(~trimmed)
        if not strict or not (result > upper).any():
            return result
