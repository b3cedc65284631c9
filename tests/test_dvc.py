"""The graph of stages says what is true: what a stage imports is what it depends on, whatever params.yaml says."""

import ast
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from pulsometro.common.errors import PulsoError
from pulsometro.graph.dvc_file import graph_text, refuse_other_graph, write_graph
from pulsometro.graph.needs import NEEDS, fingerprint_name
from pulsometro.graph.stages import stages_of
from pulsometro.study import load_study

ROOT = Path(__file__).resolve().parents[1]
# The dispatcher and package markers decide nothing: they are left out of deps on purpose.
PACKAGE = ROOT / "pipeline" / "pulsometro"
NOT_DEPS = {Path("pipeline/pulsometro/cli.py"), Path("pipeline/pulsometro/__init__.py")}
COMMANDS = sorted((PACKAGE / "commands").glob("*_verbs.py"))


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
    bodies = [ast.parse(path.read_text(encoding="utf-8")).body for path in COMMANDS]
    functions = [node for body in bodies for node in body if isinstance(node, ast.FunctionDef) and node.name == verb]
    assert len(functions) == 1, f"pipeline/pulsometro/commands has no verb {verb}"
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


@pytest.mark.parametrize("name", sorted(NEEDS))
def test_a_stage_needs_what_it_imports(name: str) -> None:
    imported = {path.relative_to("pipeline/pulsometro") for path in _closure(name)}
    declared = [Path(part) for part in NEEDS[name]]
    uncovered = sorted(str(p) for p in imported if not any(p == d or d in p.parents for d in declared))
    assert uncovered == [], f"{name} imports files that its entry in graph/needs.py leaves out"
    idle = sorted(str(d) for d in declared if not any(p == d or d in p.parents for p in imported))
    assert idle == [], f"graph/needs.py says that {name} needs parts that it never imports"


@pytest.mark.parametrize("folder", [ROOT, ROOT / "examples" / "ensu"], ids=["project", "ensu"])
def test_dvc_yaml_is_what_params_give(folder: Path) -> None:
    refuse_other_graph(load_study(folder))


def test_every_stage_depends_on_the_parts_it_needs() -> None:
    stages = {stage.name: stage for stage in stages_of(load_study(ROOT))}
    for name, parts in NEEDS.items():
        told = {
            dep.removeprefix("processed/program/") for dep in stages[name].deps if dep.startswith("processed/program/")
        }
        assert told == {fingerprint_name(part) for part in parts}, name


def test_every_dependency_is_made_by_a_stage_or_is_in_git() -> None:
    stages = stages_of(load_study(ROOT))
    made = {out.replace("${item}", wave) for stage in stages for out in (*stage.outs, *stage.ledgers, *stage.metrics)
            for wave in (load_study(ROOT).waves if stage.each_wave else [""])}  # fmt: skip
    for stage in stages:
        for dep in stage.deps:
            path = dep.replace("${item}", "2013T2")
            inside = any(path == out or path.startswith(f"{out}/") for out in made)
            assert inside or (ROOT / path).is_file(), f"{stage.name} depends on {dep}"


def _with_params(folder: Path, change: tuple[str, str]) -> Path:
    folder.mkdir(exist_ok=True)
    text = (ROOT / "params.yaml").read_text(encoding="utf-8")
    changed = re.sub(*change, text)
    assert changed != text
    (folder / "params.yaml").write_text(changed, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("change", "gone"),
    [
        ((r'    attempts: "llamadas_2013T2.csv"\n', ""), ("raw/2013T2/llamadas_2013T2.csv",)),
        ((r"  coverage:\n(    .*\n)+", ""), ("raw/population/coverage.csv",)),
        ((r"\nsimulate:\n(  .*\n)+", "\n"), ("pulso simulate", "raw/2013T2/", "raw/reference/published.csv")),
        (
            (r"\nreport:\n", "\npublish: {reports: false, release: false}\n\nreport:\n"),
            ("pulso report", "pulso site", "pulso release"),
        ),
        ((r'  "2013T1":\n(    .*\n)+', ""), ("2013T1",)),
    ],
    ids=["attempts", "coverage", "simulate", "publish", "wave"],
)  # fmt: skip
def test_what_is_optional_is_in_the_graph_because_params_say_so(
    change: tuple[str, str], gone: tuple[str, ...], tmp_path: Path
) -> None:
    whole = graph_text(load_study(ROOT))
    assert all(name in whole for name in gone)
    text = graph_text(load_study(_with_params(tmp_path / "study", change)))
    assert [name for name in gone if name in text] == []
    assert YAML(typ="safe").load(text)["stages"]["verdict"]["cmd"] == "pulso verdict"


def test_the_graph_does_not_follow_what_lies_on_disk(tmp_path: Path) -> None:
    shutil.copy(ROOT / "params.yaml", tmp_path / "params.yaml")
    bare = graph_text(load_study(tmp_path))
    assert bare == graph_text(load_study(ROOT))


def test_a_setting_that_was_left_to_its_default_does_not_change_the_graph(tmp_path: Path) -> None:
    change = (r"\nestimation:\n  se: replicates\n", "\nestimation:\n  clusters: design\n  se: replicates\n")
    assert graph_text(load_study(_with_params(tmp_path / "study", change))) == graph_text(load_study(ROOT))


def test_another_graph_is_refused_and_the_remedy_mends_it(tmp_path: Path) -> None:
    study = load_study(_with_params(tmp_path / "study", (r'  "2013T1":\n(    .*\n)+', "")))
    with pytest.raises(PulsoError, match=r"dvc\.yaml: the file is missing; 'pulso graph'"):
        refuse_other_graph(study)
    shutil.copy(ROOT / "dvc.yaml", study.root / "dvc.yaml")
    with pytest.raises(PulsoError, match="run 'pulso graph'"):
        refuse_other_graph(study)
    assert "7 waves" in write_graph(study)
    refuse_other_graph(study)
    assert "already" in write_graph(study)
    # A clone with the line ends of Windows has the same graph.
    path = study.root / "dvc.yaml"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    refuse_other_graph(study)


def test_no_stage_depends_on_a_folder_that_grows_with_waves() -> None:
    for stage in stages_of(load_study(ROOT)):
        assert not {"questionnaires", "raw", "processed", "reports"} & set(stage.deps), stage.name


@pytest.mark.parametrize("folder", [ROOT, ROOT / "examples" / "ensu"], ids=["project", "ensu"])
def test_dvc_neither_keeps_nor_removes_a_ledger(folder: Path) -> None:
    stages = YAML(typ="safe").load((folder / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
    made = {path: how for out in stages["protect"]["do"]["outs"] if isinstance(out, dict) for path, how in out.items()}
    assert made["processed/suppressed/${item}.csv"] == {"cache": False, "persist": True}


def test_at_most_seven_stages_a_wave() -> None:
    assert sum(stage.each_wave for stage in stages_of(load_study(ROOT))) <= 7


EVERY = frozenset(NEEDS)
# A file of each room → the stages that run again when it is touched. CONTRIBUTING.md says why.
# The stages that read the weights' record.
READ_RECORD = {"estimate", "series", "recompute", "report", "site", "release"}
RERUN = {
    "common/bound.py": EVERY,
    "common/errors.py": EVERY,
    "common/files.py": EVERY,
    "common/sealing.py": EVERY,
    "common/whole.py": EVERY,
    "common/ending.py": EVERY,
    "common/parallel.py": {"simulate", "check", "report", "site", "release"},
    "common/printable.py": {"ingest", "check", "weight"},
    "common/discretion.py": {"ingest", "check", "weight"},
    "common/plain_words.py": {"ingest", "check", "weight"},
    "common/secret_keys.py": {"ingest", "weight", "release"},
    "common/kept_rows.py": {"weight", "protect", "audit", "release"},
    "common/version.py": {"check", "report", "site", "release"},
    "common/progress.py": set(),
    "common/determinism.py": set(),
    "settings/check_settings.py": EVERY,
    "questionnaire/model.py": EVERY,
    "study/parameters.py": EVERY,
    "graph/stages.py": set(),
    "simulate/world.py": {"simulate"},
    "ingest/stage.py": {"ingest"},
    "ingest/delivery_record.py": {"ingest", "check", "weight", "report", "site"},
    "ingest/read/readers.py": {"ingest", "check", "weight"},
    "ingest/harmonise/values.py": {"ingest"},
    "style/spanish.py": {"check", "report", "site", "release"},
    "style/vocabulary.py": {"check", "report", "series", "site"},
    "style/brands/neutral/_brand.yml": {"check", "report", "site"},
    "check/stage.py": {"check"},
    "check/rules/delivery.py": {"check"},
    "check/report/check_page.py": {"check"},
    "check/great_expectations/engine.py": {"check"},
    "check/verdict.py": {"check", "weight", "report", "site"},
    "weighting/chain.py": {"weight"},
    "weighting/calibration/newton.py": {"weight"},
    "weighting/nonresponse/adjustment.py": {"weight"},
    "weighting/replicates/reweigh.py": {"weight"},
    "weighting/base/base_step.py": {"weight"},
    "weighting/base/probabilities.py": {"weight", "check"},
    "weighting/arrays.py": {"weight", "check"},
    "weighting/control_totals.py": {"weight", "check", *READ_RECORD},
    "weighting/errors.py": {"weight", "check", *READ_RECORD},
    "weighting/population_cells.py": {"weight", "check", *READ_RECORD},
    "weighting/totals_grid.py": {"weight", "check", *READ_RECORD},
    "weighting/population_table.py": {"weight", "check"},
    "weighting/named_items.py": {"weight", "check"},
    "weighting/record.py": {"weight", *READ_RECORD},
    "weighting/study_key.py": {"weight", "release"},
    "weighting/emptied_keys.py": {"weight", "release"},
    "estimation/quantiles.py": {"estimate", "series", "recompute"},
    "estimation/_engine/kernel.py": {"estimate", "series", "recompute"},
    "estimation/comparing/wave_changes.py": {"estimate", "series", "recompute"},
    "estimates/series.py": {"series"},
    "audit/exact_rank.py": {"audit"},
    "suppression/stage.py": {"protect", "audit"},
    "suppression/feasible.py": {"protect", "audit"},
    "suppression/suppressed_cells.py": {"protect", "series", "audit", "report", "site"},
    "recompute/stage.py": {"recompute"},
    "recompute/with_samplics.py": {"recompute"},
    "recompute/opinion_record.py": {"recompute", "report", "site"},
    "estimates/stage.py": {"estimate", "series", "recompute"},
    "estimates/interviewer_effects.py": {"estimate", "series", "recompute"},
    "reporting/stage.py": {"report", "site"},
    "reporting/language/sentences.py": {"report", "site"},
    "reporting/sources/brief.qmd": {"report", "site"},
    "reporting/sources/assets/page.css": {"report", "site"},
    "disclosure/groups.py": {"weight", "release"},
    "release/writers.py": {"release"},
    "wave/new.py": set(),
    "begin/study_from_delivery.py": set(),
    "commands/wave_verbs.py": set(),
    "running/chain_run.py": set(),
    "standing/wave_standing.py": set(),
    "cli.py": set(),
    "speech.py": set(),
    "doctor.py": set(),
    "__main__.py": set(),
}


@pytest.mark.parametrize("touched", sorted(RERUN))
def test_what_a_change_reruns(touched: str) -> None:
    path = Path(touched)
    assert (PACKAGE / path).is_file(), "the file is gone: name another of its room"
    again = {name for name, parts in NEEDS.items() if any(path == Path(p) or Path(p) in path.parents for p in parts)}
    assert again == set(RERUN[touched])


def test_every_room_is_in_the_table_of_what_reruns() -> None:
    rooms = {path.name for path in PACKAGE.iterdir() if path.suffix == ".py" or (path / "__init__.py").is_file()}
    assert {Path(touched).parts[0] for touched in RERUN} == rooms - {"__init__.py"}
    for room in rooms:
        for inner in (PACKAGE / room).glob("*/__init__.py"):
            if room in {"check", "weighting", "ingest"}:
                folder = f"{room}/{inner.parent.name}/"
                assert any(touched.startswith(folder) for touched in RERUN), folder
