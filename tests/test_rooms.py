"""The package as a house: every room is found by its name, and imports go down, never up or round."""

import ast
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "pipeline" / "pulsometro"
# From the ground up: a room may import only from floors below its own. Rooms to come: instrument/, design/,
# field/, context/, small_areas/ (CONTRIBUTING.md says between which ones they belong).
FLOORS = (
    {"common", "estimation", "doctor"},
    {"settings", "speech"},
    {"questionnaire", "style"},
    {"disclosure"},
    {"study"},
    {"suppression", "simulate", "ingest", "graph"},
    {"weighting"},
    {"estimates", "audit"},
    {"check", "recompute", "release"},
    {"reporting", "wave", "running"},
    {"begin", "standing"},
    {"commands"},
    {"cli"},
    {"__main__"},
)
# Three of them lead to the records of rooms below, which only their own room's module reads, one to month names.
MOST_ARROWS = 95
# They lead to every room, which is their work.
DISPATCH = {"commands", "cli", "__main__"}
# What every stage has, and what every family of mistakes has.
MAY_REPEAT = {"stage", "errors"}
ERRORS = {"common", "estimation", "weighting"}


def modules() -> dict[str, Path]:
    """Dotted name → file, packages by their own name."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imported(name: str, path: Path, known: Mapping[str, Path]) -> Iterator[str]:
    """Modules of the package that a module imports, inside functions too, relative imports resolved."""
    package = name.split(".") if path.name == "__init__.py" else name.split(".")[:-1]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) + 1 - node.level] if node.level else []
            module = ".".join([*above, *([node.module] if node.module else [])])
            for alias in node.names:
                target = f"{module}.{alias.name}"
                if target in known or module in known:
                    yield target if target in known else module


@pytest.fixture(scope="module")
def graph() -> dict[str, set[str]]:
    """Module → modules that it imports."""
    known = modules()
    return {name: set(imported(name, path, known)) - {name} for name, path in known.items()}


def circle(edges: Mapping[str, set[str]]) -> list[str]:
    """A circle of the graph in order, or nothing."""
    done: set[str] = set()
    trail: list[str] = []

    def visit(node: str) -> list[str]:
        if node in trail:
            return [*trail[trail.index(node) :], node]
        if node not in done:
            trail.append(node)
            for other in sorted(edges.get(node, ())):
                found = visit(other)
                if found:
                    return found
            trail.pop()
            done.add(node)
        return []

    return next((found for node in sorted(edges) if (found := visit(node))), [])


def between(graph: Mapping[str, set[str]], folder: str) -> dict[str, set[str]]:
    """The same graph between the things that lie directly in a package."""
    depth = folder.count(".") + 1
    edges: dict[str, set[str]] = defaultdict(set)
    for name, others in graph.items():
        for other in others:
            if all(x.startswith(f"{folder}.") for x in (name, other)):
                a, b = name.split(".")[depth], other.split(".")[depth]
                edges[a] |= {b} - {a}
    return edges


def test_no_circle_at_any_height(graph: dict[str, set[str]]) -> None:
    packages = [name for name, path in modules().items() if path.name == "__init__.py"]
    assert len(packages) > 20
    for package in packages:
        assert circle(between(graph, package)) == [], package
    # A package that hands on its modules' names is no circle of theirs.
    assert circle({name: others for name, others in graph.items() if name not in packages}) == []


def test_a_circle_would_be_found() -> None:
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"a"}}) == ["a", "b", "c", "a"]
    assert circle({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == []


def test_no_room_imports_one_that_is_not_below_it(graph: dict[str, set[str]]) -> None:
    floor = {room: height for height, rooms in enumerate(FLOORS) for room in rooms}
    edges = between(graph, "pulsometro")
    rooms = {name.split(".")[1] for name in graph if "." in name}
    assert rooms == set(floor), "a room without a floor, or a floor without its room"
    assert [(a, b) for a, others in edges.items() for b in others if floor[a] <= floor[b]] == []
    assert sum(len(others) for room, others in edges.items() if room not in DISPATCH) <= MOST_ARROWS


def test_the_kernel_imports_nothing_of_the_rest(graph: dict[str, set[str]]) -> None:
    kernel = {name: others for name, others in graph.items() if name.startswith("pulsometro.estimation")}
    assert kernel
    assert [(a, b) for a, others in kernel.items() for b in others if not b.startswith("pulsometro.estimation")] == []
    for path in sorted((PACKAGE / "estimation").rglob("*.py")):
        # The folder can be copied into another project under another name.
        assert "pulsometro" not in path.read_text(encoding="utf-8"), path


def test_every_module_is_found_by_its_name() -> None:
    names = [dotted.split(".")[-1] for dotted in modules()]
    assert {name for name, count in Counter(names).items() if count > 1} == MAY_REPEAT
    assert {name.split(".")[1] for name in modules() if name.endswith(".errors")} == ERRORS
    stages = [name.split(".")[1] for name in modules() if name.endswith(".stage")]
    assert len(set(stages)) == len(stages)


def test_no_module_imports_from_the_package_around_it(graph: dict[str, set[str]]) -> None:
    """A package hands its modules' names on to others: a module that took one there would go in a circle."""
    packages = {name for name, path in modules().items() if path.name == "__init__.py"}
    around = [(a, b) for a, others in graph.items() for b in others & packages if a.startswith(f"{b}.")]
    assert around == []


def test_every_import_can_be_read(graph: dict[str, set[str]]) -> None:
    """What this file and DVC's deps know of imports is what 'from … import …' says: nothing is loaded otherwise."""
    assert graph
    for path in modules().values():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            assert not (isinstance(node, ast.Name) and node.id == "__import__"), path
            assert not (isinstance(node, ast.Attribute) and node.attr == "import_module"), path
            names = node.names if isinstance(node, ast.Import | ast.ImportFrom) else []
            assert "import_module" not in {alias.name for alias in names}, path
            if isinstance(node, ast.Import):
                assert not [alias.name for alias in names if alias.name.split(".")[0] == "pulsometro"], path


def test_no_function_bears_the_name_of_its_module() -> None:
    """``from package import name`` would give one or the other, by the order of imports."""
    for dotted, path in modules().items():
        beside = {other.stem for other in path.parent.iterdir()} if path.name == "__init__.py" else set()
        taken = {*dotted.split("."), *beside}
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ImportFrom) and path.name != "__init__.py":
                continue
            assert not set(named(node)) & taken, path


def named(node: ast.stmt) -> Iterator[str]:
    """Names that a statement at the top of a module gives."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.ImportFrom):
        yield from (alias.asname or alias.name for alias in node.names)
    elif isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        yield from (target.id for target in targets if isinstance(target, ast.Name))
