"""Tests of independence and logistic models under each of the three methods, against R to 1e-8."""

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pulsometro.estimation import (
    Calibration,
    Categorical,
    EstimationError,
    Numeric,
    Replicates,
    Share,
    SurveyDesign,
    Where,
    linear_estimates,
    logistic,
    rao_scott,
)
from pulsometro.estimation._engine import likelihood

pytestmark = pytest.mark.slow
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


def test_remade_with_r(expected: pd.Series, tmp_path: Path) -> None:
    if shutil.which("Rscript") is None:
        pytest.skip("Rscript is not installed: the golden file is not remade")
    if subprocess.run(["Rscript", "-e", "library(survey)"], capture_output=True, check=False).returncode:
        pytest.skip("R's survey package is not installed: the golden file is not remade")
    script, made = HERE / "make_golden_models.R", tmp_path / "models.csv"
    golden = HERE / "golden" / "microdata.csv"
    subprocess.run(["Rscript", str(script), str(golden), str(made)], check=True, capture_output=True)
    pd.testing.assert_series_equal(read(made), expected, rtol=1e-9)


@pytest.mark.parametrize("which", ["calibrated", "jackknife", "bootstrap"])
def test_effects_of_a_saturated_model_are_differences_of_shares(data: pd.DataFrame, which: str) -> None:
    """With sex alone, the effect and its error are those of the two domains, whose own errors R has checked."""
    design, method = design_of(data, which), METHODS.get(which, "replicates")
    effect = logistic(design, HAPPENED, SEX, method=method).effects.iloc[0]
    shares = linear_estimates(design, HAPPENED, "sexo", method=method)
    difference = shares.contrasts(np.array([-1.0, 1.0]), ["M-H"]).iloc[0]
    ours, theirs = (row[["estimate", "se"]].astype(float) for row in (effect, difference))
    np.testing.assert_allclose(ours, theirs, rtol=1e-8)


def test_replicates_that_do_not_arrive_are_fitted_alone(data: pd.DataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    design = design_of(data, "bootstrap")
    together = logistic(design, HAPPENED, TERMS, method="replicates")
    monkeypatch.setattr(likelihood, "REFIT_STEPS", 1)
    monkeypatch.setattr(likelihood, "AT_ONCE", 2_000)
    alone = logistic(design, HAPPENED, TERMS, method="replicates")
    np.testing.assert_allclose(alone.covariance, together.covariance, rtol=1e-8)
    pd.testing.assert_frame_equal(alone.effects, together.effects, rtol=1e-8)


def test_a_replicate_that_predicts_perfectly_is_named(data: pd.DataFrame) -> None:
    """Without the one PSU that holds both answers of a small group, no finite coefficient fits it."""
    rare = np.where((data["conglomerado"] == "000") & (data.index % 2 == 0), "r", "s")
    answers = np.where(rare == "r", data.groupby(rare).cumcount() % 2, data["victima"].fillna(0))
    design = design_of(data.assign(rare=rare, victima=answers), "jackknife")
    terms = (SEX, Categorical("rare", ("s", "r")))
    assert np.isfinite(logistic(design, HAPPENED, terms).coefficients["se"]).all()
    with pytest.raises(
        EstimationError, match=r"In 1 of 112 replicates \(first: 'jk1'\) the logistic model has no finite"
    ):
        logistic(design, HAPPENED, terms, method="replicates")


def test_a_table_that_the_calibration_fixes_has_nothing_to_test(data: pd.DataFrame) -> None:
    whole = data[data["seg_municipio"].notna()]
    crossing = Calibration("w", (("sexo", "seg_municipio"),))
    design = SurveyDesign(whole, "w", "municipio", "conglomerado", calibration=crossing)
    with pytest.raises(EstimationError, match="has no sampling error by the method 'calibrated'"):
        rao_scott(design, SAFETY, SEX, "calibrated")
    assert rao_scott(design, SAFETY, SEX).f > 0


def test_replicates_without_anybody_in_the_table(data: pd.DataFrame) -> None:
    first, second = (data["conglomerado"] == psu for psu in ("000", "001"))
    few = data.assign(few=data["seg_municipio"].where(first | second))
    few = few.assign(r0=data["w"] * (1 + first), r1=data["w"] * (1 + second), r2=data["w"] * ~(first | second))
    design = SurveyDesign(few, "w", "municipio", "conglomerado", replicates=Replicates.bootstrap(("r0", "r1", "r2")))
    table = Categorical("few", (1, 2, 3, 4)), SEX
    with pytest.raises(EstimationError, match="1 of 3 replicates leave the table of 'few' by 'sexo' without anybody"):
        rao_scott(design, *table, "replicates")
    alike = SurveyDesign(few, "w", replicates=Replicates.bootstrap(("w", "brr0")))
    with pytest.raises(EstimationError, match=r"replicates of .* too few ways; a test needs degrees of freedom"):
        rao_scott(alike, Categorical("few", (1, 2, 3, 4), base=Where("conglomerado", "000")), SEX, "replicates")


def test_a_term_that_keeps_its_missing_in_the_base_has_no_place_in_a_model(data: pd.DataFrame) -> None:
    term = Categorical("seg_municipio", (1, 2, 3), missing=(4, None), missing_rule="in_base")
    with pytest.raises(EstimationError, match="its missing_rule is 'exclude' or 'category'"):
        logistic(design_of(data, "taylor"), HAPPENED, (term,))
