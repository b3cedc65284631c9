"""Stage *audit*: what is published of a wave is attacked; a withheld cell that is given away stops the wave.

It reads the published tables and not how the cells to withhold were found; the true estimates say which of them are
thin and what their bases are.
"""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from pulsometro.audit.attacks import Leak, asked_about, guessed, printed, subtracted
from pulsometro.audit.public_tables import load_public
from pulsometro.common.counted import tallied
from pulsometro.common.errors import PulsoError
from pulsometro.common.files import read_table, write_record
from pulsometro.study import Study
from pulsometro.study.withheld import carried
from pulsometro.suppression.ledger import read_ledger
from pulsometro.suppression.stage import circle_of
from pulsometro.suppression.suppressed_cells import NAME, load_suppressed

STAGE = "audit"
RECORD = "audit.json"


def run(study: Study, wave: str) -> str:
    """Attack what is published of the wave and write ``audit.json``; a line for the screen.

    Raises WaveWithheld when the wave was stopped, or a withheld cell is given away: the combination is named, and
    nobody.
    """
    return carried(study, wave, STAGE, partial(_audit, study, wave))


def _audit(study: Study, wave: str, folder: Path) -> str:
    public, circle = load_public(study.series(f"waves/{wave}"), wave), circle_of(study, wave)
    cells = load_suppressed(study.processed(wave, NAME))
    narrowest = guessed(public, read_table(study.processed(wave, "estimates.parquet")), circle)
    leaks = [*printed(public, read_ledger(study, wave), circle), *subtracted(public, circle), *narrowest.leaks]
    if leaks:
        raise PulsoError(_told(wave, leaks))
    universes = asked_about(public, circle)
    write_record(
        {
            "wave": wave, "published": int((public.estimates["wave"] == wave).sum()),
            # Neither which are thin nor how well those are hidden: a fingerprint of few possible contents is known.
            "suppressed": len(cells), "universes": universes,
        },
        folder / RECORD,
    )  # fmt: skip
    within = (
        ""
        if narrowest.persons is None
        else f" A thin one could be any of {tallied(narrowest.persons + 1, 'number')} at least."
    )
    attacked = f"{tallied(len(cells), 'withheld cell')} of {tallied(universes, 'question')} attacked"
    return f"{wave}: {attacked}, none given away.{within}"


def _told(wave: str, leaks: Sequence[Leak]) -> str:
    first, more = leaks[0], len({leak.cell for leak in leaks}) - 1
    others = f" (and {more} more)" if more else ""
    return (
        f"processed/series/waves/{wave}: {first.cell.words} is withheld and {first.how}{others}; run 'pulso protect "
        f"{wave}' and 'pulso series' again, and if it stays take {first.cell.domain_kind} out of estimation.domains in "
        "params.yaml."
    )
