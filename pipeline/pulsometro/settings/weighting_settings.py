"""What ``weighting:`` in params.yaml may say: every step optional, in the order it is applied.

Plain frozen dataclasses; the study loader validates the YAML into ``WeightingSettings`` with
pydantic, and an unknown key is an error. Column names are those of the responses table.
"""

from dataclasses import dataclass, field
from typing import ClassVar, Literal

from pulsometro.settings.base_weight_settings import BaseSettings, DualFrame
from pulsometro.settings.configuration import STRICT
from pulsometro.settings.faults import demand, shown

_WHERE = "params.yaml, weighting:"
# Fewer bootstrap replicates than this give a standard error that is itself off by more than an eighth (1 ÷ √(2·30)).
FEWEST_DRAWS = 30


@dataclass(frozen=True)
class Blur:
    """A factor under a secret key, before calibration, that keeps weights from telling adults and lines of a home.

    ``spread``: standard deviation of the factor's logarithm; errors grow by √(1 + spread²) at most, about. ``key``: the
    fingerprint that 'pulso key' prints of ``.pulso/weights.key``; "demonstration" for simulated waves alone.
    """

    __pydantic_config__: ClassVar = STRICT
    spread: float = 0.35
    key: str = "demonstration"

    def __post_init__(self) -> None:
        demand(_WHERE, (0 < self.spread <= 0.5, "blur.spread must be above 0 and at most 0.5"))


@dataclass(frozen=True)
class Attempts:
    """Columns of the file of call attempts: the number's opaque id, the attempt, the AAPOR code."""

    __pydantic_config__: ClassVar = STRICT
    number: str
    attempt: str
    disposition: str
    # Share of unknown numbers taken as eligible; null = computed in each area (CASRO).
    e: float | None = None


@dataclass(frozen=True)
class Nonresponse:
    """Adjustment from the file of call attempts.

    ``classes``/``predictors`` are columns that both the attempts and the responses have.
    ``propensity`` fits a logistic model on the predictors and cuts its score into classes.
    """

    __pydantic_config__: ClassVar = STRICT
    method: Literal["classes", "propensity"] = "classes"
    classes: list[str] = field(default_factory=list)
    predictors: list[str] = field(default_factory=list)
    score_classes: int = 5
    min_respondents: int = 20
    max_factor: float = 5.0

    def __post_init__(self) -> None:
        wanted = self.classes if self.method == "classes" else self.predictors
        key = "classes" if self.method == "classes" else "predictors"
        demand(
            _WHERE,
            (bool(wanted), f"nonresponse.method {self.method} needs nonresponse.{key} (a list of columns)"),
            (2 <= self.score_classes <= 10, "nonresponse.score_classes must be between 2 and 10"),
        )


@dataclass(frozen=True)
class ControlTotals:
    """The table of population totals and how its columns are called.

    ``columns`` maps a respondent's item to the column of the table; ``area`` and ``total`` are
    columns of the table. The rows of ``source`` with the reference date nearest to the
    fieldwork are used; a total older (or younger) than ``max_age_years`` is warned about.
    """

    __pydantic_config__: ClassVar = STRICT
    file: str
    source: str
    columns: dict[str, str] = field(default_factory=dict)
    area: str = "cve_geo"
    total: str = "population"
    max_age_years: float = 3.0
    # Areas to be covered; by default the study's municipalities, else all of the table.
    areas: list[str] | None = None
    # Two sources that differ by more than this (share of the total in use) are warned about.
    max_gap: float = 0.05


@dataclass(frozen=True)
class MarginSettings:
    """One margin: the items crossed; within each area, or (false) over the whole study."""

    __pydantic_config__: ClassVar = STRICT
    items: list[str]
    within: bool = True
    # Another source than control_totals.source, for instance a census for schooling.
    source: str | None = None
    # counts: as in the table. shares: only its proportions, of the area's total in use.
    totals: Literal["counts", "shares"] = "counts"


@dataclass(frozen=True)
class Calibration:
    """``bounds`` are on the ratio calibrated ÷ base weight (logit and linear_bounded).

    Telephone base weights add up to more than the population, because each counts the household's
    adults: their ratio is well below one on average, and the lower bound must leave room for it.
    """

    __pydantic_config__: ClassVar = STRICT
    margins: list[MarginSettings]
    method: Literal["raking", "linear", "linear_bounded", "logit"] = "raking"
    bounds: tuple[float, float] | None = None
    tolerance: float = 1e-10
    max_iterations: int = 200
    # Relative disagreement between margins' totals that is scaled away; more is an error.
    margin_tolerance: float = 1e-6
    min_respondents: int = 20
    missing: Literal["refuse", "impute", "own_cell"] = "refuse"
    impute_seed: int = 0

    def __post_init__(self) -> None:
        bounded, (low, high) = self.method in ("logit", "linear_bounded"), self.bounds or (0.0, 2.0)
        demand(
            _WHERE,
            (bool(self.margins), "calibration.margins is empty; give at least one margin or leave it out"),
            (
                bounded == (self.bounds is not None),
                f"calibration.method {self.method} {'needs' if bounded else 'takes no'} bounds",
            ),
            (0 <= low < 1 < high, "calibration.bounds must be [low, high] with 0 <= low < 1 < high"),
            (self.min_respondents >= 10, "calibration.min_respondents must be at least 10"),
            (0 < self.tolerance <= 1e-6, "calibration.tolerance must be between 0 and 1e-6"),
        )


@dataclass(frozen=True)
class Collapse:
    """Merge the codes of ``item`` in an area where one has fewer than ``below`` interviews."""

    __pydantic_config__: ClassVar = STRICT
    item: str
    merge: list[int]
    below: int = 20

    def __post_init__(self) -> None:
        wanted = f"collapse of {shown(self.item)}: merge needs two different codes or more"
        demand(_WHERE, (len(set(self.merge)) >= 2, wanted))


@dataclass(frozen=True)
class Trim:
    """Cap = k × the area's median weight before trimming; floor = that median ÷ ``k_low``."""

    __pydantic_config__: ClassVar = STRICT
    k: float = 5.0
    k_low: float | None = None

    def __post_init__(self) -> None:
        demand(
            _WHERE,
            (self.k > 1, "trim.k must be above 1 (cap = k × the municipality's median weight)"),
            (self.k_low is None or self.k_low > 1, "trim.k_low must be above 1"),
        )


@dataclass(frozen=True)
class Replicates:
    """``n``: bootstrap replicates (the jackknife makes as many as there are PSUs or groups); ``fpc``: column with the
    number of PSUs of the stratum in the population."""

    __pydantic_config__: ClassVar = STRICT
    method: Literal["rao_wu", "jkn"] = "rao_wu"
    n: int = 200
    seed: int = 0
    fpc: str | None = None
    # JKn makes random groups within strata when there are more PSUs than this.
    max_groups: int = 200
    max_failed_share: float = 0.02
    jobs: int = 1

    def __post_init__(self) -> None:
        demand(
            _WHERE,
            (
                self.method != "rao_wu" or FEWEST_DRAWS <= self.n <= 5000,
                f"replicates.n must be between {FEWEST_DRAWS} and 5000: an error of so few draws is chance (500 are "
                "usual; method: jkn draws none)",
            ),
            (self.seed >= 0, "replicates.seed must not be negative"),
        )


@dataclass(frozen=True)
class Limits:
    """Final weights outside these are absurd: the run stops.

    ``max_to_median`` is not asked of a producer's weight that is taken as it is.
    """

    __pydantic_config__: ClassVar = STRICT
    min_weight: float = 0.0
    max_to_median: float = 50.0


@dataclass(frozen=True)
class Coverage:
    """Table of who the frame cannot reach, by area: columns area, dwellings and ``frames``.

    ``names``: what readers call a frame, by its column.
    """

    __pydantic_config__: ClassVar = STRICT
    file: str
    frames: list[str]
    names: dict[str, str] = field(default_factory=dict)
    area: str = "cve_geo"
    dwellings: str = "dwellings"


@dataclass(frozen=True)
class WeightingSettings:
    """The steps of one study in the order in which they are applied; null = left out.

    ``psu`` null: each respondent is a PSU. ``strata`` null: one stratum. ``within``: the
    column of the area inside which calibration is done. ``indicators``: items whose
    distribution before and after weighting is reported.
    """

    __pydantic_config__: ClassVar = STRICT
    base: BaseSettings
    within: str | None = None
    strata: str | None = None
    psu: str | None = None
    blur: Blur | None = None
    dual_frame: DualFrame | None = None
    attempts: Attempts | None = None
    nonresponse: Nonresponse | None = None
    control_totals: ControlTotals | None = None
    calibration: Calibration | None = None
    collapse: list[Collapse] = field(default_factory=list)
    trim: Trim | None = None
    replicates: Replicates | None = None
    limits: Limits = Limits()
    coverage: Coverage | None = None
    indicators: list[str] = field(default_factory=list)

    @property
    def columns(self) -> tuple[str, ...]:
        """The items of the responses that the weights are made of, each once, in the order of the steps."""
        dual, replicates = self.dual_frame, self.replicates
        named = [getattr(self.base, role, None) for role in ("weight", "adults", "lines")]
        named += [*getattr(self.base, "probabilities", ()), self.within, self.psu, self.strata]
        named += [dual.frame, dual.other] if dual is not None else []
        named += [*self.nonresponse.classes, *self.nonresponse.predictors] if self.nonresponse is not None else []
        named += [item for margin in self.calibration.margins for item in margin.items] if self.calibration else []
        named += [replicates.fpc] if replicates is not None else []
        return tuple(dict.fromkeys(item for item in named if item))

    def __post_init__(self) -> None:
        needs_totals = self.calibration is not None or self.base.kind == "telephone_completes"
        demand(
            _WHERE,
            (not needs_totals or self.control_totals is not None, "control_totals is missing; these steps need it"),
            (not needs_totals or self.within is not None, "within (the column of the municipality) is missing"),
            (
                self.blur is None or any(getattr(self.base, role, None) for role in ("adults", "lines")),
                "blur hides adults and lines, which this base weight is not made of: leave it out",
            ),
            (self.trim is None or self.calibration is not None, "trim keeps a calibration: declare calibration too"),
            (self.nonresponse is None or self.attempts is not None, "nonresponse needs attempts (its columns)"),
            (
                self.nonresponse is None or self.base.kind != "given",
                "nonresponse cannot follow a given base weight",
            ),
        )
