"""Survey-weighted logistic regression: weighted likelihood fits the model, the design gives the covariance.

The covariance is the linearised sandwich: the influence of a respondent on β is A⁻¹ w x (y − μ), A the
weighted information (Binder 1983; R's svyglm); under a calibration its residual from the margins. Average marginal
effects are linearised whole, so that their error includes that of the sample they average over. Under replicates the
model is fitted again in each, and its effects averaged again over each.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import special

from ._engine.encoding import encode_categorical, encode_measured
from ._engine.influence import by_row, error_method, freedom, respondents
from ._engine.likelihood import (
    ModelFrame,
    check_independent,
    fit,
    influence_on_coefficients,
    replicated,
    row_effects,
    standardised,
)
from ._engine.plan import Method
from .comparing.contrasts import test_table
from .errors import EstimationError, VariableError
from .given import check_type, several
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


def logistic(
    design: SurveyDesign,
    outcome: Share,
    terms: Categorical | Numeric | Sequence[Categorical | Numeric],
    level: float = 0.95,
    method: Method = "taylor",
) -> LogisticResult:
    """Model the share ``outcome`` on ``terms``; a categorical term's first category is the reference.

    Rows missing any answer are outside the base, not the design. ``method`` makes the errors, also of the effects.
    df = PSUs − strata of the rows used + 1 − coefficients. Raises EstimationError when the outcome does not vary, a
    term has no rows or repeats others, or the terms predict the outcome perfectly, in the sample or in a replicate.
    """
    check_type(design, SurveyDesign, "The design", EstimationError)
    check_type(outcome, Share, "The outcome", VariableError)
    terms = several(terms, "The terms", VariableError, (Categorical, Numeric))
    _check_terms(terms)
    errors = error_method(design, method)
    coded = encode_categorical(design.data, outcome)
    frame = _model_frame(design, terms, (coded.codes < coded.columns) & (design.w > 0))
    y = (coded.codes[frame.rows] == 0).astype(float)
    if y.min() == y.max():
        raise EstimationError(f"Outcome {outcome.name!r} takes one value in the rows used; there is nothing to model.")
    w = design.w[frame.rows]
    beta = fit(frame, y, w)
    df = float(freedom(errors, frame.rows) + 1 - len(beta))
    values, scores = _effects(frame, beta, w, influence_on_coefficients(frame.x, y, w, beta, beta))
    if errors.replicate_weights is None or design.replicates is None:
        deviations = errors.of_influence(by_row(frame.rows, scores / w[:, None], len(design.w)))
    else:
        weights = errors.replicate_weights[frame.rows]
        thetas = np.column_stack(replicated(frame, y, weights, beta, design.replicates.columns))
        deviations = errors.of_replicates(thetas, np.concatenate([beta, values]))
    of_beta, of_effects, units = deviations[:, : len(beta)], deviations[:, len(beta) :], frame.to_units
    covariance = units @ (of_beta.T @ of_beta) @ units.T

    def table(names: Sequence[str], value: np.ndarray, variance: np.ndarray) -> pd.DataFrame:
        labels = pd.DataFrame({"term": list(names)})
        return test_table(labels, value, np.sqrt(variance), np.full(len(value), df), level)

    return LogisticResult(
        table(frame.names, units @ beta, np.diag(covariance)),
        table([frame.names[own] for own, _ in frame.effects], values, np.square(of_effects).sum(axis=0)),
        covariance,
        respondents(design, frame.rows),
    )


def _check_terms(terms: Sequence[Categorical | Numeric]) -> None:
    if not terms:
        raise EstimationError("The model has no terms; give at least one, or estimate the share itself.")
    for term in terms:
        check_type(term, (Categorical, Numeric), "A term of the model", VariableError)
        if isinstance(term, Categorical) and len(term.printed_labels()) < 2:
            raise EstimationError(
                f"Term {term.name!r} has one category and compares nobody; declare two or more, or leave it out."
            )
    columns = [(term.column or term.name, isinstance(term, Categorical), term.base) for term in terms]
    for place, term in enumerate(terms):
        if term.name in [other.name for other in terms[:place]] or columns[place] in columns[:place]:
            raise EstimationError(f"Term {term.name!r} is in the model twice; leave one out.")


def _model_frame(design: SurveyDesign, terms: Sequence[Categorical | Numeric], inside: np.ndarray) -> ModelFrame:
    columns, names, effects, owners = [np.ones(len(design.w))], ["(intercept)"], [], [""]
    answered, references = {"the outcome": inside}, []
    for term in terms:
        if isinstance(term, Categorical):
            coded = encode_categorical(design.data, term)
            if len(coded.printed) < coded.columns:
                raise EstimationError(
                    f"Term {term.name!r} keeps its missing answers in the base without a category of their own; in a "
                    "model its missing_rule is 'exclude' or 'category'."
                )
            answered[term.name] = coded.codes < coded.columns
            references.append((term.name, coded.printed[0][0], coded.codes == 0))
            dummies = tuple(range(len(names), len(names) + coded.columns - 1))
            for label, k in coded.printed[1:]:
                effects.append((len(names), dummies))
                columns.append((coded.codes == k).astype(float))
                names.append(f"{term.name}={label}")
                owners.append(term.name)
        else:
            measured = encode_measured(design.data, term)
            answered[term.name] = measured.inside
            effects.append((len(names), ()))
            columns.append(measured.y)
            names.append(term.name)
            owners.append(term.name)
    rows = _complete_rows(answered)
    x = np.column_stack(columns)[rows]
    constant = [name for name, k in zip(names[1:], range(1, len(names)), strict=True) if np.ptp(x[:, k]) == 0]
    for name, label, first in references:
        if not first[rows].any():
            raise EstimationError(
                f"Term {name!r}: its reference, the first category {label!r}, is empty in the {len(rows)} rows used; "
                "put a category with answers first, and leave out those without."
            )
    if constant:
        raise EstimationError(
            f"The model has {len(rows)} complete rows; terms that do not vary in them: {', '.join(constant)}; "
            "leave them out."
        )
    numbers = [own for own, dummies in effects if not dummies]
    frame = standardised(x, numbers, (tuple(owners), tuple(names), tuple(effects), rows))
    check_independent(frame)
    return frame


def _complete_rows(answered: Mapping[str, np.ndarray]) -> np.ndarray:
    """Numbers of the rows where the outcome and every term have an answer; an error says which of them have none."""
    rows = np.flatnonzero(np.logical_and.reduce(list(answered.values())))
    if not len(rows):
        empty = [name for name, mask in answered.items() if not mask.any()]
        who = f"nobody has an answer to {', '.join(empty)}" if empty else "nobody has an answer to all of its terms"
        raise EstimationError(
            f"The model has no complete rows: {who}; look at codes, missing and bases, or drop a term."
        )
    return rows


def _effects(
    frame: ModelFrame, beta: np.ndarray, w: np.ndarray, influence: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Average marginal effects (effects,), and the weighted influence of the rows on coefficients and effects, (rows,
    coefficients + effects)."""
    values, scores = [], [influence]
    share = w / w.sum()
    effects = row_effects(frame, beta[None])
    for (own, dummies), (effect,) in zip(frame.effects, effects, strict=True):
        if dummies:
            on, off = frame.x.copy(), frame.x.copy()
            on[:, list(dummies)] = off[:, list(dummies)] = 0.0
            on[:, own] = 1.0
            at_on, at_off = (special.expit(x @ beta) * special.expit(-(x @ beta)) for x in (on, off))
            gradient = share @ (on * at_on[:, None] - off * at_off[:, None])
        else:
            mu = special.expit(frame.x @ beta)
            slope = mu * (1 - mu)
            gradient = share @ (frame.x * (slope * (1 - 2 * mu) * beta[own])[:, None]) / frame.scale[own]
            gradient[own] += share @ slope / frame.scale[own]
        average = share @ effect
        values.append(average)
        scores.append((influence @ gradient + share * (effect - average))[:, None])
    return np.array(values), np.concatenate(scores, axis=1)
