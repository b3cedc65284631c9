"""The form of params.yaml: what it says of the study, its waves and its places, and a section a field."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, ClassVar

from pulsometro.settings.check_settings import CheckSettings
from pulsometro.settings.configuration import STRICT
from pulsometro.settings.estimation_settings import ChangeSettings, EstimationSettings
from pulsometro.settings.faults import demand
from pulsometro.settings.nouns import MUNICIPALITY, Noun
from pulsometro.settings.publish_settings import PublishSettings
from pulsometro.settings.release_settings import ReleaseSettings
from pulsometro.settings.report_settings import ReportSettings
from pulsometro.settings.simulate_settings import SimulateSettings
from pulsometro.settings.study_names import OLD_FORM, PLACES_FORM, PlacesForm
from pulsometro.settings.time_zones import zone_fault
from pulsometro.settings.weighting_settings import WeightingSettings
from pulsometro.study.tile_map import laid_out


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
    """One edition: its place in the series, when it was in the field, and its delivered files.

    ``weighting``, ``estimation``: keys that hold for this wave in place of the study's, each whole.
    """

    __pydantic_config__: ClassVar = STRICT
    edition: int
    period: str
    fieldwork: FieldworkDates
    file: str
    attempts: str | None = None
    simulated: bool = False
    note: str = ""
    weighting: Mapping[str, Any] | None = None
    estimation: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Place:
    """One part of the study's area, about which there are figures: a municipality, a police district.

    ``code``: as deliveries and population tables write it; ``short``: where there is little room, and what its page is
    called after; ``tile``: its column and row in the tile map, laid out by itself where it is left out; ``aliases``:
    other spellings that a delivery may use. ``since``, ``until``: the first and the last wave that it is in, where it
    is not in all of them.
    """

    __pydantic_config__: ClassVar = STRICT
    code: str
    name: str
    short: str
    tile: tuple[float, float] | None = None
    aliases: tuple[str, ...] = ()
    since: str | None = None
    until: str | None = None


@dataclass(frozen=True)
class Places:
    """The places of the study, in the order in which they are told, and what one of them is called (municipio)."""

    __pydantic_config__: ClassVar = STRICT
    list: tuple[Place, ...]
    word: Noun | None = None

    def __post_init__(self) -> None:
        demand("params.yaml, places:", (bool(self.list), "list is empty; list a place, or take 'places' out"))


@dataclass(frozen=True)
class Municipality:
    """A place as ``municipalities`` says it, which was there before ``places``: ``cve_geo`` is its code."""

    __pydantic_config__: ClassVar = STRICT
    cve_geo: str
    name: str
    short: str
    tile: tuple[float, float] | None = None
    aliases: tuple[str, ...] = ()
    since: str | None = None
    until: str | None = None

    @property
    def place(self) -> Place:
        """The same as ``places`` says it."""
        return Place(self.cve_geo, self.name, self.short, self.tile, self.aliases, self.since, self.until)


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
    report: ReportSettings = field(default_factory=ReportSettings)
    municipalities: tuple[Municipality, ...] = ()
    places: Places | None = None
    check: CheckSettings = field(default_factory=CheckSettings)
    publish: PublishSettings = field(default_factory=PublishSettings)
    release: ReleaseSettings | None = None
    simulate: SimulateSettings | None = None

    @property
    def areas(self) -> tuple[Place, ...]:
        """The study's places, whichever key says them, each with its tile; () for a study without places."""
        said = self.places.list if self.places is not None else tuple(each.place for each in self.municipalities)
        tiles = laid_out([place.tile for place in said])
        return tuple(replace(place, tile=tile) for place, tile in zip(said, tiles, strict=True))

    @property
    def places_form(self) -> PlacesForm:
        """The key that says the places."""
        return OLD_FORM if self.places is None and self.municipalities else PLACES_FORM

    @property
    def place_called(self) -> str:
        """What a message in English calls a place: the study's own word, where it is no municipality."""
        word = self.report.place_word
        return "municipality" if word == MUNICIPALITY.singular else word

    @property
    def releases(self) -> bool:
        """Whether microdata are released: nobody releases what no plan describes."""
        return self.publish.release and self.release is not None
