"""Interviews too much alike, against what honest ones of this questionnaire would be.

Kuriakose and Robbins (2016, Statistical Journal of the IAOS 32) flag a respondent who shares
85 % of the answers with another. How alike honest interviews are depends on the questionnaire,
so the threshold here comes from the pairs of this wave: from how their number falls, answer by
answer, while there are many of them (``honest_pairs``). Copies make a second hill at the far end,
however many they are, and it is not used.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from pulsometro.check.rules.honest_pairs import Integers, alike, alike_within, codes_of, expected_pairs
from pulsometro.questionnaire.model import Questionnaire

MINIMUM_ITEMS = 8
LARGEST_BLOCK, SMALLEST_BLOCK, MOST_PAIRS = 10_000, 1_000, 1_200_000_000


@dataclass(frozen=True)
class Similarity:
    """``threshold``: equal answers from which two interviews are suspect, of ``items`` compared.

    ``suspect``: mask over the respondents; ``expected``: suspect pairs that honest respondents
    would give (the null's expectation).
    """

    items: int
    threshold: int
    expected: float
    suspect: npt.NDArray[np.bool_]


def compared_items(questionnaire: Questionnaire, responses: pd.DataFrame) -> list[str]:
    """Items asked of everybody: codes, whole numbers and the area; derived ones say nothing new."""
    return [
        name
        for name, item in questionnaire.items.items()
        if name in responses
        and item.kind in {"single", "integer", "area"}
        and item.derived is None
        and name not in questionnaire.skips
        and not item.private
        and name not in questionnaire.delivery.not_delivered
    ]


def similar_pairs(
    responses: pd.DataFrame, items: list[str], blocks: pd.Series | None, false_alarms: float
) -> Similarity | None:
    """Respondents with a near-duplicate; None when there are too few items to tell.

    ``blocks``: pairs are compared within these only when there are more than 10,000 rows, and of a
    large block within what was delivered one after the other.
    ``false_alarms``: suspect pairs to expect of honest respondents, at most.
    """
    if len(items) < MINIMUM_ITEMS or len(responses) < 2:
        return None
    (codes,) = codes_of([responses], items, {})
    most = np.zeros(len(codes), dtype=np.int64)
    observed = np.zeros(len(items) + 1)
    for part in _parts(len(codes), blocks):
        most[part], histogram = alike_within(codes[part])
        observed += histogram
    expected = np.append(expected_pairs(observed)[::-1].cumsum()[::-1], 0.0)
    threshold = int(np.argmax(expected <= false_alarms))
    return Similarity(len(items), threshold, float(expected[threshold]), most >= threshold)


def nearly(codes: Integers, earlier: Integers, false_alarms: float) -> npt.NDArray[np.bool_]:
    """Rows that share so many answers with a row of another wave as honest people would not, but not all of them.

    ``codes``, ``earlier``: as ``codes_of`` gives them; ``false_alarms``: such pairs to expect of honest people at most.
    """
    most, observed = alike(codes, earlier)
    expected = np.append(expected_pairs(observed)[::-1].cumsum()[::-1], 0.0)
    suspect: npt.NDArray[np.bool_] = (most >= int(np.argmax(expected <= false_alarms))) & (most < codes.shape[1])
    return suspect


def _parts(rows: int, blocks: pd.Series | None) -> list[npt.NDArray[np.int64]]:
    """Rows that are compared with each other: all of them, or of many those of a block delivered one after the other.

    Every row is in one part; the parts are as small as keeps the pairs to half of MOST_PAIRS (of more than 1.2
    million rows, to 500 a row).
    """
    if rows <= LARGEST_BLOCK:
        return [np.arange(rows)]
    numbers = pd.factorize(blocks)[0] if blocks is not None else np.zeros(rows, dtype=np.int64)
    length = int(np.clip(MOST_PAIRS // rows, SMALLEST_BLOCK, LARGEST_BLOCK))
    parts: list[npt.NDArray[np.int64]] = []
    for number in range(numbers.max() + 1):
        inside = np.flatnonzero(numbers == number)
        parts += [inside[start : start + length] for start in range(0, len(inside), length)]
    return [part for part in parts if len(part) > 1]
