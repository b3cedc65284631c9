"""From responses to weights and record: every step, together and alone."""

import json
from datetime import date
from typing import Any

import joblib
import numpy as np
import pandas as pd
import pytest

from pulsometro.weighting.chain import weigh
from pulsometro.weighting.dual_frame import hartley, multiplicity
from pulsometro.weighting.errors import WeightingError
from pulsometro.weighting.nonresponse.adjustment import propensity_classes
from pulsometro.weighting.replicates.multipliers import jkn, rao_wu
from tests.weighting.editions import COVERAGE, TOTALS, attempts, drawn_in, inputs, responses, settings

ATTEMPTS = {"number": "number", "attempt": "attempt", "disposition": "disposition"}


@pytest.fixture(scope="module")
def edition() -> Any:
    return weigh(inputs(), settings(coverage={"file": "c", "frames": ["landline"]}, indicators=["insecure"]))


def conapo(area: str | None = None) -> pd.DataFrame:
    rows = TOTALS[(TOTALS["source"] == "conapo") & (TOTALS["reference_date"] == "2012-07-01")]
    return rows if area is None else rows[rows["cve_geo"] == area]


def test_every_margin_of_every_municipality_is_met(edition) -> None:
    rows = responses().merge(edition.weights, on="folio")
    for item, column in (("sex_item", "sex"), ("age_item", "age_group")):
        ours = rows.groupby(["area", item])["weight"].sum()
        theirs = conapo().groupby(["cve_geo", column])["population"].sum()
        np.testing.assert_allclose(ours.to_numpy(), theirs.to_numpy(), rtol=1e-9)
        for name in ("rep_001", "rep_032"):
            np.testing.assert_allclose(
                rows.groupby(["area", item])[name].sum().to_numpy(), theirs.to_numpy(), rtol=1e-9
            )


def test_base_weights_are_what_the_design_says(edition) -> None:
    rows = responses()
    first = rows.iloc[0]
    expected = conapo("19006")["population"].sum() / 120 * min(first["adults"], 4) / min(first["lines"], 3)
    assert edition.weights["base_weight"].iloc[0] == pytest.approx(expected)


def test_columns_and_design_ids(edition) -> None:
    columns = list(edition.weights.columns)
    assert columns[:7] == ["folio", "stratum", "psu", "base_weight", "weight", "margin_1", "margin_2"]
    assert columns[7:] == [f"rep_{k:03d}" for k in range(1, 33)]
    assert (edition.weights["psu"] == edition.weights["folio"]).all()
    assert set(edition.weights["stratum"]) == set(TOTALS["cve_geo"])


def test_the_record_says_what_was_done(edition) -> None:
    record = edition.record
    content = json.loads(json.dumps(record.to_dict()))
    assert content["calibration"]["method"] == "raking"
    assert {c["area"] for c in content["calibration"]["convergence"]} == set(TOTALS["cve_geo"])
    assert all(abs(cell["points_after"]) < 1e-6 for cell in content["calibration"]["cells"])
    assert max(abs(cell["z_before"]) for cell in content["calibration"]["cells"]) > 2
    women = next(b for b in record.balance if b.variable == "sex_item" and b.level == "2")
    assert women.smd_before > 0.1
    assert women.smd_after == pytest.approx(0.0, abs=1e-7)
    assert women.target == pytest.approx(conapo().groupby("sex")["population"].sum()[2] / conapo()["population"].sum())
    assert any(b.variable == "insecure" and b.target is None for b in record.balance)
    total = record.final[-1]
    weights = edition.weights["weight"].to_numpy()
    assert total.area == "total"
    assert total.n_eff == pytest.approx(weights.sum() ** 2 / np.sum(weights**2))
    assert total.deff_kish == pytest.approx(1 + total.cv**2)
    low = min(record.coverage, key=lambda c: c.share)
    assert low.share < 0.41
    source = record.calibration.sources[0]
    assert (source.source, source.reference_date, source.too_old) == ("conapo", "2012-07-01", False)


def test_balance_is_told_of_the_populations_own_levels_where_cells_were_merged() -> None:
    rows = responses(per_area=300)
    made = weigh(
        inputs(responses=rows),
        settings(
            calibration={"margins": [{"items": ["sex_item", "age_item"]}], "min_respondents": 10},
            collapse=[{"item": "age_item", "merge": [3, 4], "below": 20}],
            trim=None,
            replicates=None,
        ),
    )
    assert made.record.calibration.collapsed
    found = {(b.variable, b.level): b for b in made.record.balance}
    assert set(found) == {("sex_item", "1"), ("sex_item", "2")} | {("age_item", str(k)) for k in range(1, 5)}
    weights = made.weights["weight"].to_numpy()
    for level in range(1, 5):
        entry, here = found["age_item", str(level)], (rows["age_item"] == level).to_numpy()
        target = conapo()[conapo()["age_group"] == level]["population"].sum() / conapo()["population"].sum()
        assert entry.target == pytest.approx(target)
        assert entry.after == pytest.approx(weights[here].sum() / weights.sum())
        assert entry.smd_after == pytest.approx((entry.after - target) / np.sqrt(target * (1 - target)), abs=1e-7)
    # What was merged may stay off; what was not is met, and the two that were make up for each other.
    assert abs(found["age_item", "2"].smd_after) < 1e-7 < abs(found["age_item", "4"].smd_after)
    off = [found["age_item", level].after - found["age_item", level].target for level in ("3", "4")]
    assert sum(off) == pytest.approx(0, abs=1e-12)


def test_pairs_of_weights_are_everybodys_within_half_a_step(edition) -> None:
    pairs = edition.record.base_final
    weights, areas = edition.weights, edition.weights["stratum"]
    assert sum(pair.n for pair in pairs) == len(weights)
    relative = weights[["base_weight", "weight"]] / weights.groupby(areas)[["base_weight", "weight"]].transform("mean")
    for area in ("19018", "19039"):
        mine = [pair for pair in pairs if pair.area == area]
        assert sum(pair.n for pair in mine) == 120
        for column, name in (("base_weight", "base"), ("weight", "final")):
            steps = np.repeat([getattr(pair, name) for pair in mine], [pair.n for pair in mine])
            exact = np.sort(relative.loc[areas == area, column].to_numpy())
            assert (np.abs(np.log10(np.sort(steps) / exact)) <= 0.5 / 20 + 1e-6).all()
    unmoved = weigh(inputs(), settings(calibration=None, trim=None, replicates=None))
    assert unmoved.record.base_final == ()


def test_a_coverage_table_that_lacks_a_place_is_refused() -> None:
    declared = settings(coverage={"file": "c", "frames": ["landline"]}, replicates=None)
    table = COVERAGE[COVERAGE["cve_geo"] != "19018"]
    with pytest.raises(WeightingError, match="c has no row for it") as caught:
        weigh(inputs(coverage=table), declared)
    assert caught.value.area == "19018"


def test_two_sources_that_disagree_are_shown(edition) -> None:
    warned = [gap for gap in edition.record.calibration.gaps if gap.warn]
    assert [(gap.area, gap.other_source) for gap in warned] == [("19018", "geometric_2010_2020")]
    assert warned[0].gap == pytest.approx(0.07, abs=0.003)
    assert any("19018" in text and "+7.0 %" in text for text in edition.record.warnings)
    shown = [gap for gap in edition.record.calibration.gaps if gap.other_source == "census_2020"]
    assert len(shown) == 9


def test_totals_that_are_too_old_are_warned_about() -> None:
    made = weigh(inputs(on=date(2018, 5, 1)), settings(replicates=None))
    assert all(source.too_old for source in made.record.calibration.sources)
    assert any("years from the fieldwork" in text for text in made.record.warnings)


def test_rows_in_another_order_give_the_same_table(edition) -> None:
    turned = weigh(inputs(responses=responses().sample(frac=1, random_state=9)), settings()).weights
    pd.testing.assert_frame_equal(turned, edition.weights)


def test_trimming_is_bounded_by_the_cap_fixed_before_it() -> None:
    before = weigh(inputs(), settings(trim=None, replicates=None)).weights
    made = weigh(inputs(), settings(trim={"k": 2.5}, replicates={"n": 60, "seed": 8, "max_failed_share": 0.5}))
    area = before["stratum"]
    cap = 2.5 * before.groupby(area)["weight"].median()
    final = made.weights["weight"]
    assert (final.to_numpy() <= area.map(cap).to_numpy() * (1 + 1e-9)).all()
    held = int((before["weight"] > area.map(cap)).sum())
    assert held > 0
    entry = made.record.trim
    assert sum(a.at_cap for a in entry.areas) >= held
    one = entry.areas[0]
    assert one.cap == pytest.approx(2.5 * one.median)
    assert sum(a.moved for a in entry.areas) == pytest.approx(np.maximum(before["weight"] - final, 0).sum(), rel=1e-6)
    # A unit drawn twice is two units under the cap: multiplier 120/119 per draw.
    for name in [column for column in made.weights if column.startswith("rep_")][:2]:
        times = made.weights[name].to_numpy() / area.map(cap).to_numpy()
        order = drawn_in(responses(), made.weights)
        drawn = rao_wu(made.weights["stratum"], made.weights["psu"], 12, 8, order=order).values[int(name[-3:]) - 1]
        assert (times <= drawn * (1 + 1e-9)).all()


def test_a_metropolitan_margin_beside_the_municipal_ones() -> None:
    totals = TOTALS.copy()
    school = totals[totals["schooling"].notna()].assign(source="conapo", reference_date="2012-07-01")
    columns = {"sex_item": "sex", "age_item": "age_group", "school_item": "schooling"}
    declared = settings(
        control_totals={"file": "t", "source": "conapo", "columns": columns},
        calibration={
            "margins": [
                {"items": ["sex_item"]},
                {"items": ["age_item"]},
                {"items": ["school_item"], "within": False, "totals": "shares"},
            ],
            "min_respondents": 10,
        },
    )
    made = weigh(inputs(control_totals=pd.concat([totals, school], ignore_index=True)), declared)
    rows = responses().merge(made.weights, on="folio")
    shares = rows.groupby("school_item")["weight"].sum() / rows["weight"].sum()
    expected = school.groupby("schooling")["population"].sum() / school["population"].sum()
    np.testing.assert_allclose(shares.to_numpy(), expected.to_numpy(), rtol=1e-9)
    sexes = rows.groupby(["area", "sex_item"])["weight"].sum()
    np.testing.assert_allclose(
        sexes.to_numpy(), conapo().groupby(["cve_geo", "sex"])["population"].sum().to_numpy(), rtol=1e-9
    )
    assert [c.area for c in made.record.calibration.convergence] == [""]
    assert not made.record.replicates.failed


@pytest.mark.parametrize("nonresponse", [{"classes": ["zone"]}, {"method": "propensity", "predictors": ["zone"]}])
def test_nonresponse_acts_between_classes_and_keeps_the_area_sum(nonresponse) -> None:
    rows = responses()
    called = attempts(rows)
    plain = weigh(inputs(responses=rows), settings(calibration=None, trim=None, replicates=None)).weights
    made = weigh(
        inputs(responses=rows, attempts=called),
        settings(calibration=None, trim=None, attempts=ATTEMPTS, nonresponse=nonresponse, replicates={"n": 30}),
    )
    ratio = made.weights["weight"] / plain["weight"]
    sums = made.weights.groupby("stratum")["weight"].sum()
    np.testing.assert_allclose(sums.to_numpy(), plain.groupby("stratum")["weight"].sum().to_numpy(), rtol=1e-12)
    # Zone 1 answered less: its respondents stand for more.
    zone = rows["zone"].to_numpy()
    assert ratio[zone == 1].mean() > 1 > ratio[zone == 2].mean()
    assert made.record.nonresponse.keep_area_sum
    assert len(made.record.outcome_rates) == 10
    # Replicates draw the silent numbers too, so the factors are not the full sample's.
    drawn = made.weights["rep_001"] / plain["weight"]
    assert len({round(value, 6) for value in drawn[(zone == 1) & (drawn > 0)] / drawn[drawn > 0].min()}) > 2


def test_interviews_lost_to_quarantine_keep_their_weight() -> None:
    """Ten interviews of one class are in the call attempts and not in the responses."""
    rows = responses()
    called = attempts(rows)
    lost = rows.index[(rows["area"] == "19039") & (rows["zone"] == 1)][:10]
    frame = pd.DataFrame({"area": sorted(rows["area"].unique()), "frame_numbers": 50_000})
    declared = settings(
        base={"kind": "telephone_frame", "frame": "frame.csv"},
        calibration=None,
        trim=None,
        attempts=ATTEMPTS,
        nonresponse={"classes": ["zone"]},
        replicates={"n": 30},
    )
    whole = weigh(inputs(responses=rows, attempts=called, frame=frame), declared).weights
    part = weigh(inputs(responses=rows.drop(lost), attempts=called, frame=frame), declared).weights
    sums = [table.groupby("stratum")["weight"].sum()["19039"] for table in (whole, part)]
    assert sums[1] == pytest.approx(sums[0], rel=1e-12)
    with pytest.raises(WeightingError, match="120 responses but 119 interviews"):
        weigh(inputs(responses=rows, attempts=called[called["number"] != "t000000"], frame=frame), declared)


def test_a_frame_count_gives_the_expansion() -> None:
    rows = responses()
    frame = pd.DataFrame({"area": sorted(rows["area"].unique()), "frame_numbers": 50_000})
    base = {"kind": "telephone_frame", "frame": "frame.csv"}
    made = weigh(
        inputs(responses=rows, attempts=attempts(rows), frame=frame),
        settings(base=base, calibration=None, trim=None, replicates=None, attempts=ATTEMPTS),
    )
    assert made.weights["weight"].unique() == pytest.approx([50_000 / 480])
    counted = frame.assign(released_numbers=250)
    made = weigh(
        inputs(responses=rows, frame=counted), settings(base=base, calibration=None, trim=None, replicates=None)
    )
    assert made.weights["weight"].unique() == pytest.approx([200.0])


def test_a_given_weight_passes_through() -> None:
    rows = responses().assign(FACTOR=np.arange(1.0, 1081.0), E="s", U=[f"u{k // 4}" for k in range(1080)])
    made = weigh(
        inputs(responses=rows, control_totals=None),
        settings(
            base={"kind": "given", "weight": "FACTOR"},
            strata="E",
            psu="U",
            within=None,
            control_totals=None,
            calibration=None,
            trim=None,
            replicates=None,
            limits={"max_to_median": 10},
        ),
    )
    assert list(made.weights.columns) == ["folio", "stratum", "psu", "base_weight", "weight"]
    assert (made.weights["weight"].to_numpy() == rows["FACTOR"].to_numpy()).all()
    assert set(made.weights["psu"]) == set(rows["U"])


def test_an_area_sample_multiplies_its_stages() -> None:
    rows = responses().assign(p1=0.5, p2=0.1)
    made = weigh(
        inputs(responses=rows),
        settings(base={"kind": "area", "probabilities": ["p1", "p2"]}, calibration=None, trim=None, replicates=None),
    )
    assert made.weights["weight"].unique() == pytest.approx([20.0])


def test_jackknife_with_random_groups() -> None:
    made = weigh(inputs(), settings(replicates={"method": "jkn", "max_groups": 45, "seed": 1})).record.replicates
    assert made.groups == made.used == 45
    assert made.scale == 1.0
    assert set(made.rscales) == {0.8}


def test_jackknife_groups_leave_out_whole_psus_once() -> None:
    psu = np.repeat(np.arange(300), 2)
    made = jkn(np.repeat(["a", "b"], 300), psu, max_groups=20, seed=4)
    gone = made.values == 0
    assert (gone.sum(axis=0) == 1).all()
    assert (gone[:, ::2] == gone[:, 1::2]).all()
    assert len(made.values) == 20


def test_rao_wu_with_a_finite_population_correction() -> None:
    """λ = √(1 − n/N): multipliers shrink towards 1; with everybody in the sample they are 1."""
    stratum, psu = np.repeat("a", 10), np.arange(10)
    plain = rao_wu(stratum, psu, 50, 3).values
    half = rao_wu(stratum, psu, 50, 3, population_psus=np.full(10, 20.0)).values
    np.testing.assert_allclose(half - 1, np.sqrt(0.5) * (plain - 1))
    np.testing.assert_allclose(rao_wu(stratum, psu, 5, 3, population_psus=np.full(10, 10.0)).values, 1.0)
    with pytest.raises(WeightingError, match="number of PSUs in the population"):
        rao_wu(stratum, psu, 5, 3, population_psus=np.full(10, 9.0))


def test_replicate_variance_of_a_mean_is_the_textbook_one() -> None:
    """Rao–Wu: unbiased for s²/n of a simple random sample, within Monte-Carlo error."""
    values = np.random.default_rng(1).normal(size=40)
    multipliers = rao_wu(np.repeat("a", 40), np.arange(40), 4000, 5).values
    variance = np.mean((multipliers @ values / 40 - values.mean()) ** 2)
    assert variance == pytest.approx(values.var(ddof=1) / 40, rel=0.08)


def test_replicates_are_the_same_with_more_jobs(edition) -> None:
    with joblib.parallel_config(backend="threading"):
        made = weigh(inputs(), settings(replicates={"n": 60, "seed": 8, "jobs": 2})).weights
    first = made.drop(columns=[f"rep_{k:03d}" for k in range(33, 61)])
    pd.testing.assert_frame_equal(first, edition.weights)


def test_propensity_classes_follow_the_response_rate() -> None:
    units = pd.DataFrame({"zone": ["a"] * 100 + ["b"] * 100 + ["c"] * 100})
    responded = np.concatenate([np.arange(100) < share for share in (80, 50, 20)])
    classes = propensity_classes(units, responded, np.ones(300), ["zone"], 3)
    assert [int(classes[k]) for k in (0, 100, 200)] == [2, 1, 0]


def test_dual_frame_estimates_the_union_once() -> None:
    """A census of both frames: composite and multiplicity weights count everybody once."""
    first = np.array([True] * 6 + [False] * 5)
    both = np.array([False] * 3 + [True] * 3 + [True] * 3 + [False] * 2)
    weights = np.ones(11)
    for made in (hartley(weights, first, both, 0.3), hartley(weights, first, both), multiplicity(weights, first, both)):
        assert made.weights.sum() == pytest.approx(8.0)
        assert (made.first_only, made.overlap_first, made.overlap_second, made.second_only) == (3, 3, 3, 2)
    assert hartley(weights, first, both).theta == pytest.approx(0.5)
    with pytest.raises(WeightingError, match="drawn from the second frame"):
        hartley(weights, first, both & first)


def test_dual_frame_in_the_chain() -> None:
    rows = responses()
    generator = np.random.default_rng(3)
    rows = rows.assign(frame=generator.choice([1, 2], len(rows)), other=generator.choice([1, 2], len(rows)))
    declared = {"method": "hartley", "frame": "frame", "first": 1, "other": "other", "theta": 0.25}
    made = weigh(inputs(responses=rows), settings(dual_frame=declared))
    plain = weigh(inputs(responses=rows), settings())
    ratio = made.weights["base_weight"] / plain.weights["base_weight"]
    assert set(np.round(ratio, 6)) == {0.25, 0.75, 1.0}
    assert made.record.dual_frame.theta == 0.25
