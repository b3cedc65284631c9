"""Which places a wave is of: one enters the study, another leaves it, and earlier waves stay as they were."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from pulsometro.settings.faults import Fault, shown
from pulsometro.settings.likeness import meant
from pulsometro.settings.nouns import MUNICIPALITY
from pulsometro.settings.study_names import OLD_FORM, PlacesForm


class Area(Protocol):
    """What is asked of a place: its code and, of the waves, the first and the last that it is in."""

    @property
    def code(self) -> str: ...

    @property
    def short(self) -> str: ...

    @property
    def since(self) -> str | None: ...

    @property
    def until(self) -> str | None: ...


def codes_in(areas: Sequence[Area], waves: Sequence[str], wave: str) -> tuple[str, ...]:
    """Codes of the areas that are in ``wave``, in their order; ``waves``: every wave's key, oldest first."""
    at = waves.index(wave)
    return tuple(area.code for area in areas if _first(area, waves) <= at <= _last(area, waves))


def _first(area: Area, waves: Sequence[str]) -> int:
    return waves.index(area.since) if area.since in waves else 0


def _last(area: Area, waves: Sequence[str]) -> int:
    return waves.index(area.until) if area.until in waves else len(waves)


def moved_between(
    areas: Sequence[Area], waves: Sequence[str], reference: str, wave: str, the_places: str = MUNICIPALITY.the_plural
) -> str:
    """Why the whole of one wave is not that of another, in words for readers; "" where both are of the same areas.

    >>> from types import SimpleNamespace
    >>> named = [SimpleNamespace(code="1", short="Norte", since="b", until=None)]
    >>> moved_between(named, ["a", "b"], "a", "b")
    'entra Norte'
    """
    before, now = set(codes_in(areas, waves, reference)), set(codes_in(areas, waves, wave))
    enter = [area.short for area in areas if area.code in now - before]
    leave = [area.short for area in areas if area.code in before - now]
    said = [f"{verb} {name}" for verb, names in (("entra", enter), ("sale", leave)) for name in names]
    return " y ".join(said) if len(said) <= 2 else (f"cambian {the_places}" if said else "")


def period_faults(areas: Sequence[Area], waves: Sequence[str], form: PlacesForm = OLD_FORM) -> Iterator[Fault]:
    """Areas that enter or leave in a wave that is none, leave before they enter, and waves that are of no area."""
    known = ", ".join(map(shown, waves))
    for number, area in enumerate(areas):
        place = (*form.way, number)
        said = (("since", area.since), ("until", area.until))
        wrong = [(key, name) for key, name in said if name is not None and name not in waves]
        for key, name in wrong:
            text = f"{form.key}: {shown(area.short)} says {key}: {shown(name)}, which is no wave"
            yield Fault(f"{text}; write one of {known}{meant(name, waves)}.", (*place, key))
        if not wrong and _last(area, waves) < _first(area, waves):
            text = f"{form.key}: {shown(area.short)} leaves (until) before it enters (since); correct one of them."
            yield Fault(text, (*place, "until"))
    for wave in waves if areas else ():
        if not codes_in(areas, waves, wave):
            text = f"{form.key}: none is in {shown(wave)}; correct their since and until."
            yield Fault(text, form.way)


def waves_named(areas: Sequence[Area]) -> tuple[str, ...]:
    """The waves in which an area enters or leaves: what is made with the areas depends on when these are."""
    return tuple(sorted({name for area in areas for name in (area.since, area.until) if name is not None}))
