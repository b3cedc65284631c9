"""Whether the rows of one source and date are a whole grid: no code that is none, none lost, none twice."""

from collections.abc import Mapping, Sequence

import pandas as pd

from pulsometro.settings.faults import shown
from pulsometro.weighting.errors import WeightingError
from pulsometro.weighting.population_cells import code

Codes = Mapping[str, Mapping[int, str]]


def cell_codes(rows: pd.DataFrame, item: str, column: str, file: str, codes: Codes) -> list[str]:
    """(n,) codes of an item in the column of a table that holds them, as text without zeros before them.

    ``codes``: item → code → label, of the questionnaire; an item that is not there may have any whole code. Raises
    WeightingError naming the row of a cell that is no code, or one that the item lacks: its people would be counted
    with nobody to stand for them, or twice where it is the sum of others.
    """
    found = []
    for row, text in rows[column].items():
        made = code(text)
        where = f"{file}, row {row}, column '{column}': '{shown(text)}'"
        if made is None:
            raise WeightingError(f"{where} is no code", f"write a code of {item}{_listed(item, codes)}", margin=item)
        if item in codes and int(made) not in codes[item]:
            raise WeightingError(
                f"{where} is a code that {item} does not have, and nobody can have answered it",
                f"write one of its codes{_listed(item, codes)}, or take out the rows (a sum of other rows is none)",
                margin=item,
            )
        found.append(made)
    return found


def _listed(item: str, codes: Codes) -> str:
    said = ", ".join(f"{number} {label}" for number, label in codes.get(item, {}).items())
    return f" ({said})" if said else ""


def refuse_twice(keys: pd.DataFrame, file: str) -> None:
    """Raise WeightingError when two rows have the same ``keys`` (columns): totals would be doubled."""
    twice = keys.duplicated(keep=False)
    if not twice.any():
        return
    first = keys[twice].iloc[0]
    rows = keys.index[(keys == first).all(axis=1)]
    more = int(keys.duplicated().sum())
    raise WeightingError(
        f"{file}, row {rows[1]} repeats a cell of row {rows[0]}" + (f", and {more - 1} more do" if more > 1 else ""),
        "keep one total per cell",
        area=str(first.iloc[0]),
    )


def refuse_lost(rows: pd.DataFrame, columns: Sequence[str], areas: Sequence[str], file: str, of: str) -> None:
    """Raise WeightingError when one area of a grid lacks a cell that another has: its people would not be counted.

    ``rows``: those of one source and date, with ``_area``; ``columns``: by which they are broken down; ``of``: the
    source and date, for the sentence. A column that says the same in all rows of an area is no breakdown.
    """
    split = [name for name in columns if rows.groupby("_area")[name].nunique().max() > 1]
    if not split:
        return
    cells = {area: set(part[split].itertuples(index=False, name=None)) for area, part in rows.groupby("_area")}
    every = set().union(*cells.values())
    # A number of each row, or a percentage, is no breakdown: nearly every row has its own.
    odd = next((name for name in split if rows[name].nunique() > max(len(rows) / 2, 1)), "")
    for area in areas:
        lost = sorted(every - cells.get(area, every))
        if lost:
            named = ", ".join(f"{name} {value}" for name, value in zip(split, lost[0], strict=True))
            more = f" and {len(lost) - 1} more cells" if len(lost) > 1 else ""
            raise WeightingError(
                f"{file} has no row of {of} for {named}{more}, which other areas have",
                "add it, with 0 where nobody is"
                + (f", or take out the column '{shown(odd)}', by which nobody is counted" if odd else ""),
                area=area,
            )
