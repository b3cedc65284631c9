"""The fewest values withheld so that everybody keeps k candidates, also before somebody who knows how it was done.

All rows of a class with too few candidates lose the value that sets them apart, and others of the same wider cell
with them, until k rows of the cell show none. Were the small class left in sight and only others withheld, its rows
would be its members and nobody else; were the others chosen in an order that anybody can redo, those that the order
would not have reached would be the small class again. Hence ``keyed_places``.
"""

import hmac
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from pulsometro.disclosure.groups import Bools, Ints, apart, coded, count, distinct, guessed


@dataclass(frozen=True)
class SmallClass:
    """Respondents whom ``candidates`` < k rows may be: their true keys (None: not known), and how many they are."""

    keys: Mapping[str, object]
    rows: int
    candidates: int


@dataclass(frozen=True)
class Suppression:
    """``frame``: the keys as they may be released, whole numbers as Int64; ``cells``: values withheld, by column.

    ``withheld`` (n, columns): where; ``unmended``: classes that no suppression of the columns in ``order`` mends, left
    as they were, in the order of their values.
    """

    frame: pd.DataFrame
    withheld: Bools
    cells: Mapping[str, int]
    unmended: tuple[SmallClass, ...]


@dataclass
class _Rows:
    """``truth``, ``released``: (n, columns) codes; ``people`` (P, columns): what somebody may know of a respondent.

    ``owner`` (P,): the class of the respondents of whom it may be known; ``member`` (n,): each row's class; ``guess``
    (P,): whether it is what somebody did not tell.
    """

    truth: Ints
    released: Ints
    people: Ints
    owner: Ints
    guess: Bools
    member: Ints
    places: Ints

    def seen_by(self, guess: bool) -> Ints:
        """The released codes: rows of who did not tell may be somebody of whom that is known."""
        return np.where(self.truth < 0, -1, self.released) if guess else self.released

    def withhold(self, some: Ints, columns: Ints) -> None:
        """Withhold what some rows told in some columns."""
        block = np.ix_(some, columns)
        self.released[block] = np.where(self.truth[block] >= 0, -1, self.released[block])

    def found(self, columns: Ints | None = None) -> Ints:
        """(P,) rows that may be each of ``people``, by some columns or all."""
        some = np.arange(self.truth.shape[1]) if columns is None else columns
        found = np.zeros(len(self.people), dtype=np.int64)
        for guess in (False, True):
            those = self.guess == guess
            found[those] = count(self.people[those][:, some], self.seen_by(guess)[:, some])
        return found


def suppress(
    keys: pd.DataFrame,
    k: int,
    order: Sequence[str],
    places: Ints,
    *,
    known_anyway: bool = False,
    told_apart: bool = False,
    gone: pd.DataFrame | None = None,
) -> Suppression:
    """Withhold values of the columns ``order`` so that each row of ``keys`` (n, columns) has at least ``k`` candidates.

    ``keys``: true values, missing where nobody told; ``order``: the columns that may lose values, the first of them
    before the others, one before two; no other is touched. ``places`` (n,): the order in which rows of a cell are
    taken besides the small class itself, of the released content under a key (``keyed_places``). ``known_anyway``:
    who did not tell a value is known to have any (``least_candidates``), else everybody's is possible (``candidates``).
    ``told_apart``: the file shows which values were not told, so that these rows hide nobody who told
    (``told_candidates``). ``gone`` (n, columns): values that are withheld already.

    With one column in ``order`` and no missing value elsewhere no smaller number of cells does, given that all rows of
    a small class are withheld; with several the fewest are not looked for (that is NP-hard: Adam Meyerson and Ryan
    Williams, "On the complexity of optimal k-anonymity", PODS 2004), but what can be mended is. Every row then has k
    ``matches`` too, which are never fewer than its candidates. Raises ValueError for unknown columns or places that
    are no order of the rows.

    >>> keys = pd.DataFrame({"sex": [1] * 7, "school": [1, 1, 2, 2, 2, 2, 2]})
    >>> made = suppress(keys, 3, ["school"], np.array([6, 5, 4, 3, 2, 1, 0]))
    >>> made.frame["school"].tolist(), dict(made.cells), made.unmended
    ([<NA>, <NA>, 2, 2, 2, 2, <NA>], {'school': 3}, ())
    """
    columns = list(keys.columns)
    if missing := [name for name in order if name not in columns]:
        raise ValueError(f"columns that may lose values and are no keys: {missing}")
    if sorted(np.asarray(places).tolist()) != list(range(len(keys))):
        raise ValueError(f"places must hold 0 … {len(keys) - 1} once each")
    rows = _rows(keys, np.asarray(places, dtype=np.int64), known_anyway, told_apart)
    if gone is not None:
        rows.released[gone[columns].to_numpy(dtype=bool)] = -1
    for hidden in _sets([columns.index(name) for name in order]):
        _mend(rows, k, hidden)
    withheld = (rows.released < 0) & (rows.truth >= 0)
    cells = {name: int(withheld[:, columns.index(name)].sum()) for name in order}
    return Suppression(_without(keys, withheld), withheld, cells, _unmended(keys, rows, k))


def keyed_places(content: pd.DataFrame, key: bytes) -> Ints:
    """(n,) an order of the rows of ``content`` that only their values and the secret ``key`` tell.

    Rows that are equal in every column keep the order in which they stand: which of them is which tells nothing.

    >>> rows = pd.DataFrame({"sex": [1, 2, 1], "age": [30, 41, None]})
    >>> turned = keyed_places(rows.iloc[::-1], b"k" * 32)[::-1]
    >>> keyed_places(rows, b"k" * 32).tolist() == turned.tolist()
    True
    """
    columns = [_texts(content.iloc[:, place]) for place in range(content.shape[1])]
    texts = ["\x1f".join(row) for row in zip(*columns, strict=True)] if columns else [""] * len(content)
    digests = [hmac.digest(key, text.encode(), "sha256").hex() for text in texts]
    places = np.empty(len(content), dtype=np.int64)
    places[np.argsort(np.array(digests, dtype=str), kind="stable")] = np.arange(len(content))
    return places


def _texts(column: pd.Series) -> list[str]:
    """One spelling of a value for every type that a column may have; a missing one is empty."""
    if pd.api.types.is_numeric_dtype(column):
        return ["" if np.isnan(value) else f"{value:.10g}" for value in column.to_numpy(dtype=float, na_value=np.nan)]
    return ["" if missing else f"'{value}" for value, missing in zip(column, column.isna(), strict=True)]


def _rows(keys: pd.DataFrame, places: Ints, known_anyway: bool, told_apart: bool) -> _Rows:
    truth = coded(keys, keys)[0]
    people, member = distinct(truth)
    owner = np.arange(len(people), dtype=np.int64)
    guess = np.zeros(len(people), dtype=bool)
    if known_anyway:
        guesses, whose = guessed(people, truth.max(axis=0, initial=-1))
        people, owner = np.concatenate([people, guesses]), np.concatenate([owner, whose])
        guess = np.concatenate([guess, np.ones(len(guesses), dtype=bool)])
    released = apart(truth, truth) if told_apart else truth.copy()
    return _Rows(truth, released, people, owner, guess, member, places)


def _sets(columns: Sequence[int]) -> Iterator[Ints]:
    for size in range(1, len(columns) + 1):
        yield from (np.array(some, dtype=np.int64) for some in combinations(columns, size))


def _mend(rows: _Rows, k: int, hidden: Ints) -> None:
    """Give k candidates to whoever lacks them and has them where the columns ``hidden`` say nothing."""
    within = np.setdiff1d(np.arange(rows.truth.shape[1], dtype=np.int64), hidden)
    short = (rows.found() < k) & (rows.found(within) >= k)
    rows.withhold(np.flatnonzero(np.isin(rows.member, rows.owner[short])), hidden)
    # A value that is shown as not told can be no other's: withholding beside it hides nobody.
    shown: Bools = np.asarray(((rows.truth < 0) & (rows.released >= 0))[:, hidden].any(axis=1))
    for person, guess in zip(rows.people[short], rows.guess[short], strict=True):
        seen = rows.seen_by(guess)
        wide = np.flatnonzero(_may_be(person[within], seen[:, within]))
        fits = _may_be(person[hidden], seen[np.ix_(wide, hidden)])
        lacking = k - int(fits.sum())
        if lacking > 0:
            others = wide[~fits & ~shown[wide]]
            # Of the very cell before those whose keys are missing, and where fewest values are lost.
            elsewhere = (rows.released[np.ix_(others, within)] != person[within]).any(axis=1)
            lost = (rows.released[np.ix_(others, hidden)] >= 0).sum(axis=1)
            taken = others[np.lexsort([rows.places[others], elsewhere, lost])][:lacking]
            rows.withhold(taken, hidden)


def _may_be(person: Ints, released: Ints) -> Bools:
    return np.asarray(((released == person) | (released < 0) | (person < 0)).all(axis=1))


def _without(keys: pd.DataFrame, withheld: Bools) -> pd.DataFrame:
    columns = {}
    for place, name in enumerate(keys.columns):
        column = keys[name]
        if pd.api.types.is_integer_dtype(column):
            column = column.astype("Int64")
        columns[name] = column.mask(withheld[:, place])
    return pd.DataFrame(columns, index=keys.index)


def _unmended(keys: pd.DataFrame, rows: _Rows, k: int) -> tuple[SmallClass, ...]:
    found = rows.found()
    classes = int(rows.member.max(initial=-1)) + 1
    least = np.full(classes, np.iinfo(np.int64).max)
    np.minimum.at(least, rows.owner, found)
    first = np.unique(rows.member, return_index=True)[1]
    sizes = np.bincount(rows.member, minlength=classes)
    told = keys.astype(object).where(keys.notna(), None)
    return tuple(
        SmallClass(dict(zip(keys.columns, told.iloc[first[at]], strict=True)), int(sizes[at]), int(least[at]))
        for at in np.flatnonzero(least < k)
    )
