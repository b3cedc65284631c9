"""Composite indices and the interviewers' share of the error."""

import numpy as np
import pandas as pd
import pytest

from pulsometro.estimation import (
    Index,
    Numeric,
    Share,
    SurveyDesign,
    VariableError,
    common_items,
    cronbach_alpha,
    estimate,
    interviewer_design,
    interviewer_effects,
)
from pulsometro.estimation.interviewers import intra_correlation

SCORES = ((1, 100.0), (2, 66.0), (3, 33.0), (4, 0.0))


def answers() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "a": [1, 2, 3, 4, 9],
            "b": [1, 9, 3, np.nan, 9],
            "c": [4, 2, 3, 1, 9],
            "w": [1.0, 2.0, 1.0, 1.0, 1.0],
        }
    )


def test_index_is_the_mean_of_the_answers_given() -> None:
    index = Index("confianza", ("a", "b", "c"), SCORES, at_least=2)
    table = estimate(SurveyDesign(answers(), "w"), [index])
    values = np.array([200 / 3, 66, 33, 50])
    np.testing.assert_allclose(table["estimate"].iloc[0], np.average(values, weights=[1, 2, 1, 1]))
    assert table["n"].iloc[0] == 4
    strict = estimate(SurveyDesign(answers(), "w"), [Index("confianza", ("a", "b", "c"), SCORES, at_least=3)])
    assert strict["n"].iloc[0] == 2


def test_index_cannot_want_more_answers_than_items() -> None:
    with pytest.raises(VariableError, match="wants 4 of 3"):
        Index("confianza", ("a", "b", "c"), SCORES, at_least=4)


def test_items_common_to_all_waves_and_where_one_enters() -> None:
    plan = common_items({"2011T3": ("x", "y"), "2011T4": ("x", "y", "z"), "2012T1": ("x", "z")})
    assert plan.common == ("x",)
    assert [(link.wave, link.entering, link.leaving) for link in plan.links] == [
        ("2011T4", ("z",), ()),
        ("2012T1", (), ("y",)),
    ]


def test_cronbach_alpha() -> None:
    rng = np.random.default_rng(5)
    true = rng.integers(1, 5, 400)
    data = pd.DataFrame({name: np.clip(true + rng.integers(-1, 2, 400), 1, 4) for name in "abc"}).assign(w=1.0)
    index = Index("confianza", ("a", "b", "c"), tuple((code, float(code)) for code in range(1, 5)))
    alpha, n = cronbach_alpha(SurveyDesign(data, "w"), index)
    covariance = np.cov(data[["a", "b", "c"]].to_numpy().T)
    np.testing.assert_allclose(alpha, 1.5 * (1 - np.trace(covariance) / covariance.sum()), rtol=1e-12)
    assert n == 400
    times = rng.integers(1, 5, 400)
    repeated = cronbach_alpha(SurveyDesign(data.loc[data.index.repeat(times)].reset_index(drop=True), "w"), index)
    weighted = cronbach_alpha(SurveyDesign(data.assign(w=times.astype(float)), "w"), index)
    np.testing.assert_allclose(weighted[0], repeated[0], rtol=1e-12)
    assert (weighted[1], repeated[1]) == (400, times.sum())
    same, _ = cronbach_alpha(SurveyDesign(data.assign(b=data["a"], c=data["a"]), "w"), index)
    np.testing.assert_allclose(same, 1.0)


def interviews(rho: float, seed: int = 3) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    who = np.repeat(np.arange(60), 80)
    y = np.sqrt(rho) * rng.normal(size=60)[who] + np.sqrt(1 - rho) * rng.normal(size=len(who))
    return pd.DataFrame(
        {"y": y, "quien": who, "h": who % 5, "w": rng.uniform(1, 2, len(who)), "s": (y > 0).astype(int)}
    )


def test_intra_interviewer_correlation_is_recovered() -> None:
    found = [
        interviewer_effects(SurveyDesign(interviews(rho), "w", "h"), [Numeric("y")], "quien")["icc"].iloc[0]
        for rho in (0.0, 0.05, 0.20)
    ]
    np.testing.assert_allclose(found, [0.0, 0.05, 0.20], atol=0.04)


def test_correlation_without_strata_is_the_one_way_formula() -> None:
    data = interviews(0.1).sample(frac=0.7, random_state=1)
    effects = interviewer_effects(SurveyDesign(data, "w"), [Numeric("y"), Share("s", "s", (1,))], "quien")
    groups = data.groupby("quien")["y"]
    n = groups.size()
    m0 = (n.sum() - (n**2).sum() / n.sum()) / (len(n) - 1)
    between = (n * (groups.mean() - data["y"].mean()) ** 2).sum() / (len(n) - 1)
    within = ((data["y"] - groups.transform("mean")) ** 2).sum() / (n.sum() - len(n))
    np.testing.assert_allclose(effects["icc"].iloc[0], (between - within) / (between + (m0 - 1) * within), rtol=1e-10)
    np.testing.assert_allclose(effects["workload"].iloc[0], m0, rtol=1e-12)
    assert (effects["se_ratio"] > 1.5).all()


@pytest.mark.parametrize("seed", range(40))
def test_correlation_of_any_unequal_workloads_is_the_one_way_formula(seed: int) -> None:
    """The swept matrix is singular: what rounding leaves of its zero is not inverted (NumPy 2.1 did)."""
    rng = np.random.default_rng(seed)
    chosen = rng.integers(0, int(rng.integers(5, 80)), int(rng.integers(240, 4_000)))
    group = np.unique(chosen, return_inverse=True)[1]
    y = 10 * rng.normal(size=len(group)) + rng.normal(size=group.max() + 1)[group]
    count = np.bincount(group)
    means = np.bincount(group, y) / count
    between = (count * (means - y.mean()) ** 2).sum() / (len(count) - 1)
    within = ((y - means[group]) ** 2).sum() / (len(y) - len(count))
    m0 = (len(y) - (count**2).sum() / len(y)) / (len(count) - 1)
    found = intra_correlation(y, group, np.zeros(len(y), dtype=int))
    np.testing.assert_allclose(found[1:], (m0, (between - within) / (between + (m0 - 1) * within)), rtol=1e-9)


@pytest.mark.filterwarnings("ignore:The design matrix is rank-deficient:UserWarning")
@pytest.mark.parametrize("crossed", [False, True])
def test_correlation_after_strata_is_that_of_two_regressions(crossed: bool) -> None:
    """Groups' sum of squares after strata from statsmodels, and m₀ as what a unit of group variance adds to it."""
    from statsmodels.regression.linear_model import OLS

    data = interviews(0.08).sample(frac=0.25, random_state=2).reset_index(drop=True)
    rng = np.random.default_rng(4)
    if crossed:
        data["h"] = (data["quien"] + rng.integers(0, 2, len(data))) % 5
    strata, groups = (pd.get_dummies(data[name], dtype=float).to_numpy() for name in ("h", "quien"))
    small, large = OLS(data["y"], strata).fit(), OLS(data["y"], np.column_stack([strata, groups])).fit()
    df = np.linalg.matrix_rank(np.column_stack([strata, groups])) - strata.shape[1]
    between, within = (small.ssr - large.ssr) / df, large.ssr / (len(data) - strata.shape[1] - df)
    grown = [OLS(column, strata).fit().ssr for column in groups.T]
    m0 = sum(grown) / df
    effects = interviewer_effects(SurveyDesign(data, "w", "h"), [Numeric("y")], "quien").iloc[0]
    np.testing.assert_allclose(effects["workload"], m0, rtol=1e-9)
    np.testing.assert_allclose(effects["icc"], (between - within) / (between + (m0 - 1) * within), rtol=1e-9)
    np.testing.assert_allclose(effects["interviewer_deff"], 1 + (m0 - 1) * effects["icc"], rtol=1e-12)


def test_an_item_that_nobody_answered_has_no_correlation() -> None:
    effects = interviewer_effects(SurveyDesign(interviews(0.1).assign(y=np.nan), "w", "h"), [Numeric("y")], "quien")
    assert effects["icc"].isna().all()
    assert effects["interviewers"].tolist() == [0]


def test_interviewers_who_cross_strata_lose_the_strata() -> None:
    data = interviews(0.1)
    assert interviewer_design(SurveyDesign(data, "w", "h"), "quien").strata == "h"
    crossed = data.assign(h=np.arange(len(data)) % 5)
    assert interviewer_design(SurveyDesign(crossed, "w", "h"), "quien").strata is None
