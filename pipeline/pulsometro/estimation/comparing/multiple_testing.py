"""Families of tests, adjusted p-values, the verdict on a change, and the change that could be seen."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd

from ..errors import EstimationError, check_choice
from ..intervals import t_quantile
from ..table_codes import Direction

Adjust = Literal["BH", "holm", "bonferroni", "none"]
Covariance = Literal["overlap", "independent"]
Test = Literal["t", "normal"]
# A share and all the others give the same p but for its last digits.
ONE_P = 1e-6
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


def adjust_in_families(p: np.ndarray, family: np.ndarray, test: np.ndarray, adjust: Adjust) -> np.ndarray:
    """Adjusted p-values (rows,) within families, each test counted once in its family however many rows show it.

    ``p`` (rows,), NaN left out; ``family`` and ``test`` (rows,): labels. Rows of one test get one adjusted value, that
    of the first of them whose p is known; where a row's own is not known it stays NaN. Raises EstimationError where
    rows of one test have p-values of their own: the labels then do not tell tests apart.
    """
    adjusted = np.full(len(p), np.nan)
    _refuse_two_tests(p, family, test)
    for positions in pd.Series(family).groupby(family, sort=True).indices.values():
        codes, names = pd.factorize(test[positions])
        own, once = p[positions], np.full(len(names), np.nan)
        known = np.isfinite(own)[::-1]
        # The last that is written stays: backwards, the first row of a test.
        once[codes[::-1][known]] = own[::-1][known]
        adjusted[positions] = np.where(np.isfinite(own), adjust_p(once, adjust)[codes], np.nan)
    return adjusted


def _refuse_two_tests(p: np.ndarray, family: np.ndarray, test: np.ndarray) -> None:
    ends = pd.Series(p).groupby([family, test], sort=False).agg(["min", "max"])
    apart = ends[ends["max"] - ends["min"] > ONE_P]
    if len(apart):
        (where, name), (low, high) = apart.index[0], apart.iloc[0]
        raise EstimationError(
            f"The rows of the test {str(name)!r} in the family {str(where)!r} have p-values from {low:.4g} to "
            f"{high:.4g}: they are several tests; name the columns that tell them apart too, such as "
            "test=('hypothesis', 'domain')."
        )


def minimum_detectable(se: np.ndarray, df: np.ndarray, alpha: float, power: float) -> np.ndarray:
    """Smallest true change found with this power by the test alone: (t(1 − α/2) + t(power))·se (Bloom 1995).

    Before the family's adjustment, which asks for more. Exact for the normal; against the noncentral t within
    1 % from 20 degrees of freedom.
    """
    smallest: np.ndarray = (t_quantile(1 - alpha / 2, df) + t_quantile(power, df)) * se
    return smallest


def joined_labels(table: pd.DataFrame, columns: Sequence[str] | str, what: str = "The family") -> np.ndarray:
    """The values of some columns of each row as one label, (rows,); EstimationError naming those that are not there.

    ``what`` the columns are for, in the error's words.
    """
    columns = (columns,) if isinstance(columns, str) else columns
    absent = [name for name in columns if name not in table.columns]
    if absent:
        raise EstimationError(f"{what} names columns that the changes do not have: {', '.join(absent)}.")
    # A value's own bar is written otherwise, so that two families never have one label.
    parts = [table[name].astype(str).str.replace("|", r"\|", regex=False).to_numpy(dtype=object) for name in columns]
    return np.array(["|".join(values) for values in zip(*parts, strict=True)] or [""] * len(table), dtype=object)


def judge(table: pd.DataFrame, rule: ChangeRule, test: Sequence[str] | str = ()) -> pd.DataFrame:
    """Give a changes table its family, p_adjusted, adjust and verdict.

    Families are what ``rule.family`` says over all rows given: concatenate waves before judging when a
    family spans them. Rows whose verdict is already ``not_comparable`` stay so and are in no family. ``test`` names
    columns whose values within a family make one test: rows that show the same one (a share, and its complement) count
    once. By default every row is a test of its own.
    """
    comparable = (table["verdict"] != Direction.NOT_COMPARABLE).to_numpy()
    family = joined_labels(table, rule.family)
    p = np.where(comparable, table["p"].to_numpy(dtype=float), np.nan)
    tests = joined_labels(table, test, "test") if test else np.arange(len(table))
    adjusted = adjust_in_families(p, family, tests, rule.adjust)
    changed = adjusted < rule.alpha
    difference = table["difference"].to_numpy(dtype=float)
    verdict = np.select(
        [~comparable, changed & (difference > 0), changed & (difference < 0)],
        [Direction.NOT_COMPARABLE, Direction.UP, Direction.DOWN],
        Direction.NONE,
    )
    return table.assign(
        p_adjusted=adjusted,
        adjust=rule.adjust,
        family=pd.array(family, dtype="str"),
        verdict=pd.array(verdict, dtype="str"),
    )
