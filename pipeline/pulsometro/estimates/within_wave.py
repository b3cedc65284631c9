"""Differences inside a wave that a reader may meet, each tested with its covariance in a declared family.

A place against everyone else in the area, every two groups of a kind, the items of a battery among themselves, and a
share against one half.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import pandas as pd

from pulsometro.estimates.hypotheses import Hypotheses, identified
from pulsometro.estimates.stage import Prepared, estimation_settings
from pulsometro.estimation import (
    DIFFERENCE_COLUMNS,
    Categorical,
    ChangeRule,
    Domain,
    Index,
    Numeric,
    Share,
    Variable,
    adjust_in_families,
    category_differences,
    domain_differences,
    joined_labels,
    linear_estimates,
)
from pulsometro.estimation._engine.plan import Method
from pulsometro.estimation.comparing.contrasts import test_table
from pulsometro.estimation.comparing.differences import Against
from pulsometro.estimation.intervals import t_quantile
from pulsometro.estimation.table_codes import Reason, Side
from pulsometro.estimation.variables import statistics_of
from pulsometro.study import Study
from pulsometro.study.batteries import ToldBattery
from pulsometro.suppression.suppressed_cells import ByWave, differences_told

FAMILY = ("wave", "together", "theme", "domain_kind")
TEST = ("together", "hypothesis", "ends")
COLUMNS = (
    "wave", "contrast", *DIFFERENCE_COLUMNS, "family", "hypothesis", "publishable", "reason",
)  # fmt: skip
HALF = "half"
# Persons in one place and in another are no hypothesis: the places differ in size.
_STATISTICS = ("proportion", "mean")


@dataclass(frozen=True)
class Judging:
    """How changes and differences are judged: the rule, and the hypotheses (by wave) and theme of every row."""

    rule: ChangeRule
    hypotheses: Mapping[str, Hypotheses]
    themes: Mapping[str, str]


def differences_of(
    study: Study, wave: str, prepared: Prepared, estimates: pd.DataFrame, judging: Judging, cells: ByWave,
) -> pd.DataFrame:  # fmt: skip
    """Every difference of the wave that may be told, judged; columns ``COLUMNS``, shares from 0 to 1.

    ``estimates``: the wave's table; ``cells``: those of them that are withheld. A difference is publishable when both
    its ends are and it could be tested.
    """
    method, report, rule = estimation_settings(study).method, study.params.report, judging.rule
    parts: list[pd.DataFrame] = []
    for domain in prepared.domains:
        if domain.kind == report.place_domain_kind:
            parts.append(_of_domains(prepared, domain, "rest", method, rule).assign(contrast="rest"))
        if len(domain.columns) == 1:
            parts.append(_of_domains(prepared, domain, "pairs", method, rule).assign(contrast="pair"))
    parts.append(_of_items(study, prepared, method, rule).assign(contrast="item"))
    parts.append(_from_half(estimates, report.place_domain_kind, rule).assign(contrast="half"))
    table = pd.concat([part for part in parts if len(part)] or parts[-1:], ignore_index=True).assign(wave=wave)
    told = differences_told(table, cells)
    return _publishable(_judged(told, estimates, judging), estimates)[list(COLUMNS)]


def none() -> pd.DataFrame:
    """The table of a study without a wave."""
    return pd.DataFrame({column: pd.Series(dtype="str") for column in COLUMNS})


def _asked(variables: Sequence[Variable]) -> Iterator[Categorical | Share | Numeric | Index]:
    """The variables with the statistics that can be compared."""
    for variable in variables:
        if not isinstance(variable, (Categorical, Share, Numeric, Index)):
            continue
        statistics = tuple(name for name in statistics_of(variable, ("proportion",)) if name in _STATISTICS)
        if statistics:
            yield replace(variable, statistics=statistics)


def _of_domains(prepared: Prepared, domain: Domain, against: Against, method: Method, rule: ChangeRule) -> pd.DataFrame:
    variables = list(_asked(prepared.variables))
    if not variables:
        return pd.DataFrame(columns=list(DIFFERENCE_COLUMNS))
    return domain_differences(
        prepared.design, variables, domain, against=against, method=method, alpha=rule.alpha, adjust="none",
        test=rule.test,
    )  # fmt: skip


def _of_items(study: Study, prepared: Prepared, method: Method, rule: ChangeRule) -> pd.DataFrame:
    """The first level of every two items of a battery, in the whole area; ``against`` is the other indicator."""
    parts = [_of_battery(battery, prepared, method, rule) for battery in study.batteries]
    found = [part for part in parts if len(part)]
    if not found:
        return pd.DataFrame(columns=list(DIFFERENCE_COLUMNS))
    return pd.concat(found, ignore_index=True).drop_duplicates(["indicator", "category", "statistic", "against"])


def _of_battery(battery: ToldBattery, prepared: Prepared, method: Method, rule: ChangeRule) -> pd.DataFrame:
    known = {variable.name: variable for variable in prepared.variables}
    items = list(_asked([known[item.indicator] for item in battery.items if item.indicator in known]))
    if len(items) < 2:
        return pd.DataFrame(columns=list(DIFFERENCE_COLUMNS))
    made = linear_estimates(prepared.design, items, method=method)
    firsts = {(item.first.indicator, item.first.category, item.first.statistic) for item in battery.items}
    keys = made.keys[["indicator", "category", "statistic"]].astype(str)
    rows = list(keys.itertuples(index=False, name=None))
    # Of one answer: a row says what its other end is by the indicator alone.
    pairs = [(one, other) for one, other in combinations([place for place, row in enumerate(rows) if row in firsts], 2)
             if rows[one][1:] == rows[other][1:]]  # fmt: skip
    if not pairs:
        return pd.DataFrame(columns=list(DIFFERENCE_COLUMNS))
    against = made.keys["indicator"].to_numpy()[[right for _, right in pairs]]
    return category_differences(made, pairs, alpha=rule.alpha, test=rule.test).assign(against=against)


def _from_half(estimates: pd.DataFrame, kind: str, rule: ChangeRule) -> pd.DataFrame:
    """Each share of a place against one half.

    A share of nobody or everybody has no standard error: its p is the binomial's, of as many cases as the exact
    interval takes (Korn and Graubard 1998).
    """
    shares = estimates[(estimates["statistic"] == "proportion") & (estimates["domain_kind"] == kind)]
    value, se, df, n = (shares[name].to_numpy(dtype=float) for name in ("estimate", "se", "df", "n"))
    labels = shares[["indicator", "category", "statistic", "domain_kind", "domain"]].reset_index(drop=True)
    freedom = np.where(df > 0, np.inf, df) if rule.test == "normal" else df
    tested = test_table(labels, value - 0.5, se, freedom, 1 - rule.alpha).rename(columns={"estimate": "difference"})
    extreme = ((value == 0) | (value == 1)) & (df > 0) & (n > 1)
    cases = n * np.square(t_quantile(0.975, np.maximum(n - 1, 1)) / t_quantile(0.975, np.maximum(df, 1)))
    p = np.where(extreme, np.minimum(2 * 0.5**cases, 1.0), tested["p"])
    return tested.assign(
        against=HALF, estimate=value, against_estimate=0.5, ci_level=1 - rule.alpha, p=p, p_adjusted=p, adjust="none",
        verdict=Side.NONE,
    )[list(DIFFERENCE_COLUMNS)]  # fmt: skip


def _publishable(table: pd.DataFrame, estimates: pd.DataFrame) -> pd.DataFrame:
    """With ``publishable`` and ``reason``: of the end that may not be published, or why nothing could be tested."""
    keys = ["indicator", "category", "statistic", "domain_kind", "domain"]
    known = estimates.set_index(keys)[["publishable", "reason"]]
    ends = [table[keys].astype(str)]
    against = ends[0].copy()
    pair, item = table["contrast"] == "pair", table["contrast"] == "item"
    against.loc[pair, "domain"] = table.loc[pair, "against"].astype(str)
    against.loc[item, "indicator"] = table.loc[item, "against"].astype(str)
    reason = pd.Series("", index=table.index)
    publishable = pd.Series(True, index=table.index)
    for end in (ends[0], against):
        found = known.reindex(pd.MultiIndex.from_frame(end))
        own = found["publishable"].fillna(False).to_numpy(dtype=bool)
        reason = reason.where(reason != "", pd.Series(found["reason"].fillna("").to_numpy(), index=table.index))
        publishable &= own
    untested = table["verdict"] == Side.NOT_COMPARABLE
    why = np.select([table["difference"].isna(), table["df"] > 0], [Reason.NO_CASES, Reason.NO_VARIATION], Reason.NO_DF)
    reason = reason.mask((reason == "") & untested, pd.Series(why, index=table.index, dtype="str"))
    publishable &= ~untested
    return table.assign(publishable=publishable, reason=reason.where(~publishable, "").astype("str"))


def _judged(table: pd.DataFrame, estimates: pd.DataFrame, judging: Judging) -> pd.DataFrame:
    """Verdicts from p-values adjusted in the families; one hypothesis counts once, and none is told untested."""
    known = _one_test(identified(table, judging.hypotheses, judging.themes), estimates)
    family = joined_labels(known, FAMILY)
    p, difference = (known[name].to_numpy(dtype=float) for name in ("p", "difference"))
    adjusted = adjust_in_families(p, family, joined_labels(known, TEST), judging.rule.adjust)
    clear = adjusted < judging.rule.alpha
    verdict = np.select(
        [~np.isfinite(p), clear & (difference > 0), clear & (difference < 0)],
        [Side.NOT_COMPARABLE, Side.HIGHER, Side.LOWER],
        Side.NONE,
    )
    return known.assign(
        p_adjusted=adjusted, adjust=judging.rule.adjust, family=pd.array(family, dtype="str"),
        verdict=pd.array(verdict, dtype="str"),
    )  # fmt: skip


def _one_test(table: pd.DataFrame, estimates: pd.DataFrame) -> pd.DataFrame:
    """With ``together`` and ``ends``: which contrasts are adjusted together, and what tells a row's test from others.

    Where a kind has two domains, one against the rest, the other against it and the two against each other are one.
    """
    cases = estimates[estimates["n"] > 0].groupby("domain_kind")["domain"].nunique()
    two = table["domain_kind"].map(cases).eq(2) & table["contrast"].isin(["rest", "pair"])
    ends = table["domain"].astype(str) + "|" + table["against"].astype(str)
    return table.assign(
        together=table["contrast"].where(~two, "two"), ends=ends.where(~two, "both")
    )  # fmt: skip
