"""Adults of a dwelling: how many are usual, how many cannot be, and the municipalities unlike the others in it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from pulsometro.weighting.control_totals import Totals
from pulsometro.weighting.record import CoverageRecord

# Over a whole study: about 1.6 where many live alone, 2.5 in Mexico, 3.5 at the most.
USUAL = (1.5, 4.0)
# Between these wherever people live; thousands and percent are not.
POSSIBLE = (0.5, 8.0)
# Times the median of the areas', on both sides; the first is doubtful, the second cannot be.
DOUBTFUL, IMPOSSIBLE = 1.5, 5.0
# A suburb may grow so fast: by how much a year the dwellings of another year may be more (or fewer) than they were.
_GROWTH = 1.1
# Fewer areas have no others to be like.
_FEWEST = 3
_YEAR = 365.25


@dataclass(frozen=True)
class OverAll:
    """The study's adults by dwelling; ``text``: how many persons there are for how many dwellings."""

    adults: float
    text: str


def over_all(people: Mapping[str, float], coverage: tuple[CoverageRecord, ...]) -> OverAll | None:
    """``people``: persons by area. None without a count of dwellings."""
    dwellings = next((each.dwellings for each in coverage if each.area == "total"), 0.0)
    if not dwellings:
        return None
    persons = sum(people.values())
    adults = persons / dwellings
    text = f"the totals have {persons:,.0f} persons for {dwellings:,.0f} dwellings, {adults:.3g} in each"
    return OverAll(adults, text)


def unlike_others(
    totals: Totals, people: Mapping[str, float], coverage: tuple[CoverageRecord, ...], file: str, factor: float
) -> Iterator[tuple[str, str]]:
    """Areas with ``factor`` times the adults by dwelling of the median area, or by so much fewer: which, and the words.

    ``people``: persons by area; ``file``: that of the dwellings. Where these are of another year than the totals, a
    growing area may be farther on that side.
    """
    each, relative = _by_area(people, coverage)
    low, high = _bounds(totals, coverage, factor)
    for area, times in relative.items():
        if not low <= times <= high:
            persons = f"{people[area]:,.0f} persons are {each[area]:.2g} for each of its dwellings in {file}"
            yield area, f"{persons}, {times:.2g} times what the median municipality has"


def _by_area(
    people: Mapping[str, float], coverage: tuple[CoverageRecord, ...]
) -> tuple[dict[str, float], dict[str, float]]:
    """Adults by dwelling of each area that has both, and the same by the median of the areas ({} of too few)."""
    dwellings = {each.area: each.dwellings for each in coverage if each.area in people and each.dwellings > 0}
    each = {area: people[area] / number for area, number in dwellings.items()}
    if len(each) < _FEWEST:
        return each, {}
    middle = float(np.median(list(each.values())))
    return each, {area: value / middle for area, value in each.items()}


def _bounds(totals: Totals, coverage: tuple[CoverageRecord, ...], factor: float) -> tuple[float, float]:
    """(1 ÷ factor, factor), the side widened on which dwellings of another year than the totals' put a growing area."""
    day = coverage[0].reference_date if coverage else ""
    try:
        years = (date.fromisoformat(day) - date.fromisoformat(totals.pick([])[1].reference_date)).days / _YEAR
    except ValueError:
        years = 0.0
    return 1 / factor / _GROWTH ** max(years, 0.0), factor * _GROWTH ** max(-years, 0.0)
