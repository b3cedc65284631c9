"""What the commands around the tests promise: nothing tracked is removed, nothing is skipped in silence."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[1]
needs_make = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")


@needs_make
def test_clean_removes_what_can_be_made_again_and_nothing_that_git_keeps(tmp_path: Path) -> None:
    kept = ("processed/series/metrics.json", "processed/series/headline.csv", "reports/sources/README.md")
    made = ("processed/2013T2/weights.parquet", "processed/checks/2013T2.json", "reports/site/index.html",
            ".mypy_cache/a", ".ruff_cache/a", ".pytest_cache/a")  # fmt: skip
    delivered = ("raw/2013T2/entrega.sav", ".venv/bin/python", "questionnaires/2013T3.yaml")
    for name in ("Makefile", ".gitignore"):
        shutil.copyfile(ROOT / name, tmp_path / name)
    for name in (*kept, *made, *delivered):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name, encoding="utf-8")
    for command in (["git", "init", "-q"], ["git", "add", "Makefile", ".gitignore", *kept], ["make", "clean"]):
        subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    assert [name for name in made if (tmp_path / name).exists()] == []
    assert [name for name in (*kept, *delivered) if not (tmp_path / name).exists()] == []


@needs_make
def test_help_names_every_target() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(text.split(".PHONY:")[1].splitlines()[0].split())
    told = subprocess.run(
        ["make", "--no-print-directory", "help"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert {line.split()[0] for line in told.splitlines()} == targets


def _copied(folder: Path, test: str) -> subprocess.CompletedProcess[str]:
    """A test of one's own under this project's conftest, where ``../shared`` is not."""
    (folder / "project" / "tests").mkdir(parents=True)
    for name in ("conftest.py", "allowed_skips.txt"):
        shutil.copyfile(ROOT / "tests" / name, folder / "project" / "tests" / name)
    (folder / "project" / "tests" / "test_it.py").write_text(test, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests"]
    variables = {**os.environ, "CI": "true"}
    return subprocess.run(command, cwd=folder / "project", capture_output=True, text=True, env=variables, check=False)


def test_comparisons_that_could_not_be_made_are_told_with_where_to_get_them(tmp_path: Path) -> None:
    done = _copied(tmp_path, "def test_a(shared_dir): ...\ndef test_b(shared_dir): ...\ndef test_c(): ...\n")
    assert done.returncode == 0, done.stdout
    told = " ".join(done.stdout.split())
    assert "2 comparisons with the answers of R's survey package and with INEGI's official figures were skipped" in told
    for place in ("tests/estimation/make_golden.R", "examples/ensu/README.md"):
        assert place in told and (ROOT / place).is_file()


def test_nothing_is_told_where_nothing_was_skipped(tmp_path: Path) -> None:
    assert "comparison" not in _copied(tmp_path, "def test_c(): ...\n").stdout


def test_a_skip_that_nobody_wrote_down_fails_the_run(tmp_path: Path) -> None:
    done = _copied(tmp_path, "import pytest\ndef test_c(): pytest.skip('no reason that is listed')\n")
    assert done.returncode == 1 and "no reason that is listed" in done.stdout


def test_the_hooks_and_the_public_workflow_are_sound() -> None:
    done = subprocess.run([sys.executable, "-m", "pre_commit", "validate-config"], cwd=ROOT, check=False)
    assert done.returncode == 0
    workflow = (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
    jobs = YAML(typ="safe").load(workflow)["jobs"]
    steps = [step for job in jobs.values() for step in job["steps"]]
    actions = [step["uses"] for step in steps if "uses" in step]
    # By the hash of a commit: a tag can be moved to other code.
    assert actions and all(len(action.split("@")[1]) == 40 for action in actions)
    called = {step["run"].split(".ci/run")[1].split()[0] if step["run"].split(".ci/run")[1].split() else "whole"
              for step in steps if ".ci/run" in step.get("run", "")}  # fmt: skip
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert {"whole", "tests"} <= called and "  tests)" in script
    assert set(jobs["tests"]["strategy"]["matrix"]["python"]) == {"3.11", "3.13"}
    assert all(f"  {name})" in script for name in jobs["versions"]["strategy"]["matrix"]["versions"])
