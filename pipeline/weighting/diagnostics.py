"""What a set of weights looks like: spread, design effect, distance from margins, balance."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.weighting.arrays import Floats, codes_of
from pipeline.weighting.margins import SEPARATOR, Margin
from pipeline.weighting.refusals import WeightingError

# Differences that calibration made zero are rounding error: it must not reach a file.
_DIGITS = 8


@dataclass(frozen=True)
class Spread:
    """Weights of one area ("total" = all), in persons; ``deff_kish`` = n Σw² / (Σw)² = 1 + CV²
    (Kish 1965), ``n_eff`` = n / deff_kish."""

    area: str
    n: int
    sum: float
    min: float
    median: float
    max: float
    max_to_median: float
    cv: float
    deff_kish: float
    n_eff: float


@dataclass(frozen=True)
class CellOff:
    """One margin cell: share of its area in the population (``target``) and, before and after
    the step, the weighted share minus it, in percentage points and in standard errors
    (√(P(1−P)/n_eff) of the weights before)."""

    margin: str
    area: str
    cell: str
    n: int
    total: float
    target: float
    points_before: float
    points_after: float
    z_before: float
    z_after: float


@dataclass(frozen=True)
class Balance:
    """Share of one answer over all areas under base and final weights (proportions).

    For a calibration variable ``target`` is the population's share and the standardised mean
    differences are (share − target)/√(target(1−target)); for an indicator ``target`` is None
    and ``smd_after`` is (after − before)/√(before(1−before)).
    """

    variable: str
    level: str
    before: float
    after: float
    target: float | None
    smd_before: float | None
    smd_after: float


def spread(weights: Floats, areas: np.ndarray) -> tuple[Spread, ...]:
    """The spread of (n,) weights in each area and, last, over all."""
    names, codes = codes_of(areas)
    parts = [(str(name), weights[codes == code]) for code, name in enumerate(names)]
    return tuple(_spread(name, part) for name, part in [*parts, ("total", weights)])


def _spread(area: str, weights: Floats) -> Spread:
    total, squares, n = float(weights.sum()), float(np.sum(weights**2)), len(weights)
    median = float(np.median(weights))
    # Below 1e-12 is rounding error, which would differ between processors.
    deff = round(n * squares / total**2, 12)
    return Spread(
        area=area,
        n=n,
        sum=total,
        min=float(weights.min()),
        median=median,
        max=float(weights.max()),
        max_to_median=float(weights.max()) / median,
        cv=float(np.sqrt(max(deff - 1.0, 0.0))),
        deff_kish=deff,
        n_eff=n / deff,
    )


def margins_off(margins: tuple[Margin, ...], before: Floats, after: Floats) -> tuple[CellOff, ...]:
    """How far each cell of each margin was off its population share, before and after a step."""
    result = []
    for margin in margins:
        area = np.array([cell.partition(SEPARATOR)[0] for cell in margin.cells])
        names, of_cell = codes_of(area)
        shares = [_shares(margin, weights, of_cell, len(names)) for weights in (before, after)]
        target = margin.totals / np.bincount(of_cell, margin.totals)[of_cell]
        group = of_cell[margin.codes]
        squares = np.bincount(group, before**2, minlength=len(names))
        n_eff = np.bincount(group, before, minlength=len(names)) ** 2 / squares
        error = np.sqrt(target * (1.0 - target) / n_eff[of_cell])
        counts = np.bincount(margin.codes, minlength=len(margin.cells))
        for cell in range(len(margin.cells)):
            off = [float(share[cell] - target[cell]) for share in shares]
            z = [value / float(error[cell]) if error[cell] > 0 else 0.0 for value in off]
            where = margin.where(cell)
            result.append(
                CellOff(
                    margin=margin.name,
                    area=where["area"],
                    cell=where["cell"],
                    n=int(counts[cell]),
                    total=float(margin.totals[cell]),
                    target=float(target[cell]),
                    points_before=round(100.0 * off[0], _DIGITS),
                    points_after=round(100.0 * off[1], _DIGITS),
                    z_before=round(z[0], _DIGITS),
                    z_after=round(z[1], _DIGITS),
                )
            )
    return tuple(result)


def _shares(margin: Margin, weights: Floats, of_cell: np.ndarray, areas: int) -> Floats:
    sums = np.bincount(margin.codes, weights, minlength=len(margin.cells))
    return sums / np.bincount(of_cell, sums, minlength=areas)[of_cell]


def balance_of_margins(margins: tuple[Margin, ...], before: Floats, after: Floats) -> tuple[Balance, ...]:
    """Standardised mean differences of every calibration variable, all areas together."""
    result = []
    for margin in margins:
        names, level = codes_of([cell.partition(SEPARATOR)[2] for cell in margin.cells])
        row_level = level[margin.codes]
        target = np.bincount(level, margin.totals) / margin.totals.sum()
        shares = [np.bincount(row_level, w, minlength=len(names)) / w.sum() for w in (before, after)]
        for code, name in enumerate(names):
            p = float(target[code])
            deviation = float(np.sqrt(p * (1.0 - p)))
            smd = [_rounded(float(s[code]) - p, deviation) for s in shares]
            result.append(Balance(margin.name, str(name), float(shares[0][code]), float(shares[1][code]), p, *smd))
    return tuple(result)


def balance_of_items(responses: pd.DataFrame, items: list[str], before: Floats, after: Floats) -> tuple[Balance, ...]:
    """How much the weights moved the answers to key items (missing answers left out)."""
    result = []
    for item in items:
        if item not in responses:
            continue
        answered = responses[item].notna().to_numpy(dtype=bool)
        names, codes = codes_of(responses.loc[answered, item].astype(str))
        shares = [np.bincount(codes, w[answered]) / w[answered].sum() for w in (before, after)]
        for code, name in enumerate(names):
            first, last = float(shares[0][code]), float(shares[1][code])
            deviation = float(np.sqrt(first * (1.0 - first)))
            result.append(Balance(item, str(name), first, last, None, None, _rounded(last - first, deviation)))
    return tuple(result)


def _rounded(difference: float, deviation: float) -> float:
    return round(difference / deviation, _DIGITS) if deviation > 0 else 0.0


def refuse_absurd(
    weights: Floats, areas: np.ndarray, margins: tuple[Margin, ...], min_weight: float, max_to_median: float
) -> None:
    """Raise WeightingError naming the cell of a weight that is missing, at or below
    ``min_weight`` or above ``max_to_median`` × its area's median."""
    medians = pd.Series(weights).groupby(areas).transform("median").to_numpy()
    low = ~(weights > min_weight)
    high = weights > max_to_median * medians
    for wrong, words, remedy in (
        (low, f"is not above {min_weight:g}", "use raking or bounds instead of the linear method"),
        (
            high,
            f"is more than {max_to_median:g} × the municipality's median",
            "trim the weights or raise limits.max_to_median",
        ),
    ):
        if wrong.any():
            row = int(wrong.argmax())
            where = margins[0].where(int(margins[0].codes[row])) if margins else {}
            raise WeightingError(
                f"{int(wrong.sum())} final weights are absurd: {weights[row]:,.2f} {words}",
                remedy,
                **{**where, "area": str(areas[row])},
            )


def base_against_final(base: Floats, final: Floats, areas: np.ndarray) -> pd.DataFrame:
    """Distinct pairs of base and final weight by area with the number of respondents: what the
    plot of base against final weights shows. Columns area, base, final, n."""
    table = pd.DataFrame({"area": areas, "base": np.round(base, 6), "final": np.round(final, 6)})
    return table.groupby(["area", "base", "final"], sort=True).size().rename("n").reset_index()
