"""The attacks on what is published of a wave; each yields the cells that it brings to light."""

from collections.abc import Collection, Hashable, Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from pulsometro.audit.exact_rank import determined
from pulsometro.audit.public_tables import Public
from pulsometro.suppression.cell_suppression import Circle, answers_in, counted_in
from pulsometro.suppression.feasible import guess_of
from pulsometro.suppression.linear_attack import Answers, Cell, Domain, Universe, outer, parted
from pulsometro.suppression.suppressed_cells import CellKey
from pulsometro.suppression.thin_cells import COUNTS, thin


@dataclass(frozen=True)
class Leak:
    """A cell that is given away, and ``how``."""

    cell: CellKey
    how: str


def printed(public: Public, ledger: Collection[CellKey], circle: Circle) -> Iterator[Leak]:
    """Withheld cells that some table holds: of this wave, of one that it is compared with, or of an earlier version."""
    earlier = {key for key in ledger if not circle.countable.covers(key.indicator, key.domain_kind)}
    for wave, cell, table in public.shown():
        if cell in public.withheld.get(wave, ()):
            yield Leak(cell, f"stands in {table}.parquet")
        elif wave == public.wave and cell in earlier:
            yield Leak(cell, f"was withheld in an earlier version and stands in {table}.parquet")


def subtracted(public: Public, circle: Circle) -> Iterator[Leak]:
    """Withheld cells that figures of one question determine, those of places and of everybody else together."""
    secrets: dict[Universe, dict[CellKey, Cell]] = {}
    for key in sorted(public.withheld.get(public.wave, ())):
        cell = _cell(key, circle)
        secrets.setdefault(cell.answers.universe, {})[key] = cell
    shown = {cell for wave, cell, _ in public.shown() if wave == public.wave}
    known: dict[Universe, list[Cell]] = {}
    for key in sorted(shown):
        for cell in _told_by(_cell(key, circle), circle):
            known.setdefault(cell.answers.universe, []).append(cell)
    for universe, hidden in secrets.items():
        rows = _relations(universe, [*known.get(universe, ()), *hidden.values()], circle)
        rows += [cell.row for cell in known.get(universe, ())]
        rows += [_minus(_cell(whole, circle), _cell(place, circle)) for place, whole in public.rests()
                 if _cell(place, circle).answers.universe == universe]  # fmt: skip
        found = determined(rows, [cell.row for cell in hidden.values()])
        yield from (Leak(key, "follows by subtraction") for key, out in zip(hidden, found, strict=True) if out)


def _cell(key: CellKey, circle: Circle) -> Cell:
    own = Answers(Universe("indicator", key.indicator), frozenset([key.category]))
    answers = circle.structure.counted.get((key.indicator, key.category), own)
    if key.statistic not in COUNTS:
        answers = Answers(Universe("mean", key.indicator), frozenset([key.statistic]))
    return Cell(answers, (key.domain_kind, key.domain))


def _told_by(cell: Cell, circle: Circle) -> list[Cell]:
    """The cell, and those that its base counts: whoever is asked about a crime is a victim."""
    return [cell, *(Cell(asked, cell.domain) for asked in outer(cell.answers.universe, circle.structure.complete))]


def _minus(whole: Cell, place: Cell) -> dict[Hashable, int]:
    return {**whole.row, **{name: -value for name, value in place.row.items()}}


def _relations(universe: Universe, cells: Collection[Cell], circle: Circle) -> list[Mapping[Hashable, int]]:
    """What anybody knows of the unknowns: a domain is the sum of its parts, answers add to the base."""
    codes = sorted(answers_in(universe, cells, circle.structure), key=str)
    hierarchy = parted({cell.domain for cell in cells})
    domains: set[Domain] = {cell.domain for cell in cells} | {parent for parent, _ in hierarchy}
    rows: list[Mapping[Hashable, int]] = [
        {(code, parent): 1, **{(code, part): -1 for part in parts}}
        for (parent, _), parts in hierarchy.items() for code in codes
    ]  # fmt: skip
    if universe.kind != "mean":
        bases = circle.structure.bases(universe) or {frozenset(codes)}
        rows += [{(code, domain): 1 for code in base} for base in bases for domain in domains]
    return rows


@dataclass(frozen=True)
class Narrowest:
    """The least number of persons that a thin sensitive cell is left within, of ``cells`` of them."""

    cells: int
    persons: int | None
    leaks: tuple[Leak, ...]


def guessed(public: Public, truth: pd.DataFrame, circle: Circle) -> Narrowest:
    """How closely everything published tells each sensitive cell that is thin; ``truth``: the wave's estimates.

    The truth gives the bases, which are taken as known, and says which cells are thin.
    """
    counted = counted_in(truth, circle)
    thin_rows = truth[(thin(truth, circle.rules, circle.structure.sensitive) != "") & (truth["statistic"].isin(COUNTS))]
    gone = public.withheld.get(public.wave, frozenset())
    shown = {_cell(key, circle) for wave, key, _ in public.shown() if wave == public.wave}
    keys = [CellKey(*map(str, row)) for row in thin_rows[list(CellKey._fields)].itertuples(index=False, name=None)]
    secrets = {cell: key for key in keys if key in gone and (cell := _cell(key, circle)) in counted.cells}
    if not secrets or not circle.rules.min_count:
        return Narrowest(0, None, ())
    guess, hidden = guess_of(counted), {cell for cell in counted.cells if cell not in shown}
    widths = {cell: guess.interval(cell, hidden).width for cell in secrets}
    least, locked = circle.rules.min_count, {cell for cell in counted.cells if _locked(cell, circle)}
    leaks = tuple(
        Leak(secrets[cell], f"is told within {int(width + 0.5)} persons")
        for cell, width in widths.items()
        # What its base allows is as wide as it can be, whatever is withheld.
        if not guess.wide(cell, hidden, least) and width < guess.needed(cell, hidden, least, locked) - 1e-6
    )
    return Narrowest(len(secrets), int(min(widths.values()) + 1e-6), leaks)


def _locked(cell: Cell, circle: Circle) -> bool:
    """Whether anybody can count the cell."""
    names = {name for (name, _), answers in circle.structure.counted.items() if answers == cell.answers}
    return any(circle.countable.covers(name, cell.domain[0]) for name in names)


def asked_about(public: Public, circle: Circle) -> int:
    """How many universes have a withheld cell."""
    return len({_cell(key, circle).answers.universe for key in public.withheld.get(public.wave, ())})
