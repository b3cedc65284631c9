"""What git takes and what it leaves: no delivery, wherever it lies, and every clone has the same bytes."""

import shutil
from pathlib import Path

import pytest

from tests.small_study import ROOT, as_project, run

DELIVERED = (
    "entrega.sav", "ENTREGA.SAV", "raw/entrega.CSV", "raw/entrega.txt", "raw/2013T3/entrega.sav", "raw/2013T3/nota",
    "raw/2013T3/más hondo/Entrega Núm 3.XLSX", "descargas/x.Xlsx", "docs/entrega.zip", "reports/base.dta", "x.parquet",
    "tests.rds", "raw/population/entrega.sav", "raw/reference/e.SAV", "respaldo.csv.gz", "a.7z", "a.ods", "a.tab",
    ".pulso/telephones.key", "revisión/gx/x.html", "data_docs/index.html", "raw/2013T2/.simulated.json",
    "processed/2013T2/ingest/responses.parquet", "processed/2013T2/ingest/withheld.json", "reports/site/index.html",
)  # fmt: skip
KEPT = (
    "params.yaml", "dvc.yaml", "dvc.lock", "questionnaires/2013T3.yaml", "raw/2013T3/entrega.sav.dvc",
    "raw/2013T3/Entrega Núm 3.XLSX.dvc", "raw/population/control_totals.csv", "raw/reference/synthetic.yaml",
    "processed/series/metrics.json", "processed/series/headline.csv", "processed/program/ingest",
    "processed/suppressed/2013T3.csv",
    "processed/inputs/questionnaires/2013T3.json", "processed/deliveries/2013T3.json", "reports/brands/x/_brand.yml",
    "pipeline/pulsometro/check/great_expectations/engine.py", "tests/allowed_skips.txt",
)  # fmt: skip


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """An empty repository with this project's rules."""
    for name in (".gitignore", ".gitattributes"):
        shutil.copy(ROOT / name, tmp_path / name)
    run(tmp_path, "git", "init", "-q", ".", check=True)
    return tmp_path


def test_git_takes_no_delivery_and_all_that_makes_the_history(repository: Path) -> None:
    for name in (*DELIVERED, *KEPT):
        (repository / name).parent.mkdir(parents=True, exist_ok=True)
        (repository / name).write_text("x", encoding="utf-8")
    run(repository, "git", "add", "-A", check=True)
    listed = run(repository, "git", "-c", "core.quotepath=off", "ls-files", "-z", check=True).stdout
    taken = set(listed.split("\0"))
    assert [name for name in DELIVERED if name in taken] == []
    assert [name for name in KEPT if name not in taken] == []


def test_nothing_that_this_project_tracks_is_ignored() -> None:
    assert run(ROOT, "git", "ls-files", "-ci", "--exclude-standard", check=True).stdout == ""


def test_a_clone_that_would_write_other_line_ends_has_the_same_bytes(repository: Path, tmp_path: Path) -> None:
    """As git is set up on Windows: DVC compares bytes, and every stage would run again."""
    for name in ("params.yaml", "questionnaires/2013T2.yaml", "dvc.yaml", "processed/program/ingest"):
        (repository / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, repository / name)
    who = ("-c", "user.name=x", "-c", "user.email=x@example.org")
    run(repository, "git", "add", "-A", check=True)
    run(repository, "git", *who, "commit", "-qm", "x", check=True)
    clone = tmp_path / "clon"
    settings = ("-c", "core.autocrlf=true", "-c", "core.eol=crlf")
    run(tmp_path, "git", "clone", "-q", *settings, str(repository), str(clone), check=True)
    for name in ("params.yaml", "questionnaires/2013T2.yaml", "dvc.yaml", "processed/program/ingest"):
        assert (clone / name).read_bytes() == (ROOT / name).read_bytes(), name


@pytest.mark.slow
def test_a_delivery_that_dvc_keeps_is_pushed_and_comes_back(repository: Path, tmp_path: Path) -> None:
    """DVC, too, reads .gitignore: of a wave's folder that it takes for ignored as a whole it pushes nothing."""
    shutil.copy(ROOT / ".dvcignore", repository / ".dvcignore")
    as_project(repository)
    wave = "raw/2013T3"
    deliveries = (f"{wave}/entrega.sav", f"{wave}/Entrega Núm 3.XLSX", f"{wave}/llamadas.csv", "raw/nueva/e.zip")
    for name in deliveries:
        (repository / name).parent.mkdir(parents=True, exist_ok=True)
        (repository / name).write_text(name, encoding="utf-8")
    run(repository, "dvc", "remote", "add", "-d", "almacen", str(tmp_path / "almacen"), check=True)
    run(repository, "dvc", "add", "-q", *deliveries, check=True)
    told = run(repository, "dvc", "push", check=True)
    assert f"{len(deliveries)} files pushed" in told.stdout, told.stdout + told.stderr
    for name in deliveries:
        (repository / name).unlink()
    shutil.rmtree(repository / ".dvc/cache")
    run(repository, "dvc", "pull", "-q", check=True)
    assert [(repository / name).read_text(encoding="utf-8") for name in deliveries] == list(deliveries)
