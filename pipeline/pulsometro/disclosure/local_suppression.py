"""Which rows lose keys so that everybody keeps k candidates, also before somebody who knows how it is done.

All rows of a class with too few members lose the values that set them apart, and others of the same cell with them,
until k rows of the cell are empty. Were the small class left in sight and only others emptied, its rows would be its
members and nobody else; were the others chosen in an order that anybody can redo, those that the order would not have
reached would be the small class again: hence ``secret_places``. A row that is emptied is so in every column that may
be, and shows no more and no less than one whose respondent did not tell: rows with other patterns of empty values, or
with a code for "no answer", are told apart and hide nobody.
"""

import hmac
from collections.abc import Sequence

import numpy as np
import pandas as pd

from pulsometro.disclosure.groups import Bools, Ints, coded, distinct

# No item has a name with a blank.
_PURPOSE, _WHICH = "what for", "which of those alike"


def suppress(
    keys: pd.DataFrame, k: int, blank: Sequence[str], places: Ints, gone: Bools | None = None, possible: int = 0
) -> Bools:
    """(n,) the rows of ``keys`` (n, columns) whose columns ``blank`` are to be empty, all of them together.

    ``keys``: true values, missing where nobody told: such a row is empty. A cell is what the other columns show, a
    missing value being a value. All rows of a class (a cell and values of ``blank``) of fewer than ``k`` are empty;
    where a cell has fewer than k empty rows and somebody's values are nowhere in sight in it, others are emptied until
    it has k, in the order of ``places`` (n,), which must follow from no released value (``secret_places``). Who has
    values that nobody of the cell shows is then one of k; who has others is one of those that show them and of the
    empty ones. ``gone`` (n,): rows that earlier versions left empty, which stay so. ``possible``: how many combinations
    of values of ``blank`` there can be, where that is more than occur.

    No smaller number of rows does, given that all rows of a small class are emptied. A cell of fewer than k rows stays
    too small: the caller has to look. Raises ValueError for unknown columns or places that are no order of the rows.

    >>> keys = pd.DataFrame({"sex": [1] * 7, "school": [1, 1, 2, 2, 2, 2, 2]})
    >>> suppress(keys, 3, ["school"], np.array([6, 5, 4, 3, 2, 1, 0])).astype(int).tolist()
    [1, 1, 0, 0, 0, 0, 1]
    """
    columns = list(keys.columns)
    if missing := [name for name in blank if name not in columns]:
        raise ValueError(f"columns that may lose values and are no keys: {missing}")
    if sorted(np.asarray(places).tolist()) != list(range(len(keys))):
        raise ValueError(f"places must hold 0 … {len(keys) - 1} once each")
    codes = coded(keys, keys)[0]
    may = np.isin(columns, list(blank))
    cell, value, member = (distinct(codes[:, some])[1] for some in (~may, may, np.ones(len(columns), dtype=bool)))
    told: Bools = np.asarray((codes[:, may] >= 0).all(axis=1))
    empty: Bools = ~told | (np.bincount(member)[member] < k)
    if gone is not None:
        empty |= np.asarray(gone, dtype=bool)
    values = max(possible, len(np.unique(value[told])))
    for one in np.unique(cell[empty]):
        here = np.flatnonzero(cell == one)
        seen = here[~empty[here]]
        lacking = k - (len(here) - len(seen))
        if lacking > 0 and len(np.unique(value[seen])) < values:
            empty[seen[np.argsort(places[seen])][:lacking]] = True
    return empty


def keyed_places(content: pd.DataFrame, key: bytes) -> Ints:
    """(n,) an order of the rows of ``content`` that only their values and the secret ``key`` tell.

    Rows that are equal in every column keep the order in which they stand.

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


def secret_places(content: pd.DataFrame, purpose: str, key: bytes) -> Ints:
    """(n,) as ``keyed_places``, another order for every ``purpose``, and a place of its own for each of rows alike.

    Side by side they would be taken together: what is left in sight of a content would tell that it was not reached.

    >>> rows = pd.DataFrame({"sex": [1] * 4 + [2] * 4})
    >>> secret_places(rows, "2013T2 main", b"k" * 32).tolist(), secret_places(rows, "2013T1 main", b"k" * 32).tolist()
    ([1, 6, 2, 4, 0, 5, 7, 3], [5, 2, 0, 6, 7, 1, 4, 3])
    """
    which = content.groupby(list(content.columns), dropna=False).cumcount()
    named = pd.DataFrame({_PURPOSE: purpose, _WHICH: which}, index=content.index)
    return keyed_places(pd.concat([named, content], axis=1), key)


def _texts(column: pd.Series) -> list[str]:
    """One spelling of a value for every type that a column may have; a missing one is empty."""
    if pd.api.types.is_numeric_dtype(column):
        return ["" if np.isnan(value) else f"{value:.10g}" for value in column.to_numpy(dtype=float, na_value=np.nan)]
    return ["" if missing else f"'{value}" for value, missing in zip(column, column.isna(), strict=True)]
