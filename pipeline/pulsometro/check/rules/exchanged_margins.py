"""Two columns whose answers mirror those of before: where one was above the other it is now below by as much.

Columns that hang together alike with all others cannot be told apart by that (``moved_columns``); but how much higher
one stands than the other changes little from wave to wave, far less than either of them. That one comes to stand as far
below as it stood above may still be a change of opinion; that each takes over the other's differences between areas is
none (``crossed``).
"""

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from pulsometro.check.rules.reference_sample import Floats

# In standard deviations of an answer: what the difference of two items moves by, at least; with few waves to tell.
_LEAST, _UNKNOWN = 0.03, 0.06
_ENOUGH = 3
SEEN = 5.0
# Logarithms of the likelihood ratio that say so of each of the two and of both; and what fits, per area.
_EACH, _BOTH, _FITS = 2.0, 10.0, 3.0
_FEWEST_AREAS = 4
_NEAR = 1.2


def mirrored(now: Floats, waves: Floats, spread: Floats, groups: Sequence[Sequence[int]]) -> list[tuple[int, int]]:
    """Pairs of places whose difference is the last wave's turned round, the plainest first.

    ``now``: (items,) means; ``waves``: (waves, items) of earlier ones, oldest first, NaN where not comparable;
    ``spread``: (items,) standard deviations; ``groups``: places of items with the same codes.
    """
    found = []
    for group in groups:
        for a, b in combinations(group, 2):
            unit = np.sqrt(spread[a] * spread[b])
            told = np.isfinite(waves[:, a] - waves[:, b])
            past = (waves[told, a] - waves[told, b]) / unit
            today = (now[a] - now[b]) / unit
            if not len(past) or not np.isfinite(today):
                continue
            moves = np.diff(past)
            usual = max(_LEAST, float(np.sqrt(np.mean(moves**2)))) if len(moves) >= _ENOUGH - 1 else _UNKNOWN
            jump = abs(today - past[-1])
            before = waves[told][-1]
            # Each must have gone where the other was, but for what both moved by: one alone may come to stand as far
            # below as it stood above.
            apart = min(abs(now[a] - before[a]), abs(now[b] - before[b]))
            near = max(abs(now[a] - before[b]), abs(now[b] - before[a]))
            if jump > SEEN * usual and near < _NEAR * apart:
                found.append((jump / usual, a, b))
    return [(a, b) for _, a, b in sorted(found, reverse=True)]


def crossed(now: Floats, before: Floats, error: Floats, groups: Sequence[Sequence[int]]) -> list[tuple[int, int]]:
    """Pairs of places each of which has the other's differences between areas, beyond doubt; the plainest first.

    ``now``, ``before``: (areas, items) means less the item's own mean of all areas, so that what everybody thinks
    otherwise today, or thinks of one item alone, leaves no trace; ``error``: (areas, items) their standard errors.
    """
    found = []
    for group in groups:
        for a, b in combinations(group, 2):
            told = np.isfinite(now[:, [a, b]] + before[:, [a, b]] + error[:, [a, b]]).all(axis=1)
            # An area that answers in one voice has no standard error to hold a difference against.
            told &= (error[:, [a, b]] > 0).all(axis=1)
            if told.sum() < _FEWEST_AREAS:
                continue
            straight = [_misfit(now[told, x], before[told, x], error[told, x]) for x in (a, b)]
            across = [_misfit(now[told, x], before[told, y], error[told, x]) for x, y in ((a, b), (b, a))]
            gains = [(x - y) / 2 for x, y in zip(straight, across, strict=True)]
            if min(gains) > _EACH and sum(gains) > _BOTH and max(across) < _FITS * told.sum():
                found.append((sum(gains), a, b))
    return [(a, b) for _, a, b in sorted(found, reverse=True)]


def _misfit(now: Floats, before: Floats, error: Floats) -> float:
    return float((((now - before) / error) ** 2).sum())


def disjoint(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The pairs that share no place with an earlier one.

    >>> disjoint([(1, 2), (2, 3), (3, 4)])
    [(1, 2), (3, 4)]
    """
    used: set[int] = set()
    kept = []
    for pair in pairs:
        if not used & set(pair):
            used |= set(pair)
            kept.append(pair)
    return kept
