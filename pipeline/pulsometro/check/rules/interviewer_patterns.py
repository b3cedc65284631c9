"""Who makes up interviews repeats himself: pairs of an interviewer's interviews that are all but equal."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from pulsometro.check.amounts import LEAST_ROWS
from pulsometro.check.rule import KEY, Rule
from pulsometro.check.rules.honest_pairs import Integers, codes_of, not_applicable, one_hot
from pulsometro.check.rules.interviewer_scores import LEAST_INTERVIEWERS
from pulsometro.check.rules.near_duplicates import MINIMUM_ITEMS
from pulsometro.check.rules.opinion_copies import opinion_items
from pulsometro.check.rules.repeated_groups import at_least
from pulsometro.questionnaire.model import Questionnaire
from pulsometro.study import Study

Floats = npt.NDArray[np.float64]
# Two interviews are all but equal where so many answers differ at most; of one person so many are compared.
_DIFFER, _MOST = 2, 1_500
# So many times what colleagues have, and so many pairs more, is honest: places and people's own ways differ.
_TIMES, _MORE, _LEAST_PAIRS = 4.0, 3.0, 10


def repeated_patterns(
    study: Study, questionnaire: Questionnaire, respondents: pd.DataFrame, who: Integers, labels: list[str]
) -> tuple[dict[str, pd.DataFrame], tuple[Rule, ...]]:
    """Evidence table ``patterns`` (a row per interviewer) and the rule ``interviewer.patterns``.

    ``who``: each respondent's place among ``labels``, −1 unknown. ``share``: of an interviewer with too many such
    pairs, the share of the wave's interviews that such interviewers repeat; 0 of the others. Compared are opinions and
    experiences alone, with the pairs of each of the others. Nothing of fewer than eight interviewers or eight items.
    """
    items = opinion_items(study, questionnaire, list(respondents.columns))
    places = np.flatnonzero(np.bincount(who[who >= 0], minlength=len(labels)) >= study.params.check.minimum_interviews)
    if len(items) < MINIMUM_ITEMS or len(places) < LEAST_INTERVIEWERS:
        return {}, ()
    (codes,) = codes_of([respondents], items, not_applicable(questionnaire, items))
    (hot,) = one_hot([codes])
    counted = [_pairs(hot[who == place][:_MOST], len(items) - _DIFFER) for place in places]
    pairs, possible, rows = (np.array(each, dtype=float) for each in zip(*counted, strict=True))
    flagged = _too_many(pairs, possible, study.params.check.repeated_answers) & (rows >= LEAST_ROWS)
    share = float(rows[flagged].sum()) / len(respondents)
    keys = [f"{labels[place]} ({int(n)})" for place, n in zip(places, rows, strict=True)]
    table = pd.DataFrame({KEY: pd.array(keys, dtype="string"), "share": np.where(flagged, share, 0.0)})
    rule = Rule(
        "interviewer.patterns", "patterns", "share", "between", "warning",
        "Nadie que entreviste repite las mismas opiniones, con una o dos distintas, en muchas de sus entrevistas",
        "Escuche esas entrevistas, o llame a esas personas: puede estar llenando con unos pocos modelos.",
        {"min_value": 0, "max_value": 0},
    )  # fmt: skip
    return {"patterns": table.assign(n=len(respondents))}, (rule,)


def _pairs(hot: npt.NDArray[np.float32], least: int) -> tuple[int, float, int]:
    """Pairs with at least so many equal answers, all pairs, and the interviews that are in such a pair."""
    near = (hot @ hot.T) >= least
    np.fill_diagonal(near, False)
    return int(near.sum()) // 2, len(hot) * (len(hot) - 1) / 2, int(near.any(axis=1).sum())


def _too_many(pairs: Floats, possible: Floats, level: float) -> npt.NDArray[np.bool_]:
    """Whose pairs colleagues' do not explain: neither all others' together, nor the upper quarter of them."""
    found = np.zeros(len(pairs), dtype=bool)
    for place in range(len(pairs)):
        others = np.delete(pairs / possible, place)
        # What a few others make up sets no measure: the mean without the upper tenth, or what three in four have.
        kept = np.sort(others)[: max(len(others) - max(len(others) // 10, 1), 1)]
        usual = max(float(kept.mean()), float(np.quantile(others, 0.75))) * possible[place] * _TIMES + _MORE
        found[place] = pairs[place] >= _LEAST_PAIRS and at_least(int(pairs[place]), usual) < level / len(pairs)
    return found
