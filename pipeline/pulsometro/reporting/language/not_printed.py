"""Why a figure is not printed, in a word and a symbol: too imprecise is one thing, confidential is another."""

from dataclasses import dataclass

from pulsometro.reporting.edition.content import Edition
from pulsometro.settings.report_settings import Measure
from pulsometro.style.spanish import NBSP


@dataclass(frozen=True)
class Missing:
    """A reason: its word, its symbol in tables and workbooks, and what a note says of it."""

    word: str
    mark: str = ""
    note: str = ""

    @property
    def cell(self) -> str:
        """What stands in a cell of a table instead of the figure."""
        return f"{self.word}{NBSP}{self.mark}" if self.mark else self.word


IMPRECISE = Missing("poco precisa", "**", "poco precisa, no se publica")
CONFIDENTIAL = Missing("confidencial", "[c]", "confidencial, no se publica para proteger a quienes respondieron")
NOT_ASKED = Missing("no se preguntó")


def why(edition: Edition, measure: Measure, code: str = "", wave: str = "") -> Missing:
    """The reason why a measure has no figure in a place (``code``) or in the whole."""
    if edition.confidential(measure, wave, code):
        return CONFIDENTIAL
    return IMPRECISE if edition.asked(measure, wave) else NOT_ASKED


def legend(words: str) -> str:
    """What the symbols among the words of a table stand for; "" when there is none."""
    found = [f"{m.mark}{NBSP}{m.note}" for m in (IMPRECISE, CONFIDENTIAL) if m.cell in words]
    return "; ".join(found)
