"""Axes: where they begin and end, which ticks are printed, and in which unit."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from pulsometro.reporting.edition.rows import Estimate
from pulsometro.style import spanish

_STEPS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 25, 50, 100, 200, 500, 1000)


@dataclass(frozen=True)
class Scale:
    """A linear map from an estimate's value to pixels.

    ``low``, ``high``, ``ticks``: in printed units (percent for shares). ``factor``: printed units of one
    unit of the table (100 for shares).
    """

    low: float
    high: float
    ticks: tuple[float, ...]
    first: float
    last: float
    factor: float

    def __call__(self, value: float) -> float:
        return self.at(value * self.factor)

    def at(self, printed: float) -> float:
        """Pixel of a value in printed units."""
        return self.first + (printed - self.low) / (self.high - self.low) * (self.last - self.first)

    def label(self, tick: float, with_unit: bool) -> str:
        """A tick as printed; the unit stands at one tick only."""
        words = spanish.decimal(tick, 0 if float(tick).is_integer() else 1)
        return f"{words}{spanish.NBSP}%" if with_unit and self.factor == 100 else words


def factor_of(estimate: Estimate | None) -> float:
    """Printed units of one unit of the table: 100 for a share, 1 for anything else."""
    return 100.0 if estimate is None or estimate.statistic == "proportion" else 1.0


def scale_for(
    values: Iterable[float], factor: float, first: float, last: float, most: int = 5, zero: bool = False
) -> Scale:
    """A scale that holds the values with at most ``most`` round ticks; shares stay within 0 and 100 %."""
    printed = [value * factor for value in values if math.isfinite(value)] or [0.0, factor]
    low, high = (min(0.0, *printed) if zero else min(printed)), max(printed)
    start, end = 0, 1
    step: float = _STEPS[-1]
    for step in _STEPS:
        start = math.floor(low / step + 1e-9)
        end = max(math.ceil(high / step - 1e-9), start + 1)
        if end - start <= most - 1:
            break
    if factor == 100:
        end = min(end, math.ceil(100 / step))
        # Everything at 100 %: the axis must have a length.
        start = max(0, min(start, end - 1))
    ticks = tuple(round(k * step, 4) for k in range(start, end + 1))
    return Scale(ticks[0], ticks[-1], ticks, first, last, factor)


def shown(estimate: Estimate, decimals: int = 1, unit: bool = True) -> str:
    """An estimate as a chart prints it."""
    if estimate.statistic != "proportion":
        return spanish.decimal(estimate.estimate, decimals)
    return spanish.percent(estimate.estimate, decimals) if unit else spanish.bare_percent(estimate.estimate, decimals)
