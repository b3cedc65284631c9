"""What ``second_opinion.json`` of a wave holds: how far another program's figures lie from ours."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from pulsometro.settings.configuration import STRICT
from pulsometro.study import Study
from pulsometro.study.wave_record import load_of_wave

NAME = "second_opinion.json"
# How far two figures may lie apart, as a share of ours; our table has ten digits.
TOLERANCE = 1e-8
# Why nothing was compared: a stratum with one PSU, samplics not installed or ended by an error, figures of other kinds.
Obstacle = Literal["", "lonely_psu", "absent", "failed", "no_figure"]


@dataclass(frozen=True)
class Apart:
    """One figure that differs by more than ``tolerance``: ``error`` is the one with the weights as fixed."""

    __pydantic_config__: ClassVar = STRICT
    indicator: str
    category: str
    statistic: str
    domain_kind: str
    domain: str
    estimate: float
    other_estimate: float | None
    error: float
    other_error: float | None


@dataclass(frozen=True)
class SecondOpinion:
    """Our headline figures beside another program's, which takes the weights as fixed.

    ``program``: its name and version, "" where it is not installed; ``figures``: how many were compared, over the
    domains of ``kinds``; ``left_out``: kinds of domain too large for it; ``largest_estimate``, ``largest_error``: power
    of ten, at least 1e-12, that every relative difference stays at or below (None where nothing was compared);
    ``obstacle``: why nothing could be, with ``lonely`` strata of one PSU, or with the name of the error as ``failure``.
    """

    __pydantic_config__: ClassVar = STRICT
    wave: str
    program: str
    figures: int
    kinds: tuple[str, ...]
    left_out: tuple[str, ...]
    tolerance: float
    largest_estimate: float | None
    largest_error: float | None
    apart: tuple[Apart, ...]
    obstacle: Obstacle = ""
    lonely: int = 0
    failure: str = ""

    @property
    def agrees(self) -> bool:
        """Whether figures were compared and none lies apart."""
        return self.figures > 0 and not self.apart

    @property
    def warns(self) -> bool:
        """Whether somebody should look: figures apart, or a program that should have been there and was not."""
        return bool(self.apart) or self.obstacle in ("absent", "failed")


def load_opinion(study: Study, wave: str) -> SecondOpinion:
    """The record that the stage wrote; MachineError when it is missing, damaged or of another version."""
    return load_of_wave(SecondOpinion, study.processed(wave, NAME), wave)
