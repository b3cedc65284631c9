"""All steps in order, from responses to weights and their record: pure, no file is touched."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from pulsometro.settings.base_weight_settings import Given
from pulsometro.settings.weighting_settings import WeightingSettings
from pulsometro.weighting.arrays import Floats, codes_of
from pulsometro.weighting.base.design_step import DesignStep, design_weights
from pulsometro.weighting.calibration.margin_design import check_areas
from pulsometro.weighting.calibration.margins import Margin
from pulsometro.weighting.calibration_step import CalibrationStep, calibrated_weights
from pulsometro.weighting.content_order import contents_of
from pulsometro.weighting.control_totals import Totals
from pulsometro.weighting.diagnostics import (
    balance_of_items,
    balance_of_targets,
    paired_weights,
    refuse_absurd,
    spread,
)
from pulsometro.weighting.errors import WeightingError
from pulsometro.weighting.inputs import Inputs, areas_of, coverage_of, ordered, totals_of
from pulsometro.weighting.item_meanings import refuse_meanings
from pulsometro.weighting.nonresponse.nonresponse_step import (
    Fieldwork,
    NonresponseStep,
    nonresponse_plan,
    read_fieldwork,
)
from pulsometro.weighting.population_sum import refuse_sum
from pulsometro.weighting.record import CoverageRecord, ReplicatesRecord, WeightingRecord
from pulsometro.weighting.replicates.replicate_step import FullSample, add_replicates, design_ids
from pulsometro.weighting.totals_doubts import doubts_of, with_doubts
from pulsometro.weighting.warnings import idle_rules, warnings_of


@dataclass(frozen=True)
class Weighted:
    """``weights``: the table of weights.parquet (folio, stratum, psu, base_weight, weight,
    margin_1 …, rep_001 …); ``record``: what weighting.json holds."""

    weights: pd.DataFrame
    record: WeightingRecord


@dataclass(frozen=True)
class _Steps:
    """What each step made, in their order; ``base``: (n,) the weights that calibration starts from."""

    fieldwork: Fieldwork | None
    design: DesignStep
    nonresponse: NonresponseStep | None
    base: Floats
    calibrated: CalibrationStep
    replicates: ReplicatesRecord | None
    coverage: tuple[CoverageRecord, ...]


def weigh(inputs: Inputs, settings: WeightingSettings) -> Weighted:
    """Weigh one wave as ``settings`` declare.

    ``base_weight`` in the result is the weight that calibration starts from (after
    nonresponse). Raises WeightingError, naming municipality, margin and cell, for every step
    that is not sound.
    """
    responses = ordered(inputs.responses)
    areas = areas_of(responses, settings)
    totals = totals_of(inputs, settings)
    refuse_meanings(responses, areas, settings, inputs.codes, totals.areas if totals is not None else inputs.areas)
    fieldwork = read_fieldwork(inputs.attempts, settings)
    design = design_weights(responses, areas, inputs, settings, totals, fieldwork)
    nonresponse = nonresponse_plan(responses, areas, design.weights, fieldwork, settings)
    base = design.weights if nonresponse is None else nonresponse.plan.adjusted(design.weights)
    contents = contents_of(responses, inputs.released, inputs.emptied, inputs.wave, inputs.key)
    coverage = coverage_of(inputs, areas, settings)
    doubts = doubts_of(totals, coverage, settings)
    try:
        calibrated = calibrated_weights(responses, areas, base, settings, totals, contents.rank())
    except WeightingError as error:
        raise with_doubts(error, doubts) from None
    _refuse(calibrated, areas, totals, coverage, settings)
    table = _table(responses, base, calibrated.weights, calibrated.margins, settings)
    order = contents.rank(stratum=table["stratum"].to_numpy(), weight=calibrated.weights)
    full = FullSample(design.weights, codes_of(areas)[1], nonresponse, calibrated.margins, calibrated.caps, order)
    table, replicates = add_replicates(table, responses, full, settings)
    steps = _Steps(fieldwork, design, nonresponse, base, calibrated, replicates, coverage)
    record = _record(steps, responses, areas, inputs.wave, settings)
    told = [*(doubt.told(inputs.places) for doubt in doubts), *idle_rules(settings)]
    return Weighted(table, replace(record, warnings=(*told, *warnings_of(record, inputs.places))))


def _refuse(
    calibrated: CalibrationStep,
    areas: np.ndarray,
    totals: Totals | None,
    coverage: tuple[CoverageRecord, ...],
    settings: WeightingSettings,
) -> None:
    """Raise WeightingError for final weights of which one is absurd, or that add up to another number of persons."""
    # How far a producer's own weights spread is not ours to refuse.
    given = calibrated.calibration is None and isinstance(settings.base, Given)
    most = np.inf if given else settings.limits.max_to_median
    refuse_absurd(calibrated.weights, areas, calibrated.margins, settings.limits.min_weight, most)
    if totals is not None:
        check_areas(areas, totals.areas)
    refuse_sum(calibrated.weights, areas, totals, coverage, settings)


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


def _record(
    steps: _Steps, responses: pd.DataFrame, areas: np.ndarray, wave: str, settings: WeightingSettings
) -> WeightingRecord:
    """The record of the steps, without warnings."""
    base, calibrated = steps.base, steps.calibrated
    final = calibrated.weights
    return WeightingRecord(
        wave=wave,
        n=len(responses),
        areas=tuple(str(name) for name in np.unique(areas)),
        within=settings.within,
        strata=settings.strata,
        psu=settings.psu,
        base=steps.design.base,
        dual_frame=steps.design.dual_frame,
        blur=steps.design.blur,
        outcome_rates=() if steps.fieldwork is None else steps.fieldwork.rates,
        nonresponse=None if steps.nonresponse is None else steps.nonresponse.entry,
        calibration=calibrated.calibration,
        trim=calibrated.trim,
        replicates=steps.replicates,
        coverage=steps.coverage,
        balance=balance_of_targets(responses, calibrated.targets, base, final)
        + balance_of_items(responses, settings.indicators, base, final),
        base_final=paired_weights(base, final, areas),
        final=spread(final, areas),
        warnings=(),
    )
