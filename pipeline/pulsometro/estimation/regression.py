"""Survey-weighted logistic regression: statsmodels fits the model, the design gives the covariance.

The covariance is the linearised sandwich: the influence of a respondent on β is A⁻¹ w x (y − μ), A the
weighted information (Binder 1983; R's svyglm). Average marginal effects are linearised whole, so that
their error includes that of the sample they average over.
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ._engine.encoding import encode_categorical, encode_measured
from ._engine.linearisation import score_deviations, score_variance
from .comparing.contrasts import test_table
from .errors import EstimationError
from .survey_design import SurveyDesign
from .variables import Categorical, Numeric, Share


@dataclass(frozen=True, eq=False)
class LogisticResult:
    """``coefficients``: term, estimate (log odds), se, ci_low, ci_high, df, t, p; ``effects``: the same for
    average marginal effects (proportion); ``covariance`` of the coefficients; ``n`` rows used."""

    coefficients: pd.DataFrame
    effects: pd.DataFrame
    covariance: np.ndarray
    n: int


@dataclass(frozen=True, eq=False)
class ModelFrame:
    """Design matrix of the rows used and, for each effect, the columns of its term and its own column."""

    x: np.ndarray
    names: tuple[str, ...]
    effects: tuple[tuple[int, tuple[int, ...]], ...]
    rows: np.ndarray


def logistic(
    design: SurveyDesign, outcome: Share, terms: Sequence[Categorical | Numeric], level: float = 0.95
) -> LogisticResult:
    """Model the share ``outcome`` on ``terms``; a categorical term's first category is the reference.

    Rows missing any answer are outside the base, not the design. df = PSUs − strata of the rows used
    + 1 − coefficients. Raises EstimationError when the outcome does not vary, a term has no rows, or the
    fit does not converge.
    """
    coded = encode_categorical(design.data, outcome)
    frame = _model_frame(design, terms, (coded.codes < coded.columns) & (design.w > 0))
    y = (coded.codes[frame.rows] == 0).astype(float)
    if y.min() == y.max():
        raise EstimationError(f"Outcome {outcome.name!r} takes one value in the rows used; there is nothing to model.")
    w = design.w[frame.rows]
    beta = _fit(frame, y, w)
    influence = influence_on_coefficients(frame.x, y, w, beta, beta)
    psus = np.unique(design.psu_of_row[frame.rows])
    strata = np.unique(design.stratum_of_psu[psus])
    df = float(len(psus) - len(strata) + 1 - len(beta))
    deviations = score_deviations(design, _by_psu(design, frame.rows, influence))
    covariance = deviations.T @ deviations
    freedom = np.full(len(beta), df)
    coefficients = test_table(pd.DataFrame({"term": frame.names}), beta, np.sqrt(np.diag(covariance)), freedom, level)
    effects = _effects(design, frame, beta, influence, w, df, level)
    return LogisticResult(coefficients, effects, covariance, len(frame.rows))


def influence_on_coefficients(
    x: np.ndarray, y: np.ndarray, w: np.ndarray, beta: np.ndarray, working: np.ndarray
) -> np.ndarray:
    """A⁻¹ x (y − μ) ω of every row, (rows, coefficients), with the working weights ω of ``working``.

    At the solution both are the same β, and ω (y − μ)/μ(1 − μ) is w (y − μ). R stops one step earlier
    with its working weights, which moves its standard errors in the seventh digit.
    """
    mu, at = (1 / (1 + np.exp(-x @ b)) for b in (beta, working))
    omega = w * at * (1 - at)
    information = (x * omega[:, None]).T @ x
    scores = x * (omega * (y - mu) / (mu * (1 - mu)))[:, None]
    return np.linalg.solve(information, scores.T).T


def _model_frame(design: SurveyDesign, terms: Sequence[Categorical | Numeric], inside: np.ndarray) -> ModelFrame:
    columns, names, effects = [np.ones(len(design.w))], ["(intercept)"], []
    for term in terms:
        if isinstance(term, Categorical):
            coded = encode_categorical(design.data, term)
            inside = inside & (coded.codes < coded.columns)
            dummies = tuple(range(len(names), len(names) + coded.columns - 1))
            for label, k in coded.printed[1:]:
                effects.append((len(names), dummies))
                columns.append((coded.codes == k).astype(float))
                names.append(f"{term.name}={label}")
        else:
            measured = encode_measured(design.data, term)
            inside = inside & measured.inside
            effects.append((len(names), ()))
            columns.append(measured.y)
            names.append(term.name)
    rows = np.flatnonzero(inside)
    x = np.column_stack(columns)[rows]
    constant = [name for name, k in zip(names[1:], range(1, len(names)), strict=True) if np.ptp(x[:, k]) == 0]
    if not len(rows) or constant:
        raise EstimationError(
            f"The model has {len(rows)} complete rows; terms that do not vary in them: {', '.join(constant) or 'all'}."
        )
    return ModelFrame(x, tuple(names), tuple(effects), rows)


def _fit(frame: ModelFrame, y: np.ndarray, w: np.ndarray) -> np.ndarray:
    # Not statsmodels.api, which takes seconds to import.
    from statsmodels.genmod.families import Binomial
    from statsmodels.genmod.generalized_linear_model import GLM

    model = GLM(y, frame.x, family=Binomial(), freq_weights=w / w.mean())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fitted = model.fit(maxiter=100, tol=1e-14)
    # Probabilities within 1e-11 of 0 or 1 come from separated data, not from people.
    if not fitted.converged or not np.abs(frame.x @ fitted.params).max() < 25:
        raise EstimationError(
            "The logistic model did not converge; a category may predict the outcome perfectly: merge or drop it."
        )
    return np.asarray(fitted.params)


def _by_psu(design: SurveyDesign, rows: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Totals of row values (rows, m) by PSU, (PSUs, m)."""
    psus = len(design.stratum_of_psu)
    return np.column_stack(
        [np.bincount(design.psu_of_row[rows], weights=column, minlength=psus) for column in values.T]
    )


def _effects(
    design: SurveyDesign, frame: ModelFrame, beta: np.ndarray, influence: np.ndarray, w: np.ndarray, df: float,
    level: float,
) -> pd.DataFrame:  # fmt: skip
    """Average marginal effects: a category against its reference, or the slope of a number."""
    values, scores = [], []
    share = w / w.sum()
    for own, dummies in frame.effects:
        if dummies:
            on, off = frame.x.copy(), frame.x.copy()
            on[:, list(dummies)] = off[:, list(dummies)] = 0.0
            on[:, own] = 1.0
            mu_on, mu_off = (1 / (1 + np.exp(-x @ beta)) for x in (on, off))
            effect = mu_on - mu_off
            gradient = share @ (on * (mu_on * (1 - mu_on))[:, None] - off * (mu_off * (1 - mu_off))[:, None])
        else:
            mu = 1 / (1 + np.exp(-frame.x @ beta))
            slope = mu * (1 - mu)
            effect = slope * beta[own]
            gradient = share @ (frame.x * (slope * (1 - 2 * mu) * beta[own])[:, None])
            gradient[own] += share @ slope
        average = share @ effect
        values.append(average)
        scores.append(influence @ gradient + share * (effect - average))
    variance = score_variance(design, _by_psu(design, frame.rows, np.column_stack(scores)))
    names = [frame.names[own] for own, _ in frame.effects]
    return test_table(
        pd.DataFrame({"term": names}), np.array(values), np.sqrt(variance), np.full(len(names), df), level
    )
