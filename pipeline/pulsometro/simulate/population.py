"""The synthetic adults of each area: facts that stay from edition to edition."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from pulsometro.common.errors import PulsoError
from pulsometro.questionnaire import Questionnaire
from pulsometro.questionnaire.crossings import parts_of
from pulsometro.simulate.assumptions import Assumptions, Effects, PopulationAssumptions, Trait

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Totals:
    """Control totals: ``persons`` (dates, cells) for the cells of ``table`` (area and item codes)."""

    dates: tuple[date, ...]
    table: pd.DataFrame
    persons: Floats

    def nearest(self, day: date) -> Floats:
        """Persons per cell at the reference date nearest to ``day``."""
        gaps = [abs((reference - day).days) for reference in self.dates]
        return np.asarray(self.persons[gaps.index(min(gaps))])


@dataclass(frozen=True)
class Persons:
    """``facts``: item → (persons,) codes or whole numbers; ``factors``: latent trait → (persons,).

    ``area``: (persons,) position in ``areas``; ``cell``: (persons,) position in the totals' table.
    ``reluctance``: (persons,) inclination not to answer, logit scale.
    """

    areas: tuple[str, ...]
    area: npt.NDArray[np.intp]
    cell: npt.NDArray[np.intp]
    cell_counts: Floats
    facts: Mapping[str, Integers]
    factors: Mapping[str, Floats]
    reluctance: Floats

    def __len__(self) -> int:
        return len(self.area)

    def weights(self, persons_per_cell: Floats) -> Floats:
        """How many real adults each synthetic one stands for, given persons per cell."""
        return (persons_per_cell / self.cell_counts)[self.cell]


def load_totals(path: Path, source: str, names: PopulationAssumptions) -> Totals:
    """Control totals by area and the items of ``names.columns``, at every reference date.

    Raises PulsoError when the file, a column or the source is missing, or a cell has no total.
    """
    if not path.is_file():
        raise PulsoError(f"{path}: the file is missing; params.yaml, simulate.population leads here.")
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    columns = [names.area, *names.columns.values()]
    for column in [*columns, names.total, names.date, "source"]:
        if column not in table.columns:
            raise PulsoError(f"{path}: the column '{column}' is missing; add it or correct synthetic 'population'.")
    sources = sorted(table["source"].unique())
    if source not in sources and (source or len(sources) > 1):
        raise PulsoError(f"{path}: no source '{source}' (there are: {', '.join(sources)}); set simulate.source.")
    table = table[(table["source"] == source) | (not source)]
    table = table[(table[columns] != "").all(axis=1)]
    wide = table.assign(_n=table[names.total].astype(float)).pivot_table(
        index=columns, columns=names.date, values="_n", aggfunc="sum"
    )
    if wide.empty or wide.isna().any(axis=None) or (wide <= 0).any(axis=None):
        raise PulsoError(f"{path}: source '{source}' lacks a positive total for some cell and date; complete it.")
    cells = wide.index.to_frame(index=False).rename(columns={v: k for k, v in names.columns.items()})
    cells = cells.astype(dict.fromkeys(names.columns, int))
    dates = tuple(date.fromisoformat(text) for text in wide.columns)
    return Totals(dates, cells, wide.to_numpy().T)


def make_persons(
    totals: Totals, assumptions: Assumptions, questionnaire: Questionnaire, rng: np.random.Generator
) -> Persons:
    """Synthetic adults with the totals' cells in proportion and traits drawn given them.

    ``questionnaire``: any edition's, for age groups and codes.
    """
    names = assumptions.population
    table, mean = totals.table, totals.persons.mean(axis=0)
    areas = tuple(sorted(table[names.area].unique()))
    position = table[names.area].map({code: i for i, code in enumerate(areas)}).to_numpy()
    by_area = np.bincount(position, weights=mean)[position]
    counts = np.maximum(np.rint(mean / by_area * names.persons_per_area), 20).astype(int)
    cell = np.repeat(np.arange(len(table)), counts)
    area = position[cell]
    facts: dict[str, Integers] = {item: table[item].to_numpy()[cell] for item in names.columns}
    facts[assumptions.roles.age] = _ages(facts, assumptions, questionnaire, rng)
    for item, trait in assumptions.traits.items():
        values = np.array(trait.values or tuple(questionnaire[item].codes))
        facts[item] = _drawn(trait, values, facts, _profile(assumptions, areas, trait.area)[area], rng)
    age = facts[assumptions.roles.age]
    native = rng.random(len(cell)) < assumptions.years.since_birth / 100
    facts[assumptions.years.item] = np.where(native, age, (rng.random(len(cell)) * (age + 1)).astype(int))
    factors = {
        name: effect_sum(effects, facts) + rng.standard_normal(len(cell))
        for name, effects in assumptions.factors.items()
    }
    reluctance = assumptions.reluctance * rng.standard_normal(len(cell))
    return Persons(areas, area, cell, counts.astype(float), facts, factors, reluctance)


def effect_sum(effects: Effects, facts: Mapping[str, Integers]) -> Floats:
    """Sum of the shifts that a person's codes bring; (persons,)."""
    total = np.zeros(len(next(iter(facts.values()))))
    for item, shifts in effects.items():
        for code, shift in shifts.items():
            total += np.where(facts[item] == code, shift, 0.0)
    return total


def _profile(assumptions: Assumptions, areas: tuple[str, ...], name: str | None) -> Floats:
    return np.array([assumptions.areas[area][name] if name else 0.0 for area in areas])


def _ages(
    facts: Mapping[str, Integers], assumptions: Assumptions, questionnaire: Questionnaire,
    rng: np.random.Generator,
) -> Integers:  # fmt: skip
    """Single years inside the age group: geometric decline."""
    age = assumptions.roles.age
    group = next(n for n, i in questionnaire.items.items() if i.derived and i.derived.source == age)
    derived = questionnaire[group].derived
    assert derived is not None
    uniform, result = rng.random(len(facts[group])), np.zeros(len(facts[group]), dtype=np.int64)
    for code, (low, high) in derived.ranges.items():
        rows = facts[group] == code
        years = np.arange(low, high + 1)
        weights = (1 - assumptions.population.age_decline.get(code, 0.0)) ** np.arange(len(years))
        result[rows] = years[np.searchsorted(np.cumsum(weights) / weights.sum(), uniform[rows])]
    return result


def _drawn(
    trait: Trait, values: Integers, facts: Mapping[str, Integers], profile: Floats, rng: np.random.Generator
) -> Integers:
    uniform = rng.random(len(profile))
    result = np.zeros(len(profile), dtype=np.int64)
    later = np.arange(len(values)) - (len(values) - 1) / 2
    for key, shares in trait.shares.items():
        rows = np.ones(len(profile), dtype=bool)
        for item, code in zip(trait.by, parts_of(key) if key else (), strict=True):
            rows &= facts[item] == int(code)
        for level in np.unique(profile[rows]):
            here = np.flatnonzero(rows & (profile == level))
            weights = np.array(shares) * np.exp(trait.tilt * level * later)
            edges = np.cumsum(weights / weights.sum())
            places = np.minimum(np.searchsorted(edges, uniform[here], side="right"), len(values) - 1)
            result[here] = values[places]
    return result
