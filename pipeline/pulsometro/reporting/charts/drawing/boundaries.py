"""Places on their real boundaries, when the user gives a GeoJSON file of them."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pulsometro.common.errors import PulsoError
from pulsometro.reporting.charts.drawing import scale
from pulsometro.reporting.charts.drawing.canvas import SCREEN, Canvas, Picture, Size, width_of
from pulsometro.reporting.charts.drawing.dots import tip
from pulsometro.reporting.charts.drawing.shades import KEY, Shades, draw_key, shades_for
from pulsometro.reporting.charts.drawing.tiles import Tile
from pulsometro.reporting.language.traced_text import Number
from pulsometro.style.theme import Theme, text_on

Corner = tuple[float, float]
# A label is wider than tall: room to the sides counts for less than room above and below.
_FLAT = 0.42
# Pixels at the right of a map for the names that do not fit inside.
_ASIDE = 128


@dataclass(frozen=True)
class Shape:
    """One place's polygons: each an outer ring and its holes, in degrees or pixels."""

    polygons: tuple[tuple[tuple[Corner, ...], ...], ...]

    @property
    def corners(self) -> list[Corner]:
        """Every corner of the outer rings."""
        return [corner for polygon in self.polygons for corner in polygon[0]]

    @property
    def largest(self) -> tuple[Corner, ...]:
        """The outer ring of the largest polygon."""
        return max((polygon[0] for polygon in self.polygons), key=lambda ring: abs(_area(ring)))


def read_shapes(path: Path) -> dict[str, Shape]:
    """Shapes by ``cve_geo`` of a GeoJSON of polygons in degrees (WGS84).

    Raises PulsoError naming the file when it is not one, or when its coordinates are not degrees.
    """
    try:
        features = json.loads(path.read_text(encoding="utf-8"))["features"]
        found = {str(feature["properties"]["cve_geo"]): _shape(feature["geometry"]) for feature in features}
    except (OSError, KeyError, ValueError, TypeError, IndexError) as error:
        raise PulsoError(
            f"{path}: not a GeoJSON of polygons with the property cve_geo ({error}); correct report.boundaries."
        ) from error
    far = [code for code, shape in found.items() if any(abs(x) > 180 or abs(y) > 90 for x, y in shape.corners)]
    if far:
        raise PulsoError(
            f"{path}: the coordinates of {far[0]} are not degrees; write the file again in WGS84 (EPSG:4326)."
        )
    return found


def _shape(geometry: dict[str, Any]) -> Shape:
    kinds = {"Polygon": [geometry["coordinates"]], "MultiPolygon": geometry["coordinates"]}
    polygons = [
        tuple(_turned(tuple((float(p[0]), float(p[1])) for p in ring), index == 0) for index, ring in enumerate(rings))
        for rings in kinds[geometry["type"]]
    ]
    if not polygons or any(len(polygon[0]) < 4 for polygon in polygons):
        raise ValueError("a polygon without corners")
    return Shape(tuple(polygons))


def _turned(ring: tuple[Corner, ...], outer: bool) -> tuple[Corner, ...]:
    """Outer rings one way and holes the other, whatever the file does: else a hole would be filled."""
    return ring if (_area(ring) > 0) == outer else ring[::-1]


def draw(
    tiles: Sequence[Tile], boundaries: Path, direction: str, theme: Theme, alt: str, size: Size = SCREEN,
    remarks: Sequence[str] = (), png: bool = True,
) -> Picture:  # fmt: skip
    """Draw the places on their boundaries, name and value where each has most room.

    Equirectangular, with degrees of longitude shortened by the cosine of the middle latitude: over one
    metropolitan area the shapes are off by less than a pixel. Raises PulsoError for a place without boundary.
    """
    shapes = read_shapes(boundaries)
    missing = [tile.name for tile in tiles if tile.code not in shapes]
    if missing:
        raise PulsoError(f"{boundaries}: no boundary for {missing[0]}; add it or leave report.boundaries empty.")
    width = size.wide(500)
    own = {tile.code: shapes[tile.code] for tile in tiles}
    placed, high = _project(own, width)
    aside = [tile for tile in tiles if not _fits(tile, placed[tile.code], theme)]
    if aside:
        # Names that do not fit inside stand at the right, each with a line to its place.
        placed, high = _project(own, width - _ASIDE)
        aside = [tile for tile in tiles if not _fits(tile, placed[tile.code], theme)]
    high = max(high, 40 * len(aside))
    canvas = Canvas(width, high + KEY, theme, remarks)
    shades = shades_for((tile.estimate for tile in tiles), theme)
    for tile in tiles:
        hover = tip(tile.name, tile.estimate, tile.change) if tile.estimate else f"{tile.name}: {tile.why}"
        for index, polygon in enumerate(placed[tile.code].polygons):
            # An edge closes the slivers that simplifying leaves between neighbours.
            canvas.area(polygon, shades.of(tile.estimate), theme.paper, tip=hover if index == 0 else "")
    for tile in tiles:
        if tile not in aside:
            x, y = roomiest(placed[tile.code].largest)
            _label(canvas, tile, x, y, text_on(shades.of(tile.estimate), theme), direction)
    _beside(canvas, aside, placed, direction, shades)
    draw_key(canvas, shades, high)
    return canvas.finish(alt, png)


def _fits(tile: Tile, shape: Shape, theme: Theme) -> bool:
    """Whether name and value lie inside the shape, with the mark of a change."""
    x, y = roomiest(shape.largest)
    # A percentage has 16 pixels to each side; pesos take what they take.
    said = scale.shown(tile.estimate, coarse=True) if tile.estimate and not tile.estimate.printed.share else ""
    value = max(16.0, width_of(theme, said, 15, 700) / 2)
    half = max(width_of(theme, tile.name, 12.5, 600) / 2, value + 22 if _marked(tile) else value) + 3
    corners = [(x + dx * half, y + dy) for dx in (-1, -0.5, 0, 0.5, 1) for dy in (-14, 0, 17)]
    return all(_inside(corner, shape.largest) for corner in corners)


def _marked(tile: Tile) -> bool:
    return tile.change is not None and tile.change.significant


def _inside(point: Corner, ring: Sequence[Corner]) -> bool:
    """Even–odd rule."""
    x, y = point
    found = False
    for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            found = not found
    return found


def _beside(canvas: Canvas, aside: Sequence[Tile], placed: Mapping[str, Shape], direction: str, shades: Shades) -> None:
    """Labels at the right in the order of their places from north to south, apart from each other."""
    spots = sorted(((roomiest(placed[tile.code].largest), tile) for tile in aside), key=lambda pair: pair[0][1])
    left = canvas.width - _ASIDE + 18
    # Around the middle of their places, so that the lines run as level as they can.
    middle = sum(y for (_, y), _ in spots) / max(len(spots), 1)
    first = min(max(16.0, middle - 20 * (len(spots) - 1)), canvas.height - 40.0 * len(spots))
    heights = [first + 40 * index for index in range(len(spots))]
    for (x, y), tile, at in _uncrossed(spots, left, heights):
        ink = text_on(shades.of(tile.estimate), canvas.theme)
        canvas.line([x, left - 4], [y, at - 2], canvas.theme.ink, 1)
        canvas.circle(x, y, 3, canvas.theme.ink, ink if ink != canvas.theme.ink else canvas.theme.paper)
        _label(canvas, tile, left, at, canvas.theme.ink, direction, "left")


def _project(shapes: dict[str, Shape], width: int) -> tuple[dict[str, Shape], int]:
    """Shapes in pixels of a map ``width`` wide, and its height."""
    corners = [corner for shape in shapes.values() for corner in shape.corners]
    west, east = min(x for x, _ in corners), max(x for x, _ in corners)
    south, north = min(y for _, y in corners), max(y for _, y in corners)
    stretch = math.cos(math.radians((south + north) / 2))
    unit = (width - 4) / ((east - west) * stretch)

    def place(corner: Corner) -> Corner:
        return 2 + (corner[0] - west) * stretch * unit, 2 + (north - corner[1]) * unit

    placed = {
        code: Shape(tuple(tuple(tuple(map(place, ring)) for ring in polygon) for polygon in shape.polygons))
        for code, shape in shapes.items()
    }
    return placed, round((north - south) * unit) + 4


def _uncrossed(
    spots: list[tuple[Corner, Tile]], left: float, heights: Sequence[float]
) -> list[tuple[Corner, Tile, float]]:  # fmt: skip
    """Labels beside their places with no two neighbours' lines across each other."""
    for _ in spots:
        for index in range(len(spots) - 1):
            (one, _), (other, _) = spots[index], spots[index + 1]
            # Where the left one of two lines begins, the other line runs: above it and yet ending below, or contrary.
            near, far = sorted((one, other))
            ends = {one: heights[index], other: heights[index + 1]}
            share = (far[0] - near[0]) / max(left - near[0], 1e-9)
            passes = near[1] + (ends[near] - near[1]) * share
            if (passes < far[1]) != (ends[near] < ends[far]):
                spots[index], spots[index + 1] = spots[index + 1], spots[index]
    return [(spot, tile, at) for (spot, tile), at in zip(spots, heights, strict=True)]


def _label(
    canvas: Canvas, tile: Tile, x: float, y: float, ink: str, direction: str, anchor: str = "center"
) -> None:  # fmt: skip
    canvas.text(x, y - 3, tile.name, 12.5, ink, anchor, 600)
    if tile.estimate is None:
        canvas.text(x, y + 13, tile.why, 12.5, ink, anchor)
        return
    shown = Number(scale.shown(tile.estimate, coarse=True), tile.estimate.key)
    canvas.text(x, y + 14, shown, 15, ink, anchor, 700)
    if tile.change is not None and tile.change.significant:
        sign, colour, _ = canvas.theme.meaning(tile.change, direction)
        wide = canvas.width_of(shown.text, 15, 700)
        aside = x + (wide / 2 if anchor == "center" else wide) + 14
        canvas.circle(aside, y + 9, 9, canvas.theme.paper)
        canvas.symbol(aside, y + 9, sign, 11, colour)


def roomiest(ring: Sequence[Corner], fine: int = 32) -> Corner:
    """The point inside a ring that is furthest from its edges, on a grid; flattened, as labels are flat.

    A centroid may lie outside of a bent shape, or in its narrow part.
    """
    import numpy as np

    line = np.array(ring, dtype=float) * (_FLAT, 1.0)
    start, end = line, np.roll(line, -1, axis=0)
    (left, top), (right, bottom) = line.min(axis=0), line.max(axis=0)
    grid = np.stack(np.meshgrid(np.linspace(left, right, fine), np.linspace(top, bottom, fine)), -1).reshape(-1, 2)
    step = end - start
    long = np.maximum((step**2).sum(axis=1), 1e-12)
    to = grid[:, None, :] - start
    along = np.clip((to * step).sum(axis=2) / long, 0, 1)
    away = np.hypot(*np.moveaxis(to - along[:, :, None] * step, 2, 0)).min(axis=1)
    x, y = grid[:, 0, None], grid[:, 1, None]
    rises = np.where(step[:, 1] == 0, 1e-12, step[:, 1])
    crosses = ((start[:, 1] > y) != (end[:, 1] > y)) & (x < step[:, 0] * (y - start[:, 1]) / rises + start[:, 0])
    away[crosses.sum(axis=1) % 2 == 0] = -1
    best = grid[int(np.argmax(away))]
    return float(best[0] / _FLAT), float(best[1])


def _area(ring: Sequence[Corner]) -> float:
    """Area of a ring by the shoelace formula."""
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True)) / 2
