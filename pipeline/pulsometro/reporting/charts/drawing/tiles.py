"""Places as tiles in their true relative positions."""

from collections.abc import Sequence
from dataclasses import dataclass

from pulsometro.reporting.charts.drawing.canvas import SCREEN, Canvas, Picture, Size, width_of
from pulsometro.reporting.charts.drawing.dots import tip
from pulsometro.reporting.charts.drawing.scale import shown
from pulsometro.reporting.charts.drawing.shades import KEY, draw_key, shades_for
from pulsometro.reporting.edition.rows import Change, Estimate
from pulsometro.reporting.language.traced_text import Number
from pulsometro.style.theme import Theme, text_on


@dataclass(frozen=True)
class Tile:
    """One place: its name, column and row (fractions allowed), and what is shown in it, or the word why nothing is."""

    code: str
    name: str
    column: float
    row: float
    estimate: Estimate | None
    change: Change | None = None
    why: str = ""


def draw(
    tiles: Sequence[Tile], direction: str, theme: Theme, alt: str, size: Size = SCREEN, remarks: Sequence[str] = (),
    png: bool = True,
) -> Picture:  # fmt: skip
    """Draw the tiles and the key of their shades; a mark only where the change is significant."""
    narrow, width = size.narrow, size.wide(500)
    gap = 6 if narrow else 8
    columns = max(tile.column for tile in tiles) + 1
    rows = max(tile.row for tile in tiles) + 1
    side = (width - gap * (columns - 1)) / columns
    # A name of more than two lines makes every tile taller: the number stands below it.
    most = max(_lines(tile.name, side - 16, narrow, theme) for tile in tiles)
    tall = (72 if narrow else 80) + 13 * max(most - 2, 0)
    high = round(rows * (tall + gap) - gap)
    canvas = Canvas(width, high + KEY, theme, remarks)
    shades = shades_for((tile.estimate for tile in tiles), theme)
    for tile in tiles:
        x, y = tile.column * (side + gap), tile.row * (tall + gap)
        ink = text_on(shades.of(tile.estimate), theme)
        hover = tip(tile.name, tile.estimate, tile.change) if tile.estimate else f"{tile.name}: {tile.why}"
        canvas.rectangle(x, y, side, tall, shades.of(tile.estimate), radius=4, tip=hover)
        _label(canvas, tile.name, x + 10, y + 23, side - 16, ink, narrow)
        if tile.estimate is None:
            canvas.text(x + 10, y + tall - 20, tile.why, 13, ink)
            continue
        room = side - 20 - (26 if tile.change is not None and tile.change.significant else 0)
        large, value = fitted(tile.estimate, 21 if narrow else 25, room, theme)
        canvas.text(x + 10, y + tall - 18, value, large, ink, weight=700)
        if tile.change is not None and tile.change.significant:
            sign, colour, _ = theme.meaning(tile.change, direction)
            canvas.circle(x + side - 17, y + tall - 25, 10.5, theme.paper)
            canvas.symbol(x + side - 17, y + tall - 25, sign, 13, colour)
    draw_key(canvas, shades, high)
    return canvas.finish(alt, png)


def fitted(estimate: Estimate, size: float, room: float, theme: Theme) -> tuple[float, Number]:
    """The value as large as its room allows; one that does not fit stands without its unit, which the key has."""
    if estimate.printed.share:
        return size, Number(shown(estimate, coarse=True), estimate.key)
    for words in (shown(estimate, coarse=True), shown(estimate, coarse=True, unit=False)):
        fits = min(size, size * room / max(width_of(theme, words, size, 700), 1e-9))
        if fits == size or fits >= _READABLE:
            break
    return max(fits, 12.0), Number(words, estimate.key)


# A value smaller than this is first told without its unit.
_READABLE = 15.0
# A name of 54 letters takes as many in the tile of a telephone.
_MOST = 5


def _lines(name: str, room: float, narrow: bool, theme: Theme) -> int:
    """How many lines a name takes in a tile."""
    return len(Canvas(1, 1, theme).fitted(name, 12.5 if narrow else 13.5, 600, room, _MOST)[1])


def _label(canvas: Canvas, name: str, x: float, y: float, room: float, ink: str, narrow: bool) -> None:
    size = 12.5 if narrow else 13.5
    while canvas.width_of(name, size, 600) > room and size > 12:
        size -= 0.5
    if canvas.width_of(name, size, 600) > room:
        lines = len(canvas.fitted(name, size, 600, room, _MOST)[1])
        canvas.name(x, y + 6.5 * (lines - 1) - 5, name, room, size, ink, most=_MOST)
        return
    canvas.text(x, y, name, size, ink, weight=600)
