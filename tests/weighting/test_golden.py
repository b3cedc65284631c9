"""R's answers (package survey): calibrated weights equal to 1e-8."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pulsometro.weighting.calibration.margins import Margin, margin_from_labels
from pulsometro.weighting.calibration.methods import calibrate, calibrate_replicates
from pulsometro.weighting.calibration.problem import build_structure
from pulsometro.weighting.calibration.trimming import trim_redistribute
from pulsometro.weighting.nonresponse.adjustment import class_factors
from pulsometro.weighting.replicates.multipliers import jkn, replicate_variance

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


def test_nonresponse_in_weighting_classes(golden: Path, sample: pd.DataFrame) -> None:
    drawn = pd.read_csv(golden / "sample_full.csv")
    classes = np.unique(drawn["mun"], return_inverse=True)[1]
    eligible = drawn["resp_status"].isin(["rr", "nr", "uk"]).to_numpy(dtype=float)
    responded = (drawn["resp_status"] == "rr").to_numpy()
    factors = class_factors(classes, responded, eligible, drawn["w_design"].to_numpy())
    ours = (drawn["w_design"] * factors[classes])[responded].to_numpy()
    assert relative(ours, sample["w"]) < 1e-12


def test_poststratified_weights(sample: pd.DataFrame, margins: tuple[Margin, ...]) -> None:
    result = calibrate(sample["w"].to_numpy(), margins[:1])
    assert relative(result.weights, sample["w_ps"]) < 1e-12


def test_trimmed_weights_as_r(sample: pd.DataFrame) -> None:
    weights = sample["w"].to_numpy()
    ours = trim_redistribute(weights, 3 * float(np.median(weights)), strict=True)
    assert relative(ours, sample["w_trim"]) < 1e-12


def _estimates(sample: pd.DataFrame, weights: np.ndarray) -> dict[tuple[str, str, str], np.ndarray]:
    """Means and totals as R's golden table has them; ``weights``: (n,) or (R, n)."""
    answers = {
        "victima": (sample["victima"].to_numpy(float), np.ones(len(sample), dtype=bool)),
        "ingreso": (sample["ingreso"].to_numpy(float), sample["ingreso"].notna().to_numpy()),
        "ins": ((sample["q_inseg"] == 2).to_numpy(float), (sample["q_inseg"] != 9).to_numpy()),
    }
    domains = {"total": np.ones(len(sample), dtype=bool)}
    domains |= {name: (sample["mun"] == name).to_numpy() for name in ("M1", "M6", "M9")}
    domains["H"] = (sample["sexo"] == "H").to_numpy()
    result = {}
    for variable, (values, answered) in answers.items():
        for domain, rows in domains.items():
            used = rows & answered
            total = weights[..., used] @ values[used]
            result["total", variable, domain] = total
            result["mean", variable, domain] = total / weights[..., used].sum(axis=-1)
    return result


def _expected(golden: Path, method: str) -> pd.DataFrame:
    table = pd.read_csv(golden / "expected_calibrated.csv")
    part = table[table["method"] == method]
    assert len(part) == 30
    return part


@pytest.fixture(scope="module")
def rao_wu_values(golden: Path, sample: pd.DataFrame) -> np.ndarray:
    table = pd.read_csv(golden / "raowu_multipliers.csv")
    keyed = sample[["vstrat", "psu"]].merge(table, on=["vstrat", "psu"], how="left", validate="many_to_one")
    return keyed[[f"m{k}" for k in range(1, 61)]].to_numpy(float).T


@pytest.mark.parametrize("reraked", [False, True])
def test_rao_wu_standard_errors(golden, sample, margins, rao_wu_values, reraked) -> None:
    base = sample["w"].to_numpy()
    replicate, full = rao_wu_values * base, base
    if reraked:
        structure = build_structure(margins)
        solved = calibrate_replicates(structure, replicate, "raking")
        assert solved.converged.all()
        replicate = replicate * solved.ratio[:, structure.row_cell]
        full = calibrate(base, margins).weights
    _compare(golden, sample, replicate, full, f"raowu60;{'re-raked;' if reraked else ''}mse=TRUE", 1 / 60, np.ones(60))


@pytest.mark.parametrize("reraked", [False, True])
def test_jackknife_standard_errors(golden, sample, margins, reraked) -> None:
    base = sample["w"].to_numpy()
    made = jkn(sample["vstrat"], sample["psu"])
    assert made.groups == 0
    replicate, full = made.values * base, base
    if reraked:
        structure = build_structure(margins)
        solved = calibrate_replicates(structure, replicate, "raking")
        assert solved.converged.all()
        replicate = replicate * solved.ratio[:, structure.row_cell]
        full = calibrate(base, margins).weights
    method = "JKn;re-raked;mse=TRUE" if reraked else "JKn;mse=TRUE"
    _compare(golden, sample, replicate, full, method, made.scale, made.rscales)


def _compare(golden, sample, replicate, full, method, scale, rscales) -> None:
    ours, thetas = _estimates(sample, replicate), _estimates(sample, full)
    for row in _expected(golden, method).itertuples():
        key = (row.statistic, row.variable, row.domain)
        error = np.sqrt(replicate_variance(ours[key], thetas[key], scale, rscales))
        assert thetas[key] == pytest.approx(row.estimate, rel=1e-8)
        assert error == pytest.approx(row.se, rel=1e-8, abs=1e-8 * abs(row.estimate))


@pytest.mark.parametrize(
    ("method", "ours", "bounds"),
    [("calibrate;raking", "raking", None), ("greg;linear", "linear", None)],
)
def test_margin_keys_give_the_calibrated_standard_error(golden, sample, margins, method, ours, bounds) -> None:
    """The exported keys are what calibrated linearisation needs: residuals with base weights."""
    base = sample["w"].to_numpy()
    weights = calibrate(base, margins, ours, bounds=bounds).weights
    design = np.hstack([pd.get_dummies(margin.labels()).to_numpy(float) for margin in margins])
    expected = _expected(golden, method)
    row = expected[(expected["statistic"] == "mean") & (expected["variable"] == "victima")]
    row = row[row["domain"] == "total"].iloc[0]
    y = sample["victima"].to_numpy(float)
    mean = weights @ y / weights.sum()
    influence = (y - mean) / weights.sum()
    root = np.sqrt(base)
    beta = np.linalg.lstsq(design * root[:, None], influence * root, rcond=None)[0]
    scores = pd.Series(weights * (influence - design @ beta))
    psus = scores.groupby([sample["vstrat"], sample["psu"]]).sum()
    within = psus.groupby(level=0)
    variance = (within.var() * within.size()).sum()
    assert mean == pytest.approx(row["estimate"], rel=1e-8)
    assert np.sqrt(variance) == pytest.approx(row["se"], rel=1e-8)
