"""What a set of weights looks like: spread, design effect, distance from margins, balance."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from pulsometro.weighting.arrays import Floats, codes_of
from pulsometro.weighting.calibration.margins import SEPARATOR, Margin
from pulsometro.weighting.errors import WeightingError
from pulsometro.weighting.record import Balance, CellOff, Paired, Spread

# Differences that calibration made zero are rounding error: it must not reach a file.
_DIGITS = 8
_STEPS = 20


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
                    points_before=round(100.0 * off[0], _DIGITS) + 0.0,
                    points_after=round(100.0 * off[1], _DIGITS) + 0.0,
                    z_before=round(z[0], _DIGITS) + 0.0,
                    z_after=round(z[1], _DIGITS) + 0.0,
                )
            )
    return tuple(result)


def _shares(margin: Margin, weights: Floats, of_cell: np.ndarray, areas: int) -> Floats:
    sums = np.bincount(margin.codes, weights, minlength=len(margin.cells))
    shares: Floats = sums / np.bincount(of_cell, sums, minlength=areas)[of_cell]
    return shares


def balance_of_targets(
    responses: pd.DataFrame, targets: Mapping[str, Mapping[str, float]], before: Floats, after: Floats
) -> tuple[Balance, ...]:
    """Standardised mean differences of every calibration variable from the population's shares.

    ``targets``: item → level → share over all areas. Levels are those of the population's table:
    what collapsing left off shows. Respondents without one of them are left out.
    """
    result = []
    for item, shares in targets.items():
        levels = responses[item].astype("Int64").astype(str).to_numpy(dtype=str)
        known = np.isin(levels, list(shares))
        sums = [w[known].sum() for w in (before, after)]
        for level, p in shares.items():
            here = levels == level
            found = [float(w[here].sum() / total) for w, total in zip((before, after), sums, strict=True)]
            smd = [_rounded(share - p, p) for share in found]
            result.append(Balance(item, level, found[0], found[1], p, *smd))
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
            result.append(Balance(item, str(name), first, last, None, None, _rounded(last - first, first)))
    return tuple(result)


def _rounded(difference: float, share: float) -> float:
    """Difference of shares in standard deviations of an answer given by ``share``; never −0."""
    deviation = float(np.sqrt(share * (1.0 - share)))
    return round(difference / deviation, _DIGITS) + 0.0 if deviation > 0 else 0.0


def paired_weights(base: Floats, final: Floats, areas: np.ndarray) -> tuple[Paired, ...]:
    """Respondents by base and final weight, each relative to its area's mean, on steps of a
    twentieth of a power of ten; () when no weight moved."""
    before, after = _relative(base, areas), _relative(final, areas)
    if np.allclose(before, after, rtol=1e-9):
        return ()
    # Rounded first, so that a ratio on the edge of a step falls alike on every processor.
    steps = [np.rint(np.round(np.log10(values), 9) * _STEPS).astype(np.int64) for values in (before, after)]
    names, codes = codes_of(areas)
    pairs, counts = np.unique(np.column_stack([codes, *steps]), axis=0, return_counts=True)
    return tuple(
        Paired(str(names[area]), round(10 ** (first / _STEPS), 6), round(10 ** (last / _STEPS), 6), n)
        for (area, first, last), n in zip(pairs.tolist(), counts.tolist(), strict=True)
    )


def _relative(weights: Floats, areas: np.ndarray) -> Floats:
    codes = codes_of(areas)[1]
    return weights / (np.bincount(codes, weights) / np.bincount(codes))[codes]


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
