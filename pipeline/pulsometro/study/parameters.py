"""The study: params.yaml and the project's paths, read once and validated."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

from pulsometro.common.errors import PulsoError
from pulsometro.questionnaire import Indicators, Questionnaire, load_indicators, load_questionnaire
from pulsometro.settings.check_settings import CheckSettings
from pulsometro.settings.configuration import STRICT, load_yaml, validate
from pulsometro.settings.estimation_settings import ChangeSettings, EstimationSettings
from pulsometro.settings.faults import Fault, demand, refuse, shown
from pulsometro.settings.made_once import FrozenDict, once
from pulsometro.settings.names import hidden_characters
from pulsometro.settings.publish_settings import PublishSettings
from pulsometro.settings.release_settings import ReleaseSettings
from pulsometro.settings.report_settings import ReportSettings
from pulsometro.settings.simulate_settings import SimulateSettings
from pulsometro.settings.study_names import (
    item_faults,
    municipality_faults,
    path_faults,
    report_faults,
    wave_faults,
)
from pulsometro.settings.time_zones import zone_fault
from pulsometro.settings.weighting_settings import WeightingSettings
from pulsometro.study.areas_in_time import codes_in, period_faults, tile_faults
from pulsometro.study.layout import inside


@dataclass(frozen=True)
class Identity:
    """Who publishes what about whom, in the readers' language.

    ``time_zone``: IANA's name of the zone whose days interviews have; needed where a delivery's times name another.
    """

    __pydantic_config__: ClassVar = STRICT
    __retired__: ClassVar = {"language": "remove it: what is published is in the Spanish of Mexico, whatever it said."}
    title: str
    short_title: str
    population: str
    area: str
    area_short: str
    producer: str
    sponsors: tuple[str, ...] = ()
    time_zone: str | None = None

    def __post_init__(self) -> None:
        problem = "" if self.time_zone is None else zone_fault(self.time_zone)
        demand("params.yaml, study:", (not problem, f"time_zone: {problem}".removesuffix(".")))


@dataclass(frozen=True)
class FieldworkDates:
    """First and last day of interviews, as ISO dates."""

    __pydantic_config__: ClassVar = STRICT
    start: date
    end: date

    @property
    def middle(self) -> date:
        """The day in the middle of fieldwork, the time that a wave stands for."""
        return date.fromordinal((self.start.toordinal() + self.end.toordinal()) // 2)


@dataclass(frozen=True)
class Wave:
    """One edition: its place in the series, when it was in the field, and its delivered files."""

    __pydantic_config__: ClassVar = STRICT
    edition: int
    period: str
    fieldwork: FieldworkDates
    file: str
    attempts: str | None = None
    simulated: bool = False
    note: str = ""


@dataclass(frozen=True)
class Municipality:
    """One area of the study by its INEGI code; ``tile``: column and row in the tile map.

    ``since``, ``until``: the first and the last wave that it is in, where it is not in all of them.
    """

    __pydantic_config__: ClassVar = STRICT
    cve_geo: str
    name: str
    short: str
    tile: tuple[float, float]
    aliases: tuple[str, ...] = ()
    since: str | None = None
    until: str | None = None


@dataclass(frozen=True)
class Params:
    """The whole of params.yaml, a section a field."""

    __pydantic_config__: ClassVar = STRICT
    study: Identity
    current_wave: str
    waves: Mapping[str, Wave]
    weighting: WeightingSettings
    estimation: EstimationSettings
    change: ChangeSettings
    report: ReportSettings
    municipalities: tuple[Municipality, ...] = ()
    check: CheckSettings = field(default_factory=CheckSettings)
    publish: PublishSettings = field(default_factory=PublishSettings)
    release: ReleaseSettings | None = None
    simulate: SimulateSettings | None = None

    @property
    def releases(self) -> bool:
        """Whether microdata are released: nobody releases what no plan describes."""
        return self.publish.release and self.release is not None


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

    def waves_up_to(self, key: str) -> tuple[str, ...]:
        """Keys of the waves in the field no later than ``key``, oldest first."""
        last = self.wave(key).fieldwork.start
        return tuple(k for k, wave in self.waves.items() if wave.fieldwork.start <= last)

    @cached_property
    def area_names(self) -> Mapping[str, str]:
        """Municipality's code → name, in the order of params.yaml."""
        return FrozenDict({area.cve_geo: area.name for area in self.params.municipalities})

    @property
    def area_codes(self) -> tuple[str, ...]:
        """The municipalities' codes in that order."""
        return tuple(self.area_names)

    def codes_in(self, wave: str) -> tuple[str, ...]:
        """Codes of the municipalities that the wave is of, in that order."""
        return codes_in(self.params.municipalities, list(self.waves), wave)

    @cached_property
    def indicators(self) -> Indicators:
        """The published indicators of the study."""
        return load_indicators(self.questionnaires / "indicators.yaml")

    def questionnaire(self, wave: str) -> Questionnaire:
        """The wave's instrument; PulsoError when the wave or its file does not exist."""
        self.wave(wave)
        return load_questionnaire(self.questionnaires, wave, self.area_codes)

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

    Raises PulsoError naming every key that is unknown, missing or wrong; once all of them can be read, every name,
    date and choice that cannot be used.
    """
    root = find_root(start or Path.cwd())
    path = root / "params.yaml"
    content = load_yaml(path)
    return Study(root, once((Params, path), repr(content), lambda: _made(content, path)))


def _made(content: dict[str, Any], path: Path) -> Params:
    params = validate(Params, content, path)
    refuse(path, (*_faults(params), *hidden_characters(content)), content)
    return params


def _faults(params: Params) -> Iterator[Fault]:
    """What is wrong in settings that each can be read."""
    if params.current_wave not in params.waves:
        named = shown(params.current_wave)
        yield Fault(f"'current_wave' names {named}, which 'waves' does not list.", ("current_wave",))
    yield from wave_faults({key: (wave.file, wave.attempts) for key, wave in params.waves.items()})
    for key, wave in params.waves.items():
        if wave.fieldwork.end < wave.fieldwork.start:
            text = f"waves.{shown(key)}.fieldwork ends before it starts; correct the dates."
            yield Fault(text, ("waves", key, "fieldwork"))
    seen: dict[int, str] = {}
    for key, wave in params.waves.items():
        first = seen.setdefault(wave.edition, key)
        if first != key:
            text = f"waves.{shown(first)} and waves.{shown(key)} are both edition {wave.edition}; number them apart."
            yield Fault(text, ("waves", key, "edition"))
    yield from municipality_faults([(area.cve_geo, area.short) for area in params.municipalities])
    yield from tile_faults({area.short: area.tile for area in params.municipalities})
    order = sorted(params.waves, key=lambda key: params.waves[key].fieldwork.start)
    yield from period_faults(params.municipalities, order)
    yield from path_faults(params.weighting, params.report, params.simulate)
    yield from item_faults(params.weighting, params.check, params.estimation.domains, params.release)
    yield from report_faults(params.report)
    yield from _cluster_faults(params)
    yield from _place_faults(params)


def _place_faults(params: Params) -> Iterator[Fault]:
    """Pages of places whose figures nobody estimates."""
    kind = params.report.place_domain_kind
    kinds = {"*".join(columns) for columns in params.estimation.domains}
    # A name that cannot be one has a sentence of its own.
    if params.publish.reports and len(params.municipalities) > 1 and kind.isidentifier() and kind not in kinds:
        yield Fault(
            f"report.place_domain_kind is {shown(kind)}, which estimation.domains does not list; add "
            f"[{shown(kind)}] there.",
            ("report", "place_domain_kind"),
        )


def _cluster_faults(params: Params) -> Iterator[Fault]:
    """Interviewers as clusters where nothing says who they are or the replicates know only respondents."""
    if params.estimation.clusters != "interviewers":
        return
    interviewer, place = params.check.roles.interviewer, ("estimation", "clusters")
    if interviewer is None:
        yield Fault("estimation.clusters is 'interviewers' but check.roles.interviewer names no item; add it.", place)
    elif params.estimation.se == "replicates" and params.weighting.psu != interviewer:
        yield Fault(
            "estimation.clusters is 'interviewers' but the replicates of estimation.se are drawn by "
            "respondent; set estimation.se to calibrated or taylor, or draw them by interviewer (weighting.psu: "
            f"{shown(interviewer)}, weighting.strata: null).",
            place,
        )
