"""How a wave's answers hang together, against how they did: scales turned round, answers that lost their persons.

Each item is foreseen from all the others with the correlations of earlier waves (``reference_sample``). The mean of
answer times forecast, divided by what the earlier waves give, is the slope of today's correlations on theirs: 1 in an
honest wave, 0 where a column or a block of columns was shuffled against the rest, −1 where a scale was turned round,
between them where that happened to a share of the rows. Every run of columns is held against all columns outside it,
since a spreadsheet sorted in part breaks just those relations.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from pulsometro.check.rules.reference_sample import Floats, Reference

# Honest relations change a little: the slope's own standard deviation between waves.
HONEST = 0.04
WEAK, TURNED = 0.88, -0.25
# Opinions that change lower correlations, however much; what they never give is a scale that goes against all it went
# with, or answers that go with nothing any more.
SURELY_NONE, SURELY_TURNED = 0.2, -0.5
SEEN, SURE = 4.0, 6.0
_MOST_LOST = 8


@dataclass(frozen=True)
class Slope:
    """A run of items from place ``first`` to ``last`` (both included), or the areas (−1, −1).

    ``value``: the slope; ``error``: its standard error with what honest waves differ by.
    """

    first: int
    last: int
    value: float
    error: float

    @property
    def lost(self) -> float:
        """Standard errors below 1, where relations are whole."""
        return (1 - self.value) / self.error

    @property
    def turned(self) -> float:
        """Standard errors below 0, where there are no relations."""
        return -self.value / self.error


@dataclass(frozen=True)
class Damage:
    """A run of items turned round or shuffled; ``sure``: no honest wave would look so."""

    kind: str
    slope: Slope
    sure: bool


def products(scores: Floats, correlation: Floats, items: int) -> Iterator[tuple[int, int, Floats, float, float]]:
    """For every run of items: its first and last place, answer times forecast per respondent (n,), the sum of the
    squared correlations that forecast, and how many they are."""
    part = correlation[:, :items]
    forecast = scores @ part
    squares = correlation**2
    for first in range(items):
        inner = np.zeros(len(scores))
        whole = np.zeros(len(scores))
        for last in range(first, items):
            run = slice(first, last)
            column = scores[:, last]
            inner = inner + 2 * column * (scores[:, run] @ correlation[run, last]) + column**2 * correlation[last, last]
            whole = whole + column * forecast[:, last]
            inside = slice(first, last + 1)
            power = float(squares[inside].sum() - squares[inside, inside].sum())
            count = (last + 1 - first) * (len(correlation) - (last + 1 - first))
            yield first, last, whole - inner, power, float(count)


def area_products(scores: Floats, correlation: Floats, items: int) -> tuple[Floats, float, float]:
    """The same of the areas against all items."""
    block = correlation[items:, :items]
    return ((scores[:, items:] @ block) * scores[:, :items]).sum(axis=1), float((block**2).sum()), float(block.size)


def slopes(scores: Floats, usual: Reference, items: int, size: float, design_effect: float) -> list[Slope]:
    """The slope of every run of items, and of the areas, whose relations can be told from none.

    ``scores``: (n, items + areas) of the new wave; ``size``: respondents that ``usual`` was measured on.
    """
    found = []
    for first, last, product, power, count in _all(scores, usual.correlation, items):
        # A squared correlation of a sample is larger by its variance than the true one.
        true = power - count / size
        # With fewer than so many standard errors of the past itself, nothing can be said.
        if true <= 0 or true < 4 * np.sqrt(2 * count) / size or true < 0.003:
            continue
        error = np.sqrt(design_effect * product.var() * (1 / len(scores) + 1 / size)) / true
        found.append(Slope(first, last, float(product.mean() / true), float(np.hypot(error, HONEST))))
    return found


def _all(
    scores: Floats, correlation: Floats, items: int
) -> Iterator[tuple[int, int, npt.NDArray[np.float64], float, float]]:
    yield from products(scores, correlation, items)
    if len(correlation) > items:
        yield (-1, -1, *area_products(scores, correlation, items))


def turned_round(scores: Floats, usual: Reference, items: int, size: float, design_effect: float) -> list[Damage]:
    """The runs of items whose relations are the other way round, the plainest first."""
    scores = scores.copy()
    found: list[Damage] = []
    for _ in range(items):
        every = slopes(scores, usual, items, size, design_effect)
        worst = max((s for s in every if s.value < TURNED and s.first >= 0), key=lambda s: s.turned, default=None)
        if worst is None or worst.turned < SEEN:
            break
        scores[:, worst.first : worst.last + 1] *= -1
        found.append(Damage("turned", worst, worst.value < SURELY_TURNED))
    return found


def lost_relations(
    scores: Floats, usual: Reference, items: int, size: float, design_effect: float, steady: Sequence[bool]
) -> list[Damage]:
    """The runs of items (or the areas) that have lost their relations, the plainest first.

    Each is then left out, so that what only went with it is not named for it. ``steady``: (items,) whether an item is
    answered as before; of one that is not, a weaker relation may be a change of opinion.
    """
    scores, usual = scores.copy(), replace(usual, correlation=usual.correlation.copy())
    found: list[Damage] = []
    while len(found) < _MOST_LOST:
        every = slopes(scores, usual, items, size, design_effect)
        worst = max((s for s in every if s.value < WEAK and s.lost > SEEN), key=lambda s: s.lost, default=None)
        if worst is None:
            break
        run = range(worst.first, worst.last + 1) if worst.first >= 0 else range(items, len(usual.correlation))
        as_before = all(steady[place] for place in run if place < items)
        found.append(Damage("lost", worst, as_before and worst.value < SURELY_NONE and worst.lost > SURE))
        places = list(run)
        scores[:, places] = 0.0
        usual.correlation[places, :] = 0.0
        usual.correlation[:, places] = 0.0
    return found


def against_battery(values: Floats) -> list[int]:
    """Places of the items that go against the rest of their battery: their correlation with the others' mean is
    negative, while without them all hang together.

    ``values``: (n, items) codes of one scale, NaN without answer. For waves that nothing is known of before; a
    question put the other way round looks the same, so that this is never sure.
    """
    scores = np.nan_to_num((values - np.nanmean(values, axis=0)) / np.maximum(np.nanstd(values, axis=0), 1e-9))
    found: list[int] = []
    while len(found) < values.shape[1] // 2:
        total = scores.sum(axis=1)
        rest = total[:, None] - scores
        with np.errstate(invalid="ignore", divide="ignore"):
            product = (scores * rest).mean(axis=0) / (scores.std(axis=0) * rest.std(axis=0))
        # An item of one answer, or of none, goes with nothing.
        place = int(np.argmin(np.where(np.isfinite(product), product, np.inf)))
        if not product[place] < -SURE / np.sqrt(max(len(values), 1)):
            break
        found.append(place)
        scores[:, place] *= -1
    return sorted(found)
