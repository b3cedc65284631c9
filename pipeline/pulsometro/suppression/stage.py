"""Stage *protect*: which cells of a wave nobody may see, before anything is put together or printed."""

from collections import Counter
from functools import partial
from pathlib import Path

from pulsometro.common.counted import tallied
from pulsometro.common.files import read_table
from pulsometro.common.sealing import damaged
from pulsometro.study import Study
from pulsometro.study.withheld import carried
from pulsometro.suppression.cell_suppression import Circle, suppressed_in
from pulsometro.suppression.ledger import read_ledger, write_ledger
from pulsometro.suppression.linear_attack import structure_of
from pulsometro.suppression.suppressed_cells import NAME, Suppressed, write_suppressed
from pulsometro.suppression.thin_cells import countable_of

STAGE = "protect"


def run(study: Study, wave: str) -> str:
    """Write the wave's ``suppressed.parquet`` and enter its cells in the ledger; a line for the screen.

    Raises WaveWithheld when the wave was stopped, or its ledger cannot be read.
    """
    return carried(study, wave, STAGE, partial(_protect, study, wave), partial(_keep_ledger, study, wave))


def _protect(study: Study, wave: str, folder: Path) -> str:
    path = study.processed(wave, "estimates.parquet")
    estimates = read_table(path)
    if "wave" not in estimates or set(estimates["wave"]) != {wave}:
        raise damaged(path)
    circle = circle_of(study, wave)
    before = read_ledger(study, wave)
    told = {key for key in before if not circle.countable.covers(key.indicator, key.domain_kind)}
    cells = suppressed_in(estimates, circle, told)
    write_suppressed(cells, folder / NAME)
    write_ledger(study, wave, before.union(cells))
    return f"{wave}: {_said(cells, len(estimates))}"


def circle_of(study: Study, wave: str) -> Circle:
    """The rule of params.yaml, what the wave's rows count, and what public microdata let anybody count."""
    structure = structure_of(study.indicators.by_name, study.questionnaire(wave))
    return Circle(study.params.report.confidentiality, structure, countable_of(study, wave))


def _keep_ledger(study: Study, wave: str) -> None:
    """A wave that stops here keeps its ledger: the file must be there, with what it held."""
    if not study.ledger(wave).is_file():
        write_ledger(study, wave, ())


def _said(cells: Suppressed, rows: int) -> str:
    reasons = Counter(map(str, cells.values()))
    listed = ", ".join(f"{count} {why}" for why, count in sorted(reasons.items()))
    return f"{len(cells)} of {tallied(rows, 'cell')} withheld{f' ({listed})' if listed else ''}."
