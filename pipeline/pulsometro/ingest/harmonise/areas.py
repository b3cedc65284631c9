"""Municipalities by code or by name: an explicit alias table, never a guess."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from pulsometro.common.discretion import alike, simple
from pulsometro.common.errors import PulsoError
from pulsometro.ingest.read.delivered import plain_number
from pulsometro.study import Municipality, Study


@dataclass(frozen=True)
class Areas:
    """``known``: simplified code or name → cve_geo; ``names``: simplified name → name as written."""

    known: Mapping[str, str]
    names: Mapping[str, str]

    def resolve(self, text: str) -> str | None:
        """The cve_geo of a delivered code or name, None when the table does not know it."""
        return self.known.get(simple(text)) or self.known.get(plain_number(text.strip()))

    def named_in(self, text: str) -> str | None:
        """The cve_geo of the municipality that a label names, whatever stands beside it: 'Mpio. de Juárez, N. L.'.

        The longest of the names that stand in it: one place's name may hold another's.
        """
        padded = f" {simple(text)} "
        found = [name for name in self.names if f" {name} " in padded]
        whole = self.known.get(max(found, key=len)) if found else None
        return whole or next((self.known[key] for key, name in self.names.items() if alike(text, name)), None)

    def name_of(self, code: str) -> str:
        """A municipality's name as params.yaml writes it, first of all; its code where it has none."""
        return next((name for key, name in self.names.items() if self.known[key] == code), code)

    def nearest(self, text: str) -> str | None:
        """The name that an unknown one is like, for the error message only: of a person's name it repeats no part."""
        return next((name for name in self.names.values() if alike(text, name)), None)


def alias_table(municipalities: Iterable[Municipality]) -> Areas:
    """Codes, names, short names and aliases of params.yaml.

    Raises PulsoError when one spelling stands for two municipalities.
    """
    known: dict[str, str] = {}
    names: dict[str, str] = {}
    for area in municipalities:
        spellings = [area.cve_geo, plain_number(area.cve_geo), area.name, area.short, *area.aliases]
        for spelling in spellings:
            key = simple(spelling)
            if known.setdefault(key, area.cve_geo) != area.cve_geo:
                raise PulsoError(
                    f"params.yaml: municipalities: '{spelling}' stands for {known[key]} and {area.cve_geo}; keep one."
                )
        names |= {simple(name): name for name in (area.name, area.short, *area.aliases)}
    return Areas(known, names)


def refuse_other_areas(
    study: Study, wave: str, table: pd.DataFrame, path: Path | None, what: str = "interviews"
) -> None:
    """Raise PulsoError when rows are of a municipality that params.yaml takes out of this wave.

    Looked at are the items by which the sample is drawn and checked; where somebody works may be anywhere.
    """
    inside = study.codes_in(wave)
    for name in dict.fromkeys((study.params.check.area, study.params.weighting.within)):
        if name is None or name not in table or not inside:
            continue
        counts = table[name].value_counts()
        for area in study.params.municipalities:
            if area.cve_geo not in inside and counts.get(area.cve_geo, 0):
                said = [f"{key}: {when}" for key, when in (("since", area.since), ("until", area.until)) if when]
                raise PulsoError(
                    f"{path}, item {name}: {counts[area.cve_geo]:,} {what} are of {area.name} ({area.cve_geo}), which "
                    f"params.yaml takes out of {wave} ({', '.join(said)}); correct that under municipalities, or the "
                    "file."
                )
