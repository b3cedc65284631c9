"""What in a table of totals is hardly true of any population: told, with the cell, and before any other remedy.

Doubts only: nobody knows a place from here. A table that cannot be is refused by ``population_sum``.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from pulsometro.settings.weighting_settings import WeightingSettings
from pulsometro.weighting.control_totals import Totals
from pulsometro.weighting.dwelling_sizes import DOUBTFUL, USUAL, over_all, unlike_others
from pulsometro.weighting.errors import WeightingError
from pulsometro.weighting.population_cells import code
from pulsometro.weighting.record import CoverageRecord

# Men by women of an area's adults; in its oldest group, where women live longer.
_SEXES, _OLD_SEXES = (0.75, 1.35), 1.15
# Persons of 60 or 65 and over by those of twelve young years: an old country has one and a half.
_AGED, _YOUNG_YEARS, _OLD_FROM = 1.5, 12.0, 60
# A cell's share of its area against its share of all others': apart by so much, or so many times more or less.
_APART, _MORE, _LESS = 0.15, 3.0, 6.0
# Two sources, or two dates, net of what all areas have in common: so many times, and so much more a year between them.
_OTHER, _A_YEAR = 1.5, 0.1
# Two dates of one source lie on one line: its areas, and its cells (García's grow by 1.1 and 1.13 a year net).
_SAME, _SAME_CELL, _CELL_YEAR = 1.1, 1.2, 0.15
# Fewer areas have no others to be like; fewer persons in a cell are chance.
_AREAS, _PERSONS = 3, 500
_YEAR = 365.25
_MEN, _WOMEN = (
    re.compile(r"\s*(hombres?|masculino|var[oó]n(es)?|male|m[ae]n)\s*", re.I),
    re.compile(r"\s*(mujer(es)?|femenino|female|wom[ae]n)\s*", re.I),
)


@dataclass(frozen=True)
class Doubt:
    """Something hardly true, of an area ("" where it is of all together): what, and where to look."""

    text: str
    area: str = ""

    def told(self, places: Mapping[str, str]) -> str:
        """The sentence for the screen; ``places``: names by area."""
        name = f"{places[self.area]} ({self.area})" if self.area in places else self.area
        return f"Municipality {name}: {self.text}." if self.area else f"{self.text[0].upper()}{self.text[1:]}."


def doubts_of(
    totals: Totals | None, coverage: tuple[CoverageRecord, ...], settings: WeightingSettings
) -> tuple[Doubt, ...]:
    """Doubts about the totals that the margins use; () where there are none, or the table is refused anyway."""
    if totals is None:
        return ()
    try:
        people = totals.by_area()
        # A cell first: where it is wrong, so is its area, and the whole.
        found = [*_margins(totals, settings), *_sex_and_age(totals, settings)]
        found += [*_dwellings(totals, people, coverage, settings), *_other_dates(totals, people)]
        found += [*_cells_of_other_dates(totals, settings)]
    except WeightingError:
        return ()
    return tuple(dict.fromkeys(found))


def with_doubts(error: WeightingError, doubts: tuple[Doubt, ...]) -> WeightingError:
    """The error of a step with the doubt about the same area's totals before its remedy: that may be the cause."""
    near = [doubt for doubt in doubts if doubt.area in ("", error.area)]
    if not near:
        return error
    said = min(near, key=lambda doubt: doubt.area != error.area).text
    return WeightingError(
        error.problem,
        f"look at the table of totals first ({said}), and where it is right {error.remedy}",
        area=error.area, margin=error.margin, cell=error.cell,
    )  # fmt: skip


def _dwellings(
    totals: Totals, people: dict[str, float], coverage: tuple[CoverageRecord, ...], settings: WeightingSettings
) -> Iterator[Doubt]:
    file = settings.coverage.file if settings.coverage is not None else ""
    for area, said in unlike_others(totals, people, coverage, file, DOUBTFUL):
        yield Doubt(f"{said}; correct the one that is wrong", area)
    whole = over_all(people, coverage)
    if whole is None or settings.population.per_dwelling is not None or settings.population.persons is not None:
        return
    if not USUAL[0] <= whole.adults <= USUAL[1]:
        yield Doubt(
            f"{whole.text}, and {USUAL[0]:g} to {USUAL[1]:g} are usual (are they twice, or half?); correct them, or "
            "say in weighting.population.per_dwelling between which numbers they lie"
        )


def _other_dates(totals: Totals, people: dict[str, float]) -> Iterator[Doubt]:
    """Other dates of the source in use, and sources too far in time to be compared as they are."""
    used = date.fromisoformat(totals.pick([])[1].reference_date)
    source, column = totals.settings.source, totals.settings.total
    for (other, day), rows in totals.table.groupby(["source", "reference_date"], sort=True):
        years = abs((date.fromisoformat(str(day)) - used).days) / _YEAR
        if years == 0 or (other != source and years <= totals.settings.max_age_years):
            continue
        # One breakdown: a source may give the same persons by several.
        pattern = min(set(rows["_pattern"]), key=lambda columns: (len(columns), columns))
        theirs = rows[rows["_pattern"] == pattern].groupby("_area")[column].sum()
        ratio = {area: people[area] / theirs[area] for area in people if area in theirs and theirs[area] > 0}
        if len(ratio) < _AREAS:
            continue
        middle = float(np.median(list(ratio.values())))
        allowed = np.log(_SAME if other == source else _OTHER) + _A_YEAR * years
        for area, value in ratio.items():
            if abs(np.log(value / middle)) > allowed:
                yield Doubt(
                    f"{people[area]:,.0f} persons ({source}, {used}) are {value:.2g} times those of {other} ({day}), "
                    f"where the median municipality has {middle:.2g} times as many; correct the one that is wrong",
                    area,
                )
        if abs(np.log(middle)) > np.log(_OTHER) + _A_YEAR * years:
            yield Doubt(
                f"the totals of {source} ({used}) are {middle:.2g} times those of {other} ({day}) in the median "
                "municipality; correct the ones that are wrong"
            )


def _cells_of_other_dates(totals: Totals, settings: WeightingSettings) -> Iterator[Doubt]:
    """Cells of a margin that moved from the nearest other date of the source in use as no population does."""
    for margin in settings.calibration.margins if settings.calibration is not None else ():
        source = margin.source or totals.settings.source
        picked, entry = totals.pick(margin.items, source)
        then, day = _before(totals, margin.items, source, entry.reference_date)
        if then is None:
            continue
        both = picked.merge(then, on=["area", *margin.items])
        both = both[(both["total"] >= _PERSONS) & (both["then"] >= _PERSONS)]
        if both["area"].nunique() < _AREAS:
            continue
        moved = np.log((both["total"] / both["then"]).to_numpy(dtype=float))
        usual = float(np.median(moved))
        years = abs((date.fromisoformat(entry.reference_date) - date.fromisoformat(day)).days) / _YEAR
        for row in both.index[np.abs(moved - usual) > np.log(_SAME_CELL) + _CELL_YEAR * years]:
            named = _cell(tuple(both.loc[row, margin.items]), margin.items, totals)
            yield Doubt(
                f"{named} has {both['total'][row]:,.0f} persons ({source}, {entry.reference_date}) and had "
                f"{both['then'][row]:,.0f} ({day}), where the median cell has {np.exp(usual):.2g} times as "
                f"many; correct the one that is wrong in {totals.settings.file}",
                str(both["area"][row]),
            )


def _before(totals: Totals, items: list[str], source: str, used: str) -> tuple[pd.DataFrame | None, str]:
    """Totals (``then``) by ``area`` and ``items`` at the source's date nearest to the one in use, and that date."""
    columns = [totals.settings.columns.get(item, item) for item in items]
    rows = totals.table[(totals.table["source"] == source) & (totals.table["reference_date"] != used)]
    rows = rows[[set(columns) <= set(pattern) for pattern in rows["_pattern"]]]
    if not len(rows):
        return None, ""
    middle = date.fromisoformat(used)
    day = min(set(rows["reference_date"]), key=lambda text: (abs((middle - date.fromisoformat(text)).days), text))
    rows = rows[rows["reference_date"] == day]
    rows = rows[rows["_pattern"] == min(set(rows["_pattern"]), key=lambda names: (len(names), names))]
    keys = {item: rows[name].map(code) for item, name in zip(items, columns, strict=True)}
    then = pd.DataFrame({"area": rows["_area"], **keys, "then": rows[totals.settings.total]})
    return then.groupby(["area", *items])["then"].sum().reset_index(), str(day)


def _margins(totals: Totals, settings: WeightingSettings) -> Iterator[Doubt]:
    """Cells that are another part of their area than of the others."""
    for margin in settings.calibration.margins if settings.calibration is not None else ():
        picked, _ = totals.pick(margin.items, margin.source)
        table = picked.pivot_table(index="area", columns=margin.items, values="total", aggfunc="sum").fillna(0.0)
        if len(table) < _AREAS or table.shape[1] < 2:
            continue
        counts = table.to_numpy(dtype=float)
        sums = counts.sum(axis=1, keepdims=True)
        share = counts / sums
        others = (counts.sum(axis=0) - counts) / (sums.sum() - sums)
        known = (others > 0) & (others * sums >= _PERSONS)
        times = np.divide(share, others, out=np.ones_like(share), where=others > 0)
        off = np.abs(share - others)
        wrong = known & ((off > _APART) | (times < 1 / _LESS) | ((times > _MORE) & (off > _APART / 3)))
        for row in np.flatnonzero(wrong.any(axis=1)):
            column = int(np.where(wrong[row], off[row], -1.0).argmax())
            named = _cell(list(table.columns)[column], margin.items, totals)
            yield Doubt(
                f"{named} is {100 * share[row, column]:.0f} % of its "
                f"persons and {100 * others[row, column]:.0f} % of the other municipalities'; correct its total in "
                f"{totals.settings.file}",
                str(list(table.index)[row]),
            )


def _cell(codes: object, items: list[str], totals: Totals) -> str:
    values = codes if isinstance(codes, tuple) else (codes,)
    said = [totals.codes.get(item, {}).get(int(code), "") for item, code in zip(items, values, strict=True)]
    named = [f"{item} {code}" for item, code in zip(items, values, strict=True)]
    return ", ".join(f"{name} ({label})" if label else name for name, label in zip(named, said, strict=True))


def _sex_and_age(totals: Totals, settings: WeightingSettings) -> Iterator[Doubt]:
    items = [item for m in (settings.calibration.margins if settings.calibration else ()) for item in m.items]
    sex = next(((item, found) for item in items if (found := _sexes(totals, item))), None)
    ages = next(((item, groups) for item in items if (groups := _ages(totals, item))), None)
    if sex is not None:
        yield from _sex_ratios(totals, *sex)
    if ages is not None:
        item, (young, old, width) = ages
        table = _table(totals, [item])
        scaled = table[young] * _YOUNG_YEARS / width
        for area in table.index[(table[old] > _AGED * scaled) & (table[old] >= _PERSONS)]:
            yield Doubt(
                f"{table[old][area]:,.0f} persons of the oldest group of {item} and {table[young][area]:,.0f} of the "
                "youngest: are the codes reversed? correct them where they are",
                str(area),
            )
    if sex is None or ages is None:
        return
    old = ages[1][1]
    try:
        table = _table(totals, [sex[0], ages[0]])
    except WeightingError:
        # The table has the two apart.
        return
    men, women = table[(sex[1][0], old)], table[(sex[1][1], old)]
    for area in table.index[(men > _OLD_SEXES * women) & (men + women >= 2 * _PERSONS)]:
        yield Doubt(
            f"more men ({men[area]:,.0f}) than women ({women[area]:,.0f}) in the oldest group of {ages[0]}: are the "
            f"codes of {sex[0]} exchanged? correct them where they are",
            str(area),
        )


def _sex_ratios(totals: Totals, item: str, codes: tuple[str, str]) -> Iterator[Doubt]:
    table = _table(totals, [item])
    ratio = table[codes[0]] / table[codes[1]].where(table[codes[1]] > 0)
    low, high = _SEXES
    for area in table.index[~ratio.between(low, high) & (table.sum(axis=1) >= 2 * _PERSONS)]:
        yield Doubt(
            f"{table[codes[0]][area]:,.0f} men and {table[codes[1]][area]:,.0f} women, {ratio[area]:.2f} men by woman; "
            f"correct its totals by {item}",
            str(area),
        )


def _table(totals: Totals, items: list[str]) -> pd.DataFrame:
    """Persons, a row an area and a column a cell."""
    picked, _ = totals.pick(items)
    return picked.pivot_table(index="area", columns=items if len(items) > 1 else items[0], values="total").fillna(0.0)


def _sexes(totals: Totals, item: str) -> tuple[str, str] | None:
    """Codes of men and women where an item has these two alone."""
    labels = totals.codes.get(item, {})
    men = [str(code) for code, label in labels.items() if _MEN.fullmatch(label)]
    women = [str(code) for code, label in labels.items() if _WOMEN.fullmatch(label)]
    if len(men) != 1 or len(women) != 1 or not {men[0], women[0]} <= _levels(totals, item):
        return None
    return men[0], women[0]


def _ages(totals: Totals, item: str) -> tuple[str, str, float] | None:
    """Codes of the youngest and the oldest group of an item of ages, and the years of the youngest; None of others."""
    bounds = {code: list(map(int, re.findall(r"\d+", label))) for code, label in totals.codes.get(item, {}).items()}
    closed = {code: found for code, found in bounds.items() if len(found) == 2 and found[0] < found[1]}
    opened = {code: found for code, found in bounds.items() if len(found) == 1 and found[0] >= _OLD_FROM}
    if len(opened) != 1 or len(closed) + 1 != len(bounds) or len(closed) < 2:
        return None
    young = min(closed, key=lambda code: closed[code])
    low, high = closed[young]
    old = next(iter(opened))
    return (str(young), str(old), float(high - low + 1)) if {str(young), str(old)} <= _levels(totals, item) else None


def _levels(totals: Totals, item: str) -> set[str]:
    """Codes of an item that have totals: one without is refused by the margins."""
    return set(map(str, totals.pick([item])[0][item]))
