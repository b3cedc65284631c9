"""Design-based estimation on any DataFrame: a small exact kernel, usable alone.

Needs numpy, pandas and scipy only, and knows no study. ::

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
residual linearisation, "replicates"), ``se_fixed`` treats the weights as fixed. A base restriction
(``base=(Where("knows", (1,)),)``) is a subpopulation: rows never leave the design.

Changes between waves, with the covariance of shared PSUs, columns ``CHANGE_COLUMNS``::

    rule = ChangeRule(alpha=0.05, adjust="BH", covariance="overlap")
    moved = changes(Wave("2030T2", design2, variables2), Wave("2030T1", design1, variables1),
                    domains, comparison="previous", rule=rule, settings=settings,
                    breaks=Breaks({"trust": "cambió la pregunta"}))

``Wave(..., table=estimates)`` reuses a table already made; ``changes_between_tables`` compares two
tables as independent samples; ``judge`` adjusts and judges again after changes were concatenated, when
a family spans several. Any other comparison is a contrast: ``linear_estimates(...).contrasts(...)``.
"""

from pipeline.estimation.compare import CHANGE_COLUMNS, Breaks, Wave, changes, changes_between_tables
from pipeline.estimation.design import Calibration, Replicates, SurveyDesign
from pipeline.estimation.domains import TOTAL_DOMAIN, Domain
from pipeline.estimation.errors import DesignError, EstimationError, VariableError
from pipeline.estimation.families import ChangeRule, adjust_p, judge, minimum_detectable
from pipeline.estimation.linear import LinearEstimates, linear_estimates
from pipeline.estimation.precision import Cepal, Inegi, Nchs, Scheme, scheme_named
from pipeline.estimation.table import COLUMNS, Settings, estimate
from pipeline.estimation.variables import Categorical, Index, Numeric, Quantile, Ratio, Share, Variable, Where

__all__ = [
    "CHANGE_COLUMNS",
    "COLUMNS",
    "TOTAL_DOMAIN",
    "Breaks",
    "Calibration",
    "Categorical",
    "Cepal",
    "ChangeRule",
    "DesignError",
    "Domain",
    "EstimationError",
    "Index",
    "Inegi",
    "LinearEstimates",
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
    "adjust_p",
    "changes",
    "changes_between_tables",
    "estimate",
    "judge",
    "linear_estimates",
    "minimum_detectable",
    "scheme_named",
]
