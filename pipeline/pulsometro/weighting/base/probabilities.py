"""Base weights: the inverse of the probability with which a respondent came into the sample."""

import numpy as np
import pandas as pd

from pulsometro.weighting.arrays import Floats
from pulsometro.weighting.errors import OUT_OF_WAVE, WeightingError


def telephone_base(
    areas: pd.Series,
    expansion: dict[str, float],
    adults: Floats | None = None,
    lines: Floats | None = None,
    *,
    adults_cap: int = 4,
    lines_cap: int = 3,
) -> Floats:
    """(n,) expansion of the area × adults (capped) ÷ lines (capped).

    ``expansion``: by area, numbers in the frame ÷ numbers released, or adults of the area ÷
    completes. ``adults``, ``lines``: (n,) persons and telephone lines of the household, at
    least 1. Caps keep one large household from carrying an area (Gabler and Häder 2002).
    Raises WeightingError for an area without expansion and for adults or lines below one.
    """
    names = areas.astype(str)
    unknown = sorted(set(names) - set(expansion))
    if unknown:
        raise WeightingError("no frame count or population", "add it to the table of totals", area=unknown[0])
    result = np.asarray(names.map(expansion), dtype=np.float64)
    if adults is not None:
        _at_least_one(adults, names, "adults in the household")
        result = result * np.minimum(adults, adults_cap)
    if lines is not None:
        _at_least_one(lines, names, "telephone lines")
        result = result / np.minimum(lines, lines_cap)
    return result


def _at_least_one(values: Floats, areas: pd.Series, what: str) -> None:
    wrong = ~(values >= 1)
    if wrong.any():
        raise WeightingError(
            f"{int(wrong.sum())} respondents have {what} missing or below one",
            "declare base.missing: median, or correct the responses",
            area=str(areas.iloc[int(wrong.argmax())]),
        )


def fill_with_median(values: pd.Series, areas: pd.Series) -> tuple[Floats, dict[str, int]]:
    """(n,) values with what is missing or below one replaced by the area's median, rounded down.

    Also returns how many were replaced by area.
    """
    number = _numbers(values)
    valid = number >= 1
    names = areas.astype(str)
    kept = pd.Series(np.where(valid, number, np.nan))
    medians = np.floor(kept.groupby(names.to_numpy()).transform("median").to_numpy())
    filled = np.where(valid, number, np.where(np.isfinite(medians), medians, 1.0))
    counts = names[~valid].value_counts().sort_index()
    return filled, {str(area): int(count) for area, count in counts.items()}


def completes_expansion(areas: pd.Series, adults: dict[str, float]) -> dict[str, float]:
    """Adults of each area ÷ its completes. Raises WeightingError for an area with no interview."""
    completes = areas.astype(str).value_counts()
    for area in sorted(set(adults) - set(completes.index)):
        raise WeightingError(
            f"no interviews for {adults[area]:,.0f} adults",
            OUT_OF_WAVE,
            area=area,
        )
    return {area: total / float(completes[area]) for area, total in adults.items()}


def frame_expansion(numbers: dict[str, float], released: dict[str, float]) -> dict[str, float]:
    """Numbers in each area's frame ÷ distinct numbers drawn and released."""
    for area, count in sorted(released.items()):
        if not 0 < count <= numbers.get(area, 0.0):
            raise WeightingError(
                f"{count:,.0f} numbers released from a frame of {numbers.get(area, 0.0):,.0f}",
                "correct the table of the frame",
                area=area,
            )
    return {area: numbers[area] / count for area, count in released.items()}


def area_base(probabilities: pd.DataFrame) -> Floats:
    """(n,) inverse of the product of each stage's selection probability (columns).

    Raises WeightingError for a probability that is missing, not positive or above one.
    """
    values = probabilities.to_numpy(dtype=float, na_value=np.nan)
    wrong = ~((values > 0) & (values <= 1))
    if wrong.any():
        row, column = np.argwhere(wrong)[0]
        raise WeightingError(
            f"row {row + 1}, column {probabilities.columns[column]}: {values[row, column]} is not a probability",
            "correct the selection probabilities",
        )
    result = np.ones(len(values))
    for column in values.T:
        result = result / column
    return result


def given_base(weights: pd.Series) -> Floats:
    """(n,) the producer's weights. Raises WeightingError when one is missing or not positive."""
    values = _numbers(weights)
    wrong = ~(np.isfinite(values) & (values > 0))
    if wrong.any():
        raise WeightingError(
            f"column {weights.name}: {int(wrong.sum())} weights are missing, zero or negative "
            f"(first at row {int(wrong.argmax()) + 1})",
            "ask the producer for the weights, or quarantine the rows",
        )
    return values


def _numbers(column: pd.Series) -> Floats:
    """(n,) floats; NaN for what is missing or not a number."""
    numbers = pd.to_numeric(column, errors="coerce").astype("Float64")
    return np.asarray(numbers.to_numpy(dtype=float, na_value=np.nan), dtype=np.float64)
