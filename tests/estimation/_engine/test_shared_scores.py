"""Calibrated variances by sparse scores: against the scores made whole, and where they cancel."""

import tracemalloc

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pulsometro.estimation import (
    Calibration,
    Categorical,
    Numeric,
    Settings,
    SurveyDesign,
    Variable,
    estimate,
    linear_estimates,
)

VARIABLES: list[Variable] = [
    Categorical("answer", (1, 2), statistics=("proportion", "total")), Numeric("size", statistics=("mean", "total"))
]  # fmt: skip
CALIBRATED = Settings(method="calibrated")


def design_of(
    seed: int, psus: int, strata: int, places: int, lonely: str = "adjust", noise: float = 1.0
) -> SurveyDesign:
    """Calibrated on places and sex; ``size`` is that of the place but for ``noise``."""
    rng = np.random.default_rng(seed)
    rows = 8 * psus
    psu = np.resize(np.arange(psus), rows)
    data = pd.DataFrame({"psu": psu, "stratum": psu % strata, "place": (psu * 7 + np.arange(rows) // psus) % places})
    data["area"] = data["place"] % 20
    data["sex"] = rng.integers(0, 2, rows)
    data["w"], data["base"] = rng.uniform(1, 3, rows), rng.uniform(1, 3, rows)
    data["answer"] = rng.integers(1, 3, rows)
    data["size"] = 5.0 + data["area"] + noise * rng.normal(size=rows)
    data["frame"] = 4.0 * np.bincount(np.arange(psus) % strata)[data["stratum"]]
    calibration = Calibration("base", (("area",), ("sex",)))
    return SurveyDesign(data, "w", "stratum", "psu", "frame", lonely_psu=lonely, calibration=calibration)  # type: ignore[arg-type]


@settings(max_examples=5, deadline=None)
@example(seed=1, psus=12, strata=9, places=5, lonely="adjust")
@example(seed=1, psus=12, strata=9, places=5, lonely="grand_mean")
@example(seed=1, psus=12, strata=9, places=5, lonely="average")
@given(
    seed=st.integers(0, 999), psus=st.integers(6, 40), strata=st.integers(1, 30), places=st.integers(1, 30),
    lonely=st.sampled_from(["adjust", "grand_mean", "average", "remove"]),
)  # fmt: skip
def test_sparse_scores_are_the_scores(seed: int, psus: int, strata: int, places: int, lonely: str) -> None:
    design = design_of(seed, psus, min(strata, psus), places, lonely)
    kinds = [("place",), ("area", "sex"), ()]
    table = estimate(design, VARIABLES, kinds, settings=CALIBRATED)
    whole = linear_estimates(design, VARIABLES, kinds, method="calibrated")
    variance = whole.keys.assign(whole=np.sqrt(np.diag(whole.covariance())))
    both = table.merge(variance, on=list(whole.keys.columns), validate="1:1")
    assert len(both) == len(table)
    size = 1e-12 * both["estimate"].abs()
    known = both["se"].notna()
    assert (((both["se"] - both["whole"]).abs() <= 1e-10 * both["whole"] + size) | ~known).all()


@pytest.mark.parametrize("noise", [1.0, 1e-3, 1e-5])
def test_what_the_margins_hardly_leave_keeps_its_digits(noise: float) -> None:
    """Residuals with a part in 10¹¹ of the scores' squares, against least squares on exact cell means."""
    design = design_of(1, 60, 10, 20, noise=noise)
    table = estimate(design, VARIABLES[1:], [("area",)], settings=CALIBRATED)
    data, w = design.data, design.w
    # The noise is what it was with a place's size taken off, in all its digits.
    noises = design_of(1, 60, 10, 20, noise=1.0).data["size"] - 5.0 - data["area"]
    x = np.column_stack([data["area"] == k for k in range(20)] + [data["sex"] == 1]).astype(float)
    for code in range(20):
        inside = (data["area"] == code).to_numpy()
        # A total's size is the margin's plus that of the noise, which alone leaves a residual.
        z = np.where(inside, noises, 0.0)
        root = np.sqrt(data["base"].to_numpy())
        beta = np.linalg.lstsq(x * root[:, None], z * root, rcond=None)[0]
        scores = pd.Series(w * (z - x @ beta)).groupby([data["stratum"], data["psu"]]).sum().groupby(level=0)
        # A quarter of the PSUs are in the sample: n · Σ(e − ē)²/(n − 1) by stratum.
        squares = scores.size() * scores.var() * 0.75
        own = table[(table["domain"] == str(code)) & (table["statistic"] == "total")]
        np.testing.assert_allclose(own["se"], noise * np.sqrt(squares.sum()), rtol=1e-8)


def test_what_the_margins_explain_whole_has_no_error() -> None:
    table = estimate(design_of(2, 60, 10, 20, noise=0.0), VARIABLES[1:], [("area",), ()], settings=CALIBRATED)
    assert (table["se"] == 0).all() and (table["se_fixed"][table["statistic"] == "total"] > 0).all()


def test_no_matrix_of_psus_and_estimates() -> None:
    psus, places = 1_500, 1_000
    design = design_of(3, psus, 50, places)
    tracemalloc.start()
    estimate(design, VARIABLES[:1], [("place",)], settings=CALIBRATED)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    # Four estimates a place; once they were 48 MB, several times over.
    assert peak < psus * places * 8
