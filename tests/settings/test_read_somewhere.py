"""A key that a team may write does something: every field of every settings dataclass is read by the package."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest

from pulsometro.common.errors import PulsoError
from pulsometro.questionnaire import indicators, load
from pulsometro.questionnaire.model import Attempts
from pulsometro.settings.configuration import retired, validate
from pulsometro.simulate import assumptions
from pulsometro.study.parameters import Identity, Params

PACKAGE = Path(__file__).resolve().parents[2] / "pipeline" / "pulsometro"
# What a file that somebody writes is read into: params.yaml, questionnaires, indicators.yaml, the simulation's file.
ROOTS = (Params, load._WaveFile, indicators._File, assumptions.Assumptions)
# Taken apart before the file becomes a value (questionnaire.shorthand), and here so that it is no unknown key.
AS_WRITTEN = {"_WaveFile.scales"}
# Says of a setting whether it can be used, which is no use of it.
CHECKS = "__post_init__"


def inside(kind: Any) -> Iterator[type]:
    """The dataclasses that an annotation names, however deep."""
    if is_dataclass(kind) and isinstance(kind, type):
        yield kind
    for each in get_args(kind):
        yield from inside(each)


def reachable(roots: tuple[type, ...]) -> set[type]:
    """Every dataclass that a file can fill in."""
    found: set[type] = set()
    waiting = list(roots)
    while waiting:
        kind = waiting.pop()
        if kind not in found:
            found.add(kind)
            hints = get_type_hints(kind, include_extras=True)
            waiting += [each for field in fields(kind) for each in inside(hints[field.name])]
    return found


@dataclass(frozen=True)
class Read:
    """An attribute that is read; ``owner``: the class whose ``self`` it is read of, "" for another thing's."""

    name: str
    owner: str = ""


def reads(tree: ast.AST, owner: str = "") -> Iterator[Read]:
    """Every attribute that a module reads, outside of the checks of settings."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef) and node.name == CHECKS:
            continue
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
            own = isinstance(node.value, ast.Name) and node.value.id == "self"
            yield Read(node.attr, owner if own else "")
        yield from reads(node, node.name if isinstance(node, ast.ClassDef) else owner)


def unread(kinds: set[type], found: set[Read]) -> set[str]:
    """The fields that nothing reads, as ``Class.field``."""
    return {
        f"{kind.__name__}.{field.name}"
        for kind in kinds
        for field in fields(kind)
        if found.isdisjoint({Read(field.name), *(Read(field.name, each.__name__) for each in kind.__mro__)})
    }


@pytest.fixture(scope="module")
def found() -> set[Read]:
    return {read for path in PACKAGE.rglob("*.py") for read in reads(ast.parse(path.read_text(encoding="utf-8")))}


def test_every_setting_is_read(found: set[Read]) -> None:
    kinds = reachable(ROOTS)
    assert len(kinds) > 30
    assert unread(kinds, found) == AS_WRITTEN


@dataclass(frozen=True)
class Planted:
    """Settings of which one is read, one only checked, one only read of another thing's own, one not at all."""

    used: int
    checked_only: int
    of_another: int
    nowhere: int


def test_a_setting_that_nothing_reads_is_found() -> None:
    module = """
class Planted:
    def __post_init__(self):
        assert self.checked_only > 0
class Other:
    def shown(self, planted):
        planted.nowhere = 1
        return self.of_another + planted.used
"""
    found = set(reads(ast.parse(module)))
    assert unread({Planted}, found) == {"Planted.checked_only", "Planted.of_another", "Planted.nowhere"}
    assert unread({Planted}, found | {Read("nowhere")}) == {"Planted.checked_only", "Planted.of_another"}


@dataclass(frozen=True)
class Section:
    never_read_by_anybody: int = 0


@dataclass(frozen=True)
class Grown(Params):
    planted: Mapping[str, tuple[Section, ...]] | None = None


def test_a_new_setting_of_params_would_be_found(found: set[Read]) -> None:
    assert unread(reachable((Grown,)), found) == {"Grown.planted", "Section.never_read_by_anybody"}


@pytest.mark.parametrize(
    ("kind", "section", "content", "said"),
    [
        (Identity, "study", {"language": "es-MX"}, "'study.language' is no setting any more; remove it: "),
        (Attempts, "attempts", {"completed": ["1.1"]}, "'attempts.completed' is no setting any more; remove it: "),
    ],
)
def test_a_key_that_is_gone_says_what_to_do(kind: type, section: str, content: dict[str, Any], said: str) -> None:
    given = {field.name: "x" for field in fields(kind) if field.type is str}
    with pytest.raises(PulsoError, match=said) as stop:
        validate(kind, {**given, **content}, Path("params.yaml"), section)
    assert "did you mean" not in str(stop.value) and str(stop.value).startswith("params.yaml: ")


def test_what_is_gone_is_not_there() -> None:
    for kind in reachable(ROOTS):
        assert {field.name for field in fields(kind)}.isdisjoint(retired(kind)), kind
