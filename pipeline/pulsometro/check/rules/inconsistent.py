"""Interviews that contradict a condition of the questionnaire's ``consistency:``."""

from typing import Any

import numpy as np
import pandas as pd

from pulsometro.check.rule import KEY, Rule
from pulsometro.questionnaire.contradictions import contradicts, lacking
from pulsometro.questionnaire.model import Consistency, Questionnaire
from pulsometro.settings.check_settings import CheckSettings
from pulsometro.settings.faults import shown


def consistency_rules(
    questionnaire: Questionnaire, respondents: pd.DataFrame, settings: CheckSettings
) -> tuple[dict[str, pd.DataFrame], tuple[Rule, ...]]:
    """Evidence tables ``respondents`` (with a flag per condition) and ``conditions``, and their rules.

    A condition that few contradict is a warning; from ``largest_inconsistent`` of the interviews on it stops the
    wave. One whose answers are not there has not passed: it is told by a rule of its own. Without conditions: nothing.
    """
    if not questionnaire.consistency:
        return {}, ()
    flags: dict[str, Any] = {}
    rules, fed = [], []
    for name, condition in questionnaire.consistency.items():
        absent = lacking(condition, respondents)
        fed.append({KEY: name, "fed": not absent})
        if absent:
            continue
        mask = contradicts(condition, questionnaire, respondents)
        flags[f"inconsistent:{name}"] = mask
        rules.append(_rule(name, condition, mask, settings.largest_inconsistent))
    rules.append(
        Rule("consistency.fed", "conditions", "fed", "in_set", "warning",
             "Llegó lo que cada condición de coherencia compara",
             "Pida las columnas que faltan, o quite la condición de «consistency» en el cuestionario.",
             {"value_set": [True]})
    )  # fmt: skip
    more = pd.concat([respondents, pd.DataFrame(flags, index=respondents.index)], axis=1)
    return {"respondents": more, "conditions": pd.DataFrame(fed)}, tuple(rules)


def _rule(name: str, condition: Consistency, mask: np.ndarray, most: float) -> Rule:
    said = shown(condition.holds) + (f" (salvo {shown(condition.unless)})" if condition.unless else "")
    return Rule(
        f"consistency.of.{name}", "respondents", f"inconsistent:{name}", "in_set",
        "critical" if len(mask) and mask.mean() > most else "warning",
        f"Ninguna entrevista contradice «{said}»",
        "Pregunte por esas entrevistas; si son muchas, vea si se movió una columna o cambió la pregunta.",
        {"value_set": [False]},
    )  # fmt: skip
