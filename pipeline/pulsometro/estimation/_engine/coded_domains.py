"""Domains coded: the number of every row's domain, and the cells that no kind of domain divides."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from .._arrays.integers import compact, counting, factorized, labelling, placed
from ..domains import Domain, as_domains
from ..errors import VariableError
from ..survey_design import column
from ..variables import Code, code_label
from .encoding import map_codes
from .occurring import check_codes, codes_there


@dataclass(frozen=True)
class CodedDomain:
    """Domain number of every row (−1 in none) and the domains' labels, in order."""

    kind: str
    labels: tuple[str, ...]
    index: np.ndarray
    columns: tuple[str, ...]


def code_domains(
    data: pd.DataFrame, domains: Domain | str | Sequence[Domain | Sequence[str] | str]
) -> tuple[CodedDomain, ...]:
    """Code every kind of domain; each column is read once."""
    cache: dict[tuple[str, tuple[Code, ...], tuple[Code, ...]], tuple[np.ndarray, list[str]]] = {}
    result = []
    for domain in as_domains(domains):
        index = np.zeros(len(data), dtype=labelling(1))
        labels = ["total"]
        outside = np.zeros(len(data), dtype=bool)
        for position, name in enumerate(domain.columns):
            codes = domain.codes[position] if domain.codes else ()
            left_out = domain.left_out[position] if domain.left_out else ()
            if (name, codes, left_out) not in cache:
                cache[name, codes, left_out] = _code_column(data, name, codes, left_out)
            own, names = cache[name, codes, left_out]
            outside |= own < 0
            labels = [f"{left}*{right}" for left in labels for right in names] if position else names
            index = index.astype(labelling(len(labels))) * len(names) + own
        if len(set(labels)) < len(labels):
            twice = next(label for label, count in Counter(labels).items() if count > 1)
            raise VariableError(
                f"Two domains of {domain.kind!r} would be called {twice!r} (1 and '1', or a '*' in a code); recode one."
            )
        if outside.any():
            index[outside] = -1
        result.append(CodedDomain(domain.kind, tuple(labels), index, domain.columns))
    kinds = [coded.kind for coded in result]
    if len(set(kinds)) < len(kinds):
        raise VariableError(f"Domains are named more than once: {', '.join(sorted(kinds))}.")
    return tuple(result)


def _code_column(
    data: pd.DataFrame, name: str, codes: tuple[Code, ...], left_out: tuple[Code, ...]
) -> tuple[np.ndarray, list[str]]:
    series = column(data, name, "domain", VariableError)
    if codes:
        own = map_codes(series, [(code,) for code in codes])
        # Where every code of the data is declared, one that nobody has is an empty domain.
        if (own == -1).any() and not (left_out and set(codes_there(series)) <= {*codes, *left_out}):
            check_codes(series, f"Domain {name!r}", codes, others=left_out)
        return np.maximum(own, -1), [code_label(code) for code in codes]
    own, uniques = factorized(series)
    return own.astype(labelling(len(uniques))), [code_label(value) for value in uniques.tolist()]


# Above so many cells a pass over the rows is cheaper than sums over the cells.
MOST_CELLS = 4_096


@dataclass(frozen=True)
class Cells:
    """Cells that none of these kinds of domain divides: cell of every row (rows,), each cell's domain by kind
    (kinds, cells), −1 in none.

    Whatever adds up (counts, replicate totals) is added once by cell, and every domain follows by summation.
    """

    kinds: tuple[int, ...]
    of_row: np.ndarray
    domains: np.ndarray

    @property
    def count(self) -> int:
        """How many cells."""
        cells: int = self.domains.shape[1]
        return cells


def finest_cells(domains: Sequence[CodedDomain], most: int = MOST_CELLS) -> tuple[Cells, ...]:
    """The cells of as many kinds together as stay within ``most``; another group of cells for those left."""
    groups: list[Cells] = []
    kinds: list[int] = []
    whole = np.zeros(len(domains[0].index), dtype=labelling(1))
    key, limit = whole, 1
    for position, coded in enumerate(domains):
        joined, wider = _divided(key, limit, coded)
        if wider > most:
            joined, seen = compact(joined)
            wider = len(seen)
        if kinds and wider > most:
            groups.append(_cells(kinds, key, domains))
            joined, wider = _divided(whole, 1, coded)
            kinds = []
        key, limit = joined, wider
        kinds.append(position)
    return (*groups, _cells(kinds, key, domains))


def _divided(key: np.ndarray, limit: int, coded: CodedDomain) -> tuple[np.ndarray, int]:
    """Numbers below a new limit that tell apart what ``key`` or the kind of domain does."""
    if len(coded.labels) == 1 and (coded.index == 0).all():
        return key, limit
    width = len(coded.labels) + 1
    joined = key.astype(labelling(limit * width))
    joined *= width
    joined += coded.index
    joined += 1
    return joined, limit * width


def _cells(kinds: Sequence[int], key: np.ndarray, domains: Sequence[CodedDomain]) -> Cells:
    key, seen = compact(key)
    some_row = placed(len(seen), key, np.arange(len(key), dtype=counting(len(key))))
    key = key.astype(labelling(len(seen)))
    return Cells(tuple(kinds), key, np.array([domains[kind].index[some_row] for kind in kinds]))
