"""Stage *weight*: reads a wave's responses, writes its weights and their record."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pandas as pd

from pulsometro.common.counted import tallied
from pulsometro.common.files import write_record, write_table
from pulsometro.questionnaire import Questionnaire
from pulsometro.settings.weighting_settings import WeightingSettings
from pulsometro.study import Study
from pulsometro.study.release_plan import order_of_draws, refuse_plan
from pulsometro.study.respondents import HIDDEN, load_attempts, load_responses
from pulsometro.study.withheld import carried
from pulsometro.weighting.chain import Weighted, weigh
from pulsometro.weighting.emptied_keys import Ledger, plan_that_empties, released_keys
from pulsometro.weighting.errors import WeightingError
from pulsometro.weighting.inputs import Inputs
from pulsometro.weighting.named_items import refuse_names
from pulsometro.weighting.population_table import codes_of_items, read_coverage, read_frame, read_totals
from pulsometro.weighting.record import NAME
from pulsometro.weighting.study_key import key_of_wave
from pulsometro.weighting.warnings import notes_of


def run(study: Study, wave: str, before: Callable[[], None] = lambda: None) -> str:
    """Weigh the wave; writes ``weights.parquet`` and ``weighting.json``; a text for the screen.

    ``before`` is asked first and raises when the wave's checks forbid it. Raises WaveWithheld when an input is
    missing or a step is not sound; then the folder holds that record alone.
    """
    study = study.of_wave(wave)
    return carried(study, wave, "weight", partial(_weight, study, wave, before), partial(_keep_ledger, study, wave))


def _keep_ledger(study: Study, wave: str) -> None:
    """A wave that stops here keeps its ledger: the file must be there, with what it held."""
    if plan_that_empties(study) is not None:
        Ledger(study.emptied(wave), wave, key_of_wave(study, wave)).keep()


def _weight(study: Study, wave: str, before: Callable[[], None], folder: Path) -> str:
    before()
    refuse_plan(study, [wave])
    try:
        result = weigh_wave(study, wave)
    except WeightingError as error:
        raise error.named(study.area_names, _labels(study.questionnaire(wave))) from None
    write_table(result.weights, folder / "weights.parquet")
    plan = plan_that_empties(study)
    if plan is not None:
        write_table(released_keys(study, wave, plan), folder / HIDDEN)
    write_record(result.record.to_dict(), folder / NAME)
    return summary(result)


def weigh_wave(study: Study, wave: str) -> Weighted:
    """The wave's weights and record, without writing them."""
    settings = study.params.weighting
    questionnaire = study.questionnaire(wave)
    responses = known_answers(load_responses(study, wave), questionnaire, settings)
    totals = read_totals(study.root, settings.control_totals, settings.within is not None)
    if totals is not None:
        refuse_names(study.root, questionnaire, settings, totals, list(map(str, responses)))
    inputs = Inputs(
        wave=wave,
        on=study.wave(wave).fieldwork.middle,
        responses=responses,
        control_totals=totals,
        areas=study.codes_in(wave) or None,
        attempts=load_attempts(study, wave) if settings.attempts else None,
        frame=read_frame(study.root, settings.base),
        coverage=read_coverage(study.root, settings.coverage),
        places=study.area_names,
        released=order_of_draws(questionnaire, study.params.release),
        codes=codes_of_items(questionnaire),
        emptied=study.params.release.main.blank if study.params.release is not None else (),
        # Under the key is also what must not follow from the folios where microdata are released.
        key=key_of_wave(study, wave) if settings.blur is not None or study.params.releases else None,
    )
    return weigh(inputs, settings)


def _labels(questionnaire: Questionnaire) -> dict[str, str]:
    """Labels of every answer by "item code"."""
    return {f"{name} {code}": label for name, item in questionnaire.items.items() for code, label in item.codes.items()}


def known_answers(responses: pd.DataFrame, questionnaire: Questionnaire, settings: WeightingSettings) -> pd.DataFrame:
    """The responses with NA for every declared missing code of the items that weights use."""
    base = settings.base
    used = {getattr(base, "adults", None), getattr(base, "lines", None), *settings.indicators}
    if settings.calibration is not None:
        used |= {item for margin in settings.calibration.margins for item in margin.items}
    result = responses.copy()
    for name in sorted(used & set(questionnaire.items), key=str):
        missing = list(questionnaire.items[str(name)].missing)
        if missing and name in result:
            result[name] = result[name].mask(result[name].isin(missing))
    return result


def summary(result: Weighted) -> str:
    """Two or three lines, a note on what was merged and the warnings, for the screen."""
    record = result.record
    total = record.final[-1]
    lines = [
        f"{record.wave}: {tallied(total.n, 'weight')} for {total.sum:,.0f} adults; unequal weights alone multiply the "
        f"variance by {total.deff_kish:.2f} (Kish), largest ÷ median {total.max_to_median:.1f}."
    ]
    if record.trim is not None:
        held = sum(area.at_cap for area in record.trim.areas)
        lines.append(f"Trimmed {tallied(held, 'weight')} at {record.trim.k:g} × the municipality's median.")
    if record.replicates is not None:
        made = record.replicates
        lines.append(f"{made.used} of {made.asked} replicates ({made.method}); {len(made.failed)} failed.")
    notes = [f"Note: {text}" for text in notes_of(record)]
    return "\n".join([*lines, *notes, *(f"Warning: {text}" for text in record.warnings)])
