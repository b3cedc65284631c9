"""Variance between PSUs within strata (Taylor linearisation), from sums or from PSU scores.

v = Σ_h (1 − f_h) n_h/(n_h − 1) Σ_i (z_hi − z̄_h)², z_hi the linearised total of PSU i
(Woodruff 1971; Särndal, Swensson and Wretman 1992, sec. 4.6). PSUs outside a domain count with zero.
Under "adjust" a stratum with one PSU contributes (1 − f_h)(z_h − z̄)² around the mean of all PSUs of
the strata that the domain reaches (R survey ≥ 4.4), under "certainty" and "remove" nothing.
"""

import numpy as np

from ..survey_design import SurveyDesign, first_psus
from .cells import sum_by_group, sum_by_segment
from .partitions import Partition

# A variance this small beside the sums that it is the difference of is rounding, hence zero.
ROUNDING = 1e-14
# The same of scores whose mean is taken off before they are squared, which lose far less.
SCORE_ROUNDING = 1e-26


def stratum_factors(design: SurveyDesign) -> np.ndarray:
    """(1 − f_h) n_h/(n_h − 1); zero for strata with one PSU. Shape (strata,)."""
    n = design.psus_in_stratum
    return np.where(n > 1, (1 - design.sampled_fraction) * n / np.maximum(n - 1, 1), 0.0)


def lonely_factors(design: SurveyDesign) -> np.ndarray:
    """1 − f_h for the lonely strata when they are adjusted, else zero. Shape (strata,)."""
    lonely = (design.psus_in_stratum == 1) & (design.lonely_psu == "adjust")
    return np.where(lonely, 1 - design.sampled_fraction, 0.0)


def variance_of_segments(
    design: SurveyDesign, partition: Partition, domain: np.ndarray, z: np.ndarray, psus: np.ndarray,
    uncancelled: np.ndarray, domains: int,
) -> np.ndarray:  # fmt: skip
    """Variance of the totals of ``z`` (C, pairs); ``psus`` (1, segments) are those with a part in the estimate.

    The mean of a stratum's PSUs is taken off before squaring. ``uncancelled`` (C, segments) are the squares of what
    ``z`` is the difference of: below their rounding is zero.
    """
    n = design.psus_in_stratum[partition.stratum]
    factor = stratum_factors(design)[partition.stratum]
    totals, pairs = sum_by_segment(partition, z), sum_by_segment(partition, np.ones((1, partition.size)))
    means = totals / n
    squares = sum_by_segment(partition, np.square(z - means[:, partition.segment])) + (n - pairs) * means**2
    variance = sum_by_group(factor * squares, domain, domains)
    own = lonely_factors(design)[partition.stratum]
    if own.any():
        reached = sum_by_group(np.where(psus > 0, n, 0.0), domain, domains)
        mean = sum_by_group(totals, domain, domains) / np.maximum(reached, 1)
        # A lonely PSU without a case in the base is no part of the domain: not even a zero to be centred.
        variance += sum_by_group(np.where(psus > 0, own * (totals - mean[:, domain]) ** 2, 0.0), domain, domains)
        factor = factor + own
    floor = SCORE_ROUNDING * sum_by_group(factor * uncancelled, domain, domains)
    return np.where(variance > floor, variance, 0.0)


def score_deviations(design: SurveyDesign, scores: np.ndarray, reached: np.ndarray | None = None) -> np.ndarray:
    """Scaled deviations U of PSU scores (P, m): the covariance matrix is UᵀU, the variances Σ U².

    ``reached`` (strata, m): whether the stratum has a case in the base of the estimate; None all that have a
    case at all. It matters to lonely strata and to scores that do not add up to zero (those of totals).
    """
    n = design.psus_in_stratum
    means = np.add.reduceat(scores, first_psus(design), axis=0) / n[:, None]
    deviations: np.ndarray = scores - means[design.stratum_of_psu]
    deviations *= np.sqrt(stratum_factors(design))[design.stratum_of_psu][:, None]
    lonely = lonely_factors(design)
    if lonely.any():
        inside = (np.bincount(design.stratum_of_row, weights=design.w) > 0)[:, None] if reached is None else reached
        centre = scores.sum(axis=0) / np.maximum((inside * n[:, None]).sum(axis=0), 1)
        alone = np.flatnonzero(lonely[design.stratum_of_psu])
        own = np.where(inside[design.stratum_of_psu[alone]], scores[alone] - centre, 0.0)
        deviations[alone] = own * np.sqrt(lonely[design.stratum_of_psu][alone])[:, None]
    return deviations


def score_variance(design: SurveyDesign, scores: np.ndarray) -> np.ndarray:
    """Variance of the sum of each column of PSU scores (P, m), all strata reached: shape (m,)."""
    deviations = score_deviations(design, scores)
    variance = np.einsum("ij,ij->j", deviations, deviations)
    floor = SCORE_ROUNDING * np.einsum("ij,ij->j", scores, scores)
    return np.where(variance > floor, variance, 0.0)
