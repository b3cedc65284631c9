"""R's errors after calibration and from replicate weights, to 1e-8 relative."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pulsometro.estimation import Calibration, Numeric, Replicates, Settings, Share, SurveyDesign, estimate
from tests.estimation.golden import assert_equal, join, read_expected

pytestmark = pytest.mark.slow

VARIABLES = (
    Share("victima", "victima", (1,), ""),
    Share("ins", "q_inseg", (2,), "", missing=(9,)),
    Numeric("ingreso", statistics=("mean", "total")),
)
MARGINS = (("mun", "sexo"), ("mun", "gedad"), ("mun", "educ"))


@pytest.fixture(scope="module")
def golden(shared_dir: Path) -> Path:
    return shared_dir / "golden"


@pytest.fixture(scope="module")
def data(golden: Path) -> pd.DataFrame:
    rows = pd.read_csv(golden / "microdata.csv")
    weights = pd.read_csv(golden / "expected_weights.csv").drop(columns="w")
    return rows.merge(weights, on="id", validate="one_to_one")


@pytest.fixture(scope="module")
def expected(golden: Path) -> pd.DataFrame:
    table = read_expected(golden, "expected_calibrated.csv")
    share = (table["statistic"] == "mean") & (table["variable"] != "ingreso")
    return table.assign(statistic=table["statistic"].mask(share, "proportion"))


def compare(design: SurveyDesign, expected: pd.DataFrame, method: str, how: str) -> None:
    rows = expected[expected["method"] == method]
    domains = tuple(() if kind == "total" else tuple(kind.split("*")) for kind in rows["kind"].unique())
    ours = estimate(design, VARIABLES, domains, ("proportion", "total"), settings=Settings(method=how))
    joined = join(ours, rows)
    for column in ("estimate", "se"):
        assert_equal(joined, column)


@pytest.mark.parametrize(
    ("method", "weights", "margins"),
    [
        ("calibrate;raking", "w_calrake", MARGINS),
        ("greg;linear", "w_greg", MARGINS),
        ("greg;linear;bounds=0.6,2.2", "w_greg_bounded", MARGINS),
        ("calibrate;logit;bounds=0.6,2.2", "w_logit_bounded", MARGINS),
        ("poststratify;mun*sexo", "w_ps", (("mun", "sexo"),)),
    ],
)
def test_residual_linearisation(
    data: pd.DataFrame, expected: pd.DataFrame, method: str, weights: str, margins: tuple[tuple[str, ...], ...]
) -> None:
    design = SurveyDesign(data, weights, "vstrat", "psu", calibration=Calibration("w", margins))
    compare(design, expected, method, "calibrated")


@pytest.mark.parametrize(("method", "weights"), [("base;vstrat", "w"), ("rake;weights_as_fixed", "w_rake")])
def test_weights_as_fixed(data: pd.DataFrame, expected: pd.DataFrame, method: str, weights: str) -> None:
    compare(SurveyDesign(data, weights, "vstrat", "psu"), expected, method, "taylor")


def rake(base: np.ndarray, data: pd.DataFrame, targets: pd.DataFrame) -> np.ndarray:
    """Plain raking of one weight column to the margins within municipality, for the tests only."""
    w = base.copy()
    margins = []
    for variable in ("sexo", "gedad", "educ"):
        own = targets[targets["variable"] == variable].set_index(["mun", "level"])["target"]
        cell = data.groupby(["mun", variable]).ngroup().to_numpy()
        goal = own.loc[sorted(set(zip(data["mun"], data[variable], strict=True)))].to_numpy()
        margins.append((cell, goal))
    for _ in range(2000):
        before = w.copy()
        for cell, goal in margins:
            w *= (goal / np.bincount(cell, weights=w))[cell]
        if np.abs(w - before).max() <= 1e-13 * w.max():
            return w
    raise AssertionError("the test's raking did not converge")


@pytest.fixture(scope="module")
def raowu(data: pd.DataFrame, golden: Path) -> pd.DataFrame:
    multipliers = pd.read_csv(golden / "raowu_multipliers.csv").drop(columns="vstrat").set_index("psu")
    weights = multipliers.loc[data["psu"]].to_numpy() * data["w"].to_numpy()[:, None]
    return pd.DataFrame(weights, columns=[f"rep_{i:03d}" for i in range(1, weights.shape[1] + 1)])


@pytest.fixture(scope="module")
def jackknife(data: pd.DataFrame) -> tuple[pd.DataFrame, list[int]]:
    psus = data[["vstrat", "psu"]].drop_duplicates().sort_values(["vstrat", "psu"])
    count = psus.groupby("vstrat")["psu"].count()
    columns, sizes = {}, []
    for stratum, psu in psus.itertuples(index=False):
        n = int(count[stratum])
        inside = (data["vstrat"] == stratum).to_numpy()
        factor = np.where(inside, np.where(data["psu"] == psu, 0.0, n / (n - 1)), 1.0)
        columns[f"jk_{len(sizes) + 1:03d}"] = data["w"].to_numpy() * factor
        sizes.append(n)
    return pd.DataFrame(columns), sizes


@pytest.mark.parametrize(("mse", "centre"), [("TRUE", "full"), ("FALSE", "mean")])
@pytest.mark.parametrize("raked", [False, True])
def test_bootstrap(
    data: pd.DataFrame, expected: pd.DataFrame, raowu: pd.DataFrame, golden: Path, mse: str, centre: str, raked: bool
) -> None:
    if raked:
        targets = pd.read_csv(golden / "raking_targets.csv")
        raowu = raowu.apply(lambda w: rake(w.to_numpy(), data, targets))
    design = SurveyDesign(
        pd.concat([data, raowu], axis=1), "w_rake" if raked else "w", "vstrat", "psu",
        replicates=Replicates.bootstrap(tuple(raowu.columns), centre),
    )  # fmt: skip
    compare(design, expected, f"raowu60;{'re-raked;' if raked else ''}mse={mse}", "replicates")


@pytest.mark.parametrize(("mse", "centre"), [("TRUE", "full"), ("FALSE", "mean")])
def test_jackknife(
    data: pd.DataFrame, expected: pd.DataFrame, jackknife: tuple[pd.DataFrame, list[int]], mse: str, centre: str
) -> None:
    weights, sizes = jackknife
    design = SurveyDesign(
        pd.concat([data, weights], axis=1), "w", "vstrat", "psu",
        replicates=Replicates.jackknife(tuple(weights.columns), sizes, centre),
    )  # fmt: skip
    compare(design, expected, f"JKn;mse={mse}", "replicates")


def test_jackknife_raked_again(
    data: pd.DataFrame, expected: pd.DataFrame, jackknife: tuple[pd.DataFrame, list[int]], golden: Path
) -> None:
    weights, sizes = jackknife
    targets = pd.read_csv(golden / "raking_targets.csv")
    weights = weights.apply(lambda w: rake(w.to_numpy(), data, targets))
    design = SurveyDesign(
        pd.concat([data, weights], axis=1), "w_rake", "vstrat", "psu",
        replicates=Replicates.jackknife(tuple(weights.columns), sizes),
    )  # fmt: skip
    compare(design, expected, "JKn;re-raked;mse=TRUE", "replicates")
