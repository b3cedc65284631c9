"""The page of faults: a row for each kind, with the version of the program in which it was tried."""

import re
from collections.abc import Sequence
from pathlib import Path

from benchmarks.fault_running import Tally
from pulsometro.common.version import VERSION

HEAD = "| fault | tried | half-written | different after the rerun | not one sentence | version | |"
LINE = "|---|--:|--:|--:|--:|---|---|"
_CELLS = HEAD.count("|") - 1


def row(tally: Tally) -> list[str]:
    """The cells of one fault, tried just now."""
    counts = (tally.tried, tally.half_written, tally.different, tally.unclear)
    return [tally.name, *map(str, counts), VERSION, tally.note]


def rows_of(page: Path) -> list[list[str]]:
    """The cells of every row of the page as it is."""
    found = []
    for line in page.read_text(encoding="utf-8").splitlines() if page.is_file() else ():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and line not in (HEAD, LINE) and len(cells) == _CELLS:
            found.append(cells)
    return found


def with_new(old: Sequence[list[str]], tallies: Sequence[Tally]) -> list[list[str]]:
    """The old rows with those that were tried anew in their places; of a fault that is new, at the end."""
    new = {tally.name: row(tally) for tally in tallies}
    kept = [new.pop(cells[0], cells) for cells in old]
    return [*kept, *new.values()]


def last_whole_run(page: Path) -> str:
    """Its sentence on the page, empty where there is none."""
    text = page.read_text(encoding="utf-8") if page.is_file() else ""
    told = re.search(r"The last whole run: .*", text)
    return told.group() if told else ""


def whole_run(tallies: Sequence[Tally], seconds: float) -> str:
    """The sentence about a run of every fault."""
    tried = sum(tally.tried for tally in tallies)
    return f"The last whole run: {tried} faults of version {VERSION} in {seconds / 60:.0f} minutes on two shared cores."


def document(rows: Sequence[list[str]], run: str) -> str:
    """The Markdown page."""
    lines = [
        "# Faults", "",
        "Made by `make faults` (`python benchmarks/faults.py --write`): one wave of 540 interviews in a temporary copy",
        "of the project (200 in rows of version 0.4.0). A stage's command is killed (`SIGKILL`, its whole process",
        "group) at a random moment of its",
        "work; then what lies under final names is compared with a run without faults (half-written: a file with other",
        "bytes, or a folder without one of its files), the command is run again, and every output is compared again.",
        "A stage that is asked to end (`SIGTERM`, Ctrl-C) says one sentence and leaves nothing temporary. Waves that",
        "are withheld, and the good one beside them, are in `tests/test_withheld_waves.py`. *Version*: of the program",
        "in which a row was tried; some can be made again alone (`--only deliveries --write`).",
        "", HEAD, LINE,
    ]  # fmt: skip
    lines += [f"| {' | '.join(cells)} |" for cells in rows]
    return "\n".join([*lines, "", run]).rstrip() + "\n"
