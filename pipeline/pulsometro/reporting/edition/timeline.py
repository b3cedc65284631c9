"""Where editions stand in time, and between which of them one is missing."""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from pulsometro.reporting.edition.content import WaveInfo

_QUARTER = re.compile(r"^(\d{4})T([1-4])$")


def times(waves: Sequence[WaveInfo]) -> tuple[float, ...]:
    """A time for each wave, in quarters: of its key (``2013T2``), or of its fieldwork's start where a key says none."""
    keys = [_QUARTER.match(info.key) for info in waves]
    if all(keys):
        return tuple(4.0 * int(found[1]) + int(found[2]) - 1 for found in keys if found)
    return tuple(4.0 * info.start.year + (info.start.timetuple().tm_yday - 1) / 91.3125 for info in waves)


def missing_before(waves: Sequence[WaveInfo], unit: str) -> frozenset[str]:
    """Keys of the waves before which an edition is missing: its number is skipped, or more time went by than goes by.

    ``unit``: what a wave is ("trimestre"); another one is as long as the commonest step (the shorter of two).
    """
    when = times(waves)
    steps = [round(now - before, 1) for before, now in pairwise(when)]
    if not steps:
        return frozenset()
    common = Counter(steps)
    usual = 1.0 if unit == "trimestre" else min(common, key=lambda step: (-common[step], step))
    pairs = zip(pairwise(waves), steps, strict=True)
    return frozenset(
        info.key for (before, info), step in pairs if info.number > before.number + 1 or step > 1.5 * max(usual, 0.1)
    )
