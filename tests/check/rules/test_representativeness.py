"""The sample beside the population: what the design and chance allow, and what they do not."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pulsometro.check import stage
from pulsometro.check.great_expectations.engine import Engine
from pulsometro.check.rules.representativeness import composition_rules
from pulsometro.common.errors import PulsoError
from pulsometro.ingest.stage import run
from pulsometro.study import Study, load_study
from tests.ingest import deliveries as d

pytestmark = pytest.mark.slow

WAVE = "2020T1"
TOTALS = "control_totals: {file: totals.csv, source: nobody}"
DECLARED = "control_totals: {file: totals.csv, source: censo, columns: {sexo: sex, grupo: age}}"
COUNTS = {(area, sex, age): 1000 for area in ("01001", "01002") for sex in (1, 2) for age in (1, 2)}


def _study(folder: Path, frame: pd.DataFrame, base: str = "{kind: telephone_completes}") -> Study:
    d.prepared(folder, frame)
    path = folder / "params.yaml"
    text = path.read_text(encoding="utf-8").replace(TOTALS, DECLARED)
    path.write_text(text.replace("base: {kind: telephone_completes}", f"base: {base}"), encoding="utf-8")
    rows = [(area, "2020-01-01", sex, age, n, "censo") for (area, sex, age), n in COUNTS.items()]
    table = pd.DataFrame(rows, columns=["cve_geo", "reference_date", "sex", "age", "population", "source"])
    table.to_csv(folder / "totals.csv", index=False)
    study = load_study(folder)
    run(study, WAVE)
    return study


def _table(study: Study) -> pd.DataFrame:
    responses = pd.read_parquet(study.processed(WAVE, "responses.parquet"))
    found = composition_rules(study, study.questionnaire(WAVE), responses)
    assert found is not None
    return found[0]


def test_shares_and_what_is_allowed_are_those_of_the_formula(tmp_path: Path) -> None:
    """Reference: 30 interviews an area, all weights equal, 4 groups in 2 areas, z for 0.01 / 16."""
    frame = d.good().assign(SEXO=[1, 1, 1, 2, 2, 2] * 10, EDAD=[30, 30, 50, 50, 50, 50] * 10)
    table = _table(_study(tmp_path, frame)).set_index("key")
    here = frame[frame["MUN"] == "Río Alto"]
    row = table.loc["01001/sexo/1"]
    assert row["sample"] == pytest.approx((here["SEXO"] == 1).mean())
    assert row["population"] == pytest.approx(0.5)
    assert row["n"] == (here["SEXO"] == 1).sum()
    assert row["allowed"] == pytest.approx(0.05 + 3.2272 * np.sqrt(0.25 / 30), abs=1e-4)
    assert set(table["code"]) == {1, 2}


def test_the_design_decides_what_a_respondent_stands_for(tmp_path: Path) -> None:
    """Women from homes of three adults stand for three: 10 of 30 interviews are 60 % of the adults."""
    sex = np.where(np.arange(60) % 6 < 2, 2, 1)
    frame = d.good().assign(SEXO=sex, P1=np.where(sex == 2, 3, 1))
    study = _study(tmp_path, frame, "{kind: telephone_completes, adults: conf_a, adults_cap: 4}")
    row = _table(study).set_index("key").loc["01001/sexo/2"]
    assert row["n"] == 10
    assert row["sample"] == pytest.approx(0.6)


def test_an_area_of_women_only_is_flagged_and_the_other_is_not(tmp_path: Path) -> None:
    frame = d.good(600)
    there = frame["MUN"] != "Río Alto"
    frame = frame.assign(
        SEXO=np.where(there, 2, np.arange(600) // 2 % 2 + 1), EDAD=np.where(np.arange(600) // 4 % 2, 30, 50)
    )
    study = _study(tmp_path, frame)
    verdict = stage.check_wave(study, WAVE, Engine())
    rule = next(rule for rule in verdict.rules if rule.id == "sample.composition")
    assert rule.keys == ("01002/sexo/1", "01002/sexo/2")
    page = study.checks(WAVE).with_suffix(".html").read_text(encoding="utf-8")
    assert "fuera de lo esperado: San Ángel (+50.0)" in page


def test_no_totals_by_an_item_say_nothing(tmp_path: Path) -> None:
    study = d.prepared(tmp_path)
    run(study, WAVE)
    responses = pd.read_parquet(study.processed(WAVE, "responses.parquet"))
    assert composition_rules(study, study.questionnaire(WAVE), responses) is None


def test_a_missing_table_of_totals_is_one_sentence(tmp_path: Path) -> None:
    study = _study(tmp_path, d.good())
    (tmp_path / "totals.csv").unlink()
    with pytest.raises(PulsoError, match=r"totals\.csv: the file is missing; params.yaml names it"):
        _table(study)
