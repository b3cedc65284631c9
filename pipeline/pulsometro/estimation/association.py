"""Rao–Scott tests of independence in a two-way table."""

from dataclasses import dataclass

import numpy as np
from scipy import special

from ._engine.calibrated import linearise_coded, psu_scores
from ._engine.encoding import Coded, encode_categorical
from ._engine.linearisation import score_deviations
from .errors import EstimationError
from .survey_design import SurveyDesign
from .variables import Categorical, Share


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


def rao_scott(design: SurveyDesign, left: Categorical | Share, right: Categorical | Share) -> Association:
    """Rao–Scott first and second order tests of ``left`` against ``right`` (Rao and Scott 1984; Thomas and
    Rao 1987), as R's svychisq.

    Rows missing either answer are outside the base. Raises EstimationError when a table has one row or
    column left, or no degrees of freedom.
    """
    table, cells = _cross(design, left, right)
    rows, columns = table.shape
    if rows < 2 or columns < 2:
        raise EstimationError(
            f"The table of {left.name!r} by {right.name!r} has {rows} × {columns} cells with answers; "
            "a test needs at least two rows and two columns."
        )
    inside = (cells.codes < cells.columns) & (design.w > 0)
    n = int(inside.sum())
    strata, nu = _reached(design, inside, f"{left.name!r} by {right.name!r}")
    p = (table / table.sum()).ravel()
    z = linearise_coded(design.w, cells, np.zeros(len(design.w), dtype=np.int64), 1, p[:, None])
    deviations = score_deviations(design, psu_scores(design, z))
    covariance = deviations.T @ deviations
    delta = _deltas(p, covariance, rows, columns, n)
    expected = np.outer(p.reshape(rows, columns).sum(1), p.reshape(rows, columns).sum(0)).ravel()
    pearson = float(n * ((p - expected) ** 2 / expected).sum())
    first = float(np.trace(delta))
    d0 = first**2 / float(np.trace(delta @ delta))
    df = (rows - 1) * (columns - 1)
    chi2, f = pearson / (first / df), pearson / first
    wald = _wald(design, cells, table, strata) / df
    left_over = max(nu - df + 1, 0)
    adjusted = wald * left_over / nu
    return Association(
        n=n, pearson=pearson, chi2=chi2, df=df, chi2_p=float(special.chdtrc(df, chi2)), f=f, f_df=d0, f_ddf=d0 * nu,
        f_p=float(special.fdtrc(d0, d0 * nu, f)), wald=wald, wald_p=float(special.fdtrc(df, nu, wald)),
        adjusted_wald=adjusted, adjusted_wald_p=float(special.fdtrc(df, left_over, adjusted)),
    )  # fmt: skip


def _reached(design: SurveyDesign, inside: np.ndarray, names: str) -> tuple[np.ndarray, int]:
    """Strata with a row of the table, (strata,), and the degrees of freedom: PSUs minus strata."""
    psus = np.unique(design.psu_of_row[inside])
    strata = np.zeros(len(design.psus_in_stratum), dtype=bool)
    strata[design.stratum_of_psu[psus]] = True
    count = int(strata.sum())
    if len(psus) <= count:
        raise EstimationError(
            f"The table of {names} lies in {len(psus)} PSUs of {count} strata; a test needs degrees of freedom."
        )
    return strata, len(psus) - count


def _wald(design: SurveyDesign, cells: Coded, table: np.ndarray, strata: np.ndarray) -> float:
    """Koch, Freeman and Freeman's (1975) Wald statistic of the cells' departures from independence, as totals.

    ``strata`` (strata,): those with a case in the table. NaN when there are fewer PSUs than departures.
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
    z = linearise_coded(design.w, cells, np.zeros(len(design.w), dtype=np.int64), 1, None)
    used = (i > 0) & (j > 0)
    scores = psu_scores(design, z) @ derivative[used].T
    deviations = score_deviations(design, scores, np.repeat(strata[:, None], scores.shape[1], axis=1))
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
