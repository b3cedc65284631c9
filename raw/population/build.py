"""Rebuild control_totals.csv and coverage.csv from the reference folder beside the project.

Run from the project's root: ``.venv/bin/python raw/population/build.py [../shared/population]``.
README.md beside this file says in words what is done here.
"""

import argparse
from datetime import date
from pathlib import Path

import pandas as pd

HERE = Path(__file__).resolve().parent
REFERENCE = HERE.parents[2] / "shared" / "population"

COLUMNS = [
    "cve_geo",
    "reference_date",
    "sex",
    "age_group",
    "schooling",
    "population",
    "source",
    "definition",
    "note",
]
SEX = {"M": 1, "F": 2}  # the census' suffixes: hombres (masculino), mujeres (femenino)
CONAPO_SEX = {"Hombres": 1, "Mujeres": 2}
CONAPO_AGE = {"15-29": 1, "30-44": 2, "45-64": 3, "65+": 4}
CENSUS_AGE = {
    1: ["P_18A24", "P_25A29"],
    2: ["P_30A34", "P_35A39", "P_40A44"],
    3: ["P_45A49", "P_50A54", "P_55A59", "P_60A64"],
    4: ["P_65A69", "P_70A74", "P_75A79", "P_80A84", "P_85YMAS"],
}
CENSUS_DAY = "2020-03-15"
YEARS = (2011, 2012, 2013)
LOW_GARCIA = "García: adultos 2.5 % (2011), 6.6 % (2012), 11.3 % (2013) por debajo de la línea al censo 2020"


def census_cells(census: pd.DataFrame) -> pd.DataFrame:
    """Adults counted in 2020 by municipality, sex and age group (persons)."""
    rows = [
        (cve, sex, age, float(sum(row[f"{name}_{suffix}"] for name in names)))
        for cve, row in census.set_index("cve_geo").iterrows()
        for suffix, sex in SEX.items()
        for age, names in CENSUS_AGE.items()
    ]
    return pd.DataFrame(rows, columns=["cve_geo", "sex", "age_group", "population"])


def census_schooling(census: pd.DataFrame) -> pd.DataFrame:
    """Adults by sex and whether they passed a grade after secundaria (1 no, 2 yes)."""
    rows = []
    for cve, row in census.set_index("cve_geo").iterrows():
        for suffix, sex in SEX.items():
            after = float(row[f"P18YM_PB_{suffix}"])
            rows.append((cve, sex, 1, float(row[f"P_18YMAS_{suffix}"]) - after))
            rows.append((cve, sex, 2, after))
    return pd.DataFrame(rows, columns=["cve_geo", "sex", "schooling", "population"])


def adult_share(census: pd.DataFrame) -> pd.Series:
    """Share of 18–29 within 15–29 in the 2020 census, by municipality and sex."""
    shares = {}
    for cve, row in census.set_index("cve_geo").iterrows():
        for suffix, sex in SEX.items():
            adults = row[f"P_18A24_{suffix}"] + row[f"P_25A29_{suffix}"]
            minors = row[f"P_15YMAS_{suffix}"] - row[f"P_18YMAS_{suffix}"]
            shares[(cve, sex)] = adults / (adults + minors)
    return pd.Series(shares)


def conapo_cells(conapo: pd.DataFrame, shares: pd.Series) -> pd.DataFrame:
    """Adults projected at mid-year by municipality, sex, age group and year (persons)."""
    kept = conapo[conapo["sexo"].isin(CONAPO_SEX) & conapo["grupo_edad"].isin(CONAPO_AGE)]
    cells = pd.DataFrame(
        {
            "cve_geo": kept["cve_geo"],
            "year": kept["anio"].astype(int),
            "sex": kept["sexo"].map(CONAPO_SEX),
            "age_group": kept["grupo_edad"].map(CONAPO_AGE),
            "population": kept["poblacion_mitad_anio"].astype(float),
        }
    ).reset_index(drop=True)
    young = cells["age_group"] == 1
    keys = pd.MultiIndex.from_frame(cells.loc[young, ["cve_geo", "sex"]])
    cells.loc[young, "population"] *= shares.reindex(keys).to_numpy()
    return cells


def geometric_cells(conapo: pd.DataFrame, census: pd.DataFrame) -> pd.DataFrame:
    """Geometric line from the 2010 projection to the 2020 census, cell by cell, at mid-year."""
    start = conapo[conapo["year"] == 2010].drop(columns="year")
    ends = start.merge(census, on=["cve_geo", "sex", "age_group"], suffixes=("_start", "_end"))
    span = (date.fromisoformat(CENSUS_DAY) - date(2010, 7, 1)).days
    parts = []
    for year in YEARS:
        share = (date(year, 7, 1) - date(2010, 7, 1)).days / span
        growth = (ends["population_end"] / ends["population_start"]) ** share
        parts.append(
            ends[["cve_geo", "sex", "age_group"]].assign(year=year, population=ends["population_start"] * growth)
        )
    return pd.concat(parts, ignore_index=True)


def labelled(cells: pd.DataFrame, source: str, definition: str, note: str) -> pd.DataFrame:
    """Add the columns that say where the totals come from."""
    day = cells["year"].astype(str) + "-07-01" if "year" in cells else CENSUS_DAY
    table = cells.assign(reference_date=day, source=source, definition=definition, note=note)
    return table.reindex(columns=COLUMNS)


def control_totals(reference: Path) -> pd.DataFrame:
    """The tidy table of control totals, one row per source, date and cell."""
    census = pd.read_csv(reference / "census2020_adults.csv", dtype={"cve_geo": str})
    conapo = pd.read_csv(reference / "conapo_2010_2014.csv", dtype={"cve_geo": str})
    counted = census_cells(census)
    projected = conapo_cells(conapo, adult_share(census))
    parts = [
        labelled(
            projected[projected["year"].isin(YEARS)],
            "conapo",
            "Adultos de 18 y más, proyección CONAPO (edición 2012) a mitad de año",
            "18-29 = 15-29 x proporción del censo 2020 por municipio y sexo; " + LOW_GARCIA,
        ),
        labelled(
            geometric_cells(projected, counted),
            "geometric_2010_2020",
            "Adultos de 18 y más, línea geométrica de CONAPO 2010 al censo 2020, a mitad de año",
            "Vara de comparación: supone crecimiento constante",
        ),
        labelled(
            counted,
            "census_2020",
            "Adultos de 18 y más, censo 2020 (ITER), sin edad no especificada",
            "Edad no especificada: San Pedro 3.57 % de la población total",
        ),
        labelled(
            census_schooling(census),
            "census_2020",
            "Adultos de 18 y más por escolaridad, censo 2020 (ITER): 1 sin posbásica, 2 posbásica",
            "1 incluye escolaridad no especificada; no se usa para 2011-2013",
        ),
    ]
    table = pd.concat(parts, ignore_index=True)
    table["population"] = table["population"].round(3)
    for column in ("sex", "age_group", "schooling"):
        table[column] = table[column].astype("Int64")
    return table.sort_values(
        ["source", "reference_date", "cve_geo", "schooling", "sex", "age_group"], na_position="first"
    ).reset_index(drop=True)


def coverage(reference: Path) -> pd.DataFrame:
    """Inhabited private dwellings with a landline, a mobile telephone, the Internet (2020)."""
    census = pd.read_csv(reference / "census2020_adults.csv", dtype={"cve_geo": str})
    return pd.DataFrame(
        {
            "cve_geo": census["cve_geo"],
            "reference_date": CENSUS_DAY,
            "dwellings": census["VIVPARH_CV"],
            "landline": census["VPH_TELEF"],
            "mobile": census["VPH_CEL"],
            "internet": census["VPH_INTER"],
            "source": "census_2020",
            "definition": "Viviendas particulares habitadas con características (ITER), no adultos",
        }
    ).sort_values("cve_geo", ignore_index=True)


def main() -> None:
    """Write both tables beside this file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("reference", nargs="?", type=Path, default=REFERENCE)
    reference = parser.parse_args().reference
    control_totals(reference).to_csv(HERE / "control_totals.csv", index=False, lineterminator="\n")
    coverage(reference).to_csv(HERE / "coverage.csv", index=False, lineterminator="\n")


if __name__ == "__main__":
    main()
