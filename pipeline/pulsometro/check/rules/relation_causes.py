"""What happened to the whole of a wave's answers, one cause after another: each is mended before the next is sought.

A battery turned round also fits the past worse in every other order, and two columns exchanged weaken what goes with
either. So what is surely turned or exchanged is put back in a copy of the answers, and only what is odd of that copy
is named besides.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from pulsometro.check.rules.area_means import by_area, composed
from pulsometro.check.rules.exchanged_evidence import USUAL, exchanged_pairs
from pulsometro.check.rules.exchanged_margins import crossed, disjoint, mirrored
from pulsometro.check.rules.moved_columns import Change, Finding, Likelihood, changes, moved_back, sample_of
from pulsometro.check.rules.reference_sample import Answers, Floats, Layout, pooled, raked, reference
from pulsometro.check.rules.relations import lost_relations, turned_round

_MOST = 5
_MOST_SHOWN = 8
_MOST_TRIED = 4
_SURELY_BETTER = 6.0
_STILL_MISSING = 0.5
_WHOLE = 0.75
# An item is answered as before where its mean moved by no more of its standard deviation.
_STEADY = 0.15
# Of few respondents an area's mean says nothing; honest ones move by so much of a standard deviation besides.
_LEAST_AREA, _HONEST_AREA = 60, 0.03


@dataclass(frozen=True)
class Cause:
    """``kind``: turned, exchanged, other_form or lost; ``places``: of items, none for the areas; ``sure``: no change of
    opinion would look so."""

    kind: str
    places: tuple[int, ...]
    sure: bool


def causes(
    layout: Layout, batteries: Sequence[Sequence[int]], now: Answers, waves: Sequence[Answers], design_effect: float
) -> tuple[list[Cause], Answers, Answers]:
    """What is odd of the whole wave; the answers with what is sure of it put back; the earlier ones raked to those.

    ``waves``: the earlier ones, oldest first, of the same ``layout``.
    """
    tried = list(changes(layout, batteries))
    before = pooled(waves)
    found: list[Cause] = []
    for _ in range(_MOST):
        past = raked(before, now, layout)
        usual = reference(past, len(layout.areas))
        scores, items = usual.scores(now), len(layout.items)
        turned = turned_round(scores, usual, items, past.size, design_effect)
        new = [Cause("turned", _run(each.slope.first, each.slope.last), each.sure) for each in turned]
        if not new:
            model = Likelihood(usual, usual.precision(), layout)
            findings = list(
                _disjoint(moved_back(tried, sample_of(now, model), sample_of(past, model), model, design_effect))
            )
            changed = next((each.change for each in findings if each.sure and each.change.kind != "exchanged"), None)
            new = (
                [Cause("turned" if changed.kind == "turned" else "other_form", changed.places, True)] if changed else []
            )
            if not new:
                pair = _exchanged(layout, now, waves, before, model, findings, design_effect)
                if pair is not None:
                    changed = Change("exchanged", pair, pair[::-1])
                    new = [Cause("exchanged", pair, True)]
            if changed is None:
                break
            now = _put_back(now, changed, layout)
        else:
            for cause in new:
                now = _put_back(now, Change("turned", cause.places, cause.places), layout)
        found += new
    else:
        return found[:_MOST_SHOWN], now, past
    steady = _steady(layout, now, waves)
    lost = lost_relations(scores, usual, items, past.size, design_effect, steady)
    found += [Cause("lost", _run(each.slope.first, each.slope.last), each.sure) for each in lost]
    named = {place for cause in found for place in cause.places}
    alike = exchanged_pairs(layout, now, waves, past, USUAL, design_effect)
    pairs = [pair for pair in disjoint([*_mirrored(layout, now, waves), *alike]) if not named & set(pair)]
    found += [Cause("exchanged", pair, False) for pair in pairs]
    named |= {place for pair in pairs for place in pair}
    if not any(cause.sure for cause in found):
        found += [
            Cause("other_form" if each.share < _WHOLE else _kind(each), each.change.places, False)
            for each in findings if not named & set(each.change.places)
        ]  # fmt: skip
    return found, now, past


def _exchanged(
    layout: Layout, now: Answers, waves: Sequence[Answers], before: Answers, model: Likelihood,
    findings: Sequence[Finding], design_effect: float,
) -> tuple[int, ...] | None:  # fmt: skip
    """Two columns that carry each other's answers: by their areas, or as each hangs together with all others."""
    crossing = _crossed(layout, now, waves, design_effect)
    if crossing:
        return crossing[0]
    pairs = [each.change.places for each in findings if each.change.kind == "exchanged"]
    for pair in list(dict.fromkeys([*_mirrored(layout, now, waves), *pairs]))[:_MOST_TRIED]:
        if _fits_better(pair, layout, now, before, model, design_effect):
            return pair
    return None


def _fits_better(
    pair: tuple[int, ...], layout: Layout, now: Answers, before: Answers, model: Likelihood, design_effect: float
) -> bool:
    """Whether the answers with two columns exchanged fit the past better than as delivered, beyond doubt.

    Each of the two is held against the past raked to its own margins, so that only relations tell. Exchanged they must
    also fit about as well as the past itself: a column that goes with nothing fits any weaker place better.
    """
    held = raked(before, now, layout)
    back = _put_back(now, Change("exchanged", pair, pair[::-1]), layout)
    past = raked(before, back, layout)
    usual = reference(past, len(layout.areas))
    other = Likelihood(usual, usual.precision(), layout)
    gain = _density(back, other) - _density(now, model)
    error = float(np.sqrt(design_effect * gain.var() * (1 / len(gain) + 1 / past.size)))
    missing = float(past.weight @ _density(past, other)) - float(_density(back, other).mean())
    lacked = float(held.weight @ _density(held, model)) - float(_density(now, model).mean())
    return error > 0 and float(gain.mean()) > _SURELY_BETTER * error and missing < _STILL_MISSING * lacked


def _density(answers: Answers, model: Likelihood) -> Floats:
    """(n,) logarithms of a normal density of each respondent's scores, but for a constant."""
    scores = model.usual.scores(answers)
    found: Floats = (np.linalg.slogdet(model.precision)[1] - ((scores @ model.precision) * scores).sum(axis=1)) / 2
    return found


def _run(first: int, last: int) -> tuple[int, ...]:
    return tuple(range(first, last + 1)) if first >= 0 else ()


def _kind(finding: Finding) -> str:
    return "other_form" if finding.change.kind == "reordered" else finding.change.kind


def _disjoint(findings: Sequence[Finding]) -> Iterator[Finding]:
    """The plainest findings that share no column with a plainer one."""
    used: set[int] = set()
    for finding in sorted(findings, key=lambda each: (not each.sure, -each.z)):
        if not used & set(finding.change.places):
            used |= set(finding.change.places)
            yield finding


def _put_back(answers: Answers, change: Change, layout: Layout) -> Answers:
    values = answers.values.copy()
    values[:, list(change.places)] = change.made(answers.values, layout)
    return replace(answers, values=values)


def _mirrored(layout: Layout, now: Answers, waves: Sequence[Answers]) -> list[tuple[int, int]]:
    """Two exchanged columns at most of each: the plainest pairs that share no column with a plainer one."""
    today, means, spread = composed(layout, now, waves)
    return disjoint(mirrored(today, means, spread, layout.alike()))


def _steady(layout: Layout, now: Answers, waves: Sequence[Answers]) -> list[bool]:
    today, means, spread = composed(layout, now, waves)
    moves = []
    for place in range(len(layout.items)):
        known = means[np.isfinite(means[:, place]), place]
        moves.append(abs(today[place] - known[-1]) / spread[place] if len(known) else np.inf)
    return [bool(move < _STEADY) for move in moves]


def _crossed(layout: Layout, now: Answers, waves: Sequence[Answers], design_effect: float) -> list[tuple[int, int]]:
    """Pairs of items each of which has the other's differences between areas."""
    areas = len(layout.areas)
    if areas < 2:
        return []
    tables = [by_area(wave, areas) for wave in waves]
    with np.errstate(invalid="ignore", divide="ignore"):
        total = sum(count for count, _, _ in tables)
        before = sum(count * np.nan_to_num(mean) for count, mean, _ in tables) / total
        count, today, variance = by_area(now, areas)
        error = np.sqrt(design_effect * variance * (1 / count + 1 / total) + _HONEST_AREA**2 * variance)
    few = (count < _LEAST_AREA) | (total < _LEAST_AREA)
    held = np.where(few, 0.0, count)
    centred = [
        np.where(few, np.nan, mean - (held * np.nan_to_num(mean)).sum(axis=0) / np.maximum(held.sum(axis=0), 1e-12))
        for mean in (today, before)
    ]
    return crossed(centred[0], centred[1], error, layout.alike())
