"""Small multiples of base against final weights, each relative to the mean of its place."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from pulsometro.reporting.charts.drawing.canvas import SCREEN, Canvas, Picture, Size
from pulsometro.style import spanish
from pulsometro.style.theme import Theme
from pulsometro.weighting.record import Paired

_TICKS = (0.0625, 0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0)


@dataclass(frozen=True)
class Panel:
    """One place and where its respondents' weights lie."""

    name: str
    points: tuple[Paired, ...]


@dataclass(frozen=True)
class _Frame:
    """A square of ``side`` pixels with its top left corner; both axes go from ``low`` to ``high`` (logarithmic)."""

    left: float
    top: float
    side: float
    low: float
    high: float

    def x(self, value: float) -> float:
        return self.left + self.side * self._share(value)

    def y(self, value: float) -> float:
        return self.top + self.side * (1 - self._share(value))

    def _share(self, value: float) -> float:
        return math.log(value / self.low) / math.log(self.high / self.low)


def draw(
    panels: Sequence[Panel], theme: Theme, alt: str, size: Size = SCREEN, remarks: Sequence[str] = (), png: bool = True
) -> Picture:
    """A square a place, in the order given: base weight to the right, final weight upwards."""
    narrow = size.narrow
    columns, gap = (2, 34) if narrow else (3, 48)
    width = size.wide(640)
    rows = math.ceil(len(panels) / columns)
    side = (width - gap * columns - 6) / columns
    step = side + 62
    canvas = Canvas(width, round(rows * step + 30), theme, remarks)
    low, high = _ends(panels)
    most = max((point.n for panel in panels for point in panel.points), default=1)
    for index, panel in enumerate(panels):
        left = gap + (index % columns) * (side + gap)
        frame = _Frame(left, 26 + (index // columns) * step, side, low, high)
        _panel(canvas, frame, panel, most, narrow)
    bottom = rows * step + 18
    canvas.text(width / 2, bottom, "→ peso base · ↑ peso final, en veces la media", 13, theme.soft, "center")
    return canvas.finish(alt, png)


def _ends(panels: Sequence[Panel]) -> tuple[float, float]:
    values = [value for panel in panels for point in panel.points for value in (point.base, point.final)] or [1.0]
    return min(values) / 1.15, max(values) * 1.15


def _panel(canvas: Canvas, frame: _Frame, panel: Panel, most: int, narrow: bool) -> None:
    theme = canvas.theme
    canvas.text(frame.left, frame.top - 8, panel.name, 14, theme.ink, weight=600)
    for tick in (tick for tick in _TICKS if frame.low < tick < frame.high):
        x, y = frame.x(tick), frame.y(tick)
        canvas.line([x, x], [frame.top, frame.top + frame.side], theme.rule)
        canvas.line([frame.left, frame.left + frame.side], [y, y], theme.rule)
        label = _label(tick)
        canvas.text(x, frame.top + frame.side + 15, label, 12, theme.soft, "center")
        canvas.text(frame.left - 5, y + 4, label, 12, theme.soft, "right")
    canvas.line([frame.x(frame.low), frame.x(frame.high)], [frame.y(frame.low), frame.y(frame.high)], theme.same, 1.2)
    for point in panel.points:
        tip = f"n = {spanish.count(point.n)}: base {_times(point.base)}, final {_times(point.final)} veces la media"
        corners = _round(frame.x(point.base), frame.y(point.final), 1.6 + 6 * math.sqrt(point.n / most))
        # A telephone has nothing to hover with, and every hint doubles the mark.
        canvas.polygon(corners, theme.accent, 0.75, tip="" if narrow else tip)


def _round(x: float, y: float, radius: float) -> list[tuple[float, float]]:
    """Eight corners: a circle of this size to the eye, and a quarter of its bytes hundreds of times."""
    turns = [(k + 0.5) * math.pi / 4 for k in range(8)]
    return [(round(x + radius * math.cos(t), 1), round(y + radius * math.sin(t), 1)) for t in turns]


def _label(tick: float) -> str:
    return f"{tick:g}" if tick >= 1 else {0.5: "½", 0.25: "¼", 0.125: "⅛"}.get(tick, f"{tick:g}")


def _times(value: float) -> str:
    return spanish.decimal(value, 2)
