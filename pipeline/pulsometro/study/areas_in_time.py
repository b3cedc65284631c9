"""Which municipalities a wave is of: one enters the study, another leaves it, and earlier waves stay as they were."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from pulsometro.settings.faults import Fault, shown
from pulsometro.settings.likeness import meant

# A map of more columns or rows than this has tiles that nobody can read.
_FARTHEST_TILE = 50


class Area(Protocol):
    """What is asked of a municipality: its code and, of the waves, the first and the last that it is in."""

    @property
    def cve_geo(self) -> str: ...

    @property
    def short(self) -> str: ...

    @property
    def since(self) -> str | None: ...

    @property
    def until(self) -> str | None: ...


def codes_in(areas: Sequence[Area], waves: Sequence[str], wave: str) -> tuple[str, ...]:
    """Codes of the areas that are in ``wave``, in their order; ``waves``: every wave's key, oldest first."""
    at = waves.index(wave)
    return tuple(area.cve_geo for area in areas if _first(area, waves) <= at <= _last(area, waves))


def _first(area: Area, waves: Sequence[str]) -> int:
    return waves.index(area.since) if area.since in waves else 0


def _last(area: Area, waves: Sequence[str]) -> int:
    return waves.index(area.until) if area.until in waves else len(waves)


def moved_between(areas: Sequence[Area], waves: Sequence[str], reference: str, wave: str) -> str:
    """Why the whole of one wave is not that of another, in words for readers; "" where both are of the same areas.

    >>> from types import SimpleNamespace
    >>> named = [SimpleNamespace(cve_geo="1", short="Norte", since="b", until=None)]
    >>> moved_between(named, ["a", "b"], "a", "b")
    'entra Norte'
    """
    before, now = set(codes_in(areas, waves, reference)), set(codes_in(areas, waves, wave))
    enter = [area.short for area in areas if area.cve_geo in now - before]
    leave = [area.short for area in areas if area.cve_geo in before - now]
    said = [f"{verb} {name}" for verb, names in (("entra", enter), ("sale", leave)) for name in names]
    return " y ".join(said) if len(said) <= 2 else ("cambian los municipios" if said else "")


def period_faults(areas: Sequence[Area], waves: Sequence[str]) -> Iterator[Fault]:
    """Areas that enter or leave in a wave that is none, leave before they enter, and waves that are of no area."""
    known = ", ".join(map(shown, waves))
    for number, area in enumerate(areas):
        place = ("municipalities", number)
        said = (("since", area.since), ("until", area.until))
        wrong = [(key, name) for key, name in said if name is not None and name not in waves]
        for key, name in wrong:
            text = f"municipalities: {shown(area.short)} says {key}: {shown(name)}, which is no wave"
            yield Fault(f"{text}; write one of {known}{meant(name, waves)}.", (*place, key))
        if not wrong and _last(area, waves) < _first(area, waves):
            text = f"municipalities: {shown(area.short)} leaves (until) before it enters (since); correct one of them."
            yield Fault(text, (*place, "until"))
    for wave in waves if areas else ():
        if not codes_in(areas, waves, wave):
            text = f"municipalities: none is in {shown(wave)}; correct their since and until."
            yield Fault(text, ("municipalities",))


def waves_named(areas: Sequence[Area]) -> tuple[str, ...]:
    """The waves in which an area enters or leaves: what is made with the areas depends on when these are."""
    return tuple(sorted({name for area in areas for name in (area.since, area.until) if name is not None}))


def tile_faults(tiles: Mapping[str, tuple[float, float]]) -> Iterator[Fault]:
    """Municipalities (by short name) that the map of tiles would draw one on the other, or where nobody sees them.

    A tile is one wide and high; columns and rows are counted from 0, at the left and at the top.
    """
    names = list(tiles)
    for number, name in enumerate(names):
        if not all(0 <= place <= _FARTHEST_TILE for place in tiles[name]):
            (x, y) = tiles[name]
            yield Fault(
                f"municipalities: {shown(name)} lies on tile ({x:g}, {y:g}), outside of the map; give it a column and "
                f"a row from 0 to {_FARTHEST_TILE}.",
                ("municipalities", number, "tile"),
            )
        for other in names[:number]:
            (x, y), (a, b) = tiles[name], tiles[other]
            if abs(x - a) < 1 and abs(y - b) < 1:
                yield Fault(
                    f"municipalities: {shown(other)} and {shown(name)} lie on one tile ({x:g}, {y:g}); give each its "
                    "own column and row.",
                    ("municipalities", number, "tile"),
                )
