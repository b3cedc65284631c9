"""Names of items made of columns' names: ascii, unique, and never a word that something else has."""

import re
import unicodedata
from collections.abc import Iterable

from pulsometro.settings.names import address, item_fault

_LONGEST = 32


def identifier(text: str) -> str:
    """A name for an item from any text, '' where nothing of it can be one.

    >>> identifier("P1_1"), identifier("¿Qué tan seguro se siente?"), identifier("2. Sexo"), identifier("class")
    ('p1_1', 'que_tan_seguro_se_siente', 'sexo', 'class_')
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii").lower()
    words = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
    found = re.sub(r"^[0-9_]+", "", words) or (f"c{words}" if words else "")
    if len(found) > _LONGEST:
        found = found[:_LONGEST].rpartition("_")[0] or found[:_LONGEST]
    if found and item_fault(found):
        found = f"{found}_" if not item_fault(f"{found}_") else f"c_{found}"
    return found


class Names:
    """Names given so far; each new one differs from them in more than capitals and underscores."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._addresses = {address(name) for name in taken}

    def give(self, text: str, otherwise: str = "p") -> str:
        """A name that nothing has yet, made of ``text``, or of ``otherwise`` where it has no letter."""
        wanted = identifier(text) or otherwise
        name, number = wanted, 2
        while address(name) in self._addresses or item_fault(name):
            name, number = f"{wanted.rstrip('_')}_{number}", number + 1
        self._addresses.add(address(name))
        return name
