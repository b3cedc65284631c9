"""Every replicate through nonresponse, calibration and trimming again.

Classes, collapsing and caps are those of the full sample, so that the variance includes the
weighting and nothing else.
"""

from dataclasses import dataclass

import numpy as np

from pulsometro.weighting.arrays import Bools, Floats, Ints, tally
from pulsometro.weighting.calibration.methods import Method, calibrate_replicates
from pulsometro.weighting.calibration.problem import Structure
from pulsometro.weighting.calibration.trimming import Caps, Groups, make_groups, truncate
from pulsometro.weighting.nonresponse.adjustment import NonresponsePlan
from pulsometro.weighting.record import ReplicateFailure

_CHUNK = 50


@dataclass(frozen=True)
class FixedSteps:
    """What the full sample decided, for n respondents: ``base``: (n,) weights before
    nonresponse; ``area``: (n,) codes; ``structure`` None: no calibration; ``caps`` None: no
    trimming. ``completes``: the first factor of ``base`` is the area's population over its
    completes, which a replicate counts anew."""

    base: Floats
    area: Ints
    plan: NonresponsePlan | None
    structure: Structure | None
    method: Method
    bounds: tuple[float, float] | None
    tolerance: float
    max_iterations: int
    caps: Caps | None
    completes: bool = False


@dataclass(frozen=True)
class ReplicateWeights:
    """``weights``: (R, n), rows of failed replicates are NaN; ``failed``: replicate → reason."""

    weights: Floats
    failed: dict[int, ReplicateFailure]


def weigh_replicates(steps: FixedSteps, multipliers: Floats, jobs: int = 1) -> ReplicateWeights:
    """Final weights of every replicate.

    ``multipliers``: (R, n + k), respondents first, then the k eligible units without
    interview that the nonresponse plan knows. ``jobs`` above 1 spreads chunks of replicates
    over joblib's current backend (processes, or a cluster where one is registered); a
    replicate's weights do not depend on its chunk.
    """
    chunks = [multipliers[start : start + _CHUNK] for start in range(0, len(multipliers), _CHUNK)]
    if jobs == 1:
        parts = [_chunk(steps, chunk) for chunk in chunks]
    else:
        from joblib import Parallel, delayed

        parts = Parallel(n_jobs=jobs)(delayed(_chunk)(steps, chunk) for chunk in chunks)
    failed = {
        start * _CHUNK + replicate: reason
        for start, (_, reasons) in enumerate(parts)
        for replicate, reason in reasons.items()
    }
    return ReplicateWeights(np.concatenate([weights for weights, _ in parts]), failed)


def _chunk(steps: FixedSteps, multipliers: Floats) -> tuple[Floats, dict[int, ReplicateFailure]]:
    failed: dict[int, ReplicateFailure] = {}
    drawn = multipliers[:, : len(steps.base)]
    factors = np.ones((len(multipliers), 1))
    classes: Ints = np.zeros(len(steps.base), dtype=np.int64)
    if steps.plan is not None:
        factors, classes = steps.plan.factors(steps.base, multipliers), steps.plan.of_respondent
        _fail(failed, np.asarray(np.any(np.isnan(factors), axis=1)), "empty_class")
        factors = np.nan_to_num(factors, nan=1.0)
    unit = steps.base * factors[:, classes]
    if steps.completes:
        unit = unit * _fewer_completes(drawn, steps.area)[:, steps.area]
    if steps.structure is not None:
        solved = calibrate_replicates(
            steps.structure,
            drawn * unit,
            steps.method,
            bounds=steps.bounds,
            tolerance=steps.tolerance,
            max_iterations=steps.max_iterations,
        )
        _fail(failed, ~solved.converged, "not_calibrated")
        unit = unit * solved.ratio[:, steps.structure.row_cell]
    if steps.structure is not None and steps.caps is not None:
        unit = _trim(steps.structure, steps.caps, steps, unit, drawn, classes, failed)
    weights = drawn * unit
    weights[sorted(failed)] = np.nan
    return weights, failed


def _fewer_completes(drawn: Floats, area: Ints) -> Floats:
    """(R, A) completes of each area in the sample over those in the replicate: 1 where strata are areas."""
    size = int(area.max()) + 1
    counts = tally(area, drawn, size)
    ratio = np.divide(np.bincount(area, minlength=size), counts, out=np.ones_like(counts), where=counts > 0)
    return np.where(np.abs(ratio - 1.0) < 1e-9, 1.0, ratio)


def _trim(
    structure: Structure,
    caps: Caps,
    steps: FixedSteps,
    unit: Floats,
    drawn: Floats,
    classes: Ints,
    failed: dict[int, ReplicateFailure],
) -> Floats:
    """Bring the replicates that break a cap within it; ``unit``, ``drawn``: (R, n)."""
    outside = (unit > caps.high[steps.area] * (1 + 1e-12)) | (unit < caps.low[steps.area] * (1 - 1e-12))
    wanted: Bools = np.asarray(np.any(outside & (drawn > 0), axis=1))
    wanted[sorted(failed)] = False
    if not wanted.any():
        return unit
    groups: Groups = make_groups(structure, steps.area, steps.base, classes)
    by_group = np.zeros((int(wanted.sum()), len(groups.cell)))
    by_group[:, groups.row] = unit[wanted]
    multiplicity = tally(groups.row, drawn[wanted], len(groups.cell))
    trimmed, solution = truncate(structure, groups, by_group, multiplicity, caps, steps.tolerance, steps.max_iterations)
    lost = np.zeros(len(unit), dtype=bool)
    lost[wanted] = ~np.all(solution.converged, axis=1)
    _fail(failed, lost, "not_trimmed")
    result = unit.copy()
    result[wanted] = trimmed[:, groups.row]
    return result


def _fail(failed: dict[int, ReplicateFailure], replicates: Bools, reason: ReplicateFailure) -> None:
    for replicate in np.flatnonzero(replicates):
        failed.setdefault(int(replicate), reason)
