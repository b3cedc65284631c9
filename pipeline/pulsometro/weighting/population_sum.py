"""What the weights add up to, held against the population: totals in percent, in thousands or twice stop here."""

import numpy as np

from pulsometro.settings.weighting_settings import WeightingSettings
from pulsometro.weighting.arrays import Floats, codes_of
from pulsometro.weighting.control_totals import Gap
from pulsometro.weighting.errors import WeightingError
from pulsometro.weighting.record import CoverageRecord

# An interview of a survey stands for more persons than this; totals in thousands give less.
FEWEST_PERSONS = 10.0
# Adults of a dwelling are between these wherever people live; thousands and percent are not.
DWELLING = (0.2, 10.0)
# Two sources of one time never differ by so much (share of the total in use): one is in other units, or twice.
FARTHEST = 0.5
_UNITS = "are they in percent, in thousands, or twice?"


def refuse_sum(
    weights: Floats,
    areas: np.ndarray,
    people: dict[str, float] | None,
    gaps: tuple[Gap, ...],
    coverage: tuple[CoverageRecord, ...],
    settings: WeightingSettings,
) -> None:
    """Raise WeightingError when (n,) final weights add up to another number of persons than there are.

    ``people``: adults of each area as the totals' table has them, None without one; ``gaps``: what other sources of it
    say; ``coverage``: dwellings of the areas. Nothing is asked of weights that are declared ``relative``, whose totals
    nobody may publish. What ``weighting.population.persons`` says is trusted before any usual size.
    """
    known = settings.population
    if settings.scale == "relative":
        return
    total = float(weights.sum())
    if known.persons is not None:
        _near(total, known.persons, known.tolerance, "weighting.population.persons says")
    elif people is not None:
        # Without totals nothing says what a producer's weights should add up to.
        _refuse_units(weights, areas, people, gaps, coverage)
    if settings.calibration is None and people is not None:
        file = settings.control_totals.file if settings.control_totals is not None else ""
        _near(total, sum(people.values()), known.tolerance, f"{file} has")


def _near(total: float, persons: float, tolerance: float, said: str) -> None:
    if abs(total / persons - 1) <= tolerance:
        return
    raise WeightingError(
        f"the weights add up to {total:,.0f} persons and {said} {persons:,.0f}: {total / persons:.3g} times as many, "
        f"more than {100 * tolerance:g} % apart",
        "calibrate (weighting.calibration), correct the totals or weighting.population, or declare weighting.scale: "
        "relative if no totals of persons are published",
    )


def _refuse_units(
    weights: Floats,
    areas: np.ndarray,
    people: dict[str, float],
    gaps: tuple[Gap, ...],
    coverage: tuple[CoverageRecord, ...],
) -> None:
    """Totals that are no numbers of persons, or not of these."""
    remedy = "correct the table of totals, or say in weighting.population.persons how many there are"
    names, codes = codes_of(areas)
    for name, total, count in zip(names, np.bincount(codes, weights), np.bincount(codes), strict=True):
        if total < FEWEST_PERSONS * count:
            raise WeightingError(
                f"its {count:,} interviews stand for {total:,.0f} persons, {total / count:.2g} each: the totals are no "
                f"numbers of persons ({_UNITS})",
                remedy,
                area=str(name),
            )
    for gap in gaps:
        apart = max(gap.other_population, gap.population) / max(min(gap.other_population, gap.population), 1e-9) - 1
        if gap.warn and apart > FARTHEST:
            raise WeightingError(
                f"{gap.source} ({gap.reference_date}) has {gap.population:,.0f} persons and {gap.other_source} "
                f"({gap.other_date}) {gap.other_population:,.0f}: one of them counts something else ({_UNITS})",
                remedy,
                area=gap.area,
            )
    dwellings = next((each.dwellings for each in coverage if each.area == "total"), None)
    adults = sum(people.values())
    if dwellings and not DWELLING[0] <= adults / dwellings <= DWELLING[1]:
        raise WeightingError(
            f"the totals have {adults:,.0f} persons for {dwellings:,.0f} dwellings, {adults / dwellings:.2g} in each: "
            f"they count something else ({_UNITS})",
            remedy,
        )
