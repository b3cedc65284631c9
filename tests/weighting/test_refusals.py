"""Every refusal names municipality, margin and cell, and says what could be done."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from pulsometro.common.errors import PulsoError
from pulsometro.settings.weighting_settings import Replicates
from pulsometro.weighting.base.probabilities import area_base, frame_expansion, given_base
from pulsometro.weighting.calibration.feasibility import refuse_disagreement
from pulsometro.weighting.calibration.margins import Margin, check_margins, margin_from_labels, reconcile
from pulsometro.weighting.calibration.methods import calibrate
from pulsometro.weighting.calibration.problem import build_structure
from pulsometro.weighting.chain import weigh
from pulsometro.weighting.errors import WeightingError
from pulsometro.weighting.nonresponse.adjustment import class_factors
from pulsometro.weighting.replicates.multipliers import jkn, rao_wu
from tests.weighting.editions import TOTALS, attempts, inputs, responses, settings

ATTEMPTS = {"number": "number", "attempt": "attempt", "disposition": "disposition"}
CROSSED = {"margins": [{"items": ["sex_item", "age_item"]}]}


def refusal(**given: Any) -> WeightingError:
    """What ``weigh`` raises for these inputs (keys of ``inputs``) and settings."""
    known = {"responses", "control_totals", "frame", "areas", "on"}
    ours = {key: value for key, value in given.items() if key in known}
    declared = {key: value for key, value in given.items() if key not in known}
    with pytest.raises(WeightingError) as caught:
        weigh(inputs(**ours), settings(**declared))
    return caught.value


def without(area: str, column: str, code: int, keep: int = 0) -> pd.DataFrame:
    """The made-up edition with all but ``keep`` respondents of a cell moved to the next code."""
    rows = responses()
    cell = rows.index[(rows["area"] == area) & (rows[column] == code)]
    rows.loc[cell[keep:], column] = code - 1 if code > 1 else code + 1
    return rows


def test_a_cell_without_respondents() -> None:
    error = refusal(responses=without("19018", "age_item", 4))
    assert (error.area, error.margin, error.cell) == ("19018", "age_item", "4")
    assert "no respondents for a control total of" in str(error)
    assert "collapse" in error.remedy


def test_a_cell_with_too_few_respondents_and_the_rule_that_mends_it() -> None:
    rows = without("19018", "age_item", 4, keep=5)
    error = refusal(responses=rows)
    assert (error.area, error.margin, error.cell) == ("19018", "age_item", "4")
    assert "5 respondents, fewer than the 10" in str(error)
    made = weigh(inputs(responses=rows), settings(collapse=[{"item": "age_item", "merge": [3, 4], "below": 20}]))
    collapsed = made.record.calibration.collapsed
    assert [(c.area, c.margin, c.merged, c.respondents) for c in collapsed if c.area == "19018"] == [
        ("19018", "age_item", "age_item 3+4", 5)
    ]
    assert "19018|3+4" in set(made.weights["margin_2"])


def test_a_missing_calibration_variable_and_the_rules_for_it() -> None:
    rows = responses()
    rows.loc[rows.index[rows["area"] == "19039"][:25], "age_item"] = pd.NA
    error = refusal(responses=rows)
    assert (error.area, error.margin) == ("19039", "age_item")
    assert "25 respondents have no usable answer" in str(error)
    for rule in ("impute", "own_cell"):
        made = weigh(inputs(responses=rows), settings(calibration={**_calibration(), "missing": rule}))
        handled = made.record.calibration.missing
        assert [(h.area, h.item, h.respondents, h.rule) for h in handled] == [("19039", "age_item", 25, rule)]
        total = made.weights["weight"][(rows["area"] == "19039").to_numpy()].sum()
        assert total == pytest.approx(_adults("19039"), rel=1e-9)
        assert ("19039|missing" in set(made.weights["margin_2"])) == (rule == "own_cell")


def _calibration() -> dict[str, Any]:
    return {"margins": [{"items": ["sex_item"]}, {"items": ["age_item"]}], "min_respondents": 10}


def _adults(area: str) -> float:
    rows = TOTALS[
        (TOTALS["source"] == "conapo") & (TOTALS["reference_date"] == "2012-07-01") & (TOTALS["cve_geo"] == area)
    ]
    return float(rows["population"].sum())


def test_imputed_levels_do_not_follow_the_order_of_rows() -> None:
    rows = responses(per_area=200)
    rows.loc[rows.index[::40], "age_item"] = pd.NA
    declared = settings(calibration={**_calibration(), "missing": "impute"}, replicates=None)
    straight = weigh(inputs(responses=rows), declared).weights
    turned = weigh(inputs(responses=rows.sample(frac=1, random_state=3)), declared).weights
    pd.testing.assert_frame_equal(straight, turned)


def test_margins_that_contradict_each_other() -> None:
    error = refusal(
        calibration={
            "margins": [{"items": ["sex_item"]}, {"items": ["age_item"], "source": "geometric_2010_2020"}],
            "min_respondents": 10,
        }
    )
    assert error.margin == "age_item"
    assert error.area == "19006"
    assert "shares" in error.remedy
    shares = {"items": ["age_item"], "source": "geometric_2010_2020", "totals": "shares"}
    made = weigh(
        inputs(),
        settings(calibration={**_calibration(), "margins": [{"items": ["sex_item"]}, shares]}, replicates=None),
    )
    assert made.weights["weight"].sum() == pytest.approx(_all_adults())


def _all_adults() -> float:
    rows = TOTALS[(TOTALS["source"] == "conapo") & (TOTALS["reference_date"] == "2012-07-01")]
    return float(rows["population"].sum())


def test_no_convergence_is_named() -> None:
    labels = np.array(list("xxyyzz"))
    areas = np.full(6, "a")
    first = margin_from_labels("one", areas, labels, {("a", "x"): 40.0, ("a", "y"): 30.0, ("a", "z"): 30.0})
    second = margin_from_labels("two", areas, np.array(list("pqpqpq")), {("a", "p"): 90.0, ("a", "q"): 10.0})
    with pytest.raises(WeightingError, match="did not converge in 1 iterations") as caught:
        calibrate(np.array([1.0, 9.0, 1.0, 2.0, 5.0, 1.0]), (first, second), max_iterations=1)
    assert caught.value.area == "a"
    assert caught.value.margin in ("one", "two")


def test_margins_that_no_positive_weights_meet() -> None:
    """All of level p sits in level x: p cannot be larger than x."""
    areas = np.full(6, "a")
    first = margin_from_labels("one", areas, np.array(list("xxxyyy")), {("a", "x"): 40.0, ("a", "y"): 60.0})
    second = margin_from_labels("two", areas, np.array(list("ppqqqq")), {("a", "p"): 50.0, ("a", "q"): 50.0})
    with pytest.raises(WeightingError, match="no positive weights meet all margins at once") as caught:
        calibrate(np.ones(6), (first, second))
    assert "bounds" not in str(caught.value)
    assert caught.value.area == "a"
    assert caught.value.cell


@pytest.mark.parametrize("method", ["raking", "linear", "linear_bounded", "logit"])
def test_margins_that_add_up_to_different_totals_are_named(method: str) -> None:
    """2 % apart in one area of two: both margins with their totals, and no word of bounds that nobody gave."""
    areas, sexes, ages = np.repeat(["a", "b"], 8), np.tile(list("wm"), 8), np.tile(list("yyoo"), 4)
    sex = margin_from_labels("sex", areas, sexes, {(a, s): 500.0 for a in "ab" for s in "wm"})
    bounds = (0.1, 300.0) if method in ("linear_bounded", "logit") else None

    def age(old: float) -> Margin:
        return margin_from_labels(
            "age", areas, ages, {("a", "y"): 400.0, ("a", "o"): 600.0, ("b", "y"): 400.0, ("b", "o"): old}
        )

    made = calibrate(np.full(16, 100.0), (sex, age(600.0)), method, bounds=bounds)  # type: ignore[arg-type]
    assert made.weights.sum() == pytest.approx(2000.0)
    with pytest.raises(WeightingError) as caught:
        calibrate(np.full(16, 100.0), (sex, age(620.0)), method, bounds=bounds)  # type: ignore[arg-type]
    assert (caught.value.area, caught.value.margin, caught.value.cell) == ("b", "age", "")
    said = str(caught.value)
    assert "add up to 1,020.0, those of margin sex to 1,000.0 (2 % apart)" in said
    assert "bounds" not in said and "totals: shares" in said


def test_what_cannot_be_met_is_told_from_what_is_rounding() -> None:
    """Weights can split a difference of twice the tolerance between two margins, and no more."""
    rows = np.full(4, "a")
    one = margin_from_labels("one", rows, np.array(list("xxyy")), {("a", "x"): 60.0, ("a", "y"): 40.0})
    for apart, told in ((1.9e-6, False), (2.1e-6, True)):
        totals = {("a", "p"): 70.0 * (1 + apart), ("a", "q"): 30.0 * (1 + apart)}
        structure = build_structure((one, margin_from_labels("two", rows, np.array(list("pqpq")), totals)))
        if told:
            with pytest.raises(WeightingError, match="margin two"):
                refuse_disagreement(structure, 1e-6)
        else:
            refuse_disagreement(structure, 1e-6)


def test_bounds_too_narrow_name_the_cell() -> None:
    areas = np.full(4, "a")
    margin = margin_from_labels("one", areas, np.array(list("xxyy")), {("a", "x"): 10.0, ("a", "y"): 2.0})
    for method in ("linear_bounded", "logit"):
        with pytest.raises(WeightingError, match="need a mean weight of 5") as caught:
            calibrate(np.ones(4), (margin,), method, bounds=(0.5, 2.0))
        assert (caught.value.area, caught.value.margin, caught.value.cell) == ("a", "one", "x")


def test_a_cap_below_a_needed_mean_weight() -> None:
    error = refusal(trim={"k": 1.05})
    assert error.area
    assert error.margin
    assert error.cell
    assert "need a mean weight of" in str(error)


def test_negative_weights_of_the_linear_method() -> None:
    rows = responses()
    place = rows.index[(rows["area"] == "19048")]
    rows.loc[place[:95], "sex_item"] = 1
    rows.loc[place[95:], "sex_item"] = 2
    rows.loc[place[:95], "age_item"] = ([1, 2, 3, 4] * 24)[:95]
    rows.loc[place[95:], "age_item"] = 4
    rows.loc[place[-5:], "age_item"] = 1
    error = refusal(responses=rows, calibration={**_calibration(), "method": "linear"}, trim=None)
    assert error.area == "19048"
    assert "absurd" in str(error)


def test_weights_far_above_the_median() -> None:
    error = refusal(trim=None, limits={"max_to_median": 2.0})
    assert "× the municipality's median" in str(error)
    assert error.area


def test_a_municipality_without_interviews() -> None:
    rows = responses()
    error = refusal(responses=rows[rows["area"] != "19021"])
    assert error.area == "19021"
    assert "no interviews" in str(error)


def test_interviews_in_a_municipality_without_totals() -> None:
    error = refusal(control_totals=TOTALS[TOTALS["cve_geo"] != "19021"])
    assert error.area == "19021"


def test_a_zero_total_with_respondents_in_it() -> None:
    totals = TOTALS.copy()
    totals.loc[(totals["cve_geo"] == "19031") & (totals["age_group"] == 2), "population"] = 0.0
    error = refusal(control_totals=totals)
    assert (error.area, error.margin, error.cell) == ("19031", "age_item", "2")
    assert "control total is zero" in str(error)


@pytest.mark.parametrize("value", [-1.0, float("nan")])
def test_absurd_totals(value: float) -> None:
    margin = margin_from_labels("one", np.full(2, "a"), np.array(["x", "y"]), {("a", "x"): value, ("a", "y"): 2.0})
    with pytest.raises(WeightingError, match="control total is"):
        check_margins((margin,))


def test_small_disagreements_are_scaled_away() -> None:
    areas = np.full(4, "a")
    one = margin_from_labels("one", areas, np.array(list("xxyy")), {("a", "x"): 60.0, ("a", "y"): 40.0})
    two = margin_from_labels("two", areas, np.array(list("pqpq")), {("a", "p"): 70.0001, ("a", "q"): 30.0})
    first, second = reconcile((one, two), 1e-5)
    assert second.totals.sum() == pytest.approx(first.totals.sum(), rel=1e-15)
    with pytest.raises(WeightingError, match=r"add up to 100\.0"):
        reconcile((one, two), 1e-9)


def test_totals_without_the_source_or_the_column() -> None:
    error = refusal(control_totals=TOTALS[TOTALS["source"] != "conapo"])
    assert "no totals of source 'conapo'" in str(error)
    error = refusal(calibration={"margins": [{"items": ["school_item"]}]})
    assert "columns" in error.remedy


def test_adults_missing_or_below_one() -> None:
    rows = responses()
    rows.loc[rows.index[rows["area"] == "19046"][0], "adults"] = pd.NA
    error = refusal(responses=rows)
    assert error.area == "19046"
    assert "adults in the household" in str(error)
    base = {"kind": "telephone_completes", "adults": "adults", "lines": "lines", "missing": "median"}
    made = weigh(inputs(responses=rows), settings(base=base, replicates=None))
    assert made.record.base.filled == {"19046": 1}


def test_lonely_psus() -> None:
    for make in (lambda s, p: rao_wu(s, p, 3, 1), jkn):
        with pytest.raises(WeightingError, match=r"1 strata have one PSU only \(b\)"):
            make(np.array(["a", "a", "b"]), np.array([1, 2, 3]))


def test_a_nonresponse_class_without_respondents() -> None:
    with pytest.raises(WeightingError, match="class 1 has eligible units and no respondent"):
        class_factors(np.array([0, 1]), np.array([True, False]), np.ones(2), np.ones(2))
    rows = responses()
    rows.loc[rows["area"] == "19019", "zone"] = 1
    error = _nonresponse_refusal(rows)
    assert (error.area, error.cell) == ("19019", "2")


def _nonresponse_refusal(rows: pd.DataFrame) -> WeightingError:
    with pytest.raises(WeightingError) as caught:
        weigh(
            inputs(responses=rows, attempts=attempts(rows)),
            settings(attempts=ATTEMPTS, nonresponse={"classes": ["zone"]}),
        )
    return caught.value


def test_replicates_that_fail_are_counted_or_stop_the_run() -> None:
    """A tight cap: some replicates have no solution."""
    rows = responses()
    declared: dict[str, Any] = {"trim": {"k": 2.1}, "replicates": {"n": 150, "seed": 3, "max_failed_share": 1.0}}
    made = weigh(inputs(responses=rows), settings(**declared)).record.replicates
    assert made.failed
    assert made.used + len(made.failed) == made.asked == 150
    assert set(made.failed).isdisjoint(made.names)
    assert made.scale == pytest.approx(1 / made.used)
    declared["replicates"]["max_failed_share"] = 0.0
    with pytest.raises(WeightingError, match="of 150 replicates failed"):
        weigh(inputs(responses=rows), settings(**declared))


def test_a_bootstrap_of_few_draws_is_refused_before_and_after_some_fail() -> None:
    for n in (1, 12, 29, 5001):
        with pytest.raises(PulsoError, match=r"replicates\.n must be between 30 and 5000: an error of so few draws"):
            Replicates(n=n)
    error = refusal(trim={"k": 2.1}, replicates={"n": 40, "seed": 3, "max_failed_share": 1.0})
    assert "of 40 replicates are left, fewer than the 30" in str(error) and "replicates.n" in error.remedy
    # The remedies: more draws, a cap that leaves room, or the jackknife, which draws none.
    for given in ({"trim": {"k": 2.1}, "replicates": {"n": 150, "seed": 3, "max_failed_share": 1.0}},
                  {"trim": {"k": 5.0}, "replicates": {"n": 40, "seed": 3, "max_failed_share": 1.0}},
                  {"replicates": {"method": "jkn", "n": 2, "max_groups": 40}}):  # fmt: skip
        made = weigh(inputs(), settings(**given)).record.replicates
        assert made is not None and made.used >= 30


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: given_base(pd.Series([1.0, 0.0], name="W")), "column W: 1 weights are missing, zero or negative"),
        (lambda: area_base(pd.DataFrame({"p": [0.5, 1.2]})), "row 2, column p: 1.2 is not a probability"),
        (lambda: frame_expansion({"a": 10.0}, {"a": 11.0}), "11 numbers released from a frame of 10"),
    ],
)
def test_base_weights_that_cannot_be(call, words) -> None:
    with pytest.raises(WeightingError, match=words):
        call()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"calibration": {"margins": []}}, "calibration.margins is empty"),
        ({"calibration": {**_calibration(), "method": "logit"}}, "needs bounds"),
        ({"calibration": {**_calibration(), "bounds": [0.5, 2]}}, "takes no bounds"),
        ({"calibration": {**_calibration(), "min_respondents": 5}}, "at least 10"),
        ({"calibration": None}, "trim keeps a calibration"),
        ({"control_totals": None}, "control_totals is missing"),
        ({"within": None}, "within"),
        ({"nonresponse": {"classes": ["zone"]}}, "needs attempts"),
        ({"nonresponse": {"method": "propensity"}, "attempts": ATTEMPTS}, "nonresponse.predictors"),
        ({"trim": {"k": 1.0}}, "trim.k must be above 1"),
        ({"collapse": [{"item": "age_item", "merge": [1, 1]}]}, "two different codes"),
    ],
)
def test_settings_that_contradict_themselves(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(PulsoError, match=words):
        settings(**changes)


def test_a_folio_twice_and_no_rows() -> None:
    rows = responses()
    rows.loc[1, "folio"] = rows.loc[0, "folio"]
    assert "is there twice" in str(refusal(responses=rows))
    assert "no responses" in str(refusal(responses=rows.iloc[:0]))
