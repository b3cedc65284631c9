"""The second weight set of INEGI's ENSU: census totals hit, official figures untouched."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pandas as pd
import pytest


@pytest.fixture(scope="module")
def script(root: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("ensu_recalibration", root / "benchmarks" / "ensu_recalibration.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def made(script: ModuleType, shared_dir: Path) -> dict[str, Any]:
    return script.gather(shared_dir)


def test_committed_table_is_what_the_script_makes(script: ModuleType, shared_dir: Path, made: dict[str, Any]) -> None:
    assert script.document(made, script.city_names(shared_dir)) == (script.HERE / "ENSU_RECALIBRATED.md").read_text(
        encoding="utf-8"
    )


def test_second_weights_hit_the_census_and_official_figures_stand(
    script: ModuleType, shared_dir: Path, made: dict[str, Any]
) -> None:
    first = made["2024T1"]
    table = script.compare(first)
    census = pd.read_csv(shared_dir / "population" / "census2020_adults.csv", dtype={"cve_geo": str})
    adults = census.set_index("cve_geo").loc[table.index, "P_18YMAS"]
    assert table["adults_census"].to_numpy() == pytest.approx(adults.to_numpy(float), rel=1e-9)
    official = pd.read_csv(shared_dir / "ensu" / "official" / "insecurity_by_city.csv")
    quarter = official[official["quarter"] == "2024Q1"]
    unsafe = quarter[quarter["category"] == "Inseguro"].set_index("city")["pct"]
    names = census.set_index("cve_geo")["NOM_MUN"]
    for area, row in table.iterrows():
        assert row["official"] == pytest.approx(unsafe[names[area]], rel=1e-9)
        assert abs(row["second"] - row["official"]) < 5
    assert sum(row.respondents for row in first.weighted.record.calibration.missing) == 3
