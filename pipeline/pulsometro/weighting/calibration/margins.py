"""Margins: which cell of which margin each respondent is in, and the total of each cell."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pulsometro.weighting.arrays import Floats, Ints
from pulsometro.weighting.errors import WeightingError, disagreement

SEPARATOR = "|"


@dataclass(frozen=True)
class Margin:
    """One margin over n respondents.

    ``cells``: label of every cell, ``area|level`` (``|level`` over the whole study);
    ``codes``: (n,) index of each respondent's cell; ``totals``: (cells,) population, persons.
    """

    name: str
    cells: tuple[str, ...]
    codes: Ints
    totals: Floats

    def labels(self) -> npt.NDArray[np.object_]:
        """(n,) the cell label of each respondent: the composite key of calibrated linearisation."""
        return np.array(self.cells, dtype=object)[self.codes]

    def where(self, cell: int) -> dict[str, str]:
        """Area, margin and cell as the keywords of a ``WeightingError``."""
        area, _, level = self.cells[cell].partition(SEPARATOR)
        return {"area": area, "margin": self.name, "cell": level}


def margin_from_labels(
    name: str, areas: npt.ArrayLike, levels: npt.ArrayLike, totals: dict[tuple[str, str], float]
) -> Margin:
    """A margin from each respondent's area and level and the totals by (area, level).

    ``areas``, ``levels``: (n,) strings. Raises WeightingError when a respondent's cell has no
    total.
    """
    keys = sorted(totals)
    index = {key: position for position, key in enumerate(keys)}
    pairs = list(zip(np.asarray(areas).astype(str), np.asarray(levels).astype(str), strict=True))
    for area, level in sorted(set(pairs) - set(index)):
        raise WeightingError(
            "respondents are in a cell that has no control total",
            "add the total, or correct the responses",
            area=area,
            margin=name,
            cell=level,
        )
    codes = np.fromiter((index[pair] for pair in pairs), dtype=np.int64, count=len(pairs))
    cells = tuple(f"{area}{SEPARATOR}{level}" for area, level in keys)
    return Margin(name, cells, codes, np.array([float(totals[key]) for key in keys]))


def check_margins(margins: tuple[Margin, ...], min_respondents: int = 1) -> None:
    """Refuse totals that no set of positive weights could meet.

    A negative or missing total, a cell without respondents, with fewer than
    ``min_respondents``, or with respondents and a total of zero: WeightingError.
    """
    for margin in margins:
        counts = np.bincount(margin.codes, minlength=len(margin.cells))
        for cell, (count, total) in enumerate(zip(counts, margin.totals, strict=True)):
            where = margin.where(cell)
            if not np.isfinite(total) or total < 0:
                raise WeightingError(f"the control total is {total}", "correct the table of totals", **where)
            if count == 0 and total > 0:
                raise WeightingError(
                    f"no respondents for a control total of {total:,.0f}",
                    "merge it with another level (collapse) or drop the margin",
                    **where,
                )
            if count > 0 and total == 0:
                raise WeightingError(
                    f"{count} respondents in a cell whose control total is zero",
                    "correct the total, or merge the level with another (collapse)",
                    **where,
                )
            if 0 < count < min_respondents:
                raise WeightingError(
                    f"{count} respondents, fewer than the {min_respondents} that a margin cell must keep",
                    "merge it with another level (collapse), or replicates would lose the cell",
                    **where,
                )


def reconcile(margins: tuple[Margin, ...], tolerance: float) -> tuple[Margin, ...]:
    """Scale each margin to the first margin's total, area by area.

    ``tolerance``: largest relative disagreement that is scaled away (rounding of tables).
    Raises WeightingError naming area and margin when two margins disagree by more. A margin
    over the whole study is compared with the sum of the first.
    """
    if not margins:
        return margins
    reference = _area_sums(margins[0])
    result = [margins[0]]
    for margin in margins[1:]:
        sums = _area_sums(margin)
        whole = "" in sums or "" in reference
        ours = {"": sum(sums.values())} if whole else sums
        theirs = {"": sum(reference.values())} if whole else reference
        factors = {}
        for area in sorted(set(ours) | set(theirs)):
            mine, other = ours.get(area, 0.0), theirs.get(area, 0.0)
            if abs(mine - other) > tolerance * max(mine, other):
                raise disagreement(margin.name, mine, margins[0].name, other, area)
            factors[area] = other / mine if mine > 0 else 1.0
        scale = np.array([factors["" if whole else cell.partition(SEPARATOR)[0]] for cell in margin.cells])
        result.append(Margin(margin.name, margin.cells, margin.codes, margin.totals * scale))
    return tuple(result)


def _area_sums(margin: Margin) -> dict[str, float]:
    sums: dict[str, float] = {}
    for cell, total in zip(margin.cells, margin.totals, strict=True):
        area = cell.partition(SEPARATOR)[0]
        sums[area] = sums.get(area, 0.0) + float(total)
    return sums


def shares_to_counts(
    shares: dict[tuple[str, str], float], area_totals: dict[str, float]
) -> dict[tuple[str, str], float]:
    """Totals of a margin of which only proportions are used.

    ``shares``: by (area, level), any scale; ``area_totals``: persons by area (the margin over
    the whole study has the area "" and takes the sum).
    """
    sums: dict[str, float] = {}
    for (area, _), share in shares.items():
        sums[area] = sums.get(area, 0.0) + share
    everywhere = sum(area_totals.values())
    return {
        (area, level): share / sums[area] * (area_totals[area] if area else everywhere)
        for (area, level), share in shares.items()
    }
