"""Units do not matter: those of a calibration's auxiliaries, and those of the weights."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulsometro.estimation import (
    Calibration,
    Categorical,
    Numeric,
    Quantile,
    Ratio,
    Replicates,
    Settings,
    Share,
    SurveyDesign,
    estimate,
    rao_scott,
)

VARIABLES = (
    Categorical("q", (1, 2, 3)),
    Share("s", "q", (1,), "si"),
    Numeric("y", statistics=("mean", "total")),
    Ratio("r", "y", "z"),
    Quantile("m", "y", probabilities=(0.3, 0.5), rule="hf7"),
)
DOMAINS = ((), ("a",))
QUICK = settings(max_examples=8, deadline=None)
UNITS = st.floats(-6, 9).map(lambda power: float(10**power))
AUXILIARIES = [
    Calibration("d", (("a",), ("b",)), ("x",)),
    Calibration("d", (("a", "b"),), ("x", "twice")),
    Calibration("d", (), ("one", "x")),
    Calibration("d", (), ("x", "one", "twice")),
]


def sample(seed: int, n: int = 240) -> pd.DataFrame:
    """A stratified cluster sample with an income ``x``, calibrated linearly to margins that it nearly meets."""
    rng = np.random.default_rng(seed)
    psu = np.arange(n) % 24
    frame = pd.DataFrame(
        {
            "h": psu % 4, "psu": psu, "d": rng.uniform(1, 9, n), "a": rng.choice(["u", "v"], n),
            "b": rng.integers(1, 4, n), "x": rng.gamma(2, 100, n), "one": 1.0, "z": rng.uniform(1, 2, n),
            "q": rng.integers(1, 4, n),
        }
    )  # fmt: skip
    frame["y"] = frame["x"] * 0.3 + rng.normal(0, 10, n)
    frame["twice"] = 2 * frame["x"]
    design = np.column_stack([pd.get_dummies(frame["a"]), pd.get_dummies(frame["b"])[[1, 2]], frame["x"] / 200])
    base = frame["d"].to_numpy()
    target = base @ design * rng.uniform(0.95, 1.05, design.shape[1])
    multiplier = np.linalg.solve((design * base[:, None]).T @ design, target - base @ design)
    frame["w"] = base * (1 + design @ multiplier)
    return frame


def table(data: pd.DataFrame, calibration: Calibration | None, method: str = "calibrated") -> pd.DataFrame:
    names = tuple(name for name in data if str(name).startswith("r_"))
    replicates = Replicates.bootstrap(names) if names else None
    design = SurveyDesign(data, "w", "h", "psu", calibration=calibration, replicates=replicates)
    return estimate(design, VARIABLES, DOMAINS, ("proportion", "total"), settings=Settings(method=method))


def assert_same(one: pd.DataFrame, other: pd.DataFrame, unit: float = 1.0) -> None:
    for column in ("estimate", "se", "se_fixed", "ci_low", "ci_high", "n", "df", "deff"):
        of_weights = (one["statistic"] == "total") & (column not in ("n", "df", "deff"))
        want = one[column].to_numpy(float) * np.where(of_weights, unit, 1.0)
        np.testing.assert_allclose(other[column].to_numpy(float), want, rtol=1e-6, atol=1e-12 * unit, err_msg=column)


def standard_error_by_hand(data: pd.DataFrame, columns: list[np.ndarray]) -> float:
    """SE of the mean of y: residuals from the regression on columns of size one, by QR."""
    w, base = data["w"].to_numpy(), np.sqrt(data["d"].to_numpy())
    y = data["y"].to_numpy()
    z = (y - (w @ y) / w.sum()) / w.sum()
    x = np.column_stack(columns)
    x = x / np.abs(x).max(axis=0)
    fitted = x @ np.linalg.lstsq(x * base[:, None], z * base, rcond=None)[0]
    totals = (pd.Series(w * (z - fitted)).groupby([data["h"], data["psu"]]).sum()).groupby("h")
    return float(np.sqrt(sum(len(t) / (len(t) - 1) * ((t - t.mean()) ** 2).sum() for _, t in totals)))


@pytest.mark.parametrize("unit", [1e-6, 1.0, 1e3, 1e6, 1e9])
def test_a_large_auxiliary_by_hand(unit: float) -> None:
    data = sample(1)
    columns = [(data["a"] == "u").to_numpy(float), *(np.array(data["b"] == k, float) for k in (1, 2, 3))]
    by_hand = standard_error_by_hand(data, [*columns, data["x"].to_numpy()])
    made = table(data.assign(x=data["x"] * unit), AUXILIARIES[0])
    mean = made[(made["statistic"] == "mean") & (made["domain"] == "total")]["se"].iloc[0]
    assert mean == pytest.approx(by_hand, rel=1e-9)
    assert mean < 0.9 * made[(made["statistic"] == "mean") & (made["domain"] == "total")]["se_fixed"].iloc[0]


@pytest.mark.parametrize("calibration", AUXILIARIES[:2])
def test_an_auxiliary_far_from_zero(calibration: Calibration) -> None:
    """Years or coordinates: x + 10⁸ spans with the margins what x does."""
    data = sample(2)
    far = data.assign(x=data["x"] + 1e8)
    one, other = table(data, replace(calibration, numeric=("x",))), table(far, replace(calibration, numeric=("x",)))
    assert_same(one, other)


@pytest.mark.parametrize("calibration", AUXILIARIES)
@QUICK
@given(seed=st.integers(0, 2**32 - 1), unit=UNITS, other=UNITS)
def test_units_of_auxiliaries(calibration: Calibration, seed: int, unit: float, other: float) -> None:
    data = sample(seed)
    changed = data.assign(x=data["x"] * unit, twice=data["twice"] * other)
    assert_same(table(data, calibration), table(changed, calibration))


@pytest.mark.parametrize("calibration", AUXILIARIES)
@QUICK
@given(seed=st.integers(0, 2**32 - 1), unit=UNITS)
def test_units_of_weights_under_a_calibration(calibration: Calibration, seed: int, unit: float) -> None:
    data = sample(seed)
    changed = data.assign(w=data["w"] * unit, d=data["d"] * unit)
    assert_same(table(data, calibration), table(changed, calibration), unit)


@pytest.mark.parametrize("method", ["taylor", "replicates"])
@QUICK
@given(seed=st.integers(0, 2**32 - 1), unit=UNITS)
def test_units_of_weights(method: str, seed: int, unit: float) -> None:
    data = sample(seed)
    rng = np.random.default_rng(seed)
    for r in range(8):
        data[f"r_{r}"] = data["w"] * rng.integers(0, 3, 24)[data["psu"]]
    weights = ["w", *(name for name in data if str(name).startswith("r_"))]
    changed = data.assign(**{name: data[name] * unit for name in weights})
    assert_same(table(data, None, method), table(changed, None, method), unit)


@QUICK
@given(seed=st.integers(0, 2**32 - 1), unit=UNITS)
def test_units_of_weights_in_tests(seed: int, unit: float) -> None:
    data = sample(seed)
    one, other = (
        rao_scott(SurveyDesign(own, "w", "h", "psu"), VARIABLES[0], Categorical("a", ("u", "v")))
        for own in (data, data.assign(w=data["w"] * unit))
    )
    for name in ("pearson", "f", "f_df", "wald", "adjusted_wald_p"):
        assert getattr(other, name) == pytest.approx(getattr(one, name), rel=1e-6), name
