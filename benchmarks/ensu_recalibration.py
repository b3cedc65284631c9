"""A second weight set for INEGI's ENSU: FAC_SEL of the seven cities of metropolitan Monterrey,
calibrated again to the 2020 census (sex × age), beside the official one.

Run: ``.venv/bin/python benchmarks/ensu_recalibration.py``; writes ENSU_RECALIBRATED.md beside it.
Needs INEGI's zips (``../shared/ensu/<quarter>/*.zip``); nothing of them is written here.
"""

import argparse
import io
import zipfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from pulsometro.estimation import Calibration, Settings, Share, SurveyDesign, estimate
from pulsometro.settings.base_weight_settings import Given
from pulsometro.settings.calibration_settings import Calibration as CalibrationSettings
from pulsometro.settings.calibration_settings import Collapse, ControlTotals, MarginSettings
from pulsometro.settings.weighting_settings import WeightingSettings
from pulsometro.weighting.chain import Weighted, weigh
from pulsometro.weighting.inputs import Inputs

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
SHARED = ROOT.parent / "shared"
CITIES = {"64": "19039", "65": "19019", "66": "19006", "67": "19026", "68": "19021", "69": "19046", "70": "19048"}
QUARTERS = {"2024T1": date(2024, 3, 10), "2024T2": date(2024, 6, 10)}
COLUMNS = ("ID_PER", "CD", "SEXO", "EDAD", "BP1_1", "FAC_SEL", "EST_DIS", "UPM_DIS")
UNSAFE = Share("inseguro", "BP1_1", (2,), category="inseguro")

SETTINGS = WeightingSettings(
    base=Given("given", "FAC_SEL"),
    within="cve_geo",
    strata="EST_DIS",
    psu="UPM_DIS",
    control_totals=ControlTotals(
        file="raw/population/control_totals.csv",
        source="census_2020",
        columns={"SEXO": "sex", "grupo_edad": "age_group"},
        areas=sorted(CITIES.values()),
        max_age_years=5,
    ),
    calibration=CalibrationSettings(
        margins=[MarginSettings(["SEXO", "grupo_edad"])], min_respondents=10, missing="impute", impute_seed=2024
    ),
    collapse=[Collapse("grupo_edad", [1, 2], 10), Collapse("grupo_edad", [3, 4], 10)],
)


@dataclass(frozen=True)
class Recalibrated:
    """``adults``: every selected adult of the quarter; ``weighted``: the second weight set."""

    adults: pd.DataFrame
    weighted: Weighted


def read_quarter(folder: Path) -> pd.DataFrame:
    """The table CB (one selected adult a row) of the only zip in ``folder``."""
    with zipfile.ZipFile(next(folder.glob("*.zip"))) as archive:
        name = next(n for n in archive.namelist() if "/conjunto_de_datos/" in n and "_cb_" in n and n.endswith(".csv"))
        adults = pd.read_csv(io.BytesIO(archive.read(name)), dtype=str, encoding="latin-1", usecols=list(COLUMNS))
    for column in ("FAC_SEL", "SEXO", "EDAD", "BP1_1"):
        adults[column] = pd.to_numeric(adults[column])
    adults["cve_geo"] = adults["CD"].map(CITIES)
    # 97 is "97 and over"; 98 is "not stated": no age group, so the margin's distribution is drawn from.
    adults["grupo_edad"] = pd.cut(adults["EDAD"], [17, 29, 44, 64, 97], labels=[1, 2, 3, 4]).astype("Int64")
    return adults


def recalibrate(folder: Path, on: date, totals: pd.DataFrame) -> Recalibrated:
    """Official and recalibrated weights of one quarter."""
    adults = read_quarter(folder)
    seven = adults[adults["cve_geo"].notna()].assign(folio=lambda rows: rows["ID_PER"])
    return Recalibrated(adults, weigh(Inputs(folder.name, on, seven, totals), SETTINGS))


def compare(made: Recalibrated) -> pd.DataFrame:
    """By city: percent unsafe and SE (points) with both weight sets."""
    official = estimate(
        SurveyDesign(made.adults, "FAC_SEL", strata="EST_DIS", psu="UPM_DIS"),
        [UNSAFE],
        [("cve_geo",)],
        settings=Settings(method="taylor", level=0.90),
    ).set_index("domain")
    data = made.weighted.weights.merge(made.adults, left_on="folio", right_on="ID_PER", validate="1:1")
    second = estimate(
        SurveyDesign(
            data, "weight", strata="stratum", psu="psu", calibration=Calibration("base_weight", (("margin_1",),))
        ),
        [UNSAFE],
        [("cve_geo",)],
        settings=Settings(method="calibrated", level=0.90),
    ).set_index("domain")
    spread = {row.area: row.deff_kish for row in made.weighted.record.final}
    base = {row.area: row for row in made.weighted.record.base.spread}
    off: dict[str, float] = {}
    for cell in made.weighted.record.calibration.cells if made.weighted.record.calibration else ():
        off[cell.area] = max(off.get(cell.area, 0.0), abs(cell.points_before))
    return pd.DataFrame(
        {
            "n": second["n"],
            "official": 100 * official["estimate"].reindex(second.index),
            "official_se": 100 * official["se"].reindex(second.index),
            "second": 100 * second["estimate"],
            "second_se": 100 * second["se"],
            "adults_official": [base[a].sum for a in second.index],
            "adults_census": second["population"],
            "worst_cell": [off[a] for a in second.index],
            "deff_official": [base[a].deff_kish for a in second.index],
            "deff_second": [spread[a] for a in second.index],
        }
    )


def markdown(tables: dict[str, pd.DataFrame], names: dict[str, str], merged: dict[str, list[str]]) -> str:
    """The committed table."""
    lines = [
        "# ENSU: the seven cities with a second weight set",
        "",
        "Source: INEGI, ENSU 2024, microdata; INEGI, Censo 2020 (ITER). Made by `benchmarks/ensu_recalibration.py`.",
        "`FAC_SEL` of each city calibrated again (raking, sex × age 18–29, 30–44, 45–64, 65+) to the adults that the",
        "2020 census counted in the municipality. Percent who feel unsafe in their city, standard errors in points:",
        "official as INEGI computes it (linearisation, weights fixed), second by calibrated linearisation.",
        "*Off* is the largest distance of a sex × age cell from its census share under the official weights (points).",
        "The adults that the official weights add up to are INEGI's own base, 2 to 49 % above the census, more than",
        "four years of growth: shares compare, totals do not. Ages not stated (8 of 3,379) are drawn from the city's",
        "distribution.",
    ]
    for quarter, table in tables.items():
        lines += [
            "",
            f"## {quarter}",
            "",
            "| city | n | official % | SE | second % | SE | difference | off | deff weights | second "
            "| adults official | census |",
            "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
        ]
        for area, row in table.iterrows():
            lines.append(
                f"| {names[str(area)]} | {row['n']:.0f} | {row['official']:.1f} | {row['official_se']:.1f} "
                f"| {row['second']:.1f} | {row['second_se']:.1f} | {row['second'] - row['official']:+.1f} "
                f"| {row['worst_cell']:.1f} | {row['deff_official']:.2f} | {row['deff_second']:.2f} "
                f"| {row['adults_official']:,.0f} | {row['adults_census']:,.0f} |"
            )
        if merged[quarter]:
            lines += ["", "Merged for too few interviews: " + "; ".join(merged[quarter]) + "."]
    return "\n".join(lines) + "\n"


def gather(shared: Path) -> dict[str, Recalibrated]:
    """Both quarters from INEGI's zips."""
    totals = pd.read_csv(ROOT / "raw" / "population" / "control_totals.csv", dtype={"cve_geo": str})
    return {quarter: recalibrate(shared / "ensu" / quarter, on, totals) for quarter, on in QUARTERS.items()}


def document(made: dict[str, Recalibrated], names: dict[str, str]) -> str:
    """The whole document."""
    merged = {}
    for quarter, one in made.items():
        calibration = one.weighted.record.calibration
        merged[quarter] = [f"{names[c.area]} {c.merged}" for c in calibration.collapsed] if calibration else []
    return markdown({quarter: compare(one) for quarter, one in made.items()}, names, merged)


def city_names(shared: Path) -> dict[str, str]:
    """Names of the municipalities by code."""
    census = pd.read_csv(shared / "population" / "census2020_adults.csv", dtype={"cve_geo": str})
    return dict(zip(census["cve_geo"], census["NOM_MUN"], strict=True))


def main() -> None:
    """Write the table beside this file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shared", nargs="?", type=Path, default=SHARED)
    shared = parser.parse_args().shared
    text = document(gather(shared), city_names(shared))
    (HERE / "ENSU_RECALIBRATED.md").write_text(text, encoding="utf-8", newline="\n")
    print(text)


if __name__ == "__main__":
    main()
