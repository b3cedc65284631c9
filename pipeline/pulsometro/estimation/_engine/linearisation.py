"""Variance between PSUs within strata (Taylor linearisation), from sums or from PSU scores.

v = Σ_h (1 − f_h) n_h/(n_h − 1) Σ_i (z_hi − z̄_h)², z_hi the linearised total of PSU i
(Woodruff 1971; Särndal, Swensson and Wretman 1992, sec. 4.6). PSUs outside a domain count with zero.
What strata with one PSU add is LonelyRule, here and nowhere else.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np

from ..survey_design import SurveyDesign, first_psus
from .cells import sum_by_group, sum_by_segment
from .partitions import Partition

# A variance this small beside the sums that it is the difference of is rounding, hence zero.
ROUNDING = 1e-14
# Less than this of a stratum left out of the sample is none: it is taken whole (R's survey).
WHOLE = 1e-7
# The same of scores whose mean is taken off before they are squared, which lose far less.
SCORE_ROUNDING = 1e-26


def stratum_factors(design: SurveyDesign) -> np.ndarray:
    """(1 − f_h) n_h/(n_h − 1); zero for strata with one PSU. Shape (strata,)."""
    n = design.psus_in_stratum
    return np.where(n > 1, (1 - design.sampled_fraction) * n / np.maximum(n - 1, 1), 0.0)


@dataclass(frozen=True)
class LonelyRule:
    """What strata with one PSU add to the variance of a total in a domain, whose deviation from itself says nothing.

    A lonely PSU adds ``factor`` (strata,) times its squared deviation from ``centre``: 1 − f_h under "adjust" and
    "grand_mean", else zero. ``unseen`` (strata,) are 1 where "average" puts the mean of the strata that can be seen
    in their place; a stratum taken whole adds zero, which is seen. ``all_psus`` are those of the design where the mean
    is taken over all of them, a domain being a variable that is zero elsewhere; None where it is taken over the strata
    that the base reaches in the domain, and lonely PSUs of others add nothing.
    """

    factor: np.ndarray
    unseen: np.ndarray
    all_psus: int | None

    @classmethod
    def of(cls, design: SurveyDesign) -> Self:
        """The design's policy."""
        lonely, left = design.psus_in_stratum == 1, 1 - design.sampled_fraction
        centred, averaged = design.lonely_psu in ("adjust", "grand_mean"), design.lonely_psu == "average"
        return cls(
            np.where(lonely & centred, left, 0.0),
            (lonely & averaged & (left > WHOLE)).astype(float),
            len(design.stratum_of_psu) if design.lonely_psu == "grand_mean" else None,
        )

    @property
    def idle(self) -> bool:
        """Whether it adds nothing to any variance."""
        return not (self.factor.any() or self.unseen.any())

    @property
    def asks_reach(self) -> bool:
        """Whether it matters which strata the base reaches."""
        return not self.idle and self.all_psus is None

    def centre(self, total: np.ndarray, reached: np.ndarray) -> np.ndarray:
        """What a lonely PSU deviates from: the mean of the PSUs whose ``total`` this is, ``reached`` their number."""
        mean: np.ndarray = total / (np.maximum(reached, 1) if self.all_psus is None else self.all_psus)
        return mean

    @staticmethod
    def inflation(strata: np.ndarray, unseen: np.ndarray) -> np.ndarray:
        """What the others' variance is multiplied with for those ``unseen`` of the ``strata``; 1 where all are."""
        inflation: np.ndarray = np.divide(strata, strata - unseen, out=np.ones(np.shape(strata)), where=strata > unseen)
        return inflation


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
    rule = LonelyRule.of(design)
    if not rule.idle:
        own, present = rule.factor[partition.stratum], psus > 0
        centre = rule.centre(
            sum_by_group(totals, domain, domains), sum_by_group(np.where(present, n, 0.0), domain, domains)
        )
        if rule.all_psus is not None:
            # Lonely PSUs outside a domain are in no segment of it.
            elsewhere = rule.factor.sum() - sum_by_group(own[None], domain, domains)
            variance += elsewhere * centre**2
            present = np.ones_like(present)
        variance += sum_by_group(np.where(present, own * (totals - centre[:, domain]) ** 2, 0.0), domain, domains)
        strata = sum_by_group(present.astype(float), domain, domains)
        variance *= rule.inflation(strata, sum_by_group(present * rule.unseen[partition.stratum], domain, domains))
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
    rule = LonelyRule.of(design)
    if rule.idle:
        return deviations
    if reached is None:
        reached = (np.bincount(design.stratum_of_row, weights=design.w, minlength=len(n)) > 0)[:, None]
    if rule.all_psus is not None:
        reached = np.ones((len(n), 1), dtype=bool)
    centre = rule.centre(scores.sum(axis=0), (reached * n[:, None]).sum(axis=0))
    alone = np.flatnonzero(rule.factor[design.stratum_of_psu])
    strata = design.stratum_of_psu[alone]
    # A lonely PSU without a case in the base is no part of the domain: not even a zero to be centred.
    own = np.where(reached[strata], scores[alone] - centre, 0.0)
    deviations[alone] = own * np.sqrt(rule.factor[strata])[:, None]
    deviations *= np.sqrt(rule.inflation(reached.sum(axis=0), (reached * rule.unseen[:, None]).sum(axis=0)))
    return deviations


def score_variance(design: SurveyDesign, scores: np.ndarray) -> np.ndarray:
    """Variance of the sum of each column of PSU scores (P, m), all strata reached: shape (m,)."""
    deviations = score_deviations(design, scores)
    variance = np.einsum("ij,ij->j", deviations, deviations)
    floor = SCORE_ROUNDING * np.einsum("ij,ij->j", scores, scores)
    return np.where(variance > floor, variance, 0.0)
