"""Series with bands, direct labels at the line's end, and a visible break where the question changed."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from pulsometro.reporting.charts.drawing.canvas import SCREEN, Canvas, Picture, Size
from pulsometro.reporting.charts.drawing.dots import tip
from pulsometro.reporting.charts.drawing.scale import Scale, form_of, scale_for, shown
from pulsometro.reporting.edition.rows import Estimate
from pulsometro.reporting.language.traced_text import Number
from pulsometro.style import spanish
from pulsometro.style.printed_form import YEAR, Form
from pulsometro.style.theme import Theme


@dataclass(frozen=True)
class Line:
    """One series: an estimate per wave (None where not asked or not published).

    ``whole``: waves whose break, the whole's, does not cut it.
    """

    name: str
    points: Sequence[Estimate | None]
    strong: bool = True
    whole: frozenset[str] = frozenset()


@dataclass(frozen=True)
class _End:
    """Where a line ends, in pixels, with which estimate, and of which wave where that is not the last one."""

    x: float
    y: float
    estimate: Estimate
    old: str = ""

    @property
    def value(self) -> Number:
        """The value as printed; one of an earlier wave says of which."""
        said = shown(self.estimate)
        return Number(f"{said} ({self.old})" if self.old else said, self.estimate.key)


def draw(
    lines: Sequence[Line], waves: Sequence[str], breaks: Mapping[str, str], theme: Theme, alt: str,
    size: Size = SCREEN, remarks: Sequence[str] = (), png: bool = True, times: Sequence[float] = (),
    gaps: Collection[str] = (),
) -> Picture:  # fmt: skip
    """Draw one or two lines over the waves.

    ``breaks``: wave from which the series does not compare with before → three words why. ``remarks``: as
    ``Canvas`` has them; where the axis starts is said before them. ``times``: when each wave was, in any unit
    (without them, waves are as far apart as each other). ``gaps``: waves before which one is missing:
    no line leads there.
    """
    narrow, width = size.narrow, size.wide(560)
    height = round((216 if narrow else 236) * size.loose)
    values = [v for line in lines for e in line.points if e for v in (e.ci_low, e.ci_high)]
    form = form_of(next((e for line in lines for e in line.points if e), None))
    # Above the plot: the words of a break, and on a telephone what else would stand at the lines' ends.
    top = (30 if _broken(breaks, waves) else 18) + ((20 if len(lines) > 1 else 8) if narrow else 0)
    bottom = height - 30
    # Small shares are read against zero; others need room to show that they move.
    scale = scale_for(values, form, bottom, top, 5, zero=_from_zero(values, form))
    said = ["El eje no empieza en cero.", *remarks] if scale.low else list(remarks)
    canvas = Canvas(width, height, theme, said)
    named = len(lines) > 1
    widest = max(canvas.width_of(words, 14, 600) for line in lines for words in _ends(line, named, form))
    room = min(widest, 0.3 * width) + 16
    last = len(scale.ticks) - 1
    ticks = max(canvas.width_of(scale.label(tick, index == last), 13) for index, tick in enumerate(scale.ticks))
    left, right = (46 if form.share else max(46, round(ticks) + 10)), width - (14 if narrow else room)
    xs = places(times or range(len(waves)), left, right)
    _axes(canvas, scale, waves, xs, narrow)
    _breaks(canvas, breaks, waves, xs, top, bottom)
    ends = []
    for line in lines:
        colour = _colour(theme, line)
        for part in parts(line.points, waves, (set(breaks) - line.whole) | set(gaps)):
            band(canvas, [(xs[i], e) for i, e in part], scale, colour)
        ends.append(_marks(canvas, line, waves, xs, scale, colour))
    _labels(canvas, lines, ends, xs, scale, narrow)
    return canvas.finish(alt, png)


def _from_zero(values: Sequence[float], form: Form) -> bool:
    """Whether the axis starts at zero: of small figures, but for years of the calendar."""
    return form.unit != YEAR and min(values, default=0) * form.factor < 25


def _ends(line: Line, named: bool, form: Form) -> list[str]:
    """What may stand at a line's end; room for a percentage there is always."""
    values = [shown(point) for point in line.points if point and not form.share]
    return [*values, line.name] if named else [*values, "100.0 %"]


def places(times: Sequence[float], left: float, right: float) -> list[float]:
    """Pixels of times between two ends: twice the time is twice as far."""
    span = max(times[-1] - times[0], 1e-9)
    return [left + (right - left) * (time - times[0]) / span for time in times]


def _broken(breaks: Mapping[str, str], waves: Sequence[str]) -> list[str]:
    """Waves at which the line is cut: those with something before them."""
    return [wave for wave in breaks if wave in waves and waves.index(wave) > 0]


def _axes(canvas: Canvas, scale: Scale, waves: Sequence[str], xs: Sequence[float], narrow: bool) -> None:
    theme = canvas.theme
    for index, tick in enumerate(scale.ticks):
        y = scale.at(tick)
        canvas.line([xs[0], xs[-1]], [y, y], theme.rule if tick or scale.low else theme.same, 1)
        canvas.text(xs[0] - 8, y + 4.5, scale.label(tick, index == len(scale.ticks) - 1), 13, theme.soft, "right")
    every = -(-len(waves) // (4 if narrow else 8))
    free, named = canvas.width * 2.0, []
    for index in range(len(waves) - 1, -1, -every):
        half = canvas.width_of(spanish.wave_short(waves[index]), 13) / 2
        if xs[index] + half + 6 <= free:
            named.append(index)
            free = xs[index] - half
    for index in reversed(named):
        canvas.text(xs[index], scale.first + 23, spanish.wave_short(waves[index]), 13, theme.soft, "center")


def _breaks(
    canvas: Canvas, breaks: Mapping[str, str], waves: Sequence[str], xs: Sequence[float], top: float, bottom: float
) -> None:
    for wave in _broken(breaks, waves):
        why, index = breaks[wave], waves.index(wave)
        x = (xs[index - 1] + xs[index]) / 2
        canvas.line([x, x], [top - 12, bottom], canvas.theme.ink, 1, dash=(2, 4))
        wide = canvas.width_of(why, 13)
        left = x + 6 + wide < canvas.width
        canvas.text(x + 6 if left else x - 6, top - 6, why, 13, canvas.theme.ink, "left" if left else "right")


def parts(
    points: Sequence[Estimate | None], waves: Sequence[str], cuts: Collection[str]
) -> list[list[tuple[int, Estimate]]]:
    """Runs of waves that may be joined by a line: no gap and no break between them (``cuts``: waves after one)."""
    found: list[list[tuple[int, Estimate]]] = []
    current: list[tuple[int, Estimate]] = []
    for index, estimate in enumerate(points):
        if current and (estimate is None or waves[index] in cuts):
            found.append(current)
            current = []
        if estimate is not None:
            current.append((index, estimate))
    return [*found, current] if current else found


def band(
    canvas: Canvas, part: Sequence[tuple[float, Estimate]], scale: Scale, colour: str, width: float = 2.4
) -> None:  # fmt: skip
    """A run of points with their intervals: a line in its band, or a dot on its bar."""
    if len(part) == 1:
        x, only = part[0]
        canvas.line([x, x], [scale(only.ci_low), scale(only.ci_high)], colour, 5, opacity=0.25)
        canvas.circle(x, scale(only.estimate), 3, colour)
        return
    upper = [(x, scale(e.ci_high)) for x, e in part]
    lower = [(x, scale(e.ci_low)) for x, e in reversed(part)]
    canvas.polygon([*upper, *lower], colour, 0.16)
    canvas.line([x for x, _ in part], [scale(e.estimate) for _, e in part], colour, width)


def _marks(
    canvas: Canvas, line: Line, waves: Sequence[str], xs: Sequence[float], scale: Scale, colour: str
) -> _End | None:
    """Hover targets on every point; the last one is drawn as a dot and returned."""
    last = None
    for x, wave, estimate in zip(xs, waves, line.points, strict=True):
        if estimate is None:
            continue
        hover = tip(f"{line.name}, {spanish.wave_short(wave)}", estimate)
        canvas.rectangle(x - 12, scale(estimate.estimate) - 14, 24, 28, canvas.theme.paper, 0.004, tip=hover)
        old = "" if wave == waves[-1] else spanish.wave_short(wave)
        last = _End(x, scale(estimate.estimate), estimate, old)
    if last:
        canvas.circle(last.x, last.y, 4.5, colour)
    return last


def _labels(
    canvas: Canvas, lines: Sequence[Line], ends: Sequence[_End | None], xs: Sequence[float], scale: Scale, narrow: bool
) -> None:
    """Name and value at the end of each line; on a telephone above the plot, in the line's colour."""
    order = sorted((i for i, end in enumerate(ends) if end), key=lambda i: ends[i].y if ends[i] else 0.0)  # type: ignore[union-attr]
    if narrow and len(lines) > 1:
        _above(canvas, [(lines[i], end) for i in range(len(lines)) if (end := ends[i])])
        return
    placed: list[float] = []
    for index in order:
        end = ends[index]
        if end is None:
            continue
        colour = _colour(canvas.theme, lines[index])
        if narrow or (end.old and len(lines) == 1):
            _over(canvas, end, xs, scale, lines[index], colour)
        elif len(lines) == 1:
            canvas.text(xs[-1] + 12, end.y + 5, end.value, 15, colour, weight=700)
        else:
            at = max(end.y, placed[-1] + 38) if placed else end.y
            size, named = canvas.fitted(lines[index].name, 14, 600, canvas.width - xs[-1] - 14)
            for row, words in enumerate(named):
                canvas.text(xs[-1] + 12, at - 1 - 14 * (len(named) - 1 - row), words, size, colour, weight=600)
            canvas.text(xs[-1] + 12, at + 16, end.value, 13 if end.old else 15, colour, weight=700)
            placed.append(at)


def _colour(theme: Theme, line: Line) -> str:
    return theme.accent if line.strong else theme.soft


def _above(canvas: Canvas, named: Sequence[tuple[Line, _End]]) -> None:
    """The names with their last values in one row over the plot, the strong line first."""
    x, each = 0.0, canvas.width / len(named)
    for line, end in sorted(named, key=lambda pair: not pair[0].strong):
        colour = _colour(canvas.theme, line)
        wide = canvas.width_of(end.value.text, 13.5, 700)
        own = canvas.width_of(line.name, 13.5, 600)
        # A name has what the others leave of the row: half of it at least.
        room = max(each, canvas.width - x - (0 if x else each)) - wide - 15 - 20
        size, words = (13.5, [line.name]) if own <= room else canvas.fitted(line.name, 13.5, 600, max(room, 40), 1)
        canvas.circle(x + 5, 7, 4.5, colour)
        canvas.text(x + 15, 12, words[0], size, colour, weight=600)
        x += 15 + canvas.width_of(f"{words[0]} ", size, 600)
        canvas.text(x, 12, end.value, 13.5, colour, weight=700)
        x += wide + 16


def _over(canvas: Canvas, end: _End, xs: Sequence[float], scale: Scale, line: Line, colour: str) -> None:
    """The last value over its own point, clear of the band below it."""
    value = end.value
    wide = canvas.width_of(value.text, 14, 700)
    right = max(end.x + 8, xs[0] + wide)
    under = [p for p, x in zip(line.points, xs, strict=True) if p and right - wide - 6 < x <= right]
    at = min(scale(p.ci_high) for p in under or [end.estimate]) - 8
    canvas.rectangle(right - 2 - wide, at - 12, wide + 4, 15, canvas.theme.paper)
    canvas.text(right, at, value, 14, colour, "right", 700)
