"""The first stages of the chain: fingerprints, what is missing, and what is left of waves that are gone."""

import shutil
from pathlib import Path

import pytest

from pulsometro.common.errors import PulsoError
from pulsometro.graph.dvc_file import write_graph
from pulsometro.graph.fingerprints import PACKAGE, files_in, of_part
from pulsometro.graph.needs import NEEDS, fingerprint_name
from pulsometro.graph.stage import run_deliveries, run_program
from pulsometro.study import Study, load_study
from tests.small_study import ROOT, dump, load, run


@pytest.fixture
def study(tmp_path: Path) -> Study:
    """The project's own params, questionnaires and tables, and no delivery."""
    shutil.copy(ROOT / "params.yaml", tmp_path / "params.yaml")
    shutil.copytree(ROOT / "questionnaires", tmp_path / "questionnaires")
    for name in ("population", "reference"):
        shutil.copytree(ROOT / "raw" / name, tmp_path / "raw" / name)
    made = load_study(tmp_path)
    write_graph(made)
    return made


def _fingerprints(study: Study, folder: str) -> dict[str, str]:
    base = study.root / "processed" / folder
    return {
        p.relative_to(base).as_posix(): p.read_text(encoding="utf-8") for p in sorted(base.rglob("*")) if p.is_file()
    }


def test_every_part_of_the_program_has_a_fingerprint_and_the_same_one_twice(study: Study) -> None:
    run_program(study)
    first = _fingerprints(study, "program")
    assert set(first) == {fingerprint_name(part) for parts in NEEDS.values() for part in parts}
    assert all(len(text.strip()) == 64 for text in first.values())
    run_program(study)
    assert _fingerprints(study, "program") == first


def test_a_parts_fingerprint_follows_its_files_and_not_what_python_leaves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(PACKAGE / "release", tmp_path / "release", ignore=shutil.ignore_patterns("__pycache__"))
    before = of_part("release")
    monkeypatch.setattr("pulsometro.graph.fingerprints.PACKAGE", tmp_path)
    assert of_part("release") == before
    (tmp_path / "release/__pycache__").mkdir()
    for name in ("__pycache__/stage.cpython-311.pyc", ".DS_Store", "~$x.html"):
        (tmp_path / "release" / name).write_bytes(b"x")
    path = tmp_path / "release/stage.py"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert of_part("release") == before
    path.write_bytes(path.read_bytes() + b"# more\n")
    changed = of_part("release")
    assert changed != before
    path.rename(tmp_path / "release/stage2.py")
    assert of_part("release") not in (before, changed)


@pytest.mark.parametrize(
    ("touched", "changed"),
    [
        ("questionnaires/2013T2.yaml", {"questionnaires/2013T2.json"}),
        ("questionnaires/exceptions.yaml", {"exceptions.json"}),
        ("reports/brands/ours/_brand.yml", {"brands.json"}),
        ("reports/sources/brief.qmd", {"sources.json"}),
        ("questionnaires/indicators.yaml", set()),
    ],
)
def test_what_somebody_writes_changes_its_own_fingerprint(touched: str, changed: set[str], study: Study) -> None:
    run_program(study)
    before = _fingerprints(study, "inputs")
    path = study.root / touched
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as stream:
        stream.write("\n# more\n")
    run_program(study)
    after = _fingerprints(study, "inputs")
    assert {name for name in after if after[name] != before.get(name)} == changed


def test_a_shared_questionnaire_changes_the_waves_that_extend_it(study: Study) -> None:
    run_program(study)
    before = _fingerprints(study, "inputs")
    with (study.questionnaires / "base_p8.yaml").open("a", encoding="utf-8") as stream:
        stream.write("# more\n")
    run_program(study)
    after = _fingerprints(study, "inputs")
    changed = {name for name in after if after[name] != before[name]}
    assert "questionnaires/2013T2.json" in changed and "questionnaires/2011T3.json" not in changed


@pytest.mark.parametrize("text", ["items: [\n", "", "extends: nada\n", None])
def test_a_questionnaire_that_cannot_be_read_has_a_fingerprint_all_the_same(text: str | None, study: Study) -> None:
    path = study.questionnaires / "2013T2.yaml"
    path.unlink() if text is None else path.write_text(text, encoding="utf-8")
    run_program(study)
    found = _fingerprints(study, "inputs")["questionnaires/2013T2.json"]
    assert ("missing" in found) == (text is None)
    # Whatever mends it changes the fingerprint.
    with (study.questionnaires / "base.yaml").open("a", encoding="utf-8") as stream:
        stream.write("# more\n")
    run_program(study)
    assert _fingerprints(study, "inputs")["questionnaires/2013T2.json"] != found


def test_a_delivery_that_is_missing_is_written_down_and_stops_nothing(study: Study) -> None:
    said = run_deliveries(study)
    assert "raw/2013T2/pulso_2013T2.sav" in said
    before = _fingerprints(study, "deliveries")
    assert set(before) == {f"{wave}.json" for wave in study.waves}
    path = study.raw("2013T2")
    path.parent.mkdir(parents=True)
    path.write_bytes(b"a delivery")
    run_deliveries(study)
    after = _fingerprints(study, "deliveries")
    assert {name for name in after if after[name] != before[name]} == {"2013T2.json"}


def test_what_every_wave_needs_is_asked_for_all_at_once(study: Study) -> None:
    for name in ("raw/population/coverage.csv", "questionnaires/indicators.yaml"):
        (study.root / name).unlink()
    with pytest.raises(PulsoError, match=r"indicators\.yaml, raw/population/coverage\.csv: the study needs"):
        run_program(study)
    assert not (study.root / "processed").exists()
    # The remedy: what names it in params.yaml is corrected, and the graph made anew; or the file is put there.
    shutil.copy(ROOT / "questionnaires/indicators.yaml", study.questionnaires / "indicators.yaml")
    params = load(study.root / "params.yaml")
    del params["weighting"]["coverage"]
    dump(params, study.root / "params.yaml")
    write_graph(load_study(study.root))
    assert "parts of the program" in run_program(load_study(study.root))


def test_a_wave_that_is_gone_leaves_nothing_that_was_made_and_everything_that_was_given(study: Study) -> None:
    made = ("processed/2013T1/ingest/responses.parquet", "processed/2013T1/release/published.json",
            "processed/2013T1/recompute/second_opinion.json",
            "processed/release/2013T1/README.md", "reports/site/2013T1/brief.html",
            # Of the layout before: beside a wave that stays.
            "processed/2013T2/responses.parquet")  # fmt: skip
    kept = ("raw/2013T1/pulso_2013T1.sav", "questionnaires/2013T1.yaml", "processed/2013T2/ingest/responses.parquet",
            "processed/series/estimates.parquet", "processed/checks/2013T2.json", "reports/site/index.html",
            "reports/site/secciones/series.html", "reports/site/2013T2/brief.html", "processed/mine/notes.txt",
            "reports/sources/README.md", "processed/release/2013T2/README.md")  # fmt: skip
    for name in (*made, *kept):
        path = study.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(path.read_text(encoding="utf-8") if path.is_file() else "x", encoding="utf-8")
    params = load(study.root / "params.yaml")
    del params["waves"]["2013T1"]
    dump(params, study.root / "params.yaml")
    now = load_study(study.root)
    write_graph(now)
    said = run_program(now)
    assert [name for name in made if (study.root / name).exists()] == []
    assert [name for name in kept if not (study.root / name).exists()] == []
    assert "reports/site/2013T1" in said and not (study.root / "processed/2013T1").exists()
    assert "Removed" not in run_program(now)


def test_files_come_in_one_order_on_every_system(tmp_path: Path) -> None:
    for name in ("b/a", "B", "a.b", "a/c"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x", encoding="utf-8")
    assert [path.relative_to(tmp_path).as_posix() for path in files_in(tmp_path)] == ["B", "a.b", "a/c", "b/a"]


def test_what_is_no_longer_published_at_all_is_taken_away(study: Study) -> None:
    made = ("reports/site/2013T2/brief.html", "reports/site/index.html", "processed/release/2013T2/README.md",
            "processed/2013T2/report/published.json")  # fmt: skip
    kept = ("processed/2013T2/ingest/responses.parquet", "reports/site/CNAME", "processed/notas/report/n.txt")
    for name in (*made, *kept):
        (study.root / name).parent.mkdir(parents=True, exist_ok=True)
        (study.root / name).write_text("x", encoding="utf-8")
    run_program(study)
    assert all((study.root / name).is_file() for name in (*made, *kept))
    params = load(study.root / "params.yaml")
    params["publish"] = {"reports": False, "release": False}
    dump(params, study.root / "params.yaml")
    write_graph(load_study(study.root))
    run_program(load_study(study.root))
    assert [name for name in made if (study.root / name).exists()] == []
    assert [name for name in kept if not (study.root / name).exists()] == []


def test_a_table_that_nobody_keeps_is_named_and_the_remedy_keeps_it(study: Study) -> None:
    run(study.root, "git", "init", "-q", ".", check=True)
    shutil.copy(ROOT / ".gitignore", study.root / ".gitignore")
    params = load(study.root / "params.yaml")
    (study.root / "raw/marco").mkdir()
    shutil.copy(study.root / "raw/population/coverage.csv", study.root / "raw/marco/cobertura.csv")
    params["weighting"]["coverage"]["file"] = "raw/marco/cobertura.csv"
    dump(params, study.root / "params.yaml")
    now = load_study(study.root)
    write_graph(now)
    with pytest.raises(PulsoError, match=r"raw/marco/cobertura\.csv: git ignores it and DVC does not keep it"):
        run_program(now)
    for words in (("dvc", "init", "-q"), ("dvc", "add", "-q", "raw/marco/cobertura.csv")):
        run(study.root, *words, check=True)
    run_program(now)


@pytest.mark.parametrize("where", ["delivery", "questionnaire"])
def test_what_may_not_be_read_has_a_fingerprint(where: str, study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    path = study.raw("2013T2") if where == "delivery" else study.questionnaires / "2013T2.yaml"
    path.parent.mkdir(exist_ok=True)
    path.touch()
    plain = Path.open

    def refused(self: Path, *words: object, **more: object) -> object:
        if self == path:
            raise PermissionError(13, "Permission denied", str(path))
        return plain(self, *words, **more)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", refused)
    folder = "deliveries" if where == "delivery" else "inputs"
    (run_deliveries if where == "delivery" else run_program)(study)
    assert any("unreadable" in text for text in _fingerprints(study, folder).values())


def test_a_delivery_that_dvc_does_not_keep_as_it_is_now_is_named(study: Study) -> None:
    params = load(study.root / "params.yaml")
    del params["waves"]["2013T2"]["simulated"]
    dump(params, study.root / "params.yaml")
    now = load_study(study.root)
    write_graph(now)
    path = now.raw("2013T2")
    path.parent.mkdir()
    path.write_bytes(b"cut")
    assert "not kept" not in run_deliveries(now), "no DVC project, no promise"
    run(now.root, "git", "init", "-q", ".", check=True)
    run(now.root, "dvc", "init", "-q", check=True)
    told = "keep it with 'dvc add raw/2013T2/pulso_2013T2.sav'"
    assert told in run_deliveries(now)
    run(now.root, "dvc", "add", "-q", "raw/2013T2/pulso_2013T2.sav", check=True)
    assert "not kept" not in run_deliveries(now)
    path.unlink()
    path.write_bytes(b"whole, sent again")
    assert told in run_deliveries(now)
