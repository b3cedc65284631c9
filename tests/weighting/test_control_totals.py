"""The control totals of the project: rebuilt from the reference, and sound on their own."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest

FOLDER = Path(__file__).resolve().parents[2] / "raw" / "population"


def _build() -> ModuleType:
    spec = importlib.util.spec_from_file_location("population_build", FOLDER / "build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def totals() -> pd.DataFrame:
    return pd.read_csv(FOLDER / "control_totals.csv", dtype={"cve_geo": str})


@pytest.mark.parametrize("name", ["control_totals", "coverage"])
def test_committed_tables_are_what_the_script_makes(shared_dir: Path, name: str) -> None:
    made = getattr(_build(), name)(shared_dir / "population").to_csv(index=False, lineterminator="\n")
    assert (FOLDER / f"{name}.csv").read_text(encoding="utf-8") == made


def test_every_cell_is_there_once(totals: pd.DataFrame) -> None:
    by_age = totals[totals["age_group"].notna()]
    keys = ["source", "reference_date", "cve_geo", "sex", "age_group"]
    assert not by_age.duplicated(keys).any()
    assert len(by_age) == 9 * 2 * 4 * (3 + 3 + 1)
    assert (totals["population"] > 0).all()


def test_census_cells_and_schooling_give_the_published_adults(totals: pd.DataFrame, shared_dir: Path) -> None:
    census = pd.read_csv(shared_dir / "population" / "census2020_adults.csv", dtype={"cve_geo": str})
    ours = totals[totals["source"] == "census_2020"]
    for broken_down in ("age_group", "schooling"):
        cells = ours[ours[broken_down].notna()].groupby("cve_geo")["population"].sum()
        pd.testing.assert_series_equal(
            cells,
            census.set_index("cve_geo")["P_18YMAS"].astype(float),
            check_names=False,
            check_index_type=False,
        )


def test_conapo_keeps_the_groups_that_need_no_split(totals: pd.DataFrame, shared_dir: Path) -> None:
    conapo = pd.read_csv(shared_dir / "population" / "conapo_2010_2014.csv", dtype={"cve_geo": str})
    published = conapo[(conapo["sexo"] == "Mujeres") & (conapo["grupo_edad"] == "45-64") & (conapo["anio"] == 2012)]
    ours = totals[
        (totals["source"] == "conapo")
        & (totals["reference_date"] == "2012-07-01")
        & (totals["sex"] == 2)
        & (totals["age_group"] == 3)
    ]
    assert ours.set_index("cve_geo")["population"].to_dict() == pytest.approx(
        published.set_index("cve_geo")["poblacion_mitad_anio"].to_dict()
    )


def test_the_gap_of_the_low_projection_shows(totals: pd.DataFrame) -> None:
    at = totals[(totals["reference_date"] == "2013-07-01") & totals["age_group"].notna()]
    sums = at.pivot_table(index="cve_geo", columns="source", values="population", aggfunc="sum")
    gap = sums["conapo"] / sums["geometric_2010_2020"] - 1
    assert gap.idxmin() == "19018"
    assert gap.min() == pytest.approx(-0.113, abs=0.001)
    assert gap.drop("19018").abs().max() < 0.026
