"""Changes by every method, and how they are judged."""

from itertools import pairwise
from statistics import NormalDist

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t as student

from pulsometro.estimation import (
    Breaks,
    Calibration,
    Categorical,
    ChangeRule,
    DesignError,
    EstimationError,
    Numeric,
    Quantile,
    Replicates,
    Settings,
    Share,
    SurveyDesign,
    Wave,
    changes,
    judge,
    linear_estimates,
    minimum_detectable,
)
from pulsometro.estimation.comparing.multiple_testing import joined_labels

YES = Share("si", "y", (1,), "sí")
AGE = Numeric("edad", statistics=("mean", "total"))
REPLICATES = tuple(f"r{k:02d}" for k in range(40))


def panel(seed: int = 0, rise: float = 0.0) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Two waves of 24 PSUs in 4 strata, 18 PSUs shared, with PSU effects that last and shared replicates."""
    rng = np.random.default_rng(seed)
    effect = dict(enumerate(rng.normal(0, 0.15, 30)))
    factors = {psu: rng.poisson(1.0, len(REPLICATES)) for psu in range(30)}
    waves = []
    for first, level in ((0, 0.4), (6, 0.4 + rise)):
        psu = np.repeat(np.arange(first, first + 24), 12)
        share = np.clip(level + np.array([effect[p] for p in psu]), 0.02, 0.98)
        rows = pd.DataFrame(
            {
                "h": psu % 4, "psu": psu, "w": rng.uniform(1, 3, len(psu)), "sexo": rng.integers(1, 3, len(psu)),
                "y": (rng.random(len(psu)) < share).astype(int), "edad": rng.integers(18, 80, len(psu)),
            }
        ).assign(base=lambda d: d["w"] * 0.9)  # fmt: skip
        weights = np.array([factors[p] for p in psu]) * rows["w"].to_numpy()[:, None]
        waves.append(rows.join(pd.DataFrame(weights, columns=REPLICATES)))
    return waves[0], waves[1]


def waves(data: tuple[pd.DataFrame, pd.DataFrame], variables: tuple = (YES, AGE), **design: object) -> list[Wave]:
    return [
        Wave(label, SurveyDesign(d, "w", "h", "psu", **design), variables) for label, d in zip("ab", data, strict=True)
    ]


def by_key(table: pd.DataFrame) -> pd.DataFrame:
    return table.set_index(["indicator", "statistic", "domain"])


def test_numbers_and_totals_agree_with_the_stacked_contrast() -> None:
    data = panel(1)
    before, now = waves(data)
    ours = by_key(changes(now, before, [(), ("sexo",)], ("proportion", "total")))
    stacked = pd.concat([d.assign(ola=label) for label, d in zip("ab", data, strict=True)], ignore_index=True)
    design = SurveyDesign(stacked, "w", "h", "psu")
    for variable in (YES, AGE):
        whole = linear_estimates(design, [variable], [("ola",)], ("proportion", "total"))
        for statistic in ("proportion", "mean", "total"):
            places = whole.select(statistic=statistic)
            if len(places):
                weights = np.zeros(len(whole.values))
                weights[places] = (-1, 1)
                other = whole.contrasts(weights, [statistic]).iloc[0]
                row = ours.loc[(variable.name, statistic, "total")]
                theirs = other[["estimate", "se", "df", "p"]].astype(float)
                np.testing.assert_allclose(row[["difference", "se", "df", "p"]].astype(float), theirs, rtol=1e-9)


def test_lasting_psu_effects_make_the_change_surer() -> None:
    before, now = waves(panel(2))
    shared = by_key(changes(now, before)).loc[("si", "proportion", "total")]
    alone = by_key(changes(now, before, rule=ChangeRule(covariance="independent"))).loc[("si", "proportion", "total")]
    assert shared["se"] < 0.9 * alone["se"]
    assert shared["df"] == 30 - 4
    assert alone["df"] == 2 * (24 - 4)


def test_replicates_drawn_together_carry_the_covariance() -> None:
    data = panel(3)
    made = waves(data, replicates=Replicates.bootstrap(REPLICATES))
    table = by_key(changes(made[1], made[0], settings=Settings(method="replicates")))
    shares = [np.array([np.average(d["y"], weights=d[name]) for name in ("w", *REPLICATES)]) for d in data]
    difference = shares[1] - shares[0]
    expected = np.sqrt(((difference[1:] - difference[0]) ** 2).mean())
    np.testing.assert_allclose(table.loc[("si", "proportion", "total"), "se"], expected, rtol=1e-10)


def test_replicates_of_waves_that_share_nothing_are_independent() -> None:
    one, other = panel(4)
    data = (one, other.assign(psu=other["psu"] + 1000))
    made = waves(data, (YES,), replicates=Replicates.bootstrap(REPLICATES))
    settings = Settings(method="replicates")
    apart = changes(made[1], made[0], settings=settings, rule=ChangeRule(covariance="independent"))
    joined = changes(made[1], made[0], settings=settings)
    np.testing.assert_allclose(joined["se"], apart["se"], rtol=1e-12)


def test_replicates_of_other_numbers_cannot_share_psus() -> None:
    one, other = panel(5)
    first = Wave("a", SurveyDesign(one, "w", "h", "psu", replicates=Replicates.bootstrap(REPLICATES)), (YES,))
    second = Wave("b", SurveyDesign(other, "w", "h", "psu", replicates=Replicates.bootstrap(REPLICATES[:30])), (YES,))
    with pytest.raises(DesignError, match="different numbers of replicates"):
        changes(second, first, settings=Settings(method="replicates"))


def test_calibrated_change_of_a_margin_is_certain() -> None:
    made = waves(panel(6), (Categorical("sexo", (1, 2)), YES), calibration=Calibration("base", (("h",), ("sexo",))))
    settings = Settings(method="calibrated")
    table = changes(made[1], made[0], settings=settings)
    margin, other = table[table["indicator"] == "sexo"], table[table["indicator"] == "si"]
    assert margin["se"].tolist() == [0.0, 0.0]
    fixed = changes(made[1], made[0]).query("indicator == 'si'")
    assert 0 < other["se"].item() < 1.1 * fixed["se"].item()


def test_without_psu_every_respondent_is_its_own() -> None:
    one, other = panel(7)
    before, now = (Wave(label, SurveyDesign(d, "w", "h"), (YES,)) for label, d in zip("ab", (one, other), strict=True))
    table = changes(now, before)
    assert table["df"].item() == len(one) + len(other) - 4


def test_interval_p_and_what_could_have_been_seen() -> None:
    before, now = waves(panel(8), (YES,))
    rule = ChangeRule(alpha=0.10, adjust="none", power=0.80)
    row = changes(now, before, rule=rule).iloc[0]
    t = student(row["df"])
    np.testing.assert_allclose(row["ci_high"] - row["difference"], t.ppf(0.95) * row["se"], rtol=1e-9)
    np.testing.assert_allclose(row["p"], 2 * t.sf(abs(row["difference"]) / row["se"]), rtol=1e-9)
    np.testing.assert_allclose(row["minimum_detectable"], (t.ppf(0.95) + t.ppf(0.80)) * row["se"], rtol=1e-9)
    assert (row["ci_level"], row["p_adjusted"], row["adjust"]) == (0.90, row["p"], "none")


@pytest.mark.parametrize("covariance", ["overlap", "independent"])
def test_the_normal_governs_p_interval_and_what_could_have_been_seen(covariance: str) -> None:
    """INEGI's 1.645 standard errors, whatever the degrees of freedom; where there are none there is no verdict yet."""
    before, now = waves(panel(8), (YES,))
    rules = [ChangeRule(alpha=0.10, adjust="none", covariance=covariance, test=test) for test in ("t", "normal")]
    student_row, row = (changes(now, before, rule=rule).iloc[0] for rule in rules)
    z = NormalDist()
    assert row["df"] == np.inf
    np.testing.assert_allclose([row["difference"], row["se"]], [student_row["difference"], student_row["se"]])
    np.testing.assert_allclose(row["ci_high"] - row["difference"], z.inv_cdf(0.95) * row["se"], rtol=1e-9)
    np.testing.assert_allclose(row["difference"] - row["ci_low"], 1.6448536269514722 * row["se"], rtol=1e-9)
    np.testing.assert_allclose(row["p"], 2 * z.cdf(-abs(row["difference"]) / row["se"]), rtol=1e-9)
    np.testing.assert_allclose(row["minimum_detectable"], (z.inv_cdf(0.95) + z.inv_cdf(0.80)) * row["se"], rtol=1e-9)
    assert row["p"] < student_row["p"]
    lonely = [Wave(label, SurveyDesign(d[d["psu"] == 10].assign(h=0), "w", "h", "psu"), (YES,)) for label, d in
              zip("ab", panel(11, 0.4), strict=True)]  # fmt: skip
    unknown = changes(lonely[1], lonely[0], rule=rules[1]).iloc[0]
    assert unknown["reason"] in {"imprecise", "no_df"}
    with pytest.raises(EstimationError, match="The test is 'z'"):
        ChangeRule(test="z")


@pytest.mark.parametrize("df", [8, 20, 60, 500])
@pytest.mark.parametrize("alpha", [0.05, 0.10])
def test_the_smallest_change_is_that_of_the_power_analysis(df: int, alpha: float) -> None:
    """statsmodels' noncentral t: a t test of df + 1 differences whose mean has the standard error 1."""
    from statsmodels.stats.power import TTestPower

    exact = TTestPower().solve_power(nobs=df + 1, alpha=alpha, power=0.80) * np.sqrt(df + 1)
    ours = minimum_detectable(np.array([1.0]), np.array([float(df)]), alpha, 0.80)[0]
    assert ours == pytest.approx(exact, rel=0.03 if df < 20 else 0.01)
    known = minimum_detectable(np.array([1.0]), np.array([np.inf]), alpha, 0.80)[0]
    assert known == pytest.approx(NormalDist().inv_cdf(1 - alpha / 2) + NormalDist().inv_cdf(0.80))


def test_a_change_of_that_size_is_found_four_times_in_five() -> None:
    """Panels redrawn from the same population, whose share rises by what the design was said to see.

    The panels are domains of one design, each with strata and PSUs of its own.
    """

    def redrawn(seeds: range, rise: float) -> pd.DataFrame:
        pairs = [panel(seed, rise) for seed in seeds]
        sides = []
        for wave in (0, 1):
            own = [pair[wave][["h", "psu", "w", "y"]] for pair in pairs]
            parts = [d.assign(copia=k, h=d["h"] + 4 * k, psu=d["psu"] + 30 * k) for k, d in enumerate(own)]
            sides.append(pd.concat(parts, ignore_index=True))
        before, now = waves((sides[0], sides[1]), (YES,))
        return changes(now, before, [("copia",)], rule=ChangeRule(adjust="none"))

    rise = float(redrawn(range(50), 0.0)["minimum_detectable"].mean())
    found = redrawn(range(100, 400), rise)["verdict"]
    # 300 panels: 80 % within three Monte-Carlo errors.
    assert 0.73 <= (found == "up").mean() <= 0.87
    assert (found != "down").all()


@pytest.mark.parametrize(("rise", "verdict"), [(0.3, "up"), (0.0, "none"), (-0.3, "down")])
def test_verdicts(rise: float, verdict: str) -> None:
    before, now = waves(panel(9, rise), (YES,))
    assert changes(now, before)["verdict"].item() == verdict


def test_the_verdict_uses_the_adjusted_p_of_its_family() -> None:
    p = [0.001, 0.012, 0.03, 0.2, 0.8]
    table = pd.DataFrame(
        {"p": p, "difference": [1.0, -1, 1, -1, 1], "verdict": "", "wave": "b", "grupo": list("xxxxx")}
    )
    judged = judge(table, ChangeRule(family=("wave", "grupo")))
    np.testing.assert_allclose(judged["p_adjusted"], [0.005, 0.03, 0.05, 0.25, 0.8])
    assert judged["verdict"].tolist() == ["up", "down", *["none"] * 3]
    assert set(judged["family"]) == {"b|x"}
    apart = judge(table.assign(grupo=list("xyzxy")), ChangeRule(family=("wave", "grupo")))
    assert apart["verdict"].tolist()[2] == "up"
    holm = judge(table, ChangeRule(adjust="holm", family=()))
    assert list(holm["p_adjusted"]) == sorted(holm["p_adjusted"])
    assert all(one <= other for one, other in pairwise(holm["p_adjusted"]))
    with pytest.raises(EstimationError, match="do not have: nada"):
        judge(table, ChangeRule(family=("nada",)))


def test_a_break_is_not_a_change() -> None:
    before, now = waves(panel(10, 0.3), (YES, AGE))
    table = changes(now, before, breaks=Breaks({"si": "cambió la pregunta"})).set_index("indicator")
    row = table.loc["si"]
    assert (row["verdict"], row["reason"], bool(row["publishable"])) == ("not_comparable", "broken", False)
    assert np.isnan(row[["difference", "se", "p", "p_adjusted"]].astype(float)).all()
    assert (table.loc["edad", "verdict"] != "not_comparable").all()


def test_no_freedom_is_no_verdict() -> None:
    one, other = panel(11, 0.4)
    lonely = [Wave(label, SurveyDesign(d[d["psu"] == 10].assign(h=0), "w", "h", "psu"), (YES,)) for label, d in
              zip("ab", (one, other), strict=True)]  # fmt: skip
    row = changes(lonely[1], lonely[0]).iloc[0]
    assert row["verdict"] == "not_comparable"
    assert row["reason"] in {"imprecise", "no_df"}


def test_indicators_and_categories_join_by_name() -> None:
    one, other = panel(12)
    first = Wave("a", SurveyDesign(one, "w", "h", "psu"), (Categorical("y", (0, 1), ("no", "sí")), AGE))
    swapped = other.assign(y=other["y"].map({0: 5, 1: 4}))
    second = Wave("b", SurveyDesign(swapped, "w", "h", "psu"), (Categorical("y", (4, 5, 6), ("sí", "no", "otra")),))
    table = changes(second, first)
    assert list(zip(table["indicator"], table["category"], strict=True)) == [("y", "sí"), ("y", "no")]
    same = changes(Wave("b", SurveyDesign(other, "w", "h", "psu"), (YES,)), Wave("a", first.design, (YES,)))
    np.testing.assert_allclose(table["se"].iloc[0], same["se"].item(), rtol=1e-12)


def test_quantiles_change_as_independent() -> None:
    before, now = waves(panel(13), (Quantile("edad"),))
    row = changes(now, before).iloc[0]
    assert row["statistic"] == "quantile"
    assert row["se"] > 0
    assert row["df"] == 40


def test_two_families_never_have_one_label() -> None:
    table = pd.DataFrame({"theme": ["a|b", "a", "a"], "kind": ["c", "b|c", "b"]})
    assert len(set(joined_labels(table, ["theme", "kind"]))) == 3
    assert joined_labels(table, ["theme", "kind"])[2] == "a|b"
