"""What ``weighting:`` in params.yaml may say: every step optional, in the order it is applied.

Plain frozen dataclasses; the study loader validates the YAML into ``WeightingSettings`` with
pydantic, and an unknown key is an error. Column names are those of the responses table.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from pulsometro.settings.base_weight_settings import BaseSettings, DualFrame
from pulsometro.settings.calibration_settings import Calibration, Collapse, ControlTotals, Population, Trim
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

    def __post_init__(self) -> None:
        names = (self.number, self.attempt, self.disposition)
        demand(
            _WHERE,
            (self.e is None or 0 <= self.e <= 1, "attempts.e must be between 0 and 1 (null: computed in each area)"),
            (
                len(set(names)) == 3,
                "attempts names one column for two things; name three (number, attempt, disposition)",
            ),
        )


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
            (self.min_respondents >= 1, "nonresponse.min_respondents must be at least 1"),
            (self.max_factor >= 1, "nonresponse.max_factor must be at least 1"),
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
            (self.jobs >= 1, "replicates.jobs must be at least 1 (processes; 1 is none beside this one)"),
            (self.max_groups >= 2, "replicates.max_groups must be at least 2"),
            (0 <= self.max_failed_share <= 1, "replicates.max_failed_share must be between 0 and 1"),
        )


@dataclass(frozen=True)
class Limits:
    """Final weights outside these are absurd: the run stops.

    ``max_to_median`` is not asked of a producer's weight that is taken as it is.
    """

    __pydantic_config__: ClassVar = STRICT
    min_weight: float = 0.0
    max_to_median: float = 50.0

    def __post_init__(self) -> None:
        demand(
            _WHERE,
            (self.min_weight >= 0, "limits.min_weight must not be negative"),
            (self.max_to_median > 1, "limits.max_to_median must be above 1 (50 is usual)"),
        )


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

    def __post_init__(self) -> None:
        demand(
            _WHERE, (bool(self.frames), "coverage.frames is empty; name a column of the table, or leave coverage out")
        )


@dataclass(frozen=True)
class WeightingSettings:
    """The steps of one study in the order in which they are applied; null = left out.

    ``psu`` null: each respondent is a PSU. ``strata`` null: one stratum. ``within``: the
    column of the area inside which calibration is done. ``indicators``: items whose
    distribution before and after weighting is reported. ``scale``: ``relative`` weights give shares and no numbers of
    persons, and nobody asks what they add up to.
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
    population: Population = field(default_factory=Population)
    scale: Literal["persons", "relative"] = "persons"
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

    @property
    def _persons_known(self) -> bool:
        return self.control_totals is not None or self.population.persons is not None

    @property
    def design(self) -> tuple[str, ...]:
        """The items that say how somebody was drawn: strata, units, probabilities, a producer's weight."""
        named = [getattr(self.base, "weight", None), *getattr(self.base, "probabilities", ()), self.psu, self.strata]
        named += [self.replicates.fpc] if self.replicates is not None else []
        return tuple(dict.fromkeys(item for item in named if item))

    def __post_init__(self) -> None:
        needs_totals = self.calibration is not None or self.base.kind == "telephone_completes"
        demand(
            _WHERE,
            (not needs_totals or self.control_totals is not None, "control_totals is missing; these steps need it"),
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
            (
                self.base.kind != "equal" or self._persons_known or self.scale == "relative",
                "base.kind equal says nothing of how many persons there are; declare control_totals and calibration, "
                "population.persons, or scale: relative (shares alone)",
            ),
            (
                self.scale == "persons" or self.population.persons is None,
                "population.persons says what the weights add up to, and scale: relative that nobody asks; keep one",
            ),
            *self._named_twice(),
        )

    def _named_twice(self) -> Iterator[tuple[bool, str]]:
        """What is named twice, and what a rule of ``collapse`` cannot find."""
        margins = self.calibration.margins if self.calibration is not None else []
        for number, margin in enumerate(margins):
            twice = _twice(margin.items)
            yield not twice, f"calibration.margins names {shown(twice)} twice in one margin; keep it once"
            alike = [each for each in margins[:number] if set(each.items) == set(margin.items)]
            crossing = " × ".join(map(shown, margin.items))
            yield not alike, f"calibration.margins lists {crossing} twice; keep one"
        twice = _twice([(rule.item, tuple(sorted(rule.merge))) for rule in self.collapse])
        yield not twice, f"collapse merges codes of {shown(twice[0] if twice else '')} twice alike; keep one rule"
        areas = self.control_totals.areas or [] if self.control_totals is not None else []
        for key, names in (("indicators", self.indicators), ("control_totals.areas", areas)):
            yield not _twice(names), f"{key} names {shown(_twice(names))} twice; keep it once"


def _twice(names: Sequence[Any]) -> Any:
    """The first of the names that stands there twice; "" where none does."""
    return next((name for number, name in enumerate(names) if name in names[:number]), "")
