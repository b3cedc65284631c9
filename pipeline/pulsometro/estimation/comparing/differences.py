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
from .multiple_testing import Adjust, adjust_in_families
from .rest import against_rest

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
        families = list(against_rest(design, variables, coded, statistics, method))
        keys = pd.concat([own.keys for own in families], ignore_index=True).assign(against=REST)
        left, right, se, df = (
            np.concatenate([getattr(own, name) for own in families]) for name in ("own", "rest", "se", "df")
        )
        sizes = [len(own.keys) for own in families]
        return _table(keys, (left, right), (left - right, se, df), sizes, alpha, adjust)
    estimates = linear_estimates(design, variables, [coded], statistics, method)
    groups = estimates.keys.groupby(["indicator", "statistic", "category"], sort=False).groups.values()
    return _differences(estimates, [list(combinations(group, 2)) for group in groups], "domain", alpha, adjust)


def category_differences(
    estimates: LinearEstimates, pairs: Sequence[tuple[int, int]], *, alpha: float = 0.05, adjust: Adjust = "none"
) -> pd.DataFrame:
    """Differences of any two estimates, by position in ``estimates`` (two categories of one question, say)."""
    domains = estimates.keys["domain"].to_numpy()
    label = "category" if all(domains[left] == domains[right] for left, right in pairs) else "domain"
    return _differences(estimates, [pairs], label, alpha, adjust)


def _differences(
    estimates: LinearEstimates, families: Sequence[Sequence[tuple[int, int]]], label: str, alpha: float, adjust: Adjust
) -> pd.DataFrame:
    """Families of pairs of estimates; ``label`` is the key by which the two are told apart."""
    tested = []
    for pairs in families:
        weights = np.zeros((len(pairs), len(estimates.values)))
        for row, (left, right) in enumerate(pairs):
            weights[row, [left, right]] = 1.0, -1.0
        tested.append(estimates.combined(weights))
    places = np.array([pair for pairs in families for pair in pairs], dtype=int).reshape(-1, 2).T
    keys = estimates.keys.iloc[places[0]].reset_index(drop=True)
    keys["against"] = estimates.keys[label].to_numpy()[places[1]]
    value, se, df = (np.concatenate(parts) if parts else np.zeros(0) for parts in zip(*tested, strict=True))
    return _table(keys, tuple(estimates.values[places]), (value, se, df), list(map(len, families)), alpha, adjust)


def _table(
    keys: pd.DataFrame, ends: tuple[np.ndarray, ...], tested: tuple[np.ndarray, np.ndarray, np.ndarray],
    sizes: Sequence[int], alpha: float, adjust: Adjust,
) -> pd.DataFrame:  # fmt: skip
    """Families of tests of these ``sizes`` one after the other, with the columns DIFFERENCE_COLUMNS.

    ``ends``: both estimates; ``tested``: the difference, its standard error and degrees of freedom.
    """
    made = test_table(keys, *tested, 1 - alpha)
    family = np.repeat(np.arange(len(sizes)), sizes)
    adjusted = adjust_in_families(made["p"].to_numpy(), family, np.arange(len(keys)), adjust)
    difference, clear = tested[0], adjusted < alpha
    table = made.assign(
        estimate=ends[0], against_estimate=ends[1], difference=difference, ci_level=1 - alpha, p_adjusted=adjusted,
        adjust=adjust, verdict=np.select([clear & (difference > 0), clear & (difference < 0)], [HIGHER, LOWER], ALIKE),
    )  # fmt: skip
    return table[list(DIFFERENCE_COLUMNS)]
