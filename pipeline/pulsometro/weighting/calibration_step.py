"""The calibration that params declare, with the trimming after it and their entries."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from pulsometro.settings.calibration_settings import Calibration, Trim
from pulsometro.settings.weighting_settings import WeightingSettings
from pulsometro.weighting.arrays import Floats, Ints, codes_of
from pulsometro.weighting.calibration.margin_design import MarginDesign, design_margins
from pulsometro.weighting.calibration.margins import Margin
from pulsometro.weighting.calibration.methods import Calibrated, calibrate
from pulsometro.weighting.calibration.trimming import Caps, area_caps, trim
from pulsometro.weighting.control_totals import Totals
from pulsometro.weighting.diagnostics import margins_off, spread
from pulsometro.weighting.record import CalibrationRecord, TrimRecord
from pulsometro.weighting.warnings import trim_areas

# No item begins with it.
_ALL = "_all"


@dataclass(frozen=True)
class CalibrationStep:
    """``weights``: (n,) final ones. Where nothing is calibrated they are the base weights, and the rest is empty.

    ``margins``: as used, after collapsing; ``targets``: item → level → share of the population, before it; ``caps``:
    the limits of trimming.
    """

    weights: Floats
    margins: tuple[Margin, ...] = ()
    targets: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    caps: Caps | None = None
    calibration: CalibrationRecord | None = None
    trim: TrimRecord | None = None


def calibrated_weights(
    responses: pd.DataFrame,
    areas: np.ndarray,
    base: Floats,
    settings: WeightingSettings,
    totals: Totals | None,
    order: Ints,
) -> CalibrationStep:
    """The (n,) ``base`` weights held to the population, and trimmed, as ``settings`` declare.

    ``areas``: (n,); ``order``: (n,) in which missing answers are drawn. Raises WeightingError, naming municipality,
    margin and cell, when margins are not sound or no weights meet them.
    """
    declared = settings.calibration
    if declared is None or totals is None:
        return CalibrationStep(base)
    placed = responses if settings.within is not None else responses.assign(**{_ALL: areas})
    design = design_margins(placed, base, settings.within or _ALL, declared, settings.collapse, totals, order)
    if settings.within is None:
        # Of all together there is no place that margins could be met within.
        design = replace(design, sources=tuple(replace(source, within=False) for source in design.sources))
    result = calibrate(
        base,
        design.margins,
        declared.method,
        bounds=declared.bounds,
        tolerance=declared.tolerance,
        max_iterations=declared.max_iterations,
    )
    entry = _entry(design, declared, totals, base, result, areas)
    step = CalibrationStep(result.weights, design.margins, design.targets, calibration=entry)
    return step if settings.trim is None else _trimmed(step, entry, base, areas, declared, settings.trim)


def _entry(
    design: MarginDesign, declared: Calibration, totals: Totals, base: Floats, result: Calibrated, areas: np.ndarray
) -> CalibrationRecord:
    return CalibrationRecord(
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


def _trimmed(
    step: CalibrationStep,
    calibration: CalibrationRecord,
    base: Floats,
    areas: np.ndarray,
    declared: Calibration,
    limits: Trim,
) -> CalibrationStep:
    codes = codes_of(areas)[1]
    caps = area_caps(step.weights, codes, limits.k, limits.k_low)
    result = trim(
        step.weights,
        step.margins,
        codes,
        caps,
        tolerance=declared.tolerance,
        max_iterations=declared.max_iterations,
    )
    entry = TrimRecord(
        k=limits.k,
        k_low=limits.k_low,
        areas=trim_areas(result, caps, areas, step.weights),
        convergence=result.convergence,
        spread=spread(result.weights, areas),
    )
    # What is off in the end is what counts, not what was off before trimming.
    calibration = replace(calibration, cells=margins_off(step.margins, base, result.weights))
    return replace(step, weights=result.weights, caps=caps, calibration=calibration, trim=entry)
