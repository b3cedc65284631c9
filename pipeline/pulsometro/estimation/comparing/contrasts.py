"""Estimates with their covariance, and any linear contrast of them.

Every estimate is carried as its PSU scores (the weighted totals by PSU of its linearised variable, or
of its residual under a calibration), so that the covariance of any two follows from their scores, Σ_h
(1 − f_h) n_h/(n_h − 1) Σ_i (z_hi − z̄_h)(z'_hi − z̄'_h), and of any contrast from the contrast of scores
(Wolter 2007, ch. 6). Under replicates the covariance is that of the replicates.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import special

from .._engine.calibrated import linearise_coded, linearise_measured, psu_scores
from .._engine.cells import divided
from .._engine.coded_domains import CodedDomain, code_domains
from .._engine.encoding import Coded, Measured, encode
from .._engine.freedom import Conditions, ReplicateRanks
from .._engine.kernel import run
from .._engine.linearisation import SCORE_ROUNDING, LonelyRule, score_deviations
from .._engine.plan import Method, Plan, make_plan
from .._engine.replication import (
    measured_deviations,
    replicate_centre,
    replicate_estimates,
    replicate_totals,
    replicate_variance,
)
from ..domains import Domain
from ..errors import EstimationError
from ..given import check_type, several
from ..intervals import shows_no_spread, t_quantile
from ..survey_design import SurveyDesign, first_psus
from ..variables import TOTAL, Variable, check_asked, statistics_of, taken_variables

# Numbers in what is made of some contrasts at a time.
AT_ONCE = 2**19
KEYS = ["indicator", "category", "statistic", "domain_kind", "domain"]


@dataclass(frozen=True, eq=False)
class LinearEstimates:
    """m estimates: ``keys`` (m rows, columns KEYS), ``values`` (m,), PSU ``scores`` (PSUs, m).

    ``reached`` (PSUs, m) says which PSUs have a case in the base; ``thetas`` (m, R) the replicates'
    estimates under the method "replicates", else None, ``ranks`` what they allow in the kind and number of domain
    and the base of the variable that ``places`` (m,) names. Under a calibration (``residuals``) every PSU has a part
    in every estimate.
    """

    design: SurveyDesign
    keys: pd.DataFrame
    values: np.ndarray
    scores: np.ndarray
    reached: np.ndarray
    thetas: np.ndarray | None
    residuals: bool = False
    ranks: ReplicateRanks | None = None
    places: tuple[tuple[int, int, Conditions], ...] = ()

    def covariance(self) -> np.ndarray:
        """Covariance matrix of the estimates, (m, m)."""
        if self.thetas is not None and self.design.replicates is not None:
            replicates = self.design.replicates
            if not np.isfinite(self.thetas).all():
                raise EstimationError("A replicate leaves a domain empty; its covariance is undefined.")
            centre = replicate_centre(replicates, self.thetas, self.values)
            deviations = (self.thetas - centre[:, None]) * np.sqrt(replicates.coefficients)
            of_replicates: np.ndarray = deviations @ deviations.T
            return of_replicates
        deviations = score_deviations(self.design, self.scores, self._strata(np.eye(len(self.values), dtype=bool)))
        of_scores: np.ndarray = deviations.T @ deviations
        return of_scores

    def select(self, **labels: str) -> np.ndarray:
        """Positions of the estimates with these labels, such as domain="M1", category="1"."""
        mask = np.ones(len(self.keys), dtype=bool)
        for name, label in labels.items():
            mask &= (self.keys[name] == label).to_numpy()
        return np.flatnonzero(mask)

    def degrees_of_freedom(self, used: np.ndarray) -> np.ndarray:
        """PSUs minus strata reached by the estimates used in each contrast, and no more than the replicates allow in
        their domains; ``used`` (c, m) boolean."""
        made = []
        for some in self._blocks(len(used)):
            columns = used[some].any(axis=0)
            psus = self.reached[:, columns].astype(np.float32) @ used[some][:, columns].T.astype(np.float32) > 0
            made.append(self._freedom(psus, [np.flatnonzero(row) for row in used[some]]))
        return np.concatenate([np.zeros(0), *made])

    def _freedom(self, psus: np.ndarray, used: Sequence[np.ndarray]) -> np.ndarray:
        """Of the PSUs that contrasts reach (PSUs, c), and the places of the estimates that each uses."""
        strata = np.logical_or.reduceat(psus, first_psus(self.design), axis=0)
        own: np.ndarray = psus.sum(axis=0, dtype=float) - strata.sum(axis=0)
        if self.ranks is None:
            return own
        allowed = [self.ranks.of_union({self.places[j] for j in row}) if len(row) else np.inf for row in used]
        least: np.ndarray = np.minimum(own, allowed)
        return least

    def _blocks(self, contrasts: int) -> Iterator[slice]:
        """Contrasts, so many at a time that what is made of their scores or replicates stays small."""
        replicates = 0 if self.thetas is None else self.thetas.shape[1]
        step = max(1, AT_ONCE // max(len(self.scores), len(self.values), replicates, 1))
        return (slice(first, first + step) for first in range(0, contrasts, step))

    def contrasts(
        self, coefficients: np.ndarray, names: Sequence[str] = (), level: float = 0.95, df: float | None = None
    ) -> pd.DataFrame:
        """Contrasts Σ a_j θ_j: name, estimate, se, ci_low, ci_high, df, t, p (two-sided).

        ``coefficients`` has shape (c, m); ``names`` are c, by default "1", "2" … ``df`` fixes the degrees of
        freedom; by default they are those of the PSUs that the contrast uses.
        """
        a = np.atleast_2d(np.asarray(coefficients, dtype=float))
        names = names if len(names) else tuple(map(str, range(1, len(a) + 1)))
        if a.shape != (len(names), len(self.values)):
            raise EstimationError(
                f"The contrasts have shape {a.shape}; {len(names)} names and {len(self.values)} estimates need "
                f"({len(names)}, {len(self.values)})."
            )
        value, se, own = self.combined(a)
        freedom = own if df is None else np.where(shows_no_spread(value, se, own), own, float(df))
        return test_table(pd.DataFrame({"name": list(names)}), value, se, freedom, level)

    def combined(self, a: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Value, standard error and degrees of freedom of contrasts with coefficients (c, m): each (c,)."""
        used = a != 0
        value = _combined(a, self.values[:, None])[:, 0]
        variance = [self._variance(a[some], used[some], value[some]) for some in self._blocks(len(a))]
        return value, np.sqrt(np.concatenate([np.zeros(0), *variance])), self.degrees_of_freedom(used)

    def pairs(self, left: np.ndarray, right: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """As ``combined``, of the differences between the estimates at ``left`` and at ``right`` (c,)."""
        value = self.values[left] - self.values[right]
        parts = [self._pairs(left[some], right[some], value[some]) for some in self._blocks(len(left))]
        variance, df = (np.concatenate(own) for own in zip((np.zeros(0), np.zeros(0)), *parts, strict=True))
        return value, np.sqrt(variance), df

    def _pairs(self, left: np.ndarray, right: np.ndarray, value: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Variance and degrees of freedom."""
        psus = self.reached[:, left] | self.reached[:, right]
        df = self._freedom(psus, list(np.column_stack([left, right])))
        if self.thetas is not None and self.design.replicates is not None:
            return replicate_variance(self.design.replicates, self.thetas[left] - self.thetas[right], value), df
        strata = np.logical_or.reduceat(psus, first_psus(self.design), axis=0) if self._asks_reach else None
        scores = self.scores[:, left], self.scores[:, right]
        uncancelled = sum(np.einsum("ij,ij->j", own, own) for own in scores)
        return self._of_scores(scores[0] - scores[1], strata, np.asarray(uncancelled)), df

    def _variance(self, a: np.ndarray, used: np.ndarray, value: np.ndarray) -> np.ndarray:
        columns = used.any(axis=0)
        if self.thetas is not None and self.design.replicates is not None:
            return replicate_variance(self.design.replicates, _combined(a[:, columns], self.thetas[columns]), value)
        # Deviations are linear in the scores except for lonely PSUs: contrast first, deviate afterwards.
        scores = self.scores[:, columns] @ a[:, columns].T
        uncancelled = np.square(self.scores[:, columns]).sum(axis=0) @ np.square(a[:, columns]).T
        return self._of_scores(scores, self._strata(used), uncancelled)

    def _of_scores(self, scores: np.ndarray, strata: np.ndarray | None, uncancelled: np.ndarray) -> np.ndarray:
        """Variance of contrasts of these scores (PSUs, c), zero where it is the rounding of what they are made of."""
        deviations = score_deviations(self.design, scores, strata)
        variance = np.einsum("ij,ij->j", deviations, deviations)
        return np.where(variance > SCORE_ROUNDING * uncancelled, variance, 0.0)

    @property
    def _asks_reach(self) -> bool:
        return not self.residuals and LonelyRule.of(self.design).asks_reach

    def _strata(self, used: np.ndarray) -> np.ndarray | None:
        """Strata reached by the estimates used in each contrast, (strata, c); None all."""
        if not self._asks_reach:
            return None
        strata = np.logical_or.reduceat(self.reached, first_psus(self.design), axis=0)
        reached: np.ndarray = (strata.astype(float) @ used.T.astype(float)) > 0
        return reached


def _combined(a: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Contrasts (c, m) of values (m, k); NaN where one that is used is, whatever the others are."""
    known = np.isfinite(values)
    combined: np.ndarray = np.where((a != 0).astype(float) @ ~known > 0, np.nan, a @ np.where(known, values, 0.0))
    return combined


def test_table(labels: pd.DataFrame, value: np.ndarray, se: np.ndarray, df: np.ndarray, level: float) -> pd.DataFrame:
    """Estimate, se, interval, df, t and two-sided p beside ``labels``; NaN where df ≤ 0 or se is 0.

    Without degrees of freedom an error of zero is none.
    """
    se = np.where(shows_no_spread(value, se, df), np.nan, se)
    usable = (df > 0) & (se > 0)
    half = t_quantile(0.5 + level / 2, df) * se
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.where(usable, value / se, np.nan)
    p = two_sided_p(t, df)
    return labels.assign(estimate=value, se=se, ci_low=value - half, ci_high=value + half, df=df, t=t, p=p)


def two_sided_p(t: np.ndarray, df: np.ndarray) -> np.ndarray:
    """Two-sided p of Student's t; the normal's for infinite df."""
    finite = np.where(np.isfinite(df) & (df > 0), df, 1.0)
    p = np.where(np.isposinf(df), 2 * special.ndtr(-np.abs(t)), 2 * special.stdtr(finite, -np.abs(t)))
    return np.where(np.isnan(t) | ~(df > 0), np.nan, p)


def linear_estimates(
    design: SurveyDesign,
    variables: Variable | Sequence[Variable],
    domains: Domain | str | Sequence[Domain | CodedDomain | Sequence[str] | str] = ((),),
    statistics: str | Sequence[str] = ("proportion",),
    method: Method = "taylor",
) -> LinearEstimates:
    """Estimates of the variables in the domains, kept with their scores for contrasts.

    Holds a matrix (PSUs, estimates): ask for the few that are compared.
    """
    check_type(design, SurveyDesign, "The design", EstimationError)
    variables = taken_variables(variables)
    check_asked(variables, statistics)
    given = several(domains, "The domains", EstimationError, (Domain, CodedDomain))
    coded = tuple(
        domain if isinstance(domain, CodedDomain) else code_domains(design.data, [domain])[0] for domain in given
    )
    plan = make_plan(design, coded, method)
    wanted = [statistics_of(variable, statistics) for variable in variables]
    frames, values, scores, reached, thetas, places = [], [], [], [], [], []
    for variable, own in zip(variables, wanted, strict=True):
        blocks = run(plan, [variable], [own], with_squares=False)
        for block in sorted(blocks, key=lambda b, own=own: (own.index(b.statistic), b.kind)):  # type: ignore[misc]
            domain = coded[block.kind]
            rows = len(block.categories)
            z, inside, theta = _scores(plan, variable, block.kind, block.statistic == TOTAL, rows)
            labels = [(c, d) for c in block.categories for d in domain.labels]
            frames.append(
                pd.DataFrame(labels, columns=["category", "domain"]).assign(
                    indicator=variable.name, statistic=block.statistic, domain_kind=domain.kind
                )
            )
            values.append(block.estimate.ravel())
            scores.append(z)
            reached.append(np.tile(inside, rows))
            places += [(block.kind, number, variable.base) for number in range(len(domain.labels))] * rows
            thetas.append(theta)
    return LinearEstimates(
        design,
        pd.concat(frames, ignore_index=True)[KEYS],
        np.concatenate(values),
        np.concatenate(scores, axis=1),
        np.concatenate(reached, axis=1),
        np.concatenate(thetas) if method == "replicates" else None,
        method == "calibrated",
        plan.ranks,
        tuple(places),
    )


def _scores(
    plan: Plan, variable: Variable, kind: int, is_total: bool, printed: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """PSU scores (PSUs, printed·domains), PSUs reached (PSUs, domains), replicates (printed·domains, R)."""
    design, domain = plan.design, plan.domains[kind]
    size = len(domain.labels)
    w = design.w
    encoded = encode(design.data, variable)
    inside = (domain.index >= 0) & (w > 0)
    if isinstance(encoded, Coded):
        inside &= encoded.codes < encoded.columns
        indicator = linearise_coded(w, encoded, domain.index, size, None)
        totals = np.asarray(indicator.T @ w).reshape(encoded.columns, size)
        ratio = divided(totals, totals.sum(axis=0))
        z = indicator if is_total else linearise_coded(w, encoded, domain.index, size, ratio)
        z = z[:, : printed * size]
    else:
        inside &= encoded.inside
        own = domain.index[inside]
        x = np.bincount(own, weights=(w * encoded.x)[inside], minlength=size)
        y = np.bincount(own, weights=(w * encoded.y)[inside], minlength=size)
        z = linearise_measured(w, encoded, domain.index, size, None if is_total else divided(y, x)[None])
    reached = np.zeros((len(design.stratum_of_psu), size), dtype=bool)
    reached[design.psu_of_row[inside], domain.index[inside]] = True
    return psu_scores(design, z, plan.model), reached, replicated_estimates(plan, encoded, kind, is_total, printed)


def replicated_estimates(plan: Plan, encoded: Coded | Measured, kind: int, is_total: bool, printed: int) -> np.ndarray:
    """Each replicate's estimate, (printed·domains, R); nothing under another method."""
    matrix = plan.replicate_weights
    if matrix is None:
        return np.zeros((0, 0))
    size = len(plan.domains[kind].labels)
    if isinstance(encoded, Measured):
        full, deviations = measured_deviations(
            encoded, plan.domains[kind].index, size, plan.design.w, matrix, not is_total
        )
        estimates: np.ndarray = full[:, None] + deviations
        return estimates
    group, members = plan.group(kind)
    totals = replicate_totals(encoded, plan.cells[group], matrix, 0.0)
    thetas = replicate_estimates(totals.of_domains(members, size), not is_total)
    return thetas[:printed].reshape(printed * size, -1)
