"""What ``pulso doctor`` says of a study: all files in one pass, for every wave, what stages would refuse of them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pulsometro.common.errors import PulsoError
from pulsometro.questionnaire.indicators import faults_against, load_indicators
from pulsometro.questionnaire.load import load_questionnaire
from pulsometro.settings.configuration import examine, load_yaml
from pulsometro.settings.faults import Fault, Refused, refuse_files
from pulsometro.settings.undecided import open_todos
from pulsometro.study import Study, find_root, load_study
from pulsometro.study.item_references import design_faults_in, domain_faults_in
from pulsometro.study.open_decisions import moved_on
from pulsometro.study.parameters import Params
from pulsometro.study.study_faults import faults_of_study
from pulsometro.style.theme import load_theme
from pulsometro.weighting.population_look import look_at_population


@dataclass(frozen=True)
class StudyFault:
    """One thing to correct.

    ``file``: below the study's folder, "" where the sentence says it; ``key``: the keys that lead to it, "" where there
    are none; ``wave``: whom it withholds, "" for the whole study, which it stops.
    """

    file: str
    key: str
    wave: str
    text: str


@dataclass(frozen=True)
class StudyLook:
    """What is wrong in a study (``faults``) and what somebody should look at (``notes``); ``waves``: how many."""

    folder: str
    waves: int
    faults: tuple[StudyFault, ...]
    notes: tuple[StudyFault, ...]


def look_at_study(start: Path) -> StudyLook | None:
    """The study around ``start``; None where there is none."""
    try:
        root = find_root(start)
    except PulsoError:
        return None
    found = _Found(root)
    found.taken(lambda: _refused_as_a_whole(found, root))
    notes: list[StudyFault] = []
    found.taken(
        lambda: notes.extend(StudyFault("params.yaml", "", wave, text) for wave, text in moved_on(_params(root)))
    )
    waves = _waves(root)
    # What stops the whole study is no wave's own, though each of them runs into it.
    whole = {each.text for each in found.faults if not each.wave}
    own = [each for each in found.faults if not each.wave or each.text not in whole]
    return StudyLook(str(root), len(waves), tuple(dict.fromkeys(own)), tuple(notes))


def _params(root: Path) -> Path:
    return root / "params.yaml"


class _Found:
    """Collects faults, whatever else fails."""

    def __init__(self, root: Path) -> None:
        self.root, self.faults = root, list[StudyFault]()

    def add(self, path: Path, faults: Iterable[Fault], wave: str = "") -> None:
        """Faults of a file."""
        name = path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else str(path)
        self.faults += [StudyFault(name, ".".join(map(str, each.place)), wave, each.text) for each in faults]

    def taken(self, look: Callable[[], object], wave: str = "") -> bool:
        """Look, and keep what is refused; whether nothing was."""
        try:
            look()
        except Refused as refused:
            for path, faults in refused.by_file.items():
                self.add(path, faults, wave)
        except (PulsoError, OSError) as error:
            self.faults.append(StudyFault("", "", wave, str(error).replace(f"{self.root}/", "")))
        else:
            return True
        return False


def _refused_as_a_whole(found: _Found, root: Path) -> None:
    """Everything of a study that can be loaded; of another each file by itself, as far as it goes."""
    studies: list[Study] = []
    if not found.taken(lambda: studies.append(load_study(root))):
        _file_by_file(found, root)
        return
    study = studies[0]
    readable = found.taken(lambda: study.indicators)
    if readable:
        found.taken(lambda: refuse_files(faults_of_study(study)))
    found.taken(lambda: load_theme(study.brands, study.params.report.brand))
    for wave in study.waves:
        found.taken(lambda wave=wave: study.refuse_open(wave), wave)  # type: ignore[misc]
        if found.taken(lambda wave=wave: study.questionnaire(wave), wave):  # type: ignore[misc]
            _look_at_wave(found, study, wave, readable)


def _look_at_wave(found: _Found, study: Study, wave: str, indicators: bool) -> None:
    """What this wave alone would be withheld for; what the whole study is stopped for is told once."""
    told = {each.text for each in found.faults}
    params, asked = study.root / "params.yaml", study.questionnaire(wave)
    if indicators:
        available = study.indicators.available(asked)
        path = study.questionnaires / "indicators.yaml"
        found.add(path, faults_against(available, asked, study.area_codes), wave)
    whole = {each.key for each in found.faults if each.file == "params.yaml" and not each.wave}
    lacking = (*domain_faults_in(asked, study.params), *design_faults_in(asked, study.params))
    found.add(params, [each for each in lacking if ".".join(map(str, each.place)) not in whole], wave)
    before = len(found.faults)
    found.taken(lambda: look_at_population(study, wave), wave)
    # The same table is every wave's: what is wrong with it is told once.
    kept = [each for each in found.faults[before:] if each.text not in told and _own(each, whole)]
    found.faults[before:] = kept


def _own(fault: StudyFault, whole: set[str]) -> bool:
    return not any(fault.key and key.startswith(fault.key) for key in whole)


def _file_by_file(found: _Found, root: Path) -> None:
    """Of a study whose settings are refused: what else is wrong with them, and with the other files."""
    content: dict[str, Any] = {}
    if not found.taken(lambda: content.update(load_yaml(_params(root)))):
        return
    open_ = [fault.place for fault in open_todos(content)]
    _, wrong = examine(Params, content)
    found.add(_params(root), [fault for fault in wrong if not any(fault.place[: len(at)] == at for at in open_)])
    folder = root / "questionnaires"
    found.taken(lambda: load_indicators(folder / "indicators.yaml"))
    for wave in _waves(root):
        found.taken(lambda wave=wave: load_questionnaire(folder, wave), wave)  # type: ignore[misc]


def _waves(root: Path) -> tuple[str, ...]:
    try:
        waves = load_yaml(_params(root)).get("waves")
    except (PulsoError, OSError):
        return ()
    return tuple(map(str, waves)) if isinstance(waves, Mapping) else ()


def told(look: StudyLook) -> str:
    """The study's part of what ``pulso doctor`` prints."""
    lines = [f"Study: {look.folder}"]
    if not look.faults:
        lines.append(
            f"✓ {look.waves} {'wave' if look.waves == 1 else 'waves'}: every name is one that the files define."
        )
    whole = [each for each in look.faults if not each.wave]
    lines += _listed("stops the whole study", whole)
    for wave in dict.fromkeys(each.wave for each in look.faults if each.wave):
        lines += _listed(f"withholds {wave} alone", [each for each in look.faults if each.wave == wave])
    lines += [f"! {_sentence(each)}" for each in look.notes]
    return "\n".join(lines)


def _listed(what: str, faults: list[StudyFault]) -> list[str]:
    if not faults:
        return []
    things = "1 thing" if len(faults) == 1 else f"{len(faults)} things"
    return [f"✗ {things} to correct; it {what}:" if len(faults) == 1 else f"✗ {things} to correct; each {what}:",
            *(f"  - {_sentence(each)}" for each in faults)]  # fmt: skip


def _sentence(fault: StudyFault) -> str:
    text = fault.text.replace("\n", "\n    ")
    return f"{fault.file}: {text}" if fault.file else text
