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
from ..table_codes import Side
from ..variables import PROPORTION, Variable, check_asked, taken_variables
from .contrasts import LinearEstimates, linear_estimates, test_table
from .multiple_testing import Adjust, ChangeRule, Test, adjust_in_families
from .rest import against_rest

DIFFERENCE_COLUMNS = (
    "indicator", "category", "statistic", "domain_kind", "domain", "against", "estimate", "against_estimate",
    "difference", "se", "ci_low", "ci_high", "ci_level", "df", "p", "p_adjusted", "adjust", "verdict",
)  # fmt: skip
REST = "rest"
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
    test: Test = "t",
) -> pd.DataFrame:
    """Each domain against everyone else in a domain of the kind, or every two domains.

    Every indicator, category and statistic is one family of tests; the covariance (domains share PSUs)
    is computed. ``test``, Student's t or the normal, governs p and interval alike. Where there is no p (no value, no
    degrees of freedom, unequal estimates without an error) the verdict is ``not_comparable``. Units are the estimates'.
    Columns DIFFERENCE_COLUMNS. Raises EstimationError.
    """
    rule = ChangeRule(alpha=alpha, adjust=adjust, test=test)
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
        return _table(keys, (left, right), (left - right, se, df), sizes, rule)
    estimates = linear_estimates(design, variables, [coded], statistics, method)
    groups = estimates.keys.groupby(["indicator", "statistic", "category"], sort=False).groups.values()
    return _differences(estimates, [list(combinations(group, 2)) for group in groups], "domain", rule)


def category_differences(
    estimates: LinearEstimates, pairs: Sequence[tuple[int, int]], *, alpha: float = 0.05, adjust: Adjust = "none",
    test: Test = "t",
) -> pd.DataFrame:  # fmt: skip
    """Differences of any two estimates, by position in ``estimates`` (two categories of one question, say).

    Tests, verdicts and columns are those of ``domain_differences``; all pairs are one family.
    """
    rule = ChangeRule(alpha=alpha, adjust=adjust, test=test)
    domains = estimates.keys["domain"].to_numpy()
    label = "category" if all(domains[left] == domains[right] for left, right in pairs) else "domain"
    return _differences(estimates, [pairs], label, rule)


def _differences(
    estimates: LinearEstimates, families: Sequence[Sequence[tuple[int, int]]], label: str, rule: ChangeRule
) -> pd.DataFrame:
    """Families of pairs of estimates; ``label`` is the key by which the two are told apart."""
    places = np.array([pair for pairs in families for pair in pairs], dtype=int).reshape(-1, 2).T
    keys = estimates.keys.iloc[places[0]].reset_index(drop=True)
    keys["against"] = estimates.keys[label].to_numpy()[places[1]]
    tested = estimates.pairs(*places)
    return _table(keys, tuple(estimates.values[places]), tested, list(map(len, families)), rule)


def _table(
    keys: pd.DataFrame, ends: tuple[np.ndarray, ...], tested: tuple[np.ndarray, np.ndarray, np.ndarray],
    sizes: Sequence[int], rule: ChangeRule,
) -> pd.DataFrame:  # fmt: skip
    """Families of tests of these ``sizes`` one after the other, with the columns DIFFERENCE_COLUMNS.

    ``ends``: both estimates; ``tested``: the difference, its standard error and degrees of freedom.
    """
    difference, se, own = tested
    df = rule.freedom(own)
    made = test_table(keys, difference, se, df, 1 - rule.alpha)
    p = np.where((df > 0) & (se == 0) & (difference == 0), 1.0, made["p"])
    family = np.repeat(np.arange(len(sizes)), sizes)
    adjusted = adjust_in_families(p, family, np.arange(len(keys)), rule.adjust)
    clear = adjusted < rule.alpha
    verdict = np.select(
        [np.isnan(p), clear & (difference > 0), clear & (difference < 0)],
        [Side.NOT_COMPARABLE, Side.HIGHER, Side.LOWER],
        Side.NONE,
    )
    table = made.assign(
        estimate=ends[0], against_estimate=ends[1], difference=difference, ci_level=1 - rule.alpha, p=p,
        p_adjusted=adjusted, adjust=rule.adjust, verdict=verdict,
    )  # fmt: skip
    return table[list(DIFFERENCE_COLUMNS)]
