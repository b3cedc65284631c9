"""Everything that the synthetic editions assume, read from one YAML file of the study."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from pulsometro.common.errors import PulsoError
from pulsometro.questionnaire import Questionnaire
from pulsometro.settings.configuration import STRICT, load_yaml, validate

# item → code → shift on the logit (or latent) scale
Effects = Mapping[str, Mapping[int, float]]


@dataclass(frozen=True)
class Roles:
    """Which items hold the facts that every telephone interview has."""

    __pydantic_config__: ClassVar = STRICT
    respondent: str
    area: str
    age: str
    adults: str
    lines: str
    interviewer: str
    telephone: str
    date: str
    minutes: str


@dataclass(frozen=True)
class PopulationAssumptions:
    """Size of the synthetic population and how the table of control totals is called.

    ``columns``: item → column of the table. ``age_decline``: age group → yearly decline of the
    number of people inside it (proportion).
    """

    __pydantic_config__: ClassVar = STRICT
    persons_per_area: int
    area: str
    total: str
    date: str
    columns: Mapping[str, str]
    age_decline: Mapping[int, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Trait:
    """A fact of a person. ``shares``: codes of ``by`` joined by * → percent per value, in order.

    ``values``: where they are not the item's codes. ``area``: the area profile that, times
    ``tilt``, moves weight towards later values.
    """

    __pydantic_config__: ClassVar = STRICT
    shares: Mapping[str, tuple[float, ...]]
    by: tuple[str, ...] = ()
    values: tuple[int, ...] = ()
    area: str | None = None
    tilt: float = 0.0


@dataclass(frozen=True)
class Years:
    """A whole number of years up to the person's age; ``since_birth``: percent with all of it."""

    __pydantic_config__: ClassVar = STRICT
    item: str
    since_birth: float


@dataclass(frozen=True)
class Answer:
    """A question: percent per code by wave, and what moves a person or area to its first code."""

    __pydantic_config__: ClassVar = STRICT
    shares: Mapping[str, tuple[float, ...]]
    loads: Mapping[str, float]
    area: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class TelephoneAssumptions:
    """How calls go. Percentages but for effects (logit scale) and ``interviewer_share`` (proportion)."""

    __pydantic_config__: ClassVar = STRICT
    calls: int
    contact: float
    cooperation: float
    nobody: Mapping[str, float]
    no_household: Mapping[str, float]
    prefix: str
    interviewers: int
    interviewer_share: float
    minutes: float
    appointments: float = 0.0
    contact_effects: Effects = field(default_factory=dict)
    cooperation_effects: Effects = field(default_factory=dict)
    nonignorable: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class AttemptColumns:
    """How the file of call attempts calls its columns."""

    __pydantic_config__: ClassVar = STRICT
    number: str
    area: str
    call: str
    date: str
    hour: str
    interviewer: str
    disposition: str


@dataclass(frozen=True)
class Drift:
    """What a delivery does beyond its crosswalk: area names, blanks, extra columns, slips in labels.

    ``pilot_rows``: rows of trial calls without answers that the firm forgot to take out.
    """

    __pydantic_config__: ClassVar = STRICT
    area_names: bool = False
    trailing_space: tuple[str, ...] = ()
    never_asked: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    labels: Mapping[str, Mapping[int, str]] = field(default_factory=dict)
    pilot_rows: int = 0


@dataclass(frozen=True)
class Origin:
    """A column that says in every row that the data are simulated."""

    __pydantic_config__: ClassVar = STRICT
    column: str
    value: str


@dataclass(frozen=True)
class Assumptions:
    """The whole file. ``unanswered``: item → percent no sabe, percent no contesta."""

    __pydantic_config__: ClassVar = STRICT
    roles: Roles
    population: PopulationAssumptions
    areas: Mapping[str, Mapping[str, float]]
    traits: Mapping[str, Trait]
    years: Years
    factors: Mapping[str, Effects]
    answers: Mapping[str, Answer]
    unanswered: Mapping[str, tuple[float, float]]
    telephone: TelephoneAssumptions
    attempts: AttemptColumns
    label: str
    origin: Origin
    area_drift: Mapping[str, float] = field(default_factory=dict)
    unanswered_effects: Effects = field(default_factory=dict)
    reluctance: float = 0.0
    interviews: Mapping[str, int] = field(default_factory=dict)
    deliveries: Mapping[str, Drift] = field(default_factory=dict)


def load_assumptions(path: Path, questionnaires: Mapping[str, Questionnaire]) -> Assumptions:
    """Read the file and hold it against the instrument of every simulated wave.

    Raises PulsoError naming the key: a question or wave without shares, shares that do not add
    to 100 or are not one per code, a latent trait or area profile that nobody defines.
    """
    assumptions = validate(Assumptions, load_yaml(path), path)
    profiles = set.intersection(*(set(profile) for profile in assumptions.areas.values()))
    for name, answer in assumptions.answers.items():
        where = f"{path}: answers.{name}"
        _known(set(answer.loads), set(assumptions.factors), f"{where}.loads")
        _known(set(answer.area), profiles, f"{where}.area")
        if sum(load**2 for load in answer.loads.values()) >= 1:
            raise PulsoError(f"{where}.loads: the sum of their squares must be below 1.")
    for wave, questionnaire in questionnaires.items():
        _check_wave(assumptions, wave, questionnaire, path)
    for name, trait in assumptions.traits.items():
        _known({trait.area} if trait.area else set(), profiles, f"{path}: traits.{name}.area")
        for key, shares in trait.shares.items():
            _adds_up(shares, f"{path}: traits.{name}.shares.{key}")
    return assumptions


def _check_wave(assumptions: Assumptions, wave: str, questionnaire: Questionnaire, path: Path) -> None:
    roles = vars(assumptions.roles).values()
    made = {*roles, *assumptions.traits, *assumptions.population.columns, assumptions.years.item}
    for name in questionnaire.asked:
        if name in made:
            continue
        answer = assumptions.answers.get(name)
        if answer is None or wave not in answer.shares:
            raise PulsoError(f"{path}: answers.{name}.shares has nothing for wave {wave}, which asks it; add it.")
        if len(answer.shares[wave]) != len(questionnaire[name].codes):
            raise PulsoError(f"{path}: answers.{name}.shares.{wave} needs one share per code of the item.")
        _adds_up(answer.shares[wave], f"{path}: answers.{name}.shares.{wave}")


def _adds_up(shares: tuple[float, ...], where: str) -> None:
    if abs(sum(shares) - 100) > 1e-6 or min(shares) < 0:
        raise PulsoError(f"{where}: the shares add to {sum(shares):g}; make them add to 100.")


def _known(names: set[str], known: set[str], where: str) -> None:
    for name in sorted(names - known):
        raise PulsoError(f"{where} names '{name}', which is not defined (known: {', '.join(sorted(known))}).")
