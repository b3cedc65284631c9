"""How much memory and time one delivery may take: of the process that reads it, and of its rows and columns."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from pulsometro.common.errors import PulsoError

# A million rows of 32 columns take 1.1 GB (csv, parquet) to 2 GB (sav, dta) beyond what the program has at its start
# (benchmarks/LARGE_DELIVERY.md); parquet, zsav and zips say little by their size, so that the base alone must do.
MEMORY = 4 * 2**30
# What is uncompressed grows with its size: those csv by 10, sav and dta by 8, a workbook by 18 times their bytes.
MEMORY_PER_BYTE = 32
# The rest of a small machine is the system's and the stage's own.
SHARE_OF_MACHINE = 0.75
# A million rows: csv, sav, parquet under 7 s, dta 30 s, a workbook of 110 MB three minutes. A busy laptop takes
# several times as long.
SECONDS = 120.0
SECONDS_PER_BYTE = 6.0 / 2**20
# A million interviews with a hundred columns.
MAXIMUM_CELLS = 100_000_000
# Only here does the kernel hold a process to its memory; elsewhere the parent looks at it.
ENFORCED = sys.platform == "linux"


@dataclass(frozen=True)
class Bounds:
    """``memory``: bytes beyond what the process has at its start; ``seconds``: by the clock."""

    memory: int
    seconds: float


def bounds_of(path: Path) -> Bounds:
    """What the reading of this file may take, by its size and the machine's memory."""
    size = path.stat().st_size if path.is_file() else 0
    memory = min(MEMORY + MEMORY_PER_BYTE * size, int(SHARE_OF_MACHINE * _machine()))
    return Bounds(memory, SECONDS + SECONDS_PER_BYTE * size)


def hold(bounds: Bounds) -> None:
    """Hold this process to its bounds as far as the system does so; no core is written when it dies."""
    if sys.platform == "win32":
        return
    import resource

    _lower(resource.RLIMIT_CORE, 0)
    # The parent measures by the clock: this one ends a reader whose parent is gone.
    _lower(resource.RLIMIT_CPU, int(bounds.seconds * (os.cpu_count() or 1)) + 1)
    if ENFORCED:
        # Address space, not what is used of it: allocators reserve it in advance, hence what there is already.
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        _lower(resource.RLIMIT_AS, pages * resource.getpagesize() + bounds.memory)


def used(pid: int) -> int:
    """Bytes of memory that a process uses now; 0 when it is gone."""
    import psutil

    try:
        return int(psutil.Process(pid).memory_info().rss)
    except psutil.Error:
        return 0


def refuse_cells(path: Path, cells: int) -> None:
    """Raise PulsoError when a file says that it has more cells than a survey."""
    if cells > MAXIMUM_CELLS:
        raise PulsoError(
            f"{path}: {cells:,} cells would be read, and no survey has so many; ask what the file is before opening it."
        )


def _lower(kind: int, value: int) -> None:
    import resource

    hard = resource.getrlimit(kind)[1]
    resource.setrlimit(kind, (value if hard == resource.RLIM_INFINITY else min(value, hard), hard))


def _machine() -> int:
    """Bytes of the machine's memory."""
    if hasattr(os, "sysconf"):
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    import psutil

    return int(psutil.virtual_memory().total)
