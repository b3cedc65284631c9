"""How one delivery's values are read."""

from collections.abc import Mapping
from dataclasses import dataclass

from pulsometro.ingest.harmonise.areas import Areas
from pulsometro.ingest.harmonise.clock import NO_CLOCK, Clock
from pulsometro.ingest.harmonise.multiple import Lists
from pulsometro.ingest.harmonise.numerals import Marks


@dataclass(frozen=True)
class Ways:
    """``areas``: municipalities by code and name; ``marks``: of its numbers, ``declared`` or found; ``lists``: its
    columns of options; ``clock``: whose days its dates are.

    Whole numbers are read by what is declared: that others have decimal points does not say what 12.000 is.
    """

    areas: Areas
    marks: Marks
    declared: Marks
    lists: Mapping[str, Lists]
    clock: Clock = NO_CLOCK
