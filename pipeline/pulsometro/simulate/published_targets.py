"""From published and assumed shares to each area's shares, and to cut points on the latent scale."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from pulsometro.common.errors import PulsoError

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Published:
    """One published share: percent of those who answer ``item`` in ``area`` ("" = all areas).

    ``half_width``: half a unit of the last printed digit, in percentage points.
    """

    wave: str
    item: str
    code: int
    area: str
    percent: float
    half_width: float


def load_published(path: Path) -> tuple[Published, ...]:
    """Read the published shares.

    Raises PulsoError when the file or a column is missing or a share is not a percentage.
    """
    if not path.is_file():
        raise PulsoError(f"{path}: the file is missing; params.yaml, simulate.published leads here.")
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    absent = [name for name in Published.__annotations__ if name not in table.columns]
    if absent:
        raise PulsoError(f"{path}: the column '{absent[0]}' is missing; add it.")
    rows = []
    for line, row in enumerate(table.to_dict("records"), start=2):
        try:
            figure = Published(
                row["wave"], row["item"], int(row["code"]), row["area"],
                float(row["percent"]), float(row["half_width"]),
            )  # fmt: skip
        except ValueError as error:
            raise PulsoError(f"{path}, line {line}: {error}; write code, percent, half_width as numbers.") from error
        if not 0 <= figure.percent <= 100:
            raise PulsoError(f"{path}, line {line}: {figure.percent:g} is not a percentage.")
        rows.append(figure)
    return tuple(rows)


def with_published(shares: Floats, published: Mapping[int, float]) -> Floats:
    """Put published shares in place of assumed ones and rescale the rest to add to one.

    ``shares``: (codes,) proportions; ``published``: position of the code → proportion.
    """
    result = np.array(shares, dtype=float)
    fixed = np.zeros(len(result), dtype=bool)
    for position, share in published.items():
        result[position], fixed[position] = share, True
    if not fixed.all():
        result[~fixed] *= (1 - result[fixed].sum()) / result[~fixed].sum()
    normalised: Floats = result / result.sum()
    return normalised


def area_shares(target: Floats, sizes: Floats, offsets: Floats, published: Mapping[tuple[int, int], float]) -> Floats:
    """Cumulative shares of each area that together make the target.

    A proportional-odds model: logit P(code ≤ k | area) = cut_k + offset, with cut_k solved so that
    the areas, weighted by their sizes, give the target (McCullagh, 1980).
    ``target``: (codes,) proportions of all areas together; ``sizes``: (areas,) persons;
    ``offsets``: (areas,) logits; ``published``: (area, position of the code) → proportion of that
    area: the first or the last code only.
    Returns (areas, codes − 1). Raises ValueError when no solution lies between 0 and 1.
    """
    count = len(target)
    cumulative = np.cumsum(target)[:-1]
    fixed = {
        (area, 0 if position == 0 else count - 2): share if position == 0 else 1 - share
        for (area, position), share in published.items()
        if position in {0, count - 1}
    }
    if len(fixed) < len(published):
        raise ValueError("an area's published share must be of the first or the last code")
    offsets = np.array(offsets, dtype=float)
    result = np.empty((len(sizes), count - 1))
    # Boundaries with published figures come first: they settle those areas' offsets.
    for boundary in sorted(range(count - 1), key=lambda k: not any(b == k for _, b in fixed)):
        known = {area: share for (area, b), share in fixed.items() if b == boundary}
        cut = _cut(cumulative[boundary], sizes, offsets, known)
        for area, share in known.items():
            offsets[area] = np.log(share / (1 - share)) - cut
        result[:, boundary] = 1 / (1 + np.exp(-(cut + offsets)))
    if (np.diff(result, axis=1) <= 0).any():
        raise ValueError("the published shares of an area leave no room for a code in between")
    return result


def _cut(target: float, sizes: Floats, offsets: Floats, known: Mapping[int, float]) -> float:
    """Bisection on the cut point, with the known areas' shares held."""
    free = np.array([area not in known for area in range(len(sizes))])
    rest = target * sizes.sum() - sum(sizes[area] * share for area, share in known.items())
    if not 0 < rest < sizes[free].sum():
        raise ValueError("the areas' published shares cannot make the share of all areas together")
    low, high = -40.0, 40.0
    for _ in range(64):
        middle = (low + high) / 2
        total = (sizes[free] / (1 + np.exp(-(middle + offsets[free])))).sum()
        low, high = (middle, high) if total < rest else (low, middle)
    return (low + high) / 2


def thresholds(scores: Floats, weights: Floats, areas: npt.NDArray[np.intp], shares: Floats) -> Floats:
    """Cut points so that in each area the weighted share above cut k equals the cumulative share k.

    ``scores``, ``weights``, ``areas``: (persons,) of those who answer, area after area; ``shares``:
    (areas, codes − 1) cumulative. Returns (areas, codes − 1), falling along the codes: code = 1 +
    number of cuts above the score. Exact to one person.
    """
    result = np.zeros_like(shares)
    bounds = np.searchsorted(areas, np.arange(len(shares) + 1))
    for area, (first, last) in enumerate(itertools.pairwise(bounds)):
        if last - first < 2:
            continue
        here = scores[first:last]
        order = np.argsort(-here)
        reached = np.cumsum(weights[first:last][order])
        middles = reached - weights[first:last][order] / 2
        places = np.clip(np.searchsorted(middles, shares[area] * reached[-1]), 1, len(here) - 1)
        result[area] = (here[order[places - 1]] + here[order[places]]) / 2
    return result
