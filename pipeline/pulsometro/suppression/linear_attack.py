"""What can be had by subtraction: published cells as a linear system, and which unknown ones it determines.

The unknowns are weighted counts of one answer in one domain. Three kinds of relation tie them: a published row
is the sum of the answers that it counts; the answers of an item add to its base, which is taken as known (the
populations are public); a domain is the sum of those that part it. A cell is disclosed when its row lies in
the span of these relations (Cox, 1980, Suppression methodology and statistical disclosure control).
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import combinations, product
from typing import NamedTuple, TypeVar

from pulsometro.questionnaire import Indicator, Questionnaire
from pulsometro.questionnaire.crossings import crossed, parts_of
from pulsometro.questionnaire.expressions import Comparison, canonical, parse, read

# Between the parts of a crossed domain, as the estimates table writes them.
WHOLE = "total"
Domain = tuple[str, str]
Vector = dict[int, Fraction]


class Universe(NamedTuple):
    """What the answers of some rows are answers to: a question put to a base, counted or averaged.

    ``kind``: "item", or "indicator" where no definition says what is counted, or "mean".
    """

    kind: str
    name: str
    base: str = ""


@dataclass(frozen=True)
class Answers:
    """What a row counts: answers (codes) of a universe."""

    universe: Universe
    codes: frozenset[Hashable]


@dataclass(frozen=True)
class Structure:
    """What each row of a wave counts, by (indicator, category), and every answer of each universe.

    ``based``: the answers that the base of each indicator holds, of its universe. ``sensitive``: the indicators whose
    answers harm who is known to have given them; ``told``: those that tell of their items, themselves too.
    """

    counted: Mapping[tuple[str, str], Answers]
    complete: Mapping[Universe, frozenset[Hashable]]
    based: Mapping[str, Answers] = field(default_factory=dict)
    sensitive: frozenset[str] = frozenset()
    told: frozenset[str] = frozenset()

    def bases(self, universe: Universe) -> frozenset[frozenset[Hashable]]:
        """The sets of answers of a universe that add to a base of some indicator."""
        found = frozenset(base.codes for base in self.based.values() if base.universe == universe)
        whole = self.complete.get(universe)
        return found or (frozenset([whole]) if whole else frozenset())


def items_behind(indicator: Indicator, questionnaire: Questionnaire) -> frozenset[str]:
    """The items whose answers an indicator tells of: those it is computed from, and those that say who is in its base.

    Who was asked at all is told as well as who is counted.
    """
    asked = [questionnaire.skips[item].items for item in indicator.sources if item in questionnaire.skips]
    base = parse(indicator.base, "base").items if indicator.base else ()
    return frozenset((*indicator.sources, *base, *(name for items in asked for name in items)))


def _base_of(indicator: Indicator, questionnaire: Questionnaire) -> str:
    """The condition on who is counted, as every way of writing it has it: the indicator's, or who is asked the item."""
    skip = questionnaire.skips.get(indicator.item or "")
    condition = indicator.base or (skip.text if skip else "")
    return canonical(condition) if condition else ""


def asked_about(universe: Universe) -> tuple[str, frozenset[Hashable]] | None:
    """The item that a universe's base is about and the answers that are in it; None where it is not about one alone.

    Its base counts those who give them: whoever sees it knows that answer.

    >>> asked_about(Universe("item", "denuncia", "victima == 1"))
    ('victima', frozenset({1}))
    """
    tree = read(universe.base) if universe.base else None
    if not isinstance(tree, Comparison) or tree.sign not in ("==", "in") or tree.other:
        return None
    return tree.item, frozenset(tree.constants)


def outer(universe: Universe, others: Iterable[Universe]) -> list[Answers]:
    """The answers of other universes that the base of this one counts."""
    asked = asked_about(universe)
    if asked is None:
        return []
    item, codes = asked
    return [Answers(other, codes) for other in sorted(set(others)) if (other.kind, other.name) == (universe.kind, item)]


def _harmful(questionnaire: Questionnaire) -> frozenset[str]:
    """The sensitive items and what is derived from them."""
    told = frozenset(questionnaire.sensitive)
    made = {name for name, item in questionnaire.items.items() if item.derived and item.derived.source in told}
    return told | made


def structure_of(indicators: Mapping[str, Indicator], questionnaire: Questionnaire) -> Structure:
    """From the definitions: two indicators of one item and base count answers of the same universe."""
    counted: dict[tuple[str, str], Answers] = {}
    complete: dict[Universe, frozenset[Hashable]] = {}
    harmful = _harmful(questionnaire)
    based: dict[str, Answers] = {}
    sensitive = frozenset(
        name for name, indicator in indicators.items() if items_behind(indicator, questionnaire) & harmful
    )
    asked = frozenset(item for name in sensitive for item in items_behind(indicators[name], questionnaire))
    told = frozenset(name for name, indicator in indicators.items() if indicator.item in asked)
    for name, indicator in indicators.items():
        item = questionnaire.items.get(indicator.item or "")
        if item is None or indicator.kind not in ("share", "distribution"):
            continue
        universe = Universe("item", indicator.item or "", _base_of(indicator, questionnaire))
        if indicator.range is not None:
            cut = segments([own for own in indicators.values() if own.item == indicator.item])
            counted[name, indicator.category] = Answers(universe, _inside(cut, indicator.range))
            unsaid = item.missing if indicator.no_answer == "in_base" else {}
            silent = frozenset(code for code, kind in unsaid.items() if kind != "no_aplica")
            based[name] = Answers(universe, frozenset(cut) | silent)
            complete[universe] = complete.get(universe, frozenset()) | based[name].codes
            continue
        labels = dict(item.codes)
        unanswered = {code: kind for code, kind in item.missing.items() if kind != "no_aplica"}
        if indicator.kind == "share":
            counted[name, indicator.category] = Answers(universe, frozenset(indicator.categories))
            labels |= unanswered if indicator.no_answer == "in_base" else {}
        else:
            labels |= unanswered if indicator.no_answer == "category" else {}
            counted |= {(name, label): Answers(universe, frozenset([code])) for code, label in labels.items()}
        based[name] = Answers(universe, frozenset(labels) | frozenset(indicator.categories))
        complete[universe] = complete.get(universe, frozenset()) | based[name].codes
    return Structure(counted, complete, based, sensitive, sensitive | told)


# A number where a range begins or ends, or (with "+") all those between it and the next such number.
Segment = tuple[float, str]


def segments(ranges: Sequence[Indicator]) -> list[Segment]:
    """The parts that the ranges of an item's shares cut its numbers into: 0 to 5 less 0 to 4 is who said 5."""
    ends = sorted({end for own in ranges if own.range is not None for end in own.range})
    return [(float("-inf"), "+"), *((end, part) for end in ends for part in ("", "+"))]


def _inside(cut: Sequence[Segment], limits: tuple[float, float]) -> frozenset[Hashable]:
    low, high = limits
    return frozenset(part for part in cut if low <= part[0] < high or part == (high, ""))


def wider(domain: Domain) -> list[tuple[Domain, str]]:
    """The domains that this one is a part of, one factor wider, each with the factor that parts it."""
    kind, value = domain
    if kind == WHOLE:
        return []
    kinds, values = parts_of(kind), parts_of(value)
    if len(kinds) == 1:
        return [((WHOLE, WHOLE), kind)]
    found = []
    for kept in combinations(range(len(kinds)), len(kinds) - 1):
        left = next(i for i in range(len(kinds)) if i not in kept)
        parent = (crossed(kinds[i] for i in kept), crossed(values[i] for i in kept))
        found.append((parent, kinds[left]))
    return found


def parted(domains: Iterable[Domain]) -> dict[tuple[Domain, str], list[Domain]]:
    """Every way in which a domain is the sum of others: (domain, the factor that parts it) → its parts.

    Domains that only their parts imply (the sexes, where only municipality × sex is published) are there too.
    """
    found: dict[tuple[Domain, str], list[Domain]] = {}
    waiting, seen = sorted(set(domains)), set()
    while waiting:
        domain = waiting.pop(0)
        if domain in seen:
            continue
        seen.add(domain)
        for parent, factor in wider(domain):
            found.setdefault((parent, factor), []).append(domain)
            waiting.append(parent)
    return found


class Span:
    """The space of a set of rows in echelon form; each row remembers which sources it was made of."""

    def __init__(self) -> None:
        self._columns: dict[Hashable, int] = {}
        self._rows: dict[int, tuple[Vector, dict[Hashable, Fraction]]] = {}

    def add(self, row: Mapping[Hashable, int], source: Hashable) -> None:
        """Add a relation; ``row``: coefficient by unknown."""
        left, made = self._reduced(self._vector(row), {source: Fraction(1)})
        if left:
            self._rows[min(left)] = (left, made)

    def made_of(self, row: Mapping[Hashable, int]) -> set[Hashable] | None:
        """The sources whose combination gives ``row``; None when it is not determined."""
        left, made = self._reduced(self._vector(row), {})
        return None if left else {source for source, weight in made.items() if weight}

    def _vector(self, row: Mapping[Hashable, int]) -> Vector:
        return {self._columns.setdefault(name, len(self._columns)): Fraction(c) for name, c in row.items() if c}

    def _reduced(self, row: Vector, made: dict[Hashable, Fraction]) -> tuple[Vector, dict[Hashable, Fraction]]:
        while row:
            lead = min(row)
            if lead not in self._rows:
                break
            pivot, sources = self._rows[lead]
            factor = row[lead] / pivot[lead]
            _subtract(row, pivot, factor)
            _subtract(made, sources, factor)
        return row, made


_K = TypeVar("_K", bound=Hashable)


def _subtract(target: dict[_K, Fraction], other: Mapping[_K, Fraction], factor: Fraction) -> None:
    for key, value in other.items():
        left = target.get(key, Fraction(0)) - factor * value
        if left:
            target[key] = left
        else:
            target.pop(key, None)


@dataclass(frozen=True)
class Cell:
    """A quantity that rows publish: answers of a universe in a domain."""

    answers: Answers
    domain: Domain

    @property
    def row(self) -> dict[Hashable, int]:
        """The cell as a sum of the unknowns."""
        return {(code, self.domain): 1 for code in self.answers.codes}

    def order(self) -> tuple[int, Domain, list[str]]:
        """Single answers first: they leave nothing to solve."""
        return len(self.answers.codes), self.domain, sorted(map(str, self.answers.codes))


def span_of(
    published: Sequence[Cell],
    domains: Iterable[Domain],
    codes: Iterable[Hashable],
    bases: Iterable[frozenset[Hashable]],
) -> Span:
    """What the public knows of one universe.

    ``domains``: all that were estimated; ``bases``: the sets of the answers ``codes`` that add to a known base.

    >>> women, men = ("sexo", "2"), ("sexo", "1")
    >>> yes = Answers(Universe("item", "victima"), frozenset([1]))
    >>> shown, both = [Cell(yes, (WHOLE, WHOLE)), Cell(yes, men)], frozenset([1, 2])
    >>> span = span_of(shown, [(WHOLE, WHOLE), men, women], both, [both])
    >>> len(span.made_of(Cell(yes, women).row)), span.made_of(Cell(yes, women).row) is None
    (3, False)
    """
    span = Span()
    listed = sorted(codes, key=str)
    hierarchy = parted(domains)
    for cell in sorted(published, key=Cell.order):
        span.add(cell.row, cell)
    known = {*domains, *(parent for parent, _ in hierarchy)}
    for base, domain in product(sorted(bases, key=lambda codes: sorted(map(str, codes))), sorted(known)):
        span.add({(code, domain): 1 for code in base}, ("base", domain))
    for (parent, factor), parts in sorted(hierarchy.items()):
        for code in listed:
            span.add({(code, parent): 1, **{(code, part): -1 for part in parts}}, ("parts", parent, factor, str(code)))
    return span
