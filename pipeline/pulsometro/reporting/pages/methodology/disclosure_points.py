"""The points that a survey discloses, and what they are read from."""

from dataclasses import dataclass

from pulsometro.check.verdict import Verdict
from pulsometro.questionnaire import Questionnaire
from pulsometro.reporting.edition.content import Edition
from pulsometro.reporting.language.conditions import by_telephone
from pulsometro.settings.report_settings import Disclosure
from pulsometro.study import Study
from pulsometro.weighting.record import WeightingRecord

RECORD, CHECKS = "processed/{wave}/weight/weighting.json", "processed/checks/{wave}.json"


@dataclass(frozen=True)
class Point:
    """One point: its name, who asks for it besides AAPOR ("INE", "AMAI"), and what is said ("": nothing)."""

    name: str
    body: str
    others: tuple[str, ...] = ()


@dataclass(frozen=True)
class Element:
    """One of AAPOR's eleven elements with its points.

    ``key``: its address on the page; ``source``: the file of the wave that holds its numbers, where rows do not.
    """

    number: int
    key: str
    name: str
    points: tuple[Point, ...]
    source: str = ""


@dataclass(frozen=True)
class Sources:
    """What the points are read from: the study, its edition, and the records of the wave.

    ``units``, ``strata``: how many the interviews are from; no units where each interview is its own.
    """

    study: Study
    edition: Edition
    questionnaire: Questionnaire
    weights: WeightingRecord
    checks: Verdict
    engine: str
    units: int = 0
    strata: int = 0

    @property
    def declared(self) -> Disclosure:
        """What the study declares that no file says; nothing without the block."""
        return self.edition.settings.disclosure or Disclosure()

    @property
    def by_telephone(self) -> bool:
        """Whether people were called."""
        return by_telephone(self.weights.base.kind, self.questionnaire.fieldwork.mode)
