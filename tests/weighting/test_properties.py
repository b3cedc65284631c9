"""What holds for any sample: totals hit, once is enough, order, scale and rows do not matter."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pulsometro.weighting.calibration.margins import Margin, margin_from_labels
from pulsometro.weighting.calibration.methods import calibrate, calibrate_replicates
from pulsometro.weighting.calibration.problem import build_structure
from pulsometro.weighting.calibration.trimming import area_caps, trim
from pulsometro.weighting.errors import WeightingError
from pulsometro.weighting.replicates.multipliers import jkn, rao_wu

QUICK = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
BOUNDS = (0.2, 5.0)
METHODS = [("raking", None), ("linear", None), ("linear_bounded", BOUNDS), ("logit", BOUNDS)]


class Problem:
    """A sample with margins inside three areas and, maybe, one over all of them.

    The totals are those of other weights on the same rows, so a solution exists; every ratio
    of the two weights is within 0.5 … 2.
    """

    def __init__(self, seed: int, metropolitan: bool) -> None:
        generator = np.random.default_rng(seed)
        n = int(generator.integers(150, 300))
        self.area = np.array(["a", "b", "c"])[generator.integers(0, 3, n)]
        self.items = [generator.integers(0, size, n).astype(str) for size in (2, 3, 4)]
        self.base = generator.uniform(1.0, 20.0, n)
        self.truth = self.base * generator.uniform(0.5, 2.0, n)
        self.metropolitan = metropolitan

    def margins(self, rows: np.ndarray | None = None, scale: float = 1.0) -> tuple[Margin, ...]:
        """Margins of the rows in the order given."""
        rows = np.arange(len(self.base)) if rows is None else rows
        result = []
        for number, item in enumerate(self.items):
            within = number < 2 or not self.metropolitan
            areas = self.area if within else np.full(len(item), "")
            totals: dict[tuple[str, str], float] = {}
            for a, level, weight in zip(areas, item, self.truth, strict=True):
                totals[str(a), str(level)] = totals.get((str(a), str(level)), 0.0) + scale * float(weight)
            result.append(margin_from_labels(f"item{number}", areas[rows], item[rows], totals))
        return tuple(result)


problems: Callable = st.builds(Problem, seed=st.integers(0, 10_000), metropolitan=st.booleans())


def misses(margins: tuple[Margin, ...], weights: np.ndarray) -> float:
    return max(
        float(np.max(np.abs(np.bincount(m.codes, weights, minlength=len(m.cells)) / m.totals - 1))) for m in margins
    )


@pytest.mark.parametrize(("method", "bounds"), METHODS)
@QUICK
@given(problem=problems)
def test_totals_are_hit_and_once_is_enough(method, bounds, problem) -> None:
    margins = problem.margins()
    result = calibrate(problem.base, margins, method, bounds=bounds, max_iterations=1000)
    assert misses(margins, result.weights) < 1e-9
    if bounds is not None:
        assert (result.ratio >= bounds[0] - 1e-12).all()
        assert (result.ratio <= bounds[1] + 1e-12).all()
    if method != "linear":
        assert (result.weights > 0).all()
        again = calibrate(result.weights, margins, method, bounds=bounds)
        np.testing.assert_allclose(again.weights, result.weights, rtol=1e-9)


@pytest.mark.parametrize(("method", "bounds"), METHODS)
@QUICK
@given(problem=problems)
def test_order_of_margins_and_rows_does_not_matter(method, bounds, problem) -> None:
    margins = problem.margins()
    weights = calibrate(problem.base, margins, method, bounds=bounds, max_iterations=1000).weights
    turned = calibrate(problem.base, margins[::-1], method, bounds=bounds, max_iterations=1000).weights
    np.testing.assert_allclose(turned, weights, rtol=1e-6, atol=1e-9)
    rows = np.random.default_rng(1).permutation(len(weights))
    permuted = calibrate(problem.base[rows], problem.margins(rows), method, bounds=bounds, max_iterations=1000)
    np.testing.assert_allclose(permuted.weights, weights[rows], rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize(("method", "bounds"), METHODS)
@QUICK
@given(problem=problems, scale=st.floats(0.01, 1000.0))
def test_scaling_totals_scales_weights(method, bounds, problem, scale) -> None:
    """Unbounded methods scale with the totals alone, bounded ones with the base weights too."""
    weights = calibrate(problem.base, problem.margins(), method, bounds=bounds, max_iterations=1000).weights
    base = problem.base if bounds is None else problem.base * scale
    scaled = calibrate(base, problem.margins(scale=scale), method, bounds=bounds, max_iterations=1000).weights
    np.testing.assert_allclose(scaled, scale * weights, rtol=1e-7, atol=1e-9 * scale)


@QUICK
@given(problem=problems, tightness=st.floats(0.05, 1.0))
def test_trimming_keeps_margins_and_respects_the_cap(problem, tightness) -> None:
    """Caps between the largest weight needed for feasibility and the largest there is."""
    margins = problem.margins()
    weights = calibrate(problem.base, margins, max_iterations=1000).weights
    codes = np.unique(problem.area, return_inverse=True)[1]
    medians = np.array([np.median(weights[codes == a]) for a in range(3)])
    # The totals were made with weights up to `feasible` × the median: some solution exists.
    feasible = float(np.max(problem.truth / medians[codes]))
    most = float(np.max(weights / medians[codes]))
    k = feasible + tightness * max(most - feasible, 0.0)
    caps = area_caps(weights, codes, k)
    trimmed = trim(weights, margins, codes, caps)
    assert misses(margins, trimmed.weights) < 1e-9
    assert (trimmed.weights <= caps.high[codes] * (1 + 1e-12)).all()
    assert trimmed.moved.sum() == pytest.approx(np.maximum(trimmed.weights - weights, 0).sum(), rel=1e-6, abs=1e-6)


@QUICK
@given(problem=problems, k=st.floats(1.2, 2.5), k_low=st.sampled_from([None, 3.0, 10.0]))
def test_hard_caps_are_met_or_shown_to_be_impossible(problem, k, k_low) -> None:
    """Never "did not converge": a solution, or the cell for which there is none."""
    margins = problem.margins()
    weights = calibrate(problem.base, margins, max_iterations=1000).weights
    codes = np.unique(problem.area, return_inverse=True)[1]
    caps = area_caps(weights, codes, k, k_low)
    try:
        trimmed = trim(weights, margins, codes, caps)
    except WeightingError as refusal:
        assert refusal.margin
        assert refusal.cell
        assert "k × the municipality's median" in refusal.problem
        return
    assert misses(margins, trimmed.weights) < 1e-9
    assert (trimmed.weights <= caps.high[codes] * (1 + 1e-12)).all()
    assert (trimmed.weights >= caps.low[codes] * (1 - 1e-12)).all()


def test_a_cap_that_stops_a_plain_newton_search() -> None:
    """Nearly all weights at a limit: the search must find the room that a linear programme shows."""
    problem = Problem(407, metropolitan=True)
    weights = calibrate(problem.base, problem.margins(), max_iterations=1000).weights
    codes = np.unique(problem.area, return_inverse=True)[1]
    trimmed = trim(weights, problem.margins(), codes, area_caps(weights, codes, 1.40790332, 3.0))
    assert misses(problem.margins(), trimmed.weights) < 1e-9
    assert np.count_nonzero(trimmed.at_cap | trimmed.at_floor) > 60


def test_trimming_is_the_closest_set_of_weights_within_the_cap() -> None:
    """Against a general optimiser on a small case: Kullback–Leibler distance, same answer."""
    from scipy.optimize import minimize

    generator = np.random.default_rng(5)
    base = generator.uniform(1, 30, 12)
    levels = np.array(list("xxxxxxyyyyyy"))
    margins = (margin_from_labels("item", np.full(12, "a"), levels, {("a", "x"): 90.0, ("a", "y"): 80.0}),)
    weights = calibrate(base, margins).weights
    caps = area_caps(weights, np.zeros(12, dtype=np.int64), 1.3)
    ours = trim(weights, margins, np.zeros(12, dtype=np.int64), caps).weights
    solved = minimize(
        lambda w: float(np.sum(w * np.log(w / weights) - w + weights)),
        np.full(12, 14.0),
        jac=lambda w: np.log(w / weights),
        bounds=[(1e-6, float(caps.high[0]))] * 12,
        constraints=[
            {"type": "eq", "fun": lambda w, s=s, t=t: w[levels == s].sum() - t} for s, t in (("x", 90), ("y", 80))
        ],
        method="SLSQP",
        options={"ftol": 1e-14, "maxiter": 500},
    )
    np.testing.assert_allclose(ours, solved.x, rtol=1e-4)
    assert np.count_nonzero(ours >= caps.high[0]) >= 3


@QUICK
@given(seed=st.integers(0, 1000))
def test_replicates_of_calibration_equal_one_by_one(seed) -> None:
    """Batching changes nothing: each replicate is what it would be alone."""
    problem = Problem(seed, metropolitan=bool(seed % 2))
    margins, structure = problem.margins(), build_structure(problem.margins())
    multipliers = np.random.default_rng(seed).uniform(0.5, 1.5, (6, len(problem.base)))
    for method, bounds in METHODS:
        together = calibrate_replicates(structure, multipliers * problem.base, method, bounds=bounds)
        for replicate in (0, 5):
            alone = calibrate_replicates(structure, multipliers[[replicate]] * problem.base, method, bounds=bounds)
            np.testing.assert_array_equal(alone.ratio[0], together.ratio[replicate])
    assert len(margins) == 3


@QUICK
@given(seed=st.integers(0, 1000), strata=st.integers(1, 4))
def test_multipliers_do_not_follow_the_order_of_rows(seed, strata) -> None:
    generator = np.random.default_rng(seed)
    psu = np.repeat(np.arange(8 * strata), 3)
    stratum = psu % strata
    rows = generator.permutation(len(psu))
    for make in (lambda s, p: rao_wu(s, p, 5, 11), lambda s, p: jkn(s, p, max_groups=6, seed=3)):
        made = make(stratum, psu)
        np.testing.assert_array_equal(make(stratum[rows], psu[rows]).values, made.values[:, rows])
        for code in range(strata):
            first_rows = (stratum == code) & (np.arange(len(psu)) % 3 == 0)
            sums = made.values[:, first_rows].sum(axis=1)
            np.testing.assert_allclose(sums, 8.0)


@pytest.mark.parametrize("unit", [1e-12, 1e-6, 1.0, 1e9])
def test_margins_that_no_weights_meet_are_refused_in_every_unit(unit: float) -> None:
    """Each cell alone is within its limits; a + u needs more than its one joint cell may weigh."""
    left, right = np.array(["a", "a", "b", "b"]), np.array(["u", "v", "u", "v"])
    areas, base = np.full(4, ""), np.full(4, 1.0)
    margins = (
        margin_from_labels("left", areas, left, {("", "a"): 2.6 * unit, ("", "b"): 1.4 * unit}),
        margin_from_labels("right", areas, right, {("", "u"): 2.6 * unit, ("", "v"): 1.4 * unit}),
    )
    whole = np.array(["x", "y", "y", "x"])
    third = margin_from_labels("third", areas, whole, {("", "x"): 1.2 * unit, ("", "y"): 2.8 * unit})
    with pytest.raises(WeightingError, match="meet all margins at once"):
        calibrate(base * unit, (*margins, third), "logit", bounds=(0.5, 1.5))


@pytest.mark.parametrize("unit", [1e-6, 1e9])
@pytest.mark.parametrize(("method", "bounds"), METHODS)
def test_units_of_persons_scale_the_weights(method, bounds, unit) -> None:
    problem = Problem(3, True)
    weights = calibrate(problem.base, problem.margins(), method, bounds=bounds, max_iterations=1000).weights
    scaled = calibrate(problem.base * unit, problem.margins(scale=unit), method, bounds=bounds, max_iterations=1000)
    np.testing.assert_allclose(scaled.weights, weights * unit, rtol=1e-8)
