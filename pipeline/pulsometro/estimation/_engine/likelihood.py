"""The likelihood of a weighted logistic model: its matrix, its maximum, and the maximum again under every replicate."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import sparse, special

from ..errors import EstimationError

# Of a column, what is no more than this beside the others is a combination of them.
DEPENDENT = 1e-9
# Of a row's numbers, what they may add up to on the wrong side of a dividing plane by rounding.
DIVIDED = 1e-9
STEPS, HALVINGS = 100, 30
# Log odds from which on it is worth asking whether the data are divided.
FAR_OUT = 12.0
# Steps from the full sample's solution after which a replicate is fitted anew, alone; and the step in log odds, squared
# in what is left, at which it has arrived.
REFIT_STEPS, ARRIVED = 12, 1e-7
# Numbers that are made at a time of rows × replicates.
AT_ONCE = 4_000_000


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


def standardised(
    x: np.ndarray, numbers: list[int],
    rest: tuple[tuple[str, ...], tuple[str, ...], tuple[tuple[int, tuple[int, ...]], ...], np.ndarray],
) -> ModelFrame:  # fmt: skip
    """The frame with the columns that are ``numbers`` less a middle value, over their largest distance from it.

    The middle is one of the values: a mean would be drawn after an outlier, and the others lose their digits.
    """
    centre, scale = np.zeros(x.shape[1]), np.ones(x.shape[1])
    centre[numbers] = np.quantile(x[:, numbers], 0.5, axis=0, method="lower")
    scale[numbers] = np.abs(x[:, numbers] - centre[numbers]).max(axis=0)
    return ModelFrame((x - centre) / scale, centre, scale, *rest)


def check_independent(frame: ModelFrame) -> None:
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


def fit(frame: ModelFrame, y: np.ndarray, w: np.ndarray) -> np.ndarray:
    """Maximum of the weighted likelihood by Newton's method (McCullagh and Nelder 1989, sec. 2.5), halving steps."""
    x, weight = frame.x, w / w.mean()

    def deviance(b: np.ndarray) -> float:
        return float(-2 * (weight * special.log_expit(np.where(y == 1, 1, -1) * (x @ b))).sum())

    beta, left = np.zeros(x.shape[1]), np.inf
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
        # By row: beside log odds of an outlier's size the others' would be nothing, or its own rounding a step.
        left = float((np.abs(x @ step) / np.maximum(np.abs(x @ beta), 1.0)).max())
        if left < 1e-11:
            break
    converged = left < 1e-6
    if not converged or np.abs(x @ beta).max() > FAR_OUT:
        refuse_perfect(frame, y)
    if not converged:
        raise EstimationError(f"The logistic model did not converge in {STEPS} steps; use fewer terms.")
    return beta


def refuse_perfect(frame: ModelFrame, y: np.ndarray) -> None:
    """Raise where a combination of the terms divides those with the outcome from those without.

    No finite coefficients are best then (Albert and Anderson 1984): a linear programme looks for a direction b with
    x b ≥ 0 for all of the ones and ≤ 0 for the others, and not all zero. Its tolerances are absolute; no column's
    outlier and no row may decide what is small, so columns are in units of their middle values, rows of their largest,
    and what is found must hold in every row but for rounding.
    """
    from scipy.optimize import linprog

    signed = np.unique(_balanced(frame.x) * np.where(y == 1, 1.0, -1.0)[:, None], axis=0)
    found = linprog(-signed.sum(axis=0), A_ub=sparse.csr_matrix(-signed), b_ub=np.zeros(len(signed)), bounds=(-1, 1))
    if found.x is None:
        return
    sides = signed @ found.x
    if sides.max() > 1e-6 and (sides >= -DIVIDED * (np.abs(signed) @ np.abs(found.x))).all():
        terms = dict.fromkeys(frame.owners[k] for k in np.flatnonzero(np.abs(found.x) > 1e-6) if frame.owners[k])
        raise EstimationError(
            f"The logistic model cannot converge: {' + '.join(terms)} predicts the outcome perfectly in some rows; "
            "merge categories or drop a term."
        )


def _balanced(x: np.ndarray) -> np.ndarray:
    """Columns over the median of what they have beside zero, then rows over their largest number."""
    sizes = np.array([np.median(own[own > 0]) if own.any() else 1.0 for own in np.abs(x).T])
    scaled = x / sizes
    balanced: np.ndarray = scaled / np.abs(scaled).max(axis=1, keepdims=True)
    return balanced


def replicated(
    frame: ModelFrame, y: np.ndarray, weights: np.ndarray, beta: np.ndarray, names: tuple[str, ...]
) -> tuple[np.ndarray, np.ndarray]:
    """Coefficients (R, columns) and average marginal effects (R, effects) under each column of ``weights`` (rows, R).

    As R's svyglm on svrepdesign, from the full sample's ``beta`` on; ``names`` are the replicates'. EstimationError
    where one of them has no finite coefficients.
    """
    frame, y, weights = _alike_together(frame, y, weights)
    size = max(1, AT_ONCE // len(y))
    betas, lost = np.empty((len(weights), len(beta))), []
    for first in range(0, len(weights), size):
        betas[first : first + size] = _steps(frame.x, y, weights[first : first + size], beta)
    for number in np.flatnonzero(~np.isfinite(betas).all(axis=1)):
        rows = weights[number] != 0
        try:
            betas[number] = fit(replace(frame, x=frame.x[rows]), y[rows], weights[number][rows])
        except EstimationError:
            lost.append(names[number])
    if lost:
        raise EstimationError(
            f"In {len(lost)} of {len(weights)} replicates (first: {lost[0]!r}) the logistic model has no finite "
            "coefficients, as a category is left empty or predicts the outcome perfectly; merge categories, or take "
            "the method 'taylor'."
        )
    parts = [slice(first, first + size) for first in range(0, len(weights), size)]
    return betas, np.concatenate([_average_effects(frame, betas[part], weights[part]) for part in parts])


def row_effects(frame: ModelFrame, betas: np.ndarray) -> Iterator[np.ndarray]:
    """Every row's effects (R, rows), one after the other, by coefficients (R, columns): of a category against its
    reference, or of a unit of a number."""
    reference: tuple[tuple[int, ...], np.ndarray, np.ndarray] | None = None
    for own, dummies in frame.effects:
        if not dummies:
            eta = betas @ frame.x.T
            # A unit of the term is 1/scale of its column.
            yield special.expit(eta) * special.expit(-eta) * (betas[:, [own]] / frame.scale[own])
            continue
        if reference is None or reference[0] != dummies:
            off = frame.x.copy()
            off[:, list(dummies)] = 0.0
            eta = betas @ off.T
            reference = dummies, eta, special.expit(eta)
        yield special.expit(reference[1] + betas[:, [own]]) - reference[2]


def _average_effects(frame: ModelFrame, betas: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Averages (R, effects) of the rows' effects over the rows weighted by ``weights`` (R, rows)."""
    share = weights / weights.sum(axis=1, keepdims=True)
    return np.column_stack([np.einsum("ri,ri->r", share, effect) for effect in row_effects(frame, betas)])


def _alike_together(frame: ModelFrame, y: np.ndarray, weights: np.ndarray) -> tuple[ModelFrame, np.ndarray, np.ndarray]:
    """One row for all that answered alike, with the sums of their weights, (R, rows): the likelihood is the same."""
    answers = pd.DataFrame(np.column_stack([frame.x[:, 1:], y]))
    kind = answers.groupby(list(answers.columns), sort=False).ngroup().to_numpy()
    some = np.flatnonzero(~pd.Series(kind).duplicated().to_numpy())
    adder = sparse.csr_matrix((np.ones(len(kind)), (kind, np.arange(len(kind)))), shape=(len(some), len(kind)))
    return replace(frame, x=frame.x[some]), y[some], np.ascontiguousarray((adder @ weights).T)


def _steps(x: np.ndarray, y: np.ndarray, weights: np.ndarray, start: np.ndarray) -> np.ndarray:
    """Newton's method for all replicates (R, rows) at once; NaN for those that do not arrive."""
    upper = np.triu_indices(x.shape[1])
    products = x[:, upper[0]] * x[:, upper[1]]
    with np.errstate(all="ignore"):
        weights = weights / weights.mean(axis=1, keepdims=True)
        betas = np.tile(start, (len(weights), 1))
        information = np.empty((len(weights), len(start), len(start)))
        for _ in range(REFIT_STEPS):
            mu = special.expit(betas @ x.T)
            gradient = (weights * (y - mu)) @ x
            mu *= 1 - mu
            mu *= weights
            flat = mu @ products
            information[:, upper[0], upper[1]] = information[:, upper[1], upper[0]] = flat
            try:
                step = np.linalg.solve(information, gradient[..., None])[..., 0]
            except np.linalg.LinAlgError:
                return np.full(betas.shape, np.nan)
            betas = betas + step
            left = np.abs(step @ x.T).max(axis=1)
            if (left < ARRIVED).all():
                break
        betas[~(left < ARRIVED)] = np.nan
    return betas
