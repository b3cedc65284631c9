"""The ledger of a wave: every cell that a version of it withheld, so that no later version gives it away.

Two versions of a wave differ by a few interviews. A cell that one withholds and the other prints would be known, and
with it those that were withheld to hide it. The ledger is kept by git; it names cells in codes and says no reason.
"""

import csv
import io
from collections.abc import Collection

from pulsometro.common.errors import PulsoError
from pulsometro.common.files import write_text
from pulsometro.study import Study
from pulsometro.suppression.suppressed_cells import KEYS, CellKey


def read_ledger(study: Study, wave: str) -> frozenset[CellKey]:
    """The cells that earlier versions withheld; none where there was no version.

    Raises PulsoError when the file is not what this program wrote.
    """
    path = study.ledger(wave)
    if not path.is_file():
        return frozenset()
    try:
        rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"))))
    except (ValueError, csv.Error):
        rows = []
    if not rows or rows[0] != list(KEYS) or any(len(row) != len(KEYS) for row in rows):
        raise PulsoError(
            f"{path.relative_to(study.root)}: it is not the list of the cells that earlier versions of the wave "
            "withheld; take it from git ('git checkout' and its name) and run again."
        )
    return frozenset(CellKey(*row) for row in rows[1:])


def write_ledger(study: Study, wave: str, cells: Collection[CellKey]) -> None:
    """Write the cells in order: the same cells, the same bytes."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(KEYS)
    writer.writerows(sorted(cells))
    write_text(text.getvalue(), study.ledger(wave))
