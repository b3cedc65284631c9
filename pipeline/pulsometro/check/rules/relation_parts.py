"""Which parts of a wave hang together otherwise than the rest, or than before: municipalities, interviewers, rows."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from pulsometro.check.rules.moved_columns import Likelihood, Sample, batteries_of, changes, sample_of
from pulsometro.check.rules.odd_parts import Measure, Odd, groups_of, odd_groups, runs_of_rows
from pulsometro.check.rules.reference_sample import Answers, Layout, reference
from pulsometro.check.rules.relations import products
from pulsometro.questionnaire.model import Questionnaire

_IN_PART = 0.35
_MOST_SHOWN = 8
_TELLING = 0.02
# Whose answers to a battery do not go together, of so large a share: few measures, so that little is asked of each.
_INCOHERENT, _FEW_TESTS = 0.5, 1e-3
_ENOUGH = 10_000


def odd_parts_of(
    questionnaire: Questionnaire, responses: pd.DataFrame, layout: Layout, now: Answers, past: Answers | None,
    interviewer: str | None,
) -> Iterator[tuple[str, bool]]:  # fmt: skip
    """What is named of each odd part (where it is, and the items), and whether no change of opinion would give it.

    ``layout``, ``now``: the answers of ``responses``; ``past``: the earlier ones, weighted, None where there are none.
    """
    thinned = responses.iloc[:: max(1, -(-len(responses) // max(len(now.area), 1)))]
    folios = list(thinned["folio"].astype(str))
    tried = list(changes(layout, batteries_of(questionnaire, layout.items)))
    thinner = _thinned(past) if past is not None else now
    measures = _measures(layout, now, thinner, tried)
    odd = odd_groups(runs_of_rows(folios), measures, now.area, None, _IN_PART)
    if interviewer is not None and interviewer in thinned:
        who, names = pd.factorize(thinned[interviewer])
        firsts = [", ".join(np.array(folios)[who == place][:2]) + " …" for place in range(len(names))]
        people = groups_of("interviewer", who.astype(np.int64), firsts)
        odd += odd_groups(people, measures, now.area, None, _IN_PART)
        whole = list(_coherence(layout, batteries_of(questionnaire, layout.items), now, thinner))
        odd += odd_groups(people, whole, now.area, None, _INCOHERENT, _FEW_TESTS)
    areas = groups_of("area", now.area, layout.areas)
    if past is not None and len(areas.names) == len(layout.areas):
        # What an area thinks moves by itself: only how it hangs together is compared.
        centred = _centred(thinner, layout)
        measures = _measures(layout, _centred(now, layout), centred, tried)
        odd += odd_groups(areas, measures, now.area, thinner.area, _IN_PART)
    yield from _shown(odd, layout)


def _shown(odd: Sequence[Odd], layout: Layout) -> Iterator[tuple[str, bool]]:
    """Of each group the plainest, and of overlapping runs of rows too."""
    seen: set[str] = set()
    for each in sorted(odd, key=lambda each: (not each.sure, each.p)):
        if each.group not in seen and len(seen) < _MOST_SHOWN:
            seen.add(each.group)
            items = [layout.items[place] for place in each.measure.places]
            group = each.group if each.kind == "area" else f"folios {each.group}"
            yield f"{group}/{'/'.join(items[:2])}", each.sure


def _measures(layout: Layout, now: Answers, past: Answers, tried: Sequence[Any]) -> list[Measure]:
    usual = reference(past, len(layout.areas))
    model = Likelihood(usual, usual.precision(), layout)
    today, before = sample_of(now, model), sample_of(past, model)
    return [*_gains(tried, today, before, model), *_products(layout, today, before, model, past)]


def _gains(tried: Sequence[Any], today: Sample, before: Sample, model: Likelihood) -> Iterator[Measure]:
    for change in tried:
        held = before.compared(change)
        if held.any():
            then = model.gain(change, before.answers, before.scores, before.leaning)
            usual = float(held @ then)
            if usual < 0:
                gain = model.gain(change, today.answers, today.scores, today.leaning)
                yield Measure(change.kind, change.places, gain, usual, -usual, then, held)


def _products(layout: Layout, today: Sample, before: Sample, model: Likelihood, past: Answers) -> Iterator[Measure]:
    count = len(layout.items)
    pairs = zip(
        products(today.scores, model.usual.correlation, count),
        products(before.scores, model.usual.correlation, count),
        strict=True,
    )
    for (first, last, now, power, terms), (_, _, then, _, _) in pairs:
        true = power - terms / past.size
        if true > _TELLING:
            yield Measure("lost", tuple(range(first, last + 1)), now, true, 0.0, then, past.weight)


def _coherence(layout: Layout, batteries: Sequence[Sequence[int]], now: Answers, past: Answers) -> Iterator[Measure]:
    """How the answers within each battery of three at least, and within all of them, go together as they usually do."""
    usual = reference(past, len(layout.areas))
    scores = usual.scores(now)
    runs = [tuple(battery) for battery in batteries if len(battery) > 2]
    for places in [*runs, tuple(range(len(layout.items)))]:
        inside = usual.correlation[np.ix_(places, places)].copy()
        np.fill_diagonal(inside, 0.0)
        value = ((scores[:, places] @ inside) * scores[:, places]).sum(axis=1)
        if float(value.mean()) > _TELLING:
            yield Measure("lost", places, value, float(value.mean()), 0.0)


def _thinned(answers: Answers) -> Answers:
    """Some 10,000 of the respondents: enough for what parts of a wave are held against."""
    step = max(1, -(-len(answers.area) // _ENOUGH))
    weight = answers.weight[::step]
    return Answers(answers.values[::step], answers.area[::step], answers.asked[::step], weight / weight.sum())


def _centred(answers: Answers, layout: Layout) -> Answers:
    """Each area's answers moved so that its means are those of all."""
    values = answers.values.copy()
    known = np.isfinite(values)
    held = answers.weight[:, None] * known
    filled = np.nan_to_num(values)
    everywhere = (held * filled).sum(axis=0) / np.maximum(held.sum(axis=0), 1e-12)
    for place in range(len(layout.areas)):
        here = answers.area == place
        total = held[here].sum(axis=0)
        mean = (held[here] * filled[here]).sum(axis=0) / np.maximum(total, 1e-12)
        values[here] += np.where(total > 0, everywhere - mean, 0.0)
    return replace(answers, values=values)
