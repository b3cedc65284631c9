"""Parts of a wave whose answers hang together otherwise: a municipality, an interviewer, rows delivered together.

The measures are those of the whole wave (``relations``, ``moved_columns``), their means taken in each part. A
municipality is held against itself in earlier waves, an interviewer or a run of rows against the rest of the wave.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pulsometro.check.rules.reference_sample import Floats

Integers = npt.NDArray[np.int64]
LEAST = 40
RUN, _MOST_RUNS = 200, 120
SEEN, SURE = 1e-4, 1e-9
_LEAST_SURE = 200
# A change of opinion lowers correlations, in one place more than in others; but it turns or moves no answers.
_SURE_SHARE = 0.65
_CUT = 0.005
_FEW = 8


@dataclass(frozen=True)
class Groups:
    """``kind``: area, interviewer or rows; ``rows``: of each group; ``usual``: whether earlier waves have it too."""

    kind: str
    names: tuple[str, ...]
    rows: tuple[Integers, ...]


@dataclass(frozen=True)
class Measure:
    """One number per respondent. ``whole``: its mean where all is well, ``spoilt``: where what is sought happened.

    ``what``: names the finding. ``before``: the same of the earlier respondents, with ``held``, their weights.
    """

    what: str
    places: tuple[int, ...]
    value: Floats
    whole: float
    spoilt: float
    before: Floats | None = None
    held: Floats | None = None


@dataclass(frozen=True)
class Odd:
    """A group that a measure sets apart; ``share``: of its rows, as estimated."""

    group: str
    kind: str
    measure: Measure
    n: int
    share: float
    p: float
    sure: bool


def runs_of_rows(folios: Sequence[str]) -> Groups:
    """Overlapping runs of rows in the order delivered, named by their first and last folio."""
    n = len(folios)
    length = max(RUN, -(-2 * n // _MOST_RUNS))
    starts = range(0, max(n - length, 0) + 1, max(length // 2, 1)) if n >= 2 * length else range(0)
    rows = [np.arange(start, min(start + length, n)) for start in starts]
    return Groups("rows", tuple(f"{folios[r[0]]} … {folios[r[-1]]}" for r in rows), tuple(rows))


def groups_of(kind: str, places: Integers, names: Sequence[str]) -> Groups:
    """Groups by each respondent's place among ``names``, −1 outside; those of fewer than 40 are left out."""
    rows = [np.flatnonzero(places == place) for place in range(len(names))]
    kept = [place for place, each in enumerate(rows) if len(each) >= LEAST]
    return Groups(kind, tuple(names[place] for place in kept), tuple(rows[place] for place in kept))


def odd_groups(
    groups: Groups, measures: Sequence[Measure], strata: Integers, areas: Integers | None, least_share: float,
    level: float = SEEN,
) -> list[Odd]:  # fmt: skip
    """The groups that a measure sets apart, likeliest first.

    ``areas``: the earlier respondents' place among ``groups.names``; None compares with the rest of this wave, each
    respondent with those of the same place (``strata``), since files are sorted by places and people differ. Scores
    of a measure are divided by their own robust spread over the groups, as honest ones differ too. ``level``: the
    chance of any, of all groups and measures together, where nothing is odd.
    """
    from scipy.stats import norm

    found: list[Odd] = []
    tests = max(len(measures) * len(groups.rows), 1)
    sizes = np.array([len(rows) for rows in groups.rows], dtype=float)
    for measure in measures if len(sizes) > 1 else ():
        low, high = np.quantile(measure.value, [_CUT, 1 - _CUT])
        value = np.clip(measure.value, low, high)
        value = value if areas is not None else _without_places(value, strata)
        means = np.array([value[rows].mean() for rows in groups.rows])
        usual, noise = _usual(measure, groups, areas, value, low, high)
        direction = np.sign(measure.spoilt - measure.whole)
        spread = float(value.std())
        if spread == 0 or direction == 0:
            continue
        z = direction * (means - usual) / np.sqrt(spread**2 / sizes + noise)
        z -= np.median(z)
        if len(z) >= _FEW:
            z /= max(1.0, 1.4826 * float(np.median(np.abs(z))))
        shares = (means - usual) / (measure.spoilt - measure.whole)
        for place in np.flatnonzero((norm.sf(z) * tests < level) & (shares > least_share)):
            p = float(norm.sf(z[place]) * tests)
            n = int(sizes[place])
            share = float(min(shares[place], 1.0))
            sure = p < SURE and n >= _LEAST_SURE and share > _SURE_SHARE and measure.what != "lost"
            found.append(Odd(groups.names[place], groups.kind, measure, n, share, p, sure))
    return sorted(found, key=lambda odd: odd.p)


def _without_places(value: Floats, strata: Integers) -> Floats:
    """The values less the mean of their place, plus that of all."""
    places = strata + 1
    count = np.bincount(places)
    mean = np.bincount(places, value) / np.maximum(count, 1)
    moved: Floats = value - mean[places] + value.mean()
    return moved


def _usual(
    measure: Measure, groups: Groups, areas: Integers | None, value: Floats, low: float, high: float
) -> tuple[Floats, Floats]:
    """What each group would have if it were as always, and the variance of that."""
    count = len(groups.rows)
    if areas is None or measure.before is None or measure.held is None:
        return np.full(count, value.mean()), np.zeros(count)
    before, held = np.clip(measure.before, low, high), measure.held
    inside = areas >= 0
    total = np.bincount(areas[inside], held[inside], count)
    usual = np.bincount(areas[inside], (held * before)[inside], count) / np.maximum(total, 1e-12)
    squares = np.bincount(areas[inside], (held**2)[inside], count) / np.maximum(total, 1e-12) ** 2
    known = total > 0
    return np.where(known, usual, value.mean()), np.where(known, squares * value.var(), np.inf)
