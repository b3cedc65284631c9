"""The kernel against the textbook written out row by row, on samples with everything that goes wrong."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulsometro.estimation import (
    Calibration,
    Domain,
    Settings,
    Share,
    SurveyDesign,
    Wave,
    changes,
    estimate,
    linear_estimates,
)

from .textbook import DOMAINS, VARIABLES, by_hand, rows_of, sample

SEEDS = range(8)
POLICIES = ("adjust", "grand_mean", "average", "certainty")


@pytest.mark.parametrize(("lonely", "fpc"), list(product(POLICIES, (False, True))))
@settings(max_examples=4, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_estimates_and_contrasts(lonely: str, fpc: bool, seed: int) -> None:
    """Sums by stratum and domain, and scores of PSUs, give the variance that the textbook does."""
    data = sample(seed)
    design = SurveyDesign(data, "w", "h", "psu", "N" if fpc else None, lonely_psu=lonely)
    table = estimate(design, VARIABLES, DOMAINS, ("proportion", "total"))
    linear = linear_estimates(design, VARIABLES, DOMAINS, ("proportion", "total"))
    m = len(linear.values)
    tested = linear.contrasts(np.eye(m), [""] * m)
    matrix = np.sqrt(np.diag(linear.covariance()))
    texts = {column: data[column].astype(str).to_numpy() for column in ("a", "b")}
    weighted = (data["w"] > 0).to_numpy()
    place = {key: k for k, key in enumerate(linear.keys.itertuples(index=False, name=None))}
    for row in table.itertuples():
        y, x, inside = rows_of(data, row.indicator, row.category)
        for column, code in zip(row.domain_kind.split("*"), row.domain.split("*"), strict=True):
            inside = inside & (column == "total" or texts[column] == code)
        value, se, df = by_hand(data, y, x, inside, row.statistic == "total", lonely, fpc)
        assert row.n == (inside & weighted).sum()
        np.testing.assert_allclose(row.estimate, value, rtol=1e-9)
        if np.isfinite(value):
            k = place[row.indicator, row.category, row.statistic, row.domain_kind, row.domain]
            assert abs(matrix[k] - se) <= 1e-7 * (se + abs(value)), row
            for found in (row.se, tested["se"][k]):
                if df <= 0 and se <= 1e-12 * abs(value):
                    assert np.isnan(found), row
                else:
                    assert abs(found - se) <= 1e-7 * (se + abs(value)), row
            assert row.df == tested["df"][k] == df


@pytest.mark.parametrize("lonely", POLICIES)
@pytest.mark.parametrize("seed", SEEDS[:5])
def test_changes_are_contrasts_of_the_stacked_waves(lonely: str, seed: int) -> None:
    """With lonely PSUs, PSUs that only one wave has, and domains that only one wave reaches."""
    first, second = sample(seed), sample(seed)
    rng = np.random.default_rng(seed)
    second = second[second["psu"].isin(second["psu"].unique()[rng.random(second["psu"].nunique()) < 0.8])]
    if not second["w"].any():
        return
    second = second.assign(q=rng.permutation(second["q"]), x=rng.permutation(second["x"]))
    designs = [SurveyDesign(data, "w", "h", "psu", lonely_psu=lonely) for data in (first, second)]
    pair = [Wave(str(k), design, VARIABLES[::2]) for k, design in enumerate(designs)]
    domains = [(), Domain(("a",), (("u", "v"),))]
    made = changes(pair[1], pair[0], domains, ("proportion", "total"), settings=Settings())
    stacked = pd.concat([first.assign(t="0"), second.assign(t="1")], ignore_index=True)
    whole = linear_estimates(
        SurveyDesign(stacked, "w", "h", "psu", lonely_psu=lonely), VARIABLES[::2],
        [Domain(("t",), (("0", "1"),)), Domain(("t", "a"), (("0", "1"), ("u", "v")))], ("proportion", "total"),
    )  # fmt: skip
    for row in made.itertuples():
        keys = {"indicator": row.indicator, "category": row.category, "statistic": row.statistic}
        ends = ["0", "1"] if row.domain_kind == "total" else [f"0*{row.domain}", f"1*{row.domain}"]
        weights = np.zeros(len(whole.values))
        for end, coefficient in zip(ends, (-1.0, 1.0), strict=True):
            weights[whole.select(domain=end, **keys)] = coefficient
        other = whole.contrasts(weights, [""]).iloc[0]
        np.testing.assert_allclose(row.difference, other["estimate"], rtol=1e-8, atol=1e-10)
        if np.isfinite(row.difference):
            scale = abs(row.estimate) + abs(row.reference_estimate)
            np.testing.assert_allclose(row.se, other["se"], rtol=1e-7, atol=1e-7 * scale, err_msg=str(row))
            assert row.df == other["df"]


@pytest.mark.parametrize(("lonely", "seed"), list(zip(POLICIES * 2, SEEDS, strict=True)))
def test_residuals_of_the_calibration_model(lonely: str, seed: int) -> None:
    """Weighted least squares written out: e = z − xᵀβ on the base weights, weighted with the calibrated ones."""
    data = sample(seed).assign(base=lambda d: d["w"] * np.where(d["b"] == 1, 0.8, 1.1) + 0.3)
    design = SurveyDesign(data, "w", "h", "psu", calibration=Calibration("base", (("b",), ("h",))), lonely_psu=lonely)
    made = estimate(design, VARIABLES[3:4], [(), ("b",)], settings=Settings(method="calibrated"))
    groups = [(name, code) for name in ("b", "h") for code in data[name].unique()]
    x = np.column_stack([(data[name] == code).to_numpy(float) for name, code in groups])
    root = np.sqrt(data["base"].to_numpy())
    for row in made.itertuples():
        inside = ~np.isnan(data["x"].to_numpy()) & (
            (row.domain == "total") | (data["b"].astype(str) == row.domain).to_numpy()
        )
        w = data["w"].to_numpy() * inside
        if not w.any():
            continue
        y = np.where(inside, data["x"], 0.0)
        z = y if row.statistic == "total" else inside * (y - (w * y).sum() / w.sum()) / w.sum()
        residual = z - x @ np.linalg.lstsq(root[:, None] * x, root * z, rcond=1e-11)[0]
        everyone = np.ones(len(data), dtype=bool)
        _, se, _ = by_hand(data, residual, np.ones(len(data)), everyone, True, lonely, False)
        np.testing.assert_allclose(row.se, se, rtol=1e-6, atol=1e-7 * abs(row.estimate))


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_centring_on_all_psus_moves_totals_only(seed: int) -> None:
    """The scores of a share, mean or ratio add up to zero, so that every mean of them is zero."""
    data = sample(seed)
    made = [
        estimate(SurveyDesign(data, "w", "h", "psu", lonely_psu=lonely), VARIABLES, DOMAINS, ("proportion", "total"))
        for lonely in ("adjust", "grand_mean")
    ]
    ratios = (made[0]["statistic"] != "total").to_numpy()
    np.testing.assert_allclose(made[1]["se"][ratios], made[0]["se"][ratios], rtol=1e-7, atol=1e-12)
    same = ["estimate", "df", "n", "population"]
    pd.testing.assert_frame_equal(made[1][same], made[0][same])


def test_lonely_policies_as_written_out() -> None:
    """Five PSUs, of which two are lonely, and a domain that one of these does not reach: 1 3 | 5 | 7 in (2, not)."""
    data = pd.DataFrame({"h": [1, 1, 2, 3], "psu": [1, 2, 3, 4], "w": 1.0, "y": [1.0, 3, 5, 7], "d": list("aaab")})
    # Two PSUs: 2·((1 − 2)² + (3 − 2)²). The mean of the domain's strata is 3, of all PSUs 9/4.
    expected = {
        "adjust": 4 + (5 - 3) ** 2,
        "grand_mean": 4 + (5 - 9 / 4) ** 2 + (0 - 9 / 4) ** 2,
        "average": 4 * 2 / 1,
        "certainty": 4,
        "remove": 4,
    }
    share = Share("y", "y", (1.0, 3.0, 5.0, 7.0), statistics=("total",))
    for lonely, variance in expected.items():
        design = SurveyDesign(data.assign(w=data["y"]), "w", "h", "psu", lonely_psu=lonely)
        row = estimate(design, [share], [Domain(("d",), (("a",),))]).iloc[0]
        np.testing.assert_allclose([row["estimate"], row["se"] ** 2], [9, variance], err_msg=lonely)
    # R survey 4.1-1: options(survey.lonely.psu = "average"); SE(svytotal(~one, subset(design, d == "a"))).
