"""Errors of any statistics, by each of the three methods: from the influence of the rows on them, or their replicates.

A statistic is carried by the influence of every row on it (its linearised variable), weighted and added by PSU, or by
its residual under a calibration; under replicates by its value in each of them. Either way its scaled deviations U make
the covariance UᵀU (module linearisation; Wolter 2007, ch. 3–6).
"""

from dataclasses import dataclass
from typing import get_args

import numpy as np
from scipy import sparse

from ..errors import EstimationError, check_choice
from ..survey_design import SurveyDesign, column
from .calibrated import CalibrationModel, calibration_model, psu_scores
from .freedom import ReplicateRanks
from .linearisation import SCORE_ROUNDING, score_deviations
from .plan import Method
from .replication import replicate_centre, replicate_matrix


@dataclass(frozen=True, eq=False)
class ErrorMethod:
    """A method with what it needs beside the design: the model of the calibration, or replicate weights (rows, R)."""

    design: SurveyDesign
    model: CalibrationModel | None
    replicate_weights: np.ndarray | None

    def of_influence(self, influence: sparse.csr_matrix, reached: np.ndarray | None = None) -> np.ndarray:
        """U (PSUs, m) of the unweighted influence (rows, m); ``reached`` (strata,) are those with a case, None all.

        Under a calibration every stratum has a part.
        """
        scores = psu_scores(self.design, influence, self.model)
        strata = None
        if reached is not None and self.model is None:
            strata = np.repeat(reached[:, None], scores.shape[1], axis=1)
        deviations = score_deviations(self.design, scores, strata)
        rounding = np.square(deviations).sum(axis=0) <= SCORE_ROUNDING * np.square(scores).sum(axis=0)
        deviations[:, rounding] = 0.0
        return deviations

    def of_replicates(self, thetas: np.ndarray, full: np.ndarray) -> np.ndarray:
        """U (R, m) of the replicates' values (R, m) around the ``full`` sample's (m,) or their own mean."""
        replicates = self.design.replicates
        assert replicates is not None
        coefficients = replicates.coefficients
        centre = replicate_centre(replicates, thetas.T, full)
        deviations: np.ndarray = (thetas - centre) * np.sqrt(coefficients)[:, None]
        rounding = np.square(deviations).sum(axis=0) <= SCORE_ROUNDING * coefficients.sum() * np.square(centre)
        deviations[:, rounding] = 0.0
        return deviations


def error_method(design: SurveyDesign, method: Method) -> ErrorMethod:
    """The method of that name for a design; DesignError where the design lacks what it needs."""
    check_choice(method, get_args(Method), "The method", EstimationError)
    return ErrorMethod(
        design,
        calibration_model(design) if method == "calibrated" else None,
        replicate_matrix(design) if method == "replicates" else None,
    )


def by_row(rows: np.ndarray, values: np.ndarray, size: int) -> sparse.csr_matrix:
    """Influence of some ``rows`` (n, m) among ``size`` rows, of which the others have none."""
    count = values.shape[1]
    places = (np.repeat(rows, count), np.tile(np.arange(count), len(rows)))
    return sparse.csr_matrix((values.ravel(), places), shape=(size, count))


def reached_strata(design: SurveyDesign, inside: np.ndarray) -> np.ndarray:
    """Whether each stratum has a row ``inside``, (strata,)."""
    strata = np.zeros(len(design.psus_in_stratum), dtype=bool)
    strata[design.stratum_of_psu[np.unique(design.psu_of_row[inside])]] = True
    return strata


def freedom(errors: ErrorMethod, inside: np.ndarray) -> int:
    """Degrees of freedom of what the rows ``inside`` (a mask or numbers) say: their PSUs minus their strata.

    Replicates allow no more than module freedom says.
    """
    design, weights = errors.design, errors.replicate_weights
    psus = len(np.unique(design.psu_of_row[inside]))
    own = psus - int(reached_strata(design, inside).sum())
    if weights is None:
        return own
    ranks = ReplicateRanks(design, (), weights)
    limit = ranks.of_rows(np.flatnonzero(inside) if inside.dtype == bool else inside)
    return limit if ranks.unstructured else min(own, limit)


def respondents(design: SurveyDesign, inside: np.ndarray) -> int:
    """How many respondents the rows ``inside`` stand for."""
    if design.counts is None:
        return len(design.w[inside])
    return int(column(design.data, design.counts, "counts").to_numpy()[inside].sum())
