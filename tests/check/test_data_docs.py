"""Great Expectations' own pages hold respondents' values: git takes none of them, wherever they lie."""

import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from pulsometro.cli import main
from pulsometro.ingest.stage import run
from tests.ingest import deliveries as d

pytestmark = pytest.mark.slow

WAVE = "2020T1"


def _git(folder: Path, *words: str) -> str:
    done = subprocess.run(["git", *words], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout


def test_git_takes_nothing_of_them_wherever_they_lie(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    study = tmp_path / "estudio"
    run(d.prepared(study), WAVE)
    other = tmp_path / "otro"
    for folder in (study, other):
        folder.mkdir(exist_ok=True)
        _git(folder, "init", "-q")
    monkeypatch.chdir(study)
    for place in (study / "paginas", study / "notas" / "mayo", other / "x"):
        place.parent.mkdir(exist_ok=True)
        done = CliRunner().invoke(main, ["check", WAVE, "--data-docs", str(place)])
        assert (place / "index.html").is_file(), done.output
        assert (place / ".gitignore").read_text(encoding="utf-8") == "*\n"
    for folder in (study, other):
        _git(folder, "add", "-A")
        taken = _git(folder, "ls-files")
        assert not [line for line in taken.splitlines() if line.startswith(("paginas", "notas", "x"))]
    assert "params.yaml" in _git(study, "ls-files")


@pytest.mark.parametrize("place", ["reports/docs", "processed/docs", "raw/docs", "reports/../raw/docs"])
def test_published_folders_are_still_refused(place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(d.prepared(tmp_path), WAVE)
    monkeypatch.chdir(tmp_path)
    refused = CliRunner().invoke(main, ["check", WAVE, "--data-docs", place])
    assert refused.exit_code == 1 and "may not lie under" in refused.output
    assert not list(tmp_path.rglob("docs"))
