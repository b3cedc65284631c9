"""The kernel against the textbook written out row by row, on samples with everything that goes wrong."""

import numpy as np
import pandas as pd
import pytest

from pulsometro.estimation import (
    Calibration,
    Categorical,
    Domain,
    Numeric,
    Ratio,
    Settings,
    Share,
    SurveyDesign,
    Wave,
    Where,
    changes,
    estimate,
    linear_estimates,
)

VARIABLES = (
    Categorical("q", (1, 2, 3), missing=(9,)),
    Categorical("qm", (1, 2, 3), column="q", missing=(9, None), missing_rule="category"),
    Share("s", "q", (1, 2), "si", missing=(9,), missing_rule="in_base", not_asked=(None,), base=(Where("k", (True,)),)),
    Numeric("x", statistics=("mean", "total")),
    Ratio("r", "x", "z", statistics=("ratio", "total")),
)
DOMAINS = ((), ("a",), ("a", "b"))
SEEDS = range(8)


def sample(seed: int) -> pd.DataFrame:
    """Lonely strata, PSUs of which nobody answered, empty cells, zero weights, few cases."""
    rng = np.random.default_rng(seed)
    psus = [rng.choice([1, 1, 2, 3, 4]) for _ in range(rng.integers(1, 6))]
    stratum = np.repeat(np.arange(len(psus)), psus)
    psu = np.repeat(np.arange(len(stratum)), rng.integers(1, 7, len(stratum)))
    n = len(psu)
    q = rng.choice([1, 2, 3, 9, np.nan], n, p=[0.5, 0.25, 0.05, 0.1, 0.1])
    q[np.isin(psu, np.flatnonzero(rng.random(len(stratum)) < 0.2))] = 9
    weight = rng.uniform(0.5, 9, n) * (rng.random(n) > 0.1)
    weight[0] = max(weight[0], 1.0)
    return pd.DataFrame(
        {
            "psu": psu, "h": stratum[psu], "w": weight, "N": np.array(psus)[stratum[psu]] + 3, "q": q,
            "a": rng.choice(["u", "v", None], n, p=[0.5, 0.4, 0.1]), "b": rng.integers(1, 3, n),
            "k": rng.random(n) < 0.7, "x": np.where(rng.random(n) < 0.2, np.nan, rng.gamma(2, 10, n)),
            "z": np.where(rng.random(n) < 0.1, np.nan, rng.uniform(0, 2, n)),
        }
    )  # fmt: skip


def rows_of(data: pd.DataFrame, indicator: str, category: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Numerator, denominator and base of an indicator, row by row."""
    q, x, z = (data[name].to_numpy() for name in ("q", "x", "z"))
    one = np.ones(len(q))
    if indicator == "q":
        return q == float(category), one, np.isin(q, (1, 2, 3))
    if indicator == "qm":
        return (np.isnan(q) if category == "None" else q == float(category)), one, one == 1
    if indicator == "s":
        return np.isin(q, (1, 2)), one, ~np.isnan(q) & data["k"].to_numpy()
    if indicator == "x":
        return x, one, ~np.isnan(x)
    return x, z, ~np.isnan(x) & ~np.isnan(z)


def by_hand(
    data: pd.DataFrame, y: np.ndarray, x: np.ndarray, inside: np.ndarray, total: bool, lonely: str, fpc: bool
) -> tuple[float, float, int]:
    """Estimate, standard error and df (Särndal, Swensson and Wretman 1992, sec. 4.6; lonely PSUs as R ≥ 4.4)."""
    w = data["w"].to_numpy() * inside
    y, x = np.where(inside, y, 0).astype(float), np.where(inside, x, 0).astype(float)
    with np.errstate(invalid="ignore", divide="ignore"):
        value = (w * y).sum() if total else (w * y).sum() / (w * x).sum()
        z = w * y if total else w * (y - value * x) / (w * x).sum()
    psu, h = data["psu"].to_numpy(), data["h"].to_numpy()
    scores, stratum = np.bincount(psu, weights=z), h[np.unique(psu, return_index=True)[1]]
    reached = set(h[w > 0])
    centre = scores.sum() / max(np.isin(stratum, list(reached)).sum(), 1)
    variance = 0.0
    for own in np.unique(stratum):
        t = scores[stratum == own]
        left = 1 - len(t) / data["N"].to_numpy()[h == own][0] if fpc else 1.0
        if len(t) > 1:
            variance += left * len(t) / (len(t) - 1) * ((t - t.mean()) ** 2).sum()
        elif lonely == "adjust" and own in reached:
            variance += left * (t[0] - centre) ** 2
    return value, float(np.sqrt(variance)), len(set(psu[w > 0])) - len(reached)


@pytest.mark.parametrize(("lonely", "fpc"), [("adjust", False), ("adjust", True), ("certainty", False)])
@pytest.mark.parametrize("seed", SEEDS)
def test_estimates_and_contrasts(lonely: str, fpc: bool, seed: int) -> None:
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


@pytest.mark.parametrize("seed", SEEDS)
def test_changes_are_contrasts_of_the_stacked_waves(seed: int) -> None:
    """With lonely PSUs, PSUs that only one wave has, and domains that only one wave reaches."""
    first, second = sample(seed), sample(seed)
    rng = np.random.default_rng(seed)
    second = second[second["psu"].isin(second["psu"].unique()[rng.random(second["psu"].nunique()) < 0.8])]
    if not second["w"].any():
        return
    second = second.assign(q=rng.permutation(second["q"]), x=rng.permutation(second["x"]))
    pair = [Wave(str(k), SurveyDesign(d, "w", "h", "psu"), VARIABLES[::2]) for k, d in enumerate((first, second))]
    domains = [(), Domain(("a",), (("u", "v"),))]
    made = changes(pair[1], pair[0], domains, ("proportion", "total"), settings=Settings())
    stacked = pd.concat([first.assign(t="0"), second.assign(t="1")], ignore_index=True)
    whole = linear_estimates(
        SurveyDesign(stacked, "w", "h", "psu"), VARIABLES[::2],
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


@pytest.mark.parametrize("seed", SEEDS)
def test_residuals_of_the_calibration_model(seed: int) -> None:
    """Weighted least squares written out: e = z − xᵀβ on the base weights, weighted with the calibrated ones."""
    data = sample(seed).assign(base=lambda d: d["w"] * np.where(d["b"] == 1, 0.8, 1.1) + 0.3)
    design = SurveyDesign(data, "w", "h", "psu", calibration=Calibration("base", (("b",), ("h",))))
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
        _, se, _ = by_hand(data, residual, np.ones(len(data)), everyone, True, "adjust", False)
        np.testing.assert_allclose(row.se, se, rtol=1e-6, atol=1e-7 * abs(row.estimate))
