"""The probability that a released row is the one person of the population whom its keys describe.

Roberto Benedetti and Luisa Franconi, "Statistical and technological solutions for controlled data dissemination",
Pre-proceedings of New Techniques and Technologies for Statistics 1, Sorrento 1998, pp. 225–232; reviewed by Luisa
Franconi and Silvia Polettini, "Individual Risk Estimation in μ-Argus: A Review", Privacy in Statistical Databases,
LNCS 3050, Springer 2004, pp. 262–272. f rows share the keys, F persons of the population do; given f, F is negative
binomial with f successes of probability p = f ÷ F̂, F̂ the sum of the f weights; the risk of each row is E(1/F | f).
"""

import numpy as np
import numpy.typing as npt

from pulsometro.disclosure.groups import Bools, Floats

# Below it the recursion over f takes fewer steps than the series takes terms.
_FEW = 20
_NEGLIGIBLE = 1e-17


def individual_risk(rows: npt.ArrayLike, population: npt.ArrayLike) -> Floats:
    """(n,) E(1/F | f): ``rows`` (n,) f ≥ 1 rows of the same keys, ``population`` (n,) F̂, the persons they stand for.

    With q = 1 − p and Y = q/p it is I(f) = ∫₀¹ s^(f−1) ÷ (1 + Ys) ds, hence I(1) = ln(1/p)/Y, I(f+1) = (1/f − I(f))/Y,
    and I(f) = (p/f) · ₂F₁(1, 1; f+1; q), whose terms are all positive: the recursion where f is small and p ≤ 1/2, else
    the series. For F̂ ≤ f the population is in the file: 1/f. Raises ValueError for f < 1 or F̂ that is not positive.

    >>> individual_risk([1, 2, 5], [1.0, 2000.0, 3.0]).round(6).tolist()
    [1.0, 0.000994, 0.2]
    """
    f, total = np.broadcast_arrays(np.asarray(rows, dtype=np.float64), np.asarray(population, dtype=np.float64))
    if not (np.all(f >= 1) and np.all(total > 0)):
        raise ValueError("a class has at least one row, and stands for more than no person")
    p = np.minimum(f / total, 1.0)
    by_steps = (f < _FEW) & (p <= 0.5)
    risk = np.empty(f.shape)
    risk[by_steps] = _recursion(f[by_steps], p[by_steps])
    risk[~by_steps] = _series(f[~by_steps], p[~by_steps])
    return risk


def _recursion(f: Floats, p: Floats) -> Floats:
    odds = (1 - p) / p
    integral = -np.log(p) / odds
    for step in range(1, _FEW - 1):
        more: Bools = f > step
        integral[more] = (1 / step - integral[more]) / odds[more]
    return integral


def _series(f: Floats, p: Floats) -> Floats:
    term, total, n = np.ones_like(f), np.ones_like(f), 0
    while term.max(initial=0.0) > _NEGLIGIBLE:
        n += 1
        term = term * (1 - p) * n / (f + n)
        total += term
    return np.asarray(p / f * total)
