"""R's tests of independence and logistic regression, to 1e-8 relative."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from pulsometro.estimation import (
    Categorical,
    EstimationError,
    Numeric,
    Share,
    SurveyDesign,
    logistic,
    rao_scott,
)
from pulsometro.estimation._engine.linearisation import score_variance
from pulsometro.estimation.regression import influence_on_coefficients

SEX = Categorical("sexo", ("H", "M"))
AGE = Categorical("gedad", ("18-29", "30-44", "45-59", "60+"))
CITY = Categorical("mun", tuple(f"M{i}" for i in range(1, 10)))
VICTIM = Categorical("victima", (0, 1))
SCALE = Categorical("p01", (1, 2, 3, 4, 5))
HAPPENED = Share("victima", "victima", (1,))


@pytest.fixture(scope="module")
def golden(shared_dir: Path) -> Path:
    return shared_dir / "golden"


@pytest.fixture(scope="module")
def design(golden: Path) -> SurveyDesign:
    return SurveyDesign(pd.read_csv(golden / "microdata.csv"), "w", "stratum", "psu")


@pytest.mark.parametrize(
    ("left", "right"), [(VICTIM, SEX), (VICTIM, CITY), (SCALE, SEX)], ids=lambda variable: variable.name
)
def test_rao_scott(golden: Path, design: SurveyDesign, left: Categorical, right: Categorical) -> None:
    expected = pd.read_csv(golden / "expected_tests.csv").set_index("test")
    ours = rao_scott(design, left, right)
    second = expected.loc[f"svychisq_{left.name}_{right.name}_F"]
    np.testing.assert_allclose(
        [ours.f, ours.f_df, ours.f_ddf, ours.f_p], second[["statistic", "ndf", "ddf", "p"]].astype(float), rtol=1e-8
    )
    first = expected.loc[f"svychisq_{left.name}_{right.name}_Chisq"]
    # R reports X² itself and keeps the correction for the p-value.
    np.testing.assert_allclose(
        [ours.pearson, ours.df, ours.chi2_p], first[["statistic", "ndf", "p"]].astype(float), rtol=1e-8
    )


def test_wald_tests(golden: Path, design: SurveyDesign) -> None:
    """R 4.1 does not centre a lonely PSU of a total; with that rule for the two of them, R's statistic."""
    expected = pd.read_csv(golden / "expected_tests.csv").set_index("test")
    plain, adjusted = expected.loc["svychisq_victima_sexo_Wald"], expected.loc["svychisq_victima_sexo_adjWald"]
    ours = rao_scott(design, VICTIM, SEX)
    data, w = design.data, design.w
    row, column = (data["victima"] == 1).to_numpy(float), (data["sexo"] == "M").to_numpy(float)
    r, c, n = (w * row).sum(), (w * column).sum(), w.sum()
    z = np.bincount(design.psu_of_row, weights=w * (row * column - row * c / n - column * r / n + r * c / n**2))
    lonely = np.isin(design.stratum_of_psu, np.flatnonzero(design.psus_in_stratum == 1))
    variance = score_variance(design, z[:, None])[0]
    older = variance + (z[lonely] ** 2 - (z[lonely] - z.mean()) ** 2).sum()
    np.testing.assert_allclose(ours.wald * variance / older, plain["statistic"], rtol=1e-8)
    np.testing.assert_allclose(ours.adjusted_wald * variance / older, adjusted["statistic"], rtol=1e-8)
    np.testing.assert_allclose(stats.f.sf(plain["statistic"], 1, 128), plain["p"], rtol=1e-8)
    assert ours.wald_p == pytest.approx(stats.f.sf(ours.wald, 1, 128))


def test_rao_scott_needs_a_table(design: SurveyDesign) -> None:
    with pytest.raises(EstimationError, match="at least two rows"):
        rao_scott(design, Categorical("victima", (1,), not_asked=(0,)), SEX)


def test_logistic_coefficients(golden: Path, design: SurveyDesign) -> None:
    expected = pd.read_csv(golden / "expected_logit.csv")
    ours = logistic(design, HAPPENED, (SEX, AGE, Numeric("edad"))).coefficients
    assert list(ours["term"]) == ["(intercept)", "sexo=M", "gedad=30-44", "gedad=45-59", "gedad=60+", "edad"]
    np.testing.assert_allclose(ours["estimate"], expected["estimate"], rtol=1e-8)
    np.testing.assert_array_equal(ours["df"], expected["df"])
    # R's errors use the working weights of its last but one step (relative tolerance 1e-8 in deviance).
    np.testing.assert_allclose(ours["se"], expected["se"], rtol=1e-6)


def test_logistic_errors_with_the_last_but_one_step_of_r(golden: Path, design: SurveyDesign) -> None:
    """Stop where R's glm stops, keep the working weights it keeps: its errors to 1e-8."""
    expected = pd.read_csv(golden / "expected_logit.csv")
    data, w = design.data, design.w / design.w.mean()
    ages = [(data["gedad"] == age).to_numpy(float) for age in AGE.categories[1:]]
    x = np.column_stack([np.ones(len(data)), data["sexo"] == "M", *ages, data["edad"]]).astype(float)
    y = data["victima"].to_numpy(float)
    mu = (w * y + 0.5) / (w + 1)
    eta, deviance = np.log(mu / (1 - mu)), np.inf
    beta = before = np.zeros(x.shape[1])
    for _ in range(25):
        omega = w * mu * (1 - mu)
        before, beta = beta, np.linalg.solve((x * omega[:, None]).T @ x, x.T @ (omega * eta + w * (y - mu)))
        eta = x @ beta
        mu = 1 / (1 + np.exp(-eta))
        last, deviance = deviance, float(-2 * (w * np.where(y == 1, np.log(mu), np.log(1 - mu))).sum())
        if abs(deviance - last) / (abs(deviance) + 0.1) < 1e-8:
            break
    influence = influence_on_coefficients(x, y, w, beta, before)
    scores = np.column_stack([np.bincount(design.psu_of_row, weights=column) for column in influence.T])
    np.testing.assert_allclose(np.sqrt(score_variance(design, scores)), expected["se"], rtol=1e-8)
    np.testing.assert_allclose(beta, expected["estimate"], rtol=1e-8)


def test_average_marginal_effects_of_one_factor_are_differences_of_shares(design: SurveyDesign) -> None:
    """With sex alone the model is saturated, so its effect and error are those of the two domains."""
    from pulsometro.estimation import linear_estimates

    effect = logistic(design, HAPPENED, (SEX,)).effects.iloc[0]
    shares = linear_estimates(design, [HAPPENED], [("sexo",)])
    difference = shares.contrasts(np.array([-1.0, 1.0]), ["M-H"]).iloc[0]
    np.testing.assert_allclose(
        [effect["estimate"], effect["se"]], difference[["estimate", "se"]].astype(float), rtol=1e-8
    )


def test_marginal_effect_of_a_number_is_the_mean_derivative(design: SurveyDesign) -> None:
    fitted = logistic(design, HAPPENED, (SEX, Numeric("edad")))
    beta = fitted.coefficients["estimate"].to_numpy()
    data, w = design.data, design.w
    sex = (data["sexo"] == "M").to_numpy(float)

    def mean_probability(shift: float) -> float:
        eta = beta[0] + beta[1] * sex + beta[2] * (data["edad"].to_numpy() + shift)
        return float(np.average(1 / (1 + np.exp(-eta)), weights=w))

    slope = (mean_probability(1e-4) - mean_probability(-1e-4)) / 2e-4
    np.testing.assert_allclose(fitted.effects["estimate"].iloc[1], slope, rtol=1e-6)


def test_errors_of_marginal_effects_are_those_of_a_jackknife() -> None:
    """Refit without each PSU in turn (JKn): the linearised errors of effects and coefficients within a few percent."""
    rng = np.random.default_rng(6)
    psu = np.repeat(np.arange(60), 25)
    data = pd.DataFrame({"psu": psu, "h": psu % 6, "w": rng.uniform(1, 4, len(psu)), "x": rng.normal(size=len(psu))})
    data["g"] = rng.choice(["a", "b", "c"], len(psu))
    push = 0.5 * data["x"] + (data["g"] == "b") - 0.5 + rng.normal(0, 0.5, 60)[psu]
    data["y"] = (rng.random(len(psu)) < 1 / (1 + np.exp(-push))).astype(int)
    outcome, terms = Share("y", "y", (1,)), (Categorical("g", ("a", "b", "c")), Numeric("x"))

    def fitted(weights: np.ndarray) -> np.ndarray:
        made = logistic(SurveyDesign(data.assign(w=weights), "w", "h", "psu"), outcome, terms)
        return np.concatenate([made.effects["estimate"], made.coefficients["estimate"]])

    whole = logistic(SurveyDesign(data, "w", "h", "psu"), outcome, terms)
    ours = np.concatenate([whole.effects["se"], whole.coefficients["se"]])
    full, variance = fitted(data["w"].to_numpy()), np.zeros(len(ours))
    for gone in range(60):
        own = (data["h"] == gone % 6).to_numpy()
        factor = np.where(data["psu"] == gone, 0.0, np.where(own, 10 / 9, 1.0))
        variance += 9 / 10 * (fitted(data["w"].to_numpy() * factor) - full) ** 2
    np.testing.assert_allclose(ours, np.sqrt(variance), rtol=0.05)


def test_perfect_prediction_is_an_error(design: SurveyDesign) -> None:
    data = design.data.assign(copia=design.data["victima"])
    other = SurveyDesign(data, "w", "stratum", "psu")
    with pytest.raises(EstimationError, match="converge"):
        logistic(other, HAPPENED, (Categorical("copia", (0, 1)),))
