"""Cells from which somebody could be recognised: absent from every output, also by subtraction.

Precision is another matter: such cells stay in the data, marked, and their complement may be shown.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pandas as pd

from pulsometro.questionnaire.crossings import CROSS
from pulsometro.reporting.row_key import COLUMNS, RowKey
from pulsometro.reporting.suppression.linear_attack import (
    WHOLE,
    Answers,
    Cell,
    Domain,
    Span,
    Structure,
    Universe,
    parted,
    span_of,
)
from pulsometro.settings.report_settings import Confidentiality

_KEYS = list(COLUMNS[1:])
_COUNTS = ("proportion", "total")
_EVERYBODY: frozenset[Hashable] = frozenset(["*"])
_REST = "(the rest)"
Know = Callable[[Sequence[Cell]], Span]


@dataclass(frozen=True)
class Kept:
    """What may be shown, and the keys of what may not."""

    estimates: pd.DataFrame
    changes: pd.DataFrame
    withheld: frozenset[RowKey] = frozenset()


@dataclass
class _Wave:
    """The cells of one wave: the rows that show each, and the counts behind it."""

    rows: dict[Universe, dict[Cell, list[int]]] = field(default_factory=dict)
    base: dict[Cell, int] = field(default_factory=dict)
    inside: dict[Cell, int] = field(default_factory=dict)
    size: dict[Domain, int] = field(default_factory=dict)


def without_recognisable(
    estimates: pd.DataFrame, changes: pd.DataFrame, rules: Confidentiality, structure: Callable[[str], Structure]
) -> Kept:
    """Leave out recognisable cells, as many others as they need so that no subtraction gives them, and their changes.

    A cell is recognisable when its unweighted base is under ``min_base``, or when its count (or that of
    everybody else in the base) is over zero and under ``min_count``. ``structure``: what the rows of a
    wave count, so that "poco o nada" is known to be all but "seguro".
    Exact disclosure only: how closely a withheld cell could be guessed is not measured.
    """
    gone: list[int] = []
    for wave in estimates.loc[_recognisable(estimates, rules), "wave"].unique():
        rows = estimates[estimates["wave"] == wave]
        gone += _withheld(rows, rules, structure(str(wave)))
    if not gone:
        return Kept(estimates, changes)
    keys = list(COLUMNS)
    out = pd.MultiIndex.from_frame(estimates.loc[gone, keys])
    now = pd.MultiIndex.from_frame(changes[keys]).isin(out)
    before = pd.MultiIndex.from_frame(changes[keys].assign(wave=changes["reference_wave"])).isin(out)
    named = frozenset(RowKey(*map(str, key)) for key in out)
    left = estimates.drop(index=gone).reset_index(drop=True)
    return Kept(left, changes[~(now | before)].reset_index(drop=True), named)


def _recognisable(rows: pd.DataFrame, rules: Confidentiality) -> pd.Series:
    return _small_base(rows, rules) | _small_count(rows, rules)


def _small_base(rows: pd.DataFrame, rules: Confidentiality) -> pd.Series:
    return rows["n"].between(1, rules.min_base - 1)


def _small_count(rows: pd.DataFrame, rules: Confidentiality) -> pd.Series:
    rest = rows["n"] - rows["n_category"]
    few = rows["n_category"].between(1, rules.min_count - 1) | rest.between(1, rules.min_count - 1)
    return few & rows["statistic"].isin(_COUNTS)


def _withheld(rows: pd.DataFrame, rules: Confidentiality, structure: Structure) -> list[int]:
    """Index of every row of a wave that may not be shown, universe by universe."""
    small = set(rows.index[_small_base(rows, rules)]), set(rows.index[_small_count(rows, rules)])
    wave = _cells(rows, structure)
    gone: list[int] = []
    for universe, cells in sorted(wave.rows.items()):
        blocks = _withheld_blocks(wave, cells, small[0])
        inside = [cell for cell in cells if cell.domain in blocks]
        few = {cell for cell, shown in cells.items() if small[1].intersection(shown)}
        told = {cell for cell in inside if any(i in small[0] for i in cells[cell])}
        # Without any small cell nothing is to be protected here.
        out = {*inside, *few}
        if out:
            codes = structure.complete.get(universe) or _answers(cells)
            domains = {cell.domain for cell in cells}
            know = partial(span_of, domains=domains, codes=codes, closed=universe.kind != "mean")
            out |= _complement(wave, list(cells), few | told, out, know, rules.min_count)
        gone += [index for cell in out for index in cells[cell]]
    return sorted(gone)


def _answers(cells: Iterable[Cell]) -> frozenset[Hashable]:
    """The answers of an indicator that no definition describes: its categories, or one and the rest."""
    found = frozenset(code for cell in cells for code in cell.answers.codes)
    return found if len(found) > 1 else found | {_REST}


def _cells(rows: pd.DataFrame, structure: Structure) -> _Wave:
    wave = _Wave()
    listed: Iterable[tuple[Any, ...]] = rows[[*_KEYS, "n", "n_category"]].itertuples(name=None)
    for index, indicator, category, statistic, kind, domain, n, inside in listed:
        if statistic in _COUNTS:
            own = Answers(Universe("indicator", str(indicator)), frozenset([str(category)]))
            answers = structure.counted.get((str(indicator), str(category)), own)
        else:
            answers = Answers(Universe("mean", str(indicator)), frozenset([str(statistic)]))
        cell = Cell(answers, (str(kind), str(domain)))
        wave.rows.setdefault(answers.universe, {}).setdefault(cell, []).append(int(index))
        wave.base[cell], wave.inside[cell] = int(n), int(inside)
        wave.size[cell.domain] = max(wave.size.get(cell.domain, 0), int(n))
    return wave


def _withheld_blocks(wave: _Wave, cells: Mapping[Cell, list[int]], small: set[int]) -> set[Domain]:
    """Domains of a universe whose every cell goes: too few people, or needed to hide those by subtraction."""
    few = {cell.domain for cell, shown in cells.items() if small.intersection(shown)}
    if not few:
        return set()
    blocks = {
        domain: Cell(Answers(Universe("indicator", ""), _EVERYBODY), domain)
        for domain in {cell.domain for cell in cells}
    }
    know = partial(span_of, domains=set(blocks), codes=_EVERYBODY, closed=False)
    tiny = {blocks[domain] for domain in few}
    more = _complement(wave, list(blocks.values()), tiny, set(tiny), know, 0)
    return {cell.domain for cell in tiny | more}


def _complement(
    wave: _Wave, cells: Sequence[Cell], secret: set[Cell], out: set[Cell], know: Know, min_count: int
) -> set[Cell]:
    """The cells to leave out besides ``out`` so that no cell of ``secret`` is determined by the rest.

    One at a time, the one that costs readers least among those that give a secret away; at the end,
    each that turns out not to be needed is given back.
    """
    more: list[Cell] = []
    while (given := _given_away(cells, secret, out.union(more), know)) is not None:
        more.append(min(given, key=partial(_cost, wave, out.union(more), min_count)))
    for cell in list(more):
        without = [other for other in more if other != cell]
        if _given_away(cells, secret, out.union(without), know) is None:
            more = without
    return set(more)


def _given_away(cells: Sequence[Cell], secret: set[Cell], out: set[Cell], know: Know) -> set[Cell] | None:
    """The published cells that together give a secret one; None when none is given."""
    span = know([cell for cell in cells if cell not in out])
    for cell in sorted(secret, key=Cell.order):
        shown = {source for source in span.made_of(cell.row) or () if isinstance(source, Cell)}
        if shown:
            return shown
    return None


def _cost(wave: _Wave, out: set[Cell], min_count: int, cell: Cell) -> tuple[Any, ...]:
    """Small domains before large ones, and first those inside of what is already left out.

    An answer that hides another must itself have people: of an empty one the difference would tell.
    """
    kind, _ = cell.domain
    depth = 0 if kind == WHOLE else kind.count(CROSS) + 1
    within = {cell.domain, *(parent for parent, _ in parted([cell.domain]))}
    beside = not within.isdisjoint(other.domain for other in out)
    people = wave.inside.get(cell, wave.size[cell.domain])
    return (-depth, people < max(min_count, 1), not beside, wave.size[cell.domain], people, cell.order())
