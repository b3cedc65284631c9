"""Interviews of other days than the wave's fieldwork: two waves' files exchanged look right in every other respect."""

import pandas as pd

from pulsometro.common.errors import PulsoError
from pulsometro.ingest.harmonise.clock import Clock
from pulsometro.ingest.harmonise.date_causes import better_way, other_wave
from pulsometro.questionnaire.model import Column
from pulsometro.study import Study

# Outside fieldwork, and all of it inside were days and months exchanged: then they are.
_TURNED = 0.05


def refuse_other_wave(
    days: pd.Series, frame: pd.DataFrame, crosswalk: Column, study: Study, wave: str, clock: Clock
) -> None:
    """Raise PulsoError where most ``days`` (an item of ISO texts) lie outside fieldwork, or some, day and month turned.

    ``frame``: the delivery, in which ``crosswalk`` says where they stand.
    """
    known = pd.to_datetime(days.dropna(), format="%Y-%m-%d", errors="coerce").dropna()
    dates = study.wave(wave).fieldwork
    inside = known.between(pd.Timestamp(dates.start), pd.Timestamp(dates.end))
    share = (~inside).mean()
    if not len(known) or share <= _TURNED:
        return
    written = frame[crosswalk.name]
    if inside.mean() < 0.5 or better_way(written, crosswalk.format, clock, 0.999) is not None:
        why = other_wave(days, written, str(days.name), crosswalk.format, wave, clock)
        raise PulsoError(
            f"{study.raw(wave)}: {share:.0%} of the interviews are dated outside the fieldwork of {wave} "
            f"({dates.start} to {dates.end}); {why}."
        )
