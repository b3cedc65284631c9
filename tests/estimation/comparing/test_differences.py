"""Differences inside a wave: pairs in blocks, what cannot be tested, and what is refused."""

import tracemalloc

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from pulsometro.estimation import (
    EstimationError,
    Numeric,
    Replicates,
    Share,
    SurveyDesign,
    category_differences,
    domain_differences,
    linear_estimates,
)
from pulsometro.estimation.comparing import contrasts
from pulsometro.estimation.table_codes import Side

YES = Share("yes", "y", (1,))
VARIABLES = (YES, Numeric("x", statistics=("mean", "total")))


def sample(lonely: str = "adjust") -> SurveyDesign:
    rng, rows = np.random.default_rng(6), 240
    psu = np.resize(np.arange(24), rows)
    data = pd.DataFrame({"psu": psu, "stratum": np.minimum(psu // 4, 5 + (psu == 23)), "w": rng.uniform(1, 3, rows)})
    data = data.assign(
        place=(psu * 5 + rng.integers(0, 3, rows)) % 7, y=rng.integers(0, 2, rows), x=rng.normal(size=rows)
    )
    for r in range(9):
        data[f"r{r}"] = data["w"] * rng.choice([0.5, 1.0, 1.5], 24)[psu]
    replicates = Replicates(tuple(f"r{r}" for r in range(9)), 0.2, (0.0, *[1.0] * 8), "mean")
    return SurveyDesign(data, "w", "stratum", "psu", replicates=replicates, lonely_psu=lonely)  # type: ignore[arg-type]


@pytest.mark.parametrize("method", ["taylor", "replicates"])
@pytest.mark.parametrize("lonely", ["adjust", "grand_mean", "average"])
def test_pairs_in_blocks_are_contrasts(method: str, lonely: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the size of a block: the same value, error and df as the contrast (1, −1)."""
    made = linear_estimates(sample(lonely), VARIABLES, "place", method=method)  # type: ignore[arg-type]
    left, right = np.triu_indices(len(made.values), 1)
    rows = np.zeros((len(left), len(made.values)))
    rows[np.arange(len(left)), left], rows[np.arange(len(left)), right] = 1.0, -1.0
    whole = made.combined(rows)
    for size in (1, 100, 2**19):
        monkeypatch.setattr(contrasts, "AT_ONCE", size)
        for own in (made.pairs(left, right), made.combined(rows)):
            for got, expected in zip(own, whole, strict=True):
                np.testing.assert_allclose(got, expected, rtol=1e-12)
        np.testing.assert_array_equal(made.degrees_of_freedom(rows != 0), whole[2])


def test_replicates_that_count_for_nothing_are_in_no_mean() -> None:
    """centre="mean" over the replicates with a coefficient, in the covariance as in every other error (R)."""
    design = sample()
    made = linear_estimates(design, VARIABLES, "place", method="replicates")
    assert made.thetas is not None
    centred = made.thetas - made.thetas[:, 1:].mean(axis=1, keepdims=True)
    by_hand = 0.2 * centred[:, 1:] @ centred[:, 1:].T
    np.testing.assert_allclose(made.covariance(), by_hand, rtol=1e-10, atol=1e-15)
    np.testing.assert_allclose(np.sqrt(np.diag(by_hand)), made.combined(np.eye(len(made.values)))[1], rtol=1e-10)


def test_many_pairs_need_little_memory() -> None:
    """7,140 pairs of 2,000 PSUs would be 114 MB a matrix."""
    rng, rows = np.random.default_rng(0), 2_000
    data = pd.DataFrame({"w": 1.0, "y": rng.integers(0, 2, rows), "place": rng.integers(0, 120, rows)})
    design = SurveyDesign(data, "w")
    tracemalloc.start()
    domain_differences(design, YES, "place", against="pairs")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 50e6


def untestable() -> SurveyDesign:
    """Place 0 all yes, 1 all no, 2 all yes, 3 mixed, 4 without an answer."""
    data = pd.DataFrame({"psu": np.arange(100), "place": np.arange(100) % 5, "w": 1.0})
    data["y"] = np.select([data["place"].isin([0, 2]), data["place"] == 1], [1, 0], (data["psu"] // 5) % 2)
    return SurveyDesign(data.assign(y=data["y"].where(data["place"] != 4, 9)), "w", psu="psu")


def test_what_cannot_be_tested_is_not_comparable() -> None:
    """All against nobody has no error, nobody asked no value; all against all is a difference of exactly nothing."""
    answered = Share("yes", "y", (1,), missing=(9,))
    table = domain_differences(untestable(), answered, "place", against="pairs").set_index(["domain", "against"])
    for pair in (("0", "1"), ("1", "2"), ("0", "4"), ("3", "4")):
        assert table.loc[pair, "verdict"] == Side.NOT_COMPARABLE and np.isnan(table.loc[pair, "p"])
    same = table.loc[("0", "2")]
    assert (same["difference"], same["se"], same["p"], same["verdict"]) == (0, 0, 1, Side.NONE)
    assert table.loc[("0", "3"), "verdict"] == Side.HIGHER and table.loc[("1", "3"), "verdict"] == Side.LOWER
    made = linear_estimates(untestable(), answered, "place")
    assert category_differences(made, [(0, 1), (0, 2)])["verdict"].tolist() == [Side.NOT_COMPARABLE, Side.NONE]
    # One PSU: nothing to compare with, whatever the difference.
    alone = SurveyDesign(untestable().data.assign(psu=1), "w", psu="psu")
    for against in ("rest", "pairs"):
        told = domain_differences(alone, answered, "place", against=against)  # type: ignore[arg-type]
        assert set(told["verdict"]) == {Side.NOT_COMPARABLE} and told["p"].isna().all()


@pytest.mark.parametrize(
    ("given", "said"),
    [({"alpha": 5}, "alpha is 5"), ({"alpha": 0}, "alpha is 0"), ({"alpha": float("nan")}, "alpha is nan"),
     ({"adjust": "fdr"}, "The adjustment is 'fdr'"), ({"test": "z"}, "The test is 'z'")],
)  # fmt: skip
def test_unknown_rules_are_refused(given: dict[str, object], said: str) -> None:
    design = sample()
    with pytest.raises(EstimationError, match=said):
        domain_differences(design, YES, "place", **given)  # type: ignore[arg-type]
    with pytest.raises(EstimationError, match=said):
        category_differences(linear_estimates(design, YES, "place"), [(0, 1)], **given)  # type: ignore[arg-type]


@pytest.mark.parametrize("against", ["rest", "pairs"])
def test_the_normal_governs_p_and_interval(against: str) -> None:
    design = sample()
    made = domain_differences(design, YES, "place", against=against, alpha=0.1, adjust="none", test="normal")  # type: ignore[arg-type]
    z = made["difference"] / made["se"]
    np.testing.assert_allclose(made["p"], 2 * stats.norm.sf(z.abs()), rtol=1e-10)
    np.testing.assert_allclose(made["ci_high"], made["difference"] + 1.6448536269514722 * made["se"], rtol=1e-10)
    student = domain_differences(design, YES, "place", against=against, alpha=0.1, adjust="none")  # type: ignore[arg-type]
    np.testing.assert_allclose(student["p"], 2 * stats.t(student["df"]).sf(z.abs()), rtol=1e-10)
    estimates = linear_estimates(design, YES, "place")
    pair = category_differences(estimates, [(0, 1)], alpha=0.1, test="normal")
    assert np.isposinf(pair["df"]).all()
    # Where there are no degrees of freedom the normal has none either.
    alone = SurveyDesign(design.data.assign(psu=1), "w", psu="psu")
    assert domain_differences(alone, YES, "place", against=against, test="normal")["p"].isna().all()  # type: ignore[arg-type]
