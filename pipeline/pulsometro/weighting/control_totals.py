"""The table of control totals: which rows a margin takes, how old they are, what others say."""

from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

import pandas as pd

from pulsometro.questionnaire.crossings import crossed
from pulsometro.settings.calibration_settings import ControlTotals
from pulsometro.settings.faults import shown
from pulsometro.weighting.errors import WeightingError
from pulsometro.weighting.population_cells import area_codes, as_text, code, days, persons, refuse_strangers
from pulsometro.weighting.totals_grid import Codes, cell_codes, refuse_lost, refuse_twice

# The area of everybody, where weights are made for all together.
ALL = "all"
_DESCRIPTION = ("reference_date", "source", "definition", "note")
_YEAR = 365.25


@dataclass(frozen=True)
class SourceRecord:
    """Where a margin's totals come from; ``age_years``: fieldwork minus reference date.

    ``within``: met in each area, else over the whole study; ``shares``: only the source's
    proportions are used.
    """

    margin: str
    source: str
    reference_date: str
    definition: str
    note: str
    age_years: float
    too_old: bool
    within: bool = True
    shares: bool = False


@dataclass(frozen=True)
class Gap:
    """Another source for the same adults. ``gap``: other ÷ used − 1; ``warn``: beyond
    ``max_gap`` although the two dates are within the age limit."""

    area: str
    source: str
    reference_date: str
    population: float
    other_source: str
    other_date: str
    other_population: float
    gap: float
    warn: bool
    other_definition: str = ""


@dataclass(frozen=True)
class Totals:
    """A validated table of totals for one wave, ``on`` the middle of its fieldwork; ``codes``: the items' own."""

    table: pd.DataFrame
    settings: ControlTotals
    on: date
    areas: tuple[str, ...]
    cell_columns: tuple[str, ...]
    codes: Codes = field(default_factory=dict)
    _picked: dict[tuple[str, ...], tuple[pd.DataFrame, SourceRecord]] = field(
        default_factory=dict, repr=False, compare=False
    )

    def pick(self, items: list[str], source: str | None = None) -> tuple[pd.DataFrame, SourceRecord]:
        """Totals by area and ``items``: columns ``area``, one per item (string codes), ``total``.

        Of the source's rows that are broken down by the items (and by as little else as
        possible), those with the reference date nearest to the fieldwork. WeightingError when
        the source has none, a code is none of the item's, or an area lacks a cell that others have.
        """
        key = (source or self.settings.source, *items)
        if key not in self._picked:
            self._picked[key] = self._pick(items, key[0])
        return self._picked[key]

    def _pick(self, items: list[str], name: str) -> tuple[pd.DataFrame, SourceRecord]:
        columns = [self._column(item) for item in items]
        rows = self.table[self.table["source"] == name]
        patterns = rows["_pattern"].drop_duplicates()
        # One row that lost a cell is broken down as no other: it hides no table of every area.
        areas = {p: rows.loc[rows["_pattern"] == p, "_area"].nunique() for p in patterns}
        fitting = sorted((p for p in patterns if set(columns) <= set(p)), key=lambda p: (-areas[p], len(p), p))
        if not fitting:
            known = ", ".join(map(shown, sorted(self.table["source"].unique())))
            raise WeightingError(
                f"{self.settings.file} has no totals of source '{name}' by {' × '.join(columns) or 'area'} "
                f"(sources: {known})",
                "add them or correct control_totals in params.yaml",
                margin=crossed(items),
            )
        rows = rows[rows["_pattern"] == fitting[0]]
        dates = rows["reference_date"].drop_duplicates()
        day = min(dates, key=lambda text: (abs((self.on - date.fromisoformat(text)).days), text))
        rows = rows[rows["reference_date"] == day]
        keys = pd.DataFrame({"area": rows["_area"]})
        for item, column in zip(items, columns, strict=True):
            keys[item] = cell_codes(rows, item, column, self.settings.file, self.codes)
        if name == self.settings.source or items:
            refuse_lost(rows, fitting[0], self.areas, self.settings.file, f"{shown(name)}, {day}")
        summed = keys.assign(total=rows[self.settings.total]).groupby(["area", *items], sort=True)["total"].sum()
        return summed.reset_index(), self._entry(rows, crossed(items), name, day)

    def by_area(self, source: str | None = None) -> dict[str, float]:
        """Adults of each area (persons)."""
        picked, _ = self.pick([], source)
        sums = dict(zip(picked["area"], picked["total"], strict=True))
        for area in self.areas:
            if area not in sums:
                raise WeightingError(
                    f"{self.settings.file} has no total", "add it or take the area out of the study", area=area
                )
            if not sums[area] > 0:
                raise WeightingError(f"{self.settings.file} has a total of 0", "write its adults", area=area)
        return {area: float(sums[area]) for area in self.areas}

    def gaps(self) -> tuple[Gap, ...]:
        """Every other source's total of each area beside the one in use."""
        used, entry = self.by_area(), self.pick([])[1]
        result = []
        for source in sorted(set(self.table["source"]) - {self.settings.source}):
            picked, other = self.pick([], source)
            theirs = dict(zip(picked["area"], picked["total"], strict=True))
            apart = (date.fromisoformat(other.reference_date) - date.fromisoformat(entry.reference_date)).days
            near = abs(apart) <= self.settings.max_age_years * _YEAR
            for area in self.areas:
                if area not in theirs:
                    continue
                gap = float(theirs[area]) / used[area] - 1.0
                result.append(
                    Gap(
                        area,
                        entry.source,
                        entry.reference_date,
                        used[area],
                        source,
                        other.reference_date,
                        float(theirs[area]),
                        gap,
                        near and abs(gap) > self.settings.max_gap,
                        other.definition,
                    )
                )
        return tuple(result)

    def _column(self, item: str) -> str:
        column = self.settings.columns.get(item, item)
        if column not in self.cell_columns:
            raise WeightingError(
                f"{self.settings.file} has no column '{column}' for the item {item}",
                "name it under control_totals.columns in params.yaml",
                margin=item,
            )
        return column

    def _entry(self, rows: pd.DataFrame, margin: str, source: str, day: str) -> SourceRecord:
        age = (self.on - date.fromisoformat(day)).days / _YEAR
        first = {name: rows[name].iloc[0] if name in rows else None for name in ("definition", "note")}
        words = {name: "" if pd.isna(value) else str(value) for name, value in first.items()}
        return SourceRecord(
            margin or "area",
            source,
            day,
            words["definition"],
            words["note"],
            age,
            abs(age) > self.settings.max_age_years,
        )


def over_all_areas(table: pd.DataFrame, settings: ControlTotals, areas: tuple[str, ...] | None) -> pd.DataFrame:
    """A table of control totals with its areas added up into one, "all", which it may also lack a column for.

    ``areas``: those of the study, None for every row.
    """
    if settings.area not in table.columns:
        return table.assign(**{settings.area: ALL})
    wanted = tuple(settings.areas) if settings.areas is not None else areas
    texts = as_text(table)
    if wanted is not None:
        texts = texts[pd.Index(area_codes(texts, settings.area, settings.file, wanted)).isin(wanted)]
    texts = texts.assign(**{settings.area: ALL})
    keys = [column for column in texts if column not in (settings.total, "definition", "note")]
    if settings.total not in texts or not texts.duplicated(keys).any():
        return texts
    added = texts.assign(**{settings.total: persons(texts, settings.total, settings.file)})
    how = {name: "sum" if name == settings.total else "first" for name in texts if name not in keys}
    return added.groupby(keys, sort=False, as_index=False).agg(how)[list(texts.columns)]


def load_totals(
    table: pd.DataFrame,
    settings: ControlTotals,
    on: date,
    areas: tuple[str, ...] | None = None,
    codes: Codes = MappingProxyType({}),
) -> Totals:
    """Validate a table of control totals.

    ``table``: one row per source, reference date, area and cell; every column that is not the
    area, the total, reference_date, source, definition or note is a cell variable, empty where
    the row is not broken down by it. ``codes``: item → code → label, those that the totals may be of. Raises
    WeightingError for missing columns, totals and dates that are none, and cells given twice.
    """
    file = settings.file
    for column in (settings.area, settings.total, "reference_date", "source"):
        if column not in table.columns:
            raise WeightingError(f"{file} has no column '{column}'", "see raw/population/README.md")
    described = {settings.area, settings.total, *_DESCRIPTION}
    cells = tuple(column for column in table.columns if column not in described)
    texts = as_text(table)
    wanted = tuple(settings.areas) if settings.areas is not None else areas
    if wanted is not None and areas is not None:
        # A wave is of no municipality that has left, or has not entered yet, whatever all waves together cover.
        wanted = tuple(area for area in wanted if area in areas)
    prepared = texts.assign(
        _area=area_codes(texts, settings.area, file, wanted or ()), reference_date=days(texts, "reference_date", file)
    )
    if wanted is not None:
        refuse_strangers(prepared["_area"], settings.area, file, wanted)
    prepared[settings.total] = persons(texts, settings.total, file)
    filled = (texts[list(cells)] != "").to_numpy()
    patterns = [tuple(name for name, there in zip(cells, row, strict=True) if there) for row in filled]
    prepared["_pattern"] = pd.Series(patterns, index=texts.index, dtype=object)
    alike = prepared[list(cells)].map(lambda text: code(text) or text)
    refuse_twice(prepared[["_area", "reference_date", "source"]].join(alike), file)
    covered = tuple(sorted(wanted if wanted is not None else set(prepared["_area"])))
    return Totals(prepared[prepared["_area"].isin(covered)], settings, on, covered, cells, codes)
