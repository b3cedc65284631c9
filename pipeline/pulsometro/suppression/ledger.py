"""The ledger of a wave: every cell that a version of it withheld, so that no later version gives it away.

Two versions of a wave differ by a few interviews. A cell that one withholds and the other prints would be known, and
with it those that were withheld to hide it. The ledger is kept by git; it names cells in codes and says no reason.
"""

from collections.abc import Collection

from pulsometro.common.kept_rows import read_rows, write_rows
from pulsometro.study import Study
from pulsometro.suppression.suppressed_cells import KEYS, CellKey


def read_ledger(study: Study, wave: str) -> frozenset[CellKey]:
    """The cells that earlier versions withheld; none where there was no version.

    Raises PulsoError when the file is not what this program wrote.
    """
    rows = read_rows(study.ledger(wave), KEYS, "cells that earlier versions of the wave withheld")
    return frozenset(CellKey(*row) for row in rows)


def write_ledger(study: Study, wave: str, cells: Collection[CellKey]) -> None:
    """Write the cells in order: the same cells, the same bytes."""
    write_rows(study.ledger(wave), KEYS, cells)
