"""Rao–Scott tests of independence in a two-way table."""

from dataclasses import dataclass

import numpy as np
from scipy import special

from ._engine.calibrated import linearise_coded
from ._engine.encoding import Coded, encode_categorical
from ._engine.influence import ErrorMethod, error_method, freedom, reached_strata, respondents
from ._engine.plan import Method
from ._engine.replication import totals_of_coded
from .errors import EstimationError, VariableError
from .given import check_type
from .survey_design import SurveyDesign
from .variables import Categorical, Share

# A table whose errors are this small beside a simple sample's has none but rounding.
NO_ERROR = 1e-12


@dataclass(frozen=True)
class Association:
    """Tests of independence of a two-way table.

    ``pearson`` is X² of the weighted table scaled to ``n`` rows. First order: X²/δ̄ on ``df`` degrees of
    freedom; second order: F = X²/Σδ on ``f_df`` and ``f_ddf``, the one to report. ``wald`` is Koch's F on
    ``df`` and the design's degrees of freedom, ``adjusted_wald`` on ``df`` and those less ``df`` − 1.
    """

    n: int
    pearson: float
    chi2: float
    df: int
    chi2_p: float
    f: float
    f_df: float
    f_ddf: float
    f_p: float
    wald: float
    wald_p: float
    adjusted_wald: float
    adjusted_wald_p: float


def rao_scott(
    design: SurveyDesign, left: Categorical | Share, right: Categorical | Share, method: Method = "taylor"
) -> Association:
    """Rao–Scott first and second order tests of ``left`` against ``right`` (Rao and Scott 1984; Thomas and
    Rao 1987), as R's svychisq.

    Rows missing either answer are outside the base. The covariance of the cells follows ``method``: linearised, that
    of the calibration's residuals, or of the replicates. Raises EstimationError when a table has one row or column
    left, no degrees of freedom or no sampling error.
    """
    check_type(design, SurveyDesign, "The design", EstimationError)
    for variable in (left, right):
        check_type(variable, (Categorical, Share), "A variable of the table", VariableError)
    table, cells = _cross(design, left, right)
    rows, columns = table.shape
    names = f"{left.name!r} by {right.name!r}"
    if rows < 2 or columns < 2:
        raise EstimationError(
            f"The table of {names} has {rows} × {columns} cells with answers; "
            "a test needs at least two rows and two columns."
        )
    inside = (cells.codes < cells.columns) & (design.w > 0)
    errors = error_method(design, method)
    n, nu = respondents(design, inside), _freedom(errors, inside, names)
    p = (table / table.sum()).ravel()
    deviations = _deviations(errors, cells, p, names, inside)
    delta = _deltas(p, deviations.T @ deviations, rows, columns, n)
    expected = np.outer(p.reshape(rows, columns).sum(1), p.reshape(rows, columns).sum(0)).ravel()
    pearson = float(n * ((p - expected) ** 2 / expected).sum())
    first = float(np.trace(delta))
    df = (rows - 1) * (columns - 1)
    if not first > NO_ERROR * df:
        raise EstimationError(
            f"The table of {names} has no sampling error by the method {method!r} (its cells are fixed by the "
            "calibration, or everybody was asked); there is nothing to test."
        )
    d0 = first**2 / float(np.trace(delta @ delta))
    chi2, f = pearson / (first / df), pearson / first
    wald = _wald(_deviations(errors, cells, None, names, inside), table) / df
    left_over = max(nu - df + 1, 0)
    adjusted = wald * left_over / nu
    return Association(
        n=n, pearson=pearson, chi2=chi2, df=df, chi2_p=float(special.chdtrc(df, chi2)), f=f, f_df=d0, f_ddf=d0 * nu,
        f_p=float(special.fdtrc(d0, d0 * nu, f)), wald=wald, wald_p=float(special.fdtrc(df, nu, wald)),
        adjusted_wald=adjusted, adjusted_wald_p=float(special.fdtrc(df, left_over, adjusted)),
    )  # fmt: skip


def _freedom(errors: ErrorMethod, inside: np.ndarray, names: str) -> int:
    nu = freedom(errors, inside)
    if nu <= 0:
        psus = len(np.unique(errors.design.psu_of_row[inside]))
        strata = int(reached_strata(errors.design, inside).sum())
        if errors.replicate_weights is not None and psus > strata:
            raise EstimationError(
                f"The replicates of the table of {names} differ in too few ways; a test needs degrees of freedom."
            )
        raise EstimationError(
            f"The table of {names} lies in {psus} PSUs of {strata} strata; a test needs degrees of freedom."
        )
    return nu


def _deviations(errors: ErrorMethod, cells: Coded, p: np.ndarray | None, names: str, inside: np.ndarray) -> np.ndarray:
    """Scaled deviations whose products are the covariance of the cells' proportions ``p`` (None: totals)."""
    design, whole = errors.design, np.zeros(len(errors.design.w), dtype=np.int64)
    if errors.replicate_weights is None:
        z = linearise_coded(design.w, cells, whole, 1, None if p is None else p[:, None])
        # Proportions add up to nothing: only totals notice where a lonely PSU is centred.
        return errors.of_influence(z, None if p is not None else reached_strata(design, inside))
    thetas = totals_of_coded(cells, whole, 1, errors.replicate_weights).columns[:, 0].T
    if p is None:
        totals = np.bincount(cells.codes, weights=design.w, minlength=cells.columns + 1)[: cells.columns]
        return errors.of_replicates(thetas, totals)
    base = thetas.sum(axis=1, keepdims=True)
    if (base == 0).any():
        raise EstimationError(
            f"{int((base == 0).sum())} of {len(base)} replicates leave the table of {names} without anybody; "
            "take the method 'taylor', or replicates that keep some of its PSUs."
        )
    return errors.of_replicates(thetas / base, p)


def _wald(deviations: np.ndarray, table: np.ndarray) -> float:
    """Koch, Freeman and Freeman's (1975) Wald statistic of the cells' departures from independence, as totals.

    ``deviations`` are those of the cells' totals. NaN when there are fewer of them than departures.
    """
    rows, columns = table.shape
    total, row, column = table.sum(), table.sum(axis=1), table.sum(axis=0)
    i, j = np.divmod(np.arange(rows * columns), columns)
    # Departure N_ij − N_i N_j/N and its derivative by every cell's total.
    departure = table.ravel() - row[i] * column[j] / total
    derivative = np.eye(rows * columns)
    derivative -= (i[:, None] == i[None, :]) * (column[j] / total)[:, None]
    derivative -= (j[:, None] == j[None, :]) * (row[i] / total)[:, None]
    derivative += (row[i] * column[j] / total**2)[:, None]
    used = (i > 0) & (j > 0)
    deviations = deviations @ derivative[used].T
    # Each departure in units of its own error: that of a rare cell is no rounding of a common one's.
    errors = np.sqrt(np.square(deviations).sum(axis=0))
    if not errors.all() or np.linalg.matrix_rank(deviations / errors) < used.sum():
        return float("nan")
    scaled, own = deviations / errors, departure[used] / errors
    return float(own @ np.linalg.solve(scaled.T @ scaled, own))


def _cross(design: SurveyDesign, left: Categorical | Share, right: Categorical | Share) -> tuple[np.ndarray, Coded]:
    """Weighted table without empty rows and columns, and its cells as one variable, row by row."""
    one, other = (encode_categorical(design.data, variable) for variable in (left, right))
    inside = (one.codes < one.columns) & (other.codes < other.columns)
    flat = one.codes.astype(np.int64) * other.columns + other.codes
    size = one.columns * other.columns
    table = np.bincount(flat[inside], weights=design.w[inside], minlength=size).reshape(one.columns, other.columns)
    rows, columns = np.flatnonzero(table.any(axis=1)), np.flatnonzero(table.any(axis=0))
    place = np.full((one.columns, other.columns), -1)
    place[np.ix_(rows, columns)] = np.arange(len(rows) * len(columns)).reshape(len(rows), len(columns))
    codes = np.full(len(flat), len(rows) * len(columns))
    codes[inside] = place.ravel()[flat[inside]]
    # A code left without weight belongs to nobody counted.
    codes[codes < 0] = len(rows) * len(columns)
    return table[np.ix_(rows, columns)], Coded(codes, len(rows) * len(columns), ())


def _deltas(p: np.ndarray, covariance: np.ndarray, rows: int, columns: int, n: int) -> np.ndarray:
    """Matrix whose eigenvalues are the generalised design effects: (CᵀD⁻¹C/n)⁻¹ CᵀD⁻¹VD⁻¹C, C the
    contrasts of interaction orthogonal to the main effects."""
    row, column = np.divmod(np.arange(rows * columns), columns)
    main = np.column_stack(
        [np.ones(len(p))]
        + [(row == i).astype(float) for i in range(1, rows)]
        + [(column == j).astype(float) for j in range(1, columns)]
    )
    interaction = np.column_stack(
        [((row == i) & (column == j)).astype(float) for j in range(1, columns) for i in range(1, rows)]
    )
    contrasts = interaction - main @ np.linalg.lstsq(main, interaction, rcond=None)[0]
    inverse = np.divide(1.0, p, out=np.zeros(len(p)), where=p > 0)
    scaled = contrasts * inverse[:, None]
    return np.linalg.solve(contrasts.T @ scaled / n, scaled.T @ covariance @ scaled)
