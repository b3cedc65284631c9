"""PSU scores of many estimates that are sparse but for a few columns they share, and their variances.

A domain reaches few PSUs; what is taken off its scores (the regression of a calibration, the rest of the sample)
reaches them all. With z = s − G c, s sparse (PSUs, m) and G (PSUs, g), the variance zᵀMz is sᵀMs − 2 cᵀGᵀMs + cᵀGᵀMGc,
M the matrix of Σ_h (1 − f_h) n_h/(n_h − 1) Σ_i (z_hi − z̄_h)² (and of the lonely PSUs' part, as in score_deviations):
sparse products and (g, g) matrices, never (PSUs, m).
"""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from ..survey_design import SurveyDesign, first_psus
from .linearisation import SCORE_ROUNDING, LonelyRule, score_deviations, stratum_factors

# Below this part of what they are the difference of, the three terms have lost digits: those scores are made whole,
# so many at a time.
CANCELLED, AT_ONCE = 1e-5, 64
# Scores this small beside their own largest are the rounding of a regression that explains them whole.
EXPLAINED = 1e-12


@dataclass(frozen=True, eq=False)
class SharedScores:
    """``own`` (PSUs, m) sparse by column, less ``shared`` (PSUs, g) times ``coefficients`` (g, m)."""

    own: sparse.csc_matrix
    shared: np.ndarray
    coefficients: np.ndarray

    def some(self, columns: np.ndarray | slice = slice(None)) -> np.ndarray:
        """The scores of some estimates, (PSUs, columns)."""
        scores: np.ndarray = self.own[:, columns].toarray()
        if self.shared.shape[1]:
            largest = np.abs(scores).max(axis=0, initial=0.0)
            scores -= self.shared @ self.coefficients[:, columns]
            scores[np.abs(scores) <= EXPLAINED * largest] = 0.0
        return scores

    def sizes(self, columns: np.ndarray) -> np.ndarray:
        """Squares of what the scores are the difference of, (columns,)."""
        own = np.asarray(self.own[:, columns].power(2).sum(axis=0)).ravel()
        squares: np.ndarray = own + np.square(self.shared).sum(axis=0) @ np.square(self.coefficients[:, columns])
        return squares


def variances_of(
    design: SurveyDesign, scores: SharedScores, reached: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Variance of the sum of each column of scores, and the squares that it is the difference of: each (m,).

    ``reached`` (strata,) are the strata with a case in the base, the same of all estimates; None all that have a case.
    """
    inside = np.bincount(design.stratum_of_row, weights=design.w) > 0 if reached is None else reached
    variance, uncancelled = _three_terms(design, scores, inside)
    again = np.flatnonzero((variance <= CANCELLED * uncancelled) & (uncancelled > 0))
    for begin in range(0, len(again), AT_ONCE):
        columns = again[begin : begin + AT_ONCE]
        whole = scores.some(columns)
        deviations = score_deviations(design, whole, inside[:, None])
        own = np.einsum("ij,ij->j", deviations, deviations)
        floor = SCORE_ROUNDING * np.einsum("ij,ij->j", whole, whole)
        variance[columns] = np.where(own > floor, own, 0.0)
        uncancelled[columns] = scores.sizes(columns)
    return variance, uncancelled


def _three_terms(design: SurveyDesign, scores: SharedScores, inside: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Their sum by estimate, and that of their sizes: each (m,)."""
    own, shared, c = scores.own, scores.shared, scores.coefficients
    stratum, n, rule = design.stratum_of_psu, design.psus_in_stratum, LonelyRule.of(design)
    if rule.all_psus is not None:
        inside = np.ones(len(n), dtype=bool)
    lonely = rule.factor * inside
    factors = stratum_factors(design) + lonely
    factors *= rule.inflation(inside.sum(), rule.unseen[inside].sum())
    means = np.add.reduceat(shared, first_psus(design), axis=0) / n[:, None]
    centred = shared - np.where(n[:, None] > 1, means, 0.0)[stratum]
    if lonely.any():
        # What a lonely PSU deviates from is one more shared column.
        sums = np.asarray(own.sum(axis=0)).ravel() - shared.sum(axis=0) @ c
        centred = np.column_stack([centred, lonely[stratum] > 0])
        c = np.vstack([c, rule.centre(sums, n[inside].sum())])
    scaled = centred * factors[stratum][:, None]
    gram, cross = centred.T @ scaled, (own.T @ scaled).T
    squares, joint = _own_squares(design, own, factors), np.einsum("gm,gm->m", cross, c)
    variance = squares[0] - squares[1] - 2 * joint + np.einsum("gm,gm->m", c, gram @ c)
    size = np.abs(c)
    sizes = squares.sum(axis=0) + 2 * np.einsum("gm,gm->m", np.abs(cross), size)
    return variance, sizes + np.einsum("gm,gm->m", size, np.abs(gram) @ size)


def _own_squares(design: SurveyDesign, own: sparse.csc_matrix, factors: np.ndarray) -> np.ndarray:
    """Scaled squares of the sparse scores, and of their sums by stratum of several PSUs over these: (2, m)."""
    estimates = own.shape[1]
    column = np.repeat(np.arange(estimates), np.diff(own.indptr))
    stratum = design.stratum_of_psu[own.indices]
    squares = np.bincount(column, weights=factors[stratum] * np.square(own.data), minlength=estimates)
    if not len(column):
        return np.zeros((2, estimates))
    starts = np.flatnonzero((np.diff(stratum, prepend=-1) != 0) | (np.diff(column, prepend=-1) != 0))
    sums, stratum = np.add.reduceat(own.data, starts), stratum[starts]
    n = design.psus_in_stratum[stratum]
    between = np.where(n > 1, factors[stratum] / n, 0.0) * np.square(sums)
    return np.stack([squares, np.bincount(column[starts], weights=between, minlength=estimates)])
