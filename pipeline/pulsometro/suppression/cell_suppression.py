"""Which cells of a wave nobody may see: those from which somebody could be recognised, and what would give them back.

Precision is another matter: such cells stay in the data, marked, and their complement may be shown.
"""

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import pandas as pd

from pulsometro.questionnaire.crossings import CROSS
from pulsometro.settings.report_settings import Confidentiality
from pulsometro.suppression.feasible import Counted, Guess, guess_of
from pulsometro.suppression.linear_attack import (
    WHOLE,
    Answers,
    Cell,
    Domain,
    Span,
    Structure,
    Universe,
    outer,
    parted,
    span_of,
)
from pulsometro.suppression.suppressed_cells import KEYS, CellKey, Suppressed, Why
from pulsometro.suppression.thin_cells import COUNTS, Countable, thin

_EVERYBODY: frozenset[Hashable] = frozenset(["*"])
_REST = "(the rest)"
_HIDES = Answers(Universe("base", ""), _EVERYBODY)
Know = Callable[[Sequence[Cell]], Span]


@dataclass(frozen=True)
class Circle:
    """What the public has: the rule, what rows count, and what anybody can count in public microdata."""

    rules: Confidentiality
    structure: Structure
    countable: Countable = field(default_factory=Countable)


@dataclass
class WaveCells:
    """The cells of one wave: the rows that show each, and the counts behind it.

    ``own``: the cell that each row is of; it may show others too. ``why``: of the thin ones; ``locked``: those that
    nobody can withhold.
    """

    rows: dict[Universe, dict[Cell, list[int]]] = field(default_factory=dict)
    own: dict[int, Cell] = field(default_factory=dict)
    base: dict[Cell, int] = field(default_factory=dict)
    inside: dict[Cell, int] = field(default_factory=dict)
    size: dict[Domain, int] = field(default_factory=dict)
    why: dict[Cell, Why] = field(default_factory=dict)
    locked: set[Cell] = field(default_factory=set)

    def cost(self, out: set[Cell], min_count: int, cell: Cell) -> tuple[Any, ...]:
        """Small domains before large ones, and first those inside of what is already left out.

        An answer that hides another must itself have people: of an empty one the difference would tell.
        """
        kind, _ = cell.domain
        depth = 0 if kind == WHOLE else kind.count(CROSS) + 1
        within = {cell.domain, *(parent for parent, _ in parted([cell.domain]))}
        beside = not within.isdisjoint(other.domain for other in out)
        people = self.inside.get(cell, self.size[cell.domain])
        return (-depth, people < max(min_count, 1), not beside, self.size[cell.domain], people, cell.order())


def suppressed_in(estimates: pd.DataFrame, circle: Circle, earlier: Collection[CellKey] = ()) -> Suppressed:
    """The cells of one wave that nobody may see, each with why.

    ``estimates``: the wave's table, withheld cells too; ``earlier``: cells that other versions of it withheld, which
    stay withheld. Exact disclosure first: a withheld cell is determined by nothing that is left. Then approximate: of
    a sensitive one the interval that the rest leaves is as wide as ``min_count`` persons.

    Raises PulsoError when the intervals cannot be found.
    """
    fresh = _pattern(estimates, circle, frozenset())
    final = fresh if fresh.keys() >= set(earlier) else _pattern(estimates, circle, frozenset(earlier))
    gone = {key: _reason(key, why, fresh) for key, why in final.items()}
    known = set(_keys(estimates))
    # A cell that this version has no more stays in the list: the next may have it again.
    return gone | {key: Why.EARLIER_VERSION for key in earlier if key not in known}


def _reason(key: CellKey, why: Why | None, fresh: Mapping[CellKey, Why | None]) -> Why:
    """A function of the data and of what is withheld, so that a second run says the same as the first."""
    return why or (Why.COMPLEMENT if key in fresh else Why.EARLIER_VERSION)


def _keys(estimates: pd.DataFrame) -> list[CellKey]:
    return [CellKey(*map(str, row)) for row in estimates[list(KEYS)].itertuples(index=False, name=None)]


def _pattern(estimates: pd.DataFrame, circle: Circle, earlier: frozenset[CellKey]) -> dict[CellKey, Why | None]:
    """Cells to withhold: those of ``earlier``, the thin ones (with why), and what hides them."""
    wave = cells_of(estimates, circle)
    keys = dict(zip(estimates.index, _keys(estimates), strict=True))
    ever = {cell for index, cell in wave.own.items() if keys[index] in earlier} - wave.locked
    out: dict[Universe, set[Cell]] = {}
    # Questions before those that are put to who gave an answer to them: their bases tell that answer.
    for universe in sorted(wave.rows, key=lambda own: (_depth(own, wave.rows), own)):
        cells, unseen = wave.rows[universe], _rows_of(wave, out)
        forced = {cell for cell, shown in cells.items() if unseen.issuperset(shown)}
        out[universe] = _exact(wave, universe, cells, (ever.intersection(cells), forced), circle)
    out = _widened(estimates, wave, out, circle)
    return {keys[index]: wave.why.get(wave.own[index]) for index in sorted(_rows_of(wave, out))}


def _rows_of(wave: WaveCells, cells: Mapping[Universe, Collection[Cell]]) -> set[int]:
    return {index for universe, found in cells.items() for cell in found for index in wave.rows[universe][cell]}


def cells_of(rows: pd.DataFrame, circle: Circle) -> WaveCells:
    """The cells that the rows of a wave's estimates show; two rows of the same answers are one cell."""
    wave = WaveCells()
    thinness = thin(rows, circle.rules, circle.structure.sensitive)
    counted = circle.structure.counted
    listed: Iterable[tuple[Any, ...]] = rows[[*KEYS, "n", "n_category"]].itertuples(name=None)
    for index, indicator, category, statistic, kind, domain, n, inside in listed:
        if statistic in COUNTS:
            own = Answers(Universe("indicator", str(indicator)), frozenset([str(category)]))
            answers = counted.get((str(indicator), str(category)), own)
        else:
            answers = Answers(Universe("mean", str(indicator)), frozenset([str(statistic)]))
        cell = wave.own[int(index)] = Cell(answers, (str(kind), str(domain)))
        wave.rows.setdefault(answers.universe, {}).setdefault(cell, []).append(int(index))
        wave.base[cell], wave.inside[cell] = int(n), int(inside)
        wave.size[cell.domain] = max(wave.size.get(cell.domain, 0), int(n))
        if circle.countable.covers(str(indicator), str(kind)):
            wave.locked.add(cell)
        elif thinness[index]:
            wave.why[cell] = Why(thinness[index])
    wave.why = {cell: why for cell, why in wave.why.items() if cell not in wave.locked}
    _count_bases(wave)
    return wave


def _count_bases(wave: WaveCells) -> None:
    """Every row of a question that is put to victims alone tells how many victims there are: it shows that cell too."""
    found = [
        (Cell(asked, cell.domain), cell, list(shown))
        for universe, cells in wave.rows.items() for asked in outer(universe, wave.rows)
        for cell, shown in cells.items()
    ]  # fmt: skip
    for told, cell, shown in found:
        cells = wave.rows[told.answers.universe]
        if told not in cells:
            wave.base[told], wave.inside[told] = wave.size[cell.domain], wave.base[cell]
        cells.setdefault(told, []).extend(shown)
        if cell in wave.locked:
            wave.locked.add(told)


def _depth(universe: Universe, others: Collection[Universe], most: int = 9) -> int:
    """How many questions one after the other lead to this one."""
    asked = outer(universe, others) if most else []
    return max((1 + _depth(own.universe, others, most - 1) for own in asked), default=0)


def answers_in(universe: Universe, cells: Iterable[Cell], structure: Structure) -> frozenset[Hashable]:
    """Every answer of a universe; of an indicator that no definition describes its categories, or one and the rest."""
    if universe in structure.complete:
        return structure.complete[universe]
    found = frozenset(code for cell in cells for code in cell.answers.codes)
    return found if len(found) > 1 else found | {_REST}


def _exact(
    wave: WaveCells, universe: Universe, cells: Mapping[Cell, list[int]], fixed: tuple[set[Cell], set[Cell]],
    circle: Circle,
) -> set[Cell]:  # fmt: skip
    """The cells of a universe to withhold so that no subtraction gives a thin one, or one that was withheld before.

    ``fixed``: those, and those that other universes withhold already.
    """
    ever, forced = fixed
    thin_ones = {cell for cell in cells if cell in wave.why}
    blocks = _blocks(
        wave, cells, {cell.domain for cell in thin_ones if wave.why[cell] is Why.SMALL_BASE}, ever | forced
    )
    out = thin_ones | ever | forced | {cell for cell in cells if cell.domain in blocks and cell not in wave.locked}
    # Without any such cell nothing is to be protected here.
    if not out:
        return out
    codes = answers_in(universe, cells, circle.structure)
    bases = circle.structure.bases(universe) or frozenset([codes])
    know = partial(
        span_of, domains={cell.domain for cell in cells}, codes=codes, bases=bases if universe.kind != "mean" else ()
    )
    return out | _complement(wave, list(cells), thin_ones | ever, out, know, circle.rules.min_count)


def _blocks(wave: WaveCells, cells: Mapping[Cell, list[int]], few: set[Domain], ever: set[Cell]) -> set[Domain]:
    """Domains of a universe whose every cell goes: too few people, or needed to hide those by subtraction."""
    if not few:
        return set()
    blocks = {domain: Cell(_HIDES, domain) for domain in {cell.domain for cell in cells}}
    fixed = {cell.domain for cell in wave.locked.intersection(cells)}
    gone = {domain for domain in blocks if all(cell in ever for cell in cells if cell.domain == domain)} - few
    own = replace(wave, locked={blocks[domain] for domain in fixed})
    know = partial(span_of, domains=set(blocks), codes=_EVERYBODY, bases=())
    tiny = {blocks[domain] for domain in few}
    more = _complement(own, list(blocks.values()), tiny, tiny | {blocks[domain] for domain in gone}, know, 0)
    return {cell.domain for cell in tiny | more}


def _complement(
    wave: WaveCells, cells: Sequence[Cell], secret: set[Cell], out: set[Cell], know: Know, min_count: int
) -> set[Cell]:
    """The cells to leave out besides ``out`` so that no cell of ``secret`` is determined by the rest.

    One at a time, the one that costs readers least among those that give a secret away; at the end,
    each that turns out not to be needed is given back.
    """
    more: list[Cell] = []
    while (given := _given_away(cells, secret, out.union(more), know, wave.locked)) is not None:
        more.append(min(given, key=partial(wave.cost, out.union(more), min_count)))
    for cell in list(more):
        without = [other for other in more if other != cell]
        if _given_away(cells, secret, out.union(without), know, wave.locked) is None:
            more = without
    return set(more)


def _given_away(
    cells: Sequence[Cell], secret: set[Cell], out: set[Cell], know: Know, locked: set[Cell]
) -> set[Cell] | None:
    """The published cells that together give a secret one and can be left out; None when none is given.

    A secret that only cells give which anybody can count is none.
    """
    span = know([cell for cell in cells if cell not in out])
    for cell in sorted(secret, key=Cell.order):
        shown = {source for source in span.made_of(cell.row) or () if isinstance(source, Cell)} - locked
        if shown:
            return shown
    return None


def _widened(
    estimates: pd.DataFrame, wave: WaveCells, out: dict[Universe, set[Cell]], circle: Circle
) -> dict[Universe, set[Cell]]:
    """More cells, until what is left tells no sensitive one within ``min_count`` persons."""
    sensitive = counted_in(estimates, circle)
    secrets = [cell for cells in out.values() for cell in sorted(cells, key=Cell.order)
               if cell in wave.why and cell in sensitive.cells]  # fmt: skip
    if not secrets or not circle.rules.min_count:
        return out
    guess = guess_of(sensitive)
    hidden, more = {cell for cells in out.values() for cell in cells}, list[Cell]()
    # What is wide enough already stays so: the more is hidden, the wider is every interval.
    narrow = [secret for secret in secrets if not guess.wide(secret, hidden, circle.rules.min_count)]
    needed = {secret: guess.needed(secret, hidden, circle.rules.min_count, wave.locked) for secret in narrow}
    for secret in narrow:
        more += _until_wide(wave, guess, (secret, needed[secret]), hidden.union(more), circle.rules.min_count)
    for cell in list(more):
        without = [other for other in more if other != cell]
        if all(guess.wide(secret, hidden.union(without), needed[secret]) for secret in narrow):
            more = without
    for cell in more:
        out.setdefault(cell.answers.universe, set()).add(cell)
    return out


def _until_wide(
    wave: WaveCells, guess: Guess, wanted: tuple[Cell, float], out: set[Cell], min_count: int
) -> list[Cell]:
    """Cells of the secret's universe to leave out besides ``out``, cheapest first, until it is wide enough."""
    more: list[Cell] = []
    secret, needed = wanted
    while not guess.wide(secret, out.union(more), needed):
        left = [cell for cell in wave.rows[secret.answers.universe] if cell not in out.union(more) | wave.locked]
        if not left:
            break
        more.append(min(left, key=partial(wave.cost, out.union(more), min_count)))
    return more


def counted_in(estimates: pd.DataFrame, circle: Circle) -> Counted:
    """The cells of a wave that tell of sensitive items, with what is published of each: persons, weighted counts."""
    counted, structure = Counted(circle.structure.complete), circle.structure
    columns = ["indicator", "category", "statistic", "domain_kind", "domain", "n", "n_category", "estimate",
               "population"]  # fmt: skip
    for indicator, category, statistic, kind, domain, n, inside, estimate, people in estimates[columns].itertuples(
        index=False, name=None
    ):
        answers = structure.counted.get((str(indicator), str(category)))
        if answers is None or indicator not in structure.told or statistic != "proportion":
            continue
        size = (float(n), float(people)) if n else (0.0, 0.0)
        weighted = float(estimate) * size[1] if n else 0.0
        base = (
            structure.based[indicator].codes if indicator in structure.based else structure.complete[answers.universe]
        )
        counted.add(Cell(answers, (str(kind), str(domain))), base, size, (float(inside), weighted))
    return counted
