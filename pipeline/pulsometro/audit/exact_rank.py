"""Whether a sum lies in the span of others, exactly, and by another road than the search for complements takes.

Whole numbers modulo a large prime: no rounding, and a rank that is lost to the prime would take a determinant that it
divides (Cox, 1980; Schwartz–Zippel). ±1 is all that the systems hold.
"""

from collections.abc import Hashable, Mapping, Sequence

import numpy as np

PRIME = 2**31 - 1
Row = Mapping[Hashable, int]


def determined(known: Sequence[Row], wanted: Sequence[Row]) -> list[bool]:
    """Of each wanted sum of unknowns, whether the known ones determine it.

    >>> determined([{"a": 1, "b": 1}, {"b": 1}], [{"a": 1}, {"c": 1}])
    [True, False]
    """
    columns: dict[Hashable, int] = {}
    for row in (*known, *wanted):
        for name in row:
            columns.setdefault(name, len(columns))
    matrix, targets = (_filled(rows, columns) for rows in (known, wanted))
    for at, pivot in _echelon(matrix):
        factors = targets[:, pivot].copy()
        targets = (targets - factors[:, None] * matrix[at][None, :]) % PRIME
    return [not row.any() for row in targets]


def _filled(rows: Sequence[Row], columns: Mapping[Hashable, int]) -> np.ndarray:
    matrix = np.zeros((len(rows), len(columns)), dtype=np.int64)
    for at, row in enumerate(rows):
        for name, value in row.items():
            matrix[at, columns[name]] = value % PRIME
    return matrix


def _echelon(matrix: np.ndarray) -> list[tuple[int, int]]:
    """Reduce the matrix in place, each pivot one and alone in its column; (row, column) of every pivot."""
    pivots: list[tuple[int, int]] = []
    for column in range(matrix.shape[1]):
        at = len(pivots)
        below = np.flatnonzero(matrix[at:, column])
        if not len(below):
            continue
        first = at + int(below[0])
        matrix[[at, first]] = matrix[[first, at]]
        matrix[at] = matrix[at] * pow(int(matrix[at, column]), PRIME - 2, PRIME) % PRIME
        others = np.flatnonzero(matrix[:, column])
        others = others[others != at]
        matrix[others] = (matrix[others] - matrix[others, column][:, None] * matrix[at][None, :]) % PRIME
        pivots.append((at, column))
    return pivots
