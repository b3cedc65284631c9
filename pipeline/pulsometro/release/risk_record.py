"""What ``risk.json`` holds: how well respondents hide in the released files, and what hiding them cost."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from pulsometro.disclosure.measures import Risk
from pulsometro.settings.configuration import STRICT

NAME = "risk.json"


@dataclass(frozen=True)
class Blank:
    """Values of an item that are left empty in a file, and their share of its rows."""

    file: Literal["main", "second"]
    item: str
    cells: int
    share: float


@dataclass(frozen=True)
class Joined:
    """The two files on the columns that both have: fewest rows of one that a row of the other may be, both ways."""

    columns: tuple[str, ...]
    main_in_second: int
    second_in_main: int


@dataclass(frozen=True)
class Cost:
    """How far the shares of the answers in the groups of a key that is empty in some rows are from those without empty
    rows, in percentage points: the largest and the mean of ``cells``."""

    item: str
    cells: int
    largest: float
    mean: float


@dataclass(frozen=True)
class RiskRecord:
    """``unprotected``: the main file if nothing were left empty; ``blur_growth``: what the factor of
    the weights adds to standard errors, as a proportion; None without one."""

    __pydantic_config__: ClassVar = STRICT
    wave: str
    k: int
    circle: str
    unprotected: Risk
    main: Risk
    second: Risk | None
    joined: Joined | None
    blanks: tuple[Blank, ...]
    cost: tuple[Cost, ...]
    blur_growth: float | None
