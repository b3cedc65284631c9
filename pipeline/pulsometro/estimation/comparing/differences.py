"""Differences inside one wave: a domain against the rest, every two domains, every two categories."""

from collections.abc import Sequence
from itertools import combinations
from typing import Literal, get_args

import numpy as np
import pandas as pd

from .._engine.coded_domains import CodedDomain, code_domains
from .._engine.plan import Method
from ..domains import Domain, as_domain
from ..errors import EstimationError, check_choice
from ..survey_design import SurveyDesign
from ..variables import PROPORTION, Variable
from .contrasts import LinearEstimates, linear_estimates
from .multiple_testing import Adjust, adjust_p

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
    coded = code_domains(design.data, [as_domain(domain)])[0]
    domains = [coded]
    if against == "rest":
        domains += [_rest(coded, number) for number in range(len(coded.labels))]
    estimates = linear_estimates(design, variables, domains, statistics, method)
    keys = estimates.keys
    own = keys["domain_kind"] == coded.kind
    parts = []
    for _, group in keys[own].groupby(["indicator", "statistic", "category"], sort=False):
        if against == "pairs":
            pairs = list(combinations(group.index, 2))
        else:
            first = group.iloc[0]
            others = keys[
                ~own
                & (keys["indicator"] == first["indicator"])
                & (keys["statistic"] == first["statistic"])
                & (keys["category"] == first["category"])
            ]
            place = dict(zip(others["domain"], others.index, strict=True))
            pairs = [(at, place[f"{REST}*{keys['domain'][at]}"]) for at in group.index]
        parts.append(_differences(estimates, pairs, alpha, adjust, against == "rest"))
    return pd.concat(parts, ignore_index=True)


def category_differences(
    estimates: LinearEstimates, pairs: Sequence[tuple[int, int]], *, alpha: float = 0.05, adjust: Adjust = "none"
) -> pd.DataFrame:
    """Differences of any two estimates, by position in ``estimates`` (two categories of one question, say)."""
    return _differences(estimates, pairs, alpha, adjust, False)


def _rest(coded: CodedDomain, number: int) -> CodedDomain:
    index = np.where((coded.index >= 0) & (coded.index != number), 0, -1)
    return CodedDomain(f"{REST}*{number}", (f"{REST}*{coded.labels[number]}",), index, coded.columns)


def _differences(
    estimates: LinearEstimates, pairs: Sequence[tuple[int, int]], alpha: float, adjust: Adjust, rest: bool
) -> pd.DataFrame:
    left, right = (np.array([pair[side] for pair in pairs], dtype=int) for side in (0, 1))
    weights = np.zeros((len(pairs), len(estimates.values)))
    weights[np.arange(len(pairs)), left] = 1.0
    weights[np.arange(len(pairs)), right] = -1.0
    keys = estimates.keys
    tested = estimates.contrasts(weights, [""] * len(pairs), level=1 - alpha)
    adjusted = adjust_p(tested["p"].to_numpy(), adjust)
    difference = tested["estimate"].to_numpy()
    clear = adjusted < alpha
    label = "category" if (keys["domain"].to_numpy()[left] == keys["domain"].to_numpy()[right]).all() else "domain"
    table = keys.iloc[left].reset_index(drop=True).assign(
        against=REST if rest else keys[label].to_numpy()[right],
        estimate=estimates.values[left], against_estimate=estimates.values[right], difference=difference,
        se=tested["se"], ci_low=tested["ci_low"], ci_high=tested["ci_high"], ci_level=1 - alpha, df=tested["df"],
        p=tested["p"], p_adjusted=adjusted, adjust=adjust,
        verdict=np.select([clear & (difference > 0), clear & (difference < 0)], [HIGHER, LOWER], ALIKE),
    )  # fmt: skip
    return table[list(DIFFERENCE_COLUMNS)]
