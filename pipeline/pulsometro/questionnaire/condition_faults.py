"""What a condition can never mean: codes that an item lacks, numbers out of its range, what is never or always true."""

import math
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from itertools import pairwise, product
from typing import Any

import numpy as np

from pulsometro.questionnaire.expressions import (
    SIGNS,
    Comparison,
    Constant,
    Tree,
    Unreadable,
    comparisons,
    items_of,
    read,
    truth,
)
from pulsometro.questionnaire.model import Item
from pulsometro.settings.faults import shown

_MOST_CODES, _MOST_CASES = 12, 100_000
# Beyond it a whole number is no longer exact in a delivered file.
_LARGEST = 2**53
_NUMBERS = ("single", "integer", "number")
_HOLDS = {
    "single": "holds codes", "integer": "holds whole numbers", "number": "holds numbers",
    "text": "holds text, which stands in quotes", "date": "holds days, written in quotes such as '2013-05-02'",
    "area": "holds the municipalities' codes, which stand in quotes such as '19039'",
}  # fmt: skip


def faults_in(text: str, items: Mapping[str, Item], areas: Collection[str] = ()) -> list[str]:
    """What is wrong with a condition on ``items``, each in one sentence; items that are not there are left out.

    ``areas``: codes of the study's municipalities. Empty where only the questionnaire is known: then an area's
    code is held to its form alone.
    """
    try:
        tree = read(text)
    except Unreadable as error:
        return [str(error)]
    said = f"'{shown(text)}'"
    known = [test for test in comparisons(tree) if {test.item, *([test.other] if test.other else [])} <= set(items)]
    faults = [f"{said} {problem}" for test in known for problem in _wrong(test, items, areas)]
    if faults or any(test.other for test in known) or not set(items_of(tree)) <= set(items):
        return faults
    for part in dict.fromkeys(known) if len(known) > 1 else ():
        faults += [f"{said}: '{part}' {foregone}" for foregone in _foregone(part, items)]
    return faults or [f"{said} {foregone}" for foregone in _foregone(tree, items)]


def _wrong(test: Comparison, items: Mapping[str, Item], areas: Collection[str]) -> Iterator[str]:
    item = items[test.item]
    if test.other:
        other = items[test.other]
        if item.kind != other.kind and not {item.kind, other.kind} <= set(_NUMBERS):
            yield f"compares {test.item} with {test.other}, which is of another kind; compare it with codes."
    for constant in test.constants:
        against = f"compares {test.item} with {shown(repr(constant))}"
        if not _of_kind(constant, item):
            yield f"{against}, but the item {_HOLDS[item.kind]}{_known(item)}; correct the condition."
        elif item.kind == "area" and areas and constant not in areas:
            yield f"{against}, which is no municipality of params.yaml; correct the code."
        elif item.kind == "single" and constant not in item.valid_codes:
            yield f"{against}, which is none of its codes{_known(item)}; correct the code."
        elif item.kind in ("integer", "number") and not _allowed(constant, item):
            yield f"{against}, which its range leaves out{_known(item)}; correct the number."


def _of_kind(constant: Constant, item: Item) -> bool:
    if item.kind in ("single", "integer"):
        return isinstance(constant, int) and not isinstance(constant, bool)
    if item.kind == "number":
        return isinstance(constant, int | float) and not isinstance(constant, bool)
    if item.kind == "date":
        return isinstance(constant, str) and _is_day(constant)
    return isinstance(constant, str)


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _allowed(value: Any, item: Item) -> bool:
    """Whether an item of codes or numbers can have the value."""
    low, high = item.range if item.range is not None else (-_LARGEST, _LARGEST)
    return value in item.valid_codes or (item.kind != "single" and low <= value <= high)


def _known(item: Item) -> str:
    """What the item can be, for a message; "" where anything goes."""
    codes = [f"{code} {shown(label)}" for code, label in (*item.codes.items(), *item.missing.items())]
    if len(codes) > _MOST_CODES:
        codes = [*codes[:_MOST_CODES], "…"]
    spans = [f"{item.range[0]} to {item.range[1]}"] if item.range is not None and item.kind != "single" else []
    return f" ({', '.join([*spans, *codes])})" if spans or codes else ""


def _foregone(tree: Tree, items: Mapping[str, Item]) -> Iterator[str]:
    """That the condition is never or always true, whatever is answered to its items."""
    names = items_of(tree)
    tests = list(comparisons(tree))
    cases = [_cases(items[name], [test for test in tests if test.item == name]) for name in names]
    if not 0 < math.prod(map(len, cases)) <= _MOST_CASES:
        return
    grid = list(product(*cases))

    def holds(test: Comparison) -> np.ndarray:
        place = names.index(test.item)
        return np.array([_holds(test, case[place]) for case in grid], dtype=bool)

    found = truth(tree, holds)
    known = "".join(_known(items[name]) for name in names) if len(names) == 1 else ""
    asked = f"whatever is answered to {' and '.join(names)}{known}"
    if not found.any():
        yield f"is never true, {asked}; correct the condition."
    elif found.all() and not any(_may_be_blank(items[name]) for name in names):
        yield f"is always true, {asked}; correct the condition or leave it out."


def _may_be_blank(item: Item) -> bool:
    """Whether no answer is an answer: of an item that not everybody is asked, or that only marks what was named.

    "Any of its codes" is a condition then.
    """
    return bool(item.ask_if) or (item.kind == "single" and len(item.valid_codes) == 1)


def _holds(test: Comparison, value: Any) -> bool:
    if test.sign.endswith("in"):
        return (value in test.constants) == (test.sign == "in")
    return bool(SIGNS[test.sign](value, test.constants[0]))


def _cases(item: Item, tests: list[Comparison]) -> list[Any]:
    """Values of an item among which every one of the comparisons takes all the truths that it can take."""
    named = [constant for test in tests for constant in test.constants]
    if item.kind == "single":
        return list(item.valid_codes)
    if item.kind in ("integer", "number"):
        step = 1 if item.kind == "integer" else 0.5
        near = [value + move for value in named if not isinstance(value, str) for move in (-step, 0, step)]
        points = sorted({*near, *(item.range or ()), *item.valid_codes})
        between = [] if item.kind == "integer" else [(a + b) / 2 for a, b in pairwise(points)]
        return [value for value in (*points, *between) if _allowed(value, item)]
    # Of texts and days: each that is named, what lies just after it, and what lies before all.
    return list(dict.fromkeys(["", *(f"{value}{end}" for value in named for end in ("", "~"))]))
