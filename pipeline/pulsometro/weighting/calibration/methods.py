"""Calibration to margins: raking, linear (GREG), truncated linear and logit.

Deville and Särndal (1992), Calibration estimators in survey sampling, JASA 87; Deville,
Särndal and Sautory (1993) for raking by iterative proportional fitting. The weights depend on
a row only through its base weight and its joint cell.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from pulsometro.weighting.arrays import Bools, Floats, Ints, tally
from pulsometro.weighting.calibration.feasibility import Limits, refuse_disagreement, refuse_infeasible
from pulsometro.weighting.calibration.margins import Margin, check_margins
from pulsometro.weighting.calibration.newton import Response, solve_dual
from pulsometro.weighting.calibration.problem import Structure, build_structure
from pulsometro.weighting.errors import WeightingError
from pulsometro.weighting.record import Convergence

Method = Literal["raking", "linear", "linear_bounded", "logit"]


def convergence_of(structure: Structure, iterations: Ints, error: Floats) -> tuple[Convergence, ...]:
    """Convergence of every block from (B,) iterations and relative misses of one solution."""
    return tuple(
        Convergence(
            structure.block_name(block),
            int(iterations[block]),
            float(f"1e{int(np.ceil(np.log10(max(float(error[block]), 1e-12))))}"),
            True,
        )
        for block in range(structure.blocks)
    )


@dataclass(frozen=True)
class Calibrated:
    """``weights``: (n,) calibrated; ``ratio``: (n,) calibrated ÷ base (NaN where base is 0)."""

    weights: Floats
    ratio: Floats
    convergence: tuple[Convergence, ...]


@dataclass(frozen=True)
class CalibratedReplicates:
    """``ratio``: (R, G) factor of each joint cell; ``converged``: (R,)."""

    ratio: Floats
    converged: Bools
    iterations: Ints


def calibrate(
    base: Floats,
    margins: tuple[Margin, ...],
    method: Method = "raking",
    *,
    bounds: tuple[float, float] | None = None,
    tolerance: float = 1e-10,
    max_iterations: int = 200,
) -> Calibrated:
    """Calibrate (n,) base weights to the totals of ``margins``.

    ``bounds``: (low, high) of calibrated ÷ base weight, for ``linear_bounded`` and ``logit``.
    ``tolerance``: largest relative miss of a total. Raises WeightingError when a margin cell is
    empty, when two margins add up to different totals, when no weights within the bounds exist,
    or when the iteration does not converge; the message names municipality, margin and cell.
    """
    _check_base(base)
    check_margins(margins)
    structure = build_structure(margins)
    refuse_disagreement(structure, tolerance)
    solved = _solve(structure, _cell_totals(structure, base[None, :]), method, bounds, tolerance, max_iterations)
    ratio, error, iterations = solved
    if not (error <= tolerance).all():
        _refuse(structure, base, ratio, method, bounds, max_iterations)
    row_ratio = ratio[0][structure.row_cell]
    convergence = convergence_of(structure, iterations[0], error[0])
    return Calibrated(base * row_ratio, row_ratio, convergence)


def calibrate_replicates(
    structure: Structure,
    replicate_base: Floats,
    method: Method = "raking",
    *,
    bounds: tuple[float, float] | None = None,
    tolerance: float = 1e-10,
    max_iterations: int = 200,
) -> CalibratedReplicates:
    """Calibrate (R, n) replicate base weights to the full sample's totals.

    A replicate that loses a margin cell or does not converge is flagged, never raised.
    """
    totals = _cell_totals(structure, replicate_base)
    ratio, error, iterations = _solve(structure, totals, method, bounds, tolerance, max_iterations)
    return CalibratedReplicates(ratio, np.all(error <= tolerance, axis=1), iterations)


def _check_base(base: Floats) -> None:
    wrong = ~(np.isfinite(base) & (base > 0))
    if wrong.any():
        raise WeightingError(
            f"{int(wrong.sum())} base weights are missing, zero or negative (first at row {int(wrong.argmax())})",
            "correct what the base weight is made of",
        )


def _cell_totals(structure: Structure, weights: Floats) -> Floats:
    """(R, G) base weight of each joint cell from (R, n)."""
    return tally(structure.row_cell, weights, structure.cells)


def _solve(
    structure: Structure,
    totals: Floats,
    method: Method,
    bounds: tuple[float, float] | None,
    tolerance: float,
    max_iterations: int,
) -> tuple[Floats, Floats, Ints]:
    """(R, G) ratios, (R, B) errors and iterations."""
    if method == "raking":
        return _rake(structure, totals, tolerance, max_iterations)
    solution = solve_dual(structure, _response(method, totals, bounds), len(totals), tolerance, max_iterations)
    return _distance(method, solution.u, bounds)[0], solution.error, solution.iterations


def _rake(structure: Structure, totals: Floats, tolerance: float, max_iterations: int) -> tuple[Floats, Floats, Ints]:
    """Iterative proportional fitting (Deming and Stephan 1940): sums and products only."""
    ratio = np.ones_like(totals)
    error = np.full((len(totals), structure.blocks), np.inf)
    iterations = np.zeros((len(totals), structure.blocks), dtype=np.int64)
    active = np.arange(len(totals))
    for step in range(max_iterations + 1):
        current = totals[active] * ratio[active]
        sums = structure.margin_sums(current)
        error[active] = structure.errors(sums)
        open_ = ~(error[active] <= tolerance)
        keep = open_.any(axis=1)
        if not keep.any() or step == max_iterations:
            break
        active = active[keep]
        iterations[active] += open_[keep]
        ratio[active] = _sweep(structure, totals[active], ratio[active])
    return ratio, error, iterations


def _sweep(structure: Structure, totals: Floats, ratio: Floats) -> Floats:
    """One pass over the margins."""
    for column in structure.codes.T:
        sums = tally(column, totals * ratio, len(structure.totals))
        factor = np.divide(structure.totals, sums, out=np.zeros_like(sums), where=sums > 0)
        ratio = ratio * factor[:, column]
    return ratio


def _response(method: Method, totals: Floats, bounds: tuple[float, float] | None) -> Response:
    def response(u: Floats, replicates: Ints) -> tuple[Floats, Floats]:
        value, slope = _distance(method, u, bounds)
        return totals[replicates] * value, totals[replicates] * slope

    return response


def _distance(method: Method, u: Floats, bounds: tuple[float, float] | None) -> tuple[Floats, Floats]:
    """F(u) and F′(u): cases 1, 6 and 7 of Deville and Särndal (1992)."""
    if method == "linear":
        return 1.0 + u, np.ones_like(u)
    if bounds is None:
        raise ValueError(f"{method} needs bounds")
    low, high = bounds
    if method == "linear_bounded":
        inside = (1.0 + u > low) & (1.0 + u < high)
        return np.clip(1.0 + u, low, high), inside.astype(float)
    a = (high - low) / ((1.0 - low) * (high - 1.0))
    # e^(au) overflows far outside the bounds, where F is at its bound anyway.
    grown = np.exp(np.clip(a * u, -500.0, 500.0))
    below = (high - 1.0) + (1.0 - low) * grown
    value = (low * (high - 1.0) + high * (1.0 - low) * grown) / below
    slope = (high - 1.0) * (1.0 - low) * (high - low) * a * (grown / below) / below
    return value, slope


def _refuse(
    structure: Structure,
    base: Floats,
    ratio: Floats,
    method: Method,
    bounds: tuple[float, float] | None,
    max_iterations: int,
) -> None:
    """Raise for the full sample: impossible within the bounds, or not converged."""
    if bounds is not None:
        low, high = base * bounds[0], base * bounds[1]
        told = f"the bounds of calibrated ÷ base weight ({bounds[0]:g} to {bounds[1]:g})"
        refuse_infeasible(structure, Limits(low, high, told, "widen calibration.bounds"))
    elif method != "linear":
        refuse_infeasible(structure, Limits(np.zeros_like(base), np.full_like(base, np.inf)))
    sums = structure.margin_sums(_cell_totals(structure, base[None, :]) * ratio)[0]
    miss = np.abs(sums - structure.totals) / np.where(structure.totals > 0, structure.totals, 1.0)
    worst = int(np.nanargmax(miss))
    margin, cell = structure.locate(worst)
    raise WeightingError(
        f"{method} did not converge in {max_iterations} iterations: the cell's total is "
        f"{structure.totals[worst]:,.1f} and its weights add up to {sums[worst]:,.1f}",
        "merge sparse cells (collapse), use fewer margins or raise calibration.max_iterations",
        **margin.where(cell),
    )
