"""Replicate multipliers: the Rao–Wu–Yue bootstrap and the stratified jackknife.

Rao, Wu and Yue (1992), Some recent work on resampling methods for complex surveys, Survey
Methodology 18; Kott (2001) for the delete-a-group jackknife. A replicate weight is the design
weight times the multiplier, taken again through nonresponse, calibration and trimming.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pulsometro.weighting.arrays import Floats, Ints
from pulsometro.weighting.errors import WeightingError


@dataclass(frozen=True)
class Multipliers:
    """``values``: (R, n); variance of θ = scale × Σ_r rscales_r (θ_r − θ)².

    ``groups``: replicates that come from random groups of PSUs (0 = none were formed).
    """

    method: str
    values: Floats
    scale: float
    rscales: Floats
    groups: int = 0


@dataclass(frozen=True)
class _Psus:
    """``row``: (n,) PSU of each row; ``stratum``: (H,) list of PSU indices, with its name."""

    row: Ints
    members: tuple[Ints, ...]
    names: tuple[str, ...]


def rao_wu(
    stratum: npt.ArrayLike,
    psu: npt.ArrayLike,
    replicates: int,
    seed: int,
    *,
    order: Ints | None = None,
    population_psus: Floats | None = None,
) -> Multipliers:
    """Bootstrap multipliers with m_h = n_h − 1 PSUs drawn with replacement per stratum.

    ``stratum``, ``psu``: (n,) ids; rows of a PSU move together. ``population_psus``: (n,)
    number of PSUs of the row's stratum in the population: the rescaled form with the finite
    population correction, multiplier 1 − λ + λ·(n/(n−1))·times drawn, λ = √(1 − n/N).
    ``order``: (n,) place of each row, all different; a stratum's PSUs are numbered for the draw by the first place of
    their rows, and by their ids where it is None (whoever has the seed then reads the order of the ids from the
    weights). Replicate r depends on (seed, r) and on that order only, not on the order of rows or the number of
    replicates. Raises WeightingError for a stratum with one PSU.
    """
    psus = _psus(stratum, psu, order)
    _refuse_lonely(psus)
    total = sum(len(members) for members in psus.members)
    correction = _correction(psus, total, population_psus)
    values = np.empty((replicates, len(psus.row)))
    for replicate in range(replicates):
        generator = np.random.default_rng([seed, replicate])
        by_psu = np.zeros(total)
        for members in psus.members:
            size = len(members)
            drawn = np.bincount(generator.integers(0, size, size=size - 1), minlength=size)
            by_psu[members] = drawn * (size / (size - 1))
        by_psu = 1.0 + correction * (by_psu - 1.0)
        values[replicate] = by_psu[psus.row]
    return Multipliers("rao_wu", values, 1.0 / replicates, np.ones(replicates))


def jkn(
    stratum: npt.ArrayLike,
    psu: npt.ArrayLike,
    *,
    max_groups: int = 200,
    seed: int = 0,
    order: Ints | None = None,
    population_psus: Floats | None = None,
) -> Multipliers:
    """Stratified jackknife: one replicate per PSU, or per random group of PSUs.

    With more than ``max_groups`` PSUs, each stratum's PSUs are dealt at random (seeded) into
    at least two groups, in proportion to its PSUs. The rest of the stratum is multiplied by
    n_h ÷ (n_h − n_deleted); rscale = (1 − f_h)(G_h − 1)/G_h, with f_h = n_h/N_h where ``population_psus`` gives N_h
    (as for ``rao_wu``) and 0 without it (Wolter 2007, Introduction to Variance Estimation, ch. 4.5). ``order``: as for
    ``rao_wu``.
    """
    psus = _psus(stratum, psu, order)
    _refuse_lonely(psus)
    total = sum(len(members) for members in psus.members)
    grouped = total > max_groups
    correction = _correction(psus, total, population_psus)
    generator = np.random.default_rng([seed])
    by_psu: list[Floats] = []
    rscales: list[float] = []
    for members in psus.members:
        size = len(members)
        groups = min(size, max(2, int(max_groups * size / total))) if grouped else size
        dealt = np.empty(size, dtype=np.int64)
        dealt[generator.permutation(size) if grouped else np.arange(size)] = np.arange(size) % groups
        for group in range(groups):
            gone = dealt == group
            one = np.ones(total)
            one[members] = np.where(gone, 0.0, size / (size - np.count_nonzero(gone)))
            by_psu.append(one)
            rscales.append(float(correction[members[0]] ** 2) * (groups - 1) / groups)
    values = np.array(by_psu)[:, psus.row]
    return Multipliers("jkn", values, 1.0, np.array(rscales), len(rscales) if grouped else 0)


def replicate_variance(estimates: Floats, full: Floats | float, scale: float, rscales: Floats) -> Floats | float:
    """Variance around the full-sample estimate: scale × Σ rscales (θ_r − θ)².

    ``estimates``: (R,) or (R, k); ``full``: scalar or (k,).
    """
    squared = (np.asarray(estimates) - full) ** 2
    weights = rscales.reshape(-1, *([1] * (squared.ndim - 1)))
    variance: Floats | float = scale * np.sum(weights * squared, axis=0)
    return variance


def _psus(stratum: npt.ArrayLike, psu: npt.ArrayLike, order: Ints | None) -> _Psus:
    stratum_name, psu_name = np.asarray(stratum).astype(str), np.asarray(psu).astype(str)
    # Ids of PSUs need to be unique only within their stratum.
    _, first, row = np.unique(np.column_stack([stratum_name, psu_name]), axis=0, return_index=True, return_inverse=True)
    row = row.reshape(-1)
    if order is not None:
        place = np.full(len(first), len(row))
        np.minimum.at(place, row, order)
        renumbered = np.empty(len(first), dtype=np.int64)
        renumbered[np.argsort(place)] = np.arange(len(first))
        row, first = renumbered[row], first[np.argsort(place)]
    of_psu = stratum_name[first]
    # The strata in the order of their first PSU, which is that of their names where there is no other order.
    names = list(dict.fromkeys(of_psu.tolist()))
    return _Psus(row, tuple(np.flatnonzero(of_psu == name) for name in names), tuple(names))


def _refuse_lonely(psus: _Psus) -> None:
    lonely = [name for name, members in zip(psus.names, psus.members, strict=True) if len(members) < 2]
    if lonely:
        shown = ", ".join(lonely[:5]) + (" …" if len(lonely) > 5 else "")
        raise WeightingError(
            f"{len(lonely)} strata have one PSU only ({shown}), which replicates cannot resample",
            "merge each with a neighbouring stratum of the same municipality",
        )


def _correction(psus: _Psus, total: int, population_psus: Floats | None) -> Floats:
    """(PSUs,) √(1 − n/N), λ of the rescaled bootstrap; 1 without a finite population correction."""
    correction = np.ones(total)
    if population_psus is None:
        return correction
    by_psu = np.zeros(total)
    by_psu[psus.row] = population_psus
    for name, members in zip(psus.names, psus.members, strict=True):
        population = by_psu[members]
        if not np.isfinite(population).all() or np.ptp(population) > 0 or population[0] < len(members):
            raise WeightingError(
                f"stratum {name}: the number of PSUs in the population must be one number, at least {len(members)}",
                "correct the column named in replicates.fpc",
            )
        correction[members] = np.sqrt(1.0 - len(members) / population[0])
    return correction
