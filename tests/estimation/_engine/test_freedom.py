"""Degrees of freedom of replicates: the same in every interval, rule and comparison."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import t as student

from pulsometro.estimation import (
    ChangeRule,
    Domain,
    Numeric,
    Quantile,
    Replicates,
    Settings,
    Share,
    SurveyDesign,
    Wave,
    Where,
    changes,
    changes_between_tables,
    domain_differences,
    estimate,
    linear_estimates,
    trend,
)
from pulsometro.estimation._engine.freedom import rank_of

YES = Share("si", "y", (1,), "sí")
VARIABLES = (YES, Numeric("x", statistics=("mean", "total")), Quantile("mediana", column="x"))
REPLICATED = Settings(method="replicates", interval="wald")


def answers(rows: int, seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    psu = rng.permutation(np.arange(rows) % 30)
    return pd.DataFrame(
        {
            "w": rng.uniform(1, 5, rows), "psu": psu, "h": psu % 5, "y": rng.integers(0, 2, rows),
            "x": rng.gamma(2, 9, rows),
            "d": np.where(psu < 3, "u", np.where(psu < 8, "v", "z")),
            "sexo": rng.integers(1, 3, rows),
        }
    )  # fmt: skip


def replicated(data: pd.DataFrame, factors: np.ndarray) -> pd.DataFrame:
    """With replicate weights by PSU: ``factors`` (30, R)."""
    names = [f"r{k}" for k in range(factors.shape[1])]
    return data.join(pd.DataFrame(factors[data["psu"]] * data[["w"]].to_numpy(), columns=names, index=data.index))


def bootstrapped(data: pd.DataFrame, replicates: int, seed: int = 2) -> tuple[pd.DataFrame, Replicates]:
    """Rao–Wu by stratum: n_h − 1 of n_h PSUs, so that the factors of a stratum add up to n_h."""
    rng, factors = np.random.default_rng(seed), np.zeros((30, replicates))
    for h in range(5):
        own = np.arange(h, 30, 5)
        drawn = rng.multinomial(len(own) - 1, np.full(len(own), 1 / len(own)), replicates).T
        factors[own] = drawn * len(own) / (len(own) - 1)
    made = replicated(data, factors)
    return made, Replicates.bootstrap([f"r{k}" for k in range(replicates)])


def four_brr(data: pd.DataFrame) -> tuple[pd.DataFrame, Replicates]:
    """Three pseudo-strata of PSUs, in four balanced half-samples."""
    half = np.array([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]])
    psus = np.arange(30)
    made = replicated(data, 1 + half.T[psus % 3] * np.where(psus % 2, 1, -1)[:, None])
    return made, Replicates.brr([f"r{k}" for k in range(4)])


def test_four_replicates_have_three_degrees_of_freedom() -> None:
    """A public-use file: rows, weights, replicates, no strata or PSUs. R's degf: the rank of the weights, less one."""
    data, replicates = four_brr(answers(900))
    assert np.linalg.matrix_rank(data[list(replicates.columns)]) - 1 == 3
    design = SurveyDesign(data, "w", replicates=replicates)
    table = estimate(design, VARIABLES, [(), ("sexo",)], ("proportion", "total"), settings=REPLICATED)
    assert set(table["df"]) == {3.0}
    # Every interval is ± t(3) standard errors; a quantile's error is its interval over 2 t(3).
    t = student(3).ppf(0.975)
    np.testing.assert_allclose(table["ci_high"] - table["ci_low"], 2 * t * table["se"], rtol=1e-9)
    tested = linear_estimates(design, VARIABLES[:1], [("sexo",)], method="replicates").contrasts(np.eye(2), list("uv"))
    assert tested["df"].tolist() == [3.0] * 2
    assert set(domain_differences(design, [YES], "sexo", method="replicates")["df"]) == {3.0}
    assert set(domain_differences(design, [YES], "sexo", against="pairs", method="replicates")["df"]) == {3.0}
    # PSUs 0, 1 and 2, one of each pseudo-stratum.
    few = estimate(design, [YES], [Domain(("d",), (("u",),))], settings=REPLICATED)
    assert few["df"].item() == np.linalg.matrix_rank(data.loc[data["d"] == "u", list(replicates.columns)]) - 1 == 2


def test_psus_and_strata_there_or_the_rank_whichever_is_less() -> None:
    """Thirty PSUs in five strata have 25; of 12 replicates 11. Three PSUs of three strata have none to compare."""
    data, replicates = bootstrapped(answers(600), 12)
    design = SurveyDesign(data, "w", "h", "psu", replicates=replicates)
    domains = [(), Domain(("d",), (("u", "v", "z"),))]
    table = estimate(design, VARIABLES, domains, settings=REPLICATED).set_index(["domain", "indicator"])
    for name in ("si", "x", "mediana"):
        for place, df in (("total", 11), ("u", 0), ("v", 0), ("z", 11)):
            assert (table.loc[(place, name), "df"] == df).all()
    assert not table.loc["u", "publishable"].any()
    plenty, many = bootstrapped(answers(600), 60)
    whole = estimate(SurveyDesign(plenty, "w", "h", "psu", replicates=many), [YES], settings=REPLICATED)
    assert whole["df"].item() == 25
    assert estimate(design, [YES])["df"].item() == 25


def test_groups_that_a_domain_does_not_reach_tell_nothing() -> None:
    """A jackknife of ten groups of PSUs, three of which have cases in the domain: three ways to differ, not nine."""
    groups = np.arange(30) % 10
    factors = np.where(groups[:, None] == np.arange(10), 0, 10 / 9)
    data = replicated(answers(900), factors).assign(e=lambda d: np.where(d["psu"] % 10 < 3, "few", "many"), one=1)
    replicates = Replicates(tuple(f"r{k}" for k in range(10)), 9 / 10)
    design = SurveyDesign(data, "w", "one", "psu", replicates=replicates)
    table = estimate(design, [YES], [(), ("e",)], settings=REPLICATED).set_index("domain")
    assert table["df"].to_dict() == {"total": 9, "few": 3, "many": 7}
    pair = linear_estimates(design, [YES], [("e",)], method="replicates")
    assert pair.contrasts(np.array([[1.0, -1], [1, 0], [0, 1]]), list("abc"))["df"].tolist() == [9, 3, 7]


@pytest.mark.parametrize("psu", ["psu", None])
def test_the_base_of_a_variable_is_a_subpopulation(psu: str | None) -> None:
    """R: degf(subset(design, e == "few")). Three of ten groups of a jackknife: their three directions among PSUs; less
    one among rows. Missing answers are no base: the rank stays the design's, as R's df."""
    groups = np.arange(30) % 10
    data = replicated(answers(900), np.where(groups[:, None] == np.arange(10), 0, 10 / 9))
    data = data.assign(e=np.where(data["psu"] % 10 < 3, "few", "many"))
    data["answered"] = data["y"].where(data["e"] == "few", 9)
    names = [f"r{k}" for k in range(10)]
    rank = np.linalg.matrix_rank(data.loc[data["e"] == "few", names])
    expected = float(min(8, rank) if psu else rank - 1)
    assert expected == (3 if psu else 2)
    design = SurveyDesign(data, "w", psu=psu, replicates=Replicates(tuple(names), 9 / 10))
    few = (Where("e", ("few",)),)
    based = [replace(variable, base=few) for variable in VARIABLES]
    both = [*based, replace(YES, name="todos"), Share("dicho", "answered", (1,), missing=(9,))]
    got = estimate(design, both, [(), ("sexo",)], settings=REPLICATED).set_index("indicator")["df"]
    for variable in based:
        assert set(got[variable.name]) == {expected}
    assert set(got["todos"]) == {9.0}
    # Where there are PSUs those without an answer are none: nine in one stratum.
    assert set(got["dicho"]) == {8.0 if psu else 9.0}
    in_domain = estimate(design, VARIABLES, Domain(("e",), (("few",),), left_out=(("many",),)), settings=REPLICATED)
    pd.testing.assert_frame_equal(
        in_domain[["df", "se", "ci_low"]],
        estimate(design, based, settings=REPLICATED)[["df", "se", "ci_low"]],
    )
    for against in ("rest", "pairs"):
        made = domain_differences(design, [based[0], both[3]], "sexo", against=against, method="replicates")  # type: ignore[arg-type]
        assert made.groupby("indicator")["df"].unique().map(list).to_dict() == {"si": [expected], "todos": [9.0]}
    # A contrast with a variable of everybody is one of everybody.
    pair = linear_estimates(design, [based[0], both[3]], method="replicates")
    contrasts = pair.contrasts(np.array([[1.0, 0], [0, 1], [1, -1]]), list("abc"))
    assert contrasts["df"].tolist() == [expected, 9.0, 9.0]
    waves = [Wave(label, design, (based[0], both[3])) for label in "ab"]
    moved = changes(waves[1], waves[0], settings=REPLICATED).set_index("indicator")["df"]
    slopes = trend(waves, {"a": 2020.0, "b": 2021.0}, settings=REPLICATED).set_index("indicator")["df"]
    times = 1 if psu else 2
    assert moved.to_dict() == slopes.to_dict() == {"si": expected * times, "todos": 9.0 * times}


def test_declared_degrees_of_freedom_win() -> None:
    data, replicates = four_brr(answers(900))
    design = SurveyDesign(data, "w", replicates=replicates)
    declared = Settings(method="replicates", df=80.0)
    assert set(estimate(design, VARIABLES, [(), ("d",)], settings=declared)["df"]) == {80.0}
    estimates = linear_estimates(design, [YES], [("d",)], method="replicates")
    assert estimates.contrasts(np.eye(3), list("uvz"), df=80)["df"].tolist() == [80.0] * 3
    # Independent files bring both theirs, and what is declared is said of the change.
    apart = [Wave(label, design, (YES, VARIABLES[2])) for label in "ab"]
    years = {"a": 2020.0, "b": 2021.0}
    for covariance in ("overlap", "independent"):
        rule = ChangeRule(covariance=covariance)  # type: ignore[arg-type]
        assert set(changes(apart[1], apart[0], rule=rule, settings=declared)["df"]) == {80.0}
        assert set(changes(apart[1], apart[0], rule=rule, settings=REPLICATED)["df"]) == {6.0}
        assert trend(apart, years, covariance=covariance, settings=declared)["df"].item() == 80  # type: ignore[arg-type]
    table = estimate(design, [YES], settings=declared)
    assert changes_between_tables(table, table, settings=declared)["df"].item() == 80
    panel, drawn = bootstrapped(answers(600), 12)
    waves = [Wave(label, SurveyDesign(panel, "w", "h", "psu", replicates=drawn), (YES,)) for label in "ab"]
    assert changes(waves[1], waves[0], settings=declared)["df"].item() == 80
    assert trend(waves, years, settings=declared)["df"].item() == 80


def test_waves_that_share_replicates_and_waves_that_do_not() -> None:
    """Drawn together they are one set of replicates, and independent two, whose degrees of freedom add."""
    one, replicates = bootstrapped(answers(600, 3), 12)
    other, _ = bootstrapped(answers(600, 4), 12)
    apart = other.assign(psu=other["psu"] + 100)
    for second, expected in ((other, 11), (apart, 22)):
        pair = [Wave(k, SurveyDesign(d, "w", "h", "psu", replicates=replicates), (YES,)) for k, d in
                (("a", one), ("b", second))]  # fmt: skip
        rule = ChangeRule(adjust="none")
        assert changes(pair[1], pair[0], rule=rule, settings=REPLICATED)["df"].item() == expected
        assert trend(pair, {"a": 2020.0, "b": 2021.0}, settings=REPLICATED)["df"].item() == expected


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 2**32 - 1), st.integers(1, 40), st.integers(1, 30), st.integers(0, 30), st.booleans(),
    st.floats(1e-6, 1e6),
)  # fmt: skip
def test_the_rank_is_that_of_the_singular_values(
    seed: int, units: int, replicates: int, rank: int, centred: bool, scale: float
) -> None:
    """Of matrices of a low rank too, in any units, with rows that never vary and rows of zeros."""
    rng = np.random.default_rng(seed)
    factors = rng.normal(size=(units, rank)) @ rng.normal(size=(rank, replicates)) if rank else 0.0
    weights = np.abs(rng.uniform(1, 3, units))[:, None] + factors + np.zeros((units, replicates))
    weights[rng.random(units) < 0.1] = 0.0
    deviations = weights - weights.mean(axis=1, keepdims=True) if centred else weights
    expected = np.linalg.matrix_rank(deviations, tol=1e-9 * np.abs(weights).max())
    rows = rng.uniform(0.5, 2, (units, 1)) * scale
    assert rank_of(weights * rows, centred) == expected


@pytest.mark.parametrize("centred", [False, True])
def test_more_rows_than_are_needed_have_the_same_rank(centred: bool) -> None:
    weights = np.random.default_rng(5).random((2_000, 7))
    assert rank_of(weights, centred) == 7 - centred
    # A row in a hundred is all that differs.
    sparse = np.ones((2_000, 7))
    sparse[::100] = weights[::100]
    assert rank_of(sparse, centred) == 7 - centred
