"""Municipalities by code or by name: an explicit alias table, never a guess."""

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pulsometro.common.errors import PulsoError
from pulsometro.ingest.read.delivered import plain_number
from pulsometro.study import Municipality


def simple(text: str) -> str:
    """Without accents, capitals, punctuation or repeated blanks: 'Gral.  Escobedo ' → 'gral escobedo'."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(c if c.isalnum() else " " for c in plain if not unicodedata.combining(c))
    return re.sub(r"\s+", " ", letters).strip()


@dataclass(frozen=True)
class Areas:
    """``known``: simplified code or name → cve_geo; ``names``: simplified name → name as written."""

    known: Mapping[str, str]
    names: Mapping[str, str]

    def resolve(self, text: str) -> str | None:
        """The cve_geo of a delivered code or name, None when the table does not know it."""
        return self.known.get(simple(text)) or self.known.get(plain_number(text.strip()))

    def nearest(self, text: str) -> str | None:
        """The name most like an unknown one, for the error message only."""
        near = difflib.get_close_matches(simple(text), list(self.names), n=1, cutoff=0.6)
        return self.names[near[0]] if near else None


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
