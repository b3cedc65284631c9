"""After the crosswalk: skips, derived items, required answers, answers that contradict each other."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from pulsometro.ingest.harmonise.crosswalk import Problem
from pulsometro.questionnaire.contradictions import contradicts, lacking
from pulsometro.questionnaire.derivation import derive
from pulsometro.questionnaire.model import Item, Questionnaire


def route(
    responses: pd.DataFrame, questionnaire: Questionnaire, known: Iterable[Problem]
) -> tuple[pd.DataFrame, list[Problem]]:
    """Give skipped questions their *no aplica* code, derive items, list rows that break a rule.

    ``responses``: one row per delivered row, canonical codes. ``known``: problems found before;
    an answer refused for another reason is not missing as well. Returns a new frame with the
    items in the questionnaire's order (private items that were not read left out).
    """
    result, problems = responses.copy(), []
    refused: dict[str, np.ndarray] = {}
    for problem in known:
        refused[problem.item] = refused.get(problem.item, np.zeros(len(result), bool)) | problem.rows
    for name, item in questionnaire.items.items():
        if name in questionnaire.skips and name in result:
            answered = _skipped(result, name, item, questionnaire)
            if answered.any() and questionnaire.delivery.skips == "quarantine":
                problems.append(Problem(name, "skip_violation", answered))
        if item.derived is not None and item.derived.source in result:
            result[name] = derive(result[item.derived.source], item, questionnaire[item.derived.source])
    for name, item in questionnaire.items.items():
        if item.required and name in result and name != "folio":
            empty = result[name].isna().to_numpy()
            if name in questionnaire.skips:
                empty &= questionnaire.skips[name].mask(result).to_numpy()
            problems.append(Problem(name, "required_missing", empty & ~refused.get(name, np.zeros(len(result), bool))))
    for name, condition in questionnaire.consistency.items():
        if condition.treatment == "quarantine" and not lacking(condition, result):
            problems.append(Problem(name, "inconsistent", contradicts(condition, questionnaire, result)))
    order = ["folio", *(name for name in questionnaire.items if name in result and name != "folio")]
    return result[order], [problem for problem in problems if problem.rows.any()]


def _skipped(result: pd.DataFrame, name: str, item: Item, questionnaire: Questionnaire) -> np.ndarray:
    """Write the no-aplica code where nothing should have been asked; mask of answers found there."""
    asked = questionnaire.skips[name].mask(result).to_numpy()
    skipped = item.code_for("no_aplica")
    empty = result[name].isna().to_numpy()
    neutral = empty if skipped is None else empty | (result[name] == skipped).fillna(False).to_numpy(dtype=bool)
    if skipped is not None:
        result.loc[~asked & empty, name] = skipped
    return ~asked & ~neutral
