"""Precision schemes at their thresholds."""

import math
from collections import Counter
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from pulsometro.estimation import Categorical, Cepal, Inegi, Nchs, SurveyDesign, estimate, scheme_named
from pulsometro.estimation.intervals import korn_graubard
from pulsometro.estimation.precision import Quality, Verdict


def quality(**given: object) -> Quality:
    plain = {
        "estimate": 0.4, "se": 0.02, "cv": 0.05, "df": 60.0, "deff": 1.2, "n": 500, "n_category": 200, "n_eff": 400.0,
        "is_proportion": True,
    }  # fmt: skip
    return Quality(**{name: np.array([value]) for name, value in (plain | given).items()})


def one(verdict: Verdict) -> tuple[str, bool, str]:
    return verdict.precision[0], bool(verdict.publishable[0]), str(verdict.rule[0] or verdict.reason[0])


@pytest.mark.parametrize(
    ("cv", "name", "publishable"),
    [(0.1499, "high", True), (0.15, "moderate", True), (0.2999, "moderate", True), (0.30, "low", False)],
)
def test_inegi(cv: float, name: str, publishable: bool) -> None:
    precision, shown, reason = one(Inegi().judge(quality(cv=cv)))
    assert (precision, shown) == (name, publishable)
    assert bool(reason) is not publishable


@pytest.mark.parametrize("share", [0.0, 1.0])
@pytest.mark.parametrize("n", [1, 20, 35, 36, 46, 71, 72, 500])
def test_nobody_and_everybody_are_as_sure_as_their_interval(share: float, n: int) -> None:
    """INEGI's classes of a share without coefficient of variation: 1 − 0.025^(1/n) of five and ten points."""
    width = 1 - 0.025 ** (1 / n)
    name = "high" if width <= 0.05 else "moderate" if width <= 0.10 else "low"
    cv = np.nan if share == 0 else 0.0
    given = {"estimate": share, "se": 0.0, "cv": cv, "n": n, "n_eff": float(n), "n_category": n * int(share)}
    precision, shown, reason = one(Inegi().judge(quality(**given)))
    assert (precision, shown) == (name, name != "low")
    assert reason == ("" if shown else "extreme_wide")
    # A mean of one, or no persons at all, is judged as before.
    total = one(Inegi().judge(quality(**given | {"is_proportion": False})))
    assert total[0] == ("" if share == 0 else "high")


def test_everybody_in_the_table() -> None:
    """46 interviews that all say yes: the printed 95 % interval is eight points wide, in either direction."""
    data = pd.DataFrame({"w": np.linspace(1, 2, 46), "y": 1})
    table = estimate(SurveyDesign(data, "w"), [Categorical("y", (0, 1))])
    assert table["estimate"].tolist() == [0.0, 1.0]
    assert table["precision"].tolist() == ["moderate", "moderate"]
    assert table["publishable"].all()
    np.testing.assert_allclose(table["ci_high"] - table["ci_low"], 1 - 0.025 ** (1 / 46))


@pytest.mark.parametrize("scheme", [Inegi(), Nchs(), Cepal()], ids=["inegi", "nchs", "cepal"])
def test_no_scheme_passes_what_has_no_cases_or_no_freedom(scheme: Inegi | Nchs | Cepal) -> None:
    nothing = quality(n=0, n_category=0, n_eff=np.nan, df=0.0, cv=np.nan, se=np.nan, estimate=np.nan)
    assert one(scheme.judge(nothing)) == ("", False, "no_cases")
    lonely = quality(df=0.0, se=np.nan, cv=np.nan, n_eff=np.nan)
    assert one(scheme.judge(lonely)) == ("", False, "no_df")
    assert one(scheme.judge(quality())) == ("high", True, "")


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({"n": 29, "n_eff": 29.0}, "low"),
        ({"n": 60, "n_eff": 29.9, "se": 0.0895}, "low"),
        ({"df": 7.0}, "moderate"),
        ({"estimate": 0.01, "se": 0.006, "n": 300, "n_eff": 275.0}, "high"),
        ({"estimate": 0.03, "se": 0.017, "n": 110, "n_eff": 100.7}, "low"),
        ({"estimate": 0.97, "se": 0.017, "n": 110, "n_eff": 100.7}, "moderate"),
        ({"estimate": 0.0, "se": 0.0, "n": 200, "n_eff": 200.0}, "moderate"),
    ],
)
def test_nchs(given: dict, name: str) -> None:
    assert one(Nchs().judge(quality(**given)))[0] == name


def test_nchs_widths_are_those_of_its_own_interval() -> None:
    p, se, n, df = (np.array([value]) for value in (0.5, 0.0765, 60, 40.0))
    low, high = korn_graubard(p, se, n, df, 0.95)
    assert (high - low)[0] > 0.30
    precision, shown, reason = one(Nchs().judge(quality(estimate=0.5, se=0.0765, n=60, n_eff=42.7, df=40.0)))
    assert (precision, shown) == ("low", False)
    assert reason == "wide"


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({"n_eff": 59.9}, "low"),
        ({"df": 8.0}, "low"),
        ({"deff": 0.9, "n": 99}, "low"),
        ({"deff": 0.9, "n": 100}, "high"),
        ({"n_category": 49}, "moderate"),
        ({"n_category": 29}, "low"),
        ({"estimate": 0.02, "se": 0.0136}, "high"),
        ({"estimate": 0.02, "se": 0.0138}, "low"),
        ({"estimate": 0.98, "se": 0.0138}, "moderate"),
        ({"is_proportion": False, "cv": 0.20}, "high"),
        ({"is_proportion": False, "cv": 0.25}, "moderate"),
        ({"is_proportion": False, "cv": 0.31}, "low"),
    ],
)
def test_cepal(given: dict, name: str) -> None:
    assert one(Cepal().judge(quality(**given)))[0] == name


def cepal_by_hand(q: dict[str, float]) -> str:
    """The sequence of the published flow chart, one cell at a time."""
    if (q["deff"] < 1 and q["n"] < 100) or q["n_eff"] < 60 or q["df"] < 9:
        return "low"
    if q["is_proportion"]:
        p = min(q["estimate"], 1 - q["estimate"])
        noisy = p == 0 or q["se"] / (-p * math.log(p)) > 0.175
        if noisy and q["estimate"] < 0.5:
            return "low"
        if q["n_category"] < 30:
            return "low"
        return "moderate" if noisy or q["n_category"] < 50 else "high"
    if q["cv"] > 0.30 or q["n"] < 30:
        return "low"
    return "moderate" if q["cv"] > 0.20 or q["n"] < 50 else "high"


def nchs_by_hand(q: dict[str, float]) -> str:
    """As the summary of the standards reads, with the interval from scipy's beta distribution."""
    if not q["is_proportion"]:
        return "low" if q["cv"] >= 0.30 else "moderate" if q["df"] < 8 else "high"
    p, n = q["estimate"], q["n"]
    if p in (0, 1):
        size = n
    else:
        ratio = stats.t.ppf(0.975, n - 1) / stats.t.ppf(0.975, q["df"])
        size = min(n, p * (1 - p) / q["se"] ** 2 * ratio**2)
    low = 0.0 if p == 0 else stats.beta.ppf(0.025, size * p, size * (1 - p) + 1)
    high = 1.0 if p == 1 else stats.beta.ppf(0.975, size * p + 1, size * (1 - p))
    width = high - low
    if n < 30 or q["n_eff"] < 30 or width >= 0.30:
        return "low"
    if p in (0, 1):
        return "moderate"
    if width > 0.05 and width / p > 1.30:
        return "low"
    return "moderate" if q["df"] < 8 or (width > 0.05 and width / (1 - p) > 1.30) else "high"


@pytest.mark.parametrize(("scheme", "by_hand"), [(Cepal(), cepal_by_hand), (Nchs(), nchs_by_hand)])
def test_schemes_follow_their_rules_cell_by_cell(scheme: Cepal | Nchs, by_hand: Callable[[dict], str]) -> None:
    rng = np.random.default_rng(8)
    found = Counter()
    for _ in range(3000):
        p = rng.choice([0.0, 1.0, rng.beta(0.6, 0.6)], p=[0.03, 0.03, 0.94])
        n, deff = int(rng.integers(2, 900) ** rng.choice([0.6, 1.0])) + 2, rng.choice([0.7, 1.0, 1.6, 3.0])
        se = float(np.sqrt(deff * p * (1 - p) / n))
        share = bool(rng.random() < 0.8)
        cell = {
            "estimate": float(p) if share else 50.0, "se": se if share else 50 * rng.uniform(0, 0.4), "n": n,
            "deff": deff, "df": float(rng.integers(1, 40)), "n_category": round(n * p), "is_proportion": share,
            "n_eff": n / deff if 0 < p < 1 else float(n),
        }  # fmt: skip
        cell["cv"] = cell["se"] / cell["estimate"] if cell["estimate"] else float("nan")
        expected = by_hand(cell)
        precision, shown, _ = one(scheme.judge(quality(**cell)))
        assert (precision, shown) == (expected, expected != "low"), cell
        found[expected] += 1
    assert min(found[name] for name in ("high", "moderate", "low")) > 100


def test_schemes_by_name() -> None:
    assert [type(scheme_named(name)) for name in ("inegi", "NCHS", "cepal")] == [Inegi, Nchs, Cepal]
    with pytest.raises(ValueError, match="use one of inegi, nchs, cepal"):
        scheme_named("otra")
