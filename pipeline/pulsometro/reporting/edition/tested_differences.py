"""Which of two figures of a wave is greater, as the table ``differences`` says: no page decides that by itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from pulsometro.reporting.edition.rows import Estimate

HIGHER, LOWER, ALIKE = "mayor", "menor", "igual"
_OPPOSITE = {HIGHER: LOWER, LOWER: HIGHER}
_ENDS = ["wave", "indicator", "category", "statistic", "domain_kind", "domain"]


@dataclass(frozen=True)
class Differences:
    """The verdicts of publishable differences, by contrast, key of the estimate and other end."""

    verdicts: Mapping[tuple[str, str, str], str] = field(default_factory=dict)

    def from_rest(self, place: Estimate) -> str:
        """Whether a place's figure is "mayor" or "menor" than that of everyone else in the area, or "igual" where the
        test tells no difference; "" untested."""
        return self.verdicts.get(("rest", place.key, "resto"), "")

    def from_half(self, share: Estimate) -> str:
        """The same of a place's share and one half."""
        return self.verdicts.get(("half", share.key, "mitad"), "")

    def between(self, first: Estimate, second: Estimate) -> str:
        """The same of the first of two groups, or of two items of the battery, and the second."""
        if first.indicator == second.indicator:
            contrast, ends = "pair", (first.domain, second.domain)
        else:
            contrast, ends = "item", (first.indicator, second.indicator)
        found = self.verdicts.get((contrast, first.key, ends[1]), "")
        turned = self.verdicts.get((contrast, second.key, ends[0]), "")
        return found or _OPPOSITE.get(turned, turned)


def differences_in(table: pd.DataFrame, withheld: frozenset[str] = frozenset()) -> Differences:
    """The differences of a table that may be told; ``withheld``: keys of estimates that nobody may see."""
    told = table[table["publishable"].astype(bool)]
    ends = told[_ENDS].astype(str).to_numpy(dtype=object)
    found = {}
    for end, contrast, against, verdict in zip(ends, told["contrast"], told["against"], told["verdict"], strict=True):
        other = [*end]
        if contrast in ("pair", "item"):
            other[5 if contrast == "pair" else 1] = str(against)
        if withheld.isdisjoint(("|".join(end), "|".join(other))):
            word = str(verdict) if verdict in _OPPOSITE else ALIKE
            found[str(contrast), "|".join(end), str(against)] = word
    return Differences(found)
