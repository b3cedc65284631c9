"""The first stages of the chain, which always run: what the others depend on, written down as fingerprints."""

import secrets
from pathlib import Path

from pulsometro.common.counted import tallied
from pulsometro.common.errors import PulsoError
from pulsometro.common.files import atomic_folder, sweep, write_json, write_text
from pulsometro.graph.dvc_file import refuse_other_graph
from pulsometro.graph.fingerprints import files_in, of_delivery, of_file, of_files, of_part, of_questionnaire
from pulsometro.graph.kept import advice, refuse_unkept
from pulsometro.graph.leftovers import remove_leftovers
from pulsometro.graph.needs import NEEDS, fingerprint_name
from pulsometro.graph.stages import stages_of
from pulsometro.study import Study
from pulsometro.study.rights import make_readable
from pulsometro.study.simulated_files import refuse_delivered
from pulsometro.study.study_faults import refuse_study
from pulsometro.study.withheld import read_withheld

_MADE = ("processed/", "reports/site/")


def run_program(study: Study) -> str:
    """Write the fingerprints of the program and of what was written by hand; a text for the screen.

    Removes what was made of waves that are gone, and what killed runs left. Raises PulsoError when dvc.yaml is not
    what params.yaml gives, a delivered file stands where one would be simulated, or files that every wave needs are
    missing, all of these at once; or params.yaml, the indicators and the questionnaires name what none of them defines.
    """
    refuse_other_graph(study)
    refuse_delivered(study)
    _refuse_missing(study)
    refuse_study(study)
    refuse_unkept(study, _by_hand(study))
    for folder in (study.root / "processed", study.site):
        sweep(folder)
    removed = remove_leftovers(study)
    make_readable(study)
    parts = sorted({part for parts in NEEDS.values() for part in parts})
    with atomic_folder(study.root / "processed" / "program") as folder:
        for part in parts:
            write_text(of_part(part) + "\n", folder / fingerprint_name(part))
    with atomic_folder(study.root / "processed" / "inputs") as folder:
        _write_inputs(study, folder)
    told = f"Removed, of waves that params.yaml no longer names or of an older layout: {', '.join(removed)}"
    gone = [told] if removed else []
    return "\n".join(
        [
            *gone,
            f"{tallied(len(parts), 'part of the program')} and {tallied(len(study.waves), 'questionnaire')}, as now.",
        ]
    )


def _write_inputs(study: Study, folder: Path) -> None:
    for wave in study.waves:
        write_json(of_questionnaire(study, wave), folder / "questionnaires" / f"{wave}.json")
    exceptions = study.questionnaires / "exceptions.yaml"
    write_json(of_files([exceptions], study.root), folder / "exceptions.json")
    for name in ("brands", "sources"):
        write_json(of_files(files_in(study.reports / name), study.root), folder / f"{name}.json")


def run_deliveries(study: Study) -> str:
    """Write the fingerprint of every wave's delivered files, or that they are missing; a line for the screen."""
    missing = []
    with atomic_folder(study.root / "processed" / "deliveries") as folder:
        for wave in study.waves:
            found = of_delivery(study, wave)
            earlier = read_withheld(study, wave, "ingest")
            if earlier is not None and earlier.passing:
                # Another number each time, so that ingest runs again: what stopped it may have passed.
                found["again"] = {"try": secrets.token_hex(4)}
            missing += [path for path, entry in found.items() if "missing" in entry]
            write_json(found, folder / f"{wave}.json")
    said = f"deliveries of {tallied(len(study.waves), 'wave')}, as they are now."
    said = f"{said} Missing: {', '.join(missing)}." if missing else said
    return said + advice(study)


def _by_hand(study: Study) -> list[str]:
    """The tables and files that params.yaml names and no stage makes."""
    made = {path for stage in stages_of(study) for path in stage.outs}
    named = {path for stage in stages_of(study) for path in stage.deps}
    return sorted(path for path in named - made if not path.startswith(_MADE))


def _refuse_missing(study: Study) -> None:
    """DVC would stop at a file that is not there, and say of it no more than its name."""
    absent = [path for path in _by_hand(study) if "missing" in of_file(study.root / path)]
    if absent:
        raise PulsoError(
            f"{', '.join(absent)}: the study needs {'it' if len(absent) == 1 else 'them'} and there is no such file; "
            "put it there, or correct what names it in params.yaml and run 'pulso graph'."
        )
