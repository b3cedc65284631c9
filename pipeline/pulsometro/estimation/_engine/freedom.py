"""Degrees of freedom: PSUs minus strata, and no more than the replicates can tell apart.

A variance from R replicates is a sum of squares of what they differ in: its degrees of freedom are no more than the
rank of the domain's replicate weights centred on their mean, R − 1 at most. Where neither PSUs nor strata are known,
as in most public-use files, they are R's survey's: the rank of the domain's replicate weights, less one. The base of a
variable is a subpopulation as a domain is; rows of it that lack an answer are not (R's degf of a subset).
"""

from collections.abc import Collection, Sequence
from itertools import pairwise
from threading import Lock

import numpy as np
from scipy import sparse

from ..survey_design import SurveyDesign
from ..variables import Where
from .coded_domains import CodedDomain
from .encoding import base_mask

# What is left of a row or column beside the others is nothing below this part of the largest (R's degf).
RANK = 1e-5
# A factor whose diagonal falls no further has full rank, whatever the order.
EVEN = 1e-2
# So many times the rows that are needed are more than enough.
ENOUGH = 2

# The base of a variable: its conditions.
Conditions = tuple[Where, ...]


class ReplicateRanks:
    """What the replicates (rows, R) of a design allow, by base of the variable and kind of domain; each is computed
    when it is first asked for, once for all variables of one base.

    The units are PSUs, within the domain, or rows where there are none. A unit's scale does not matter.
    """

    def __init__(self, design: SurveyDesign, domains: Sequence[CodedDomain], matrix: np.ndarray) -> None:
        self._design, self._domains, self._matrix = design, domains, matrix
        self.unstructured = design.psu is None and design.strata is None
        self._inside: dict[Conditions, np.ndarray | None] = {}
        self._of_kind: dict[tuple[int, Conditions], np.ndarray] = {}
        self._of_union: dict[frozenset[tuple[int, int, Conditions]], int] = {}
        self._lock = Lock()

    @property
    def replicates(self) -> int:
        """How many there are."""
        return int(self._matrix.shape[1])

    def index(self, kind: int, base: Conditions = ()) -> np.ndarray:
        """The domain of each row, −1 where it is in none or outside the base: (rows,)."""
        if base not in self._inside:
            self._inside[base] = base_mask(self._design.data, base, "the variable")
        index, inside = self._domains[kind].index, self._inside[base]
        return index if inside is None else np.where(inside, index, -1)

    def of_kind(self, kind: int, base: Conditions = ()) -> np.ndarray:
        """The most degrees of freedom that the replicates give a variable of this base in each domain, (domains,)."""
        with self._lock:
            if (kind, base) not in self._of_kind:
                index = self.index(kind, base)
                order = np.argsort(index, kind="stable")
                ends = np.searchsorted(index[order], np.arange(len(self._domains[kind].labels) + 1))
                rows = [order[first:end] for first, end in pairwise(ends)]
                self._of_kind[kind, base] = np.array([self.of_rows(own) for own in rows], dtype=float)
            return self._of_kind[kind, base]

    def of_union(self, places: Collection[tuple[int, int, Conditions]]) -> int:
        """The same of all rows in any of some domains, each by its kind and number and the base of the variable."""
        key = frozenset(places)
        if len(key) == 1:
            ((kind, number, base),) = key
            return int(self.of_kind(kind, base)[number])
        most = self.replicates - 1
        # More rows have no lower rank.
        if any(self.of_kind(kind, base)[number] == most for kind, number, base in key):
            return most
        with self._lock:
            if key not in self._of_union:
                inside = np.zeros(len(self._design.w), dtype=bool)
                for kind, number, base in key:
                    inside |= self.index(kind, base) == number
                self._of_union[key] = self.of_rows(np.flatnonzero(inside))
            return self._of_union[key]

    def units(self, rows: np.ndarray) -> np.ndarray:
        """Replicate weights of the units with these rows, (units, R)."""
        own: np.ndarray = self._matrix[rows]
        if self._design.psu is None:
            return own
        found, place = np.unique(self._design.psu_of_row[rows], return_inverse=True)
        adder = sparse.csr_matrix((np.ones(len(rows)), (place, np.arange(len(rows)))), shape=(len(found), len(rows)))
        added: np.ndarray = adder @ own
        return added

    def of_rows(self, rows: np.ndarray) -> int:
        """The most degrees of freedom that the replicates give among some rows, by their numbers."""
        return _most(self.units(rows), self.unstructured)


def stacked_ranks(waves: Sequence[ReplicateRanks], kind: int, bases: Sequence[Conditions]) -> np.ndarray:
    """As ``of_kind``, of waves that share their replicates: of a domain's units in all of them, (domains,).

    ``bases`` are the variable's, one a wave.
    """
    indices = [ranks.index(kind, base) for ranks, base in zip(waves, bases, strict=True)]
    limits = []
    for number in range(len(waves[0]._domains[kind].labels)):
        own = [ranks.units(np.flatnonzero(index == number)) for ranks, index in zip(waves, indices, strict=True)]
        limits.append(_most(np.concatenate(own), all(ranks.unstructured for ranks in waves)))
    return np.array(limits, dtype=float)


def _most(weights: np.ndarray, unstructured: bool) -> int:
    """Degrees of freedom of the replicate weights (units, R) of some units."""
    return max(rank_of(weights, not unstructured) - unstructured, 0)


def rank_of(weights: np.ndarray, centred: bool) -> int:
    """Rank of a matrix (units, R), or of its deviations from the mean of each row; rows in units of their own."""
    size = np.abs(weights).max(axis=1, initial=0.0)
    own = weights[size > 0] / size[size > 0, None]
    if centred:
        # Rows that add up to zero keep their lengths and angles in one dimension less.
        own = own - own.mean(axis=1, keepdims=True)
        own = own[:, :-1] - own[:, -1:] / (1 + np.sqrt(own.shape[1]))
    rows, columns = own.shape
    if rows > ENOUGH * columns > 0:
        # Some of many rows mostly span what all do.
        some = own[:: rows // columns]
        if _rank_of_gram(some.T @ some, rows) == columns:
            return int(columns)
    return _rank_of_gram(own @ own.T if rows < columns else own.T @ own, rows)


def _rank_of_gram(gram: np.ndarray, rows: int) -> int:
    """Rank of the vectors with these products, by elimination with the largest rest first."""
    rest, largest = gram, np.diag(gram).max(initial=0.0)
    # Of rows that never vary the deviations are rounding.
    if largest <= np.finfo(float).eps ** 2 * rows:
        return 0
    if rows > len(gram) and _is_even(gram):
        return len(gram)
    # Step by step in NumPy: a library's threads would wait for each other at every one of them.
    for rank in range(len(gram)):
        size = np.diag(rest)
        at = int(size.argmax())
        if size[at] <= RANK**2 * largest:
            return rank
        column = rest[at] / np.sqrt(size[at])
        rest = rest - np.multiply.outer(column, column)
    return len(gram)


def _is_even(gram: np.ndarray) -> bool:
    """Whether elimination in the given order, many times as fast, shows at once that nothing is a rest."""
    try:
        diagonal = np.diag(np.linalg.cholesky(gram))
    except np.linalg.LinAlgError:
        return False
    return bool(diagonal.min() > EVEN * diagonal.max())
