"""What ``check:`` in params.yaml may say."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from pulsometro.settings.configuration import STRICT
from pulsometro.settings.faults import demand

Severity = Literal["critical", "warning", "info"]


@dataclass(frozen=True)
class Verification:
    """The item that says whether an interview was listened to or called back, and how it ended.

    ``passed`` and ``failed``: labels of its codes in the questionnaire; any other answer, or none,
    is an interview that nobody verified.
    """

    __pydantic_config__: ClassVar = STRICT
    item: str
    passed: tuple[str, ...]
    failed: tuple[str, ...]


@dataclass(frozen=True)
class Roles:
    """Which items tell about the fieldwork; each optional. All are private.

    ``date``: day of the interview. ``interviewer``: who asked. ``duration``: minutes.
    ``phone``: telephone, kept only as a code under the study's key, to find repeated respondents.
    ``verification``: what became of listening in or calling back, for deliveries that bring it.
    """

    __pydantic_config__: ClassVar = STRICT
    date: str | None = None
    interviewer: str | None = None
    duration: str | None = None
    phone: str | None = None
    verification: Verification | None = None

    @property
    def items(self) -> tuple[str, ...]:
        """The items named, in the order of the fields."""
        verified = self.verification.item if self.verification else None
        named = (self.date, self.interviewer, self.duration, self.phone, verified)
        return tuple(item for item in named if item is not None)


@dataclass(frozen=True)
class Amount:
    """From what share of its rows on a rule warns and stops, 0–1; under ``warn`` it is a note."""

    __pydantic_config__: ClassVar = STRICT
    warn: float
    stop: float

    def __post_init__(self) -> None:
        demand(
            "params.yaml, check.amounts:",
            (0 <= self.warn <= self.stop <= 1, "warn and stop are shares of the rows (0 to 1), warn not above stop."),
        )


@dataclass(frozen=True)
class CheckSettings:
    """Tolerances of the checks; shares are proportions.

    ``area``: item of the sample's areas, ``interviews_per_area`` its design.
    ``severity``: rule (or family of rules) → its severity, where the default is not wanted.
    ``amounts``: rule (or family) → from what share of its rows it warns and stops, where the default
    (``check.amounts.USUAL``) is not wanted; ``severity`` says more than it.
    ``repeated_answers``: chance that an honest wave repeats as many interviews, below which they are copies.
    ``false_alarms``: expected false discoveries among the fieldwork suspects (FDR level).
    ``near_duplicates``: suspect pairs that honest respondents may give by chance, at most.
    ``minimum_interviews``: interviewers with fewer are not tested. ``design_effect``: by which the
    variance of a change between waves is multiplied, before weights are known. ``largest_move``:
    a smaller change of a share is never called one. ``composition_lean``: by how much a group's
    share may miss the population's, before weights, because some people are harder to reach; only
    what sampling error adds to it is a surprise. ``minimum_verified``: share of every
    interviewer's interviews that somebody listens to or calls back, where a delivery says so.
    ``largest_weight``: a given weight above so many times the median of its area is asked about.
    ``largest_calls_ratio``: calls per interview of an area ÷ those of the median area, at most.
    ``area_loss``: share of the last wave's interviews that no area should lose without a reason.
    ``largest_inconsistent``: share of the interviews from which contradicting a condition of the questionnaire's
    ``consistency`` stops the wave, where it does not set them aside.
    ``seed``: of the interviews among which honest pairs are counted.
    """

    __pydantic_config__: ClassVar = STRICT
    area: str | None = None
    interviews_per_area: int | None = None
    minimum_share_of_target: float = 0.5
    maximum_item_nonresponse: float = 0.35
    maximum_quarantined: float = 0.05
    unasked_columns: Severity = "info"
    roles: Roles = Roles()
    severity: Mapping[str, Severity] = field(default_factory=dict)
    amounts: Mapping[str, Amount] = field(default_factory=dict)
    repeated_answers: float = 0.001
    false_alarms: float = 0.01
    minimum_interviews: int = 15
    interviews_per_day: int = 30
    near_duplicates: float = 0.1
    design_effect: float = 1.5
    largest_move: float = 0.10
    composition_lean: float = 0.05
    minimum_verified: float = 0.10
    largest_weight: float = 100.0
    largest_calls_ratio: float = 2.0
    area_loss: float = 1 / 3
    largest_inconsistent: float = 0.02
    seed: int = 0
