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
from pulsometro.estimation.comparing.differences import ALIKE, HIGHER, LOWER, Against
from pulsometro.estimation.comparing.multiple_testing import Adjust
from pulsometro.estimation.variables import statistics_of
from pulsometro.study import Study

# How the two ends are told apart: a place and everyone else, two groups, two items of a battery, a share and one half.
CONTRASTS = ("rest", "pair", "item", "half")
FAMILY = ("wave", "contrast", "theme", "domain_kind")
TEST = ("contrast", "hypothesis", "domain", "against")
COLUMNS = (
    "wave", "contrast", *DIFFERENCE_COLUMNS, "family", "hypothesis", "publishable", "reason",
)  # fmt: skip
HALF = "mitad"
# Persons in one place and in another are no hypothesis: the places differ in size.
_STATISTICS = ("proportion", "mean")


@dataclass(frozen=True)
class Judging:
    """How differences are judged: the level, the adjustment, and the theme and hypothesis of every row."""

    alpha: float
    adjust: Adjust
    hypotheses: Hypotheses
    themes: Mapping[str, str]


def differences_of(study: Study, wave: str, prepared: Prepared, estimates: pd.DataFrame, how: Judging) -> pd.DataFrame:
    """Every difference of the wave that may be told, judged; columns ``COLUMNS``, shares from 0 to 1.

    ``estimates``: the wave's table. A difference is publishable when both its ends are.
    """
    method, report = estimation_settings(study).method, study.params.report
    parts: list[pd.DataFrame] = []
    for domain in prepared.domains:
        if domain.kind == report.place_domain_kind:
            parts.append(_of_domains(prepared, domain, "rest", method).assign(contrast="rest"))
        if len(domain.columns) == 1:
            parts.append(_of_domains(prepared, domain, "pairs", method).assign(contrast="pair"))
    parts.append(_of_items(study, prepared, method).assign(contrast="item"))
    parts.append(_from_half(estimates, report.place_domain_kind).assign(contrast="half"))
    table = pd.concat([part for part in parts if len(part)] or parts[-1:], ignore_index=True).assign(wave=wave)
    return _judged(_publishable(table, estimates), wave, how)[list(COLUMNS)]


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


def _of_domains(prepared: Prepared, domain: Domain, against: Against, method: Method) -> pd.DataFrame:
    variables = list(_asked(prepared.variables))
    if not variables:
        return pd.DataFrame(columns=list(DIFFERENCE_COLUMNS))
    return domain_differences(prepared.design, variables, domain, against=against, method=method, adjust="none")


def _of_items(study: Study, prepared: Prepared, method: Method) -> pd.DataFrame:
    """The first level of every two items of the battery, in the whole area; ``against`` is the other indicator."""
    battery = study.params.report.trust
    known = {variable.name: variable for variable in prepared.variables}
    items = [known[name] for name in battery.indicators if name in known]
    if len(items) < 2:
        return pd.DataFrame(columns=list(DIFFERENCE_COLUMNS))
    shares = [item for item in _asked(items) if "proportion" in item.statistics]
    made = linear_estimates(prepared.design, shares, method=method)
    places = made.select(category=battery.levels[0])
    pairs = list(combinations(places.tolist(), 2))
    if not pairs:
        return pd.DataFrame(columns=list(DIFFERENCE_COLUMNS))
    other = made.keys["indicator"].to_numpy()[[right for _, right in pairs]]
    return category_differences(made, pairs).assign(against=other)


def _from_half(estimates: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Each share of a place against one half."""
    shares = estimates[(estimates["statistic"] == "proportion") & (estimates["domain_kind"] == kind)]
    value, se, df = (shares[name].to_numpy(dtype=float) for name in ("estimate", "se", "df"))
    labels = shares[["indicator", "category", "statistic", "domain_kind", "domain"]].reset_index(drop=True)
    tested = test_table(labels, value - 0.5, se, df, 0.95).rename(columns={"estimate": "difference"})
    return tested.assign(
        against=HALF, estimate=value, against_estimate=0.5, ci_level=0.95, p_adjusted=tested["p"], adjust="none",
        verdict=ALIKE,
    )[list(DIFFERENCE_COLUMNS)]  # fmt: skip


def _publishable(table: pd.DataFrame, estimates: pd.DataFrame) -> pd.DataFrame:
    """With ``publishable`` and ``reason``, those of the end that may not be published."""
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
    return table.assign(publishable=publishable, reason=reason.where(~publishable, "").astype("str"))


def _judged(table: pd.DataFrame, wave: str, how: Judging) -> pd.DataFrame:
    """Verdicts from p-values adjusted in the families; one hypothesis counts once."""
    known = identified(table, {wave: how.hypotheses}, how.themes)
    family = joined_labels(known, FAMILY)
    p = known["p"].to_numpy(dtype=float)
    adjusted = adjust_in_families(p, family, joined_labels(known, TEST), how.adjust)
    clear, difference = adjusted < how.alpha, known["difference"].to_numpy(dtype=float)
    verdict = np.select([clear & (difference > 0), clear & (difference < 0)], [HIGHER, LOWER], ALIKE)
    return known.assign(
        p_adjusted=adjusted, adjust=how.adjust, family=pd.array(family, dtype="str"),
        verdict=pd.array(verdict, dtype="str"),
    )  # fmt: skip
