"""Places in a ranking with the interval of the rank: an order is only as firm as its bars are short."""

from collections.abc import Sequence
from dataclasses import dataclass

from pulsometro.reporting.charts.drawing.canvas import SCREEN, Canvas, Picture, Size, width_of
from pulsometro.reporting.edition.rows import Rank
from pulsometro.reporting.language.traced_text import Number
from pulsometro.style.theme import Theme


@dataclass(frozen=True)
class RankRow:
    """One place; ``strong`` marks the one that the page is about; ``key``: the row that is ranked."""

    name: str
    rank: Rank
    strong: bool = False
    key: str = ""


def draw(
    rows: Sequence[RankRow], theme: Theme, alt: str, size: Size = SCREEN, remarks: Sequence[str] = (), png: bool = True
) -> Picture:
    """Draw rank 1 at the left; rows in the order given."""
    narrow, width = size.narrow, size.wide(500)
    widest = max(width_of(theme, row.name, 14, 700) for row in rows) + 30
    left = min(max(112.0 if narrow else 132.0, widest), 0.4 * width)
    right, top, step = width - 14, 34, 30
    canvas = Canvas(width, top + step * len(rows) + 4, theme, remarks)
    most = max(row.rank.of for row in rows)
    unit = (right - left) / max(most - 1, 1)
    # As many ticks as can be told apart: of fifty places, every fifth or so.
    every = max(1, -(-28 // max(int(unit), 1)))
    for place in range(1, most + 1):
        if place not in (1, most) and ((place - 1) % every or (most - place) * unit < 28):
            continue
        x = left + (place - 1) * unit
        canvas.line([x, x], [top - 10, top + step * len(rows) - 10], theme.rule)
        canvas.text(
            x, top - 17, f"{place}.º" if place in (1, most) or not narrow else str(place), 13, theme.soft, "center"
        )
    for index, row in enumerate(rows):
        y = top + index * step + 6
        colour = theme.accent if row.strong else theme.same
        canvas.name(left - 16, y + 5, row.name, left - 18, 14, theme.ink, "right", 700 if row.strong else 400)
        low, high = (left + (rank - 1) * unit for rank in (row.rank.low, row.rank.high))
        words = f"{row.name}: lugar {row.rank.rank}, entre el {row.rank.low} y el {row.rank.high}"
        hover = Number(words, row.key, "tip") if row.key else words
        canvas.line([low, high], [y, y], colour, 7, opacity=0.35, round_ends=True)
        canvas.circle(left + (row.rank.rank - 1) * unit, y, 5.5, colour)
        canvas.rectangle(low - 10, y - 13, high - low + 20, 26, theme.paper, 0.004, tip=hover)
    return canvas.finish(alt, png)
