"""One sentence and a non-zero exit for what a technician can mend; no heavy import for help."""

import importlib.metadata
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from pulsometro.cli import main
from pulsometro.common.version import VERSION
from pulsometro.estimation import DesignError
from pulsometro.speech import Verb

ROOT = Path(__file__).resolve().parents[1]


def pulso(*arguments: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pulsometro", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


def test_help_imports_nothing_heavy() -> None:
    code = "import sys, pulsometro.cli; print(sorted({m.split('.')[0] for m in sys.modules}))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    for heavy in ("pandas", "numpy", "pydantic", "great_expectations", "statsmodels", "samplics", "matplotlib", "rich"):
        assert f"'{heavy}'" not in loaded, heavy


def test_every_verb_has_a_line_of_help() -> None:
    for name, command in main.commands.items():
        assert command.help, name
        assert CliRunner().invoke(main, [name, "--help"]).exit_code == 0


def test_a_wave_that_does_not_exist_is_one_sentence() -> None:
    done = pulso("ingest", "2099T9")
    assert done.returncode == 1
    assert "there is no wave '2099T9'" in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_outside_a_study_is_one_sentence(tmp_path: Path) -> None:
    done = pulso("series", cwd=tmp_path)
    assert done.returncode == 1
    assert "no params.yaml" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_doctor_says_which_engine_renders() -> None:
    done = pulso("doctor")
    assert done.returncode == 0
    assert "Reports will be rendered with" in done.stdout


def test_quiet_is_taken_before_and_after_the_verb() -> None:
    before, after = (CliRunner().invoke(main, words) for words in (["--quiet", "doctor"], ["doctor", "--quiet"]))
    assert (after.exit_code, after.output) == (before.exit_code, before.output)
    assert after.exit_code == 0
    assert CliRunner().invoke(main, ["doctor", "--quietly"]).exit_code == 2


@pytest.mark.parametrize(("error", "code"), [(DesignError("no PSU; give one."), 1), (ValueError("a bug"), None)])
def test_what_cannot_be_estimated_is_one_sentence_and_a_bug_is_not(error: Exception, code: int | None) -> None:
    group = type(main)("group")

    @group.command()
    def stage() -> None:
        raise error

    done = CliRunner().invoke(group, ["stage"])
    if code is None:
        assert done.exception is error
    else:
        assert (done.exit_code, done.output.strip()) == (code, f"Error: {error}")


@pytest.mark.parametrize("encoding", ["cp1252", "cp850", "latin-1"])
def test_a_stream_that_does_not_know_every_sign_gets_no_traceback(encoding: str) -> None:
    """Redirected on Windows, output is encoded as the system's code page has it."""
    variables = {**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    for arguments in (["doctor"], ["--help"], ["questionnaire", "diff", "2012T3", "2013T2"], ["ingest", "añó◆"]):
        command = [sys.executable, "-m", "pulsometro", *arguments]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, env=variables, check=False)
        assert done.returncode == (1 if arguments[0] == "ingest" else 0), done.stderr
        assert b"Traceback" not in done.stderr
        assert done.stdout.decode(encoding) or done.stderr.decode(encoding)


def test_the_version_is_one_everywhere() -> None:
    done = pulso("--version")
    assert (done.returncode, done.stdout) == (0, f"pulso {VERSION}\n")
    assert importlib.metadata.version("pulso-metropolitano") == VERSION
    assert f"\nversion: {VERSION}\n" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    headings = re.findall(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.M)
    assert headings[0] == VERSION
    assert len(set(headings)) == len(headings) > 1
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", heading) for heading in headings)


MISSING = (
    ("ModuleNotFoundError(\"No module named 'click'\", name='click')", "the package 'click' is not installed"),
    # As pandas says it, which names no package.
    ("ImportError('Unable to find a usable engine; tried: pyarrow. Trying …')", "(Unable to find a usable engine"),
)


@pytest.mark.parametrize(("raised", "said"), MISSING)
def test_a_package_that_is_missing_is_one_sentence_with_a_remedy(raised: str, said: str, tmp_path: Path) -> None:
    """As where only the kernel was installed; the remedy is tried by tests/test_wheel.py."""
    (tmp_path / "click.py").write_text(f"raise {raised}\n", encoding="utf-8")
    variables = {**os.environ, "PYTHONPATH": str(tmp_path)}
    command = [sys.executable, "-m", "pulsometro", "doctor"]
    done = subprocess.run(command, capture_output=True, text=True, env=variables, check=False)
    assert done.returncode == 1 and said in done.stderr
    assert "pip install 'pulso-metropolitano[run]'" in done.stderr and len(done.stderr.splitlines()) == 1


def test_a_fault_of_our_own_imports_is_no_missing_package(tmp_path: Path) -> None:
    (tmp_path / "click.py").write_text("raise ImportError('no', name='pulsometro.cli')\n", encoding="utf-8")
    variables = {**os.environ, "PYTHONPATH": str(tmp_path)}
    command = [sys.executable, "-m", "pulsometro", "doctor"]
    done = subprocess.run(command, capture_output=True, text=True, env=variables, check=False)
    assert "Traceback" in done.stderr


def _every(group: click.Group, words: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from _every(command, (*words, name))
        else:
            yield (*words, name), command


VERBS = dict(_every(main))


@pytest.mark.parametrize("words", VERBS, ids=" ".join)
def test_every_verb_has_an_example_that_can_be_typed_and_says_what_it_makes(words: tuple[str, ...]) -> None:
    """The example is parsed as the shell would hand it over: each option and argument is one that it has."""
    verb = VERBS[words]
    assert isinstance(verb, Verb) and verb.example and verb.makes
    typed = shlex.split(verb.example)
    assert tuple(typed[: len(words) + 1]) == ("pulso", *words)
    verb.make_context(" ".join(words), typed[len(words) + 1 :])
    told = CliRunner().invoke(main, [*words, "--help"]).output
    assert verb.example in told and all(line in told for line in verb.makes)


def test_help_lists_every_verb_once_in_the_order_of_the_quarter() -> None:
    told = CliRunner().invoke(main, ["--help"]).output
    listed = re.findall(r"^  ([a-z]+)  ", told, re.M)
    assert sorted(listed) == sorted(main.commands)
    order = ["init", "status", "run", "ingest", "check", "weight", "estimate", "report", "release", "series", "graph"]
    assert [name for name in listed if name in order] == order


def test_another_folder_is_named_before_or_after_the_verb(tmp_path: Path) -> None:
    for words in (["-C", str(ROOT), "questionnaire", "diff", "2012T3", "2013T2"],
                  ["questionnaire", "diff", "2012T3", "2013T2", "-C", str(ROOT), "-q"]):  # fmt: skip
        assert pulso(*words, cwd=tmp_path).returncode == 0
    refused = pulso("-C", "nowhere", "graph", cwd=tmp_path)
    assert refused.returncode == 1 and "there is no such folder" in refused.stderr and "Traceback" not in refused.stderr
