"""What the interviewers add to the error: intra-interviewer correlation, and SEs with them as clusters."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from ._engine.encoding import Coded, encode
from .domains import Domain
from .errors import EstimationError
from .estimate_table import Settings, estimate
from .given import check_type
from .survey_design import SurveyDesign, column
from .variables import Variable, taken_variables

INTERVIEWER_COLUMNS = (
    "indicator", "category", "n", "interviewers", "workload", "icc", "interviewer_deff", "estimate", "se",
    "se_interviewer", "se_ratio",
)  # fmt: skip


def interviewer_design(design: SurveyDesign, interviewer: str) -> SurveyDesign:
    """The same sample with interviewers as PSUs.

    Strata stay when every interviewer works in one only; interviewers who cross strata make the strata
    dependent, so these are dropped (the error is then, if anything, too large). Replicates and
    calibration are left behind: the design is for Taylor linearisation.
    """
    series = column(design.data, interviewer, "interviewer")
    if series.isna().any():
        raise EstimationError(
            f"Interviewer {interviewer!r} is empty in {int(series.isna().sum())} rows; fill it first."
        )
    codes = pd.factorize(series)[0]
    pairs = len(np.unique(codes * len(design.psus_in_stratum) + design.stratum_of_row))
    nested = pairs == codes.max() + 1
    return SurveyDesign(
        design.data, design.weights, design.strata if nested else None, interviewer, lonely_psu=design.lonely_psu
    )


def interviewer_effects(
    design: SurveyDesign, variables: Variable | Sequence[Variable], interviewer: str, settings: Settings | None = None
) -> pd.DataFrame:
    """Intra-interviewer correlation and the two standard errors of every estimate of the total.

    ``icc`` is ρ of the nested analysis of variance with strata fixed, unweighted (Kish 1962; Henderson's
    method 3 for unequal workloads); ``workload`` its effective interviews an interviewer m₀;
    ``interviewer_deff`` is 1 + (m₀ − 1)ρ; ``se_ratio`` the SE with interviewers as clusters over the
    design's, both by Taylor linearisation: EstimationError for settings with another method. Columns
    INTERVIEWER_COLUMNS.
    """
    settings = settings or Settings()
    check_type(design, SurveyDesign, "The design", EstimationError)
    variables = taken_variables(variables)
    if settings.method != "taylor":
        raise EstimationError(
            f"What interviewers add is told by linearisation with the weights as fixed, not by {settings.method!r}, "
            "whose replicates or residuals know other clusters; ask for it with method='taylor'."
        )
    clustered = interviewer_design(design, interviewer)
    total = [Domain()]
    own = estimate(design, variables, total, settings=settings)
    other = estimate(clustered, variables, total, settings=settings)
    rows: list[tuple[int, float, float]] = []
    for variable in variables:
        encoded = encode(design.data, variable)
        if isinstance(encoded, Coded):
            inside = encoded.codes < encoded.columns
            columns = [(encoded.codes == k).astype(float) for _, k in encoded.printed]
        else:
            inside, columns = encoded.inside, [encoded.y]
        inside = inside & (design.w > 0)
        groups = pd.factorize(design.data.loc[inside, interviewer])[0]
        strata = pd.factorize(design.stratum_of_row[inside])[0]
        rows.extend(intra_correlation(values[inside], groups, strata) for values in columns)
    correlation = pd.DataFrame(rows, columns=["interviewers", "workload", "icc"])
    table = own[["indicator", "category", "n", "estimate", "se"]].reset_index(drop=True)
    table = pd.concat([table, correlation], axis=1).assign(se_interviewer=other["se"].to_numpy())
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = table["se_interviewer"].to_numpy() / table["se"].to_numpy()
    effect = 1 + (table["workload"] - 1) * table["icc"]
    return table.assign(se_ratio=ratio, interviewer_deff=effect)[list(INTERVIEWER_COLUMNS)]


def intra_correlation(y: np.ndarray, group: np.ndarray, stratum: np.ndarray) -> tuple[int, float, float]:
    """Groups, effective size m₀ and intra-group correlation ρ of y, strata fixed.

    ρ = (MSB − MSW)/(MSB + (m₀ − 1) MSW), may be slightly negative; NaN without degrees of freedom.
    ``group`` and ``stratum`` are codes from 0. MSB is of groups after strata, m₀ what a unit of group variance
    adds to it (Searle, Casella and McCulloch 1992, ch. 5: Henderson's method 3).
    """
    if not len(y):
        return 0, float("nan"), float("nan")
    groups, strata, n = int(group.max()) + 1, int(stratum.max()) + 1, len(y)
    counts = sparse.csr_matrix((np.ones(n), (group, stratum)), shape=(groups, strata))
    size = np.bincount(stratum, minlength=strata)
    centred = y - (np.bincount(stratum, weights=y, minlength=strata) / size)[stratum]
    graph = sparse.bmat([[None, counts], [counts.T, None]])
    between_df = groups - connected_components(graph, directed=False)[0]
    within_df = n - strata - between_df
    if between_df <= 0 or within_df <= 0:
        return groups, float("nan"), float("nan")
    # Sum of squares of groups after strata: the groups' totals of the centred y, through the matrix of
    # groups after sweeping the strata out, whose trace is what one unit of group variance adds.
    swept = (
        np.diag(np.bincount(group, minlength=groups).astype(float)) - (counts.multiply(1 / size) @ counts.T).toarray()
    )
    totals = np.bincount(group, weights=centred, minlength=groups)
    # The matrix is singular by as many dimensions as there are connected blocks; NumPy's own cutoff of 1e-15 lets
    # a zero that rounding made positive through.
    between = float(totals @ np.linalg.pinv(swept, rcond=1e-10, hermitian=True) @ totals)
    m0 = float(np.trace(swept)) / between_df
    ms_between, ms_within = between / between_df, (float(centred @ centred) - between) / within_df
    spread = ms_between + (m0 - 1) * ms_within
    return groups, m0, (ms_between - ms_within) / spread if spread > 0 else float("nan")
