"""Axes: where they begin and end, which ticks are printed, and in which unit."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from pulsometro.reporting.edition.rows import Estimate
from pulsometro.style.printed_form import Form

_STEPS = (
    0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 25, 50, 100, 200, 500, 1000,
    *(first * 10.0**power for power in range(3, 12) for first in (2, 5, 10)),
)  # fmt: skip
_FINER = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05)


@dataclass(frozen=True)
class Scale:
    """A linear map from an estimate's value to pixels.

    ``low``, ``high``, ``ticks``: in printed units (percent for shares). ``form``: how its figures are printed.
    """

    low: float
    high: float
    ticks: tuple[float, ...]
    first: float
    last: float
    form: Form

    @property
    def factor(self) -> float:
        """Printed units of one unit of the table."""
        return self.form.factor

    def __call__(self, value: float) -> float:
        return self.at(value * self.factor)

    def at(self, printed: float) -> float:
        """Pixel of a value in printed units."""
        return self.first + (printed - self.low) / (self.high - self.low) * (self.last - self.first)

    def label(self, tick: float, with_unit: bool) -> str:
        """A tick as printed; the unit stands at one tick only."""
        words = self.form.bare(tick / self.factor, _decimals(tick))
        return f"{words}{self.form.after}" if with_unit else words


def _decimals(tick: float) -> int:
    """The decimals that a round tick has."""
    return next((places for places in range(3) if math.isclose(tick, round(tick, places), abs_tol=1e-9)), 3)


def form_of(estimate: Estimate | None) -> Form:
    """How the figures of a chart are printed, by one of them; shares where there is none."""
    return estimate.printed if estimate else Form()


def scale_for(
    values: Iterable[float], form: Form, first: float, last: float, most: int = 5, zero: bool = False
) -> Scale:
    """A scale that holds the values with at most ``most`` round ticks; shares stay within 0 and 100 %.

    Ticks are whole where the figures are, and as fine as they are where they have more decimals than one.
    """
    factor = form.factor
    printed = [value * factor for value in values if math.isfinite(value)] or [0.0, factor]
    low, high = (min(0.0, *printed) if zero else min(printed)), max(printed)
    start, end = 0, 1
    step: float = _STEPS[-1]
    for step in _steps(form):
        start = math.floor(low / step + 1e-9)
        end = max(math.ceil(high / step - 1e-9), start + 1)
        if end - start <= most - 1:
            break
    if form.share:
        end = min(end, math.ceil(100 / step))
        # Everything at 100 %: the axis must have a length.
        start = max(0, min(start, end - 1))
    ticks = tuple(round(k * step, 4) for k in range(start, end + 1))
    return Scale(ticks[0], ticks[-1], ticks, first, last, form)


def _steps(form: Form) -> Iterable[float]:
    if form.share:
        return _STEPS
    return [step for step in (*_FINER, *_STEPS) if step >= 10.0**-form.fine - 1e-12]


def shown(estimate: Estimate, coarse: bool = False, unit: bool = True) -> str:
    """An estimate as a chart prints it; ``coarse``: as on a map, a share without decimals."""
    form = estimate.printed
    decimals = form.coarse if coarse else form.fine
    return (form.value if unit else form.bare)(estimate.estimate, decimals)
