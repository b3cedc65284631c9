"""How many pairs of honest interviews would be alike in so many answers.

Of two people the number of equal answers is, within any group of like-minded ones, a sum of independent trials (Hodges
and Le Cam 1960); of a whole sample it is a mixture of such sums. The odds of one more equal answer,

    odds(m) = pairs(m + 1) / pairs(m) · (m + 1) / (items − m),

are constant for a binomial count and grow slowly along a mixture's tail, as the pairs that are left are more and more
those of people who lean alike. So the tail is carried on from where pairs are many, along its own trend. Copies cannot
raise it: they make a second hill, which begins where the odds leap, and from there on what is observed is not used.
"""

import numpy as np
import numpy.typing as npt
import pandas as pd

from pulsometro.questionnaire.model import Questionnaire

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
_CHUNK = 1_000
# Of fewer pairs nothing is learnt; over so many steps the trend is taken; so fast it may grow a step; and so much
# above the trend is still the same hill.
_ENOUGH, _STEPS, _FASTEST, _SLACK = 50, 4, 1.25, 1.25
# Odds that no tail is carried on above: nine in ten equal.
_MOST_ODDS = 9.0


def codes_of(frames: list[pd.DataFrame], items: list[str], empty: dict[str, int | None]) -> list[Integers]:
    """Each frame's answers as 0, 1, … per item, the same code for the same answer in all of them.

    ``empty``: item → its code for not applicable, which is one with a blank.
    """
    columns = []
    for name in items:
        texts = pd.concat([frame[name].astype("string") for frame in frames], ignore_index=True)
        skipped = empty.get(name)
        texts = texts.mask(texts == str(skipped)) if skipped is not None else texts
        columns.append(pd.factorize(texts.fillna(""))[0])
    whole = np.column_stack(columns).astype(np.int64) if columns else np.zeros((sum(map(len, frames)), 0), np.int64)
    return np.split(whole, np.cumsum([len(frame) for frame in frames])[:-1])


def not_applicable(questionnaire: Questionnaire, items: list[str]) -> dict[str, int | None]:
    """Item → its code for not applicable, None where it has none."""
    return {name: questionnaire[name].code_for("no_aplica") for name in items}


def alike(first: Integers, second: Integers) -> tuple[Integers, Floats]:
    """Per row of the first the most answers shared with a row of the second; pairs by number of shared answers."""
    a, b = one_hot([first, second])
    most, histogram = np.zeros(len(first), dtype=np.int64), np.zeros(first.shape[1] + 1)
    for start in range(0, len(first), _CHUNK):
        equal = (a[start : start + _CHUNK] @ b.T).astype(np.int16)
        most[start : start + _CHUNK] = equal.max(axis=1, initial=0)
        histogram += np.bincount(equal.ravel(), minlength=len(histogram))
    return most, histogram


def alike_within(codes: Integers) -> tuple[Integers, Floats]:
    """Per row the most answers shared with another row; pairs, each once, by number of shared answers."""
    (hot,) = one_hot([codes])
    most, histogram = np.zeros(len(codes), dtype=np.int64), np.zeros(codes.shape[1] + 1)
    for start in range(0, len(codes), _CHUNK):
        equal = (hot[start : start + _CHUNK] @ hot[start:].T).astype(np.int16)
        # What lies on and below the diagonal of the first square is set aside.
        equal[np.tril_indices(min(len(equal), equal.shape[1]))] = -1
        most[start : start + _CHUNK] = np.maximum(most[start : start + _CHUNK], equal.max(axis=1, initial=0))
        most[start:] = np.maximum(most[start:], equal.max(axis=0, initial=0))
        histogram += np.bincount(equal.ravel() + 1, minlength=len(histogram) + 1)[1:]
    return most, histogram


def one_hot(parts: list[Integers]) -> list[npt.NDArray[np.float32]]:
    """A column of 0 and 1 per answer: small whole numbers, whose products float32 counts exactly."""
    codes = np.concatenate(parts)
    sizes = codes.max(axis=0, initial=0) + 1
    offsets = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int64)
    hot = np.zeros((len(codes), int(sizes.sum())), dtype=np.float32)
    np.put_along_axis(hot, codes + offsets, 1.0, axis=1)
    return np.split(hot, np.cumsum([len(part) for part in parts])[:-1])


def expected_pairs(observed: Floats) -> Floats:
    """Honest pairs with exactly m equal answers, m = 0 … items, from the ``observed`` ones.

    Up to the hill's top, and as far down its far side as the pairs are many and make one hill, they are what is
    observed; beyond, what the trend of the odds says.
    """
    items = len(observed) - 1
    expected: Floats = observed.astype(np.float64)
    top = int(np.argmax(observed))
    odds: list[float] = []
    left = top
    for m in range(top, items):
        usual = _next_odds(odds)
        factor = (items - m) / (m + 1)
        seen = observed[m + 1] if left == m else 0.0
        if usual is not None:
            foretold = expected[m] * usual * factor
            most = foretold * _SLACK + 4 * np.sqrt(foretold) + 3
            if seen < _ENOUGH or seen > most:
                expected[m + 1] = foretold
                continue
        left = m + 1
        if seen and expected[m]:
            odds.append(float(seen / expected[m] / factor))
    return expected


def _next_odds(odds: list[float]) -> float | None:
    """The odds of the next step, along the trend of the last ones; None while there is no trend yet."""
    if not odds:
        return None
    last = np.log(np.array(odds[-_STEPS:]))
    if len(last) < _STEPS:
        return float(np.exp(last[-1])) * _FASTEST
    trend = float(np.clip((last[-1] - last[0]) / (len(last) - 1), 0.0, np.log(_FASTEST)))
    return float(min(np.exp(last[-1] + trend), _MOST_ODDS))
