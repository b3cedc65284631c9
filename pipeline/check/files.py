"""A wave's delivered file against the one before: columns that come and go, strata numbered anew."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from pipeline.check.rules import KEY, Rule
from pipeline.study import Study


def columns_moved(now: Mapping[str, Any], before: Mapping[str, Any]) -> tuple[pd.DataFrame, tuple[Rule, ...]]:
    """Evidence table ``columns`` (a row per column that only one of two deliveries has) and its rules.

    ``now``, ``before``: their delivery.json.
    """
    new = [name for name in now["columns"] if name and name not in before["columns"]]
    gone = [name for name in before["columns"] if name and name not in now["columns"]]
    table = pd.DataFrame(
        {
            KEY: pd.array([*new, *gone], dtype="string"),
            "new": np.repeat([True, False], [len(new), len(gone)]),
            "gone": np.repeat([False, True], [len(new), len(gone)]),
        }
    )
    rules = (
        Rule("past.columns_new", "columns", "new", "in_set", "info", "No llegan columnas que antes no llegaban",
             "Vea si traen algo que se preguntó; si no, no hay nada que hacer.", {"value_set": [False]}),
        Rule("past.columns_gone", "columns", "gone", "in_set", "info", "Llegan todas las columnas que antes llegaban",
             "Las que el cuestionario usa están; pregunte por las demás si las necesita.", {"value_set": [False]}),
    )  # fmt: skip
    return table, rules


def strata_renumbered(
    study: Study, now: pd.DataFrame, before: pd.DataFrame
) -> tuple[pd.DataFrame, tuple[Rule, ...]] | None:
    """Evidence table ``units``: the sampling units of both waves, and whether their stratum has another name.

    None where the study has no units or strata of its own. Only the names are compared: a unit
    that keeps its stratum under a new number looks the same as one that moved to another.
    """
    unit, stratum = study.params.weighting.psu, study.params.weighting.strata
    if unit is None or stratum is None or not {unit, stratum} <= set(now) & set(before):
        return None
    names = [frame.drop_duplicates(unit).set_index(unit)[stratum].astype("string") for frame in (now, before)]
    both = names[0].dropna().index.intersection(names[1].dropna().index)
    changed = (names[0].loc[both] != names[1].loc[both]).to_numpy(dtype=bool)
    table = pd.DataFrame({KEY: both.astype("string"), "renumbered": changed})
    rule = Rule(
        "past.strata_renumbered", "units", "renumbered", "in_set", "info",
        "Las unidades de muestreo que siguen en la muestra conservan el número de su estrato",
        "Si el productor los numeró de nuevo, los estratos sólo valen dentro de una edición.", {"value_set": [False]},
    )  # fmt: skip
    return table, (rule,)
