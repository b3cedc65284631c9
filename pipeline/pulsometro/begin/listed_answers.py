"""Cells that hold several answers: how they are divided, and the answers."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

# Between answers that are words; a blank divides codes alone.
_MARKS = (", ", ";", "|", ",")
_CODE = re.compile(r"\d{1,3}")
_MOST, _FEWEST, _EACH = 20, 2, 3
_SEVERAL = 0.1


@dataclass(frozen=True)
class Listed:
    """``separator``: as the questionnaire says it, None for blanks; ``options``: answers, the most frequent first."""

    separator: str | None
    options: tuple[str, ...]


def listed(values: Mapping[str, int]) -> Listed | None:
    """What a column of lists holds, by its cells and how many rows have each; None for any other column."""
    if not values:
        return None
    codes = _divided(values, None)
    if codes is not None and all(_CODE.fullmatch(option) for option in codes.options):
        return codes
    found = (_divided(values, mark) for mark in _MARKS)
    return next((each for each in found if each is not None), None)


def _divided(values: Mapping[str, int], mark: str | None) -> Listed | None:
    counts: Counter[str] = Counter()
    several, total, alone = 0, sum(values.values()), set()
    cells: Counter[str] = Counter()
    joined: set[str] = set()
    for text, rows in values.items():
        parts = [part.strip() for part in (text.split() if mark is None else text.split(mark)) if part.strip()]
        several += rows if len(parts) > 1 else 0
        alone |= set(parts) if len(parts) == 1 else set()
        cells.update(set(parts))
        joined |= set(parts) if len(parts) > 1 else set()
        for part in set(parts):
            counts[part] += rows
    enough = _FEWEST <= len(counts) <= _MOST and several >= _SEVERAL * total and min(counts.values()) >= _EACH
    # Answers stand alone somewhere, and beside this one and that one; parts of one wording are always together.
    together = sum(cells[part] < 2 for part in joined)
    if not enough or len(alone) * 2 < len(counts) or together * 5 > len(joined):
        return None
    separator = mark.strip() if mark is not None else None
    return Listed(separator, tuple(option for option, _ in counts.most_common()))
