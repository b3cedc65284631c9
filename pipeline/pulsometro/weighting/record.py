"""What ``weighting.json`` holds: each step in order, with what it did to the weights."""

from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Literal

from pulsometro.settings.configuration import STRICT
from pulsometro.study import Study
from pulsometro.study.wave_record import load_of_wave
from pulsometro.weighting.control_totals import Gap, SourceRecord

NAME = "weighting.json"
# What a replicate failed for: a class of nonresponse without respondents, calibration, limits of trimming.
ReplicateFailure = Literal["empty_class", "not_calibrated", "not_trimmed"]
# Final groups of AAPOR: interview, partial, refusal, non-contact, other, unknown (household; other), not eligible.
AaporGroup = Literal["I", "P", "R", "NC", "O", "UH", "UO", "NE"]


@dataclass(frozen=True)
class Spread:
    """Weights of one area ("total" = all), in persons; ``deff_kish`` = n Σw² / (Σw)² = 1 + CV²
    (Kish 1965), ``n_eff`` = n / deff_kish: the loss from unequal weights alone, no estimate's precision."""

    area: str
    n: int
    sum: float
    min: float
    median: float
    max: float
    max_to_median: float
    cv: float
    deff_kish: float
    n_eff: float


@dataclass(frozen=True)
class BaseRecord:
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
class DualFrameRecord:
    """``theta``: share of the overlap given to the first frame (None for multiplicity)."""

    method: str
    theta: float | None
    first_only: int
    overlap_first: int
    overlap_second: int
    second_only: int
    spread: tuple[Spread, ...]


@dataclass(frozen=True)
class BlurRecord:
    """The keyed factor on the base weights: ``spread`` of its logarithm, ``key``: the key's fingerprint, ``deff``: by
    how much its inequality alone multiplies the variance (Kish); ``se_growth``: what that adds to a standard error, as
    a proportion of it, √deff − 1."""

    spread: float
    key: str
    deff: float
    se_growth: float


@dataclass(frozen=True)
class Rates:
    """Outcome rates of one area (proportions), the counts behind them and the *e* used.

    A rate is None where its denominator is zero.
    """

    area: str
    counts: dict[AaporGroup, int]
    e: float
    rates: dict[str, float | None]


@dataclass(frozen=True)
class ClassRecord:
    """One class: respondents, eligible units (unknown ones counted with *e*) and the factor."""

    area: str
    label: str
    respondents: int
    eligible: float
    factor: float


@dataclass(frozen=True)
class NonresponseRecord:
    """Factors are eligible ÷ respondents; with ``keep_area_sum`` they act between classes only."""

    method: str
    keep_area_sum: bool
    classes: tuple[ClassRecord, ...]
    spread: tuple[Spread, ...]


@dataclass(frozen=True)
class Collapsed:
    """Codes merged in one area of one margin, because a cell had ``respondents`` only."""

    area: str
    margin: str
    merged: str
    respondents: int


@dataclass(frozen=True)
class MissingHandled:
    """Respondents of an area whose calibration item had no usable answer."""

    area: str
    item: str
    respondents: int
    rule: str


@dataclass(frozen=True)
class Convergence:
    """How one block (area, or the whole study "") came to its totals.

    ``max_error``: power of ten, at least 1e-12, that the largest relative miss stays below.
    """

    area: str
    iterations: int
    max_error: float
    converged: bool


@dataclass(frozen=True)
class CellOff:
    """One margin cell: share of its area in the population (``target``) and, before and after
    the step, the weighted share minus it, in percentage points and in standard errors
    (√(P(1−P)/n_eff) of the weights before)."""

    margin: str
    area: str
    cell: str
    n: int
    total: float
    target: float
    points_before: float
    points_after: float
    z_before: float
    z_after: float


@dataclass(frozen=True)
class CalibrationRecord:
    """Margins, totals, convergence by block and what was merged or imputed to get there."""

    method: str
    bounds: tuple[float, float] | None
    tolerance: float
    margins: tuple[str, ...]
    sources: tuple[SourceRecord, ...]
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
class TrimRecord:
    """``k`` × the area's median weight, fixed before trimming."""

    k: float
    k_low: float | None
    areas: tuple[AreaTrim, ...]
    convergence: tuple[Convergence, ...]
    spread: tuple[Spread, ...]


@dataclass(frozen=True)
class ReplicatesRecord:
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
    failed: dict[str, ReplicateFailure]


@dataclass(frozen=True)
class CoverageRecord:
    """Share of an area's dwellings that a frame reaches (proportion); ``name``: the frame in words."""

    area: str
    frame: str
    dwellings: float
    reached: float
    share: float
    reference_date: str
    name: str = ""


@dataclass(frozen=True)
class Balance:
    """Share of one answer among those who gave one, over all areas, under base and final weights
    (proportions).

    For a calibration variable ``target`` is the population's share and the standardised mean
    differences are (share − target)/√(target(1−target)); for an indicator ``target`` is None
    and ``smd_after`` is (after − before)/√(before(1−before)).
    """

    variable: str
    level: str
    before: float
    after: float
    target: float | None
    smd_before: float | None
    smd_after: float


@dataclass(frozen=True)
class Paired:
    """``n`` respondents of an area whose weights, relative to their area's mean, are ``base`` and
    ``final``, both rounded on a scale of ratios: a picture of all of them, nobody's own weight."""

    area: str
    base: float
    final: float
    n: int


@dataclass(frozen=True)
class WeightingRecord:
    """Everything said about the weights of one wave; a step left out is None."""

    __pydantic_config__: ClassVar = STRICT
    wave: str
    n: int
    areas: tuple[str, ...]
    within: str | None
    strata: str | None
    psu: str | None
    base: BaseRecord
    dual_frame: DualFrameRecord | None
    blur: BlurRecord | None
    outcome_rates: tuple[Rates, ...]
    nonresponse: NonresponseRecord | None
    calibration: CalibrationRecord | None
    trim: TrimRecord | None
    replicates: ReplicatesRecord | None
    coverage: tuple[CoverageRecord, ...]
    balance: tuple[Balance, ...]
    base_final: tuple[Paired, ...]
    final: tuple[Spread, ...]
    warnings: tuple[str, ...]

    @property
    def whole(self) -> Spread | None:
        """The final weights of all areas together; None where the record tells the areas alone."""
        return next((spread for spread in self.final if spread.area == "total"), None)

    @property
    def whole_rates(self) -> Rates | None:
        """Outcome rates of all areas together; None without call attempts."""
        return next((rates for rates in self.outcome_rates if rates.area == "total"), None)

    def to_dict(self) -> dict[str, Any]:
        """Plain dictionaries and lists, ready for JSON."""
        return asdict(self)


def load_weighting(study: Study, wave: str) -> WeightingRecord:
    """The record that the weight stage wrote; MachineError when it is missing, damaged or of another version."""
    return load_of_wave(WeightingRecord, study.processed(wave, NAME), wave)
