"""What an edition's quality page is made from, read once for all of its sections."""

from collections.abc import Mapping
from dataclasses import dataclass

from pulsometro.recompute.opinion_record import SecondOpinion
from pulsometro.reporting.edition.content import Edition
from pulsometro.reporting.pages.quality import calls_and_interviewers
from pulsometro.reporting.pages.quality.traced_tables import Traced
from pulsometro.weighting.record import WeightingRecord

# The area codes that stand for everything: of a study without areas, and of the sum.
WHOLE = ("all", "total")


@dataclass(frozen=True)
class Sources:
    """What the page is made from; ``places``: short names by code, "total" the whole.

    ``method``: how the printed error is made, as ``estimation.se`` names it.
    """

    edition: Edition
    record: WeightingRecord
    asked: tuple[calls_and_interviewers.Asked, ...]
    places: Mapping[str, str]
    labels: Mapping[str, str]
    opinion: SecondOpinion
    method: str

    @property
    def traced(self) -> Traced:
        """Where the printed numbers come from."""
        return Traced(self.edition.wave.key)

    @property
    def place_word(self) -> str:
        """What a place is called."""
        return self.edition.settings.place_word

    @property
    def places_alone(self) -> dict[str, str]:
        """The places without the whole."""
        return {code: name for code, name in self.places.items() if code not in WHOLE}

    @property
    def moved(self) -> bool:
        """Whether any step moved a weight away from the base one."""
        record = self.record
        return bool(record.base_final) and any((record.dual_frame, record.nonresponse, record.calibration, record.trim))
