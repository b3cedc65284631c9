"""Earlier waves as the measure of a new one's relations: one sample, raked to the new wave's margins.

What people answer changes from wave to wave, and with it every correlation of codes a little. So the earlier waves'
respondents are weighted until each item's answers, and the areas, are as frequent among them as in the new wave
(raking: Deming and Stephan 1940, Annals of Mathematical Statistics 11). What then differs is how the answers of one
person hang together, which honest waves share and a shuffled, turned or exchanged column does not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from pulsometro.check.rules.previous_wave import Past
from pulsometro.questionnaire.model import Questionnaire

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
LEAST_ROWS, MOST_ROWS = 400, 30_000
_MOST_CODES, _LEAST_AREA = 30, 30
_ROUNDS, _CLASSES = 12, 8
_RIDGE = 0.02


@dataclass(frozen=True)
class Layout:
    """The items compared, in the order asked; their codes (none: a number); the areas, by name."""

    items: tuple[str, ...]
    codes: tuple[tuple[int, ...], ...]
    areas: tuple[str, ...]

    def alike(self) -> list[list[int]]:
        """Places of the items that have the same codes, two at least, in the order asked."""
        groups: dict[tuple[int, ...], list[int]] = {}
        for place, codes in enumerate(self.codes):
            if len(codes) > 1:
                groups.setdefault(codes, []).append(place)
        return [group for group in groups.values() if len(group) > 1]


@dataclass(frozen=True)
class Answers:
    """Respondents as numbers. ``values``: (n, items), NaN where there is no answer; ``area``: (n,) place, −1 outside.

    ``asked``: (n, items) whether the item of that respondent's wave can be compared at all. ``weight``: (n,) sums to 1.
    """

    values: Floats
    area: Integers
    asked: npt.NDArray[np.bool_]
    weight: Floats

    @property
    def size(self) -> float:
        """How many equally weighted respondents tell as much (Kish 1965)."""
        return float(1 / (self.weight**2).sum())


@dataclass(frozen=True)
class Reference:
    """What is usual. ``mean``, ``spread``: (items,); ``share``: (areas,); ``correlation``: (items + areas) square."""

    mean: Floats
    spread: Floats
    share: Floats
    correlation: Floats

    def scores(self, answers: Answers) -> Floats:
        """(n, items + areas) standardised; 0, the mean, where there is no answer."""
        items = np.nan_to_num((answers.values - self.mean) / self.spread)
        places = np.arange(len(self.share)) == answers.area[:, None]
        return np.hstack([items, (places - self.share) / np.sqrt(np.maximum(self.share * (1 - self.share), 1e-9))])

    def precision(self) -> Floats:
        """The inverse of the correlations, made definite by a ridge: areas add up to one."""
        values, vectors = np.linalg.eigh(self.correlation)
        inverse: Floats = (vectors / np.maximum(values, _RIDGE)) @ vectors.T
        return inverse


def compared(questionnaire: Questionnaire, responses: pd.DataFrame, left_out: Sequence[str]) -> list[str]:
    """Items whose answers are codes or numbers of everybody's, in the order asked.

    Derived and private ones are not, nor is what was knowingly not delivered.
    """
    aside = {*left_out, *questionnaire.delivery.not_delivered}
    return [
        name
        for name, item in questionnaire.items.items()
        if name in responses and name not in aside and item.kind in {"single", "integer", "number"}
        and item.derived is None and not item.private and len(item.codes) <= _MOST_CODES
    ]  # fmt: skip


def layout_of(questionnaire: Questionnaire, items: Sequence[str], area: pd.Series | None) -> Layout:
    """The items and the areas with enough respondents."""
    counts = area.value_counts() if area is not None else pd.Series(dtype=int)
    areas = sorted(str(name) for name in counts.index[counts >= _LEAST_AREA])
    return Layout(tuple(items), tuple(tuple(questionnaire[name].codes) for name in items), tuple(areas))


def comparable(name: str, now: Questionnaire, past: Questionnaire, since: Sequence[str]) -> bool:
    """Whether an item's answers of an earlier wave are of the same kind; ``since``: waves after it, up to this one."""
    if name not in past.items or past[name].kind != now[name].kind or dict(past[name].codes) != dict(now[name].codes):
        return False
    broken = {*now[name].comparable.breaks, *now.fieldwork.breaks}
    return not broken & set(since)


def answers_of(
    responses: pd.DataFrame, questionnaire: Questionnaire, layout: Layout, area: str | None, asked: Sequence[bool]
) -> Answers:
    """A wave's respondents, evenly thinned where there are more than 30,000."""
    frame = responses.iloc[:: max(1, -(-len(responses) // MOST_ROWS))]
    values = np.full((len(frame), len(layout.items)), np.nan)
    for place, name in enumerate(layout.items):
        if asked[place] and name in frame:
            told = frame[name].to_numpy(dtype=float, na_value=np.nan)
            values[:, place] = np.where(np.isin(told, list(questionnaire[name].missing)), np.nan, told)
    places = np.full(len(frame), -1, dtype=np.int64)
    if area is not None and area in frame:
        places = np.asarray(pd.Index(layout.areas).get_indexer(pd.Index(frame[area].astype("string"))), dtype=np.int64)
    every = np.broadcast_to(np.asarray(asked, dtype=bool), values.shape)
    return Answers(values, places, every, np.full(len(frame), 1 / max(len(frame), 1)))


def pooled(waves: Sequence[Answers]) -> Answers:
    """Several waves' respondents as one sample."""
    count = sum(len(wave.area) for wave in waves)
    return Answers(
        np.vstack([wave.values for wave in waves]), np.concatenate([wave.area for wave in waves]),
        np.vstack([wave.asked for wave in waves]), np.full(count, 1 / count),
    )  # fmt: skip


def raked(past: Answers, now: Answers, layout: Layout) -> Answers:
    """The earlier respondents weighted to the new wave's margins of every item and of the areas."""
    weight = past.weight.copy()
    pairs = [_classes(past, now, layout, place) for place in range(len(layout.items))]
    pairs.append((past.area + 1, now.area + 1, np.ones(len(past.area), dtype=bool)))
    goals = []
    for then, today, _ in pairs:
        size = int(max(then.max(), today.max())) + 1
        goals.append((size, np.bincount(today, minlength=size) / len(today)))
    for _ in range(_ROUNDS):
        for (then, _, asked), (size, goal) in zip(pairs, goals, strict=True):
            held = np.bincount(then[asked], weight[asked], size)
            factor = np.where(held > 0, goal * held.sum() / np.maximum(held, 1e-12), 1.0)
            weight[asked] *= factor[then[asked]]
        weight /= weight.sum()
    return Answers(past.values, past.area, past.asked, weight)


def _classes(
    past: Answers, now: Answers, layout: Layout, place: int
) -> tuple[Integers, Integers, npt.NDArray[np.bool_]]:
    codes = np.array(layout.codes[place], dtype=float)
    if not len(codes):
        told = now.values[:, place]
        told = told[np.isfinite(told)]
        edges = np.unique(np.quantile(told, np.arange(1, _CLASSES) / _CLASSES)) if len(told) else np.zeros(0)
        found = [np.where(np.isnan(v), len(edges) + 1, np.digitize(v, edges)) for v in _both(past, now, place)]
    else:
        index = pd.Index(codes)
        found = [index.get_indexer(pd.Index(v)) + 1 for v in _both(past, now, place)]
    return found[0].astype(np.int64), found[1].astype(np.int64), past.asked[:, place]


def _both(past: Answers, now: Answers, place: int) -> tuple[Floats, Floats]:
    return past.values[:, place], now.values[:, place]


def reference(answers: Answers, areas: int) -> Reference:
    """Means, spreads and correlations of a weighted sample; each correlation among those whose wave asked both."""
    known = np.isfinite(answers.values)
    held = answers.weight[:, None] * known
    total = np.maximum(held.sum(axis=0), 1e-12)
    filled = np.nan_to_num(answers.values)
    mean = (held * filled).sum(axis=0) / total
    spread = np.sqrt((held * (filled - mean) ** 2).sum(axis=0) / total)
    inside = answers.area >= 0
    share: Floats = np.bincount(answers.area[inside], answers.weight[inside], areas).astype(np.float64)
    plain = Reference(mean, np.where(spread > 0, spread, np.inf), share, np.zeros((0, 0)))
    scores = plain.scores(answers)
    asked = np.hstack([answers.asked, np.ones((len(answers.area), areas), dtype=bool)]).astype(float)
    both = (asked * answers.weight[:, None]).T @ asked
    product = (scores * answers.weight[:, None]).T @ scores / np.maximum(both, 1e-9)
    return Reference(mean, plain.spread, share, product)


def usable_waves(
    questionnaire: Questionnaire, earlier: Sequence[Past], items: Sequence[str], across_breaks: bool = False
) -> Mapping[str, tuple[bool, ...]]:
    """Item → for each earlier wave whether its answers compare with this wave's.

    ``across_breaks``: or would, if no break of their series were declared.
    """
    waves = [past.wave for past in earlier]
    after = [[] if across_breaks else [*waves[place + 1 :], questionnaire.wave] for place in range(len(waves))]
    return {
        name: tuple(
            name in past.responses and name not in past.questionnaire.delivery.not_delivered
            and comparable(name, questionnaire, past.questionnaire, since)
            for past, since in zip(earlier, after, strict=True)
        )
        for name in items
    }  # fmt: skip
