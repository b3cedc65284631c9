"""How closely a withheld cell can be guessed: the interval that everything published leaves it, by linear programming.

The unknowns are the counts, none below zero, of each answer in each domain, in persons and again in weights; what is
published, the bases and that a domain is the sum of those that part it are equalities. The least and the greatest value
that a cell can then have are what an attacker knows of it. A cell is protected when they lie as far apart as the
sliding protection level asked (Fischetti and Salazar-González, 2001, Solving the cell suppression problem on tabular
data with linear constraints, Management Science 47; Cox, 1980).
"""

from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass, field
from itertools import product
from math import ceil, floor

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array

from pulsometro.common.errors import PulsoError
from pulsometro.suppression.linear_attack import Cell, Domain, Universe, outer, parted

_SECONDS = 60.0
# Published with ten digits, and what the solver calls equal.
_DIGITS, _EQUAL = 1e-9, 1e-6
Pair = tuple[float, float]
Base = tuple[Universe, frozenset[Hashable], Domain]


@dataclass
class Counted:
    """Cells with their counts, each in persons and in weights, and the bases of their shares.

    ``complete``: every answer of each universe.
    """

    complete: Mapping[Universe, frozenset[Hashable]]
    cells: dict[Cell, Pair] = field(default_factory=dict)
    base: dict[Base, Pair] = field(default_factory=dict)

    def add(self, cell: Cell, base: frozenset[Hashable], size: Pair, inside: Pair) -> None:
        """A row: a cell's count ``inside``, and ``size``, the count of the answers ``base`` in its domain."""
        self.cells[cell] = inside
        self.base[cell.answers.universe, base, cell.domain] = size

    def size(self, cell: Cell) -> Pair:
        """The least base that a row of the cell's universe has in its domain: persons, weights."""
        universe, domain = cell.answers.universe, cell.domain
        return min(size for (own, _, where), size in self.base.items() if (own, where) == (universe, domain))


@dataclass(frozen=True)
class Interval:
    """What a withheld cell could be: persons, and weights in mean weights of its domain."""

    persons: Pair
    weights: Pair

    @property
    def width(self) -> float:
        """The narrower of the two, in persons; between whole persons."""
        (low, high), (light, heavy) = self.persons, self.weights
        return max(0.0, min(float(_whole(low, high)), heavy - light))


def _whole(low: float, high: float) -> int:
    """How far the least and the greatest whole number between two ends lie apart."""
    return floor(high + _EQUAL) - ceil(low - _EQUAL)


class Guess:
    """The linear programme of a wave's cells."""

    def __init__(self, counted: Counted) -> None:
        self._counted = counted
        self._columns: dict[Hashable, int] = {}
        self._equal: list[dict[int, float]] = []
        self._below: list[dict[int, float]] = []
        self._domains = _domains_of(counted)
        for universe, domains in self._domains.items():
            for code, domain in product(sorted(counted.complete[universe], key=str), domains):
                self._column((universe, code, domain))
        for universe in self._domains:
            self._sums(universe)
        self._links()
        self._seen = {base: self._witnesses(base) for base in counted.base}
        persons, weights = (sum(size[kind] for size in counted.base.values()) for kind in (0, 1))
        self._mean = weights / persons if persons and weights else 1.0

    def _column(self, name: Hashable) -> int:
        return self._columns.setdefault(name, len(self._columns))

    def _row(self, universe: Universe, codes: Collection[Hashable], domain: Domain) -> dict[int, float]:
        return {self._columns[universe, code, domain]: 1.0 for code in codes}

    def _sums(self, universe: Universe) -> None:
        """A domain is the sum of its parts and of those who did not say in which part they are."""
        for (parent, factor), parts in parted(self._domains[universe]).items():
            for code in sorted(self._counted.complete[universe], key=str):
                row = self._row(universe, [code], parent)
                for part in parts:
                    row[self._columns[universe, code, part]] = -1.0
                row[self._column(("unsaid", universe, code, parent, factor))] = -1.0
                self._equal.append(row)

    def _links(self) -> None:
        """Those of a base are no more than all who give that answer, to either question."""
        for inner in self._domains:
            whole = Universe(inner.kind, inner.name)
            for asked, domain in product(outer(inner, self._domains), self._domains[inner]):
                if domain in self._domains[asked.universe]:
                    codes = asked.codes & self._counted.complete[asked.universe]
                    less = self._row(inner, self._counted.complete[inner], domain)
                    self._no_more(less, self._row(asked.universe, codes, domain))
            for domain in self._domains[inner] if inner.base else ():
                for code in sorted(self._counted.complete[inner], key=str):
                    if domain in self._domains.get(whole, ()) and code in self._counted.complete[whole]:
                        self._no_more(self._row(inner, [code], domain), self._row(whole, [code], domain))

    def _witnesses(self, base: Base) -> frozenset[Cell]:
        """The cells of which one must be seen for a base to be known; none: everybody knows it.

        The base of a question that is put to victims alone is no public number: its own figures show it, and how many
        victims there are.
        """
        universe, _, domain = base
        asked = outer(universe, self._domains)
        if not asked:
            return frozenset()
        own = {cell for cell in self._counted.cells if (cell.answers.universe, cell.domain) == (universe, domain)}
        return frozenset(own | {Cell(answers, domain) for answers in asked})

    def _no_more(self, less: Mapping[int, float], more: Mapping[int, float]) -> None:
        self._below.append({**less, **{column: -value for column, value in more.items()}})

    def interval(self, cell: Cell, hidden: Collection[Cell]) -> Interval:
        """What ``cell`` could be when the cells ``hidden`` are not published.

        Raises PulsoError when the solver finds no answer in a minute.
        """
        persons = self._ends(cell, hidden, 0)
        size, people = self._counted.size(cell)
        scale = people / size / self._mean if size and people else 1.0
        low, high = self._ends(cell, hidden, 1)
        return Interval(persons, (low / scale, high / scale))

    def needed(self, cell: Cell, hidden: Collection[Cell], persons: int, shown: Collection[Cell] = ()) -> float:
        """How wide a cell can be left: ``persons``, or what it is when all of its universe but ``shown`` is hidden."""
        own = {each for each in self._counted.cells if each.answers.universe == cell.answers.universe}
        return min(float(persons), self.interval(cell, own.difference(shown).union(hidden)).width)

    def wide(self, cell: Cell, hidden: Collection[Cell], persons: float) -> bool:
        """Whether a cell could be any of ``persons`` and one more, or anything that its base allows."""
        needed = min(persons, self._counted.size(cell)[0]) - _EQUAL
        low, high = self._ends(cell, hidden, 0)
        return _whole(low, high) >= needed and self.interval(cell, hidden).width >= needed

    def _ends(self, cell: Cell, hidden: Collection[Cell], kind: int) -> Pair:
        scale = self._mean if kind else 1.0
        told = [(self._row(own.answers.universe, own.answers.codes, own.domain), value[kind] / scale)
                for own, value in self._counted.cells.items() if own not in hidden]  # fmt: skip
        told += [(self._row(universe, codes, domain), size[kind] / scale)
                 for (universe, codes, domain), size in self._counted.base.items()
                 if self._known((universe, codes, domain), hidden)]  # fmt: skip
        aim = self._row(cell.answers.universe, cell.answers.codes, cell.domain)
        return self._solved(aim, told, 1.0), -self._solved(aim, told, -1.0)

    def _known(self, base: Base, hidden: Collection[Cell]) -> bool:
        witnesses = self._seen[base]
        return not witnesses or any(cell in self._counted.cells and cell not in hidden for cell in witnesses)

    def _solved(self, aim: Mapping[int, float], told: list[tuple[dict[int, float], float]], sign: float) -> float:
        unknowns, measured = len(self._columns), len(told)
        width = unknowns + measured
        # Each published figure may be off by its last digit.
        rows = [*self._equal, *({**row, unknowns + at: 1.0} for at, (row, _) in enumerate(told))]
        values = np.array([0.0] * len(self._equal) + [value for _, value in told])
        errors = [(-(_DIGITS * abs(value) + _EQUAL / 10), _DIGITS * abs(value) + _EQUAL / 10) for _, value in told]
        goal = np.zeros(width)
        goal[list(aim)] = sign
        found = linprog(
            goal, A_eq=_matrix(rows, width), b_eq=values, bounds=[(0.0, None)] * unknowns + errors,
            A_ub=_matrix(self._below, width) if self._below else None,
            b_ub=np.zeros(len(self._below)) if self._below else None,
            method="highs", options={"time_limit": _SECONDS},
        )  # fmt: skip
        if found.status != 0:
            raise PulsoError(
                "report.confidentiality: how closely withheld cells can be guessed was not found "
                f"({str(found.message).splitlines()[0]}); this is a defect: report it with this line."
            )
        return float(found.fun)


def guess_of(counted: Counted) -> Guess:
    """The linear programme of a wave's cells.

    >>> from pulsometro.suppression.linear_attack import Answers
    >>> universe, yes = Universe("item", "victima"), frozenset([1])
    >>> counted = Counted({universe: frozenset([1, 2])})
    >>> for domain, n, inside in ((("total", "total"), 50, 9), (("s", "1"), 20, 2), (("s", "2"), 30, 7)):
    ...     cell, both = Cell(Answers(universe, yes), domain), frozenset([1, 2])
    ...     counted.add(cell, both, (n, 100.0 * n), (inside, 100.0 * inside))
    >>> men, women = (Cell(Answers(universe, yes), ("s", code)) for code in "12")
    >>> [round(end) for end in guess_of(counted).interval(men, {men, women}).persons]
    [0, 9]
    """
    return Guess(counted)


def _domains_of(counted: Counted) -> dict[Universe, tuple[Domain, ...]]:
    """The domains of each universe, those too that only their parts imply."""
    found: dict[Universe, set[Domain]] = {}
    for cell in counted.cells:
        found.setdefault(cell.answers.universe, set()).add(cell.domain)
    return {
        universe: tuple(sorted({*domains, *(parent for parent, _ in parted(domains))}))
        for universe, domains in sorted(found.items())
    }


def _matrix(rows: list[dict[int, float]], width: int) -> csr_array:
    places = [(at, column, value) for at, row in enumerate(rows) for column, value in row.items()]
    where = np.array([(at, column) for at, column, _ in places], dtype=np.int64).reshape(-1, 2)
    return csr_array(([value for _, _, value in places], (where[:, 0], where[:, 1])), shape=(len(rows), width))
