"""R's answers (package survey): calibrated weights equal to 1e-8."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipeline.weighting.calibration import calibrate
from pipeline.weighting.margins import Margin, margin_from_labels

VARIABLES = ("sexo", "gedad", "educ")


@pytest.fixture(scope="module")
def golden(shared_dir: Path) -> Path:
    return shared_dir / "golden"


@pytest.fixture(scope="module")
def sample(golden: Path) -> pd.DataFrame:
    rows = pd.read_csv(golden / "microdata.csv")
    expected = pd.read_csv(golden / "expected_weights.csv")
    assert (rows["id"] == expected["id"]).all()
    return rows.join(expected.drop(columns=["id", "w"]))


@pytest.fixture(scope="module")
def margins(golden: Path, sample: pd.DataFrame) -> tuple[Margin, ...]:
    table = pd.read_csv(golden / "raking_targets.csv")
    result = []
    for name in VARIABLES:
        part = table[table["variable"] == name]
        totals = {(a, v): t for a, v, t in zip(part["mun"], part["level"], part["target"], strict=True)}
        result.append(margin_from_labels(name, sample["mun"], sample[name], totals))
    return tuple(result)


def relative(ours: np.ndarray, theirs: pd.Series) -> float:
    reference = theirs.to_numpy(dtype=float)
    return float(np.max(np.abs(ours - reference) / np.abs(reference)))


@pytest.mark.parametrize(
    ("column", "method", "bounds"),
    [
        ("w_rake", "raking", None),
        ("w_calrake", "raking", None),
        ("w_greg", "linear", None),
        ("w_greg_bounded", "linear_bounded", (0.6, 2.2)),
        ("w_logit_bounded", "logit", (0.6, 2.2)),
    ],
)
def test_calibrated_weights(sample, margins, column, method, bounds) -> None:
    result = calibrate(sample["w"].to_numpy(), margins, method, bounds=bounds)
    assert relative(result.weights, sample[column]) < 1e-8
    assert all(block.converged and block.max_error <= 1e-10 for block in result.convergence)
    assert {block.area for block in result.convergence} == {f"M{k}" for k in range(1, 10)}
