"""Places by code or by name: an explicit alias table, never a guess."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from pulsometro.common.discretion import alike, simple
from pulsometro.common.errors import PulsoError
from pulsometro.ingest.read.delivered import plain_number
from pulsometro.study import Place, Study


@dataclass(frozen=True)
class Areas:
    """``known``: simplified code or name → its code; ``names``: simplified name → name as written."""

    known: Mapping[str, str]
    names: Mapping[str, str]

    def resolve(self, text: str) -> str | None:
        """The code of a delivered code or name, None when the table does not know it."""
        return self.known.get(simple(text)) or self.known.get(plain_number(text.strip()))

    def named_in(self, text: str) -> str | None:
        """The code of the place that a label names, whatever stands beside it: 'Mpio. de Juárez, N. L.'.

        The longest of the names that stand in it: one place's name may hold another's.
        """
        padded = f" {simple(text)} "
        found = [name for name in self.names if f" {name} " in padded]
        whole = self.known.get(max(found, key=len)) if found else None
        return whole or next((self.known[key] for key, name in self.names.items() if alike(text, name)), None)

    def name_of(self, code: str) -> str:
        """A place's name as params.yaml writes it, first of all; its code where it has none."""
        return next((name for key, name in self.names.items() if self.known[key] == code), code)

    def nearest(self, text: str) -> str | None:
        """The name that an unknown one is like, for the error message only: of a person's name it repeats no part."""
        return next((name for name in self.names.values() if alike(text, name)), None)


def alias_table(places: Iterable[Place]) -> Areas:
    """Codes, names, short names and aliases of params.yaml.

    Raises PulsoError when one spelling stands for two places.
    """
    known: dict[str, str] = {}
    names: dict[str, str] = {}
    for area in places:
        spellings = [area.code, plain_number(area.code), area.name, area.short, *area.aliases]
        for spelling in spellings:
            key = simple(spelling)
            if known.setdefault(key, area.code) != area.code:
                raise PulsoError(f"params.yaml: '{spelling}' stands for {known[key]} and {area.code}; keep one.")
        names |= {simple(name): name for name in (area.name, area.short, *area.aliases)}
    return Areas(known, names)


def refuse_other_areas(
    study: Study, wave: str, table: pd.DataFrame, path: Path | None, what: str = "interviews"
) -> None:
    """Raise PulsoError when rows are of a place that params.yaml takes out of this wave.

    Looked at are the items by which the sample is drawn and checked; where somebody works may be anywhere.
    """
    inside = study.codes_in(wave)
    for name in dict.fromkeys((study.params.check.area, study.params.weighting.within)):
        if name is None or name not in table or not inside:
            continue
        counts = table[name].value_counts()
        for area in study.places:
            if area.code not in inside and counts.get(area.code, 0):
                said = [f"{key}: {when}" for key, when in (("since", area.since), ("until", area.until)) if when]
                raise PulsoError(
                    f"{path}, item {name}: {counts[area.code]:,} {what} are of {area.name} ({area.code}), which "
                    f"params.yaml takes out of {wave} ({', '.join(said)}); correct that under "
                    f"{study.params.places_form.key}, or the file."
                )
