"""Tests of independence and logistic models under each of the three methods, against R to 1e-8."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pulsometro.estimation import (
    Calibration,
    Categorical,
    Numeric,
    Replicates,
    Share,
    SurveyDesign,
    logistic,
    rao_scott,
)

HERE = Path(__file__).resolve().parent
HAPPENED = Share("victima", "victima", (1,), not_asked=(None,))
SEX, SAFETY = Categorical("sexo", (1, 2)), Categorical("seg_municipio", (1, 2, 3, 4))
TERMS = (SEX, Numeric("edad"))
METHODS = {"taylor": "taylor", "fpc": "taylor", "rows": "taylor", "calibrated": "calibrated"}


def microdata() -> pd.DataFrame:
    """The golden microdata without the municipality of one PSU, with the replicates and weights of the R script."""
    data = pd.read_csv(HERE / "golden" / "microdata.csv", dtype={"conglomerado": "str"})
    data = data[data["municipio"] != data["municipio"].max()].reset_index(drop=True)
    stratum, psu = (data[name].rank(method="dense").to_numpy(int) for name in ("municipio", "conglomerado"))
    half = data["conglomerado"].str[1:].astype(int).to_numpy() % 2
    w, made = data["w"].to_numpy(), {"N": 20.0, "one": 1.0, "woman": (data["sexo"] == 2).astype(float)}
    for r in range(16):
        sign = np.array([1 - 2 * (bin(h & r).count("1") % 2) for h in stratum])
        made[f"brr{r}"] = w * (1 + 0.7 * sign * (2 * half - 1))
    for r in range(1, 41):
        made[f"boot{r}"] = w * (psu.astype(float) ** 2 * (r + 1) % 97) / 48
    inside = data.groupby("municipio")["conglomerado"].transform("nunique").to_numpy()
    for k in range(1, psu.max() + 1):
        others = (stratum == stratum[psu == k][0]) & (psu != k)
        made[f"jk{k}"] = w * np.where(psu == k, 0.0, np.where(others, inside / (inside - 1), 1.0))
    x = np.column_stack([np.ones(len(data)), made["woman"], data["edad"]])
    wanted = w @ x * [1.02, 1.05, 0.99]
    made["wcal"] = w * (1 + x @ np.linalg.solve((x * w[:, None]).T @ x, wanted - w @ x))
    return pd.concat([data, pd.DataFrame(made)], axis=1)


@pytest.fixture(scope="module")
def data() -> pd.DataFrame:
    return microdata()


def design_of(data: pd.DataFrame, which: str) -> SurveyDesign:
    if which == "rows":
        return SurveyDesign(data, "w")
    kind, _, centre = which.partition("_")
    how = "mean" if centre else "full"
    names = [
        name for name in data if name.rstrip("0123456789") == {"jackknife": "jk", "bootstrap": "boot"}.get(kind, kind)
    ]
    sizes = data.drop_duplicates("conglomerado").sort_values("conglomerado").groupby("municipio")["w"].transform("size")
    replicates = {
        "jackknife": lambda: Replicates.jackknife(names, sizes.tolist(), how),
        "brr": lambda: Replicates.brr(names, 0.3, how),
        "bootstrap": lambda: Replicates.bootstrap(names, how),
    }.get(kind)
    calibration = Calibration("w", (), ("one", "woman", "edad")) if which == "calibrated" else None
    return SurveyDesign(
        data, "wcal" if calibration else "w", "municipio", "conglomerado", "N" if which == "fpc" else None,
        replicates() if replicates else None, calibration=calibration,
    )  # fmt: skip


def read(file: Path) -> pd.Series:
    return pd.read_csv(file).set_index(["design", "statistic", "name"])["value"]


@pytest.fixture(scope="module")
def expected() -> pd.Series:
    return read(HERE / "golden" / "models.csv")


KINDS = [*METHODS, "jackknife", "jackknife_mean", "brr", "bootstrap", "bootstrap_mean"]


@pytest.mark.parametrize("which", KINDS)
def test_logistic(data: pd.DataFrame, expected: pd.Series, which: str) -> None:
    ours = logistic(design_of(data, which), HAPPENED, TERMS, method=METHODS.get(which, "replicates"))
    theirs = expected[which]
    np.testing.assert_allclose(ours.coefficients["estimate"], theirs["coefficient"], rtol=1e-8)
    np.testing.assert_allclose(ours.coefficients["se"], theirs["se"], rtol=1e-8)
    np.testing.assert_array_equal(ours.coefficients["df"], [theirs["df", "model"]] * 3)
    np.testing.assert_allclose(np.sqrt(np.diag(ours.covariance)), theirs["se"], rtol=1e-8)
    if which not in METHODS:
        np.testing.assert_allclose(ours.effects["estimate"], theirs["effect"], rtol=1e-8)
        np.testing.assert_allclose(ours.effects["se"], theirs["effect_se"], rtol=1e-8)


@pytest.mark.parametrize("which", KINDS)
def test_independence(data: pd.DataFrame, expected: pd.Series, which: str) -> None:
    ours = rao_scott(design_of(data, which), SAFETY, SEX, METHODS.get(which, "replicates"))
    theirs = expected[which]
    np.testing.assert_allclose([ours.f, ours.f_df, ours.f_ddf, ours.f_p], theirs["F"], rtol=1e-8)
    np.testing.assert_allclose([ours.wald, ours.df, theirs["degf", "table"], ours.wald_p], theirs["Wald"], rtol=1e-8)
    np.testing.assert_allclose(
        [ours.adjusted_wald, ours.adjusted_wald_p], theirs["adjWald"][["statistic", "p"]], rtol=1e-8
    )
    # Under a calibration R scales X² to all rows, those out of the base too; the test is the same.
    scale = len(data) / ours.n if which == "calibrated" else 1.0
    np.testing.assert_allclose([ours.pearson * scale, ours.df, ours.chi2_p], theirs["Chisq"], rtol=1e-8)
