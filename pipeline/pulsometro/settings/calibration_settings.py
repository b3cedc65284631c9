"""What ``weighting:`` in params.yaml may say of the population's totals and of how the weights are held to them."""

from dataclasses import dataclass, field
from typing import ClassVar, Literal

from pulsometro.settings.configuration import STRICT
from pulsometro.settings.faults import demand, shown

_WHERE = "params.yaml, weighting:"


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
class Population:
    """How many persons the weights stand for: ``persons``, where it is known from elsewhere, else the table of totals'.

    ``tolerance``: by what share of it their sum may be another number; more stops the wave. ``per_dwelling``: between
    which numbers the adults of a dwelling lie over the whole study, where that is known; others stop the wave.
    """

    __pydantic_config__: ClassVar = STRICT
    persons: float | None = None
    tolerance: float = 0.1
    per_dwelling: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        demand(
            _WHERE,
            (
                self.persons is None or self.persons >= 100,
                "population.persons must be 100 or more; write how many persons there are",
            ),
            (0 < self.tolerance < 0.5, "population.tolerance must be between 0 and 0.5"),
            (
                self.per_dwelling is None or 0 < self.per_dwelling[0] < self.per_dwelling[1],
                "population.per_dwelling must be [low, high] with 0 < low < high (adults of a dwelling)",
            ),
        )


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

    def __post_init__(self) -> None:
        wanted = "a margin of calibration.margins has no items; name at least one, or take the margin out"
        demand(_WHERE, (bool(self.items), wanted))


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
            (self.max_iterations >= 1, "calibration.max_iterations must be at least 1"),
            (self.margin_tolerance >= 0, "calibration.margin_tolerance must not be negative"),
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
        wanted = f"collapse of {shown(self.item)}: merge needs two different codes or more, each once; correct the list"
        demand(
            _WHERE,
            (len(set(self.merge)) == len(self.merge) >= 2, wanted),
            (self.below >= 1, f"collapse of {shown(self.item)}: below must be at least 1 (interviews)"),
        )


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
