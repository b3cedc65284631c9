"""dvc.yaml says what is true: what a stage imports is what it declares, and every wave is listed."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from pulsometro.questionnaire import shared_files
from pulsometro.study import load_study

ROOT = Path(__file__).resolve().parents[1]
# The dispatcher and package markers decide nothing: they are left out of deps on purpose.
PACKAGE = ROOT / "pipeline" / "pulsometro"
NOT_DEPS = {Path("pipeline/pulsometro/cli.py"), Path("pipeline/pulsometro/__init__.py")}


def _stages(folder: Path) -> dict[str, dict]:
    stages = YAML(typ="safe").load((folder / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
    return {name: stage.get("do", stage) for name, stage in stages.items()}


def _module_file(dotted: str) -> Path | None:
    base = ROOT / "pipeline" / Path(*dotted.split("."))
    for path in (base.with_suffix(".py"), base / "__init__.py"):
        if path.is_file():
            return path.relative_to(ROOT)
    return None


def _imports(tree: ast.AST, path: Path = Path("pipeline/pulsometro/cli.py")) -> Iterator[str]:
    """Dotted names that a module of the package imports; ``path``: its place, for relative imports."""
    package = path.relative_to("pipeline").parent.parts
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) + 1 - node.level] if node.level else ()
            module = ".".join([*above, *([node.module] if node.module else [])])
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)


def _files(dotted: str) -> Iterator[Path]:
    """The module and every package above it: importing one runs them all."""
    parts = dotted.split(".")
    if parts[0] == "pulsometro":
        for end in range(2, len(parts) + 1):
            path = _module_file(".".join(parts[:end]))
            if path is not None:
                yield path


def _closure(verb: str) -> set[Path]:
    """Every file of the package that the verb's function leads to, imports inside functions too."""
    cli = ast.parse((ROOT / "pipeline/pulsometro/cli.py").read_text(encoding="utf-8"))
    functions = [node for node in cli.body if isinstance(node, ast.FunctionDef) and node.name == verb]
    assert functions, f"pipeline/pulsometro/cli.py has no verb {verb}"
    waiting = {path for name in _imports(functions[0]) for path in _files(name)}
    found: set[Path] = set()
    while waiting:
        path = waiting.pop()
        found.add(path)
        tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
        waiting |= {p for name in _imports(tree, path) for p in _files(name)} - found
    return {path for path in found - NOT_DEPS if path.name != "__init__.py" or _has_imports(path)}


def _has_imports(path: Path) -> bool:
    """A package marker with nothing but its docstring decides nothing."""
    return any(_imports(ast.parse((ROOT / path).read_text(encoding="utf-8"))))


@pytest.mark.parametrize("name", sorted(_stages(ROOT)))
def test_a_stage_declares_what_it_imports(name: str) -> None:
    stage = _stages(ROOT)[name]
    imported = _closure(stage["cmd"].split()[1])
    declared = [Path(dep) for dep in stage["deps"] if dep.startswith("pipeline/")]
    uncovered = sorted(str(p) for p in imported if not any(p == d or d in p.parents for d in declared))
    assert uncovered == [], f"{name} imports files that its deps in dvc.yaml leave out"
    idle = sorted(str(d) for d in declared if not any(p == d or d in p.parents for p in imported))
    assert idle == [], f"{name} declares deps in dvc.yaml that it never imports"


def test_every_wave_is_in_the_marked_lists() -> None:
    text = (ROOT / "dvc.yaml").read_text(encoding="utf-8")
    blocks = [block.split("# waves: end\n")[0] for block in text.split("      # waves: begin\n")[1:]]
    assert blocks
    for block in blocks:
        listed = {part for line in block.splitlines() for part in line.replace(".yaml", "").split("/")}
        assert set(load_study(ROOT).waves) <= listed


def test_the_files_a_questionnaire_extends_are_deps() -> None:
    study = load_study(ROOT)
    stages = _stages(ROOT)
    for wave in study.waves:
        needed = {str(p.relative_to(ROOT)) for p in shared_files(study.questionnaires, wave)[1:]}
        for name in ("ingest", "check", "weight", "estimate", "series", "report", "release"):
            assert needed <= set(stages[name]["deps"]), f"{name} does not depend on what {wave} extends"


def test_no_stage_depends_on_a_folder_that_grows_with_waves() -> None:
    for name, stage in _stages(ROOT).items():
        assert not {"questionnaires", "raw", "processed", "reports"} & set(stage["deps"]), name


def test_at_most_five_stages_a_wave() -> None:
    stages = YAML(typ="safe").load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
    assert sum("foreach" in stage for stage in stages.values()) <= 5


EVERY = frozenset(_stages(ROOT))
# A file of each room → the stages that run again when it is touched. CONTRIBUTING.md says why.
RERUN = {
    "common/errors.py": EVERY,
    "common/files.py": EVERY,
    "common/parallel.py": {"simulate", "check", "report", "site", "release"},
    "common/version.py": {"check", "report", "site", "release"},
    "common/progress.py": set(),
    "common/determinism.py": set(),
    "settings/check_settings.py": EVERY,
    "questionnaire/model.py": EVERY,
    "study/parameters.py": EVERY,
    "simulate/world.py": {"simulate"},
    "ingest/stage.py": {"ingest", "check"},
    "ingest/read/readers.py": {"ingest", "check"},
    "ingest/harmonise/values.py": {"ingest", "check"},
    "style/spanish.py": {"check", "report", "site"},
    "style/brands/neutral/_brand.yml": {"check", "report", "site"},
    "check/stage.py": {"check"},
    "check/rules/delivery.py": {"check"},
    "check/report/check_page.py": {"check"},
    "check/great_expectations/engine.py": {"check"},
    "check/verdict.py": {"check", "weight"},
    "weighting/chain.py": {"weight"},
    "weighting/calibration/newton.py": {"weight"},
    "weighting/nonresponse/adjustment.py": {"weight"},
    "weighting/replicates/reweigh.py": {"weight"},
    "weighting/base/base_step.py": {"weight"},
    "weighting/base/probabilities.py": {"weight", "check"},
    "weighting/arrays.py": {"weight", "check"},
    "weighting/control_totals.py": {"weight", "check", "report", "site"},
    "weighting/errors.py": {"weight", "check", "report", "site"},
    "weighting/record.py": {"weight", "report", "site"},
    "estimation/quantiles.py": {"estimate", "series"},
    "estimation/_engine/kernel.py": {"estimate", "series"},
    "estimation/comparing/wave_changes.py": {"estimate", "series"},
    "estimates/series.py": {"series"},
    "estimates/stage.py": {"estimate", "series"},
    "estimates/interviewer_effects.py": {"estimate", "series"},
    "reporting/stage.py": {"report", "site"},
    "reporting/language/sentences.py": {"report", "site"},
    "reporting/sources/brief.qmd": {"report", "site"},
    "reporting/sources/assets/page.css": {"report", "site"},
    "release/writers.py": {"release"},
    "wave/new.py": set(),
    "cli.py": set(),
    "doctor.py": set(),
    "__main__.py": set(),
}


@pytest.mark.parametrize("touched", sorted(RERUN))
def test_what_a_change_reruns(touched: str) -> None:
    path = PACKAGE.relative_to(ROOT) / touched
    assert (ROOT / path).is_file(), "the file is gone: name another of its room"
    again = {
        name
        for name, stage in _stages(ROOT).items()
        if any(path == Path(dep) or Path(dep) in path.parents for dep in stage["deps"])
    }
    assert again == set(RERUN[touched])


def test_every_room_is_in_the_table_of_what_reruns() -> None:
    rooms = {path.name for path in PACKAGE.iterdir() if path.suffix == ".py" or (path / "__init__.py").is_file()}
    assert {Path(touched).parts[0] for touched in RERUN} == rooms - {"__init__.py"}
    for room in rooms:
        for inner in (PACKAGE / room).glob("*/__init__.py"):
            if room in {"check", "weighting", "ingest"}:
                folder = f"{room}/{inner.parent.name}/"
                assert any(touched.startswith(folder) for touched in RERUN), folder
