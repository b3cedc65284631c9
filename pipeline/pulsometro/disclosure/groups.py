"""How many rows agree with a row where a missing value agrees with anything.

Matthias Templ, Alexander Kowarik and Bernhard Meindl, "Statistical Disclosure Control for Micro-Data Using the R
Package sdcMicro", Journal of Statistical Software 67(4), 2015, section 3.1: the frequencies of ``freqCalc``. Rows are
compared by their distinct patterns, a pair of sets of missing columns at a time: no row meets every other row.
"""

import numpy as np
import numpy.typing as npt
import pandas as pd

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

_MISSING = -1
# Codes of several columns are one number as long as it is below that.
_LARGEST = 1 << 62


def matches(keys: pd.DataFrame) -> Ints:
    """(n,) rows that agree with each row of ``keys`` (n, columns), itself among them; missing agrees, on both sides.

    >>> matches(pd.DataFrame({"sex": [1, 1, 2, 2], "school": [1, 2, 2, None]})).tolist()
    [1, 1, 2, 2]
    """
    return candidates(keys, keys)


def matching_weight(keys: pd.DataFrame, weights: npt.ArrayLike) -> Floats:
    """(n,) sum of the ``weights`` (n,) of the rows that ``matches`` counts: persons of the population with such keys.

    >>> matching_weight(pd.DataFrame({"sex": [1, 1, 2]}), [10.0, 30.0, 5.0]).tolist()
    [40.0, 40.0, 5.0]
    """
    return compatible(keys, keys, np.asarray(weights, dtype=np.float64)[:, None])[:, 0]


def candidates(truth: pd.DataFrame, released: pd.DataFrame) -> Ints:
    """(n,) rows of ``released`` (m, columns) that may be the person of each row of ``truth`` (n, the same columns).

    What is left to somebody who knows a respondent. Three women of a class whose schooling was withheld match every
    woman of the place, and still are three rows to whoever knows that no other woman's schooling was: it is this
    number that must reach k, not that of ``matches``, which is never smaller.

    >>> truth = pd.DataFrame({"school": [1, 1, 1, 2, 2, 2, 2]})
    >>> released = pd.DataFrame({"school": [None, None, None, 2, 2, 2, 2]})
    >>> candidates(truth, released).tolist()
    [3, 3, 3, 7, 7, 7, 7]
    >>> matches(released).tolist()
    [7, 7, 7, 7, 7, 7, 7]
    """
    return count(*coded(truth, released))


def least_candidates(truth: pd.DataFrame, released: pd.DataFrame) -> Ints:
    """(n,) as ``candidates``, where the person's missing value may be any that stands in the column, and is the worst.

    Who would not tell the interviewer has a schooling all the same, and a neighbour knows it: left to the neighbour
    are the rows that show it and those that show none, not everybody.

    >>> truth = pd.DataFrame({"sex": [1, 1, 1, 2], "school": [1, 1, None, 2]})
    >>> least_candidates(truth, truth).tolist()
    [3, 3, 1, 1]
    """
    mine, theirs = coded(truth, released)
    people, which = distinct(mine)
    guesses, owner = guessed(people, np.maximum(mine.max(axis=0, initial=-1), theirs.max(axis=0, initial=-1)))
    found = count(people, theirs)
    np.minimum.at(found, owner, count(guesses, theirs))
    return found[which]


def compatible(rows: pd.DataFrame, others: pd.DataFrame, values: Floats) -> Floats:
    """(n, C) sums of ``values`` (m, C) over the ``others`` (m, columns) that may be each row of ``rows`` (n, columns).

    Two rows may be the same person when they agree in every column in which neither misses its value. Raises
    ValueError when the two have not the same columns.

    >>> person = pd.DataFrame({"sex": [1]})
    >>> compatible(person, pd.DataFrame({"sex": [1, None, 2]}), np.array([[1.0], [10.0], [100.0]])).tolist()
    [[11.0]]
    """
    return sums(*coded(rows, others), values)


def coded(rows: pd.DataFrame, others: pd.DataFrame) -> tuple[Ints, Ints]:
    """(n, columns), (m, columns) numbers of the values in their order, the same in both; missing is −1.

    Raises ValueError when the two have not the same columns.

    >>> mine, theirs = coded(pd.DataFrame({"sex": [1, None]}), pd.DataFrame({"sex": [2.0, 1.0]}))
    >>> mine.tolist(), theirs.tolist()
    ([[0], [-1]], [[1], [0]])
    """
    if list(rows.columns) != list(others.columns):
        raise ValueError(f"the rows have the columns {list(rows.columns)}, the others {list(others.columns)}")
    codes = np.zeros((len(rows) + len(others), rows.shape[1]), dtype=np.int64)
    for place in range(rows.shape[1]):
        # As objects: one is the same value as 1.0, whatever the two columns' types are.
        both = [frame.iloc[:, place] for frame in (rows, others)]
        missing = np.concatenate([column.isna().to_numpy(dtype=bool) for column in both])
        values = np.concatenate([column.to_numpy(dtype=object) for column in both])
        values[missing] = None
        codes[:, place] = pd.factorize(values, sort=True, use_na_sentinel=True)[0]
    return codes[: len(rows)], codes[len(rows) :]


def count(rows: Ints, others: Ints) -> Ints:
    """(n,) rows of the codes ``others`` (m, columns) that may be each row of the codes ``rows`` (n, columns).

    >>> count(np.array([[0, -1], [1, 0]]), np.array([[0, 0], [-1, 1]])).tolist()
    [2, 0]
    """
    return np.rint(sums(rows, others, np.ones((len(others), 1)))[:, 0]).astype(np.int64)


def sums(rows: Ints, others: Ints, values: Floats) -> Floats:
    """(n, C) as ``compatible``, of codes."""
    mine, place = distinct(rows)
    theirs, owner = distinct(others)
    totals = np.column_stack([np.bincount(owner, column, minlength=len(theirs)) for column in values.T])
    found = np.zeros((len(mine), values.shape[1]))
    for known, some in _by_known(mine):
        for seen, those in _by_known(theirs):
            shared = known & seen
            group = _one_code(np.concatenate([mine[some][:, shared], theirs[those][:, shared]]))
            size = int(group.max()) + 1
            for column, total in enumerate(totals[those].T):
                found[some, column] += np.bincount(group[len(some) :], total, minlength=size)[group[: len(some)]]
    return found[place]


def distinct(codes: Ints) -> tuple[Ints, Ints]:
    """The distinct rows of ``codes`` (n, columns) in their order, missing being a value, and (n,) which each row is.

    >>> rows, which = distinct(np.array([[1, 0], [-1, 2], [1, 0]]))
    >>> rows.tolist(), which.tolist()
    ([[-1, 2], [1, 0]], [1, 0, 1])
    """
    _, first, which = np.unique(_one_code(codes), return_index=True, return_inverse=True)
    return codes[first], which.reshape(-1).astype(np.int64)


def guessed(people: Ints, largest: Ints) -> tuple[Ints, Ints]:
    """(G, columns) codes that rows of ``people`` with missing values may have in truth, and (G,) whose each is.

    ``largest`` (columns,): the largest code of each column; a column without any stays missing.

    >>> rows, owner = guessed(np.array([[0, 0], [1, -1]]), np.array([1, 2]))
    >>> rows.tolist(), owner.tolist()
    ([[1, 0], [1, 1], [1, 2]], [1, 1, 1])
    """
    owner = np.flatnonzero((people == _MISSING).any(axis=1)).astype(np.int64)
    rows = people[owner]
    for column, most in enumerate(largest):
        times = np.where(rows[:, column] == _MISSING, max(int(most) + 1, 1), 1)
        before = np.cumsum(times) - times
        rows, owner, start = (np.repeat(some, times, axis=0) for some in (rows, owner, before))
        unknown = (rows[:, column] == _MISSING) & (most >= 0)
        rows[unknown, column] = (np.arange(len(rows)) - start)[unknown]
    return rows, owner


def _one_code(codes: Ints) -> Ints:
    """(n,) one number for each distinct row of ``codes`` (n, columns), whose least value is −1; in their order."""
    code, size = np.zeros(len(codes), dtype=np.int64), 1
    for column in codes.T:
        values = int(column.max(initial=_MISSING)) + 2
        if size * values >= _LARGEST:
            code = np.unique(code, return_inverse=True)[1].reshape(-1).astype(np.int64)
            size = len(codes)
        code, size = code * values + column + 1, size * values
    return np.unique(code, return_inverse=True)[1].reshape(-1).astype(np.int64)


def _by_known(patterns: Ints) -> list[tuple[Bools, Ints]]:
    """Which columns a group of patterns knows, and the places of these patterns."""
    known = patterns != _MISSING
    group = _one_code(known.astype(np.int64))
    first = np.unique(group, return_index=True)[1]
    return [(known[at], np.flatnonzero(group == group[at]).astype(np.int64)) for at in first]
