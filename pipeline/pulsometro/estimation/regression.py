"""Survey-weighted logistic regression: weighted likelihood fits the model, the design gives the covariance.

The covariance is the linearised sandwich: the influence of a respondent on β is A⁻¹ w x (y − μ), A the
weighted information (Binder 1983; R's svyglm). Average marginal effects are linearised whole, so that
their error includes that of the sample they average over.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse, special

from ._engine.encoding import encode_categorical, encode_measured
from ._engine.linearisation import score_deviations, score_variance
from .comparing.contrasts import test_table
from .errors import EstimationError
from .survey_design import SurveyDesign
from .variables import Categorical, Numeric, Share

# Of a column, what is no more than this beside the others is a combination of them.
DEPENDENT = 1e-9
STEPS, HALVINGS = 100, 30
# Log odds from which on it is worth asking whether the data are divided.
FAR_OUT = 12.0


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
    """Design matrix of the rows used and, for each effect, the columns of its term and its own column.

    ``owners`` names the term of every column. Numbers are in ``x`` less their ``centre`` over their ``scale``
    (columns,), so that no unit and no distance from zero costs digits; indicators are as they are.
    """

    x: np.ndarray
    centre: np.ndarray
    scale: np.ndarray
    owners: tuple[str, ...]
    names: tuple[str, ...]
    effects: tuple[tuple[int, tuple[int, ...]], ...]
    rows: np.ndarray

    @property
    def to_units(self) -> np.ndarray:
        """Matrix that takes coefficients of ``x`` to those of the terms in their units."""
        matrix = np.diag(1 / self.scale)
        matrix[0, 1:] = -(self.centre / self.scale)[1:]
        return matrix


def logistic(
    design: SurveyDesign, outcome: Share, terms: Sequence[Categorical | Numeric], level: float = 0.95
) -> LogisticResult:
    """Model the share ``outcome`` on ``terms``; a categorical term's first category is the reference.

    Rows missing any answer are outside the base, not the design. df = PSUs − strata of the rows used
    + 1 − coefficients. Raises EstimationError when the outcome does not vary, a term has no rows or repeats
    others, or the terms predict the outcome perfectly.
    """
    _check_terms(terms)
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
    units = frame.to_units
    covariance = units @ (deviations.T @ deviations) @ units.T
    freedom = np.full(len(beta), df)
    coefficients = test_table(
        pd.DataFrame({"term": frame.names}), units @ beta, np.sqrt(np.diag(covariance)), freedom, level
    )
    effects = _effects(design, frame, beta, influence, w, df, level)
    return LogisticResult(coefficients, effects, covariance, len(frame.rows))


def influence_on_coefficients(
    x: np.ndarray, y: np.ndarray, w: np.ndarray, beta: np.ndarray, working: np.ndarray
) -> np.ndarray:
    """A⁻¹ x (y − μ) ω of every row, (rows, coefficients), with the working weights ω of ``working``.

    At the solution both are the same β, and ω (y − μ)/μ(1 − μ) is w (y − μ). R stops one step earlier
    with its working weights, which moves its standard errors in the seventh digit.
    """
    eta, at = x @ beta, x @ working
    omega = w * special.expit(at) * special.expit(-at)
    information = (x * omega[:, None]).T @ x
    # (y − μ)/μ(1 − μ), also where μ is 1 to all digits.
    sign = np.where(y == 1, 1.0, -1.0)
    departures = sign / special.expit(sign * eta)
    scores = x * (omega * departures)[:, None]
    return np.linalg.solve(information, scores.T).T


def _check_terms(terms: Sequence[Categorical | Numeric]) -> None:
    if not terms:
        raise EstimationError("The model has no terms; give at least one, or estimate the share itself.")
    columns = [(term.column or term.name, isinstance(term, Categorical), term.base) for term in terms]
    for place, term in enumerate(terms):
        if term.name in [other.name for other in terms[:place]] or columns[place] in columns[:place]:
            raise EstimationError(f"Term {term.name!r} is in the model twice; leave one out.")


def _model_frame(design: SurveyDesign, terms: Sequence[Categorical | Numeric], inside: np.ndarray) -> ModelFrame:
    columns, names, effects, owners = [np.ones(len(design.w))], ["(intercept)"], [], [""]
    for term in terms:
        if isinstance(term, Categorical):
            coded = encode_categorical(design.data, term)
            inside = inside & (coded.codes < coded.columns)
            dummies = tuple(range(len(names), len(names) + coded.columns - 1))
            for label, k in coded.printed[1:]:
                effects.append((len(names), dummies))
                columns.append((coded.codes == k).astype(float))
                names.append(f"{term.name}={label}")
                owners.append(term.name)
        else:
            measured = encode_measured(design.data, term)
            inside = inside & measured.inside
            effects.append((len(names), ()))
            columns.append(measured.y)
            names.append(term.name)
            owners.append(term.name)
    rows = np.flatnonzero(inside)
    x = np.column_stack(columns)[rows]
    constant = [name for name, k in zip(names[1:], range(1, len(names)), strict=True) if np.ptp(x[:, k]) == 0]
    if not len(rows) or constant:
        raise EstimationError(
            f"The model has {len(rows)} complete rows; terms that do not vary in them: {', '.join(constant) or 'all'}."
        )
    numbers = [own for own, dummies in effects if not dummies]
    frame = _standardised(x, design.w[rows], numbers, (tuple(owners), tuple(names), tuple(effects), rows))
    _check_independent(frame)
    return frame


def _standardised(
    x: np.ndarray, w: np.ndarray, numbers: list[int],
    rest: tuple[tuple[str, ...], tuple[str, ...], tuple[tuple[int, tuple[int, ...]], ...], np.ndarray],
) -> ModelFrame:  # fmt: skip
    """The frame with the columns that are ``numbers`` less their mean, over their largest distance from it."""
    centre, scale = np.zeros(x.shape[1]), np.ones(x.shape[1])
    centre[numbers] = np.average(x[:, numbers], axis=0, weights=w)
    scale[numbers] = np.abs(x[:, numbers] - centre[numbers]).max(axis=0)
    return ModelFrame((x - centre) / scale, centre, scale, *rest)


def _check_independent(frame: ModelFrame) -> None:
    """Refuse a column that others add up to: any of infinitely many coefficients would fit."""
    rows, columns = frame.x.shape
    if rows < columns:
        raise EstimationError(f"The model has {columns} coefficients for {rows} complete rows; use fewer terms.")
    r = np.linalg.qr(frame.x).R
    short = np.abs(np.diag(r)) <= DEPENDENT * np.sqrt(np.square(frame.x).sum(axis=0))
    if short.any():
        k = int(np.argmax(short))
        share = np.linalg.solve(r[:k, :k], r[:k, k])
        used = np.flatnonzero(np.abs(share) > 1e-6 * np.abs(share).max())
        others = dict.fromkeys(frame.owners[j] for j in used if frame.owners[j] not in ("", frame.owners[k]))
        raise EstimationError(
            f"Term {frame.owners[k]!r} repeats {' + '.join(others)} in the rows used; leave one of them out."
        )


def _fit(frame: ModelFrame, y: np.ndarray, w: np.ndarray) -> np.ndarray:
    """Maximum of the weighted likelihood by Newton's method (McCullagh and Nelder 1989, sec. 2.5), halving steps."""
    x, weight = frame.x, w / w.mean()

    def deviance(b: np.ndarray) -> float:
        return float(-2 * (weight * special.log_expit(np.where(y == 1, 1, -1) * (x @ b))).sum())

    beta, step = np.zeros(x.shape[1]), np.full(x.shape[1], np.inf)
    for _ in range(STEPS):
        eta = x @ beta
        omega = weight * special.expit(eta) * special.expit(-eta)
        gradient = x.T @ (weight * np.where(y == 1, special.expit(-eta), -special.expit(eta)))
        try:
            step = np.linalg.solve((x * omega[:, None]).T @ x, gradient)
        except np.linalg.LinAlgError:
            break
        before, halving = deviance(beta), 0
        while halving < HALVINGS and not deviance(beta + step) <= before * (1 + 1e-12):
            step, halving = step / 2, halving + 1
        beta = beta + step
        if np.abs(x @ step).max() < 1e-11 * max(1.0, float(np.abs(eta).max())):
            break
    converged = bool(np.isfinite(step).all() and np.abs(x @ step).max() < 1e-6)
    if not converged or np.abs(x @ beta).max() > FAR_OUT:
        _refuse_perfect(frame, y)
    if not converged:
        raise EstimationError(f"The logistic model did not converge in {STEPS} steps; use fewer terms.")
    return beta


def _refuse_perfect(frame: ModelFrame, y: np.ndarray) -> None:
    """Raise where a combination of the terms divides those with the outcome from those without.

    No finite coefficients are best then (Albert and Anderson 1984): a linear programme looks for a direction b with
    x b ≥ 0 for all of the ones and ≤ 0 for the others, and not all zero.
    """
    from scipy.optimize import linprog

    signed = np.unique(frame.x * np.where(y == 1, 1.0, -1.0)[:, None], axis=0)
    found = linprog(-signed.sum(axis=0), A_ub=sparse.csr_matrix(-signed), b_ub=np.zeros(len(signed)), bounds=(-1, 1))
    if found.x is not None and (signed @ found.x).max() > 1e-6:
        terms = dict.fromkeys(frame.owners[k] for k in np.flatnonzero(np.abs(found.x) > 1e-6) if frame.owners[k])
        raise EstimationError(
            f"The logistic model cannot converge: {' + '.join(terms)} predicts the outcome perfectly in some rows; "
            "merge categories or drop a term."
        )


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
            mu_on, mu_off = (special.expit(x @ beta) for x in (on, off))
            effect = mu_on - mu_off
            gradient = share @ (on * (mu_on * (1 - mu_on))[:, None] - off * (mu_off * (1 - mu_off))[:, None])
        else:
            mu = special.expit(frame.x @ beta)
            slope = mu * (1 - mu)
            # A unit of the term is 1/scale of its column.
            effect = slope * beta[own] / frame.scale[own]
            gradient = share @ (frame.x * (slope * (1 - 2 * mu) * beta[own])[:, None]) / frame.scale[own]
            gradient[own] += share @ slope / frame.scale[own]
        average = share @ effect
        values.append(average)
        scores.append(influence @ gradient + share * (effect - average))
    variance = score_variance(design, _by_psu(design, frame.rows, np.column_stack(scores)))
    names = [frame.names[own] for own, _ in frame.effects]
    return test_table(
        pd.DataFrame({"term": names}), np.array(values), np.sqrt(variance), np.full(len(names), df), level
    )
