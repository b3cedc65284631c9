"""Whether equal interviews are more than honest people would give: groups, large groups, blocks in order.

Three ways to be too many, each with its own probability under honest answers: many different interviews that come twice
(a pasted block, last quarter's file), one that comes many times, and a stretch that comes again in its own order. The
last tells even where a questionnaire is so short that many honest people agree in all of it.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pulsometro.check.rules.honest_pairs import Floats, Integers, alike, alike_within, expected_pairs

# Rows among which pairs are counted; groups whose neighbours are looked at; equal pairs that are followed in order.
_SAMPLE, _MOST_GROUPS, _MOST_PAIRS = 6_000, 300, 400_000
# Neighbours tell how many equals to expect within a factor of three, and some interviews are given more often than
# their neighbours let think (a gamma mixture of this shape); without neighbours, this many.
_MARGIN, _LEAST, _SHAPE = 3.0, 0.02, 4.0
# People who follow each other in a file are alike: so much more often than others, or once in so many rows.
_BESIDE, _ONCE = 40.0, 20.0
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Repeated:
    """``rows``: those equal to another; ``sure``: those that an honest wave would not give.

    ``groups``: different interviews that are repeated, of which ``expected`` honest ones; ``chance``: that an honest
    wave has as many groups, or so large a group, or so long a block.
    """

    rows: Mask
    sure: Mask
    groups: int
    expected: float
    chance: float


def repeated(
    codes: Integers, earlier: Integers | None, level: float, seed: int, apart: Mask | None = None, few: bool = False
) -> Repeated | None:
    """Rows equal to another row, or to one of an ``earlier`` wave; None where there is none.

    ``codes``: interviews × items as ``codes_of`` gives them, of one wave or of two; ``level``: the chance below which
    it is no accident; ``apart``: rows that are not counted (people who come back); ``few``: of so few items that only a
    long block tells.
    """
    marks = marks_of(codes if earlier is None else np.concatenate([codes, earlier]))
    now, then = marks[: len(codes)], marks[len(codes) :]
    sizes = np.bincount(marks, minlength=marks.max() + 1)
    both = np.bincount(now, minlength=len(sizes))
    equal = sizes[now] > 1 if earlier is None else sizes[now] > both[now]
    equal &= ~apart if apart is not None else True
    if not equal.any():
        return None
    groups = np.unique(now[equal])
    firsts = np.array([np.argmax(now == group) for group in groups[:: -(-len(groups) // _MOST_GROUPS)]])
    honest, odds = _honest(codes, earlier, now, then, seed)
    near = _neighbours(codes[firsts], codes if earlier is None else earlier) * odds * _MARGIN + _LEAST
    beside = float(np.minimum(near - _LEAST, 1).sum()) * len(groups) / len(firsts)
    pairs = len(codes) * (len(codes) - 1) / 2 if earlier is None else len(codes) * len(earlier)
    expected = pairs if few else honest + beside
    near = near + (pairs if few else 0)
    many = at_least(len(groups), expected)
    large, crowd = _large(now[firsts], sizes - (both if earlier is not None else 1), near, len(codes), level)
    block, chance = _in_order(now, then if earlier is not None else None, equal, expected, level)
    sure = equal & (np.isin(now, crowd) | block)
    sure = equal if many < level else sure
    return Repeated(equal, sure, len(groups), expected, min(many, large, chance))


def marks_of(codes: Integers) -> Integers:
    """The same number for the same answers: 64 bits of each row's."""
    draw = np.random.default_rng(0)
    first, second = (draw.integers(1, 2**63, codes.shape[1], dtype=np.uint64) | np.uint64(1) for _ in range(2))
    with np.errstate(over="ignore"):
        mixed = (codes.astype(np.uint64) + np.uint64(1)) * first
        mixed ^= mixed >> np.uint64(29)
        hashes = (mixed * second).sum(axis=1, dtype=np.uint64)
    found: Integers = np.unique(hashes, return_inverse=True)[1].reshape(-1)
    return found


def _honest(codes: Integers, earlier: Integers | None, now: Integers, then: Integers, seed: int) -> tuple[float, float]:
    """Equal pairs expected of honest rows, and how many equal rows a row has for each that differs in one answer.

    Each interview counts once, and of two waves' none that is in both: what is under suspicion sets no measure.
    """
    rng = np.random.default_rng(seed)
    once = np.unique(now, return_index=True)[1]
    if earlier is None:
        rows = rng.permutation(once)[:_SAMPLE]
        expected = expected_pairs(alike_within(codes[rows])[1])
        share = len(codes) * (len(codes) - 1) / max(len(rows) * (len(rows) - 1), 1)
    else:
        mine = rng.permutation(once[~np.isin(now[once], then)])[:_SAMPLE]
        # A file that is all another's leaves nothing of its own: the earlier wave's rows among themselves then.
        mine_rows = codes[mine] if len(mine) >= 100 else earlier
        theirs = earlier[rng.permutation(np.unique(then, return_index=True)[1])[:_SAMPLE]]
        expected = expected_pairs(alike(mine_rows[:_SAMPLE], theirs)[1])
        share = len(codes) * len(earlier) / max(len(mine_rows[:_SAMPLE]) * len(theirs), 1)
    odds = float(expected[-1] / expected[-2]) if expected[-2] > 0 else 0.0
    return float(expected[-1] * share), odds


def _neighbours(rows: Integers, others: Integers) -> Floats:
    """Per row how many others differ from it in exactly one answer."""
    if not rows.shape[1]:
        return np.zeros(len(rows))
    return np.array([float(((others != row).sum(axis=1) == 1).sum()) for row in rows])


def at_least(count: int, expected: float) -> float:
    """P(a Poisson variable is at least ``count``)."""
    from scipy.stats import poisson

    return float(poisson.sf(count - 1, expected))


def _large(groups: Integers, others: Integers, near: Floats, rows: int, level: float) -> tuple[float, Integers]:
    """Chance that any row has as many equals as the most surprising group, and the groups with such a chance or less.

    ``others``: per group its rows beside the first; ``near``: how many are expected.
    """
    from scipy.stats import nbinom

    chances = np.minimum(nbinom.sf(others[groups] - 1, _SHAPE, _SHAPE / (_SHAPE + near)) * rows, 1.0)
    return float(chances.min(initial=1.0)), groups[chances < level]


def _in_order(now: Integers, then: Integers | None, equal: Mask, expected: float, level: float) -> tuple[Mask, float]:
    """Rows of the stretches that come again in their own order more than chance allows, and the chance of the longest.

    A pair of honest rows is equal with probability q = ``expected`` ÷ pairs; of n pairs of places, n · q^L begin an
    equal stretch of length L. q is taken larger, as neighbours in a file are alike.
    """
    first, second = _equal_pairs(now, then, equal)
    found = np.zeros(len(now), dtype=bool)
    if len(first) < 2:
        return found, 1.0
    order = np.lexsort((first, second - first))
    first, second = first[order], second[order]
    starts = np.ones(len(first), dtype=bool)
    starts[1:] = (np.diff(first) != 1) | (np.diff(second) != 1)
    number = np.cumsum(starts) - 1
    length = np.bincount(number)[number]
    # A row of people who all answer the same is equal to itself one further on: that is no block.
    length = np.where(second - first >= length, length, 1) if then is None else length
    others = len(now) if then is None else len(then)
    pairs = len(now) * (len(now) - 1) / 2 if then is None else len(now) * len(then)
    q = min(max(_BESIDE * expected / pairs, _ONCE / others), 0.5)
    chances = np.minimum(pairs * q**length, 1.0)
    inside = chances < level
    found[first[inside]] = True
    if then is None:
        found[second[inside]] = True
    return found, float(chances.min())


def _equal_pairs(now: Integers, then: Integers | None, equal: Mask) -> tuple[Integers, Integers]:
    """Places i and j of rows that are ``equal`` to each other, those nearest to each other first."""
    rows = np.flatnonzero(equal)
    if then is None:
        order: Integers = rows[np.lexsort((rows, now[rows]))]
        firsts, seconds, count = [rows[:0]], [rows[:0]], 0
        for step in range(1, len(order)):
            same = now[order[step:]] == now[order[:-step]]
            count += int(same.sum())
            if not same.any() or count > _MOST_PAIRS + len(order):
                break
            firsts.append(order[:-step][same])
            seconds.append(order[step:][same])
        return np.concatenate(firsts), np.concatenate(seconds)
    order = np.argsort(then, kind="stable")
    low, high = np.searchsorted(then[order], now[rows], "left"), np.searchsorted(then[order], now[rows], "right")
    counts = np.minimum(high - low, max(_MOST_PAIRS // len(rows), 1))
    inside = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    return np.repeat(rows, counts), order[np.repeat(low, counts) + inside]
