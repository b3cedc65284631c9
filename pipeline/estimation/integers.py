"""Codes of rows in as few bytes as hold them: at a million rows the codes weigh more than the answers."""

import numpy as np

LARGEST_SHORT = np.iinfo(np.int32).max
# Up to here codes of eight bytes weigh nothing, and turning four bytes into eight each time costs a few percent.
FEW_ROWS = 2**18


def counting(limit: int) -> type[np.signedinteger]:
    """The integers that count from −1 to below ``limit``, products included: 32 bits where they are enough."""
    return np.int32 if limit <= LARGEST_SHORT else np.int64


def grouping(limit: int, rows: int) -> type[np.signedinteger]:
    """The integers of groups that rows are added into: those that bincount takes as they are while rows are few."""
    return np.int64 if rows <= FEW_ROWS else counting(limit)


def labelling(labels: int) -> np.dtype:
    """The smallest signed integers that hold −1 … ``labels``."""
    return np.min_scalar_type(-(labels + 1))
