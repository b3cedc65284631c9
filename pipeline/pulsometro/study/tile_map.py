"""The map of tiles: where each place lies, one wide and high, in columns and rows counted from 0."""

import math
from collections.abc import Iterator, Mapping, Sequence

from pulsometro.settings.faults import Fault, shown
from pulsometro.settings.study_names import OLD_FORM, PlacesForm

Tile = tuple[float, float]
# A map of more columns or rows than this has tiles that nobody can read.
_FARTHEST_TILE = 50


def laid_out(tiles: Sequence[Tile | None]) -> tuple[Tile, ...]:
    """The tiles that are said, and for those that are not, rows of a compact grid in their order, below the others.

    >>> laid_out([None, None, None, (0, 0)])
    ((0, 1), (1, 1), (0, 2), (0, 0))
    """
    columns = math.ceil(math.sqrt(tiles.count(None)))
    # What lies outside of any map is told of by itself.
    rows = [tile[1] for tile in tiles if tile is not None and math.isfinite(tile[1])]
    first = max((math.floor(row) + 1 for row in rows), default=0)
    found, number = [], 0
    for tile in tiles:
        found.append(tile if tile is not None else (number % columns, first + number // columns))
        number += tile is None
    return tuple(found)


def tile_faults(tiles: Mapping[str, Tile], form: PlacesForm = OLD_FORM) -> Iterator[Fault]:
    """Places (by short name) that the map of tiles would draw one on the other, or where nobody sees them.

    Columns and rows are counted at the left and at the top.
    """
    names = list(tiles)
    for number, name in enumerate(names):
        if not all(0 <= place <= _FARTHEST_TILE for place in tiles[name]):
            (x, y) = tiles[name]
            yield Fault(
                f"{form.key}: {shown(name)} lies on tile ({x:g}, {y:g}), outside of the map; give it a column and "
                f"a row from 0 to {_FARTHEST_TILE}.",
                (*form.way, number, "tile"),
            )
        for other in names[:number]:
            (x, y), (a, b) = tiles[name], tiles[other]
            if abs(x - a) < 1 and abs(y - b) < 1:
                yield Fault(
                    f"{form.key}: {shown(other)} and {shown(name)} lie on one tile ({x:g}, {y:g}); give each its "
                    "own column and row.",
                    (*form.way, number, "tile"),
                )
