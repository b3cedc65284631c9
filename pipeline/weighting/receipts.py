"""What ``weighting.json`` holds: each step in order, with what it did to the weights."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from pipeline.weighting.arrays import codes_of
from pipeline.weighting.bounded import Caps, Trimmed
from pipeline.weighting.calibration import Convergence
from pipeline.weighting.diagnostics import Balance, CellOff, Spread
from pipeline.weighting.dispositions import Rates
from pipeline.weighting.nonresponse import ClassReceipt
from pipeline.weighting.plan import Collapsed, MissingHandled
from pipeline.weighting.totals import Gap, SourceReceipt


@dataclass(frozen=True)
class BaseReceipt:
    """``kind`` and caps as declared; ``expansion``: first factor by area; ``filled``: rows by
    area whose adults or lines were taken from the area's median; ``capped``: rows at a cap."""

    kind: str
    adults_cap: int | None
    lines_cap: int | None
    expansion: dict[str, float]
    filled: dict[str, int]
    capped: dict[str, int]
    spread: tuple[Spread, ...]


@dataclass(frozen=True)
class DualFrameReceipt:
    """``theta``: share of the overlap given to the first frame (None for multiplicity)."""

    method: str
    theta: float | None
    first_only: int
    overlap_first: int
    overlap_second: int
    second_only: int
    spread: tuple[Spread, ...]


@dataclass(frozen=True)
class NonresponseReceipt:
    """Factors are eligible ÷ respondents; with ``keep_area_sum`` they act between classes only."""

    method: str
    keep_area_sum: bool
    classes: tuple[ClassReceipt, ...]
    spread: tuple[Spread, ...]


@dataclass(frozen=True)
class CalibrationReceipt:
    """Margins, totals, convergence by block and what was merged or imputed to get there."""

    method: str
    bounds: tuple[float, float] | None
    tolerance: float
    margins: tuple[str, ...]
    sources: tuple[SourceReceipt, ...]
    gaps: tuple[Gap, ...]
    collapsed: tuple[Collapsed, ...]
    missing: tuple[MissingHandled, ...]
    convergence: tuple[Convergence, ...]
    cells: tuple[CellOff, ...]
    spread: tuple[Spread, ...]


@dataclass(frozen=True)
class AreaTrim:
    """``moved``: weight taken from respondents who lost some (persons) and its share."""

    area: str
    median: float
    cap: float
    floor: float
    at_cap: int
    at_floor: int
    moved: float
    moved_share: float


@dataclass(frozen=True)
class TrimReceipt:
    """``k`` × the area's median weight, fixed before trimming."""

    k: float
    k_low: float | None
    areas: tuple[AreaTrim, ...]
    convergence: tuple[Convergence, ...]
    spread: tuple[Spread, ...]


@dataclass(frozen=True)
class ReplicatesReceipt:
    """Variance of θ = ``scale`` × Σ ``rscales`` (θ_r − θ)² over the columns in ``names``.

    ``failed``: replicates left out because a step failed in them, with the reason.
    """

    method: str
    asked: int
    used: int
    seed: int
    fpc: bool
    groups: int
    scale: float
    rscales: tuple[float, ...]
    names: tuple[str, ...]
    failed: dict[str, str]


@dataclass(frozen=True)
class CoverageReceipt:
    """Share of an area's dwellings that a frame reaches (proportion)."""

    area: str
    frame: str
    dwellings: float
    reached: float
    share: float
    reference_date: str


@dataclass(frozen=True)
class Receipts:
    """Everything said about the weights of one wave; a step left out is None."""

    wave: str
    n: int
    areas: tuple[str, ...]
    within: str | None
    strata: str | None
    psu: str | None
    base: BaseReceipt
    dual_frame: DualFrameReceipt | None
    outcome_rates: tuple[Rates, ...]
    nonresponse: NonresponseReceipt | None
    calibration: CalibrationReceipt | None
    trim: TrimReceipt | None
    replicates: ReplicatesReceipt | None
    coverage: tuple[CoverageReceipt, ...]
    balance: tuple[Balance, ...]
    final: tuple[Spread, ...]
    warnings: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain dictionaries and lists, ready for JSON."""
        return asdict(self)


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


def coverage_receipts(
    table: pd.DataFrame, area: str, dwellings: str, frames: list[str], areas: tuple[str, ...]
) -> tuple[CoverageReceipt, ...]:
    """Who the frames reach, by area and, last, over the areas together (area "total")."""
    rows = table[table[area].astype(str).isin(areas)]
    day = str(rows["reference_date"].iloc[0]) if "reference_date" in rows and len(rows) else ""
    result: list[CoverageReceipt] = []
    for frame in frames:
        parts = [(str(a), float(d), float(r)) for a, d, r in zip(rows[area], rows[dwellings], rows[frame], strict=True)]
        parts.append(("total", float(rows[dwellings].sum()), float(rows[frame].sum())))
        result.extend(CoverageReceipt(name, frame, d, r, r / d, day) for name, d, r in parts)
    return tuple(result)


def warnings_of(receipts: Receipts) -> tuple[str, ...]:
    """Sentences for the screen: totals that are old, sources that disagree, replicates lost."""
    result = []
    calibration = receipts.calibration
    if calibration is not None:
        for source in calibration.sources:
            if source.too_old:
                result.append(
                    f"Control totals of margin {source.margin} ({source.source}, {source.reference_date}) are "
                    f"{abs(source.age_years):.1f} years from the fieldwork."
                )
        for gap in calibration.gaps:
            if gap.warn:
                result.append(
                    f"Municipality {gap.area}: {gap.other_source} ({gap.other_date}) has {gap.other_population:,.0f} "
                    f"adults, {gap.source} ({gap.reference_date}) has {gap.population:,.0f}: {100 * gap.gap:+.1f} %."
                )
        for merged in calibration.collapsed:
            result.append(
                f"Municipality {merged.area}, margin {merged.margin}: merged {merged.merged} "
                f"({merged.respondents} respondents in the smallest cell)."
            )
    if receipts.replicates is not None and receipts.replicates.failed:
        result.append(f"{len(receipts.replicates.failed)} of {receipts.replicates.asked} replicates failed.")
    return tuple(result)
