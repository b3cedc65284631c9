"""Items that ``weighting`` names and that mean another thing than what it takes them for: told by their answers."""

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from pulsometro.settings.faults import shown
from pulsometro.settings.weighting_settings import WeightingSettings
from pulsometro.weighting.errors import WeightingError
from pulsometro.weighting.totals_grid import Codes

# Adults or lines of a home.
MOST = 20
# More answers above that than this share are no slips of the interviewers.
_SLIPS = 0.02


def refuse_meanings(
    responses: pd.DataFrame,
    areas: np.ndarray,
    settings: WeightingSettings,
    codes: Codes,
    known: Sequence[str] | None,
) -> None:
    """Raise WeightingError for an item of another meaning: its key, why it cannot be that, and what to write there.

    ``areas``: (n,) of the respondents; ``codes``: item → code → label; ``known``: the areas of the study, None where
    nobody says. Columns that the responses lack are another step's fault.
    """
    for problem, remedy in _faults(responses, areas, settings, codes, known):
        raise WeightingError(problem, remedy)


def _faults(
    responses: pd.DataFrame, areas: np.ndarray, settings: WeightingSettings, codes: Codes, known: Sequence[str] | None
) -> Iterator[tuple[str, str]]:
    if known and settings.within is not None and not set(map(str, areas)) & set(known):
        yield (
            f"weighting.within names {shown(settings.within)}, of whose answers none is a municipality's code",
            "name the item of the municipality there",
        )
    for role in ("adults", "lines"):
        item = getattr(settings.base, role, None)
        why = _no_count(responses[item], codes.get(str(item), {})) if item in responses else ""
        if why:
            yield (
                f"weighting.base.{role} names {shown(item)}, {why}",
                f"name the item that counts the {role} of a home (1 to {MOST}) there, or take it out",
            )
    item = settings.strata
    if item is not None and item in responses and not codes.get(item):
        values = responses[item]
        if _no_strata(values, areas):
            yield (
                f"weighting.strata names {shown(item)}, which has {values.nunique():,} values for {len(values):,} "
                "interviews, and no stratum",
                "name the item of the strata there, or take it out",
            )


def _no_count(values: pd.Series, labels: object) -> str:
    """Why the answers of an item count nothing of a home; "" where they may."""
    if isinstance(labels, dict) and labels and not all(any(c.isdigit() for c in text) for text in labels.values()):
        return "whose codes are answers and no counts"
    numbers = pd.to_numeric(values.dropna(), errors="coerce")
    if not len(numbers):
        return ""
    wrong = numbers.isna() | (numbers > MOST) | (numbers != numbers.round())
    return f"of whose answers {int(wrong.sum()):,} are no number up to {MOST}" if wrong.mean() > _SLIPS else ""


def _no_strata(values: pd.Series, areas: np.ndarray) -> bool:
    """Whether values are as many as people nearly, or a quantity: numbers in a row that are found in every area."""
    if values.nunique() > len(values) / 2:
        return True
    numbers = pd.to_numeric(values, errors="coerce")
    if numbers.isna().any() or (numbers != numbers.round()).any() or len(set(areas)) < 3:
        return False
    # Strata lie in a few areas each, or are few; ages and minutes are everywhere, one after the other.
    in_a_row = numbers.nunique() > 0.8 * (numbers.max() - numbers.min() + 1)
    everywhere = pd.Series(areas, index=values.index).groupby(numbers).nunique().median() > len(set(areas)) / 2
    return bool(numbers.nunique() > MOST and in_a_row and everywhere)
