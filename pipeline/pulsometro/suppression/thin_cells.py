"""The rule of the public circle: in which cells somebody could be recognised, and which anybody can count anyway."""

from collections.abc import Mapping
from dataclasses import dataclass, field

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
    """What whoever has public microdata can count: indicator → the columns of each file that holds its items."""

    indicators: Mapping[str, tuple[frozenset[str], ...]] = field(default_factory=dict)

    def covers(self, indicator: str, kind: str) -> bool:
        """Whether an indicator over a kind of domain can be counted, so that nobody can withhold it."""
        files = self.indicators.get(indicator, ())
        return any(kind == WHOLE or columns.issuperset(parts_of(kind)) for columns in files)


def countable_of(study: Study, wave: str) -> Countable:
    """What the wave's microdata make public; nothing where partners alone have them, or nobody."""
    plan = study.params.release
    if plan is None or not study.params.publish.release or plan.circle != "public":
        return Countable()
    questionnaire, files = study.questionnaire(wave), [frozenset(file.columns) for _, file in plan.files]
    behind = {name: items_behind(own, questionnaire) for name, own in study.indicators.by_name.items()}
    return Countable({name: tuple(file for file in files if items <= file) for name, items in behind.items()})


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
