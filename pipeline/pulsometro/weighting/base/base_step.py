"""The base weight that params declare, with its entry."""

import numpy as np
import pandas as pd

from pulsometro.settings.base_weight_settings import AreaSample, Equal, Given, TelephoneCompletes, TelephoneFrame
from pulsometro.settings.weighting_settings import WeightingSettings
from pulsometro.weighting.arrays import Floats, codes_of
from pulsometro.weighting.base.probabilities import (
    area_base,
    completes_expansion,
    fill_with_median,
    frame_expansion,
    given_base,
    telephone_base,
)
from pulsometro.weighting.control_totals import Totals
from pulsometro.weighting.diagnostics import spread
from pulsometro.weighting.errors import WeightingError, need_column
from pulsometro.weighting.nonresponse.nonresponse_step import Fieldwork
from pulsometro.weighting.population_cells import area_codes, as_text, persons
from pulsometro.weighting.record import BaseRecord
from pulsometro.weighting.totals_grid import refuse_twice


def base_weights(
    responses: pd.DataFrame,
    areas: np.ndarray,
    settings: WeightingSettings,
    totals: Totals | None,
    frame: pd.DataFrame | None,
    fieldwork: Fieldwork | None,
    wave: str,
) -> tuple[Floats, BaseRecord]:
    """(n,) base weights. Raises WeightingError when something they are made of is not sound."""
    base = settings.base
    if isinstance(base, Given):
        weights = given_base(need_column(responses, base.weight, "base.weight"))
        return weights, BaseRecord(base.kind, None, None, {}, {}, {}, spread(weights, areas))
    if isinstance(base, AreaSample):
        stages = [need_column(responses, name, "base.probabilities") for name in base.probabilities]
        weights = area_base(pd.concat(stages, axis=1))
        return weights, BaseRecord(base.kind, None, None, {}, {}, {}, spread(weights, areas))
    if isinstance(base, Equal):
        weights = np.full(len(responses), _persons(settings, totals, areas) / max(len(responses), 1))
        return weights, BaseRecord(base.kind, None, None, {}, {}, {}, spread(weights, areas))
    area = pd.Series(areas)
    if isinstance(base, TelephoneFrame):
        expansion = _frame_expansion(frame, base, fieldwork, wave, tuple(np.unique(areas)))
    else:
        if totals is None:
            raise WeightingError("there are no control totals", "declare weighting.control_totals")
        expansion = completes_expansion(area, totals.by_area())
    filled: dict[str, int] = {}
    adults = _household(responses, base.adults, areas, base.missing, filled)
    lines = _household(responses, base.lines, areas, base.missing, filled)
    weights = telephone_base(area, expansion, adults, lines, adults_cap=base.adults_cap, lines_cap=base.lines_cap)
    entry = BaseRecord(
        kind=base.kind,
        adults_cap=base.adults_cap if base.adults else None,
        lines_cap=base.lines_cap if base.lines else None,
        expansion={str(name): expansion[str(name)] for name in np.unique(areas)},
        filled=dict(sorted(filled.items())),
        capped=_capped(base, adults, lines, areas),
        spread=spread(weights, areas),
    )
    return weights, entry


def _persons(settings: WeightingSettings, totals: Totals | None, areas: np.ndarray) -> float:
    """For how many persons the interviews stand together; as many as interviews where nothing says it."""
    if totals is not None:
        people = totals.by_area()
        # Without areas the table is of the whole; the calibration names an area that it lacks.
        named = {str(area) for area in np.unique(areas)} & set(people) or set(people)
        return float(sum(people[area] for area in named))
    return settings.population.persons or float(len(areas))


def _household(
    responses: pd.DataFrame, item: str | None, areas: np.ndarray, missing: str, filled: dict[str, int]
) -> Floats | None:
    """(n,) adults or lines, medians for what is missing when that is the rule."""
    if item is None:
        return None
    values = need_column(responses, item, "base")
    if missing == "median":
        numbers, counts = fill_with_median(values, pd.Series(areas, index=values.index))
        for area, count in counts.items():
            filled[area] = filled.get(area, 0) + count
        return numbers
    return np.asarray(values.to_numpy(dtype=float, na_value=np.nan), dtype=np.float64)


def _capped(
    base: TelephoneCompletes | TelephoneFrame, adults: Floats | None, lines: Floats | None, areas: np.ndarray
) -> dict[str, int]:
    """Respondents by area whose adults or lines are above the cap."""
    above = np.zeros(len(areas), dtype=bool)
    if adults is not None:
        above |= adults > base.adults_cap
    if lines is not None:
        above |= lines > base.lines_cap
    names, codes = codes_of(areas)
    return {str(name): int(count) for name, count in zip(names, np.bincount(codes, above), strict=True)}


def _frame_expansion(
    frame: pd.DataFrame | None,
    base: TelephoneFrame,
    fieldwork: Fieldwork | None,
    wave: str,
    areas: tuple[str, ...],
) -> dict[str, float]:
    if frame is None:
        raise WeightingError(f"{base.frame} was not given", "put the frame's counts in their place")
    texts = as_text(frame)
    rows = texts[texts["wave"] == wave] if "wave" in texts else texts
    for column in ("area", "frame_numbers"):
        if column not in rows:
            raise WeightingError(f"{base.frame} has no column '{column}'", "add it")
    what = "it counts telephone numbers"
    names = area_codes(rows, "area", base.frame, areas)
    refuse_twice(pd.DataFrame({"area": names}, index=rows.index), base.frame)
    numbers = dict(zip(names, persons(rows, "frame_numbers", base.frame, what), strict=True))
    if "released_numbers" in rows:
        released = dict(zip(names, persons(rows, "released_numbers", base.frame, what), strict=True))
    elif fieldwork is not None:
        released = fieldwork.released()
    else:
        raise WeightingError(
            f"{base.frame} has no column 'released_numbers' and there are no call attempts", "add one of them"
        )
    missing = sorted(set(map(str, areas)) - set(numbers) & set(released))
    if missing:
        raise WeightingError("the frame has no count", f"add it to {base.frame}", area=missing[0])
    return frame_expansion(numbers, {str(area): released[str(area)] for area in areas})
