"""The rule of the public circle: in which cells somebody could be recognised, and which anybody can count anyway."""

from dataclasses import dataclass

import pandas as pd

from pulsometro.questionnaire.crossings import parts_of
from pulsometro.settings.report_settings import Confidentiality
from pulsometro.study import Study
from pulsometro.suppression.linear_attack import WHOLE, items_behind
from pulsometro.suppression.suppressed_cells import Why

# A mean has no count of those who say so: its base alone can be small.
COUNTS = ("proportion", "total")


@dataclass(frozen=True)
class Countable:
    """What whoever has public microdata can count: ``indicators`` over any crossing of the items ``keys``."""

    keys: frozenset[str] = frozenset()
    indicators: frozenset[str] = frozenset()

    def covers(self, indicator: str, kind: str) -> bool:
        """Whether an indicator over a kind of domain can be counted, so that nobody can withhold it."""
        return indicator in self.indicators and (kind == WHOLE or self.keys.issuperset(parts_of(kind)))


def countable_of(study: Study, wave: str) -> Countable:
    """What the wave's microdata make public; nothing where partners alone have them, or nobody."""
    plan = study.params.release
    if plan is None or not study.params.publish.release or plan.circle != "public":
        return Countable()
    questionnaire, columns = study.questionnaire(wave), frozenset(plan.main.columns)
    found = [name for name, own in study.indicators.by_name.items() if items_behind(own, questionnaire) <= columns]
    return Countable(frozenset(plan.main.keys), frozenset(found))


def thin(rows: pd.DataFrame, rules: Confidentiality, sensitive: frozenset[str]) -> "pd.Series[str]":
    """Why each row of a wave's estimates could show somebody; "" where it could not.

    ``rows``: columns indicator, statistic, n and n_category (unweighted).
    """
    n, inside = rows["n"], rows["n_category"]
    harmful = rows["indicator"].astype(str).isin(sensitive) & rows["statistic"].isin(COUNTS) & (n > 0)
    rest = n - inside
    few = inside.between(1, rules.min_count - 1) | rest.between(1, rules.min_count - 1)
    alike = ((inside == 0) | (rest == 0)) & (n < rules.min_base_all)
    why = pd.Series("", index=rows.index, dtype="str")
    why = why.mask(harmful & alike, str(Why.ALL_OR_NONE)).mask(harmful & few, str(Why.SMALL_COUNT))
    return why.mask(n.between(1, rules.min_base - 1), str(Why.SMALL_BASE))
