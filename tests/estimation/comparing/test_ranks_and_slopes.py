"""Ranks with joint intervals, trends, differences inside a wave."""

from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm
from scipy.stats import t as student

from pulsometro.estimation import (
    EstimationError,
    Settings,
    Share,
    SurveyDesign,
    Wave,
    domain_differences,
    estimate,
    linear_estimates,
    rank_domains,
    rank_intervals,
    slope_coefficients,
    trend,
)

YES = Share("si", "y", (1,), "1")


def sample(seed: int, shares: list[float], size: int = 60, psus: int = 6) -> pd.DataFrame:
    """Domains are strata with clustered answers of known shares."""
    rng = np.random.default_rng(seed)
    rows = []
    for number, share in enumerate(shares):
        for psu in range(psus):
            own = np.clip(share + rng.normal(0, 0.03), 0.01, 0.99)
            rows.append(
                pd.DataFrame(
                    {
                        "place": f"D{number}", "psu": f"{number}-{psu}", "w": rng.uniform(1, 3, size // psus),
                        "y": (rng.random(size // psus) < own).astype(int),
                    }
                )
            )  # fmt: skip
    return pd.concat(rows, ignore_index=True)


def test_rank_intervals_of_the_published_kind() -> None:
    low, high = np.array([0.0, 0.2, 0.9, 0.95]), np.array([0.1, 0.5, 1.0, 1.2])
    first, last = rank_intervals(low, high)
    assert first.tolist() == [1, 2, 3, 3]
    assert last.tolist() == [1, 2, 4, 4]


def test_points_rank_exactly() -> None:
    first, last = rank_intervals(np.array([3.0, 1.0, 2.0]), np.array([3.0, 1.0, 2.0]))
    assert first.tolist() == last.tolist() == [3, 1, 2]


def test_joint_coverage_of_the_ranks() -> None:
    """Nine independent domains, the level of a normal with known errors: all true ranks inside at once."""
    rng = np.random.default_rng(7)
    truth = np.array([0.30, 0.34, 0.36, 0.45, 0.52, 0.55, 0.56, 0.70, 0.71])
    half = 0.022 * norm.ppf(0.5 + 0.95 ** (1 / 9) / 2)
    right = np.arange(1, 10)
    hits = 0
    for values in rng.normal(truth, 0.022, (4000, 9)):
        first, last = rank_intervals(values - half, values + half)
        hits += bool(((first <= right) & (right <= last)).all())
    assert hits / 4000 >= 0.95


def surveys(truth: list[float], n: int, count: int, seed: int) -> pd.DataFrame:
    """Estimates tables of many surveys, one a wave: each domain a simple random sample of n."""
    p = np.random.default_rng(seed).binomial(n, truth, (count, len(truth))) / n
    rows = p.size
    return pd.DataFrame(
        {
            "wave": np.repeat(np.arange(count), len(truth)), "indicator": "si", "category": "sí",
            "statistic": "proportion", "domain_kind": "place", "domain": np.tile(np.arange(len(truth)), count),
            "estimate": p.ravel(), "se": np.sqrt(p * (1 - p) / (n - 1)).ravel(), "df": np.full(rows, n - 1.0),
            "n": np.full(rows, n),
        }
    )  # fmt: skip


@pytest.mark.parametrize("interval", ["logit", "wilson", "kg"])
@pytest.mark.parametrize("independent", [True, False])
def test_what_is_said_of_all_ranks_holds_at_once(interval: str, independent: bool) -> None:
    """From the surveys' own errors, nine places, some alike and some at 2 %: ranks, "the k-th", "among the k"."""
    truth = [0.02, 0.03, 0.20, 0.24, 0.40, 0.41, 0.42, 0.60, 0.75]
    count = 2000
    ranks = rank_domains(surveys(truth, 540, count, 11), interval=interval, independent=independent)
    right = ranks["domain"].to_numpy() + 1
    inside = (ranks["rank_low"] <= right) & (right <= ranks["rank_high"])
    joint = inside.groupby(ranks["wave"]).all().mean()
    assert joint >= 0.95
    said = pd.Series(np.ones(len(ranks), dtype=bool))
    for k in range(1, 10):
        said &= (right <= k) | (ranks["rank_high"] > k)
        said &= (right == k) | ~(ranks["exact"] & (ranks["rank_low"] == k))
    assert said.groupby(ranks["wave"]).all().mean() >= 0.95
    # And something is said: the far ends are told apart.
    assert (ranks.loc[ranks["domain"] == 8, "rank_low"] == 9).mean() > 0.8


def test_ranks_are_those_of_every_order_that_the_intervals_allow() -> None:
    """Brute force: all orders of six quantities, kept when increasing values fit into the intervals one by one."""
    rng = np.random.default_rng(3)
    orders = list(permutations(range(6)))
    for _ in range(60):
        low = rng.uniform(0, 1, 6)
        high = low + rng.uniform(0, rng.choice([0.1, 0.4, 0.9]), 6)
        found: list[set[int]] = [set() for _ in range(6)]
        for order in orders:
            floor = -np.inf
            for item in order:
                floor = max(floor, low[item])
                if floor >= high[item]:
                    break
            else:
                for place, item in enumerate(order):
                    found[item].add(place + 1)
        first, last = rank_intervals(low, high)
        assert first.tolist() == [min(own) for own in found]
        assert last.tolist() == [max(own) for own in found]


def test_independent_domains_share_the_level() -> None:
    data = sample(1, [0.2, 0.4, 0.6])
    table = estimate(SurveyDesign(data, "w", "place", "psu"), [YES], [("place",)], settings=Settings(interval="wald"))
    ranks = rank_domains(table, interval="wald")
    t = student.ppf(0.5 + 0.95 ** (1 / 3) / 2, table["df"])
    np.testing.assert_allclose(ranks["joint_high"], table["estimate"] + t * table["se"], rtol=1e-10)


def test_descending_mirrors_ascending_and_bonferroni_is_wider() -> None:
    data = sample(1, [0.2, 0.4, 0.6, 0.8])
    table = estimate(SurveyDesign(data, "w", "place", "psu"), [YES], [("place",)])
    up, down = rank_domains(table), rank_domains(table, descending=True)
    assert (up["rank_low"] == 5 - down["rank_high"]).all()
    assert (up["rank"] == 5 - down["rank"]).all()
    wide = rank_domains(table, independent=False)
    assert (wide["joint_high"] - wide["joint_low"] > up["joint_high"] - up["joint_low"]).all()


def test_a_domain_without_cases_may_have_any_rank() -> None:
    from pulsometro.estimation import Domain

    data = sample(2, [0.2, 0.8])
    table = estimate(SurveyDesign(data, "w", "place", "psu"), [YES], [Domain(("place",), (("D0", "D1", "D2"),))])
    ranks = rank_domains(table).set_index("domain")
    assert ranks.loc["D2", ["rank_low", "rank_high"]].tolist() == [1, 3]


def test_slope_is_least_squares_and_its_error_the_contrasts() -> None:
    years = {"a": 2011.5, "b": 2012.0, "c": 2013.25}
    waves = [
        Wave(label, SurveyDesign(sample(k, [0.3, 0.5]).assign(psu=lambda d: d["psu"]), "w", "place", "psu"), (YES,))
        for k, label in enumerate(years)
    ]
    slopes = trend(waves, years, [(), ("place",)])
    assert (slopes["error"] == "solo error muestral").all()
    stacked = pd.concat([wave.design.data.assign(wave=wave.label) for wave in waves], ignore_index=True)
    whole = linear_estimates(SurveyDesign(stacked, "w", "place", "psu"), [YES], [("wave",)])
    own = whole.contrasts(slope_coefficients(list(years.values())), ["slope"]).iloc[0]
    first = slopes[slopes["domain_kind"] == "total"].iloc[0]
    np.testing.assert_allclose(
        first[["slope", "se", "df"]].astype(float), own[["estimate", "se", "df"]].astype(float), rtol=1e-10
    )
    np.testing.assert_allclose(first["slope"], np.polyfit(list(years.values()), whole.values, 1)[0], rtol=1e-9)
    alone = trend(waves, years, [()], covariance="independent").iloc[0]
    assert alone["se"] != first["se"]


def test_trend_says_which_wave_has_no_time() -> None:
    waves = [Wave(label, SurveyDesign(sample(1, [0.5]), "w"), (YES,)) for label in "ab"]
    with pytest.raises(EstimationError, match="without a time of fieldwork: b"):
        trend(waves, {"a": 2011.0})


def test_a_domain_against_the_rest() -> None:
    data = sample(3, [0.2, 0.5, 0.8])
    design = SurveyDesign(data, "w", "place", "psu")
    table = domain_differences(design, [YES], ("place",)).set_index("domain")
    assert table["verdict"].to_dict() == {"D0": "lower", "D1": "none", "D2": "higher"}
    rest = data.assign(resto=np.where(data["place"] == "D0", "D0", "x"))
    other = linear_estimates(SurveyDesign(rest, "w", "place", "psu"), [YES], [("resto",)])
    own = other.contrasts(np.array([1.0, -1.0]), ["D0"]).iloc[0]
    np.testing.assert_allclose(
        table.loc["D0", ["difference", "se", "df", "p"]].astype(float), own[["estimate", "se", "df", "p"]].astype(float)
    )
    pairs = domain_differences(design, [YES], ("place",), against="pairs", adjust="holm")
    assert list(zip(pairs["domain"], pairs["against"], strict=True)) == [("D0", "D1"), ("D0", "D2"), ("D1", "D2")]
    assert (pairs["p_adjusted"] >= pairs["p"]).all()
