"""Ranking of domains with joint intervals for the ranks (Klein, Wright and Wieczorek 2020).

Each domain gets an interval such that all hold at once with the level asked: level^(1/K) each for K
independent domains, 1 − (1 − level)/K otherwise (Bonferroni). A domain is surely behind those whose
interval lies wholly before its own, so its rank lies between 1 + those and K − those wholly after.
"The third" may be said only where both ends are 3; "among the k first" where the upper end is at most k:
as all intervals hold at once, so do all such sentences.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from ..errors import EstimationError
from ..intervals import IntervalMethod, proportion_interval, wald
from ..variables import PROPORTION

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
    if not len(table):
        raise EstimationError("The table to rank has no rows; select the estimates of one kind of domain.")
    positions = list(table.groupby(GROUP, sort=False, observed=True).indices.values())
    values = {name: table[name].to_numpy(dtype=float) for name in ("estimate", "se", "df", "n")}
    proportions = (table["statistic"] == PROPORTION).to_numpy()
    made = [
        _rank({name: column[at] for name, column in values.items()}, proportions[at[0]], level, independent, interval)
        for at in positions
    ]
    low, high, first, last = (np.concatenate(parts) for parts in zip(*made, strict=True))
    order = np.concatenate(positions)
    counts = np.repeat([len(at) for at in positions], [len(at) for at in positions])
    ranked = table.iloc[order].reset_index(drop=True)
    if descending:
        first, last = counts + 1 - last, counts + 1 - first
    rank = ranked.groupby(GROUP, sort=False, observed=True)["estimate"].rank(method="min", ascending=not descending)
    return ranked.assign(
        joint_low=low, joint_high=high, rank=rank, rank_low=first, rank_high=last, exact=first == last,
        domains=counts, level=level, order="descending" if descending else "ascending",
    )[list(RANK_COLUMNS)]  # fmt: skip


def _rank(
    group: Mapping[str, np.ndarray], proportion: bool, level: float, independent: bool, interval: IntervalMethod
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Joint limits and possible ranks (1 the smallest) of one group of domains."""
    value, se, df = group["estimate"], group["se"], group["df"]
    count = len(value)
    own = level ** (1 / count) if independent else 1 - (1 - level) / count
    if proportion:
        low, high = proportion_interval(interval, value, se, group["n"], df, own)
        extreme = ~np.isfinite(low)
        # Where logit has no interval (0 and 1) the exact one stands in.
        exact = proportion_interval("kg", value, se, group["n"], df, own)
        low[extreme], high[extreme] = (limit[extreme] for limit in exact)
    else:
        low, high = wald(value, se, df, own)
    low, high = np.where(np.isfinite(low), low, -np.inf), np.where(np.isfinite(high), high, np.inf)
    return low, high, *rank_intervals(low, high)


def rank_intervals(low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """First and last possible rank (1 the smallest) of each of K quantities from joint limits, (K,) each."""
    below, above = np.asarray(low, dtype=float), np.asarray(high, dtype=float)
    surely_smaller = (above[None, :] <= below[:, None]).sum(axis=1)
    surely_larger = (below[None, :] >= above[:, None]).sum(axis=1)
    # A point is before and after itself when its limits coincide.
    point = above <= below
    return 1 + surely_smaller - point, len(below) - surely_larger + point
