"""Cells from which somebody could be recognised: absent from every output, also by subtraction.

Precision is another matter: such cells stay in the data, marked, and their complement may be shown.
"""

import pandas as pd

from pipeline.settings.reporting import Confidentiality

_GROUP = ["wave", "indicator", "statistic", "domain_kind", "domain"]
_CELL = ["wave", "indicator", "category", "statistic"]


def without_recognisable(
    estimates: pd.DataFrame, changes: pd.DataFrame, rules: Confidentiality
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Leave out recognisable cells, one more where they could be rebuilt, and their changes.

    A cell is recognisable when its unweighted base is under ``min_base``, or when its count (or that of
    everybody else in the base) is over zero and under ``min_count``. Complementary suppression: where
    exactly one category of a distribution is withheld, the next smallest is too; where exactly one
    domain of a kind is withheld while the whole is shown, the smallest other one is too.
    """
    if rules.min_base <= 0 and rules.min_count <= 0:
        return estimates, changes
    withheld = _primary(estimates, rules)
    while True:
        more = withheld | _other_category(estimates, withheld) | _other_domain(estimates, withheld)
        if more.equals(withheld):
            break
        withheld = more
    if not withheld.any():
        return estimates, changes
    keys = [*_CELL, "domain_kind", "domain"]
    gone = pd.MultiIndex.from_frame(estimates.loc[withheld, keys])
    now = pd.MultiIndex.from_frame(changes[keys]).isin(gone)
    then = changes[keys].assign(wave=changes["reference_wave"])
    before = pd.MultiIndex.from_frame(then).isin(gone)
    return estimates[~withheld].reset_index(drop=True), changes[~(now | before)].reset_index(drop=True)


def _primary(estimates: pd.DataFrame, rules: Confidentiality) -> pd.Series:
    few = estimates["n"].between(1, rules.min_base - 1)
    if rules.min_count > 0:
        counts = (estimates["statistic"] == "proportion") | (estimates["statistic"] == "total")
        rest = estimates["n"] - estimates["n_category"]
        small = estimates["n_category"].between(1, rules.min_count - 1) | rest.between(1, rules.min_count - 1)
        few |= counts & small
    return few


def _other_category(estimates: pd.DataFrame, withheld: pd.Series) -> pd.Series:
    """Where one category of several is withheld, the next smallest goes with it."""
    table = estimates[[*_GROUP, "n_category"]].assign(gone=withheld)
    groups = table.groupby(_GROUP, sort=False)["gone"].agg(["sum", "size"])
    alone = groups[(groups["sum"] == 1) & (groups["size"] > 1)]
    return _smallest(table, _GROUP, alone.index, "n_category", withheld)


def _other_domain(estimates: pd.DataFrame, withheld: pd.Series) -> pd.Series:
    """Where one domain of a kind is withheld, the whole would give it back: the smallest other goes too."""
    by = [*_CELL, "domain_kind"]
    table = estimates[[*by, "n"]].assign(gone=withheld)
    groups = table.groupby(by, sort=False)["gone"].agg(["sum", "size"])
    alone = groups[(groups["sum"] == 1) & (groups["size"] > 1)]
    return _smallest(table, by, alone.index, "n", withheld)


def _smallest(table: pd.DataFrame, by: list[str], groups: pd.Index, size: str, withheld: pd.Series) -> pd.Series:
    result = pd.Series(False, index=table.index)
    if len(groups) == 0:
        return result
    inside = pd.MultiIndex.from_frame(table[by]).isin(groups)
    left = table[inside & ~withheld.to_numpy()]
    if len(left):
        result[left.groupby(by, sort=False)[size].idxmin()] = True
    return result
