"""The table of control totals: which rows a margin takes, how old they are, what others say."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pandas as pd

from pulsometro.common.errors import PulsoError
from pulsometro.questionnaire.crossings import crossed
from pulsometro.settings.weighting_settings import ControlTotals
from pulsometro.weighting.errors import WeightingError

_DESCRIPTION = ("reference_date", "source", "definition", "note")
_YEAR = 365.25


def csv_named(root: Path, name: str, text: Iterable[str], key: str) -> pd.DataFrame:
    """A CSV that ``weighting.<key>`` names, below the study's ``root``; the ``text`` columns (codes) keep their zeros.

    Raises PulsoError when it is missing or no CSV in UTF-8.
    """
    path = root / name
    if not path.is_file():
        raise PulsoError(f"{path}: the file is missing; params.yaml names it under weighting.{key}.")
    try:
        return pd.read_csv(path, dtype=dict.fromkeys(text, str))
    except ValueError as error:
        # The parser's errors and those of the encoding are ValueErrors; their first line says which row.
        said = str(error).splitlines()[0].removesuffix(".")
        raise PulsoError(f"{path}: not readable as a CSV ({said}); save it again as CSV in UTF-8.") from error


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
    """A validated table of totals for one wave, ``on`` the middle of its fieldwork."""

    table: pd.DataFrame
    settings: ControlTotals
    on: date
    areas: tuple[str, ...]
    cell_columns: tuple[str, ...]
    _picked: dict[tuple[str, ...], tuple[pd.DataFrame, SourceRecord]] = field(
        default_factory=dict, repr=False, compare=False
    )

    def pick(self, items: list[str], source: str | None = None) -> tuple[pd.DataFrame, SourceRecord]:
        """Totals by area and ``items``: columns ``area``, one per item (string codes), ``total``.

        Of the source's rows that are broken down by the items (and by as little else as
        possible), those with the reference date nearest to the fieldwork. WeightingError when
        the source has none.
        """
        key = (source or self.settings.source, *items)
        if key not in self._picked:
            self._picked[key] = self._pick(items, key[0])
        return self._picked[key]

    def _pick(self, items: list[str], name: str) -> tuple[pd.DataFrame, SourceRecord]:
        columns = [self._column(item) for item in items]
        rows = self.table[self.table["source"] == name]
        patterns = rows["_pattern"].drop_duplicates()
        fitting = sorted((p for p in patterns if set(columns) <= set(p)), key=lambda p: (len(p), p))
        if not fitting:
            known = ", ".join(sorted(self.table["source"].unique()))
            raise WeightingError(
                f"{self.settings.file} has no totals of source '{name}' by {' × '.join(columns) or 'area'} "
                f"(sources: {known})",
                "add them or correct control_totals in params.yaml",
                margin=crossed(items),
            )
        rows = rows[rows["_pattern"] == fitting[0]]
        days = rows["reference_date"].drop_duplicates()
        day = min(days, key=lambda text: (abs((self.on - date.fromisoformat(text)).days), text))
        rows = rows[rows["reference_date"] == day]
        keys = pd.DataFrame({"area": rows["_area"]})
        for item, column in zip(items, columns, strict=True):
            keys[item] = rows[column].astype("Int64").astype(str)
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
        return {area: float(sums[area]) for area in self.areas}

    def gaps(self) -> tuple[Gap, ...]:
        """Every other source's total of each area beside the one in use."""
        used, entry = self.by_area(), self.pick([])[1]
        result = []
        for source in sorted(set(self.table["source"]) - {self.settings.source}):
            picked, other = self.pick([], source)
            theirs = dict(zip(picked["area"], picked["total"], strict=True))
            days = (date.fromisoformat(other.reference_date) - date.fromisoformat(entry.reference_date)).days
            near = abs(days) <= self.settings.max_age_years * _YEAR
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


def load_totals(table: pd.DataFrame, settings: ControlTotals, on: date, areas: tuple[str, ...] | None = None) -> Totals:
    """Validate a table of control totals.

    ``table``: one row per source, reference date, area and cell; every column that is not the
    area, the total, reference_date, source, definition or note is a cell variable, empty where
    the row is not broken down by it. Raises WeightingError for missing columns, totals that are
    not numbers, and cells given twice.
    """
    for column in (settings.area, settings.total, "reference_date", "source"):
        if column not in table.columns:
            raise WeightingError(f"{settings.file} has no column '{column}'", "see raw/population/README.md")
    described = {settings.area, settings.total, *_DESCRIPTION}
    cells = tuple(column for column in table.columns if column not in described)
    total = pd.to_numeric(table[settings.total], errors="coerce")
    if total.isna().any():
        row = int(total.isna().to_numpy().argmax())
        raise WeightingError(
            f"{settings.file}, row {row + 2}: '{table[settings.total].iloc[row]}' is not a number",
            "correct the table",
        )
    filled = table[list(cells)].notna().to_numpy()
    pattern = [tuple(name for name, there in zip(cells, row, strict=True) if there) for row in filled]
    keys = table[[settings.area, "reference_date", "source", *cells]]
    if keys.duplicated().any():
        row = int(keys.duplicated().to_numpy().argmax())
        raise WeightingError(f"{settings.file}, row {row + 2} repeats a cell", "keep one total per cell")
    prepared = table.assign(_area=table[settings.area].astype(str))
    prepared["_pattern"] = pd.Series(pattern, index=table.index, dtype=object)
    prepared[settings.total] = total.astype(float)
    wanted = tuple(settings.areas) if settings.areas is not None else areas
    covered = tuple(sorted(wanted if wanted is not None else set(prepared["_area"])))
    return Totals(prepared[prepared["_area"].isin(covered)], settings, on, covered, cells)
