"""An order of the respondents that follows from what is released of them, and from nothing else.

Random draws with a public seed are redone by anybody. Were they made in the order of the folios, the zeros of the
released replicate weights would give every row its place in the list of folios back; in this order they say what the
rows say already.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pulsometro.disclosure.local_suppression import secret_places
from pulsometro.weighting.arrays import Ints


def content_rank(released: pd.DataFrame) -> Ints:
    """(n,) place of each row when rows are sorted by their values, column by column; missing values last.

    Rows that are equal in every column keep the order in which they stand: of rows that are released alike, which of
    them is which tells nothing.

    >>> content_rank(pd.DataFrame({"sexo": [2, 1, 2], "weight": [1.0, 9.0, 0.5]})).tolist()
    [2, 0, 1]
    """
    if released.shape[1] == 0:
        return np.arange(len(released), dtype=np.int64)
    keys = [pd.factorize(released[name], sort=True, use_na_sentinel=True)[0] for name in released]
    # Missing is −1 to pandas: last, so that a value that becomes known moves nobody else.
    sortable = [np.where(key < 0, len(released), key) for key in keys]
    rank = np.empty(len(released), dtype=np.int64)
    rank[np.lexsort(sortable[::-1])] = np.arange(len(released))
    return rank


@dataclass(frozen=True)
class Contents:
    """``released``: what partners get of n rows; ``ties``: (n,) order of those that are released alike."""

    released: pd.DataFrame
    ties: Ints

    def rank(self, **known: Any) -> Ints:
        """(n,) place of each row by what is released of it, then by the (n,) values ``known`` of it by now."""
        return content_rank(self.released.assign(**known, ties=self.ties))


def contents_of(
    responses: pd.DataFrame, released: Sequence[str] | None, emptied: Sequence[str], wave: str, key: bytes | None
) -> Contents:
    """What the draws' order may follow. ``released``: columns that partners get, None: all but the folio.

    ``emptied``: those of them that are empty in some rows. Rows that are released alike but for such values stand in a
    secret order, of their whole record under ``key``: in that of the folios, or of the values themselves, the draws
    would give these back.

    >>> contents_of(pd.DataFrame({"folio": ["a", "b"], "sexo": [2, 1]}), None, (), "2013T2", None).rank().tolist()
    [1, 0]
    """
    names = [name for name in responses if name != "folio"] if released is None else list(released)
    ties = (
        secret_places(responses.drop(columns="folio"), f"{wave} draws", key)
        if key is not None and emptied
        else np.zeros(len(responses), dtype=np.int64)
    )
    return Contents(responses[[name for name in names if name in responses]], ties)
