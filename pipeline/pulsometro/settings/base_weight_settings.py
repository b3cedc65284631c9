"""What ``weighting:`` in params.yaml may say of the base weights: the kinds of sample, and two frames put together."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from pulsometro.settings.configuration import STRICT
from pulsometro.settings.faults import demand

_WHERE = "params.yaml, weighting:"


@dataclass(frozen=True)
class TelephoneCompletes:
    """Adults of the area ÷ completes × adults (capped) ÷ lines (capped); no frame count needed."""

    __pydantic_config__: ClassVar = STRICT
    kind: Literal["telephone_completes"]
    adults: str | None = None
    adults_cap: int = 4
    lines: str | None = None
    lines_cap: int = 3
    # A respondent who did not say how many adults or lines: refuse, or take the area's median.
    missing: Literal["refuse", "median"] = "refuse"

    def __post_init__(self) -> None:
        _caps(self.adults_cap, self.lines_cap)


@dataclass(frozen=True)
class TelephoneFrame:
    """Numbers in the area's frame ÷ numbers released × adults (capped) ÷ lines (capped).

    ``frame``: CSV with the columns area, frame_numbers and, unless the wave has a file of
    call attempts to count them in, released_numbers; an optional column wave.
    """

    __pydantic_config__: ClassVar = STRICT
    kind: Literal["telephone_frame"]
    frame: str
    adults: str | None = None
    adults_cap: int = 4
    lines: str | None = None
    lines_cap: int = 3
    missing: Literal["refuse", "median"] = "refuse"

    def __post_init__(self) -> None:
        _caps(self.adults_cap, self.lines_cap)


def _caps(adults: int, lines: int) -> None:
    """A weight is made of one adult and one line at least: under a cap of none there would be no weight."""
    demand(
        _WHERE,
        (adults >= 1, "base.adults_cap must be at least 1; 4 is usual"),
        (lines >= 1, "base.lines_cap must be at least 1; 3 is usual"),
    )


@dataclass(frozen=True)
class AreaSample:
    """Inverse of the product of the selection probabilities of each stage (columns)."""

    __pydantic_config__: ClassVar = STRICT
    kind: Literal["area"]
    probabilities: tuple[str, ...]

    def __post_init__(self) -> None:
        demand(_WHERE, (bool(self.probabilities), "base.probabilities is empty; name the column of each stage"))


@dataclass(frozen=True)
class Given:
    """The producer's weight, taken as it is."""

    __pydantic_config__: ClassVar = STRICT
    kind: Literal["given"]
    weight: str


@dataclass(frozen=True)
class Equal:
    """Every interview weighs the same before calibration: persons ÷ interviews where the persons are known."""

    __pydantic_config__: ClassVar = STRICT
    kind: Literal["equal"]


BaseSettings = Annotated[TelephoneCompletes | TelephoneFrame | AreaSample | Given | Equal, Field(discriminator="kind")]


@dataclass(frozen=True)
class DualFrame:
    """Weights for a survey that calls two frames (landline and mobile).

    ``frame``: column with the frame a respondent was drawn from; ``other``: column saying
    (code ``reachable``) that the other frame reaches the respondent too.
    ``theta``: share of the overlap given to ``first``; null = in proportion to effective n.
    """

    __pydantic_config__: ClassVar = STRICT
    method: Literal["hartley", "multiplicity"]
    frame: str
    first: int
    other: str
    reachable: int = 1
    theta: float | None = None

    def __post_init__(self) -> None:
        possible = self.theta is None or 0 <= self.theta <= 1
        demand(_WHERE, (possible, "dual_frame.theta must be between 0 and 1 (null: in proportion to effective n)"))
