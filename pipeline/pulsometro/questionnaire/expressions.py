"""Skip rules and bases: small conditions on items, read by their own grammar and never run as code."""

import ast
import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from pulsometro.common.errors import PulsoError
from pulsometro.settings.faults import shown

_WORDS: dict[type[ast.cmpop], str] = {
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.In: "in",
    ast.NotIn: "not in",
}  # fmt: skip
_TURNED = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
SIGNS: Mapping[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
Constant = bool | int | float | str


@dataclass(frozen=True)
class Comparison:
    """``item`` compared with constants (one; several after in) or with ``other``, an item."""

    item: str
    sign: str
    constants: tuple[Constant, ...] = ()
    other: str = ""

    def __str__(self) -> str:
        listed = ", ".join(map(repr, self.constants))
        return f"{self.item} {self.sign} {f'[{listed}]' if self.sign.endswith('in') else listed or self.other}"


@dataclass(frozen=True)
class Joined:
    """Conditions joined by ``word``: and, or, or (one alone) not."""

    word: str
    parts: tuple["Tree", ...]


Tree = Comparison | Joined


class Unreadable(ValueError):
    """A text that is no condition, and what one looks like."""


@dataclass(frozen=True)
class Condition:
    """A condition such as ``victima == 1 and denuncia in [1, 2]`` on item codes."""

    text: str
    items: tuple[str, ...]

    def mask(self, responses: pd.DataFrame) -> "pd.Series[bool]":
        """True where the condition holds; a comparison of a missing answer is neither true nor false.

        ``responses``: one row per respondent, one column per item (integer codes).
        Returns a boolean Series on the same index. Raises PulsoError when an item has no column there.
        """
        for name in self.items:
            if name not in responses:
                raise PulsoError(
                    f"'{shown(self.text)}' needs the answers to '{name}', which are not read: it is private, or under "
                    "delivery.not_delivered; use another item."
                )
        result: pd.Series[bool] = (
            truth(read(self.text), lambda test: _holds(test, responses)).fillna(False).astype(bool)
        )
        return result


def _holds(test: Comparison, responses: pd.DataFrame) -> "pd.Series[Any]":
    values = responses[test.item]
    known = values.notna()
    if test.other:
        found, known = SIGNS[test.sign](values, responses[test.other]), known & responses[test.other].notna()
    elif test.sign.endswith("in"):
        found = values.isin(list(test.constants)) ^ (test.sign == "not in")
    else:
        found = SIGNS[test.sign](values, test.constants[0])
    told: pd.Series[Any] = found.astype("boolean").where(known, pd.NA)
    return told


def truth(tree: Tree, holds: Callable[[Comparison], Any]) -> Any:
    """The condition's truth from that of its comparisons, arrays of true and false."""
    if isinstance(tree, Comparison):
        return holds(tree)
    parts = [truth(part, holds) for part in tree.parts]
    if tree.word == "not":
        return ~parts[0]
    result = parts[0]
    for part in parts[1:]:
        result = result & part if tree.word == "and" else result | part
    return result


def comparisons(tree: Tree) -> Iterator[Comparison]:
    """Every comparison of a condition, from left to right."""
    if isinstance(tree, Comparison):
        yield tree
    else:
        for part in tree.parts:
            yield from comparisons(part)


def items_of(tree: Tree) -> tuple[str, ...]:
    """The items that a condition uses, each once, in the order of their names."""
    return tuple(sorted({name for test in comparisons(tree) for name in (test.item, test.other) if name}))


def canonical(text: str) -> str:
    """The condition as every way of writing it has it: blanks, brackets and the order of a list say nothing.

    Raises Unreadable when the text is no condition.
    """
    return _canonical(read(text))


def _canonical(tree: Tree) -> str:
    if isinstance(tree, Joined):
        return f"{tree.word}({', '.join(map(_canonical, tree.parts))})"
    sign, constants = tree.sign, tuple(sorted(set(tree.constants), key=repr))
    if len(constants) == 1:
        sign = {"in": "==", "not in": "!="}.get(sign, sign)
    return f"{tree.item} {sign} {', '.join(map(repr, constants)) or tree.other}"


def parse(text: str, where: str) -> Condition:
    """Check a condition and list the items it uses.

    ``where``: file and key for the message. Raises PulsoError when the text is not a
    comparison of items with codes joined by and, or, not.
    """
    try:
        return Condition(text, items_of(read(text)))
    except Unreadable as error:
        raise PulsoError(f"{where}: {error}") from error


def read(text: str) -> Tree:
    """The comparisons of a condition and how they are joined. Raises Unreadable, saying what a condition looks like."""
    try:
        return _tree(ast.parse(re.sub(r"\s*\n\s*", " ", text.strip()), mode="eval").body)
    # The parser refuses NUL bytes, and what is nested a thousand deep, in ways of its own.
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        if isinstance(error, Unreadable):
            raise Unreadable(f"'{shown(text)}' may only compare items with codes (==, in, and, or, not).") from None
        raise Unreadable(f"'{shown(text)}' is not a condition; write it like 'victima == 1'.") from None


def _tree(node: ast.expr) -> Tree:
    if isinstance(node, ast.BoolOp):
        return Joined("and" if isinstance(node.op, ast.And) else "or", tuple(map(_tree, node.values)))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return Joined("not", (_tree(node.operand),))
    if not isinstance(node, ast.Compare):
        raise Unreadable
    sides = [node.left, *node.comparators]
    found = [_comparison(a, op, b) for a, op, b in zip(sides, node.ops, sides[1:], strict=False)]
    return found[0] if len(found) == 1 else Joined("and", tuple(found))


def _comparison(left: ast.expr, op: ast.cmpop, right: ast.expr) -> Comparison:
    sign = _WORDS.get(type(op), "")
    if sign.endswith("in") and isinstance(left, ast.Name) and isinstance(right, ast.List | ast.Tuple):
        return Comparison(left.id, sign, tuple(map(_constant, right.elts)))
    if sign in _TURNED and isinstance(left, ast.Name):
        if isinstance(right, ast.Name):
            return Comparison(left.id, sign, (), right.id)
        return Comparison(left.id, sign, (_constant(right),))
    if sign in _TURNED and isinstance(right, ast.Name):
        return Comparison(right.id, _TURNED[sign], (_constant(left),))
    raise Unreadable


def _constant(node: ast.expr) -> Constant:
    if isinstance(node, ast.Constant) and isinstance(node.value, bool | int | float | str):
        return node.value
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant):
        value = node.operand.value
        if isinstance(value, int | float) and not isinstance(value, bool):
            return -value
    raise Unreadable
