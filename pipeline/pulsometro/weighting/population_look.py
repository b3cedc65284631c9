"""The population's tables as a wave will use them, looked at before there are any responses."""

from pulsometro.questionnaire import Questionnaire
from pulsometro.settings.calibration_settings import ControlTotals
from pulsometro.study import Study
from pulsometro.weighting.control_totals import load_totals
from pulsometro.weighting.errors import WeightingError
from pulsometro.weighting.named_items import refuse_names
from pulsometro.weighting.population_table import codes_of_items, read_coverage, read_frame, read_totals


def look_at_population(study: Study, wave: str) -> None:
    """Raise PulsoError with what weighting would refuse of the tables that params.yaml names: files, columns, sources,
    places, dates, codes and cells.
    """
    settings, questionnaire = study.params.weighting, study.questionnaire(wave)
    read_coverage(study.root, settings.coverage)
    read_frame(study.root, settings.base)
    if settings.control_totals is None:
        return
    try:
        _look_at_totals(study, wave, questionnaire, settings.control_totals)
    except WeightingError as error:
        labels = {f"{name} {code}": label for name, item in questionnaire.items.items() for code, label in
                  item.codes.items()}  # fmt: skip
        raise error.named(study.area_names, labels) from None


def _look_at_totals(study: Study, wave: str, questionnaire: Questionnaire, declared: ControlTotals) -> None:
    settings = study.params.weighting
    table = read_totals(study.root, declared)
    if table is None:
        return
    refuse_names(study.root, questionnaire, settings, table)
    totals = load_totals(
        table, declared, study.wave(wave).fieldwork.middle, study.codes_in(wave) or None, codes_of_items(questionnaire)
    )
    totals.by_area()
    for margin in settings.calibration.margins if settings.calibration is not None else ():
        totals.pick(margin.items, margin.source)
