"""The study: what its params.yaml says, read once and validated, and where its files lie."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from pulsometro.common.errors import PulsoError
from pulsometro.questionnaire import Indicators, Questionnaire, load_indicators, load_questionnaire
from pulsometro.questionnaire.comparability import unknown_waves
from pulsometro.settings.configuration import load_yaml, validate
from pulsometro.settings.faults import Fault, Refused, refuse, refuse_files
from pulsometro.settings.made_once import FrozenDict, once
from pulsometro.settings.names import hidden_characters
from pulsometro.settings.report_settings import ReportSettings
from pulsometro.study.areas_in_time import codes_in
from pulsometro.study.batteries import ToldBattery, batteries_of
from pulsometro.study.layout import inside
from pulsometro.study.open_decisions import open_in, refuse_open, with_stand_ins
from pulsometro.study.parameter_faults import faults_of
from pulsometro.study.parameters import Identity, Params, Place, Wave
from pulsometro.study.told_measures import completed
from pulsometro.study.wave_design import DesignSettings, design_of


@dataclass(frozen=True)
class Study:
    """Everything that params.yaml says, and where each stage's files lie under ``root``."""

    root: Path
    params: Params

    @property
    def identity(self) -> Identity:
        """Title, population, area, sponsors."""
        return self.params.study

    @property
    def waves(self) -> Mapping[str, Wave]:
        """Waves in the order of their fieldwork."""
        return dict(sorted(self.params.waves.items(), key=lambda entry: entry[1].fieldwork.start))

    def wave(self, key: str) -> Wave:
        """The wave called ``key``; PulsoError naming the known ones when there is none."""
        if key not in self.params.waves:
            known = ", ".join(self.waves)
            raise PulsoError(f"params.yaml: there is no wave '{key}' under 'waves' (known: {known}).")
        return self.params.waves[key]

    def settings_of(self, wave: str) -> DesignSettings:
        """How the wave is weighted and estimated: the study's sections with the wave's own keys in their place."""
        self.wave(wave)
        return design_of(self.params, wave)

    def of_wave(self, wave: str) -> "Study":
        """The study as it holds for one wave: its sections ``weighting`` and ``estimation`` are that wave's."""
        own = self.wave(wave)
        if own.weighting is None and own.estimation is None:
            return self
        made = self.settings_of(wave)
        return replace(self, params=replace(self.params, weighting=made.weighting, estimation=made.estimation))

    def waves_up_to(self, key: str) -> tuple[str, ...]:
        """Keys of the waves in the field no later than ``key``, oldest first."""
        last = self.wave(key).fieldwork.start
        return tuple(k for k, wave in self.waves.items() if wave.fieldwork.start <= last)

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """The places of the study, of whatever wave; () for a study without places."""
        return self.params.areas

    @cached_property
    def area_names(self) -> Mapping[str, str]:
        """Place's code → name, in the order of params.yaml."""
        return FrozenDict({area.code: area.name for area in self.places})

    @property
    def area_codes(self) -> tuple[str, ...]:
        """The places' codes in that order."""
        return tuple(self.area_names)

    def codes_in(self, wave: str) -> tuple[str, ...]:
        """Codes of the places that the wave is of, in that order."""
        return codes_in(self.places, list(self.waves), wave)

    @cached_property
    def indicators(self) -> Indicators:
        """The published indicators of the study."""
        return load_indicators(self.questionnaires / "indicators.yaml")

    @cached_property
    def report(self) -> ReportSettings:
        """What the reports tell, with what params.yaml leaves to the indicators and the study filled in."""
        return completed(self.params.report, self.indicators.by_name, self.identity.population)

    @cached_property
    def batteries(self) -> tuple[ToldBattery, ...]:
        """What the reports show side by side."""
        return batteries_of(self.params.report, self.indicators.by_name)

    def questionnaire(self, wave: str) -> Questionnaire:
        """The wave's instrument; PulsoError when the wave or its file does not exist, or it names waves that do not."""
        self.wave(wave)
        found = load_questionnaire(self.questionnaires, wave, self.area_codes)
        faults = [Fault(text) for text in unknown_waves(found, list(self.waves))]
        refuse(self.questionnaires / f"{wave}.yaml", faults)
        return found

    def refuse_open(self, wave: str) -> None:
        """Raise PulsoError with all that is still TODO of a wave, where params.yaml has some of it.

        What its questionnaire alone has is told by whoever reads that.
        """
        faults = open_in(self.root, wave)
        if not faults:
            return
        found = {self.root / "params.yaml": faults}
        try:
            self.questionnaire(wave)
        except Refused as refused:
            found |= {path: list(each) for path, each in refused.by_file.items()}
        refuse_files(found)

    @property
    def questionnaires(self) -> Path:
        """Folder of the questionnaire files."""
        return self.root / "questionnaires"

    def raw(self, wave: str) -> Path:
        """The wave's delivered data file."""
        return self.root / "raw" / wave / self.wave(wave).file

    def attempts(self, wave: str) -> Path | None:
        """The wave's call-attempt file, when one is delivered."""
        name = self.wave(wave).attempts
        return self.root / "raw" / wave / name if name else None

    def processed(self, wave: str, name: str = "") -> Path:
        """A file of the wave under ``processed/``, in the folder of the stage that makes it; or a stage's folder."""
        return self.root / "processed" / wave / inside(name)

    def checks(self, wave: str) -> Path:
        """The wave's verdict."""
        return self.root / "processed" / "checks" / f"{wave}.json"

    def series(self, name: str) -> Path:
        """A file of the series over all waves."""
        return self.root / "processed" / "series" / name

    def printed(self, what: str) -> Path:
        """The index of the printed numbers of a wave's files, by its key, or of the ``site``'s own pages."""
        return self.root / "processed" / "printed" / f"{what}.parquet"

    def ledger(self, wave: str) -> Path:
        """The cells that versions of the wave withheld, which git keeps."""
        return self.root / "processed" / "suppressed" / f"{wave}.csv"

    def emptied(self, wave: str, file: str = "main") -> Path:
        """The values that versions of the wave left empty in a file of microdata, which git keeps."""
        name = {"main": "keys", "second": "second"}[file]
        return self.root / "processed" / "suppressed" / f"{wave}.{name}.csv"

    def release(self, wave: str) -> Path:
        """Folder of what partners may have of the wave."""
        return self.root / "processed" / "release" / wave

    @property
    def site(self) -> Path:
        """Folder of the built reports."""
        return self.reports / "site"

    @property
    def reports(self) -> Path:
        """Folder of the built reports and of what the study has of its own: ``sources/`` and ``brands/``."""
        return self.root / "reports"

    @property
    def brands(self) -> Path:
        """Folder of the study's own brands."""
        return self.reports / "brands"


def find_root(start: Path) -> Path:
    """The nearest folder at or above ``start`` that holds params.yaml.

    Raises PulsoError when there is none.
    """
    for folder in (start.resolve(), *start.resolve().parents):
        if (folder / "params.yaml").is_file():
            return folder
    raise PulsoError(f"{start}: no params.yaml here or above; run the command inside a study's folder.")


def load_study(start: Path | None = None) -> Study:
    """Read and validate the params.yaml of the study around ``start`` (default: this folder).

    Raises PulsoError naming all that is still TODO for the whole study; every key that is unknown, missing or wrong;
    once all of them can be read, every name, date and choice that cannot be used.
    """
    root = find_root(start or Path.cwd())
    path = root / "params.yaml"
    content = load_yaml(path)
    refuse_open(root, content)
    return Study(root, once((Params, path), repr(content), lambda: _made(with_stand_ins(content), path)))


def _made(content: dict[str, Any], path: Path) -> Params:
    params = validate(Params, content, path)
    refuse(path, (*faults_of(params), *hidden_characters(content)), content)
    word = params.places.word if params.places is not None else None
    if word is None:
        return params
    report = replace(params.report, place_word=word.singular, places_word=word.plural, places_feminine=word.feminine)
    return replace(params, report=report)
