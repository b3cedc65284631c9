"""The one way in which weighting stops: where, what is wrong, and what could be done."""

from collections.abc import Mapping

import pandas as pd

from pulsometro.common.errors import PulsoError
from pulsometro.questionnaire.crossings import parts_of

# Of an area without interviews.
OUT_OF_WAVE = (
    "interview there, or say in params.yaml since when it is in the study (municipalities: since) or until when (until)"
)


class WeightingError(PulsoError):
    """A step that is not sound.

    Attributes: ``area`` (municipality), ``margin``, ``cell`` (label of the level; "" where it
    does not apply), ``problem`` and ``remedy``; the message is one sentence made of them.
    """

    def __init__(self, problem: str, remedy: str, *, area: str = "", margin: str = "", cell: str = "") -> None:
        self.area, self.margin, self.cell = area, margin, cell
        self.problem, self.remedy = problem, remedy
        named = [("municipality", area), ("margin", margin), ("cell", cell)]
        where = ", ".join(f"{word} {value}" for word, value in named if value)
        super().__init__(f"Weighting{f' ({where})' if where else ''}: {problem}; {remedy}.")

    def named(self, places: Mapping[str, str], labels: Mapping[str, str]) -> "WeightingError":
        """The same with names beside the codes: ``García (19018)``, ``2*4 (mujer, 65 y más)``.

        ``places``: names by area code; ``labels``: labels by "item code".
        """
        area = f"{places[self.area]} ({self.area})" if self.area in places else self.area
        said = [
            " + ".join(labels.get(f"{item} {code}", "") for code in codes.split("+"))
            for item, codes in zip(parts_of(self.margin), parts_of(self.cell), strict=False)
        ]
        cell = f"{self.cell} ({', '.join(said)})" if self.cell and all(said) else self.cell
        return WeightingError(self.problem, self.remedy, area=area, margin=self.margin, cell=cell)


def disagreement(margin: str, total: float, first: str, other: float, area: str = "") -> WeightingError:
    """That the totals of two margins, of the same people, do not add up to the same (persons)."""
    apart = abs(total - other) / max(total, other)
    return WeightingError(
        f"its totals add up to {total:,.1f}, those of margin {first} to {other:,.1f} ({100 * apart:.2g} % apart), and "
        "no weights add up to both",
        "take both from the same source and date, or declare the margin as shares (totals: shares)",
        area=area, margin=margin,
    )  # fmt: skip


def need_column(table: pd.DataFrame, column: str, key: str, what: str = "responses") -> pd.Series:
    """A column that ``weighting.<key>`` names; WeightingError when the table has none of that name."""
    if column not in table:
        raise WeightingError(f"the {what} have no column '{column}'", f"correct weighting.{key} in params.yaml")
    return table[column]
