"""A replicate goes through every step again with the full sample's rules: done once more by other means."""

from dataclasses import replace

import numpy as np
import pandas as pd

from pulsometro.estimation import Calibration, Domain, Settings, Share, SurveyDesign, estimate
from pulsometro.estimation import Replicates as ReplicateColumns
from pulsometro.weighting.arrays import codes_of
from pulsometro.weighting.calibration.margins import Margin, margin_from_labels
from pulsometro.weighting.calibration.methods import calibrate
from pulsometro.weighting.calibration.trimming import Caps, area_caps, trim
from pulsometro.weighting.chain import weigh
from pulsometro.weighting.replicates.multipliers import rao_wu
from tests.weighting.editions import TOTALS, attempts, drawn_in, inputs, responses, settings

ATTEMPTS = {"number": "number", "attempt": "attempt", "disposition": "disposition"}
ADULTS = TOTALS[(TOTALS["source"] == "conapo") & (TOTALS["reference_date"] == "2012-07-01")]


def margins_of(rows: pd.DataFrame) -> tuple[Margin, ...]:
    """Sex and age group within the municipality, whichever rows are there."""
    made = []
    for item, column in (("sex_item", "sex"), ("age_item", "age_group")):
        sums = ADULTS.groupby(["cve_geo", column])["population"].sum()
        totals = {(str(area), f"{level:.0f}"): float(people) for (area, level), people in sums.items()}
        made.append(margin_from_labels(item, rows["area"], rows[item].astype(str), totals))
    return tuple(made)


def test_a_replicate_done_again_one_row_a_draw() -> None:
    """Nonresponse factors counted from the units drawn; calibration and trimming on as many rows as draws."""
    rows = responses()
    called = attempts(rows)
    declared = settings(
        attempts=ATTEMPTS,
        nonresponse={"classes": ["zone"]},
        trim={"k": 3},
        replicates={"n": 40, "seed": 8, "max_failed_share": 0.25},
    )
    made = weigh(inputs(responses=rows, attempts=called), declared)
    final = called[called["attempt"] == 2]
    silent = final[final["disposition"].isin(["2.11", "2.2", "3.1"])].sort_values(["area", "number"])
    known = final["disposition"].isin(["1.1", "2.11", "2.2"])
    ineligible = final["disposition"] == "4.3"
    e = final[known].groupby("area").size() / final[known | ineligible].groupby("area").size()
    share = np.where(silent["disposition"] == "3.1", silent["area"].map(e), 1.0)

    stratum = np.concatenate([rows["area"], silent["area"]])
    psu = np.concatenate([rows["folio"], [f"\x00{k}" for k in range(len(silent))]])
    drawn = rao_wu(stratum, psu, 3, 8, order=drawn_in(rows, made.weights, len(silent))).values[2]
    mine, theirs = drawn[: len(rows)], drawn[len(rows) :]

    classes = rows["area"] + rows["zone"].astype(str)
    answered = pd.Series(mine).groupby(classes.to_numpy()).sum()
    others = pd.Series(theirs * share).groupby((silent["area"] + silent["zone"].astype(str)).to_numpy()).sum()
    factor = classes.map((answered + others) / answered).to_numpy()
    completes = pd.Series(mine).groupby(rows["area"].to_numpy()).sum()
    people = ADULTS.groupby("cve_geo")["population"].sum()
    household = np.minimum(rows["adults"], 4) / np.minimum(rows["lines"], 3)
    base = rows["area"].map(people / completes).to_numpy() * household.to_numpy(float)
    inside = base * factor
    before, after = (pd.Series(mine * w).groupby(rows["area"].to_numpy()).sum() for w in (base, inside))
    inside = inside * rows["area"].map(before / after).to_numpy()

    # A respondent drawn twice stands as two rows, each of a unit's weight.
    size = pd.Series(rows["area"]).map(pd.Series(stratum).value_counts()).to_numpy()
    times = np.rint(mine * (size - 1) / size).astype(int)
    unit = np.repeat(inside * size / (size - 1), times)
    copies = rows.loc[rows.index.repeat(times)].reset_index(drop=True)
    calibrated = calibrate(unit, margins_of(copies)).weights
    full = calibrate(made.weights["base_weight"].to_numpy(), margins_of(rows)).weights
    caps = area_caps(full, codes_of(rows["area"])[1], 3)
    codes = codes_of(copies["area"])[1]
    per_area = pd.Series(size / (size - 1)).groupby(codes_of(rows["area"])[1]).first().to_numpy()
    limits = Caps(caps.median, caps.low, caps.high * per_area)
    assert (calibrated > limits.high[codes]).any()
    trimmed = trim(calibrated, margins_of(copies), codes, limits).weights
    ours = pd.Series(trimmed).groupby(copies["folio"].to_numpy()).sum()
    theirs_again = made.weights.set_index("folio")["rep_003"]
    np.testing.assert_allclose(ours, theirs_again[theirs_again > 0].sort_index(), rtol=1e-7)
    assert set(theirs_again[theirs_again == 0].index).isdisjoint(ours.index)


def test_completes_are_counted_anew_when_nothing_calibrates() -> None:
    """Population over completes: a replicate with fewer completes expands each of them more."""
    rows = responses()
    made = weigh(
        inputs(responses=rows),
        settings(base={"kind": "telephone_completes"}, strata="zone", calibration=None, trim=None),
    ).weights
    people = ADULTS.groupby("cve_geo")["population"].sum().to_numpy()
    areas = rows.set_index("folio").loc[made["folio"], "area"].to_numpy()
    for name in ("weight", "rep_001", "rep_032"):
        np.testing.assert_allclose(made.groupby(areas)[name].sum().to_numpy(), people, rtol=1e-12)
    # Households differ in adults: the sum is then no constant, and its variance is in the replicates.
    other = weigh(inputs(responses=rows), settings(strata="zone", calibration=None, trim=None)).weights
    sums = other[[f"rep_{k:03d}" for k in range(1, 33)]].sum()
    assert sums.std() > 0.001 * sums.mean()


def test_replicates_and_linearised_residuals_agree() -> None:
    """Also in municipalities whose margin cells were merged: no bias, and the spread of 400 replicates."""
    rows = responses(per_area=300)
    generator = np.random.default_rng(4)
    for number in range(12):
        lean = 0.2 + 0.05 * number + 0.15 * (rows["sex_item"] == 1) + 0.1 * (rows["age_item"] == 4)
        rows[f"y{number}"] = (generator.random(len(rows)) < lean).astype(int)
    made = weigh(
        inputs(responses=rows),
        settings(
            calibration={"margins": [{"items": ["sex_item", "age_item"]}], "min_respondents": 10},
            collapse=[{"item": "age_item", "merge": [3, 4], "below": 20}],
            trim=None,
            replicates={"n": 400, "seed": 5},
        ),
    )
    merged = {entry.area for entry in made.record.calibration.collapsed}
    assert 0 < len(merged) < 9
    data = made.weights.merge(rows, on="folio")
    names = tuple(column for column in data if column.startswith("rep_"))
    design = SurveyDesign(data, "weight", strata="stratum", replicates=ReplicateColumns.bootstrap(names))
    variables = [Share(f"y{number}", f"y{number}", (1,)) for number in range(12)]
    domains = [Domain(), Domain(("area",))]
    by_replicates = estimate(design, variables, domains, settings=Settings(method="replicates"))
    plain = replace(design, replicates=None, calibration=Calibration("base_weight", (("margin_1",),)))
    linearised = estimate(plain, variables, domains, settings=Settings(method="calibrated"))
    ratio = by_replicates["se"].to_numpy() / linearised["se"].to_numpy()
    # An SE from 400 replicates varies by 3.5 % of itself; its mean over 120 of them by far less.
    assert abs(ratio.mean() - 1) < 0.015
    assert ratio.std() < 0.06
    collapsed_there = by_replicates["domain"].isin(merged).to_numpy()
    assert abs(ratio[collapsed_there].mean() - 1) < 0.025
