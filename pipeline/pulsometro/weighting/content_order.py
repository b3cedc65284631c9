"""An order of the respondents that follows from what is released of them, and from nothing else.

Random draws with a public seed are redone by anybody. Were they made in the order of the folios, the zeros of the
released replicate weights would give every row its place in the list of folios back; in this order they say what the
rows say already.
"""

import numpy as np
import pandas as pd

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
