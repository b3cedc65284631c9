"""Variances that the sums by domain cannot give, computed again from the rows.

yy − 2q·yb + q²·bb keeps no digit where the PSUs hardly differ beside their size: a mean of 10⁷ with a spread of 1 in a
domain far from the others, a share next to 1. There the linearised totals are made row by row with the domain's own q,
and their deviations are squared after the mean is taken off (the two-pass formula, Chan, Golub and LeVeque 1983).
"""

from collections.abc import Iterator

import numpy as np

from ..survey_design import SurveyDesign
from .coded_domains import CodedDomain
from .encoding import Coded, Measured, Reading
from .linearisation import ROUNDING, score_deviations


def variance_from_rows(
    design: SurveyDesign, encoded: Coded | Reading | Measured, domain: CodedDomain, cancelled: np.ndarray,
    is_total: bool,
) -> np.ndarray:  # fmt: skip
    """Taylor variances (columns, domains) where ``cancelled``, elsewhere NaN."""
    variance = np.full(cancelled.shape, np.nan)
    for d, rows in _rows_of(domain.index, np.flatnonzero(cancelled.any(axis=0))):
        w, psu = design.w[rows], design.psu_of_row[rows]
        inside = encoded.inside[rows] if isinstance(encoded, Measured) else encoded.some(rows) < encoded.columns
        reached = np.zeros(len(design.psus_in_stratum), dtype=bool)
        reached[design.stratum_of_psu[psu[inside & (w > 0)]]] = True
        for column in np.flatnonzero(cancelled[:, d]):
            z, size = _linearised(encoded, rows, w, int(column), is_total)
            scores, sizes = (np.bincount(psu, weights=own, minlength=len(design.stratum_of_psu)) for own in (z, size))
            deviations = score_deviations(design, scores[:, None], reached[:, None])
            own = float(np.square(deviations).sum())
            variance[column, d] = own if own > ROUNDING**2 * np.square(sizes).sum() else 0.0
    return variance


def _rows_of(index: np.ndarray, domains: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
    """Each of these domains and its rows."""
    wanted = np.zeros(int(index.max(initial=0)) + 2, dtype=bool)
    wanted[domains[domains < len(wanted)]] = True
    rows = np.flatnonzero(wanted[index])
    rows = rows[np.argsort(index[rows], kind="stable")]
    own = index[rows]
    for d in domains.tolist():
        yield d, rows[np.searchsorted(own, d) : np.searchsorted(own, d, side="right")]


def _linearised(
    encoded: Coded | Reading | Measured, rows: np.ndarray, w: np.ndarray, column: int, is_total: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Weighted linearised values of the rows, and the size of what they are the difference of."""
    if isinstance(encoded, Measured):
        y, x = encoded.y[rows], encoded.x[rows]
        if is_total:
            return w * y, w * np.abs(y)
        base = (w * x).sum()
        q = (w * y).sum() / base
        # Once more: q has lost what its sums lost.
        q += (w * (y - q * x)).sum() / base
        return w * (y - q * x) / base, w * (np.abs(y) + np.abs(q * x)) / abs(base)
    codes = encoded.some(rows)
    own = codes == column
    if is_total:
        return w * own, w * own
    others = (codes < encoded.columns) & ~own
    yes, no = (w * own).sum(), (w * others).sum()
    # 1 − q as what it is a share of: next to 1 the difference would be rounding.
    z = w * (own * (no / (yes + no)) - others * (yes / (yes + no))) / (yes + no)
    return z, np.abs(z)
