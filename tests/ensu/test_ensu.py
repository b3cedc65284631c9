"""INEGI's ENSU through the stages: every published cell, class and verdict is INEGI's."""

import csv
import importlib.util
import shutil
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest
from ruamel.yaml import YAML

from pulsometro.estimates import series
from pulsometro.estimates import stage as estimate
from pulsometro.graph.stages import stages_of
from pulsometro.ingest import stage as ingest
from pulsometro.study import Study, load_study
from pulsometro.suppression import stage as protect
from pulsometro.weighting import stage as weight

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "ensu"
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def comparison() -> Iterator[ModuleType]:
    """The example's compare.py, imported as the script that it is."""
    sys.path.insert(0, str(EXAMPLE))
    spec = importlib.util.spec_from_file_location("ensu_compare", EXAMPLE / "compare.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["ensu_compare"] = module
    spec.loader.exec_module(module)
    yield module
    sys.path.remove(str(EXAMPLE))


@pytest.fixture(scope="module")
def study(shared_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Study:
    """A copy of the example with INEGI's zips, every stage run."""
    folder = tmp_path_factory.mktemp("ensu")
    shutil.copy(EXAMPLE / "params.yaml", folder)
    shutil.copytree(EXAMPLE / "questionnaires", folder / "questionnaires")
    made = load_study(folder)
    for wave in made.waves:
        zipped = shared_dir / "ensu" / wave / made.raw(wave).name
        if not zipped.is_file():
            pytest.skip(f"../shared is not here: {zipped.name}")
        made.raw(wave).parent.mkdir(parents=True)
        shutil.copyfile(zipped, made.raw(wave))
        assert "0 quarantined" in ingest.run(made, wave)
        weight.run(made, wave)
        estimate.run(made, wave)
        protect.run(made, wave)
    series.run(made)
    return made


@pytest.fixture(scope="module")
def cells(study: Study, shared_dir: Path, comparison: ModuleType) -> pd.DataFrame:
    return comparison.compare(study, shared_dir / "ensu" / "official")


def test_every_cell_equals_inegis(cells: pd.DataFrame) -> None:
    differing = cells[~(cells["difference"] == 0)]
    assert differing.empty, differing.to_string()


def test_nothing_published_was_left_out(cells: pd.DataFrame) -> None:
    """90 cities, one printed under both its states, and the country; in the 16 boroughs without
    municipal police only that nobody is there."""
    by_table = cells.groupby(["wave", "table"]).size().to_dict()
    safety, police = 92 * 2 * 6, (92 * 6 - 16) * 6 + 16
    assert cells.loc[cells["table"] == "1.7", "place"].nunique() == 91
    for wave in ("2024T1", "2024T2"):
        assert by_table[wave, "1.7"] == safety
        assert by_table[wave, "8.6"] == by_table[wave, "8.7"] == police
    change = cells[cells["table"] == "change"].set_index(["place", "measure"])["ours"]
    assert change["cities", "down"] == 10
    assert change["cities", "up"] == 5
    assert change["San Pedro Garza García", "verdict"] == "down"
    assert (change.xs("verdict", level="measure") == "none").sum() == 6


def test_a_figure_that_is_not_inegis_is_told(
    study: Study, shared_dir: Path, comparison: ModuleType, tmp_path: Path
) -> None:
    official = tmp_path / "official"
    shutil.copytree(shared_dir / "ensu" / "official", official)
    for path in (official, *official.iterdir()):
        path.chmod(0o755)
    path = official / "insecurity_by_city.csv"
    table = pd.read_csv(path)
    row = table.index[(table["quarter"] == "2024Q2") & (table["city"] == "Monterrey")][0]
    table.loc[row, "total"] += 1
    table.loc[row, "pct"] += 1e-9
    table.loc[row, "precision_pct"] = "baja"
    table.to_csv(path, index=False)
    cells = comparison.compare(study, official)
    differing = cells[cells["difference"] != 0]
    assert set(differing["measure"]) == {"seguro: persons", "seguro: percent", "seguro: precision of percent"}
    assert "3 different" in comparison.describe(cells, every=False)


def test_missing_official_tables_are_told_in_one_sentence(study: Study, comparison: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(comparison.PulsoError, match=r"insecurity_by_city\.csv: INEGI's published table is missing"):
        comparison.compare(study, tmp_path)


def test_shared_units_sharpen_the_change(study: Study, comparison: ModuleType) -> None:
    """Reference: the stacked linearisation worked out once by hand with pandas on the same files."""
    from overlap import changes_with_overlap, shared_units

    assert shared_units(study, "2024T1", "2024T2") == pytest.approx(4446 / 5534)
    changes = changes_with_overlap(study, "2024T1", "2024T2").set_index("domain")
    assert changes.loc["total", "se"] == pytest.approx(0.005234, abs=5e-7)
    assert changes.loc["64", "se"] == pytest.approx(0.035225, abs=5e-7)
    text = comparison.describe_overlap(study, "2024T1", "2024T2", comparison.insecurity_changes(study, "2024T2"))
    assert "80%" in text
    assert "only with the overlap: León de los Aldama, Saltillo" in text


def test_a_third_quarter_with_new_columns_needs_only_its_zip(study: Study, tmp_path: Path) -> None:
    """The second quarter's rows as a third: INEGI's next file name, two columns more, one that nobody asks for less."""
    shutil.copytree(study.questionnaires, tmp_path / "questionnaires")
    (tmp_path / "questionnaires" / "2024T3.yaml").write_text('wave: "2024T3"\nextends: base\n', encoding="utf-8")
    params = (study.root / "params.yaml").read_text(encoding="utf-8")
    new = '  "2024T3":\n    edition: 44\n    period: "septiembre de 2024"\n    file: "tercero.zip"\n'
    new += '    fieldwork: {start: "2024-07-01", end: "2024-09-30"}\n\ncheck:'
    (tmp_path / "params.yaml").write_text(params.replace("\ncheck:", f"{new}", 1), encoding="utf-8")
    made = load_study(tmp_path)
    with zipfile.ZipFile(study.raw("2024T2")) as archive:
        name = next(n for n in archive.namelist() if n.endswith("conjunto_de_datos_ensu_cb_0624.csv"))
        with archive.open(name) as member:
            table = pd.read_csv(member, dtype=str, keep_default_na=False, lineterminator="\r", nrows=900)
    table = table.drop(columns="BP4_1_9").assign(BP9_1="2", ID_NUEVO=table["ID_PER"])
    made.raw("2024T3").parent.mkdir(parents=True)
    with zipfile.ZipFile(made.raw("2024T3"), "w", zipfile.ZIP_DEFLATED) as archive:
        text = table.to_csv(index=False, quoting=csv.QUOTE_ALL, lineterminator="\r")
        archive.writestr(name.replace("0624", "0924"), text)
        archive.writestr(name.replace("cb_0624", "cs_0924"), text)
    assert "900 rows = 900 accepted + 0 quarantined" in ingest.run(made, "2024T3")
    weight.run(made, "2024T3")
    estimate.run(made, "2024T3")
    estimates = pd.read_parquet(made.processed("2024T3", "estimates.parquet"))
    total = estimates[estimates["domain_kind"].eq("total") & estimates["indicator"].eq("inseguro")]
    expected = table.loc[table["BP1_1"] == "2", "FAC_SEL"].astype(int).sum()
    assert total.loc[total["statistic"] == "total", "estimate"].tolist() == [expected]


def test_the_pipeline_knows_nothing_of_this_survey() -> None:
    """No column, city or quarter of the example in the code of the pipeline."""
    study = load_study(EXAMPLE)
    wave = study.params.current_wave
    questionnaire = study.questionnaire(wave)
    words = {column.name for column in questionnaire.delivery.columns.values() if "_" in column.name}
    words |= {name for name in questionnaire["ciudad"].codes.values() if " " in name}
    words |= {*study.waves, "ENSU", "seg_ciudad"}
    for path in sorted((ROOT / "pipeline").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        assert [word for word in sorted(words) if word in text] == [], path


def test_it_has_the_projects_stages_without_what_publishes() -> None:
    own = {stage.name: stage for stage in stages_of(load_study(EXAMPLE))}
    main = {stage.name: stage for stage in stages_of(load_study(ROOT))}
    assert set(main) - set(own) == {"simulate", "report", "site", "release"}
    assert all(stage.command == main[name].command for name, stage in own.items())


def test_a_fresh_clone_has_nothing_to_bring_and_dvc_says_no_error() -> None:
    stages = YAML(typ="safe").load((EXAMPLE / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
    outs = [out for stage in stages.values() for out in stage.get("do", stage).get("outs", [])]
    assert outs and all(isinstance(out, dict) and not next(iter(out.values()))["cache"] for out in outs)


def test_inegis_files_cannot_be_committed() -> None:
    ignored = (EXAMPLE / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert {"/raw/*/?*", "/official/", "/processed/*"} <= set(ignored)
