"""What the weights add up to, held against the population: totals in percent, in thousands or twice stop here."""

import numpy as np

from pulsometro.settings.weighting_settings import WeightingSettings
from pulsometro.weighting.arrays import Floats, codes_of
from pulsometro.weighting.control_totals import Gap, Totals
from pulsometro.weighting.dwelling_sizes import IMPOSSIBLE, POSSIBLE, over_all, unlike_others
from pulsometro.weighting.errors import WeightingError
from pulsometro.weighting.record import CoverageRecord

# An interview of a survey stands for more persons than this; totals in thousands give less.
FEWEST_PERSONS = 10.0
# Weights that were made to add up to the interviews are written with so many digits.
_ROUNDED = 1e-3
# Two sources of one time never differ by so much (share of the total in use): one is in other units, or twice.
FARTHEST = 0.5
_UNITS = "are they in percent, in thousands, or twice?"
_REMEDY = "correct the table of totals, or, where it is right, say in weighting.population.persons how many there are"


def refuse_sum(
    weights: Floats,
    areas: np.ndarray,
    totals: Totals | None,
    coverage: tuple[CoverageRecord, ...],
    settings: WeightingSettings,
) -> None:
    """Raise WeightingError when (n,) final weights add up to another number of persons than there are.

    ``totals``: the population's table, None without one; ``coverage``: dwellings of the areas. Nothing is asked of
    weights that are declared ``relative``, whose totals nobody may publish. What ``weighting.population`` says is
    trusted before any usual size, but not that an interview stands for less than a person.
    """
    known = settings.population
    if settings.scale == "relative":
        return
    total = float(weights.sum())
    people = None if totals is None else totals.by_area()
    if totals is not None and people is not None:
        # Without totals nothing says what a producer's weights should add up to.
        _refuse_few(weights, areas, 1.0 if known.persons is not None else FEWEST_PERSONS)
        _refuse_dwellings(totals, people, coverage, settings)
    elif total <= len(weights) * (1 + _ROUNDED) and known.persons is None:
        raise WeightingError(
            f"{len(weights):,} interviews stand for {total:,.0f} persons: these weights give shares and no numbers of "
            "persons",
            "declare weighting.scale: relative, or correct the column of weights",
        )
    if known.persons is not None:
        _near(total, known.persons, settings, "weighting.population.persons says")
    elif totals is not None and people is not None:
        _refuse_gaps(totals.gaps())
    if settings.calibration is None and people is not None and known.persons is None:
        file = settings.control_totals.file if settings.control_totals is not None else ""
        _near(total, sum(people.values()), settings, f"{file} has")


def _near(total: float, persons: float, settings: WeightingSettings, said: str) -> None:
    tolerance = settings.population.tolerance
    if abs(total / persons - 1) <= tolerance:
        return
    if settings.calibration is not None and settings.control_totals is not None:
        # The weights are held to the table: it has another number of persons, whatever is calibrated.
        remedy = (
            f"write the totals of {settings.control_totals.file} as numbers of persons ({_UNITS}), or correct the one "
            "that is wrong in weighting.population"
        )
    else:
        remedy = "calibrate (weighting.calibration), correct the totals or weighting.population"
    raise WeightingError(
        f"the weights add up to {total:,.0f} persons and {said} {persons:,.0f}: {total / persons:.3g} times as many, "
        f"more than {100 * tolerance:g} % apart",
        f"{remedy}, or declare weighting.scale: relative if no totals of persons are published",
    )


def _refuse_few(weights: Floats, areas: np.ndarray, fewest: float) -> None:
    """An area whose interviews stand for fewer persons each than ``fewest``."""
    names, codes = codes_of(areas)
    for name, total, count in zip(names, np.bincount(codes, weights), np.bincount(codes), strict=True):
        if total < fewest * count * (1 - 1e-9):
            few = total < count
            raise WeightingError(
                f"its {count:,} interviews stand for {total:,.0f} persons, {total / count:.2g} each: the totals are no "
                f"numbers of persons ({_UNITS})",
                "write the totals as numbers of persons" if few else _REMEDY,
                area=str(name),
            )


def _refuse_gaps(gaps: tuple[Gap, ...]) -> None:
    """Two sources of one time of which one counts something else."""
    for gap in gaps:
        apart = max(gap.other_population, gap.population) / max(min(gap.other_population, gap.population), 1e-9) - 1
        if gap.warn and apart > FARTHEST:
            raise WeightingError(
                f"{gap.source} ({gap.reference_date}) has {gap.population:,.0f} persons and {gap.other_source} "
                f"({gap.other_date}) {gap.other_population:,.0f}: one of them counts something else ({_UNITS})",
                _REMEDY,
                area=gap.area,
            )


def _refuse_dwellings(
    totals: Totals, people: dict[str, float], coverage: tuple[CoverageRecord, ...], settings: WeightingSettings
) -> None:
    """More or fewer adults of a dwelling than live anywhere, in an area or over all; or than is declared."""
    known, file = settings.population, settings.coverage.file if settings.coverage is not None else ""
    whole = over_all(people, coverage)
    low, high = known.per_dwelling or POSSIBLE
    asked = known.per_dwelling is not None or known.persons is None
    if whole is not None and asked and not low <= whole.adults <= high:
        named = f"weighting.population.per_dwelling says {low:g} to {high:g}" if known.per_dwelling else ""
        raise WeightingError(
            f"{whole.text}: " + (named or f"they count something else ({_UNITS})"),
            "correct the totals, or weighting.population.per_dwelling" if named else _REMEDY,
        )
    for area, said in unlike_others(totals, people, coverage, file, IMPOSSIBLE):
        raise WeightingError(
            f"{said}: one of the two counts something else ({_UNITS})",
            f"correct its totals, or its dwellings in {file}",
            area=area,
        )
