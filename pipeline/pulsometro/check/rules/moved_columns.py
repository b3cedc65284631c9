"""Columns in another order, scales the other way round: would the answers hang together better if they were moved back?

A respondent's answers are more or less likely under the means and correlations of earlier waves (a normal density).
The gain of a change is the logarithm of the likelihood ratio: the answers with two columns exchanged, a battery in
another order or a scale turned round, against the answers as delivered. Honest ones lose by it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

import numpy as np

from pulsometro.check.rules.reference_sample import Answers, Floats, Layout, Reference
from pulsometro.questionnaire.model import Questionnaire

# The share of rows for which a mixture is sought: where so few are of another form, the mean alone does not tell.
SOUGHT = 0.08
SEEN, SURE = 4.0, 6.0
_BOUND = 12.0
_LARGEST_GROUP = 12
_LEAST_SHARE, _SURE_WHOLE = 0.03, 0.6
# A past of fewer fits itself better than any other wave: of a few rows nothing can be told by it.
_LEAST_PAST = 1_500
# By so much of the rows honest relations seem turned or exchanged, or the contrary: a standard deviation.
_HONEST_SHARE = 0.008
# No change is told more exactly: ages put for people in a home are all as unlikely as can be.
_LEAST_ERROR = 1e-3


@dataclass(frozen=True)
class Change:
    """``kind``: exchanged, turned, reordered. ``places``: columns that get the answers of ``sources``; turned ones
    instead get their scale the other way round."""

    kind: str
    places: tuple[int, ...]
    sources: tuple[int, ...]

    def made(self, values: Floats, layout: Layout) -> Floats:
        """(n, places) the answers of the columns after the change."""
        moved: Floats = values[:, list(self.sources)]
        if self.kind != "turned":
            return moved
        ends = [min(layout.codes[place]) + max(layout.codes[place]) for place in self.places]
        turned: Floats = np.array(ends, dtype=float) - moved
        return turned


@dataclass(frozen=True)
class Finding:
    """A change under which the answers are likelier; ``share``: of the rows, as estimated.

    ``sure``: as a whole they fit what was before far better with the change than without, which no change of opinion
    gives; a few rows that would fit better may be people who think otherwise today.
    """

    change: Change
    share: float
    z: float
    sure: bool


def batteries_of(questionnaire: Questionnaire, items: Sequence[str]) -> list[list[int]]:
    """Places of the items with the same codes and labels, two at least."""
    groups: dict[tuple[tuple[int, str], ...], list[int]] = {}
    for place, name in enumerate(items):
        groups.setdefault(tuple(questionnaire[name].codes.items()), []).append(place)
    return [places for codes, places in groups.items() if codes and len(places) > 1]


def changes(layout: Layout, batteries: Sequence[Sequence[int]]) -> Iterator[Change]:
    """What is tried: two columns of the same codes exchanged; a scale, or a whole battery of them, turned round; a
    battery read backwards or moved by one column."""
    numbers = [place for place, codes in enumerate(layout.codes) if not codes]
    for group in [*layout.alike(), numbers]:
        if len(group) <= _LARGEST_GROUP:
            yield from (Change("exchanged", pair, pair[::-1]) for pair in combinations(group, 2))
        else:
            yield from (Change("exchanged", pair, pair[::-1]) for pair in pairwise(group))
    for place, codes in enumerate(layout.codes):
        if len(codes) > 1:
            yield Change("turned", (place,), (place,))
    long = [tuple(battery) for battery in batteries if len(battery) > 2]
    for run in map(tuple, batteries):
        yield Change("turned", run, run)
        yield from (Change("reordered", run, to) for to in _orders(run) if len(run) > 2)
    if len(long) > 1:
        # A form of another house differs in every battery at once.
        places = tuple(place for run in long for place in run)
        yield Change("turned", places, places)
        for orders in zip(*map(_orders, long), strict=True):
            yield Change("reordered", places, tuple(place for order in orders for place in order))


def _orders(run: tuple[int, ...]) -> tuple[tuple[int, ...], ...]:
    """A battery read backwards, and moved by one column either way."""
    return run[::-1], (*run[1:], run[0]), (run[-1], *run[:-1])


@dataclass(frozen=True)
class Likelihood:
    """The density of a respondent's scores: the reference's ``usual`` means and correlations, and their inverse."""

    usual: Reference
    precision: Floats
    layout: Layout

    def gain(self, change: Change, answers: Answers, scores: Floats, leaning: Floats) -> Floats:
        """(n,) logarithm of the likelihood ratio of the changed answers to those delivered, within ±12.

        ``scores``: of ``answers``; ``leaning``: scores times precision.
        """
        places = list(change.places)
        made = (change.made(answers.values, self.layout) - self.usual.mean[places]) / self.usual.spread[places]
        moved = np.nan_to_num(made) - scores[:, places]
        inner = self.precision[np.ix_(places, places)]
        gain: Floats = -(2 * (moved * leaning[:, places]).sum(axis=1) + ((moved @ inner) * moved).sum(axis=1)) / 2
        return np.clip(gain, -_BOUND, _BOUND)


@dataclass(frozen=True)
class Sample:
    """Respondents with their scores and leanings."""

    answers: Answers
    scores: Floats
    leaning: Floats

    def compared(self, change: Change) -> Floats:
        """(n,) weights that sum to 1, zero where the respondent's wave did not ask alike."""
        asked = self.answers.asked[:, list(change.places)].all(axis=1)
        held = self.answers.weight * asked
        weight: Floats = held / max(float(held.sum()), 1e-12)
        return weight


def sample_of(answers: Answers, model: Likelihood) -> Sample:
    """The respondents as the likelihood sees them."""
    scores = model.usual.scores(answers)
    return Sample(answers, scores, scores @ model.precision)


def moved_back(
    tried: Sequence[Change], now: Sample, past: Sample, model: Likelihood, design_effect: float
) -> list[Finding]:
    """The changes under which today's answers are likelier than the earlier ones were, the plainest first.

    A change of all rows shows in the mean gain; one of a few in the mean chance that a row is of the other form.
    """
    found = []
    for change in tried:
        held = past.compared(change)
        if not held.any():
            continue
        size = float(1 / (held**2).sum())
        today = model.gain(change, now.answers, now.scores, now.leaning)
        before = model.gain(change, past.answers, past.scores, past.leaning)
        whole = _whole(change, today, before, held, size, design_effect)
        found += [each for each in (whole or _mixed(change, today, before, held, size, design_effect),) if each]
    return sorted(found, key=lambda each: -each.z)


def _whole(
    change: Change, today: Floats, before: Floats, held: Floats, size: float, design_effect: float
) -> Finding | None:
    usual = float(held @ before)
    error = _error(today, before, held, size, design_effect)
    z = (float(today.mean()) - usual) / error
    if usual >= 0 or today.mean() <= 0 or z < SEEN:
        return None
    share = min(1.0, float(today.mean() - usual) / (-2 * usual))
    return Finding(change, share, z, share > _SURE_WHOLE and float(today.mean()) / error > SURE)


def _mixed(
    change: Change, today: Floats, before: Floats, held: Floats, size: float, design_effect: float
) -> Finding | None:
    today, before, other = _chance(today), _chance(before), _chance(-before)
    usual = float(held @ before)
    apart = float(held @ other) - usual
    error = float(np.hypot(_error(today, before, held, size, design_effect), _HONEST_SHARE * apart))
    z = (float(today.mean()) - usual) / error
    share = (float(today.mean()) - usual) / apart if apart > 0 else 0.0
    if z < SEEN or share < _LEAST_SHARE or size < _LEAST_PAST:
        return None
    return Finding(change, min(share, 1.0), z, False)


def _error(today: Floats, before: Floats, held: Floats, size: float, design_effect: float) -> float:
    spread = float(held @ (before - held @ before) ** 2)
    return max(float(np.sqrt(design_effect * (today.var() / len(today) + spread / size))), _LEAST_ERROR)


def _chance(gain: Floats) -> Floats:
    odds: Floats = SOUGHT / (1 - SOUGHT) * np.exp(gain)
    return odds / (1 + odds)
