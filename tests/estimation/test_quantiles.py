"""Quantiles by every rule and interval: against the rules written out, and R survey 4.1 where it is right."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulsometro.estimation import Quantile, SurveyDesign, estimate
from pulsometro.estimation.quantile_rules import Curve

RULES = ("math", "school", "hf1", "hf2", "hf3", "hf4", "hf5", "hf6", "hf7", "hf8", "hf9")
PROBABILITIES = (0.1, 0.37, 0.5, 0.81)
SAMPLE = pd.DataFrame(
    {
        "h": np.repeat([1, 2, 3], 8), "psu": np.repeat(np.arange(12), 2),
        "w": [3, 1, 2, 5, 4, 1, 2, 2, 7, 3, 1, 1, 6, 2, 4, 3, 5, 2, 1, 8, 2, 3, 3, 1],
        "x": [12, 7, 30, 18, 22, 9, 15, 41, 5, 28, 33, 11, 19, 24, 8, 27, 14, 38, 21, 17, 26, 10, 35, 13],
    }
)  # fmt: skip
# R survey 4.1-1, survey:::qrule_…(x, w, p), at PROBABILITIES.
R_RULES = {
    "math": (7, 15, 17, 27), "school": (7, 15, 17.5, 27), "hf3": (7, 15, 18, 27),
    "hf4": (5.4, 14.32, 17, 26.7733333333333), "hf5": (6.85, 14.8971428571429, 17.6153846153846, 27.2733333333333),
    "hf6": (5.8, 14.69, 17.2, 27.3133333333333), "hf7": (7, 14.98, 17.875, 27.2333333333333),
    "hf8": (6.73333333333333, 14.8511111111111, 17.5, 27.2866666666667),
    "hf9": (6.76923076923077, 14.864, 17.530612244898, 27.2833333333333),
}  # fmt: skip
# R survey 4.1-1, svyquantile(df = degf(design)), at 0.37, 0.5 and 0.81: limits.
R_INTERVALS = {
    ("mean", "math"): ((8, 21), (12, 24), (21, 41)),
    ("mean", "hf7"): ((6.9135740477732, 19.9526821294498), (12.2197602305471, 24.3407193083587),
                      (20.8694829121680, 38.1706602285772)),
    ("beta", "math"): ((8, 22), (12, 24), (19, 35)),
    ("beta", "hf7"): ((8.27982277118007, 20.5487526256897), (12.31900978618473, 24.0429706414458),
                      (19.88796360516517, 35.8026077867962)),
    ("xlogit", "math"): ((9, 21), (12, 24), (19, 35)),
    ("xlogit", "hf7"): ((8.65538420132716, 20.2913481595260), (12.65047618686296, 23.5242857197056),
                        (19.71642267259329, 34.8678494670983)),
    ("score", "math"): ((8, 17), (13, 18), (18, 30)),
    ("score", "hf7"): ((8.1875, 17.875), (13.4166666666667, 18.3833333333333), (18.3833333333333, 29.5)),
}  # fmt: skip


def by_hand(x: np.ndarray, w: np.ndarray, p: float, rule: str) -> float:
    """The rule as its documentation says it, value by value, with exact sums of whole weights."""
    order = sorted(range(len(x)), key=lambda i: x[i])
    x, w = [float(x[i]) for i in order], [int(w[i]) for i in order]
    c = [sum(w[: k + 1]) for k in range(len(w))]
    if len(x) == 1:
        return x[0]
    if rule in ("math", "hf1", "school", "hf2", "hf3"):
        low = next(k for k in range(len(x)) if c[k] >= p * c[-1] - 1e-6)
        exact, after = abs(c[low] - p * c[-1]) < 1e-6, min(low + 1, len(x) - 1)
        if rule in ("math", "hf1") or not exact:
            return x[low]
        if rule == "hf3":
            return x[low] if len({*x[: low + 1]}) % 2 == 0 else x[after]
        return (x[low] + x[after]) / 2
    points = {
        "hf4": [k / c[-1] for k in c],
        "hf5": [(k - own / 2) / c[-1] for k, own in zip(c, w, strict=True)],
        "hf6": [k / (c[-1] + w[-1]) for k in c],
        "hf7": [k / c[-2] for k in [0, *c[:-1]]],
        "hf8": [(k - own / 3) / (c[-1] + w[-1] / 3) for k, own in zip(c, w, strict=True)],
        "hf9": [(k - 3 * own / 8) / (c[-1] + w[-1] / 4) for k, own in zip(c, w, strict=True)],
    }[rule]
    if p <= points[0]:
        return x[0]
    for k in range(1, len(x)):
        if p <= points[k]:
            return x[k - 1] + (x[k] - x[k - 1]) * (p - points[k - 1]) / (points[k] - points[k - 1])
    return x[-1]


def quantile(data: pd.DataFrame, p: float, rule: str = "school", interval: str = "mean") -> pd.Series:
    design = SurveyDesign(data, "w", *(name for name in ("h", "psu") if name in data))
    return estimate(design, [Quantile("x", probabilities=(p,), rule=rule, interval=interval)]).iloc[0]


@pytest.mark.parametrize("rule", ["math", "school", "hf1", "hf2", "hf3", "hf4"])
def test_the_first_value_when_it_alone_weighs_more_than_p(rule: str) -> None:
    """F(1) = 0.75 is the first at or above 0.5; R 4.1 says 2 (and "hf4" extrapolates below 1)."""
    assert quantile(pd.DataFrame({"x": [1.0, 2.0], "w": [3, 1]}), 0.5, rule)["estimate"] == 1.0


@pytest.mark.parametrize("unit", [1.0, 1 / 3, 0.1, 7e-5, 1e9 / 7])
@pytest.mark.parametrize(("rule", "middle"), [("math", 5.0), ("school", 5.5), ("hf3", 6.0), ("hf4", 5.0)])
def test_the_middle_of_ten_in_every_unit(unit: float, rule: str, middle: float) -> None:
    ten = pd.DataFrame({"x": np.arange(1.0, 11.0), "w": np.full(10, unit)})
    assert quantile(ten, 0.5, rule)["estimate"] == middle


@settings(max_examples=150, deadline=None)
@given(st.data(), st.sampled_from(RULES), st.sampled_from([1.0, 1 / 3, 0.1, 1e-6, 1e9 / 7]))
def test_every_rule_by_hand_in_every_unit(data: st.DataObject, rule: str, unit: float) -> None:
    rows = data.draw(st.lists(st.tuples(st.integers(0, 12), st.integers(1, 6)), min_size=1, max_size=14))
    x, w = (np.array(own, dtype=float) for own in zip(*rows, strict=True))
    p = data.draw(st.sampled_from([0.25, 0.5, 1 / 3, 0.9, 1 / 12, 0.0, 1.0]))
    assert Curve.of(x, w * unit).quantile(p, rule) == pytest.approx(by_hand(x, w, p, rule), abs=1e-6)


@pytest.mark.parametrize("rule", R_RULES)
def test_r_says_the_same(rule: str) -> None:
    curve = Curve.of(SAMPLE["x"].to_numpy(float), SAMPLE["w"].to_numpy(float))
    assert [curve.quantile(p, rule) for p in PROBABILITIES] == pytest.approx(R_RULES[rule], rel=1e-12)


@pytest.mark.parametrize("unit", [1.0, 1 / 3, 1e-5])
@pytest.mark.parametrize(("interval", "rule"), R_INTERVALS)
def test_intervals_in_every_unit(interval: str, rule: str, unit: float) -> None:
    rows = [quantile(SAMPLE.assign(w=SAMPLE["w"] * unit), p, rule, interval) for p in PROBABILITIES[1:]]
    limits = np.array([[row["ci_low"], row["ci_high"]] for row in rows])
    np.testing.assert_allclose(limits, R_INTERVALS[interval, rule], rtol=1e-9)
    np.testing.assert_allclose([row["se"] for row in rows], np.diff(limits)[:, 0] / 2 / 2.2621571628, rtol=1e-9)


def test_woodruff_is_another_name_of_mean() -> None:
    assert quantile(SAMPLE, 0.37, "hf7", "woodruff")["se"] == quantile(SAMPLE, 0.37, "hf7", "mean")["se"]


def test_limits_below_the_first_weight_are_the_first_value() -> None:
    """Woodruff's lower limit falls below F of the first value, which R 4.1 then passes over."""
    data = pd.DataFrame({"x": [1.0, 2, 3, 4, 5, 6], "w": [30, 1, 1, 9, 9, 9]})
    row = quantile(data, 0.6, "math")
    assert (row["estimate"], row["ci_low"]) == (4.0, 1.0)


def test_a_value_reached_by_interpolation_counts_as_reached() -> None:
    """Where p is a point of the curve the quantile is that value, so that F at it includes its weight."""
    data = pd.DataFrame({"x": np.cumsum(np.arange(1, 41) / 7), "w": np.full(40, 0.1)})
    plain = quantile(data.assign(w=1.0), 0.5, "hf4")
    assert plain["estimate"] == data["x"][19]
    assert quantile(data, 0.5, "hf4")[["estimate", "ci_low", "ci_high"]].tolist() == pytest.approx(
        plain[["estimate", "ci_low", "ci_high"]].tolist(), rel=1e-12
    )
