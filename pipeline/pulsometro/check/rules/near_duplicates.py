"""Interviews too much alike, against what honest ones of this questionnaire would be.

Kuriakose and Robbins (2016, Statistical Journal of the IAOS 32) flag a respondent who shares
85 % of the answers with another. How alike honest interviews are depends on the questionnaire,
so the threshold here comes from a null model of this one: respondents of a few latent classes
(Lazarsfeld and Henry 1968) whose answers are independent within a class. The number of equal
answers of two of them is a sum of independent trials, whose distribution is exact (Hodges and
Le Cam 1960 call it Poisson-binomial): no draw is needed. Classes are a coarse picture of how
people lean, so the null's tail is raised by what the pairs themselves show where they are many:
the ratio of observed to expected pairs, carried on along its trend. A few hundred honest pairs
decide there, which no fraud worth finding can hide among.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from pulsometro.questionnaire.model import Questionnaire

Floats = npt.NDArray[np.float64]
CLASSES = 6
ITERATIONS = 15
MINIMUM_ITEMS = 8
LARGEST_BLOCK, SMALLEST_BLOCK, MOST_PAIRS = 10_000, 1_000, 1_200_000_000
LARGEST_SAMPLE = 20_000
_CHUNK = 1_000
_MANY_PAIRS = 200


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
    ]


def similar_pairs(
    responses: pd.DataFrame, items: list[str], blocks: pd.Series | None, false_alarms: float, seed: int
) -> Similarity | None:
    """Respondents with a near-duplicate; None when there are too few items to tell.

    ``blocks``: pairs are compared within these only when there are more than 10,000 rows, and of a
    large block within what was delivered one after the other.
    ``false_alarms``: suspect pairs to expect of honest respondents, at most.
    """
    if len(items) < MINIMUM_ITEMS or len(responses) < 2:
        return None
    codes, sizes = _codes(responses, items)
    places = _parts(len(codes), blocks)
    most = np.zeros(len(codes), dtype=np.int64)
    observed = np.zeros(len(items) + 1)
    for part in places:
        most[part], histogram = _alike(codes[part], sizes)
        observed += histogram
    expected = _raised(observed.sum() * _tail(codes, sizes, seed), observed[::-1].cumsum()[::-1])
    threshold = int(np.argmax(expected <= false_alarms))
    return Similarity(len(items), threshold, float(expected[threshold]), most >= threshold)


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


def _raised(null: Floats, observed: Floats) -> Floats:
    """Expected pairs with at least m equal answers: the null, never below what the many pairs show.

    ``null``: m = 0 … items + 1 (the last is 0); ``observed``: pairs with at least m, m = 0 … items.
    """
    many = np.flatnonzero(observed >= _MANY_PAIRS)
    if len(many) < 3:
        return null
    last = many[-3:]
    ratio = np.log(observed[last] / np.maximum(null[last], 1e-300))
    trend, level = max((ratio[2] - ratio[0]) / 2, 0.0), max(float(ratio[2]), 0.0)
    beyond = np.maximum(np.arange(len(null)) - last[-1], 0)
    raised: Floats = null * np.exp(level + trend * beyond)
    return raised


def _codes(responses: pd.DataFrame, items: list[str]) -> tuple[npt.NDArray[np.int64], list[int]]:
    """Answers as 0, 1, … per item (a blank is an answer of its own), and how many each has."""
    columns = [pd.factorize(responses[name], use_na_sentinel=False)[0] for name in items]
    codes = np.column_stack(columns).astype(np.int64)
    return codes, [int(column.max()) + 1 for column in columns]


def _tail(codes: npt.NDArray[np.int64], sizes: list[int], seed: int) -> Floats:
    """P(at least m equal answers) of a pair under the null, for m = 0 … number of items + 1."""
    distinct = np.unique(codes, axis=0)
    # They are sorted: every k-th of them still holds answers of every kind.
    weights, answers = latent_classes(distinct[:: -(-len(distinct) // LARGEST_SAMPLE)], sizes, seed)
    total = np.zeros(len(sizes) + 1)
    for first in range(len(weights)):
        for second in range(len(weights)):
            equal = [float((item[first] * item[second]).sum()) for item in answers]
            total += weights[first] * weights[second] * _poisson_binomial(equal)
    return np.append(total[::-1].cumsum()[::-1], 0.0)


def _poisson_binomial(probabilities: list[float]) -> Floats:
    """Distribution of the number of successes of independent trials."""
    result = np.ones(1)
    for p in probabilities:
        result = np.append(result * (1 - p), 0.0) + np.append(0.0, result * p)
    return result


def latent_classes(codes: npt.NDArray[np.int64], sizes: list[int], seed: int) -> tuple[Floats, list[Floats]]:
    """Class weights (CLASSES) and, per item, answer probabilities (CLASSES × answers), by EM.

    ``codes``: respondents × items. A class of fewer than one respondent in fifty is spread over
    the others: it could be the very duplicates that are looked for.
    """
    rng = np.random.default_rng(seed)
    share = rng.dirichlet(np.ones(CLASSES), len(codes))
    weights, answers = _maximise(codes, sizes, share)
    for _ in range(ITERATIONS):
        logs = np.log(weights)[None, :] + sum(np.log(a.T)[codes[:, j]] for j, a in enumerate(answers))
        share = np.exp(logs - logs.max(axis=1, keepdims=True))
        share /= share.sum(axis=1, keepdims=True)
        weights, answers = _maximise(codes, sizes, share)
    small = weights < 0.02
    if small.any() and not small.all():
        kept = np.where(small[None, :], 0.0, share) + 1e-12
        weights, answers = _maximise(codes, sizes, kept / kept.sum(axis=1, keepdims=True))
    return weights, answers


def _maximise(codes: npt.NDArray[np.int64], sizes: list[int], share: Floats) -> tuple[Floats, list[Floats]]:
    weights = share.mean(axis=0)
    answers = []
    for j, size in enumerate(sizes):
        counts = np.array([np.bincount(codes[:, j], share[:, k], size) for k in range(share.shape[1])])
        # Half an answer of each kind: no probability is zero because nobody gave it yet.
        counts += 0.5 / size
        answers.append(counts / counts.sum(axis=1, keepdims=True))
    return weights / weights.sum(), answers


def _alike(codes: npt.NDArray[np.int64], sizes: list[int]) -> tuple[npt.NDArray[np.int64], Floats]:
    """Per row the most answers shared with another row; pairs by number of shared answers.

    Small whole numbers in float32: the product counts exactly.
    """
    offsets = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    hot = np.zeros((len(codes), sum(sizes)), dtype=np.float32)
    np.put_along_axis(hot, codes + offsets, 1.0, axis=1)
    most = np.zeros(len(codes), dtype=np.int64)
    histogram = np.zeros(len(sizes) + 1)
    for start in range(0, len(codes), _CHUNK):
        equal = (hot[start : start + _CHUNK] @ hot[start:].T).astype(np.int16)
        # Each pair once: what lies on and below the diagonal of the first square is set aside.
        equal[np.tril_indices(min(len(equal), equal.shape[1]))] = -1
        most[start : start + _CHUNK] = np.maximum(most[start : start + _CHUNK], equal.max(axis=1, initial=0))
        most[start:] = np.maximum(most[start:], equal.max(axis=0, initial=0))
        histogram += np.bincount(equal.ravel() + 1, minlength=len(sizes) + 2)[1:]
    return most, histogram
