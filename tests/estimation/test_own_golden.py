"""The project's own golden file, from a simulated edition: neither R nor other reference is needed."""

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pulsometro.estimation import Categorical, Numeric, Settings, SurveyDesign, estimate

pytestmark = pytest.mark.slow

HERE = Path(__file__).resolve().parent
DOMAINS = ((), ("municipio",), ("sexo",), ("municipio", "sexo"))
NUMBERS = ["estimate", "se", "ci_low", "ci_high", "df", "deff_wr", "n"]


@pytest.fixture(scope="module")
def expected() -> pd.DataFrame:
    return read(HERE / "golden" / "expected.csv")


def read(file: Path) -> pd.DataFrame:
    table = pd.read_csv(file, dtype=dict.fromkeys(("level", "domain"), "str"))
    return table.assign(level=table["level"].fillna(""))


def test_every_estimate(expected: pd.DataFrame) -> None:
    data = pd.read_csv(HERE / "golden" / "microdata.csv")
    levels = expected[expected["statistic"] == "proportion"].groupby("variable")["level"].unique()
    variables = [Categorical(name, tuple(sorted(map(int, codes)))) for name, codes in levels.items()]
    design = SurveyDesign(data, "w", "municipio", "conglomerado")
    ours = estimate(design, [*variables, Numeric("edad")], DOMAINS, settings=Settings(extremes="none"))
    joined = expected.merge(
        ours.assign(deff_wr=ours["deff"]), how="left",
        left_on=["variable", "level", "statistic", "domain_kind", "domain"],
        right_on=["indicator", "category", "statistic", "domain_kind", "domain"],
        suffixes=("_r", "_ours"),
    )  # fmt: skip
    assert len(joined) == len(expected) >= 300
    assert joined["indicator"].notna().all()
    for column in NUMBERS:
        theirs, own = joined[f"{column}_r"].to_numpy(float), joined[f"{column}_ours"].to_numpy(float)
        # R divides by its own rounding where nothing varies, and gives a t of no degrees of freedom.
        known = np.isfinite(theirs) & ((joined["df_r"] > 0) | (column in ("estimate", "df", "n")))
        known &= (joined["se_r"] > 1e-12) | (column in ("estimate", "df", "n"))
        np.testing.assert_allclose(own[known], theirs[known], rtol=1e-8, err_msg=column)
        assert known.sum() > 250


def test_remade_with_r(expected: pd.DataFrame, tmp_path: Path) -> None:
    if shutil.which("Rscript") is None:
        pytest.skip("Rscript is not installed: the golden file is not remade")
    has = subprocess.run(["Rscript", "-e", "library(survey)"], capture_output=True, check=False)
    if has.returncode:
        pytest.skip("R's survey package is not installed: the golden file is not remade")
    made = tmp_path / "expected.csv"
    subprocess.run(
        [
            "Rscript", str(HERE / "make_golden.R"), str(HERE / "golden" / "microdata.csv"), str(made), "w", "municipio",
            "conglomerado", "categorical=seg_municipio,victima,conf_fuerza_civil", "numeric=edad",
            "domains=municipio,sexo,municipio+sexo",
        ],
        check=True, capture_output=True,
    )  # fmt: skip
    again = read(made)
    keys = [name for name in again.columns if name not in NUMBERS]
    pd.testing.assert_frame_equal(again[keys], expected[keys])
    real = expected["se"] > 1e-12
    for column in NUMBERS:
        rows = real if column in ("se", "deff_wr") else slice(None)
        np.testing.assert_allclose(again.loc[rows, column], expected.loc[rows, column], rtol=1e-9, err_msg=column)
