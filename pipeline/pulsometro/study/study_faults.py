"""Everything that the files of a study name and nothing defines: one pass over all of them, for every wave.

``pulso doctor`` tells it, and the first stages and those that publish refuse it: a name with one wrong letter would be
published as a question that was not asked.
"""

from collections.abc import Iterator
from pathlib import Path

from pulsometro.questionnaire.comparability import renamed
from pulsometro.settings.configuration import load_yaml
from pulsometro.settings.faults import Fault, in_order, refuse_files
from pulsometro.study.indicator_references import indicator_faults
from pulsometro.study.item_references import reference_faults_of_items
from pulsometro.study.known_names import Known, names_known_in
from pulsometro.study.release_plan import plan_faults
from pulsometro.study.report_references import reference_faults_of_report
from pulsometro.study.study_folder import Study
from pulsometro.study.themes import theme_faults

Faults = dict[Path, list[Fault]]


def faults_of_study(study: Study) -> Faults:
    """File → its faults, of what is wrong for every wave; what is one wave's stops that wave alone, later.

    Raises PulsoError where the indicators cannot be read at all.
    """
    known = names_known_in(study)
    params, indicators = study.root / "params.yaml", study.questionnaires / "indicators.yaml"
    found = {params: list(_params_faults(study, known)), indicators: list(indicator_faults(known))}
    for wave, text in renamed(known.questionnaires, list(known.questionnaires)):
        found.setdefault(study.questionnaires / f"{wave}.yaml", []).append(Fault(text))
    return {path: in_order(faults, _content(path)) for path, faults in found.items() if faults}


def _content(path: Path) -> object:
    return load_yaml(path) if path.is_file() else None


def _params_faults(study: Study, known: Known) -> Iterator[Fault]:
    yield from reference_faults_of_report(known)
    yield from reference_faults_of_items(known)
    yield from theme_faults(known.indicators, known.params.change.themes)
    yield from plan_faults(study)


def refuse_study(study: Study) -> None:
    """Raise PulsoError with every fault of the study's files, one a line; nothing happens where there is none."""
    refuse_files(faults_of_study(study))
