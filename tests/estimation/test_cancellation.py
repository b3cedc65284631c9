"""Figures far from the others, or from their spread: against the formulas in extended precision."""

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

from pulsometro.estimation import (
    Categorical,
    Numeric,
    Ratio,
    Replicates,
    Settings,
    SurveyDesign,
    Wave,
    changes,
    estimate,
)
from pulsometro.estimation.comparing.contrasts import linear_estimates
from pulsometro.estimation.comparing.wave_changes import ChangeRule

FAR = [0.0, 1e3, 1e7, -1e9, 1e11]


def sample(far: float, seed: int = 0, n: int = 240) -> pd.DataFrame:
    """Two domains inside the same PSUs, the answers of one of them ``far`` from the other's."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {"h": np.arange(n) % 3, "psu": np.arange(n) % 24, "a": np.where(np.arange(n) < n // 2, "u", "v")}
    )
    frame["w"] = rng.integers(1, 6, n).astype(float)
    # Exact in binary, so that the reference has nothing to round either.
    frame["y"] = np.round(rng.normal(0, 1, n) * 64) / 64 + np.where(frame["a"] == "u", far, 0.0)
    frame["x"] = np.round(rng.uniform(1, 2, n) * 64) / 64
    frame["even"] = 1.0 + np.arange(n) % 3
    for r in range(12):
        frame[f"r{r}"] = frame["w"] * rng.integers(0, 3, 24)[frame["psu"]]
    return frame


def exact(data: pd.DataFrame, contrast: dict[str, int], statistic: str, weight: str = "w") -> tuple[float, float]:
    """Estimate and standard error of Σ c_d θ_d in rational numbers, by the textbook."""
    rows = [
        (h, psu, a, Fraction(w), Fraction(y), Fraction(x) if statistic == "ratio" else Fraction(1))
        for h, psu, a, w, y, x in data[["h", "psu", "a", weight, "y", "x"]].itertuples(index=False)
    ]
    scores: dict[tuple[int, int], Fraction] = {(h, psu): Fraction(0) for h, psu, *_ in rows}
    value = Fraction(0)
    for domain, c in contrast.items():
        own = [row for row in rows if row[2] == domain]
        total, base = sum(w * y for *_, w, y, _ in own), sum(w * x for *_, w, _, x in own)
        value += c * (total if statistic == "total" else total / base)
        for h, psu, _, w, y, x in own:
            scores[h, psu] += c * (w * y if statistic == "total" else w * (y - total / base * x) / base)
    variance = Fraction(0)
    for stratum in {h for h, _ in scores}:
        z = [score for (h, _), score in scores.items() if h == stratum]
        mean = sum(z) / len(z)
        variance += Fraction(len(z), len(z) - 1) * sum((own - mean) ** 2 for own in z)
    # A root of a fraction to all the digits that a float has.
    return float(value), float(np.sqrt(np.longdouble(variance.numerator) / np.longdouble(variance.denominator)))


@pytest.mark.parametrize("far", FAR)
@pytest.mark.parametrize("statistic", ["mean", "total", "ratio"])
@pytest.mark.parametrize("weight", ["w", "even"])
def test_a_domain_far_from_the_others(far: float, statistic: str, weight: str) -> None:
    data = sample(far)
    variable = Ratio("y", "y", "x") if statistic == "ratio" else Numeric("y", statistics=(statistic,))
    made = estimate(SurveyDesign(data, weight, "h", "psu"), [variable], [("a",)]).set_index("domain")
    for domain in ("u", "v"):
        value, error = exact(data, {domain: 1}, statistic, weight)
        assert made.loc[domain, "estimate"] == pytest.approx(value, rel=1e-12, abs=1e-14 * abs(far))
        assert made.loc[domain, "se"] == pytest.approx(error, rel=1e-8, abs=1e-15 * abs(far) * (statistic == "mean"))


@pytest.mark.parametrize("lonely", ["adjust", "grand_mean", "average", "certainty"])
def test_a_constant_moves_no_error_whatever_lonely_psus_add(lonely: str) -> None:
    """Two PSUs are alone in their strata; the errors far away are computed again from the rows."""
    errors = []
    for far in (0.0, 1e9):
        data = sample(far).assign(h=lambda d: np.where(d["psu"] < 2, 10 + d["psu"], d["h"]))
        design = SurveyDesign(data, "w", "h", "psu", lonely_psu=lonely)
        errors.append(estimate(design, [Numeric("y")], [("a",)])["se"].to_numpy())
    np.testing.assert_allclose(errors[1], errors[0], rtol=1e-6)


@pytest.mark.parametrize("far", FAR)
@pytest.mark.parametrize("statistic", ["mean", "total"])
def test_differences_of_domains(far: float, statistic: str) -> None:
    data = sample(far)
    design, variable = SurveyDesign(data, "even", "h", "psu"), Numeric("y", statistics=(statistic,))
    made = linear_estimates(design, [variable], [("a",)]).contrasts(np.array([[1, -1]]), ["u − v"]).iloc[0]
    value, error = exact(data, {"u": 1, "v": -1}, statistic, "even")
    assert made["estimate"] == pytest.approx(value, rel=1e-12)
    assert made["se"] == pytest.approx(error, rel=1e-8, abs=1e-15 * abs(far) * (statistic == "mean"))


@pytest.mark.parametrize("far", FAR[:4])
@pytest.mark.parametrize("statistic", ["mean", "total"])
def test_changes_between_waves(far: float, statistic: str) -> None:
    """The same PSUs twice: the error of the change is that of the difference of two domains in one sample."""
    both = sample(far).assign(y=lambda d: d["y"] + np.where(d["a"] == "v", far, 0.0))
    waves = []
    for domain in ("u", "v"):
        design = SurveyDesign(both[both["a"] == domain], "even", "h", "psu")
        variables = (Numeric("y", statistics=(statistic,)),)
        waves.append(Wave(domain, design, variables, estimate(design, variables, wave=domain)))
    moved = changes(waves[1], waves[0], rule=ChangeRule(adjust="none")).iloc[0]
    _, error = exact(both, {"u": -1, "v": 1}, statistic, "even")
    assert moved["se"] == pytest.approx(error, rel=1e-6)


@pytest.mark.parametrize("far", FAR[:4])
@pytest.mark.parametrize("statistic", ["mean", "total", "ratio"])
@pytest.mark.parametrize("centre", ["full", "mean"])
def test_replicates(far: float, statistic: str, centre: str) -> None:
    data = sample(far)
    names = tuple(f"r{r}" for r in range(12))
    design = SurveyDesign(data, "w", "h", "psu", replicates=Replicates.bootstrap(names, centre))
    variable = Ratio("y", "y", "x") if statistic == "ratio" else Numeric("y", statistics=(statistic,))
    made = estimate(design, [variable], [("a",)], settings=Settings(method="replicates")).set_index("domain")
    contrast = linear_estimates(design, [variable], [("a",)], method="replicates").contrasts(np.eye(2), ["u", "v"])
    for place, domain in enumerate(("u", "v")):
        thetas = []
        for name in ("w", *names):
            own = data[data["a"] == domain]
            y = sum(Fraction(w) * Fraction(v) for w, v in zip(own[name], own["y"], strict=True))
            x = sum(Fraction(w) * Fraction(v) for w, v in zip(own[name], own["x"], strict=True))
            n = sum(map(Fraction, own[name]))
            thetas.append(y if statistic == "total" else y / (x if statistic == "ratio" else n))
        middle = thetas[0] if centre == "full" else sum(thetas[1:]) / 12
        error = float(sum((theta - middle) ** 2 for theta in thetas[1:]) / 12) ** 0.5
        assert made.loc[domain, "se"] == pytest.approx(error, rel=1e-7)
        assert contrast["se"][place] == pytest.approx(error, rel=1e-5)


def test_a_share_next_to_one() -> None:
    """Its error is that of the few others, whose share is next to 0; in the sums of a group-by alike."""
    rng = np.random.default_rng(1)
    data = pd.DataFrame({"h": np.arange(400) % 4, "psu": np.arange(400) % 40, "q": np.where(np.arange(400) % 9, 1, 2)})
    data["w"] = np.where(data["q"] == 1, 1e9, 1.0) * rng.uniform(1, 3, 400)
    answers = Categorical("q", (1, 2))
    rows = data.groupby(["h", "psu", "q"], as_index=False).agg(w=("w", "sum"), n=("w", "size"))
    for design in (SurveyDesign(data, "w", "h", "psu"), SurveyDesign(rows, "w", "h", "psu", counts="n")):
        made = estimate(design, [answers])
        assert made["se"][0] > 0
        assert made["se"][0] == pytest.approx(made["se"][1], rel=1e-8)


def test_equal_answers_have_no_error() -> None:
    data = sample(0.0).assign(y=0.1)
    made = estimate(SurveyDesign(data, "w", "h", "psu"), [Numeric("y")], [(), ("a",)])
    assert (made["se"] == 0).all()
