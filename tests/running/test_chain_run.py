"""``pulso run`` of a whole small study: lines, durations, exit codes and withheld waves as the chain has them."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from pulsometro.graph.dvc_file import write_graph
from pulsometro.running.stage_durations import read_durations
from pulsometro.study import load_study
from tests.small_study import ROOT, as_project, run
from tests.tiny_study import write_study

pytestmark = pytest.mark.slow
FIGURES = {"publish": {"reports": False, "release": False}}
LOUD = {"CI": ""}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write_study(tmp_path_factory.mktemp("corrída") / "estudio", FIGURES)
    for name in (".gitignore", ".dvcignore"):
        shutil.copy(ROOT / name, folder / name)
    as_project(folder)
    write_graph(load_study(folder))
    return folder


@pytest.fixture(scope="module")
def first(project: Path) -> subprocess.CompletedProcess[str]:
    return run(project, "pulso", "run", **LOUD)


def test_a_line_for_each_stage_and_where_the_result_lies(
    first: subprocess.CompletedProcess[str], project: Path
) -> None:
    assert first.returncode == 0, first.stdout + first.stderr
    lines = [line for line in first.stdout.splitlines() if re.match(r" *\d+ of 17  ", line)]
    assert [int(line.split()[0]) for line in lines] == list(range(1, 18))
    assert re.search(r"^17 of 17  verdict  \d\.\d s  2 waves, every one published\.$", first.stdout, re.M)
    assert re.search(r"^17 of 17 stages in .*: 17 run, 0 not changed\.$", first.stdout, re.M)
    assert f"Series: {project}/processed/series" in first.stdout and first.stderr == ""
    kept = read_durations(project)
    assert len(kept) == 17 and all(took > 0 for took in kept.values())
    shown = subprocess.run(["git", "status", "--porcelain", "-uall"], cwd=project, capture_output=True, text=True)
    assert "durations" not in shown.stdout


@pytest.mark.usefixtures("first")
def test_a_second_run_does_nothing_and_says_so(project: Path) -> None:
    done = run(project, "pulso", "run", **LOUD)
    assert done.returncode == 0 and ": 2 run, 15 not changed." in done.stdout


@pytest.mark.usefixtures("first")
def test_a_withheld_wave_stops_itself_and_a_quiet_run_says_it_once(project: Path, tmp_path: Path) -> None:
    folder = tmp_path / "otra"
    shutil.copytree(project, folder, symlinks=True)
    (folder / "raw/2021T1/datos.csv").unlink()
    done = run(folder, "pulso", "run")
    assert done.returncode == run(folder, "dvc", "repro", "--keep-going").returncode != 0
    assert done.stdout == "" and "Traceback" not in done.stderr
    (line,) = done.stderr.splitlines()
    assert line.startswith("Error: 2021T1 is withheld by 'ingest': raw/2021T1/datos.csv")
    # The other wave is there, and is no failure.
    other = run(folder, "pulso", "run", "2021T2", "-q")
    assert other.returncode == 0 and other.stderr == "" and other.stdout.startswith("Series: ")
    own = run(folder, "pulso", "-C", str(folder), "run", "2021T1", **LOUD)
    assert own.returncode == 1 and own.stderr == done.stderr


def test_what_cannot_run_is_one_sentence(tmp_path: Path) -> None:
    folder = write_study(tmp_path / "sin dvc", FIGURES)
    write_graph(load_study(folder))
    done = run(folder, "pulso", "run")
    assert done.returncode == 1 and "run 'git init' and 'dvc init'" in done.stderr
    # The remedy.
    as_project(folder)
    assert "no wave '2099'" in run(folder, "pulso", "run", "2099").stderr
    (folder / "dvc.yaml").write_text("stages: {}\n", encoding="utf-8")
    stale = run(folder, "pulso", "run")
    assert stale.returncode == 1 and "run 'pulso graph'" in stale.stderr and len(stale.stderr.splitlines()) == 1


@pytest.mark.usefixtures("first")
def test_what_dvc_itself_says_is_shown_where_no_stage_said_it(project: Path, tmp_path: Path) -> None:
    folder = tmp_path / "cerrado"
    shutil.copytree(project, folder, symlinks=True)
    (folder / ".dvc/config").write_text("[core\n", encoding="utf-8")
    done = run(folder, "pulso", "run")
    assert done.returncode != 0 and "config" in done.stderr
