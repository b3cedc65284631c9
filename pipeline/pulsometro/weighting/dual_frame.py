"""Weights for a survey that draws from two overlapping frames (landline and mobile)."""

from dataclasses import dataclass

import numpy as np

from pulsometro.weighting.arrays import Bools, Floats
from pulsometro.weighting.errors import WeightingError


@dataclass(frozen=True)
class DualFrameWeights:
    """``weights``: (n,); ``theta``: share of the overlap given to the first frame, or None;
    counts of respondents by frame and overlap."""

    weights: Floats
    theta: float | None
    first_only: int
    overlap_first: int
    overlap_second: int
    second_only: int


def hartley(weights: Floats, first: Bools, both: Bools, theta: float | None = None) -> DualFrameWeights:
    """Composite weights: the overlap counts θ in the first frame and 1 − θ in the second.

    Hartley (1962), Multiple frame surveys. ``weights``: (n,) inverse probabilities within the
    frame drawn from; ``first``: drawn from the first frame; ``both``: reachable through both.
    ``theta`` None: in proportion to the effective sample sizes (Σw)²/Σw² of the two overlaps,
    which is best when their variances are alike. WeightingError when an overlap is empty.
    """
    _check(weights, first, both)
    one, two = first & both, ~first & both
    if both.any() and not (one.any() and two.any()):
        missing = "first" if not one.any() else "second"
        raise WeightingError(f"no respondent of the overlap was drawn from the {missing} frame", "use multiplicity")
    if theta is None:
        sizes = [weights[part].sum() ** 2 / np.sum(weights[part] ** 2) for part in (one, two) if part.any()]
        share = float(sizes[0] / sum(sizes)) if len(sizes) == 2 else 1.0
    else:
        share = theta
    if not 0.0 <= share <= 1.0:
        raise WeightingError(f"theta {share:g} is not between 0 and 1", "correct dual_frame.theta")
    factor = np.where(one, share, np.where(two, 1.0 - share, 1.0))
    return _result(weights * factor, share, first, both)


def multiplicity(weights: Floats, first: Bools, both: Bools) -> DualFrameWeights:
    """Each weight divided by the number of frames that reach the respondent (Mecatti 2007)."""
    _check(weights, first, both)
    return _result(weights / np.where(both, 2.0, 1.0), None, first, both)


def _check(weights: Floats, first: Bools, both: Bools) -> None:
    if not (len(weights) == len(first) == len(both)):
        raise ValueError("weights, first and both must have one entry per respondent")
    if not (np.isfinite(weights) & (weights > 0)).all():
        raise WeightingError("dual-frame weights need positive base weights", "correct the base weights")


def _result(weights: Floats, theta: float | None, first: Bools, both: Bools) -> DualFrameWeights:
    counts = [int(np.count_nonzero(part)) for part in (first & ~both, first & both, ~first & both, ~first & ~both)]
    return DualFrameWeights(weights, theta, *counts)
