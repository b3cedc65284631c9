"""Places as tiles in their true relative positions, or as a real map when a boundary file is given."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import PulsoError
from pipeline.reporting import numbers
from pipeline.reporting.figures.canvas import Canvas, Picture
from pipeline.reporting.figures.dots import tip
from pipeline.reporting.rows import Change, Estimate
from pipeline.reporting.text import Number
from pipeline.reporting.theme import Theme, text_on


@dataclass(frozen=True)
class Tile:
    """One place: its name, column and row (fractions allowed), and what is shown in it."""

    code: str
    name: str
    column: float
    row: float
    estimate: Estimate | None
    change: Change | None = None


def shade(share: float, tiles: Sequence[Tile], theme: Theme) -> str:
    """The step of the ramp for a share: five equal steps between the smallest and largest shown."""
    shown = [tile.estimate.estimate for tile in tiles if tile.estimate]
    low, high = min(shown), max(shown)
    place = (share - low) / (high - low) if high > low else 0.5
    return theme.ramp[min(4, int(place * 5))]


def draw(
    tiles: Sequence[Tile],
    direction: str,
    theme: Theme,
    alt: str,
    narrow: bool = False,
    width: int = 500,
    png: bool = True,
) -> Picture:
    """Draw the tiles; a mark only where the change is significant."""
    width = 360 if narrow else width
    gap = 6 if narrow else 8
    columns = max(tile.column for tile in tiles) + 1
    rows = max(tile.row for tile in tiles) + 1
    side = (width - gap * (columns - 1)) / columns
    tall = 72 if narrow else 80
    canvas = Canvas(width, round(rows * (tall + gap) - gap), theme)
    for tile in tiles:
        x, y = tile.column * (side + gap), tile.row * (tall + gap)
        fill = shade(tile.estimate.estimate, tiles, theme) if tile.estimate else theme.rule
        ink = text_on(fill, theme)
        hover = tip(tile.name, tile.estimate, tile.change) if tile.estimate else ""
        canvas.rectangle(x, y, side, tall, fill, radius=4, tip=hover)
        _label(canvas, tile.name, x + 10, y + 23, side - 16, ink, narrow)
        if tile.estimate is None:
            canvas.text(x + 10, y + tall - 20, "no se publica", 13, ink)
            continue
        shown = Number(numbers.percent(tile.estimate.estimate, 0), tile.estimate.key)
        canvas.text(x + 10, y + tall - 18, shown, 21 if narrow else 25, ink, weight=700)
        if tile.change is not None and tile.change.significant:
            sign, colour, _ = theme.meaning(tile.change, direction)
            canvas.circle(x + side - 17, y + tall - 25, 10.5, theme.paper)
            canvas.symbol(x + side - 17, y + tall - 25, sign, 13, colour)
    return canvas.finish(alt, png and not narrow)


def _label(canvas: Canvas, name: str, x: float, y: float, room: float, ink: str, narrow: bool) -> None:
    size = 12.5 if narrow else 13.5
    while canvas.width_of(name, size, 600) > room and size > 12:
        size -= 0.5
    if canvas.width_of(name, size, 600) > room and " " in name:
        first, rest = name.rsplit(" ", 1)
        canvas.text(x, y - 5, first, size, ink, weight=600)
        canvas.text(x, y + 9, rest, size, ink, weight=600)
        return
    canvas.text(x, y, name, size, ink, weight=600)


def rings(path: Path) -> dict[str, list[list[tuple[float, float]]]]:
    """Outer rings by ``cve_geo`` of a GeoJSON of polygons in degrees.

    Raises PulsoError naming the file when it is not one.
    """
    try:
        features = json.loads(path.read_text(encoding="utf-8"))["features"]
        result: dict[str, list[list[tuple[float, float]]]] = {}
        for feature in features:
            shape = feature["geometry"]
            polygons = [shape["coordinates"]] if shape["type"] == "Polygon" else shape["coordinates"]
            outer = [[(float(p[0]), float(p[1])) for p in polygon[0]] for polygon in polygons]
            result[str(feature["properties"]["cve_geo"])] = outer
    except (OSError, KeyError, ValueError, TypeError, IndexError) as error:
        raise PulsoError(
            f"{path}: not a GeoJSON of polygons with the property cve_geo ({error}); correct report.boundaries."
        ) from error
    return result


def draw_boundaries(
    tiles: Sequence[Tile], boundaries: Path, direction: str, theme: Theme, alt: str, narrow: bool = False,
    width: int = 500, png: bool = True,
) -> Picture:  # fmt: skip
    """Draw the places on their real boundaries, value at the largest ring's middle.

    Degrees are stretched by the cosine of the middle latitude, enough for one metropolitan area.
    """
    shapes = rings(boundaries)
    missing = [tile.name for tile in tiles if tile.code not in shapes]
    if missing:
        raise PulsoError(f"{boundaries}: no boundary for {missing[0]}; add it or leave report.boundaries empty.")
    corners = [corner for tile in tiles for ring in shapes[tile.code] for corner in ring]
    west, east = min(x for x, _ in corners), max(x for x, _ in corners)
    south, north = min(y for _, y in corners), max(y for _, y in corners)
    stretch = math.cos(math.radians((south + north) / 2))
    width = 360 if narrow else width
    unit = (width - 4) / ((east - west) * stretch)
    canvas = Canvas(width, round((north - south) * unit) + 4, theme)

    def place(corner: tuple[float, float]) -> tuple[float, float]:
        return 2 + (corner[0] - west) * stretch * unit, 2 + (north - corner[1]) * unit

    for tile in tiles:
        fill = shade(tile.estimate.estimate, tiles, theme) if tile.estimate else theme.rule
        hover = tip(tile.name, tile.estimate, tile.change) if tile.estimate else ""
        for ring in shapes[tile.code]:
            canvas.polygon([place(corner) for corner in ring], fill, edge=theme.paper, tip=hover)
    for tile in tiles:
        ring = max(shapes[tile.code], key=_extent)
        x, y = _middle([place(corner) for corner in ring])
        fill = shade(tile.estimate.estimate, tiles, theme) if tile.estimate else theme.rule
        _on_map(canvas, tile, x, y, text_on(fill, theme), direction)
    return canvas.finish(alt, png and not narrow)


def _on_map(canvas: Canvas, tile: Tile, x: float, y: float, ink: str, direction: str) -> None:
    canvas.text(x, y - 3, tile.name, 13, ink, "center", 600)
    if tile.estimate is None:
        return
    shown = Number(numbers.percent(tile.estimate.estimate, 0), tile.estimate.key)
    canvas.text(x, y + 14, shown, 15, ink, "center", 700)
    if tile.change is not None and tile.change.significant:
        sign, colour, _ = canvas.theme.meaning(tile.change, direction)
        canvas.circle(x + 32, y + 9, 9, canvas.theme.paper)
        canvas.symbol(x + 32, y + 9, sign, 11, colour)


def _extent(ring: list[tuple[float, float]]) -> float:
    xs, ys = [x for x, _ in ring], [y for _, y in ring]
    return (max(xs) - min(xs)) * (max(ys) - min(ys))


def _middle(ring: list[tuple[float, float]]) -> tuple[float, float]:
    """Centroid of a ring by the shoelace formula."""
    double = x = y = 0.0
    for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True):
        cross = x1 * y2 - x2 * y1
        double, x, y = double + cross, x + (x1 + x2) * cross, y + (y1 + y2) * cross
    return (x / (3 * double), y / (3 * double)) if double else ring[0]
