"""What ``weighting:`` in params.yaml may say of the base weights: the kinds of sample, and two frames put together."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from pulsometro.settings.configuration import STRICT


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


@dataclass(frozen=True)
class AreaSample:
    """Inverse of the product of the selection probabilities of each stage (columns)."""

    __pydantic_config__: ClassVar = STRICT
    kind: Literal["area"]
    probabilities: tuple[str, ...]


@dataclass(frozen=True)
class Given:
    """The producer's weight, taken as it is."""

    __pydantic_config__: ClassVar = STRICT
    kind: Literal["given"]
    weight: str


BaseSettings = Annotated[TelephoneCompletes | TelephoneFrame | AreaSample | Given, Field(discriminator="kind")]


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
