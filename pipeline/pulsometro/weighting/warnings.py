"""From what the steps return to their record, and the warnings that follow from them."""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from pulsometro.common.counted import tallied
from pulsometro.settings.faults import shown
from pulsometro.settings.weighting_settings import Coverage, WeightingSettings
from pulsometro.weighting.arrays import codes_of
from pulsometro.weighting.calibration.trimming import Caps, Trimmed
from pulsometro.weighting.errors import WeightingError
from pulsometro.weighting.population_cells import area_codes, as_text, persons
from pulsometro.weighting.record import AreaTrim, CoverageRecord, WeightingRecord
from pulsometro.weighting.totals_grid import refuse_twice


def trim_areas(trimmed: Trimmed, caps: Caps, areas: np.ndarray, before: np.ndarray) -> tuple[AreaTrim, ...]:
    """The trimming of each area. ``before``: (n,) calibrated weights."""
    names, codes = codes_of(areas)
    moved = np.bincount(codes, trimmed.moved)
    sums = np.bincount(codes, before)
    at_cap, at_floor = np.bincount(codes, trimmed.at_cap), np.bincount(codes, trimmed.at_floor)
    return tuple(
        AreaTrim(
            area=str(name),
            median=float(caps.median[code]),
            cap=float(caps.high[code]),
            floor=float(caps.low[code]),
            at_cap=int(at_cap[code]),
            at_floor=int(at_floor[code]),
            moved=float(moved[code]),
            moved_share=float(moved[code] / sums[code]),
        )
        for code, name in enumerate(names)
    )


def coverage_record(table: pd.DataFrame, declared: Coverage, areas: tuple[str, ...]) -> tuple[CoverageRecord, ...]:
    """Who the frames reach, by area and, last, over the areas together (area "total").

    Raises WeightingError when the table lacks a column or one of ``areas``.
    """
    area, dwellings = declared.area, declared.dwellings
    for column in (area, dwellings, *declared.frames):
        if column not in table:
            raise WeightingError(f"{declared.file} has no column '{column}'", "correct weighting.coverage")
    rows = _of_areas(as_text(table), declared, areas)
    day = str(rows["reference_date"].iloc[0]) if "reference_date" in rows and len(rows) else ""
    result: list[CoverageRecord] = []
    for frame in declared.frames:
        said = declared.names.get(frame, frame)
        parts = [(str(a), float(d), float(r)) for a, d, r in zip(rows[area], rows[dwellings], rows[frame], strict=True)]
        parts.append(("total", float(rows[dwellings].sum()), float(rows[frame].sum())))
        result.extend(CoverageRecord(name, frame, d, r, r / d, day, said) for name, d, r in parts)
    return tuple(result)


def _of_areas(texts: pd.DataFrame, declared: Coverage, areas: tuple[str, ...]) -> pd.DataFrame:
    """The rows of the areas, one each, with counts of dwellings in which no frame is larger than all of them."""
    file, what = declared.file, "it counts dwellings"
    table = texts.assign(**{declared.area: area_codes(texts, declared.area, file, areas)})
    for missing in sorted(set(areas) - set(table[declared.area])):
        raise WeightingError(f"{file} has no row for it", "add the row", area=missing)
    table = table[table[declared.area].isin(areas)]
    refuse_twice(table[[declared.area]], file)
    counts = {name: persons(table, name, file, what) for name in (declared.dwellings, *declared.frames)}
    for frame in (declared.dwellings, *declared.frames):
        wrong = (counts[frame] > counts[declared.dwellings]) | (counts[declared.dwellings] <= 0)
        if wrong.any():
            row = int(wrong.argmax())
            raise WeightingError(
                f"{file}, row {table.index[row]}: {counts[frame][row]:,.0f} dwellings with {frame} of "
                f"{counts[declared.dwellings][row]:,.0f}",
                "correct the row: a share is between 0 and 1",
            )
    return table.assign(**counts)


def warnings_of(record: WeightingRecord, places: Mapping[str, str]) -> tuple[str, ...]:
    """Sentences for the screen: totals that are old, sources that disagree, replicates lost.

    ``places``: names of the areas by code.
    """
    result = []
    calibration = record.calibration
    if calibration is not None:
        for source in calibration.sources:
            if source.too_old:
                result.append(
                    f"Control totals of margin {source.margin} ({source.source}, {source.reference_date}) are "
                    f"{abs(source.age_years):.1f} years from the fieldwork."
                )
        for gap in calibration.gaps:
            if gap.warn:
                theirs = f"{gap.other_source} ({gap.other_date}) has {gap.other_population:,.0f} adults"
                ours = f"{gap.source} ({gap.reference_date}) has {gap.population:,.0f}"
                result.append(f"Municipality {_named(gap.area, places)}: {theirs}, {ours}: {100 * gap.gap:+.1f} %.")
    if record.replicates is not None and record.replicates.failed:
        result.append(f"{len(record.replicates.failed)} of {record.replicates.asked} replicates failed.")
    return tuple(result)


def notes_of(record: WeightingRecord) -> tuple[str, ...]:
    """One sentence on what ``weighting.collapse`` merged as it declares, however many cells it were; else nothing."""
    collapsed = record.calibration.collapsed if record.calibration is not None else ()
    if not collapsed:
        return ()
    areas = {item: len({each.area for each in collapsed if each.merged == item}) for item in
             dict.fromkeys(each.merged for each in collapsed)}  # fmt: skip
    said = ", ".join(f"{item} in {tallied(number, 'area')}" for item, number in areas.items())
    fewest = min(each.respondents for each in collapsed)
    return (f"merged as weighting.collapse declares: {said}; the smallest cell had {tallied(fewest, 'respondent')}.",)


def idle_rules(settings: WeightingSettings) -> Iterator[str]:
    """A sentence for each item of ``collapse`` that no margin has: its cells are never merged."""
    margins = settings.calibration.margins if settings.calibration is not None else ()
    used = list(dict.fromkeys(item for margin in margins for item in margin.items))
    for item in dict.fromkeys(rule.item for rule in settings.collapse):
        if item not in used and used:
            yield (
                f"weighting.collapse merges codes of {shown(item)}, by which no margin calibrates, and does nothing; "
                f"name an item of a margin ({', '.join(map(shown, used))}), or take the rule out."
            )


def _named(area: str, places: Mapping[str, str]) -> str:
    return f"{places[area]} ({area})" if area in places else area
