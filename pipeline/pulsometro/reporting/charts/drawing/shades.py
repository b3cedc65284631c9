"""Round classes of a map: what is shown by how dark, and the key that says so."""

from collections.abc import Iterable
from dataclasses import dataclass

from pulsometro.reporting.charts.drawing.canvas import Canvas
from pulsometro.reporting.charts.drawing.scale import Scale, form_of, scale_for
from pulsometro.reporting.edition.rows import Estimate
from pulsometro.style.spanish import rounded
from pulsometro.style.theme import Theme

# Height in pixels that the key takes below a map.
KEY = 44
_SWATCH = 46


@dataclass(frozen=True)
class Shades:
    """Classes with round limits: ``scale.ticks`` are the limits, one more than ``colours``."""

    scale: Scale
    colours: tuple[str, ...]
    none: str

    def of(self, estimate: Estimate | None) -> str:
        """The colour of an estimate, by the figure that is printed: 79.9 prints 80 and is shaded as 80."""
        if estimate is None:
            return self.none
        printed = _printed(estimate)
        above = sum(printed >= limit for limit in self.scale.ticks[1:-1])
        return self.colours[above]


def shades_for(estimates: Iterable[Estimate | None], theme: Theme) -> Shades:
    """At most five classes that hold the estimates, light to dark in the theme's accent."""
    shown = [estimate for estimate in estimates if estimate is not None]
    form = form_of(shown[0] if shown else None)
    scale = scale_for([_printed(estimate) / form.factor for estimate in shown], form, 0, 1, 6)
    return Shades(scale, theme.shades(len(scale.ticks) - 1), theme.rule)


def _printed(estimate: Estimate) -> float:
    """The figure as the map prints it."""
    form = estimate.printed
    return float(rounded(estimate.estimate * form.factor, form.coarse))


def draw_key(canvas: Canvas, shades: Shades, top: float) -> None:
    """The classes as a strip with their limits below."""
    theme = canvas.theme
    for index, colour in enumerate(shades.colours):
        canvas.rectangle(1 + index * _SWATCH, top + 14, _SWATCH - 2, 10, colour)
    for index, limit in enumerate(shades.scale.ticks):
        anchor = "left" if index == 0 else "center"
        canvas.text(index * _SWATCH, top + 39, shades.scale.label(limit, index == 0), 12.5, theme.soft, anchor)
