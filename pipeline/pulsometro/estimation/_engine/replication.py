"""Variance from replicate weights: every replicate's estimate, from totals added once by finest cell."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

from ..errors import DesignError
from ..given import floats_of
from ..survey_design import Replicates, SurveyDesign
from .cells import divided
from .coded_domains import Cells
from .encoding import Coded, Measured

# Replicates that add up to less than this share of the weights are no weights.
MULTIPLIERS = 0.05


@dataclass(frozen=True)
class ReplicateTotals:
    """Replicate totals of one variable by cell: columns (C, cells, R), base (cells, R), weight (cells, R)."""

    columns: np.ndarray
    base: np.ndarray
    weight: np.ndarray

    def of_domains(self, members: np.ndarray, domains: int) -> "ReplicateTotals":
        """The same totals by domain; ``members`` (cells,) is each cell's domain, −1 none."""
        inside = np.flatnonzero(members >= 0)
        ones = np.ones(len(inside))
        adder = sparse.csr_matrix((ones, (members[inside], inside)), shape=(domains, len(members)))
        columns = np.array([adder @ column for column in self.columns])
        base = adder @ self.base
        return ReplicateTotals(columns, base, base if self.weight is self.base else adder @ self.weight)


def replicate_matrix(design: SurveyDesign) -> np.ndarray:
    """Replicate weights (rows, R); DesignError when columns are missing, not finite or all zero."""
    if design.replicates is None:
        raise DesignError("Method 'replicates' needs a design with replicates; give replicates=Replicates(...).")
    names = list(design.replicates.columns)
    absent = [name for name in names if name not in design.data.columns]
    if absent:
        raise DesignError(f"Replicate weights {', '.join(absent[:5])} are not in the data ({len(absent)} missing).")
    chosen = design.data[names]
    if chosen.shape[1] > len(names):
        raise DesignError("Replicate weights appear more than once in the data; keep one column of each name.")
    matrix = np.ascontiguousarray(_plain(chosen))
    bad = np.flatnonzero(~np.isfinite(matrix).all(axis=0) | ~matrix.any(axis=0))
    if len(bad):
        raise DesignError(f"Replicate weights {names[bad[0]]!r} hold missing values or only zeros; correct them.")
    _refuse_multipliers(matrix, design, names)
    return matrix


def _plain(chosen: pd.DataFrame) -> np.ndarray:
    if all(isinstance(kind, np.dtype) and kind.kind in "biuf" for kind in chosen.dtypes):
        whole: np.ndarray = chosen.to_numpy(dtype=float)
        return whole
    parts = [
        floats_of(chosen[name], f"Replicate weights {name!r} are not numbers", DesignError) for name in chosen.columns
    ]
    return np.column_stack(parts)


def _refuse_multipliers(matrix: np.ndarray, design: SurveyDesign, names: list[str]) -> None:
    """Refuse what the weights are to be multiplied by: its error would be that of another sample.

    Told by the rows that a replicate keeps: one group of many, or half of a sample, is small as a whole and keeps its
    weights. Multipliers of weights near one are not told apart.
    """
    sums = matrix.sum(axis=0)
    if np.median(sums) >= MULTIPLIERS * design.w.sum():
        return
    kept = np.array([design.w[column != 0].sum() for column in matrix.T])
    small = sums < MULTIPLIERS * kept
    if 2 * small.sum() > len(names):
        first = int(np.argmax(small))
        raise DesignError(
            f"Replicate weights {names[first]!r} add up to {sums[first]:.6g} in rows whose weights "
            f"{design.weights!r} add up to {kept[first]:.6g} ({int(small.sum())} of {len(names)} replicates are like "
            f"this): they look like multipliers; multiply them by the weight."
        )


def replicate_totals(encoded: Coded | Measured, cells: Cells, matrix: np.ndarray, centre: float) -> ReplicateTotals:
    """Replicate totals of a variable by cell; ``centre`` is taken off the ratio of a measured one."""
    if isinstance(encoded, Coded):
        return totals_of_coded(encoded, cells.of_row, cells.count, matrix)
    return totals_of_measured(encoded, cells.of_row, cells.count, matrix, centre)


def totals_of_coded(coded: Coded, cells: np.ndarray, count: int, matrix: np.ndarray) -> ReplicateTotals:
    """Replicate totals of a categorical variable: one sparse product, each row used once."""
    groups = (coded.columns + 1) * count
    place = coded.codes.astype(np.int64) * count + cells
    adder = sparse.csr_matrix((np.ones(len(cells)), (place, np.arange(len(cells)))), shape=(groups, len(cells)))
    totals = (adder @ matrix).reshape(coded.columns + 1, count, -1)[: coded.columns]
    base = totals.sum(axis=0)
    return ReplicateTotals(totals, base, base)


def totals_of_measured(
    measured: Measured, cells: np.ndarray, count: int, matrix: np.ndarray, centre: float
) -> ReplicateTotals:
    """Replicate totals of y − centre·x, of y, of x and of the base."""
    rows = np.arange(len(cells))

    def add(values: np.ndarray) -> np.ndarray:
        totals: np.ndarray = sparse.csr_matrix((values, (cells, rows)), shape=(count, len(cells))) @ matrix
        return totals

    columns = np.array([add(measured.y - centre * measured.x), add(measured.y)])
    return ReplicateTotals(columns, add(measured.x), add(measured.inside.astype(float)))


def replicate_estimates(totals: ReplicateTotals, as_ratio: bool) -> np.ndarray:
    """Each replicate's ratio (NaN where its base is empty) or total: shape (C, domains, R)."""
    if not as_ratio:
        return totals.columns
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios: np.ndarray = totals.columns / totals.base
        return ratios


def measured_deviations(
    measured: Measured, domain: np.ndarray, domains: int, weights: np.ndarray, matrix: np.ndarray, as_ratio: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Estimates (domains,) and the replicates' deviations from them (domains, R), of a ratio or the total of y.

    y is taken less the domain's own ratio before it is added: far from zero, or from the other domains, the estimates
    of two replicates agree in more digits than their difference has.
    """
    rows = np.flatnonzero((domain >= 0) & measured.inside)
    own, w, y, x = domain[rows], weights[rows], measured.y[rows], measured.x[rows]

    def add(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        adder = sparse.csr_matrix((values, (own, rows)), shape=(domains, len(domain)))
        return adder @ weights, adder @ matrix

    base = np.bincount(own, weights=w * x, minlength=domains)
    q = divided(np.bincount(own, weights=w * y, minlength=domains), base)
    q = q + divided(np.bincount(own, weights=w * (y - q[own] * x), minlength=domains), base)
    residual, residuals = add(np.nan_to_num(y - q[own] * x))
    denominator, denominators = add(x)
    with np.errstate(divide="ignore", invalid="ignore"):
        if as_ratio:
            return q, residuals / denominators
    total = np.bincount(own, weights=w * y, minlength=domains)
    spread = np.nan_to_num(q)[:, None] * (denominators - denominator[:, None])
    return total, residuals - residual[:, None] + spread


def replicate_centre(replicates: Replicates, thetas: np.ndarray, full: np.ndarray) -> np.ndarray:
    """What the replicates (…, R) deviate from: the full sample's (…,), or the mean of those with a value.

    A replicate of coefficient zero has no part in the mean, as in R.
    """
    if replicates.centre == "full":
        return full
    used = np.isfinite(thetas) & (replicates.coefficients > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean: np.ndarray = np.where(used, thetas, 0.0).sum(axis=-1) / used.sum(axis=-1)
    return mean


def replicate_variance(replicates: Replicates, thetas: np.ndarray, full: np.ndarray) -> np.ndarray:
    """Σ_r c_r (θ_r − centre)² over the last axis; replicates without a base are left out and the rest scaled up.

    R's survey discards them too, but without scaling up.
    """
    coefficients = replicates.coefficients
    valid = np.isfinite(thetas)
    count = valid.sum(axis=-1)
    centre = replicate_centre(replicates, thetas, full)
    deviations = np.where(valid, thetas - centre[..., None], 0.0)
    scaled = np.where(count > 0, len(coefficients) / np.maximum(count, 1), np.nan)
    variance: np.ndarray = np.einsum("...r,r->...", deviations**2, coefficients) * scaled
    return variance
