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
        wave="2024T1",
        settings=Settings(method="replicates", interval="logit", precision=Inegi()),
    )

Every table has the columns ``COLUMNS``. ``se`` follows the method named ("taylor", "calibrated" for
residual linearisation, "replicates"), ``se_fixed`` treats the weights as fixed. A base restriction
(``base=(Where("knows", (1,)),)``) is a subpopulation: rows never leave the design.
"""

from pipeline.estimation.design import Calibration, Replicates, SurveyDesign
from pipeline.estimation.domains import TOTAL_DOMAIN, Domain
from pipeline.estimation.errors import DesignError, EstimationError, VariableError
from pipeline.estimation.precision import Cepal, Inegi, Nchs, Scheme, scheme_named
from pipeline.estimation.table import COLUMNS, Settings, estimate
from pipeline.estimation.variables import Categorical, Numeric, Ratio, Share, Variable, Where

__all__ = [
    "COLUMNS",
    "TOTAL_DOMAIN",
    "Calibration",
    "Categorical",
    "Cepal",
    "DesignError",
    "Domain",
    "EstimationError",
    "Inegi",
    "Nchs",
    "Numeric",
    "Ratio",
    "Replicates",
    "Scheme",
    "Settings",
    "Share",
    "SurveyDesign",
    "Variable",
    "VariableError",
    "Where",
    "estimate",
    "scheme_named",
]
