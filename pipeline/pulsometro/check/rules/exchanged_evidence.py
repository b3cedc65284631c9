"""Two columns that are all but alike, exchanged: what little tells them apart, put together.

Army and navy hang together alike with everything, and people trust them nearly as much. But one is a little more
trusted, more people do not know the other, one goes a little more with the police, and one differs a little more
between areas; an exchange turns all of these round at once, while opinions that change turn one of them at most. Each
is compared with what it was, with what honest waves differ by, and the logarithms of their likelihood ratios are added.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from pulsometro.check.rules.area_means import composed
from pulsometro.check.rules.exchanged_margins import disjoint
from pulsometro.check.rules.reference_sample import Answers, Floats, Layout, Reference, reference

# The logarithm of all likelihood ratios that says so; what one kind of evidence counts at most; what supports it at
# least, and how far a kind may speak against it. Of an honest pair it is beyond _TOLD with a chance below 0.0003.
_TOLD, _MOST, _SUPPORTS, _AGAINST = 6.0, 8.0, 1.0, -1.5
# Exchanged, each kind must fit what was within so many standard deviations, or this share of that as delivered.
_FITS, _FAR_BETTER = 3.5, 1 / 3
_ENOUGH = 3
_LEAST_AREAS = 4


@dataclass(frozen=True)
class Honest:
    """What honest waves differ by, at least: standard deviations. ``few``: where a past of one or two waves tells.

    ``mean``: of two items' difference, in spreads of an answer; ``silence``: of the logarithm of how much oftener one
    has no answer; ``relation``: of a correlation; ``slope``: of two items' different relations, as a share of them.
    """

    mean: float
    silence: float
    relation: float
    slope: float
    few: float = 2.0


USUAL = Honest(mean=0.03, silence=0.1, relation=0.02, slope=0.04)
# A question that was worded anew has other levels, and its relations may be weaker; they are of the same thing still.
BROKEN = Honest(mean=0.3, silence=0.3, relation=0.03, slope=0.35, few=1.0)


@dataclass(frozen=True)
class _Kind:
    """A difference of the two items today and as it was, with its standard deviation in honest waves."""

    today: float
    before: float
    error: float
    relations: bool = False

    @property
    def ratio(self) -> float:
        """Logarithm of the likelihood ratio of exchanged to as delivered (normal)."""
        return -2 * self.today * self.before / self.error**2

    @property
    def fits(self) -> bool:
        """Whether it is about what an exchange would give."""
        straight, across = abs(self.today - self.before) / self.error, abs(self.today + self.before) / self.error
        return across < max(_FITS, _FAR_BETTER * straight)


def exchanged_pairs(
    layout: Layout, now: Answers, waves: Sequence[Answers], past: Answers, honest: Honest, design_effect: float,
    among: Sequence[int] | None = None,
) -> list[tuple[int, int]]:  # fmt: skip
    """Pairs of places, of the same codes, that carry each other's answers; the plainest first, none in two pairs.

    ``waves``: the earlier ones, oldest first; ``past``: all of them as one sample, weighted as is right for relations;
    ``among``: the places that may be told, all where None.
    """
    sides = _Sides.of(layout, now, waves, past, honest, design_effect)
    found = []
    for group in layout.alike():
        for pair in combinations([place for place in group if among is None or place in among], 2):
            kinds = list(sides.kinds(*pair))
            if _told(kinds):
                found.append((sum(min(kind.ratio, _MOST) for kind in kinds), pair))
    return disjoint([pair for _, pair in sorted(found, reverse=True)])


def _told(kinds: Sequence[_Kind]) -> bool:
    """Whether the kinds together say so: two of them at least, or relations alone beyond doubt, and none against it."""
    if not kinds or min(kind.ratio for kind in kinds) < _AGAINST or not all(kind.fits for kind in kinds):
        return False
    support = sum(kind.ratio >= _SUPPORTS for kind in kinds)
    alone = any(kind.relations and kind.ratio >= _MOST for kind in kinds)
    return (support > 1 or alone) and sum(min(kind.ratio, _MOST) for kind in kinds) >= _TOLD


@dataclass(frozen=True)
class _Sides:
    """What the kinds of evidence are taken from: (items,) of today, (waves, items) of the earlier waves."""

    honest: Honest
    design_effect: float
    mean: Floats
    means: Floats
    spread: Floats
    silence: Floats
    silences: Floats
    silent: Floats
    silents: Floats
    scores: Floats
    usual: Reference
    size: float

    @classmethod
    def of(
        cls, layout: Layout, now: Answers, waves: Sequence[Answers], past: Answers, honest: Honest, design_effect: float
    ) -> "_Sides":
        """Summed up once for all pairs."""
        usual = reference(past, len(layout.areas))
        mean, means, spread = composed(layout, now, waves)
        today, *before = [_silence(each) for each in (now, *waves)]
        return cls(
            honest, design_effect, mean, means, spread, today[0], np.array([each[0] for each in before]), today[1],
            np.array([each[1] for each in before]), usual.scores(now), usual, past.size,
        )  # fmt: skip

    def kinds(self, a: int, b: int) -> Iterator[_Kind]:
        """The kinds of evidence that there are of two items; none where no wave asked both."""
        told = np.isfinite(self.means[:, a] - self.means[:, b])
        if not told.any():
            return
        few = self.honest.few if told.sum() < _ENOUGH else 1.0
        unit = np.sqrt(self.spread[a] * self.spread[b])
        past = (self.means[told, a] - self.means[told, b]) / unit
        moves = np.diff(past)
        usual = float(np.sqrt(np.mean(moves**2))) if len(moves) >= _ENOUGH - 1 else 0.0
        today = float((self.mean[a] - self.mean[b]) / unit)
        if np.isfinite(today):
            yield _Kind(today, float(past[-1]), max(self.honest.mean * few, usual))
        yield self._without_answer(a, b, told, few)
        items = len(self.mean)
        others = [place for place in range(items) if place not in (a, b)]
        yield from self._relations(a, b, others)
        if len(self.usual.share) >= _LEAST_AREAS:
            yield from self._relations(a, b, list(range(items, self.scores.shape[1])))

    def _without_answer(self, a: int, b: int, told: np.ndarray, few: float) -> _Kind:
        past = self.silences[told, a] - self.silences[told, b]
        variance = self.silents[told, a] + self.silents[told, b]
        before = float(np.average(past, weights=1 / variance))
        moved = max(float(np.mean((past - before) ** 2) - np.mean(variance)), 0.0) if len(past) >= _ENOUGH else 0.0
        chance = self.silent[a] + self.silent[b] + 1 / np.sum(1 / variance)
        error = np.sqrt(self.design_effect * chance + max(self.honest.silence * few, np.sqrt(moved)) ** 2)
        return _Kind(float(self.silence[a] - self.silence[b]), before, float(error))

    def _relations(self, a: int, b: int, others: list[int]) -> Iterator[_Kind]:
        """Today's differences of the two items' correlations with others, as a slope on what they were."""
        usual = self.usual.correlation[a, others] - self.usual.correlation[b, others]
        # The squared differences of a sample are larger by their variance than the true ones.
        noise = 2 * (1 - self.usual.correlation[a, b]) / self.size
        true = float(usual @ usual) - len(others) * noise
        if true < 4 * np.sqrt(2 * len(others)) * noise or true < self.honest.relation**2:
            return
        product = (self.scores[:, a] - self.scores[:, b]) * (self.scores[:, others] @ usual)
        chance = self.design_effect * product.var() * (1 / len(product) + 1 / self.size) / true**2
        error = np.sqrt(chance + self.honest.relation**2 / true + self.honest.slope**2)
        yield _Kind(float(product.mean()) / true, 1.0, float(error), relations=True)


def _silence(answers: Answers) -> tuple[Floats, Floats]:
    """(items,) logarithm of the odds of no answer, and its variance, among those who are asked alike."""
    count = answers.asked.sum(axis=0).astype(float)
    none = (np.isnan(answers.values) & answers.asked).sum(axis=0)
    return np.log((none + 0.5) / (count - none + 0.5)), 1 / (none + 0.5) + 1 / (count - none + 0.5)
