"""Quantiles with Woodruff's interval: the distribution function's interval, read back through the quantile.

q is where the weighted distribution function F reaches p (module quantile_rules); F(q) has the standard error of a
proportion, whose interval is turned into values of the variable by the same rule, and the standard error is the
interval's length over 2t (Woodruff 1952). The interval of F(q) is Wald's ("mean"), "xlogit" or Korn and Graubard's
uncapped ("beta"), as R's interval.type. "score" inverts the score test instead (Francisco and Fuller 1991) exactly
as R does: its root finder, and the unweighted share of cases below each root.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from ._engine.encoding import Coded, Measured, encode_quantile
from ._engine.kernel import Block
from ._engine.linearisation import score_variance
from ._engine.moments import sum_rows
from ._engine.plan import Plan
from ._engine.segments import CodedRows
from ._engine.sources import domain_totals, make_source, method_variance
from .errors import VariableError
from .intervals import IntervalMethod, proportion_interval, t_quantile, wald
from .quantile_rules import TIES, Curve
from .variables import Quantile, QuantileInterval, QuantileRule, probability_label


def quantile_blocks(plan: Plan, number: int, variable: Quantile, level: float, df: float | None) -> Iterator[Block]:
    """One block a probability and kind of domain; category is the probability."""
    measured = encode_quantile(plan.design.data, variable)
    if variable.interval == "score" and not (plan.replicate_weights is None and plan.model is None):
        raise VariableError(
            f"Quantile {variable.name!r}: the interval 'score' inverts a test with the weights as fixed; take "
            "interval='mean', 'beta' or 'xlogit' under this method, or the method 'taylor'."
        )
    for probability in variable.probabilities:
        for kind in (place for place, domain in enumerate(plan.domains) if domain.labels):
            yield _block(plan, number, variable, measured, probability, kind, level, df)


def _block(
    plan: Plan, number: int, variable: Quantile, measured: Measured, probability: float, kind: int, level: float,
    df: float | None,
) -> Block:  # fmt: skip
    domain = plan.domains[kind]
    size = len(domain.labels)
    inside = measured.inside & (domain.index >= 0) & (plan.design.w > 0)
    curves = [Curve.of(*(part[inside & (domain.index == d)] for part in (measured.y, plan.design.w)))
              for d in range(size)]  # fmt: skip
    value = np.array([curve.quantile(probability, variable.rule) for curve in curves])
    codes = np.where(inside, measured.y > value[domain.index], 2).astype(np.int8)
    below = Coded(codes, 2, (("", 0),))
    source = make_source(plan, number, variable, below, ("proportion",), True)
    alone = [next(p.alone(kind) for p in plan.partitions if any(kind == own for own, _ in p.kinds))]
    rows = partial(CodedRows, alone, plan.design.w, [below])
    ((_, moments),) = sum_rows(plan.design, alone, plan.sizes, rows)
    totals = domain_totals(plan, kind, moments, {"proportion"}, [source])
    fixed = totals.ratio_variance
    plain = plan.replicate_weights is None and plan.model is None
    variance = fixed if plain else method_variance(plan, kind, source, totals.ratio, False)
    group, members = plan.group(kind)
    counts = source.counts[group].of_domains(members, size)
    freedom = totals.df[0]
    if df is not None:
        # Rows of one PSU show no spread: a declared df does not make an error of zero of that.
        freedom = np.where((freedom <= 0) & (fixed[0] == 0), freedom, float(df))
    t = t_quantile(0.5 + level / 2, freedom)
    if variable.interval == "score":
        pairs = [_score_interval(plan, inside & (domain.index == d), measured.y, probability, variable.rule, t[d])
                 for d in range(size)]  # fmt: skip
        limits = [np.array(pairs).T] * 2
    else:
        errors = ProportionErrors(totals.ratio[0], counts.base[0], freedom, level)
        limits = [_back(curves, errors.limits(variable.interval, v[0]), variable.rule) for v in (variance, fixed)]
    own_variance, own_fixed = (((high - low) / (2 * t)) ** 2 for low, high in limits)
    return Block(
        kind, "quantile", np.array([number]), (probability_label(probability),),
        value[None], own_fixed[None], own_variance[None],
        np.full((1, size), np.nan), counts.base, counts.base, totals.population, counts.squares, totals.df,
        (limits[0][0][None], limits[0][1][None]),
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class ProportionErrors:
    """Of the distribution function at each domain's quantile: its value ``p``, cases ``n``, ``df`` (domains,)."""

    p: np.ndarray
    n: np.ndarray
    df: np.ndarray
    level: float

    def limits(self, interval: QuantileInterval, variance: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Its interval; NaN at 0 and 1 except for Wald's."""
        se = np.sqrt(variance)
        if interval in ("mean", "woodruff"):
            return wald(self.p, se, self.df, self.level)
        method: IntervalMethod = "logit" if interval == "xlogit" else "kg_uncapped"
        low, high = proportion_interval(method, self.p, se, self.n, self.df, self.level)
        at_an_end = ~((self.p > 0) & (self.p < 1))
        return np.where(at_an_end, np.nan, low), np.where(at_an_end, np.nan, high)


def _back(curves: Sequence[Curve], limits: tuple[np.ndarray, np.ndarray], rule: QuantileRule) -> np.ndarray:
    """Values where the distribution function takes the limits, (2, domains); NaN beyond 0 and 1."""

    def value(curve: Curve, p: float) -> float:
        return curve.quantile(p, rule) if -TIES <= p <= 1 + TIES else float("nan")

    return np.array([[value(curve, p) for curve, p in zip(curves, side, strict=True)] for side in limits])


def _score_interval(
    plan: Plan, inside: np.ndarray, y: np.ndarray, probability: float, rule: QuantileRule, t: float
) -> tuple[float, float]:
    """Roots of (p − F(θ))/se = ±t, and the quantiles at the unweighted shares of cases up to them."""
    design, rows = plan.design, np.flatnonzero(inside)
    if len(rows) < 2 or not np.isfinite(t):
        return float("nan"), float("nan")
    x, w, psu = y[rows], design.w[rows], design.psu_of_row[rows]
    total = w.sum()

    def score(theta: float) -> float:
        above = x > theta
        share = (w * above).sum() / total
        z = np.bincount(psu, weights=w * (above - share) / total, minlength=len(design.stratum_of_psu))
        se = np.sqrt(score_variance(design, z[:, None]))[0]
        return float((share - (1 - probability)) / se) if se > 0 else float(np.sign(share - (1 - probability))) * 1e300

    quartiles = np.quantile(x, [0.25, 0.75])
    margin = (quartiles[1] - quartiles[0]) / 100
    lower, upper = x.min() + margin, x.max() - margin
    tolerance = 1 / (100 * np.sqrt(len(x)))
    curve = Curve.of(x, w)
    limits = []
    for limit in (t, -t):
        root = _zeroin(score, limit, lower, upper, tolerance)
        share = float((x <= root).mean()) if np.isfinite(root) else float("nan")
        limits.append(curve.quantile(share, rule) if np.isfinite(share) else share)
    return limits[0], limits[1]


def _zeroin(g: Callable[[float], float], level: float, a: float, b: float, tolerance: float) -> float:
    """Where g is ``level``: Brent's zeroin (1973, ch. 4) step for step as R's uniroot; NaN if unbracketed."""

    def f(theta: float) -> float:
        return g(theta) - level

    fa, fb = f(a), f(b)
    if fa * fb > 0:
        return float("nan")
    c, fc = a, fa
    for _ in range(1001):
        previous = b - a
        if abs(fc) < abs(fb):
            a, b, c = b, c, b
            fa, fb, fc = fb, fc, fb
        act = 2 * np.finfo(float).eps * abs(b) + tolerance / 2
        step = (c - b) / 2
        if abs(step) <= act or fb == 0:
            return b
        if abs(previous) >= act and abs(fa) > abs(fb):
            cb = c - b
            if a == c:
                t1 = fb / fa
                p, q = cb * t1, 1 - t1
            else:
                q, t1, t2 = fa / fc, fb / fc, fb / fa
                p = t2 * (cb * q * (q - t1) - (b - a) * (t1 - 1))
                q = (q - 1) * (t1 - 1) * (t2 - 1)
            p, q = (p, -q) if p > 0 else (-p, q)
            if p < 0.75 * cb * q - abs(act * q) / 2 and p < abs(previous * q / 2):
                step = p / q
        if abs(step) < act:
            step = act if step > 0 else -act
        a, fa = b, fb
        b += step
        fb = f(b)
        if (fb > 0 and fc > 0) or (fb < 0 and fc < 0):
            c, fc = a, fa
    return b
