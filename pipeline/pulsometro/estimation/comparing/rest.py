"""Every domain of a kind against everyone else in the kind, without a design for each.

The rest's scores are those of the whole less the domain's: with (Y, B) the totals by PSU of the whole, those of the
difference of two ratios are Y_d/B_d − q_d B_d/B_d + (Y_d − q_r B_d)/B_r, sparse, less (Y − q_r B)/B_r, in which
only two numbers depend on the domain; those of the difference of two totals are 2 Y_d − Y. Totals of the rest are added
up, never subtracted: what is nothing stays nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import sparse

from .._engine.cells import divided
from .._engine.coded_domains import CodedDomain
from .._engine.encoding import Coded, Measured, encode
from .._engine.freedom import ReplicateRanks
from .._engine.linearisation import SCORE_ROUNDING, LonelyRule
from .._engine.plan import Method, Plan, make_plan
from .._engine.replication import replicate_estimates, replicate_totals, replicate_variance
from .._engine.shared_scores import SharedScores, variances_of
from ..survey_design import SurveyDesign
from ..variables import TOTAL, Variable, statistics_of
from .contrasts import KEYS, LinearEstimates, linear_estimates

# Below this part of what it is the difference of, a variance is computed from the rows of the domain and the rest;
# below the other it is zero.
FROM_ROWS, NOTHING = 1e-10, SCORE_ROUNDING * 1e-2


@dataclass(frozen=True, eq=False)
class AgainstRest:
    """One statistic of one category in every domain and in its rest, and the error of their difference: (domains,)."""

    keys: pd.DataFrame
    own: np.ndarray
    rest: np.ndarray
    se: np.ndarray
    df: np.ndarray


def against_rest(
    design: SurveyDesign, variables: Sequence[Variable], coded: CodedDomain, statistics: Sequence[str], method: Method
) -> Iterator[AgainstRest]:
    """By variable, statistic and category. A domain, or a rest, without cases has no ratio: NaN."""
    plan = make_plan(design, (coded,), method)
    ranks = _ranks_of_all(plan)
    for variable in variables:
        encoded = encode(design.data, variable)
        base = _base(plan, variable, encoded, ranks)
        printed = encoded.printed if isinstance(encoded, Coded) else (("", 0),)
        for statistic in statistics_of(variable, statistics):
            errors = _replicated(plan, encoded, statistic == TOTAL)
            for label, k in printed:
                made = _difference(base, *_values(encoded, base.rows, k), statistic == TOTAL)
                if errors:
                    variance, size = errors[0][k], errors[1][k]
                else:
                    variance, size = variances_of(design, made.scores, base.reached)
                again = (variance <= FROM_ROWS * size) & (variance > NOTHING * size)
                se = np.sqrt(np.where(variance > NOTHING * size, variance, 0.0))
                for d in np.flatnonzero(again):
                    se[d] = _from_rows(design, variable, coded, statistic, method, int(d), label)
                keys = pd.DataFrame(
                    {"indicator": variable.name, "category": label, "statistic": statistic, "domain_kind": coded.kind,
                     "domain": coded.labels}
                )  # fmt: skip
                unknown = np.isnan(made.own - made.rest)
                yield AgainstRest(keys[KEYS], made.own, made.rest, np.where(unknown, np.nan, se), base.df)


@dataclass(frozen=True, eq=False)
class Base:
    """Rows in a domain and in the variable's base, and the domain of each: under a calibration those of weight
    zero too, whose regression is on the weights before it. Pairs of domain and PSU: that of each row,
    the PSU of each pair (in order of the domains) and where each domain's begin. ``reached`` are the strata with such
    a row, None where that does not matter."""

    plan: Plan
    rows: np.ndarray
    domain: np.ndarray
    pair: np.ndarray
    psu: np.ndarray
    begins: np.ndarray
    reached: np.ndarray | None
    df: np.ndarray

    @property
    def domains(self) -> int:
        """How many domains."""
        return len(self.begins) - 1

    @property
    def weights(self) -> np.ndarray:
        """Of each row."""
        weights: np.ndarray = self.plan.design.w[self.rows]
        return weights

    def by_domain(self, values: np.ndarray) -> np.ndarray:
        """Weighted totals (domains,) of values of the rows."""
        return np.bincount(self.domain, weights=self.weights * values, minlength=self.domains)

    def by_psu(self, values: np.ndarray) -> np.ndarray:
        """Weighted totals (PSUs,) of values of the rows."""
        design = self.plan.design
        weighted = self.weights * values
        return np.bincount(design.psu_of_row[self.rows], weights=weighted, minlength=len(design.stratum_of_psu))


def _base(plan: Plan, variable: Variable, encoded: Coded | Measured, ranks: ReplicateRanks | None) -> Base:
    design, coded = plan.design, plan.domains[0]
    inside = coded.index >= 0
    if plan.model is None:
        inside &= design.w > 0
    inside &= encoded.codes < encoded.columns if isinstance(encoded, Coded) else encoded.inside
    rows, psus = np.flatnonzero(inside), len(design.stratum_of_psu)
    domain = coded.index[rows].astype(np.intp)
    pair, seen = pd.factorize(domain * psus + design.psu_of_row[rows], sort=True)
    begins = np.searchsorted(seen, np.arange(len(coded.labels) + 1) * psus)
    reached = np.zeros(psus, dtype=bool)
    reached[design.psu_of_row[rows[design.w[rows] > 0]]] = True
    strata = None
    if plan.model is None and LonelyRule.of(design).asks_reach:
        strata = np.zeros(len(design.psus_in_stratum), dtype=bool)
        strata[design.stratum_of_psu[reached]] = True
    # A domain and its rest are everybody: so are the PSUs that the difference uses.
    one = np.zeros((psus, 1))
    places = ((0, 0, variable.base),)
    whole = LinearEstimates(
        design, pd.DataFrame(columns=KEYS), np.zeros(1), one, reached[:, None], None, ranks=ranks, places=places
    )
    df = np.repeat(whole.degrees_of_freedom(np.ones((1, 1), dtype=bool)), len(coded.labels))
    return Base(plan, rows, domain, pair, seen % max(psus, 1), begins, strata, df)


def _ranks_of_all(plan: Plan) -> ReplicateRanks | None:
    """What the replicates allow in all domains together."""
    if plan.replicate_weights is None:
        return None
    coded = plan.domains[0]
    together = CodedDomain(coded.kind, (coded.kind,), np.where(coded.index >= 0, 0, -1), coded.columns)
    return ReplicateRanks(plan.design, (together,), plan.replicate_weights)


def _values(encoded: Coded | Measured, rows: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """Numerator and denominator of the rows."""
    if isinstance(encoded, Coded):
        return (encoded.codes[rows] == k).astype(float), np.ones(len(rows))
    return encoded.y[rows], encoded.x[rows]


@dataclass(frozen=True, eq=False)
class Difference:
    """Estimates of the domains and of their rests, and the scores of the differences."""

    own: np.ndarray
    rest: np.ndarray
    scores: SharedScores


def _difference(base: Base, y: np.ndarray, x: np.ndarray, is_total: bool) -> Difference:
    totals = base.by_domain(y)
    if is_total:
        shared = SharedTerms(y[:, None], np.ones((1, base.domains)))
        return Difference(totals, others(totals), _scores(base, 2 * y, shared))
    own_base = base.by_domain(x)
    rest_base = others(own_base)
    own, rest = divided(totals, own_base), divided(others(totals), rest_base)
    # Around the ratio of all, so that what all domains have in common is no size that could cancel.
    centre = divided(np.array([totals.sum()]), np.array([own_base.sum()]))
    centred = y - np.nan_to_num(centre) * x
    one_of = np.divide(1.0, rest_base, out=np.zeros(base.domains), where=rest_base != 0)
    beyond = others(base.by_domain(centred)) * one_of
    shared = SharedTerms(np.column_stack([centred, x]), np.stack([one_of, -beyond * one_of]))
    d = base.domain
    of_own = np.divide(y - np.nan_to_num(own)[d] * x, own_base[d], out=np.zeros(len(y)), where=own_base[d] != 0)
    return Difference(own, rest, _scores(base, of_own + (centred - beyond[d] * x) * one_of[d], shared))


@dataclass(frozen=True, eq=False)
class SharedTerms:
    """Values of the rows (rows, g) that are taken off every domain's, times its coefficients (g, domains)."""

    values: np.ndarray
    coefficients: np.ndarray


def _scores(base: Base, z: np.ndarray, shared: SharedTerms) -> SharedScores:
    """Of unweighted linearised values ``z`` of the rows, each in its domain, less the shared ones; residuals of these
    under a calibration."""
    design, model = base.plan.design, base.plan.model
    data = np.bincount(base.pair, weights=base.weights * z, minlength=len(base.psu))
    psus = len(design.stratum_of_psu)
    own = sparse.csc_matrix((data, base.psu, base.begins), shape=(psus, base.domains))
    by_psu = np.column_stack([base.by_psu(values) for values in shared.values.T])
    if model is None:
        return SharedScores(own, by_psu, shared.coefficients)
    rows = len(design.w)
    explained = (model.weighted_base @ sparse.csr_matrix((z, (base.rows, base.domain)), (rows, base.domains))).toarray()
    spread = np.zeros((rows, shared.values.shape[1]))
    spread[base.rows] = shared.values
    explained -= (model.weighted_base @ spread) @ shared.coefficients
    coefficients = np.vstack([shared.coefficients, model.inverse @ explained])
    return SharedScores(own, np.hstack([by_psu, model.psu_totals]), coefficients)


def _replicated(plan: Plan, encoded: Coded | Measured, is_total: bool) -> tuple[np.ndarray, np.ndarray] | None:
    """Variance by replicates of the difference, and the squares that it is the difference of: each (C, domains)."""
    matrix, replicates = plan.replicate_weights, plan.design.replicates
    if matrix is None or replicates is None:
        return None
    (group, members), size = plan.group(0), len(plan.domains[0].labels)
    # The full sample's weights as one replicate more.
    weights = np.column_stack([matrix, plan.design.w])
    # Around the ratio of all: what the two have in common is no part of the difference.
    centre = 0.0
    if isinstance(encoded, Measured) and not is_total:
        centre = float(np.nan_to_num(divided(plan.design.w @ encoded.y, plan.design.w @ encoded.x)))
    own = replicate_totals(encoded, plan.cells[group], weights, centre).of_domains(members, size)
    if isinstance(encoded, Measured):
        own = replace(own, columns=own.columns[1:] if is_total else own.columns[:1])
    rest = replace(own, columns=others(own.columns, 1), base=others(own.base))
    one, other = (replicate_estimates(totals, not is_total) for totals in (own, rest))
    difference = one - other
    variance = replicate_variance(replicates, difference[..., :-1], difference[..., -1])
    sizes = np.square(np.nan_to_num(one[..., -1])) + np.square(np.nan_to_num(other[..., -1]))
    return variance, sizes * replicates.coefficients.sum()


def _from_rows(
    design: SurveyDesign, variable: Variable, coded: CodedDomain, statistic: str, method: Method, d: int, label: str
) -> float:
    """The standard error as that of any contrast of two domains."""
    index = np.where(coded.index < 0, -1, np.where(coded.index == d, 0, 1))
    two = CodedDomain(coded.kind, ("own", "rest"), index, coded.columns)
    estimates = linear_estimates(design, [variable], [two], [statistic], method)
    contrast = np.zeros((1, len(estimates.values)))
    for domain, sign in (("own", 1.0), ("rest", -1.0)):
        contrast[0, estimates.select(statistic=statistic, category=label, domain=domain)] = sign
    return float(estimates.contrasts(contrast, [""])["se"].iloc[0])


def others(totals: np.ndarray, axis: int = 0) -> np.ndarray:
    """The sum of all but each along an axis, by adding those before it and those after it."""
    moved = np.moveaxis(totals, axis, 0)
    before, after = np.zeros(moved.shape), np.zeros(moved.shape)
    np.cumsum(moved[:-1], axis=0, out=before[1:])
    np.cumsum(moved[:0:-1], axis=0, out=after[-2::-1])
    rest: np.ndarray = np.moveaxis(before + after, 0, axis)
    return rest
