"""The rules by which a quantile is read off a weighted distribution: the names of R's ``qrule``.

With x sorted, w its weights, C_k their running sum and F(x_k) = C_k/C_n, "math" (= "hf1") is the smallest x with
F(x) ≥ p. Where F(x) = p, "school" (= "hf2") goes halfway to the next value and "hf3" takes whichever of the two
stands at an even place among the distinct values. The others interpolate the points (p_k, x_k) and are flat beyond
them (types 4 to 9 of Hyndman and Fan 1996, with weights as in R survey's vignette "Estimating quantiles"):

    hf4 C_k/C_n                  hf5 (C_k − w_k/2)/C_n            hf6 C_k/(C_n + w_n)
    hf7 C_(k−1)/C_(n−1)          hf8 (C_k − w_k/3)/(C_n + w_n/3)  hf9 (C_k − 3w_k/8)/(C_n + w_n/4)

F(x) = p is decided within a tolerance of the sum of weights: weights of 1/3 or 0.1 do not add up exactly. R decides
by ``==``. Where R differs: below the first point R 4.1 takes the second value ("math", "school", "hf3"; in 4.5
"school" still does not take the first) and extrapolates ("hf4"). R's help calls "hf3" quantile's type 3; neither its
code nor this is, half a step aside: type 3 takes the nearest order statistic.
"""

from typing import NamedTuple, Self

import numpy as np

from .variables import QuantileRule

# Shares of the total weight closer than this are the same: more than sums of many weights lose, less than a row has.
TIES = 1e-9
# Interpolating needs only that rounding does not fall short of a point.
AT_A_POINT = 1e-12
# By rule: how much of w_k is taken off C_k, and how much of w_n is added to C_n.
TAKEN_OFF: dict[QuantileRule, tuple[float, float]] = {
    "hf4": (0.0, 0.0), "hf5": (1 / 2, 0.0), "hf6": (0.0, 1.0), "hf8": (1 / 3, 1 / 3), "hf9": (3 / 8, 1 / 4),
}  # fmt: skip


class Curve(NamedTuple):
    """Sorted values (n,), each with a positive weight (n,), and the running sum of these (n,)."""

    x: np.ndarray
    w: np.ndarray
    cumulative: np.ndarray

    @classmethod
    def of(cls, x: np.ndarray, w: np.ndarray) -> Self:
        """Of values and weights in any order; equal values keep theirs, on which "hf5" to "hf9" depend as in R."""
        order = np.argsort(x, kind="stable")
        return cls(x[order], w[order], np.cumsum(w[order]))

    def quantile(self, p: float, rule: QuantileRule) -> float:
        """The value at p by a rule; NaN without rows."""
        if len(self.x) < 2:
            return float(self.x[0]) if len(self.x) else float("nan")
        if rule in ("math", "hf1", "school", "hf2", "hf3"):
            return self._discrete(p, rule)
        return self._interpolated(p, rule)

    def _discrete(self, p: float, rule: QuantileRule) -> float:
        share = self.cumulative / self.cumulative[-1]
        last = len(share) - 1
        at = min(int(np.searchsorted(share, p - TIES)), last)
        low = float(self.x[at])
        if rule in ("math", "hf1") or share[at] > p + TIES:
            return low
        high = float(self.x[min(int(np.searchsorted(share, p + TIES, side="right")), last)])
        if rule != "hf3":
            return low + (high - low) / 2
        return low if len(np.unique(self.x[: at + 1])) % 2 == 0 else high

    def _interpolated(self, p: float, rule: QuantileRule) -> float:
        if rule == "hf7":
            points = np.append(0.0, self.cumulative[:-1]) / self.cumulative[-2]
        else:
            off, added = TAKEN_OFF[rule]
            points = (self.cumulative - off * self.w) / (self.cumulative[-1] + added * self.w[-1])
        near = np.flatnonzero(np.abs(points - p) <= AT_A_POINT)
        # At a point its value itself: a rounding less, and the value would not count as at or below its quantile.
        return float(self.x[near[0]] if len(near) else np.interp(p, points, self.x))
