"""All steps in order, from responses to weights and their record: pure, no file is touched."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
import pandas as pd

from pulsometro.disclosure.local_suppression import secret_places
from pulsometro.settings.base_weight_settings import Given
from pulsometro.settings.calibration_settings import Calibration, Trim
from pulsometro.settings.weighting_settings import WeightingSettings
from pulsometro.weighting import record as r
from pulsometro.weighting.arrays import Floats, Ints, codes_of
from pulsometro.weighting.base.base_step import base_weights
from pulsometro.weighting.base.blur import blur_factors
from pulsometro.weighting.calibration.margin_design import MarginDesign, check_areas, design_margins
from pulsometro.weighting.calibration.margins import Margin
from pulsometro.weighting.calibration.methods import calibrate
from pulsometro.weighting.calibration.trimming import Caps, area_caps, trim
from pulsometro.weighting.content_order import content_rank
from pulsometro.weighting.control_totals import Totals, load_totals
from pulsometro.weighting.diagnostics import (
    balance_of_items,
    balance_of_targets,
    margins_off,
    paired_weights,
    refuse_absurd,
    spread,
)
from pulsometro.weighting.dual_frame import DualFrameWeights, hartley, multiplicity
from pulsometro.weighting.errors import WeightingError, need_column
from pulsometro.weighting.item_meanings import refuse_meanings
from pulsometro.weighting.nonresponse.nonresponse_step import nonresponse_plan, read_fieldwork
from pulsometro.weighting.population_sum import refuse_sum
from pulsometro.weighting.replicates.replicate_step import FullSample, add_replicates, design_ids
from pulsometro.weighting.study_key import fingerprint
from pulsometro.weighting.totals_doubts import doubts_of, with_doubts
from pulsometro.weighting.totals_grid import Codes
from pulsometro.weighting.warnings import coverage_record, trim_areas, warnings_of


@dataclass(frozen=True)
class Inputs:
    """What weighting reads. ``responses``: one row per respondent, ``folio`` unique, missing
    answers of the items used here as NA; ``on``: middle of the fieldwork; ``areas``: those the
    study covers (None: all of the totals' table); ``places``: their names, for warnings; ``released``: the columns
    that partners get (None: all but the folio): random draws follow their values, and nothing that stays hidden;
    ``emptied``: those of them that are empty in some rows; ``key``: the study's, for the blur that settings declare and
    the order of rows that are released alike; ``codes``: item → code → label, of the questionnaire."""

    wave: str
    on: date
    responses: pd.DataFrame
    control_totals: pd.DataFrame | None = None
    areas: tuple[str, ...] | None = None
    attempts: pd.DataFrame | None = None
    frame: pd.DataFrame | None = None
    coverage: pd.DataFrame | None = None
    places: Mapping[str, str] = field(default_factory=dict)
    released: tuple[str, ...] | None = None
    codes: Codes = field(default_factory=dict)
    emptied: tuple[str, ...] = ()
    key: bytes | None = None


@dataclass(frozen=True)
class Weighted:
    """``weights``: the table of weights.parquet (folio, stratum, psu, base_weight, weight,
    margin_1 …, rep_001 …); ``record``: what weighting.json holds."""

    weights: pd.DataFrame
    record: r.WeightingRecord


@dataclass(frozen=True)
class _Calibrated:
    weights: Floats
    design: MarginDesign
    caps: Caps | None
    calibration: r.CalibrationRecord
    trim: r.TrimRecord | None


def weigh(inputs: Inputs, settings: WeightingSettings) -> Weighted:
    """Weigh one wave as ``settings`` declare.

    ``base_weight`` in the result is the weight that calibration starts from (after
    nonresponse). Raises WeightingError, naming municipality, margin and cell, for every step
    that is not sound.
    """
    responses = _ordered(inputs.responses)
    areas = _areas(responses, settings)
    totals = _totals(inputs, settings)
    refuse_meanings(responses, areas, settings, inputs.codes, totals.areas if totals is not None else inputs.areas)
    fieldwork = read_fieldwork(inputs.attempts, settings)
    design_weights, base_entry = base_weights(responses, areas, settings, totals, inputs.frame, fieldwork, inputs.wave)
    design_weights, dual = _dual_frame(responses, areas, design_weights, settings)
    blurred = _blur(responses, design_weights, inputs, settings)
    design_weights = design_weights if blurred is None else blurred[0]
    nonresponse = nonresponse_plan(responses, areas, design_weights, fieldwork, settings)
    plan = None if nonresponse is None else nonresponse.plan
    base = design_weights if plan is None else design_weights * plan.factors(design_weights)[0][plan.of_respondent]
    released = _released(responses, inputs)
    ties = _ties(responses, inputs)
    coverage = _coverage(inputs, areas, settings)
    doubts = doubts_of(totals, coverage, settings)
    try:
        calibrated = _calibrate(responses, areas, base, settings, totals, content_rank(released.assign(ties=ties)))
    except WeightingError as error:
        raise with_doubts(error, doubts) from None
    final = base if calibrated is None else calibrated.weights
    margins = () if calibrated is None else calibrated.design.margins
    targets = {} if calibrated is None else calibrated.design.targets
    # How far a producer's own weights spread is not ours to refuse.
    given = calibrated is None and isinstance(settings.base, Given)
    most = np.inf if given else settings.limits.max_to_median
    refuse_absurd(final, areas, margins, settings.limits.min_weight, most)
    _refuse_sum(final, areas, totals, coverage, settings)
    caps = None if calibrated is None else calibrated.caps
    table = _table(responses, base, final, margins, settings)
    order = content_rank(released.assign(stratum=table["stratum"].to_numpy(), weight=final, ties=ties))
    full = FullSample(design_weights, codes_of(areas)[1], nonresponse, margins, caps, order)
    table, replicates = add_replicates(table, responses, full, settings)
    result = r.WeightingRecord(
        wave=inputs.wave,
        n=len(responses),
        areas=tuple(str(name) for name in np.unique(areas)),
        within=settings.within,
        strata=settings.strata,
        psu=settings.psu,
        base=base_entry,
        dual_frame=dual,
        blur=None if blurred is None else blurred[1],
        outcome_rates=() if fieldwork is None else fieldwork.rates,
        nonresponse=None if nonresponse is None else nonresponse.entry,
        calibration=None if calibrated is None else calibrated.calibration,
        trim=None if calibrated is None else calibrated.trim,
        replicates=replicates,
        coverage=coverage,
        balance=balance_of_targets(responses, targets, base, final)
        + balance_of_items(responses, settings.indicators, base, final),
        base_final=paired_weights(base, final, areas),
        final=spread(final, areas),
        warnings=(),
    )
    told = [doubt.told(inputs.places) for doubt in doubts]
    return Weighted(table, replace(result, warnings=(*told, *warnings_of(result, inputs.places))))


def _ordered(responses: pd.DataFrame) -> pd.DataFrame:
    """Rows by folio: results do not depend on the order in which the file came."""
    if not len(responses):
        raise WeightingError("there are no responses", "look at the wave's quarantine")
    if responses["folio"].duplicated().any():
        folio = responses.loc[responses["folio"].duplicated(), "folio"].iloc[0]
        raise WeightingError(f"folio {folio} is there twice", "quarantine one of the rows")
    return responses.assign(folio=responses["folio"].astype(str)).set_index("folio", drop=False).sort_index()


def _released(responses: pd.DataFrame, inputs: Inputs) -> pd.DataFrame:
    """What partners get of the answers."""
    names = [name for name in responses if name != "folio"] if inputs.released is None else list(inputs.released)
    return responses[[name for name in names if name in responses]]


def _ties(responses: pd.DataFrame, inputs: Inputs) -> Ints:
    """(n,) order of rows that are released alike but for values that may be empty: a secret one, of the whole record.

    In the order of the folios, or of such values themselves, the draws would give these back.
    """
    if inputs.key is None or not inputs.emptied:
        return np.zeros(len(responses), dtype=np.int64)
    return secret_places(responses.drop(columns="folio"), f"{inputs.wave} draws", inputs.key)


def _areas(responses: pd.DataFrame, settings: WeightingSettings) -> np.ndarray:
    if settings.within is None:
        return np.full(len(responses), "all")
    named = need_column(responses, settings.within, "within")
    if named.isna().any():
        raise WeightingError(
            f"{int(named.isna().sum())} respondents have no {settings.within}",
            "quarantine them or find their municipality",
        )
    return named.astype(str).to_numpy(dtype=str)


def _totals(inputs: Inputs, settings: WeightingSettings) -> Totals | None:
    if settings.control_totals is None:
        return None
    if inputs.control_totals is None:
        raise WeightingError(f"{settings.control_totals.file} was not given", "put the table of totals in its place")
    return load_totals(inputs.control_totals, settings.control_totals, inputs.on, inputs.areas, inputs.codes)


def _dual_frame(
    responses: pd.DataFrame, areas: np.ndarray, weights: Floats, settings: WeightingSettings
) -> tuple[Floats, r.DualFrameRecord | None]:
    declared = settings.dual_frame
    if declared is None:
        return weights, None
    for column in (declared.frame, declared.other):
        if need_column(responses, column, "dual_frame").isna().any():
            raise WeightingError(f"{column} is missing for some respondents", "quarantine them or ask again")
    first = (responses[declared.frame] == declared.first).to_numpy(dtype=bool)
    both = (responses[declared.other] == declared.reachable).to_numpy(dtype=bool)
    made: DualFrameWeights = (
        hartley(weights, first, both, declared.theta)
        if declared.method == "hartley"
        else multiplicity(weights, first, both)
    )
    entry = r.DualFrameRecord(
        declared.method,
        made.theta,
        made.first_only,
        made.overlap_first,
        made.overlap_second,
        made.second_only,
        spread(made.weights, areas),
    )
    return made.weights, entry


def _blur(
    responses: pd.DataFrame, weights: Floats, inputs: Inputs, settings: WeightingSettings
) -> tuple[Floats, r.BlurRecord] | None:
    declared = settings.blur
    if declared is None:
        return None
    if inputs.key is None:
        raise WeightingError("there is no key for the blur", "give the study's key, or leave out weighting.blur")
    factors = blur_factors(responses.index, inputs.wave, inputs.key, declared.spread)
    cost = float(len(factors) * np.sum(factors**2) / np.sum(factors) ** 2)
    return weights * factors, r.BlurRecord(declared.spread, fingerprint(inputs.key), cost, float(np.sqrt(cost)) - 1)


def _calibrate(
    responses: pd.DataFrame,
    areas: np.ndarray,
    base: Floats,
    settings: WeightingSettings,
    totals: Totals | None,
    order: Ints,
) -> _Calibrated | None:
    declared = settings.calibration
    if declared is None or totals is None or settings.within is None:
        return None
    design = design_margins(responses, base, settings.within, declared, settings.collapse, totals, order)
    result = calibrate(
        base,
        design.margins,
        declared.method,
        bounds=declared.bounds,
        tolerance=declared.tolerance,
        max_iterations=declared.max_iterations,
    )
    entry = r.CalibrationRecord(
        method=declared.method,
        bounds=declared.bounds,
        tolerance=declared.tolerance,
        margins=tuple(margin.name for margin in design.margins),
        sources=design.sources,
        gaps=totals.gaps(),
        collapsed=design.collapsed,
        missing=design.missing,
        convergence=result.convergence,
        cells=margins_off(design.margins, base, result.weights),
        spread=spread(result.weights, areas),
    )
    if settings.trim is None:
        return _Calibrated(result.weights, design, None, entry, None)
    return _trim(base, result.weights, areas, design, entry, declared, settings.trim)


def _trim(
    base: Floats,
    weights: Floats,
    areas: np.ndarray,
    design: MarginDesign,
    calibration: r.CalibrationRecord,
    declared: Calibration,
    limits: Trim,
) -> _Calibrated:
    codes = codes_of(areas)[1]
    caps = area_caps(weights, codes, limits.k, limits.k_low)
    trimmed = trim(
        weights,
        design.margins,
        codes,
        caps,
        tolerance=declared.tolerance,
        max_iterations=declared.max_iterations,
    )
    entry = r.TrimRecord(
        k=limits.k,
        k_low=limits.k_low,
        areas=trim_areas(trimmed, caps, areas, weights),
        convergence=trimmed.convergence,
        spread=spread(trimmed.weights, areas),
    )
    # What is off in the end is what counts, not what was off before trimming.
    calibration = replace(calibration, cells=margins_off(design.margins, base, trimmed.weights))
    return _Calibrated(trimmed.weights, design, caps, calibration, entry)


def _table(
    responses: pd.DataFrame, base: Floats, final: Floats, margins: tuple[Margin, ...], settings: WeightingSettings
) -> pd.DataFrame:
    """folio, stratum, psu, base_weight, weight, margin_1 …: the keys of calibrated linearisation."""
    stratum, psu = design_ids(responses, settings)
    columns = {"folio": np.asarray(responses.index.astype(str)), "stratum": stratum, "psu": psu}
    columns |= {"base_weight": base, "weight": final}
    for number, margin in enumerate(margins, start=1):
        columns[f"margin_{number}"] = margin.labels()
    return pd.DataFrame(columns)


def _refuse_sum(
    final: Floats,
    areas: np.ndarray,
    totals: Totals | None,
    coverage: tuple[r.CoverageRecord, ...],
    settings: WeightingSettings,
) -> None:
    if totals is None:
        refuse_sum(final, areas, None, coverage, settings)
        return
    check_areas(areas, totals.areas)
    refuse_sum(final, areas, totals, coverage, settings)


def _coverage(inputs: Inputs, areas: np.ndarray, settings: WeightingSettings) -> tuple[r.CoverageRecord, ...]:
    declared = settings.coverage
    if declared is None or inputs.coverage is None:
        return ()
    present = tuple(str(name) for name in np.unique(areas))
    return coverage_record(inputs.coverage, declared, present)
