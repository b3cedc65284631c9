"""The stage ``pulso simulate``: every simulated edition, drawn and delivered."""

from collections.abc import Callable, Sequence
from functools import partial

import pandas as pd

from pulsometro.common.counted import tallied
from pulsometro.common.files import atomic
from pulsometro.common.parallel import side_by_side
from pulsometro.simulate.answers import Edition, seeds, true_shares
from pulsometro.simulate.assumptions import Drift
from pulsometro.simulate.deliveries import deliver, write_delivery
from pulsometro.simulate.dialling import call_attempts
from pulsometro.simulate.sample import draw
from pulsometro.simulate.world import World, make_world
from pulsometro.study import Study
from pulsometro.study.simulated_files import begin, end, refuse_delivered


def run(study: Study, tell: Callable[[str], object] = str) -> str:
    """Write the delivered file and the call attempts of every simulated wave under ``raw/``.

    ``tell`` is called with what is under way. Returns what to tell the technician. Raises
    PulsoError when something that the simulation reads is missing or wrong.
    """
    refuse_delivered(study)
    world = make_world(study)
    lanes = side_by_side([partial(_lines, study, world, world.waves[lane::2], tell) for lane in range(2)])
    told = {wave: line for lane in lanes for wave, line in lane.items()}
    lines = [told[wave] for wave in world.waves]
    return "\n".join(
        [*lines, f"{tallied(len(lines), 'simulated edition')} written under raw/; they are no real answers."]
    )


def _lines(study: Study, world: World, waves: Sequence[str], tell: Callable[[str], object]) -> dict[str, str]:
    """Write the waves, each from its own seeds; a line for the screen each."""
    lines = {}
    for place, wave in enumerate(waves, 1):
        tell(f"{wave}: simulating ({place} of {len(waves)} in this lane)")
        begin(study, wave)
        if wave in world.unreadable:
            _write_empty(study, wave)
            lines[wave] = f"{wave}: left empty, its questionnaire cannot be read; 'pulso ingest {wave}' says why"
        else:
            interviews, calls = _write(study, world, world.edition(wave))
            lines[wave] = (
                f"{wave}: {tallied(interviews, 'interview')} in {tallied(calls, 'call')} ({study.wave(wave).file})"
            )
        end(study, wave)
    return lines


def _write_empty(study: Study, wave: str) -> None:
    """Files without a byte, which ingest refuses: what this stage is to make must be there for the others to run."""
    for path in (study.raw(wave), study.attempts(wave)):
        if path is not None:
            with atomic(path):
                pass


def truth(study: Study) -> pd.DataFrame:
    """The true population shares of every simulated wave (columns: see ``true_shares``)."""
    world = make_world(study)
    return pd.concat([true_shares(world.edition(wave)) for wave in world.waves], ignore_index=True)


def _write(study: Study, world: World, edition: Edition) -> tuple[int, int]:
    wave, assumed = edition.wave, world.assumptions
    drawn = draw(edition, world.settings.seed)
    responses = _of_wave(study, wave, drawn.responses, assumed.roles.area)
    delivered = deliver(
        responses,
        edition.questionnaire,
        assumed.deliveries.get(wave, Drift()),
        assumed.origin,
        study.area_names,
        assumed.label,
        edition.end,
        seeds(world.settings.seed, wave, "delivery"),
    )
    write_delivery(delivered, study.raw(wave), edition.questionnaire)
    path = study.attempts(wave)
    if path is None:
        return len(responses), 0
    calls = _of_wave(study, wave, call_attempts(edition, drawn, world.settings.seed), assumed.attempts.area)
    with atomic(path) as temporary:
        calls.to_csv(temporary, index=False, lineterminator="\n")
    return len(responses), len(calls)


def _of_wave(study: Study, wave: str, table: pd.DataFrame, column: str) -> pd.DataFrame:
    """The rows of the municipalities that the wave is of: everybody lives in the simulated world all the time."""
    others = set(study.area_codes) - set(study.codes_in(wave))
    return table[~table[column].isin(others)].reset_index(drop=True) if others else table
