"""Differences inside one wave: a domain against the rest, every two domains, every two categories."""

from collections.abc import Sequence
from itertools import combinations
from typing import Literal, get_args

import numpy as np
import pandas as pd

from .._engine.coded_domains import code_domains
from .._engine.plan import Method
from ..domains import Domain, as_domain
from ..errors import EstimationError, check_choice
from ..given import check_type
from ..survey_design import SurveyDesign
from ..variables import PROPORTION, Variable, check_asked, taken_variables
from .contrasts import LinearEstimates, linear_estimates, test_table
from .multiple_testing import Adjust, adjust_p
from .rest import AgainstRest, against_rest

HIGHER, LOWER, ALIKE = "mayor", "menor", "sin diferencia significativa"
DIFFERENCE_COLUMNS = (
    "indicator", "category", "statistic", "domain_kind", "domain", "against", "estimate", "against_estimate",
    "difference", "se", "ci_low", "ci_high", "ci_level", "df", "p", "p_adjusted", "adjust", "verdict",
)  # fmt: skip
REST = "resto"
Against = Literal["rest", "pairs"]


def domain_differences(
    design: SurveyDesign,
    variables: Variable | Sequence[Variable],
    domain: Domain | Sequence[str] | str,
    *,
    against: Against = "rest",
    statistics: Sequence[str] = (PROPORTION,),
    method: Method = "taylor",
    alpha: float = 0.05,
    adjust: Adjust = "BH",
) -> pd.DataFrame:
    """Each domain against everyone else in a domain of the kind, or every two domains.

    Every indicator, category and statistic is one family of tests; the covariance (domains share PSUs)
    is computed. Units are the estimates'. Columns DIFFERENCE_COLUMNS.
    """
    check_choice(against, get_args(Against), "against", EstimationError)
    check_type(design, SurveyDesign, "The design", EstimationError)
    variables = taken_variables(variables)
    check_asked(variables, statistics)
    coded = code_domains(design.data, [as_domain(domain)])[0]
    if against == "rest":
        families = against_rest(design, variables, coded, statistics, method)
        return pd.concat([_table_of_rest(own, alpha, adjust) for own in families], ignore_index=True)
    estimates = linear_estimates(design, variables, [coded], statistics, method)
    parts = [
        _differences(estimates, list(combinations(group.index, 2)), alpha, adjust)
        for _, group in estimates.keys.groupby(["indicator", "statistic", "category"], sort=False)
    ]
    return pd.concat(parts, ignore_index=True)


def category_differences(
    estimates: LinearEstimates, pairs: Sequence[tuple[int, int]], *, alpha: float = 0.05, adjust: Adjust = "none"
) -> pd.DataFrame:
    """Differences of any two estimates, by position in ``estimates`` (two categories of one question, say)."""
    return _differences(estimates, pairs, alpha, adjust)


def _table_of_rest(own: AgainstRest, alpha: float, adjust: Adjust) -> pd.DataFrame:
    tested = test_table(own.keys, own.own - own.rest, own.se, own.df, 1 - alpha)
    return _table(own.keys.assign(against=REST), own.own, own.rest, tested, alpha, adjust)


def _differences(
    estimates: LinearEstimates, pairs: Sequence[tuple[int, int]], alpha: float, adjust: Adjust
) -> pd.DataFrame:
    left, right = (np.array([pair[side] for pair in pairs], dtype=int) for side in (0, 1))
    weights = np.zeros((len(pairs), len(estimates.values)))
    weights[np.arange(len(pairs)), left] = 1.0
    weights[np.arange(len(pairs)), right] = -1.0
    keys = estimates.keys
    tested = estimates.contrasts(weights, [""] * len(pairs), level=1 - alpha)
    label = "category" if (keys["domain"].to_numpy()[left] == keys["domain"].to_numpy()[right]).all() else "domain"
    against = keys.iloc[left].reset_index(drop=True).assign(against=keys[label].to_numpy()[right])
    return _table(against, estimates.values[left], estimates.values[right], tested, alpha, adjust)


def _table(
    keys: pd.DataFrame, left: np.ndarray, right: np.ndarray, tested: pd.DataFrame, alpha: float, adjust: Adjust
) -> pd.DataFrame:
    """One family of tests, with the columns DIFFERENCE_COLUMNS."""
    adjusted = adjust_p(tested["p"].to_numpy(), adjust)
    difference = tested["estimate"].to_numpy()
    clear = adjusted < alpha
    table = keys.assign(
        estimate=left, against_estimate=right, difference=difference, se=tested["se"], ci_low=tested["ci_low"],
        ci_high=tested["ci_high"], ci_level=1 - alpha, df=tested["df"], p=tested["p"], p_adjusted=adjusted,
        adjust=adjust, verdict=np.select([clear & (difference > 0), clear & (difference < 0)], [HIGHER, LOWER], ALIKE),
    )  # fmt: skip
    return table[list(DIFFERENCE_COLUMNS)]
