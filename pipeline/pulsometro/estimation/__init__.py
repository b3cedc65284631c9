"""Design-based estimation on any DataFrame: a small exact kernel, usable alone.

Needs numpy, pandas and scipy, statsmodels for adjusted p-values, and knows no study. ::

    design = SurveyDesign(data, "weight", strata="stratum", psu="psu",
                          replicates=Replicates.bootstrap(names))
    table = estimate(
        design,
        [Categorical("trust", (1, 2, 3, 4), labels=("a lot", "some", "little", "none"), missing=(8, 9)),
         Share("unsafe", "safety", numerator=(2,), missing=(9,), missing_rule="in_base"),
         Numeric("age"), Ratio("reported", "reports", "crimes")],
        domains=[(), ("city",), ("city", "sex")],
        statistics=("proportion", "total"),
        wave="2030T1",
        settings=Settings(method="replicates", interval="logit", precision=Inegi()),
    )

Every table has the columns ``COLUMNS``. ``se`` follows the method named ("taylor", "calibrated" for
residual linearisation, "replicates"), ``se_fixed`` treats the weights as fixed. Verbs without settings take
``method``, and what cannot follow one says so. One domain may be given as it is, "city". A base restriction
(``base=(Where("knows", (1,)),)``) is a subpopulation: rows never leave the design.

Changes between waves, with the covariance of shared PSUs, columns ``CHANGE_COLUMNS``::

    rule = ChangeRule(alpha=0.05, adjust="BH", covariance="overlap")
    moved = changes(Wave("2030T2", design2, variables2), Wave("2030T1", design1, variables1),
                    domains, comparison="previous", rule=rule, settings=settings,
                    breaks=Breaks({"trust": "cambió la pregunta"}))

``Wave(..., table=estimates)`` reuses a table already made; ``changes_between_tables`` compares two
tables as independent samples; ``judge`` adjusts and judges again after changes were concatenated, when
a family spans several. ``domain_differences`` compares a domain with the rest, or every two, inside a
wave; any other comparison is a contrast: ``linear_estimates(...).contrasts(...)``.

Further: ``rank_domains`` (joint intervals of ranks, from an estimates table), ``trend`` (slope a year
over waves), ``Quantile`` and ``Index`` variables, ``cronbach_alpha`` and ``common_items``, ``rao_scott``,
``logistic``, ``interviewer_effects`` and ``interviewer_design``.
"""

from .association import Association, rao_scott
from .comparing.contrasts import LinearEstimates, linear_estimates
from .comparing.differences import DIFFERENCE_COLUMNS, category_differences, domain_differences
from .comparing.multiple_testing import (
    ChangeRule,
    adjust_in_families,
    adjust_p,
    joined_labels,
    judge,
    minimum_detectable,
)
from .comparing.ranks import RANK_COLUMNS, rank_domains, rank_intervals
from .comparing.slopes import TREND_COLUMNS, slope_coefficients, trend
from .comparing.wave_changes import CHANGE_COLUMNS, Breaks, changes, changes_between_tables
from .comparing.waves import Wave
from .domains import TOTAL_DOMAIN, Domain
from .errors import DesignError, EstimationError, VariableError
from .estimate_table import COLUMNS, Settings, estimate
from .index import IndexPlan, Link, common_items, cronbach_alpha, index_column
from .interviewers import INTERVIEWER_COLUMNS, interviewer_design, interviewer_effects
from .precision import Cepal, Inegi, Nchs, Scheme, scheme_named
from .regression import LogisticResult, logistic
from .survey_design import Calibration, Replicates, SurveyDesign
from .variables import Categorical, Index, Numeric, Quantile, Ratio, Share, Variable, Where

__all__ = [
    "CHANGE_COLUMNS",
    "COLUMNS",
    "DIFFERENCE_COLUMNS",
    "INTERVIEWER_COLUMNS",
    "RANK_COLUMNS",
    "TOTAL_DOMAIN",
    "TREND_COLUMNS",
    "Association",
    "Breaks",
    "Calibration",
    "Categorical",
    "Cepal",
    "ChangeRule",
    "DesignError",
    "Domain",
    "EstimationError",
    "Index",
    "IndexPlan",
    "Inegi",
    "LinearEstimates",
    "Link",
    "LogisticResult",
    "Nchs",
    "Numeric",
    "Quantile",
    "Ratio",
    "Replicates",
    "Scheme",
    "Settings",
    "Share",
    "SurveyDesign",
    "Variable",
    "VariableError",
    "Wave",
    "Where",
    "adjust_in_families",
    "adjust_p",
    "category_differences",
    "changes",
    "changes_between_tables",
    "common_items",
    "cronbach_alpha",
    "domain_differences",
    "estimate",
    "index_column",
    "interviewer_design",
    "interviewer_effects",
    "joined_labels",
    "judge",
    "linear_estimates",
    "logistic",
    "minimum_detectable",
    "rank_domains",
    "rank_intervals",
    "rao_scott",
    "scheme_named",
    "slope_coefficients",
    "trend",
]
