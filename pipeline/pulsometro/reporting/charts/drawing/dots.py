"""Dots with intervals: places (or groups) compared, with the whole as a dashed line and its band."""

from collections.abc import Sequence
from dataclasses import dataclass

from pulsometro.reporting.charts.drawing.canvas import SCREEN, Canvas, Picture, Size, width_of
from pulsometro.reporting.charts.drawing.scale import Scale, form_of, scale_for, shown
from pulsometro.reporting.edition.rows import Change, Estimate
from pulsometro.reporting.language.traced_text import Number
from pulsometro.style import spanish
from pulsometro.style.theme import Theme


@dataclass(frozen=True)
class DotRow:
    """One line of the chart; ``estimate`` is None where it may not be printed, and ``why`` says it in a word."""

    name: str
    estimate: Estimate | None
    change: Change | None = None
    strong: bool = False
    why: str = ""


def draw(
    rows: Sequence[DotRow], whole: Estimate | None, whole_name: str, direction: str, theme: Theme, alt: str,
    size: Size = SCREEN, changes: bool = True, remarks: Sequence[str] = (), png: bool = True
) -> Picture:  # fmt: skip
    """Draw rows in the order given; value and change at the right, units on the first tick.

    ``direction``: of the indicator, for the colours of change. ``changes``: leave room for them.
    """
    narrow, width = size.narrow, size.wide(560)
    more_value, more_change = more_room(rows, theme, changes)
    if narrow:
        room = _name_room(width - more_value - more_change, changes, all(row.estimate for row in rows))
        # A name in two lines needs a line more above its bar.
        more = 13 if any(width_of(theme, row.name, 15, 600) > room for row in rows) else 0
        top, step, left, right = 40, 43 * size.loose + more, 10.0, width - 10.0
    else:
        top, step, right = 34, 33 * size.loose, float(width)
        widest = max((width_of(theme, row.name, 15, 600) for row in rows), default=0)
        left = 18 + min(widest, 0.38 * width)
        # Names in two lines need room above and below.
        step += 9 if widest > 0.38 * width else 0
        right -= (136 if changes or not all(row.estimate for row in rows) else 62) + more_value + more_change
    canvas = Canvas(width, round(top + step * len(rows)) + (26 if whole else 0), theme, remarks)
    values = [v for r in rows if r.estimate for v in (r.estimate.ci_low, r.estimate.ci_high)]
    known = next((r.estimate for r in rows if r.estimate), whole)
    ends = values + ([whole.estimate] if whole else [])
    form = form_of(known)
    scale = scale_for(ends, form, left, right, 4 if narrow else 5)
    bottom = top + step * len(rows) - (14 if narrow else 10)
    _frame(canvas, scale, top, bottom, whole, whole_name, narrow)
    if not narrow:
        at = right + 56 + more_value
        canvas.text(at, top - 18, "%" if form.share else form.after.strip(), 13, theme.soft, "right")
        if changes:
            unit = form.moved_head
            canvas.text(at + 12, top - 18, f"cambio, {unit}" if unit else "cambio", 13, theme.soft)
    for index, row in enumerate(rows):
        y = top + index * step + (10 if narrow else step / 2 - 10.5)
        _row(canvas, row, scale, y, direction, narrow, changes, right, (more_value, more_change))
    return canvas.finish(alt, png)


def _frame(
    canvas: Canvas, scale: Scale, top: float, bottom: float, whole: Estimate | None, name: str, narrow: bool
) -> None:
    theme = canvas.theme
    start = top - 12
    for index, tick in enumerate(scale.ticks):
        x = scale.at(tick)
        canvas.line([x, x], [start, bottom], theme.rule)
        label = scale.label(tick, index == 0)
        anchor = "center" if not narrow or 0 < index < len(scale.ticks) - 1 else ("left" if index == 0 else "right")
        canvas.text(x, start - 6, label, 13, theme.soft, anchor)
    if whole is None:
        return
    x, low, high = scale(whole.estimate), scale(whole.ci_low), scale(whole.ci_high)
    canvas.rectangle(low, start, high - low, bottom - start, theme.accent, 0.14)
    canvas.line([x, x], [start, bottom], theme.accent, 1.2, dash=(3, 3))
    label = f"{name} {shown(whole)}"
    half = canvas.width_of(label, 13, 600) / 2
    x = min(max(x, half + 2), canvas.width - half - 2)
    canvas.text(x, bottom + 18, Number(label, whole.key), 13, theme.accent, "center", 600)


def _row(
    canvas: Canvas, row: DotRow, scale: Scale, y: float, direction: str, narrow: bool, changes: bool, right: float,
    more: tuple[float, float],
) -> None:  # fmt: skip
    theme, estimate = canvas.theme, row.estimate
    size, weight = 15, 700 if row.strong else 600
    line = y
    if narrow:
        room = _name_room(canvas.width - sum(more), changes, estimate is not None)
        wide = canvas.width_of(row.name, size, weight)
        low_by = 13 if wide > room else 0
        line = y + 16 + low_by
        canvas.rectangle(0, y - 9, min(wide, room) + 8, 19 + low_by, theme.paper)
        canvas.name(0, y + 5 + low_by / 2, row.name, room, size, theme.ink, weight=weight)
    else:
        canvas.name(scale.first - 12, y + 5, row.name, scale.first - 14, size, theme.ink, "right", weight)
    if estimate is None:
        canvas.text(
            canvas.width if narrow else right + 22, y + 5, row.why, 13, theme.soft, "right" if narrow else "left"
        )
        return
    low, high, x = scale(estimate.ci_low), scale(estimate.ci_high), scale(estimate.estimate)
    hover = tip(row.name, estimate, row.change)
    canvas.line([low, high], [line, line], theme.accent, 6, opacity=0.35, round_ends=True)
    canvas.circle(x, line, 5.5, theme.accent)
    value = Number(shown(estimate, unit=False), estimate.key)
    sign, colour, _ = theme.meaning(row.change, direction)
    if narrow:
        with_change = changes and row.change is not None and row.change.comparable
        change = f"{sign} {signed(row.change)}" if with_change and row.change else ""
        space = 64 + more[1] if changes else 0
        back = canvas.width_of(value.text, size, 600) + space + 8
        canvas.rectangle(canvas.width - back, y - 9, back, 19, theme.paper)
        canvas.text(canvas.width - space, y + 5, value, size, theme.ink, "right", 600)
        if with_change and row.change:
            canvas.text(canvas.width, y + 5, Number(change, row.change.key, row.change.field), 14, colour, "right", 600)
    else:
        canvas.text(right + 56 + more[0], y + 5, value, size, theme.ink, "right", 600)
        if changes and row.change is not None and row.change.comparable:
            change = f"{sign} {signed(row.change)}"
            canvas.text(
                right + 68 + more[0], y + 5, Number(change, row.change.key, row.change.field), 14, colour, "left", 600
            )
    # A wide invisible target: a 6 px line is hard to hit.
    canvas.rectangle(low - 8, line - 13, high - low + 16, 26, theme.paper, 0.004, tip=hover)


def more_room(rows: Sequence[DotRow], theme: Theme, changes: bool) -> tuple[float, float]:
    """Pixels that the widest value and change take beside those that percentages have: pesos have more figures."""
    value = max((width_of(theme, shown(r.estimate, unit=False), 15, 600) for r in rows if r.estimate), default=0)
    known = [row.change for row in rows if row.change and row.change.comparable] if changes else []
    change = max((width_of(theme, signed(each), 14, 600) for each in known), default=0)
    return max(0.0, value - 46), max(0.0, change - 44)


def _name_room(width: float, changes: bool, printed: bool) -> float:
    """Pixels that a telephone has for a name: the value and its change stand at the right."""
    return width - (116 if changes or not printed else 52)


def signed(change: Change) -> str:
    """A difference with its sign, in points for shares."""
    return change.printed.signed(change.difference)


def tip(name: str, estimate: Estimate, change: Change | None = None) -> Number:
    """The hover text of a mark: value, interval, base and verdict."""
    form = estimate.printed
    low, high = form.bare(estimate.ci_low), form.value(estimate.ci_high)
    words = f"{name}: {shown(estimate)} (de {low} a {high}); n = {spanish.count(estimate.n)}"
    if change is not None and change.comparable:
        unit = change.printed.moved_head
        words += f"; {change.word} ({signed(change)}{f' {unit}' if unit else ''})"
    return Number(words, estimate.key, "tip")
