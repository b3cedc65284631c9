"""Domains coded: the number of every row's domain, and the cells that no kind of domain divides."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from .._arrays.integers import compact, counting, factorized, labelling, looked_up, placed
from ..codes import Code, code_label
from ..domains import Domain, as_domains
from ..errors import VariableError
from ..survey_design import column
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
    cache: dict[tuple[str, tuple[Code, ...], tuple[Code, ...], bool], tuple[np.ndarray, list[str]]] = {}
    result = []
    for domain in as_domains(domains):
        codes = tuple(map(tuple, map(dict.fromkeys, zip(*domain.combinations, strict=True)))) or domain.codes
        none = ((),) * len(domain.columns)
        # Combinations are declared one by one, as are those that nobody falls into.
        checked = [not domain.combinations] * len(domain.columns)
        keys = list(zip(domain.columns, codes or none, domain.left_out or none, checked, strict=True))
        for key in keys:
            if key not in cache:
                cache[key] = _code_column(data, *key)
        own = [cache[key][0] for key in keys]
        index, crossed = _crossed(domain, codes, own, [len(cache[key][1]) for key in keys], len(data))
        names = [np.array(cache[key][1], dtype=object)[at] for key, at in zip(keys, crossed.T, strict=True)]
        labels = list(map("*".join, zip(*names, strict=True))) if names else ["total"]
        if len(set(labels)) < len(labels):
            twice = next(label for label, count in Counter(labels).items() if count > 1)
            raise VariableError(
                f"Two domains of {domain.kind!r} would be called {twice!r} (1 and '1', or a '*' in a code); recode one."
            )
        result.append(CodedDomain(domain.kind, tuple(labels), index, domain.columns))
    kinds = [coded.kind for coded in result]
    if len(set(kinds)) < len(kinds):
        raise VariableError(f"Domains are named more than once: {', '.join(sorted(kinds))}.")
    return tuple(result)


def _code_column(
    data: pd.DataFrame, name: str, codes: tuple[Code, ...], left_out: tuple[Code, ...], checked: bool
) -> tuple[np.ndarray, list[str]]:
    series = column(data, name, "domain", VariableError)
    if codes:
        own = map_codes(series, [(code,) for code in codes])
        # Where every code of the data is declared, one that nobody has is an empty domain.
        if checked and (own == -1).any() and not (left_out and set(codes_there(series)) <= {*codes, *left_out}):
            check_codes(series, f"Domain {name!r}", codes, others=left_out)
        return np.maximum(own, -1), [code_label(code) for code in codes]
    own, uniques = factorized(series)
    return own.astype(labelling(len(uniques))), [code_label(value) for value in uniques.tolist()]


def _crossed(
    domain: Domain, codes: tuple[tuple[Code, ...], ...], own: Sequence[np.ndarray], sizes: Sequence[int], rows: int
) -> tuple[np.ndarray, np.ndarray]:
    """The combination of every row (−1 in none), and the combinations as places of the codes (combinations, columns).

    ``own`` are the places of each column's codes, of which it has ``sizes``.
    """
    if domain.combinations:
        places = [{code: k for k, code in enumerate(column)} for column in codes]
        declared = [[place[code] for place, code in zip(places, made, strict=True)] for made in domain.combinations]
        return _occurring(own, sizes, np.array(declared))
    free = [at for at in range(len(sizes)) if not (codes and codes[at])]
    if len(free) < 2:
        return _product(own, sizes, rows), np.indices(sizes).reshape(len(sizes), math.prod(sizes)).T
    found, made = _occurring([own[at] for at in free], [sizes[at] for at in free])
    tied = [at for at in range(len(sizes)) if at not in free]
    if not tied:
        return found, made
    # What occurs in the columns without declared codes, each with everything that is declared.
    widths = [len(made), *(sizes[at] for at in tied)]
    index = _product([found, *(own[at] for at in tied)], widths, rows)
    full = np.indices(widths).reshape(len(widths), math.prod(widths))
    crossed = np.empty((full.shape[1], len(sizes)), dtype=np.intp)
    crossed[:, free], crossed[:, tied] = made[full[0]], full[1:].T
    order = np.lexsort(crossed.T[::-1])
    rank = np.full(len(order) + 1, -1, dtype=labelling(len(order)))
    rank[order] = np.arange(len(order))
    return looked_up(rank, index), crossed[order]


def _product(own: Sequence[np.ndarray], sizes: Sequence[int], rows: int) -> np.ndarray:
    """The place of every row among all combinations, −1 in none."""
    index, count = np.zeros(rows, dtype=labelling(1)), 1
    outside = np.zeros(rows, dtype=bool)
    for codes, size in zip(own, sizes, strict=True):
        outside |= codes < 0
        count *= size
        index = index.astype(labelling(count)) * size + codes if count > size else codes.astype(labelling(size))
    if outside.any():
        index[outside] = -1
    return index


def _occurring(
    own: Sequence[np.ndarray], sizes: Sequence[int], declared: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """The place of every row among the combinations ``declared`` (combinations, columns), or those that occur, in the
    order of their codes; and the combinations."""
    inside = np.flatnonzero(np.logical_and.reduce([codes >= 0 for codes in own]))
    more = np.zeros((0, len(own)), dtype=np.intp) if declared is None else declared
    key, count = np.zeros(len(inside) + len(more), dtype=labelling(1)), 1
    for codes, size, last in zip(own, sizes, more.T, strict=True):
        # Numbers no larger than there are combinations of the columns so far.
        wide = key.astype(labelling(count * size)) * size + np.concatenate([codes[inside], last])
        key, seen = compact(wide)
        count = len(seen)
    index = np.full(len(own[0]), -1, dtype=labelling(count))
    key, of_more = key[: len(inside)], key[len(inside) :]
    if declared is None:
        some = inside[placed(count, key, np.arange(len(key)))]
        index[inside] = key
        return index, np.stack([codes[some] for codes in own], axis=1)
    place = np.full(count, -1)
    place[of_more] = np.arange(len(declared))
    index[inside] = place[key]
    return index, declared


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
