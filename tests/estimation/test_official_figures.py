"""A real survey: what its statistical office published, rebuilt from its microdata to the last digit."""

import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pulsometro.estimation import (
    Categorical,
    ChangeRule,
    Settings,
    Share,
    SurveyDesign,
    Wave,
    Where,
    changes,
    estimate,
)

pytestmark = pytest.mark.slow

SAFETY = Categorical("seguridad", ("1", "2"), ("Seguro", "Inseguro"), "BP1_1", missing=("9",), missing_rule="in_base")
AUTHORITIES = tuple(
    Share(f"{table}*{k}", f"BP1_{item}_{k}", ("1", "2"), "", base=(Where(f"BP1_7_{k}", ("1",)),))
    for table, item in (("8.6", 8), ("8.7", 9))
    for k in range(1, 7)
)


def read(folder: Path, quarter: str) -> SurveyDesign:
    archive = next((folder / "ensu" / quarter).glob("*.zip"))
    with zipfile.ZipFile(archive) as whole:
        name = next(n for n in whole.namelist() if "/conjunto_de_datos/" in n and "_cb_" in n and n.endswith(".csv"))
        with whole.open(name) as file:
            data = pd.read_csv(file, dtype="str", encoding_errors="replace")
    data = data.assign(weight=data["FAC_SEL"].astype(float))
    return SurveyDesign(data, "weight", "EST_DIS", "UPM_DIS", lonely_psu="grand_mean")


@pytest.fixture(scope="module")
def quarters(shared_dir: Path) -> dict[str, SurveyDesign]:
    return {"2024Q1": read(shared_dir, "2024T1"), "2024Q2": read(shared_dir, "2024T2")}


# INEGI's colours by our codes.
CODES = {"alta": "high", "moderada": "moderate", "baja": "low"}


@pytest.mark.parametrize("quarter", ["2024Q1", "2024Q2"])
def test_every_city(shared_dir: Path, quarters: dict[str, SurveyDesign], quarter: str) -> None:
    official = pd.read_csv(shared_dir / "ensu/official/insecurity_by_city.csv")
    official = official[official["quarter"] == quarter]
    ours = estimate(quarters[quarter], [SAFETY], [(), ("CD",)], ("proportion", "total"))
    keys = ["domain", "category", "population"]
    wide = ours[ours["statistic"] == "total"].merge(
        ours.loc[ours["statistic"] == "proportion", [*keys, "estimate", "precision"]], on=keys, suffixes=("", "_p")
    )
    both = wide.merge(
        official, left_on=["population", "category", "estimate"], right_on=["pop18plus", "category", "total"]
    )
    # Torreón is a part of another city, which is printed twice, and has no code of its own.
    assert len(both) == len(official) - 2
    assert set(both["domain"]) == set(wide["domain"])
    np.testing.assert_allclose(both["estimate_p"] * 100, both["pct"], rtol=1e-12)
    assert (both["precision"] == both["precision_total"].map(CODES)).all()
    assert (both["precision_p"] == both["precision_pct"].map(CODES)).all()


@pytest.mark.parametrize("quarter", ["2024Q1", "2024Q2"])
def test_authorities_among_those_who_know_them(
    shared_dir: Path, quarters: dict[str, SurveyDesign], quarter: str
) -> None:
    official = pd.read_csv(
        shared_dir / "ensu/official/police_effectiveness_8_6_and_trust_8_7.csv", dtype={"table": str}
    )
    official = official[(official["quarter"] == quarter) & (official["k"] != "LALAGUNA")]
    official = official[(official["k"] != "TORREON") & official["pct"].notna()]
    official["indicator"] = official["table"] + "*" + official["authk"].astype(str)
    ours = estimate(quarters[quarter], AUTHORITIES, [(), ("CD",)], ("proportion", "total"))
    keys = ["indicator", "domain", "population"]
    wide = ours[ours["statistic"] == "total"].merge(
        ours.loc[ours["statistic"] == "proportion", [*keys, "estimate", "precision"]], on=keys, suffixes=("", "_p")
    )
    both = official.merge(
        wide, how="left", left_on=["indicator", "identified", "effective_or_trust"],
        right_on=["indicator", "population", "estimate"], indicator="found",
    )  # fmt: skip
    assert (both["found"] == "both").all(), both[both["found"] != "both"].head()
    np.testing.assert_allclose(both["estimate_p"] * 100, both["pct"], rtol=1e-12)
    assert (both["precision"] == both["prec_total"].map(CODES)).all()
    assert (both["precision_p"] == both["prec_pct"].map(CODES)).all()


def test_significant_changes_by_the_offices_rule(quarters: dict[str, SurveyDesign]) -> None:
    rule = ChangeRule(alpha=0.10, adjust="none", covariance="independent", test="normal")
    now, before = (Wave(q, quarters[q], (SAFETY,)) for q in ("2024Q2", "2024Q1"))
    moved = changes(now, before, [("CD",)], rule=rule, settings=Settings())
    moved = moved[moved["category"] == "Inseguro"]
    # The office counts ten cities down and five up in the country.
    assert (moved["verdict"] == "down").sum() == 10
    assert (moved["verdict"] == "up").sum() == 5
