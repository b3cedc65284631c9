"""A file that was copied and given other people: the opinions and experiences alone, whoever is said to have them.

Sex, age, place and schooling are quickly made anew; what people answered is the work. So the answers are held, without
them, against the same wave and every earlier one. Honest people resemble those of one wave as much as those of another:
what one wave alone has of such likeness, above what the middle of the others has, is copied. They may resemble those of
their own wave more, where opinions changed or a battery was answered in one column: of the wave itself only what is
also beyond how its own pairs fall away is copied, or much more like one interview than like any other.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from pulsometro.check.amounts import LEAST_ROWS
from pulsometro.check.rule import KEY, Rule
from pulsometro.check.rules.honest_pairs import Integers, codes_of, not_applicable, one_hot
from pulsometro.check.rules.near_duplicates import MINIMUM_ITEMS
from pulsometro.check.rules.repeated_answers import Earlier, answered_items, same_codes
from pulsometro.check.rules.repeated_groups import at_least, marks_of, repeated
from pulsometro.questionnaire.model import Questionnaire
from pulsometro.study import Study

Mask = npt.NDArray[np.bool_]
# Interviews that are compared answer by answer, of a wave with so many at most, and with how many waves: the last ones.
_COMPARED, _MOST_ROWS, _MOST_WAVES = 1_000, 6_000, 12
# So many answers more than with any other wave; and what is expected is taken so much larger, as waves differ.
_LEADS, _TIMES, _MORE = (2, 3, 4), 2.0, 3.0
# Earlier waves that what is almost equal is held against, at least, and of so many interviews.
_ENOUGH_WAVES, _LEAST_SIDE = 2, 300


@dataclass(frozen=True)
class _Side:
    """A wave to compare with: its name (empty for the wave itself), answers, sampling units (None where unknown)."""

    wave: str
    codes: Integers
    units: npt.NDArray[np.object_] | None


@dataclass(frozen=True)
class _Copies:
    """Rows that are too much like one side's, and whether they are more than an honest wave would give."""

    rows: Mask
    sure: bool


def opinion_items(study: Study, questionnaire: Questionnaire, columns: Sequence[str]) -> list[str]:
    """Codes that people chose, but for what says who they are.

    That is groups of the weights, of the tables and of the released files, what groups are made of, numbers, and what
    is noted of everybody (``required``), unless the form requires so much that hardly anything else is left.
    """
    params = study.params
    calibration, release = params.weighting.calibration, params.release
    groups = {name for domain in params.estimation.domains for name in domain}
    groups |= {name for margin in calibration.margins for name in margin.items} if calibration else set()
    groups |= {name for file in (release.main, release.second) if file for name in file.keys} if release else set()
    groups |= {item.derived.source for item in questionnaire.items.values() if item.derived is not None}
    asked = [
        name
        for name in answered_items(study, questionnaire, columns)
        if questionnaire[name].kind == "single" and name not in groups
    ]
    opinions = [name for name in asked if not questionnaire[name].required]
    return opinions if len(opinions) >= MINIMUM_ITEMS else asked


def opinions_again(
    study: Study, questionnaire: Questionnaire, respondents: pd.DataFrame, earlier: Sequence[Earlier]
) -> tuple[dict[str, pd.DataFrame], tuple[Rule, ...]]:
    """Evidence tables ``opinions`` (a row per interview) and ``opinions_nearly`` (per interview of those compared).

    And their rules: ``answers.opinions`` where answers are equal, ``answers.opinions_nearly`` where they are almost.
    Nothing where fewer than eight items are left to compare.
    """
    earlier = earlier[-_MOST_WAVES:]
    items = _shared_items(study, questionnaire, respondents, earlier)
    while earlier and len(items) < MINIMUM_ITEMS:
        # The oldest waves asked other things.
        earlier = earlier[1:]
        items = _shared_items(study, questionnaire, respondents, earlier)
    if len(items) < MINIMUM_ITEMS or len(respondents) < 2:
        return {}, ()
    sides = _sides(study, questionnaire, respondents, earlier, items)
    level, seed = study.params.check.repeated_answers, study.params.check.seed
    exact, nearly = [_alone(sides[0].codes, level, seed)], None
    large = [sides[0], *(side for side in sides[1:] if len(side.codes) >= _LEAST_SIDE)]
    if earlier:
        itself, *others = _exactly(sides, level)
        exact = [_Copies(itself.rows, itself.sure and exact[0].sure), *others]
    if len(large) > _ENOUGH_WAVES:
        # Opinions that changed make a wave more like itself than like the one before: of two alone nothing is told.
        nearly = _nearly(large, level, seed)
    tables = {"opinions": _table(respondents["folio"], [each.rows for each in exact if each.sure])}
    rules = [
        Rule("answers.opinions", "opinions", "copied", "in_set", "critical",
             f"Nadie da las mismas opiniones que otra persona de {_named(sides, exact)}, más de lo que daría el azar, "
             "aunque digan otro sexo, otra edad, otro lugar u otra escolaridad", _REMEDY, {"value_set": [False]})
    ]  # fmt: skip
    if nearly is not None:
        picked, found = nearly
        tables["opinions_nearly"] = _table(respondents["folio"].iloc[picked], [e.rows for e in found if e.sure])
        rules.append(
            Rule("answers.opinions_nearly", "opinions_nearly", "copied", "in_set", "warning",
                 f"De {len(picked):,} entrevistas que se compararon, no hay más de las que daría el azar con opiniones "
                 f"casi iguales a las de {_named(large, found)}, digan lo que digan de sexo, edad, lugar y escolaridad",
                 _REMEDY, {"value_set": [False]})
        )  # fmt: skip
    return tables, tuple(rules)


_REMEDY = "Pida el archivo de esta edición sin esas entrevistas; escuche algunas o llame a esas personas."


def _shared_items(
    study: Study, questionnaire: Questionnaire, respondents: pd.DataFrame, earlier: Sequence[Earlier]
) -> list[str]:
    items = opinion_items(study, questionnaire, list(respondents.columns))
    return [
        name
        for name in items
        if all(
            name in past.responses
            and name in past.questionnaire.items
            and same_codes(questionnaire, past.questionnaire, name)
            for past in earlier
        )
    ]


def _sides(
    study: Study, questionnaire: Questionnaire, respondents: pd.DataFrame, earlier: Sequence[Earlier], items: list[str]
) -> list[_Side]:
    """The wave itself, then every earlier one."""
    frames = [respondents, *(past.responses for past in earlier)]
    codes = codes_of(frames, items, not_applicable(questionnaire, items))
    unit = study.params.weighting.psu
    sides = []
    for wave, frame, each in zip(("", *(past.wave for past in earlier)), frames, codes, strict=True):
        units = frame[unit].astype("string").fillna("").to_numpy(dtype=object) if unit in frame else None
        sides.append(_Side(wave, each, units))
    return sides


def _exactly(sides: list[_Side], level: float) -> list[_Copies]:
    """Per side the rows that have an equal there, counted once for each pattern."""
    me = sides[0]
    marks = marks_of(np.concatenate([side.codes for side in sides]))
    now, *then = np.split(marks, np.cumsum([len(side.codes) for side in sides])[:-1])
    count = np.bincount(now, minlength=int(marks.max()) + 1)
    rows = [count[now] > 1]
    for side, theirs in zip(sides[1:], then, strict=True):
        same = np.isin(now, theirs)
        if me.units is not None and side.units is not None:
            # People of the same sampling unit may have come back.
            met = pd.MultiIndex.from_arrays([side.units, theirs])
            same &= ~(pd.MultiIndex.from_arrays([me.units, now]).isin(met) & (me.units != ""))
        rows.append(same)
    counts = np.array([len(np.unique(now[each])) for each in rows], dtype=float)
    sizes = np.array([len(side.codes) for side in sides], dtype=float)
    return _more_than_the_others(rows, counts, sizes, level)


def _nearly(sides: list[_Side], level: float, seed: int) -> tuple[Integers, list[_Copies]]:
    """Which rows were compared, and per side those of them that are closer to it than to any other.

    Each interview's best likeness with a side is held against its best with the others, of as many interviews: among
    more of them anybody finds somebody more alike. In its own wave a copy has one interview much more like it than any
    other; people who think alike have many. People of one sampling unit are neighbours, or the same ones who
    came back: they are not held against each other.
    """
    rng = np.random.default_rng(seed)
    rows = min(_MOST_ROWS, *(len(side.codes) for side in sides[1:]), max(len(sides[0].codes), _LEAST_SIDE))
    some = [_drawn(side, rows, rng) for side in sides]
    picked = some[0][0][:_COMPARED]
    mine, *hot = one_hot([sides[0].codes[picked], *(codes for _, codes, _ in some)])
    best, gap = np.empty((2, len(sides), len(picked)), dtype=np.int64)
    for place, ((_, _, units), theirs) in enumerate(zip(some, hot, strict=True)):
        equal = mine @ theirs.T
        if not place:
            # The rows that are compared are the first ones of those drawn.
            np.fill_diagonal(equal, -1)
        ours = some[0][2]
        if ours is not None and units is not None:
            equal[ours[: len(picked), None] == units[None, :]] = -1
        best[place] = equal.max(axis=1, initial=-1)
        gap[place] = best[place] - np.partition(equal, -2, axis=1)[:, -2]
    sizes = np.array([len(codes) for _, codes, _ in some], dtype=float)
    found = [_Copies(np.zeros(len(picked), dtype=bool), False) for _ in sides]
    for lead in _LEADS:
        led = [best[place] >= np.delete(best, place, axis=0).max(axis=0) + lead for place in range(len(sides))]
        counts = np.array([each.sum() for each in led], dtype=float)
        told = _more_than_the_others(led, counts, sizes, level / len(_LEADS))
        alone = [each >= lead for each in gap]
        alone[0] &= led[0]
        counts = np.array([each.sum() for each in alone], dtype=float)
        own = _more_than_the_others(alone, counts, sizes, level / len(_LEADS))[0]
        told[0] = _Copies(own.rows, own.sure and told[0].sure)
        found = [old if old.sure else new for old, new in zip(found, told, strict=True)]
    return picked, found


def _drawn(
    side: _Side, most: int, rng: np.random.Generator
) -> tuple[Integers, Integers, npt.NDArray[np.object_] | None]:
    """Places of some rows of a wave in an order of chance, their answers and their units."""
    rows: Integers = rng.permutation(len(side.codes))[:most]
    return rows, side.codes[rows], side.units[rows] if side.units is not None else None


def _more_than_the_others(
    rows: list[Mask], counts: npt.NDArray[np.float64], sizes: npt.NDArray[np.float64], level: float
) -> list[_Copies]:
    """A side has too many where an honest one would have so many, by what the middle of the others has, too rarely."""
    found = []
    for place, (mask, count) in enumerate(zip(rows, counts, strict=True)):
        rates = np.delete(counts, place) / np.maximum(np.delete(sizes, place), 1)
        # Of two others the lesser one: the greater may be the copied one.
        middle = float(np.sort(rates)[(len(rates) - 1) // 2])
        usual = _TIMES * middle * max(float(sizes[place]), float(sizes.mean())) + _MORE
        sure = count - usual >= LEAST_ROWS and at_least(int(count), usual) < level / len(rows)
        found.append(_Copies(mask, bool(sure)))
    return found


def _alone(codes: Integers, level: float, seed: int) -> _Copies:
    """Of a first wave, which has no other to be held against: by how its own pairs fall away."""
    told = repeated(codes, None, level, seed)
    if told is None:
        return _Copies(np.zeros(len(codes), dtype=bool), False)
    usual = _TIMES * told.expected + _MORE
    sure = told.groups - usual >= LEAST_ROWS and at_least(told.groups, usual) < level
    return _Copies(told.rows, bool(sure))


def _named(sides: list[_Side], found: list[_Copies]) -> str:
    named = [side.wave or "esta misma edición" for side, each in zip(sides, found, strict=True) if each.sure]
    return ", ".join(named) or ("esta edición o de una anterior" if len(sides) > 1 else "esta edición")


def _table(folios: pd.Series, masks: list[Mask]) -> pd.DataFrame:
    copied = np.any(masks, axis=0) if masks else np.zeros(len(folios), dtype=bool)
    return pd.DataFrame({KEY: folios.astype("string").to_numpy(), "copied": copied})
