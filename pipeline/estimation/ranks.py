"""Ranking of domains with joint intervals for the ranks (Klein, Wright and Wieczorek 2020).

Each domain gets an interval such that all hold at once with the level asked: level^(1/K) each for K
independent domains, 1 − (1 − level)/K otherwise (Bonferroni). A domain is surely behind those whose
interval lies wholly before its own, so its rank lies between 1 + those and K − those wholly after.
"The third" may be said only where both ends are 3; "among the k first" where the upper end is at most k.
"""

import numpy as np
import pandas as pd

from pipeline.estimation.errors import EstimationError
from pipeline.estimation.intervals import IntervalMethod, proportion_interval, wald
from pipeline.estimation.variables import PROPORTION

RANK_COLUMNS = (
    "wave", "indicator", "category", "statistic", "domain_kind", "domain", "estimate", "se", "joint_low",
    "joint_high", "rank", "rank_low", "rank_high", "exact", "domains", "level", "order",
)  # fmt: skip
GROUP = ["wave", "indicator", "category", "statistic", "domain_kind"]


def rank_domains(
    table: pd.DataFrame,
    *,
    level: float = 0.95,
    independent: bool = True,
    descending: bool = False,
    interval: IntervalMethod = "logit",
) -> pd.DataFrame:
    """Rank the domains of every wave, indicator, category, statistic and kind of an estimates table.

    ``rank`` orders the estimates (1 the smallest, or the largest when ``descending``; ties share the
    lower rank); ``rank_low``…``rank_high`` hold all at once with probability ``level`` or more; ``exact``
    where both are the same. ``independent`` is right when no PSU has cases in two domains. Domains
    without an interval (no cases, no degrees of freedom) could have any rank. Columns RANK_COLUMNS.
    """
    if not 0 < level < 1:
        raise EstimationError(f"The joint level is {level}; give a proportion such as 0.95.")
    groups = [
        _rank(group, level, independent, descending, interval)
        for _, group in table.groupby(GROUP, sort=False, observed=True)
    ]
    if not groups:
        raise EstimationError("The table to rank has no rows; select the estimates of one kind of domain.")
    return pd.concat(groups, ignore_index=True)[list(RANK_COLUMNS)]


def _rank(
    group: pd.DataFrame, level: float, independent: bool, descending: bool, interval: IntervalMethod
) -> pd.DataFrame:
    count = len(group)
    own = level ** (1 / count) if independent else 1 - (1 - level) / count
    value, se, df = (group[name].to_numpy(dtype=float) for name in ("estimate", "se", "df"))
    if (group["statistic"] == PROPORTION).all():
        n = group["n"].to_numpy(dtype=float)
        low, high = proportion_interval(interval, value, se, n, df, own)
        extreme = ~np.isfinite(low)
        # Where logit has no interval (0 and 1) the exact one stands in.
        low[extreme], high[extreme] = (limit[extreme] for limit in proportion_interval("kg", value, se, n, df, own))
    else:
        low, high = wald(value, se, df, own)
    low, high = np.where(np.isfinite(low), low, -np.inf), np.where(np.isfinite(high), high, np.inf)
    first, last = rank_intervals(low, high)
    rank = pd.Series(value).rank(method="min", ascending=not descending).to_numpy()
    if descending:
        first, last = count + 1 - last, count + 1 - first
    return group.assign(
        joint_low=low, joint_high=high, rank=rank, rank_low=first, rank_high=last, exact=first == last,
        domains=count, level=level, order="descending" if descending else "ascending",
    )  # fmt: skip


def rank_intervals(low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """First and last possible rank (1 the smallest) of each of K quantities from joint limits, (K,) each."""
    below, above = np.asarray(low, dtype=float), np.asarray(high, dtype=float)
    surely_smaller = (above[None, :] <= below[:, None]).sum(axis=1)
    surely_larger = (below[None, :] >= above[:, None]).sum(axis=1)
    # A point is before and after itself when its limits coincide.
    point = above <= below
    return 1 + surely_smaller - point, len(below) - surely_larger + point
