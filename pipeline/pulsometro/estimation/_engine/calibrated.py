"""Variance after calibration: linearisation of the residuals from the calibration model.

The linearised variable z is replaced by its residual e = z − xᵀβ, β = (XᵀDX)⁻¹XᵀDz with D the base
weights, and e is weighted with the calibrated weights (Deville and Särndal 1992; Särndal, Swensson and
Wretman 1992, sec. 6.6); so do R's calibrate() and svyrecvar(). Treating calibrated weights as fixed
overstates the error of whatever the margins explain.
"""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from ..errors import DesignError
from ..given import floats_of
from ..survey_design import SurveyDesign, column, read_weights
from .encoding import Coded, Measured
from .shared_scores import SharedScores, variances_of

# Of auxiliaries of size one, what is no more than this is a combination of the others.
RANK = 1e-12


@dataclass(frozen=True, eq=False)
class CalibrationModel:
    """X (rows, q) sparse, its base-weighted transpose XᵀD, (XᵀDX)⁻¹, and PSU totals of w·X, (PSUs, q)."""

    weighted_base: sparse.csr_matrix
    inverse: np.ndarray
    psu_totals: np.ndarray


def calibration_model(design: SurveyDesign) -> CalibrationModel:
    """Build the model once for a design; DesignError when there is no calibration or columns are empty."""
    calibration = design.calibration
    if calibration is None:
        raise DesignError("Method 'calibrated' needs a design with a calibration; give calibration=Calibration(...).")
    x = _auxiliaries(design)
    base = read_weights(design.data, calibration.base_weights)
    weighted = sparse.csr_matrix(x.T.multiply(base[None, :]))
    gram = np.asarray((weighted @ x).todense())
    inverse = _generalised_inverse(gram)
    totals = (_psu_adder(design) @ x).toarray()
    return CalibrationModel(weighted, inverse, totals)


def _generalised_inverse(gram: np.ndarray) -> np.ndarray:
    """A generalised inverse of XᵀDX, as the margins of a raking overlap; residuals do not depend on which.

    Its rank is judged with every auxiliary in units of its own size: pesos must not make persons look like rounding.
    """
    size = np.sqrt(np.diag(gram))
    scale = np.divide(1.0, size, out=np.zeros(len(size)), where=size > 0)
    scaled = gram * scale[:, None] * scale
    inverse: np.ndarray = np.linalg.pinv(scaled, rcond=RANK, hermitian=True) * scale[:, None] * scale
    return inverse


def _auxiliaries(design: SurveyDesign) -> sparse.csc_matrix:
    """Indicators of the margins' cells and the numeric columns, (rows, q).

    A numeric one is replaced by its deviations within the cells of the first margin, which span the same: far from
    zero it would hardly differ from the constant that every margin adds up to.
    """
    calibration = design.calibration
    assert calibration is not None
    rows = np.arange(len(design.data))
    blocks = []
    cells: np.ndarray | None = None
    for margin in calibration.margins:
        for name in margin:
            column(design.data, name, "calibration margin")
        groups = design.data.groupby(list(margin), dropna=False, sort=True, observed=True).ngroup().to_numpy()
        blocks.append(sparse.csc_matrix((np.ones(len(rows)), (rows, groups))))
        cells = groups if cells is None else cells
    for name in calibration.numeric:
        found = column(design.data, name, "calibration variable")
        values = floats_of(found, f"Calibration variable {name!r} is not numeric", DesignError)
        if not np.isfinite(values).all():
            raise DesignError(
                f"Calibration variable {name!r} has empty or infinite cells; every respondent needs a value."
            )
        blocks.append(sparse.csc_matrix((values if cells is None else _deviations(values, cells))[:, None]))
    if not blocks:
        raise DesignError("The calibration names neither margins nor numeric columns; give at least one.")
    return sparse.hstack(blocks, format="csc")


def _deviations(values: np.ndarray, cells: np.ndarray) -> np.ndarray:
    """Values less the mean of their cell; zero where a mean is all that there is."""
    counts = np.bincount(cells)
    deviations: np.ndarray = values - (np.bincount(cells, weights=values) / np.maximum(counts, 1))[cells]
    only_rounding = np.abs(deviations).max(initial=0.0) <= RANK * np.abs(values).max(initial=0.0)
    return np.zeros(len(values)) if only_rounding else deviations


def linearise_coded(
    weights: np.ndarray, coded: Coded, domain: np.ndarray, domains: int, ratio: np.ndarray | None
) -> sparse.csr_matrix:
    """Unweighted linearised variables, (rows, C·domains), of proportions (or of totals without ``ratio``).

    Column k·domains + d is z_i = 1(i in d)(1(code k) − p_kd)/B_d; ``ratio`` (C, domains) holds p.
    """
    k = coded.columns
    inside = np.flatnonzero((domain >= 0) & (coded.codes < k))
    own, codes = domain[inside], coded.codes[inside].astype(np.int64)
    shape = (len(domain), k * domains)
    if ratio is None:
        return sparse.csr_matrix((np.ones(len(inside)), (inside, codes * domains + own)), shape=shape)
    base = np.bincount(own, weights=weights[inside], minlength=domains)
    values = (codes[:, None] == np.arange(k)[None, :]) - np.nan_to_num(ratio[:, own].T)
    values = np.divide(values, base[own][:, None], out=np.zeros(values.shape), where=base[own][:, None] > 0)
    places = np.arange(k)[None, :] * domains + own[:, None]
    return sparse.csr_matrix((values.ravel(), (np.repeat(inside, k), places.ravel())), shape=shape)


def linearise_measured(
    weights: np.ndarray, measured: Measured, domain: np.ndarray, domains: int, ratio: np.ndarray | None
) -> sparse.csr_matrix:
    """As linearise_coded for a mean or ratio (``ratio`` (1, domains)) or the total of y (None)."""
    inside = np.flatnonzero((domain >= 0) & measured.inside)
    own = domain[inside]
    values = measured.y[inside]
    if ratio is not None:
        x = measured.x[inside]
        base = np.bincount(own, weights=weights[inside] * x, minlength=domains)[own]
        values = np.divide(values - ratio[0][own] * x, base, out=np.zeros(len(own)), where=base != 0)
    return sparse.csr_matrix((values, (inside, own)), shape=(len(domain), domains))


def shared_scores(
    design: SurveyDesign, linearised: sparse.csr_matrix, model: CalibrationModel | None = None
) -> SharedScores:
    """PSU totals of the weighted linearised variables, less those of their regression under a model."""
    own = sparse.csc_matrix(_psu_adder(design) @ linearised)
    own.sort_indices()
    if model is None:
        return SharedScores(own, np.zeros((own.shape[0], 0)), np.zeros((0, own.shape[1])))
    return SharedScores(own, model.psu_totals, model.inverse @ (model.weighted_base @ linearised).toarray())


def psu_scores(
    design: SurveyDesign, linearised: sparse.csr_matrix, model: CalibrationModel | None = None
) -> np.ndarray:
    """PSU totals of the weighted linearised variables (PSUs, estimates), of their residuals under a model."""
    return shared_scores(design, linearised, model).some()


def linearised_variance(
    design: SurveyDesign, linearised: sparse.csr_matrix, model: CalibrationModel | None = None
) -> np.ndarray:
    """Variance of the total of each linearised variable, or of its residual: (estimates,)."""
    return variances_of(design, shared_scores(design, linearised, model))[0]


def _psu_adder(design: SurveyDesign) -> sparse.csr_matrix:
    rows = len(design.w)
    shape = (len(design.stratum_of_psu), rows)
    return sparse.csr_matrix((design.w, (design.psu_of_row, np.arange(rows))), shape=shape)
