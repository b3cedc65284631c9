"""Confidence intervals of proportions, means and totals; all arrays run over estimates."""

from typing import Literal

import numpy as np
from scipy import special

IntervalMethod = Literal["logit", "kg", "kg_uncapped", "wilson", "wald"]
METHODS: tuple[IntervalMethod, ...] = ("logit", "kg", "kg_uncapped", "wilson", "wald")


def t_quantile(probability: float, df: np.ndarray) -> np.ndarray:
    """Student's t quantile; the normal's where df is infinite, NaN where df ≤ 0."""
    unique, place = np.unique(df, return_inverse=True)
    values = np.full(len(unique), np.nan)
    finite = np.isfinite(unique) & (unique > 0)
    values[finite] = special.stdtrit(unique[finite], probability)
    values[np.isposinf(unique)] = special.ndtri(probability)
    return values[place].reshape(np.shape(df))


def shows_no_spread(value: np.ndarray, se: np.ndarray, df: np.ndarray) -> np.ndarray:
    """Whether an error of zero, but for rounding, is none: PSUs that are no more than their strata cannot differ."""
    unknown: np.ndarray = (df <= 0) & ~(se > 1e-12 * np.abs(np.nan_to_num(value)))
    return unknown


def effective_size(p: np.ndarray, se: np.ndarray, n: np.ndarray) -> np.ndarray:
    """Effective sample size of a proportion, p(1 − p)/v; n itself at 0 and 1, where v says nothing."""
    with np.errstate(divide="ignore", invalid="ignore"):
        size = p * (1 - p) / se**2
    return np.where(se > 0, size, n.astype(float))


def wald(estimate: np.ndarray, se: np.ndarray, df: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray]:
    """estimate ± t·se."""
    half = t_quantile(0.5 + level / 2, df) * se
    return estimate - half, estimate + half


def logit(p: np.ndarray, se: np.ndarray, df: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray]:
    """logit(p) ± t·se/(p(1 − p)), transformed back (Korn and Graubard 1999, sec. 2.5). NaN at 0 and 1."""
    with np.errstate(divide="ignore", invalid="ignore"):
        centre = np.log(p / (1 - p))
        half = t_quantile(0.5 + level / 2, df) * se / (p * (1 - p))
        low, high = special.expit(centre - half), special.expit(centre + half)
    degenerate = ~((p > 0) & (p < 1))
    return np.where(degenerate, np.nan, low), np.where(degenerate, np.nan, high)


def wilson(p: np.ndarray, se: np.ndarray, n: np.ndarray, df: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray]:
    """Wilson's score interval on the effective sample with Student's t (Wilson 1927; Franco et al. 2019)."""
    t2 = t_quantile(0.5 + level / 2, df) ** 2
    size = effective_size(p, se, n)
    with np.errstate(divide="ignore", invalid="ignore"):
        centre = (p + t2 / (2 * size)) / (1 + t2 / size)
        half = np.sqrt(t2) / (1 + t2 / size) * np.sqrt(p * (1 - p) / size + t2 / (4 * size**2))
    return np.maximum(centre - half, 0.0), np.minimum(centre + half, 1.0)


def korn_graubard(
    p: np.ndarray, se: np.ndarray, n: np.ndarray, df: np.ndarray, level: float, capped: bool = True
) -> tuple[np.ndarray, np.ndarray]:
    """Clopper–Pearson on the effective sample adjusted for df (Korn and Graubard 1998).

    n* = n_eff [t(n − 1)/t(df)]², capped at n as NCHS does (Parker et al. 2017); without the cap it is
    R's svyciprop(method="beta"). At 0 and 1 n* is n: [0, 1 − (α/2)^(1/n)] and its mirror image.
    """
    tail = (1 - level) / 2
    ratio = t_quantile(1 - tail, n - 1.0) / t_quantile(1 - tail, df)
    size = effective_size(p, se, n) * ratio**2
    size = np.where(se > 0, np.minimum(size, n) if capped else size, np.where(df > 0, n, np.nan))
    events, others = size * p, size * (1 - p)
    with np.errstate(invalid="ignore"):
        low = special.betaincinv(events, others + 1, tail)
        high = special.betaincinv(events + 1, others, 1 - tail)
    low = np.where(p <= 0, np.where(np.isnan(size), np.nan, 0.0), low)
    high = np.where(p >= 1, np.where(np.isnan(size), np.nan, 1.0), high)
    return low, high


def proportion_interval(
    method: IntervalMethod, p: np.ndarray, se: np.ndarray, n: np.ndarray, df: np.ndarray, level: float
) -> tuple[np.ndarray, np.ndarray]:
    """The interval named by ``method``; n is the unweighted base, df the design's inside the domain."""
    if method == "logit":
        return logit(p, se, df, level)
    if method == "wilson":
        return wilson(p, se, n, df, level)
    if method == "wald":
        return wald(p, se, df, level)
    if method in ("kg", "kg_uncapped"):
        return korn_graubard(p, se, n, df, level, capped=method == "kg")
    raise ValueError(f"Unknown interval {method!r}; use one of {', '.join(METHODS)}.")
