"""Axes of shares: where they begin and end, and which ticks are printed."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

_STEPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.25)


@dataclass(frozen=True)
class Scale:
    """A linear map from a share (0–1) to pixels; ``first`` is drawn at share ``low``."""

    low: float
    high: float
    ticks: tuple[float, ...]
    first: float
    last: float

    def __call__(self, share: float) -> float:
        return self.first + (share - self.low) / (self.high - self.low) * (self.last - self.first)


def share_scale(values: Iterable[float], first: float, last: float, most: int = 5, zero: bool = False) -> Scale:
    """A scale that holds the values (shares) with at most ``most`` round ticks."""
    finite = [value for value in values if math.isfinite(value)] or [0.0, 1.0]
    low, high = (0.0 if zero else min(finite)), max(finite)
    for step in _STEPS:
        start = math.floor(low / step + 1e-9)
        end = max(math.ceil(high / step - 1e-9), start + 1)
        if end - start <= most - 1:
            break
    start, end = max(0, start), min(end, round(1 / step)) if step in (0.1, 0.2, 0.25, 0.05) else end
    ticks = tuple(round(k * step, 4) for k in range(start, end + 1))
    return Scale(ticks[0], ticks[-1], ticks, first, last)
