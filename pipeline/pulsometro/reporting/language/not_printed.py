"""Why a figure is not printed, in a word, a symbol and a sentence: the reason that its row carries, and no other."""

from collections.abc import Mapping
from dataclasses import dataclass

from pulsometro.reporting.edition.content import Edition
from pulsometro.settings.report_settings import Measure
from pulsometro.style.spanish import NBSP
from pulsometro.style.vocabulary import REASONS, Reason


@dataclass(frozen=True)
class Missing:
    """A reason: its word, its symbol in tables and workbooks, what a note says of it, and how a sentence ends."""

    word: str
    mark: str
    note: str
    sentence: str

    @property
    def cell(self) -> str:
        """What stands in a cell of a table instead of the figure."""
        return f"{self.word}{NBSP}{self.mark}" if self.mark else self.word


def _missing(reason: Reason, mark: str, note: str, sentence: str) -> Missing:
    return Missing(REASONS[reason], mark, f"{REASONS[reason]}, {note}" if note else REASONS[reason], sentence)


IMPRECISE = _missing(Reason.IMPRECISE, "**", "no se publica", "no se publica por su poca precisión")
CONFIDENTIAL = _missing(
    Reason.CONFIDENTIAL, "[c]", "no se publica para proteger a quienes respondieron",
    "no se publica para proteger a quienes respondieron",
)  # fmt: skip
NO_CASES = _missing(Reason.NO_CASES, "", "", "no se calcula: no hubo respuestas que contar")
NOT_ASKED = _missing(Reason.NOT_ASKED, "", "", "no se preguntó en esta edición")
NOT_DELIVERED = _missing(Reason.NOT_DELIVERED, "", "", "no se entregó en esta edición")
# A figure without a reason of its own is one that a page does not take from the tables.
MISSING: Mapping[Reason, Missing] = {
    Reason.IMPRECISE: IMPRECISE,
    Reason.CONFIDENTIAL: CONFIDENTIAL,
    Reason.NO_CASES: NO_CASES,
    Reason.NOT_ASKED: NOT_ASKED,
    Reason.NOT_DELIVERED: NOT_DELIVERED,
}


def why(edition: Edition, measure: Measure, code: str = "", wave: str = "") -> Missing:
    """The reason why a measure has no figure in a place (``code``) or in the whole."""
    return MISSING[edition.reason(measure, wave, code)]


def legend(words: str) -> str:
    """What the symbols among the words of a table stand for; "" when there is none."""
    found = [f"{m.mark}{NBSP}{m.note}" for m in (IMPRECISE, CONFIDENTIAL) if m.cell in words]
    return "; ".join(found)
