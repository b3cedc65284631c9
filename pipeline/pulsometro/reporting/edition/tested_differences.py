"""Which of two figures of a wave is greater, as the table ``differences`` says: no page decides that by itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import starmap

import pandas as pd

from pulsometro.reporting.edition.rows import Estimate
from pulsometro.reporting.row_key import COLUMNS, RowKey
from pulsometro.style.vocabulary import Side

_OPPOSITE: Mapping[str, str] = {Side.HIGHER: Side.LOWER, Side.LOWER: Side.HIGHER}


@dataclass(frozen=True)
class Differences:
    """The verdicts of publishable differences, by contrast, key of the estimate and other end."""

    verdicts: Mapping[tuple[str, RowKey, str], str] = field(default_factory=dict)

    def from_rest(self, place: Estimate) -> str:
        """Whether a place's figure is ``higher`` or ``lower`` than that of everyone else in the area, or ``none`` where
        the test tells no difference; "" untested."""
        return self.verdicts.get(("rest", place.row, "rest"), "")

    def from_half(self, share: Estimate) -> str:
        """The same of a place's share and one half."""
        return self.verdicts.get(("half", share.row, "half"), "")

    def between(self, first: Estimate, second: Estimate) -> str:
        """The same of the first of two groups, or of two items of the battery, and the second."""
        if first.indicator == second.indicator:
            contrast, ends = "pair", (first.domain, second.domain)
        else:
            contrast, ends = "item", (first.indicator, second.indicator)
        found = self.verdicts.get((contrast, first.row, ends[1]), "")
        turned = self.verdicts.get((contrast, second.row, ends[0]), "")
        return found or _OPPOSITE.get(turned, turned)


def differences_in(table: pd.DataFrame) -> Differences:
    """The differences of a table that may be told."""
    told = table[table["publishable"].astype(bool)]
    ends = starmap(RowKey, told[list(COLUMNS)].astype(str).itertuples(index=False, name=None))
    found = {}
    for end, contrast, against, verdict in zip(ends, told["contrast"], told["against"], told["verdict"], strict=True):
        found[str(contrast), end, str(against)] = str(verdict) if verdict in _OPPOSITE else str(Side.NONE)
    return Differences(found)
