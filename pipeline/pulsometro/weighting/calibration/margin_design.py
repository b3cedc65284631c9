"""From params to margins: levels of each respondent, missing answers, collapsing, totals."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from pulsometro.questionnaire.crossings import crossed
from pulsometro.settings.calibration_settings import Calibration, Collapse, MarginSettings
from pulsometro.weighting.arrays import Bools, Floats, Ints
from pulsometro.weighting.calibration.margins import (
    Margin,
    check_margins,
    margin_from_labels,
    reconcile,
    shares_to_counts,
)
from pulsometro.weighting.control_totals import SourceRecord, Totals
from pulsometro.weighting.errors import OUT_OF_WAVE, WeightingError
from pulsometro.weighting.record import Collapsed, MissingHandled

Cells = dict[tuple[str, tuple[str, ...]], float]

MISSING = "missing"


@dataclass(frozen=True)
class MarginDesign:
    """The margins of an edition and how they came about; ``targets``: item → level → the
    population's share over all areas, before any collapsing."""

    margins: tuple[Margin, ...]
    targets: dict[str, dict[str, float]]
    collapsed: tuple[Collapsed, ...]
    missing: tuple[MissingHandled, ...]
    sources: tuple[SourceRecord, ...]


def design_margins(
    responses: pd.DataFrame,
    base: Floats,
    area: str,
    calibration: Calibration,
    collapse: list[Collapse],
    totals: Totals,
    order: Ints,
) -> MarginDesign:
    """Build the margins that the (n,) ``base`` weights are calibrated to.

    ``responses``: n rows with the column ``area`` and the items of the margins; ``order``: (n,) in which missing
    answers are drawn. Raises
    WeightingError for an area without interviews or without totals, a missing calibration
    variable without a rule, a cell with too few respondents, margins that disagree.
    """
    areas = responses[area].astype(str).to_numpy(dtype=str)
    check_areas(areas, totals.areas)
    levels, missing = _levels(responses, areas, calibration, totals, order)
    margins, collapsed, sources = [], [], []
    for settings in calibration.margins:
        picked, source = totals.pick(settings.items, settings.source)
        cells = _cells(picked, settings, totals)
        group = areas if settings.within else np.full(len(areas), "", dtype=areas.dtype)
        tuples = np.column_stack([levels[item] for item in settings.items]).astype(object)
        merged = _collapse(tuples, cells, group, settings, collapse)
        collapsed.extend(merged)
        labels = np.array([crossed(row) for row in tuples], dtype=object)
        for position, row in enumerate(tuples):
            if MISSING in row:
                labels[position] = MISSING
        by_label = _sum_cells(cells)
        _separate_missing(by_label, labels == MISSING, group, base)
        margins.append(margin_from_labels(crossed(settings.items), group, labels, by_label))
        sources.append(replace(source, within=settings.within, shares=settings.totals == "shares"))
    design = reconcile(tuple(margins), calibration.margin_tolerance)
    check_margins(design, calibration.min_respondents)
    return MarginDesign(design, _targets(calibration, totals), tuple(collapsed), missing, tuple(sources))


def _targets(calibration: Calibration, totals: Totals) -> dict[str, dict[str, float]]:
    """Shares of each item's levels over all areas: the source's within the area, the areas by their adults."""
    people = totals.by_area()
    found: dict[str, dict[str, float]] = {}
    for settings in calibration.margins:
        for item in settings.items:
            if item in found:
                continue
            picked, _ = totals.pick([item], settings.source)
            share = picked["total"] / picked.groupby("area")["total"].transform("sum")
            adults = (share * picked["area"].map(people)).groupby(picked[item]).sum()
            found[item] = {str(level): float(number / adults.sum()) for level, number in adults.items()}
    return found


def check_areas(areas: np.ndarray, covered: tuple[str, ...]) -> None:
    """Raise WeightingError where an area that is ``covered`` has no interviews, or one that is not has some."""
    present = set(areas)
    for area in covered:
        if area not in present:
            raise WeightingError(
                "no interviews",
                OUT_OF_WAVE,
                area=area,
            )
    for area in sorted(present - set(covered)):
        raise WeightingError("interviews but no control totals", "add them, or correct the delivery", area=area)


def _levels(
    responses: pd.DataFrame, areas: np.ndarray, calibration: Calibration, totals: Totals, order: Ints
) -> tuple[dict[str, np.ndarray], tuple[MissingHandled, ...]]:
    """(n,) level of each item as text; what has no total is missing and follows the rule."""
    levels: dict[str, np.ndarray] = {}
    handled: list[MissingHandled] = []
    for settings in calibration.margins:
        for item in settings.items:
            if item in levels:
                continue
            if item not in responses:
                raise WeightingError("the responses have no such item", "correct calibration.margins", margin=item)
            picked, _ = totals.pick([item], settings.source)
            values = responses[item].astype("Int64").astype(str).to_numpy(dtype=str).astype(object)
            unknown = ~np.isin(values.astype(str), picked[item].to_numpy(dtype=str))
            _refuse_untotalled(values[unknown & responses[item].notna().to_numpy(dtype=bool)], item, totals)
            if unknown.any():
                handled.extend(_report_missing(areas, item, unknown, calibration.missing))
                if calibration.missing == "impute":
                    values[unknown] = _draw(picked, item, areas, unknown, order, calibration.impute_seed)
                else:
                    values[unknown] = MISSING
            levels[item] = values
    return levels, tuple(handled)


def _refuse_untotalled(given: np.ndarray, item: str, totals: Totals) -> None:
    """Raise WeightingError for answers whose code has no total: nobody left them out, the table did."""
    if not len(given):
        return
    names, counts = np.unique(given.astype(str), return_counts=True)
    column = totals.settings.columns.get(item, item)
    said = ", ".join(f"{name} ({count} respondents)" for name, count in zip(names, counts, strict=True))
    raise WeightingError(
        f"{totals.settings.file}, column '{column}', has no totals for the code {said} of {item}",
        "add their rows, or declare the code under 'missing' in the questionnaire if it is no answer",
        margin=item,
    )


def _report_missing(areas: np.ndarray, item: str, unknown: Bools, rule: str) -> list[MissingHandled]:
    names, counts = np.unique(areas[unknown], return_counts=True)
    if rule == "refuse":
        raise WeightingError(
            f"{int(unknown.sum())} respondents have no usable answer to {item} ({int(counts[0])} here)",
            "declare calibration.missing: impute or own_cell, or correct the responses",
            area=str(names[0]),
            margin=item,
        )
    return [MissingHandled(str(a), item, int(c), rule) for a, c in zip(names, counts, strict=True)]


def _draw(picked: pd.DataFrame, item: str, areas: np.ndarray, unknown: Bools, places: Ints, seed: int) -> np.ndarray:
    """Levels drawn from the area's totals, in the order of what is released of the rows, not of their ids."""
    rows = np.flatnonzero(unknown)
    order = rows[np.argsort(places[rows], kind="stable")]
    uniform = np.random.default_rng([seed]).random(len(order))
    drawn = pd.Series("", index=order, dtype=object)
    for area in np.unique(areas[order]):
        part = picked[picked["area"] == area]
        edges = np.cumsum(part["total"].to_numpy(float)) / part["total"].sum()
        here = areas[order] == area
        place = np.minimum(np.searchsorted(edges, uniform[here], side="right"), len(edges) - 1)
        drawn[order[here]] = part[item].to_numpy(dtype=object)[place]
    return drawn.reindex(rows).to_numpy(dtype=object)


def _cells(picked: pd.DataFrame, settings: MarginSettings, totals: Totals) -> Cells:
    """Totals by (area, levels); over the whole study the area is ""."""
    cells: Cells = {}
    for row in picked.itertuples(index=False):
        key = (str(row[0]) if settings.within else "", tuple(str(level) for level in row[1:-1]))
        cells[key] = cells.get(key, 0.0) + float(row[-1])
    if settings.totals == "counts":
        return cells
    flat = {(area, crossed(levels)): total for (area, levels), total in cells.items()}
    counts = shares_to_counts(flat, totals.by_area())
    return {(area, levels): counts[area, crossed(levels)] for area, levels in cells}


def _collapse(
    tuples: np.ndarray, cells: Cells, group: np.ndarray, settings: MarginSettings, rules: list[Collapse]
) -> list[Collapsed]:
    """Apply the rules in their order to ``tuples`` and ``cells`` in place; say what was merged."""
    done = []
    for rule in rules:
        if rule.item not in settings.items:
            continue
        at, codes = settings.items.index(rule.item), {str(code) for code in rule.merge}
        for area in sorted({key[0] for key in cells}):
            touched = sorted(key[1] for key in cells if key[0] == area and _parts(key[1][at]) & codes)
            here = group == area
            counts = [int(np.all(tuples[here] == np.array(level, object), axis=1).sum()) for level in touched]
            if len({level[at] for level in touched}) < 2 or min(counts) >= rule.below:
                continue
            label = _merge(tuples, cells, area, here, touched, at)
            done.append(Collapsed(area, crossed(settings.items), f"{rule.item} {label}", min(counts)))
    return done


def _merge(tuples: np.ndarray, cells: Cells, area: str, here: Bools, touched: list[tuple[str, ...]], at: int) -> str:
    """Give the touched levels of one item one label, in the rows and in the totals of an area."""
    names: set[str] = set().union(*(_parts(level[at]) for level in touched))
    label = "+".join(sorted(names, key=lambda text: (len(text), text)))
    old = list({level[at] for level in touched})
    tuples[here & np.isin(tuples[:, at].astype(str), old), at] = label
    for level in touched:
        merged = (*level[:at], label, *level[at + 1 :])
        cells[area, merged] = cells.pop((area, level)) + cells.get((area, merged), 0.0)
    return label


def _parts(label: str) -> set[str]:
    return set(label.split("+"))


def _sum_cells(cells: Cells) -> dict[tuple[str, str], float]:
    return {(area, crossed(levels)): total for (area, levels), total in cells.items()}


def _separate_missing(totals: dict[tuple[str, str], float], missing: Bools, group: np.ndarray, base: Floats) -> None:
    """Give respondents without an answer their own cell: their share of the area's base weight."""
    for area in np.unique(group[missing]):
        here = group == area
        share = float(base[here & missing].sum() / base[here].sum())
        keys = [key for key in totals if key[0] == area]
        everyone = sum(totals[key] for key in keys)
        for key in keys:
            totals[key] *= 1.0 - share
        totals[str(area), MISSING] = everyone * share
