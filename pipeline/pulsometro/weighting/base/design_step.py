"""The weights of the design, before anybody's refusal is made up for: the base, two frames, the blur; with entries."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from pulsometro.settings.base_weight_settings import DualFrame
from pulsometro.settings.weighting_settings import WeightingSettings
from pulsometro.weighting.arrays import Floats
from pulsometro.weighting.base.base_step import base_weights
from pulsometro.weighting.base.blur import blur_factors
from pulsometro.weighting.control_totals import Totals
from pulsometro.weighting.diagnostics import spread
from pulsometro.weighting.dual_frame import hartley, multiplicity
from pulsometro.weighting.errors import WeightingError, need_column
from pulsometro.weighting.inputs import Inputs
from pulsometro.weighting.nonresponse.nonresponse_step import Fieldwork
from pulsometro.weighting.record import BaseRecord, BlurRecord, DualFrameRecord
from pulsometro.weighting.study_key import fingerprint


@dataclass(frozen=True)
class DesignStep:
    """``weights``: (n,); an entry for each of the parts, None where it is not declared."""

    weights: Floats
    base: BaseRecord
    dual_frame: DualFrameRecord | None
    blur: BlurRecord | None


def design_weights(
    responses: pd.DataFrame,
    areas: np.ndarray,
    inputs: Inputs,
    settings: WeightingSettings,
    totals: Totals | None,
    fieldwork: Fieldwork | None,
) -> DesignStep:
    """The base weights, shared between overlapping frames and blurred where ``settings`` declare it.

    ``responses``: n rows; ``areas``: (n,). Raises WeightingError when something they are made of is not sound.
    """
    weights, base = base_weights(responses, areas, settings, totals, inputs.frame, fieldwork, inputs.wave)
    dual = blur = None
    if settings.dual_frame is not None:
        weights, dual = _of_two_frames(responses, areas, weights, settings.dual_frame)
    if settings.blur is not None:
        weights, blur = _blurred(responses, weights, inputs, settings.blur.spread)
    return DesignStep(weights, base, dual, blur)


def _of_two_frames(
    responses: pd.DataFrame, areas: np.ndarray, weights: Floats, declared: DualFrame
) -> tuple[Floats, DualFrameRecord]:
    for column in (declared.frame, declared.other):
        if need_column(responses, column, "dual_frame").isna().any():
            raise WeightingError(f"{column} is missing for some respondents", "quarantine them or ask again")
    first = (responses[declared.frame] == declared.first).to_numpy(dtype=bool)
    both = (responses[declared.other] == declared.reachable).to_numpy(dtype=bool)
    made = (
        hartley(weights, first, both, declared.theta)
        if declared.method == "hartley"
        else multiplicity(weights, first, both)
    )
    entry = DualFrameRecord(
        declared.method,
        made.theta,
        made.first_only,
        made.overlap_first,
        made.overlap_second,
        made.second_only,
        spread(made.weights, areas),
    )
    return made.weights, entry


def _blurred(responses: pd.DataFrame, weights: Floats, inputs: Inputs, deviation: float) -> tuple[Floats, BlurRecord]:
    if inputs.key is None:
        raise WeightingError("there is no key for the blur", "give the study's key, or leave out weighting.blur")
    factors = blur_factors(responses.index, inputs.wave, inputs.key, deviation)
    cost = float(len(factors) * np.sum(factors**2) / np.sum(factors) ** 2)
    return weights * factors, BlurRecord(deviation, fingerprint(inputs.key), cost, float(np.sqrt(cost)) - 1)
