"""Bars that add to 100 for items asked with one scale, sorted by the most favourable answer; or of one level."""

from collections.abc import Sequence
from dataclasses import dataclass

from pulsometro.reporting.charts.drawing.canvas import SCREEN, Canvas, Picture, Size
from pulsometro.reporting.charts.drawing.dots import tip
from pulsometro.reporting.edition.rows import Estimate
from pulsometro.reporting.language.traced_text import Number
from pulsometro.style.theme import Theme, mix, text_on

# A figure inside a part smaller than this would not fit.
_SMALLEST = 0.08
# Levels that add to more than this are all that there are.
_COMPLETE = 0.99


@dataclass(frozen=True)
class Bar:
    """One item and its categories from the most to the least favourable; None: nobody gave that answer."""

    name: str
    parts: Sequence[Estimate | None]


def colours(count: int, theme: Theme) -> list[str]:
    """One colour a level: the theme's four, or steps between accent and rust."""
    if count == 4:
        return list(theme.levels)
    if count == 1:
        return [theme.accent]
    if count == 3:
        return [theme.accent, theme.sand, theme.rust]
    half = [mix(theme.accent, theme.paper, 1 - k * 0.5 / max(count // 2 - 1, 1)) for k in range(count // 2)]
    rest = count - len(half)
    return half + [mix(theme.rust, theme.sand, k / max(rest - 1, 1)) for k in range(rest)]


def draw(
    bars: Sequence[Bar], levels: Sequence[str], theme: Theme, alt: str, size: Size = SCREEN,
    remarks: Sequence[str] = (), png: bool = True,
) -> Picture:  # fmt: skip
    """Draw the bars in the order given; the scale is named once, over the first bar (not at all: one level without
    a name)."""
    narrow, width = size.narrow, size.wide(500)
    named = any(levels)
    top, step, tall = (34 if named else 4), (50 if narrow else 34) * size.loose, 24 * size.loose
    canvas = Canvas(width, round(top + step * len(bars)), theme, remarks)
    widest = max(canvas.width_of(bar.name, 14.5, 600) for bar in bars)
    left = 0.0 if narrow else min(widest, 0.38 * width) + 14
    tones = colours(len(levels), theme)
    if named:
        _scale(canvas, levels, tones, left, width - left)
    for index, bar in enumerate(bars):
        y = top + index * step
        if narrow:
            canvas.name(0, y + 12, bar.name, width, 15, theme.ink, most=1)
            y += 18
        else:
            canvas.name(left - 12, y + tall / 2 + 5, bar.name, left - 12, 14.5, theme.ink, "right")
        _bar(canvas, bar, levels, tones, left, y, width - left, tall)
    return canvas.finish(alt, png)


def _scale(canvas: Canvas, levels: Sequence[str], tones: Sequence[str], left: float, room: float) -> None:
    most = room / len(levels) - 24
    fits = sum(canvas.width_of(level, 14) + 28 for level in levels) <= room + 8
    named = [(14.0, [level]) if fits else canvas.fitted(level, 14, 400, most, 1) for level in levels]
    widths = [canvas.width_of(words[0], size) + 20 for size, words in named]
    gap = min(34.0, (room - sum(widths)) / max(len(levels) - 1, 1))
    x = left
    for (size, words), tone, wide in zip(named, tones, widths, strict=True):
        canvas.rectangle(x, 3, 13, 13, tone)
        canvas.text(x + 19, 14.5, words[0], size, canvas.theme.ink)
        x += wide + gap


def _bar(
    canvas: Canvas,
    bar: Bar,
    levels: Sequence[str],
    tones: Sequence[str],
    left: float,
    y: float,
    room: float,
    tall: float,
) -> None:
    # Levels that are all there are fill the bar, so that rounding in the table leaves no gap; of some alone, the
    # lengths are as they are: 51 % is half a bar.
    told = sum(part.estimate for part in bar.parts if part)
    whole = told if told > _COMPLETE else 1.0
    x = left
    for level, part, tone in zip(levels, bar.parts, tones, strict=True):
        if part is None:
            continue
        wide = part.estimate / whole * room
        canvas.rectangle(
            x, y, max(wide - 1.5, 0.5), tall, tone, tip=tip(f"{bar.name}, {level}" if level else bar.name, part)
        )
        shown = Number(part.printed.bare(part.estimate, part.printed.coarse), part.key)
        if len(levels) == 1 and part.estimate < _SMALLEST:
            canvas.text(x + wide + 6, y + tall / 2 + 5, shown, 14, canvas.theme.ink, weight=600)
        elif part.estimate / whole >= _SMALLEST:
            canvas.text(x + (wide - 1.5) / 2, y + tall / 2 + 5, shown, 14, text_on(tone, canvas.theme), "center", 600)
        x += wide
