"""Families of tests, adjusted p-values, the verdict on a change, and the change that could be seen."""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd

from ..errors import EstimationError, check_choice
from ..intervals import t_quantile

Adjust = Literal["BH", "holm", "bonferroni", "none"]
Covariance = Literal["overlap", "independent"]
Test = Literal["t", "normal"]
UP, DOWN, SAME, INCOMPARABLE = "sube", "baja", "sin cambio significativo", "no comparable"
_STATSMODELS_NAMES = (("BH", "fdr_bh"), ("holm", "holm"), ("bonferroni", "bonferroni"))


@dataclass(frozen=True)
class ChangeRule:
    """When a change counts: level of the test, adjustment over the family, covariance, power, and distribution.

    ``test`` is Student's t with the design's degrees of freedom, or the normal (z of 1.645 at 90 %: INEGI's); p,
    interval and minimum detectable change alike. ``family`` names the columns of the changes table whose values
    define one family of tests.
    """

    alpha: float = 0.05
    adjust: Adjust = "BH"
    covariance: Covariance = "overlap"
    power: float = 0.80
    family: tuple[str, ...] = ("wave", "comparison", "indicator", "statistic", "domain_kind")
    test: Test = "t"

    def __post_init__(self) -> None:
        if not 0 < self.alpha < 1 or not 0 < self.power < 1:
            raise EstimationError(f"alpha is {self.alpha} and power {self.power}; both lie between 0 and 1.")
        check_choice(self.adjust, get_args(Adjust), "The adjustment", EstimationError)
        check_choice(self.covariance, get_args(Covariance), "The covariance", EstimationError)
        check_choice(self.test, get_args(Test), "The test", EstimationError)

    def freedom(self, df: np.ndarray) -> np.ndarray:
        """Degrees of freedom of the test: infinite for the normal, but where there are none."""
        return np.where(df > 0, np.inf, df) if self.test == "normal" else df


def adjust_p(p: np.ndarray, adjust: Adjust) -> np.ndarray:
    """Adjusted p-values of one family, NaN left out (Benjamini and Hochberg 1995; Holm 1979)."""
    result = np.array(p, dtype=float)
    known = np.isfinite(result)
    if adjust == "none" or not known.any():
        return result
    from statsmodels.stats.multitest import multipletests

    result[known] = multipletests(result[known], method=dict(_STATSMODELS_NAMES)[adjust])[1]
    return result


def minimum_detectable(se: np.ndarray, df: np.ndarray, alpha: float, power: float) -> np.ndarray:
    """Smallest true change found with this power by the test alone: (t(1 − α/2) + t(power))·se (Bloom 1995).

    Before the family's adjustment, which asks for more. Exact for the normal; against the noncentral t within
    1 % from 20 degrees of freedom.
    """
    smallest: np.ndarray = (t_quantile(1 - alpha / 2, df) + t_quantile(power, df)) * se
    return smallest


def judge(table: pd.DataFrame, rule: ChangeRule) -> pd.DataFrame:
    """Give a changes table its family, p_adjusted, adjust and verdict.

    Families are what ``rule.family`` says over all rows given: concatenate waves before judging when a
    family spans them. Rows whose verdict is already "no comparable" stay so and are in no family.
    """
    absent = [name for name in rule.family if name not in table.columns]
    if absent:
        raise EstimationError(f"The family names columns that the changes do not have: {', '.join(absent)}.")
    comparable = (table["verdict"] != INCOMPARABLE).to_numpy()
    family = pd.Series("", index=table.index)
    for number, name in enumerate(rule.family):
        own = table[name].astype("str")
        family = family + "|" + own if number else own
    p = np.where(comparable, table["p"].to_numpy(dtype=float), np.nan)
    adjusted = np.full(len(table), np.nan)
    for positions in table.groupby(family.to_numpy(), sort=True).indices.values():
        adjusted[positions] = adjust_p(p[positions], rule.adjust)
    changed = adjusted < rule.alpha
    difference = table["difference"].to_numpy(dtype=float)
    verdict = np.select(
        [~comparable, changed & (difference > 0), changed & (difference < 0)], [INCOMPARABLE, UP, DOWN], SAME
    )
    return table.assign(
        p_adjusted=adjusted, adjust=rule.adjust, family=family.to_numpy(), verdict=pd.array(verdict, dtype="str")
    )
