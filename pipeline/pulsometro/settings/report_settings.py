"""What a study says about its reports in ``params.yaml``, section ``report``.

Plain frozen dataclasses: the study's loader validates the section into them. Everything that is
Spanish here is printed as it stands. An example of the whole section is in ``docs/report-settings.md``.
"""

from dataclasses import dataclass, field
from typing import ClassVar

from pulsometro.settings.configuration import STRICT
from pulsometro.settings.faults import demand

_WHERE = "params.yaml, report:"


@dataclass(frozen=True)
class Measure:
    """One share that is told: an indicator and the category of it that the sentence is about.

    ``indicator``, ``category``, ``statistic``: as in the estimates table (``category`` is "" for means).
    ``singular``: what a person counted does ("tiene mucha confianza en Fuerza Civil"), when the
    indicator's predicate is about another category; ``plural``: the same of several people.
    ``direction``: when it differs from the indicator's.
    """

    __pydantic_config__: ClassVar = STRICT
    indicator: str
    category: str = ""
    statistic: str = "proportion"
    singular: str = ""
    plural: str = ""
    direction: str = ""


@dataclass(frozen=True)
class Battery:
    """Items asked with one scale, drawn together as bars that add to 100.

    ``indicators``: one per item, each with every category of ``levels`` in the estimates table.
    ``names``: what each item is called in a chart ("Marina"), by indicator; ``spoken``: in a sentence, where
    that differs ("la Marina").
    ``levels``: categories from the most to the least favourable; ``level_names``: as printed.
    ``base``: who answered, in words.
    """

    __pydantic_config__: ClassVar = STRICT
    title: str
    indicators: tuple[str, ...]
    names: dict[str, str]
    levels: tuple[str, ...]
    level_names: tuple[str, ...] = ()
    spoken: dict[str, str] = field(default_factory=dict)
    base: str = ""

    def __post_init__(self) -> None:
        demand(
            _WHERE,
            (bool(self.indicators), "trust.indicators is empty; name at least one indicator"),
            (bool(self.levels), "trust.levels is empty; name the categories from the most to the least favourable"),
            (
                len(self.level_names) in (0, len(self.levels)),
                "trust.level_names must be as many as trust.levels, or left out",
            ),
        )


@dataclass(frozen=True)
class Topic:
    """A theme of the site and of the tabulados: one section, one sheet, its indicators in order."""

    __pydantic_config__: ClassVar = STRICT
    name: str
    indicators: tuple[str, ...]

    def __post_init__(self) -> None:
        demand(_WHERE, (bool(self.indicators), f"topic {self.name} has no indicators; name some or take it out"))


@dataclass(frozen=True)
class Confidentiality:
    """When somebody could be recognised: such cells are absent from everything that is published.

    ``min_base``: smallest unweighted base of a published cell. Of what is computed from an item that the questionnaire
    calls sensitive also ``min_count``: smallest unweighted count other than zero of those who give an answer, and of
    those who do not; and ``min_base_all``: smallest base of a cell in which all or none of them give it. 0 turns a rule
    off.
    """

    __pydantic_config__: ClassVar = STRICT
    min_base: int = 10
    min_count: int = 3
    min_base_all: int = 30

    def __post_init__(self) -> None:
        rules = {"min_base": self.min_base, "min_count": self.min_count, "min_base_all": self.min_base_all}
        demand(
            f"{_WHERE} confidentiality:",
            *((value >= 0, f"{name} is {value}; write a number of people, 0 or more") for name, value in rules.items()),
        )


@dataclass(frozen=True)
class Disclosure:
    """What AAPOR, INE and AMAI ask for and no other file of the study can say; empty: "No se declaró"."""

    __pydantic_config__: ClassVar = STRICT
    funding: str = ""
    conducted_by: str = ""
    contact: str = ""
    frame: str = ""
    selection: str = ""
    coverage: str = ""
    contact_attempts: str = ""
    incentives: str = ""
    languages: str = ""
    quality_control: str = ""
    processing: str = ""
    limitations: tuple[str, ...] = ()
    ethics: str = ""
    data_access: str = ""
    affiliations: str = ""
    objective: str = ""
    responsible: str = ""
    cost: str = ""
    ai_use: str = ""


@dataclass(frozen=True)
class ReportSettings:
    """The section ``report`` of ``params.yaml``.

    ``whole``: the whole area with its article, inside a sentence ("el área metropolitana").
    ``people``: who the shares are of, plural and feminine or masculine ("personas de 18 años y más").
    ``headline``: what the map, the comparison and the series show; give its ``plural``.
    ``findings``: the five findings of the brief in order (the first three are printed large).
    ``topics``: the indicators by theme; those that no topic names come last, under "Otros".
    ``key``: measures on every municipality's page (empty: the findings).
    ``place_word``/``places_word``: what a part is called; ``places_feminine``: whether it is las and not los.
    ``place_domain_kind``/``whole_domain_kind``: domain kinds of the parts and of the whole.
    ``wave_unit``: what a wave is, in a sentence ("trimestre").
    ``boundaries``: optional GeoJSON path (property ``cve_geo``) for a real map instead of tiles;
    ``boundaries_source``: who made it, printed under the map.
    ``brand``: folder below ``reports/brands``, or a brand that comes with the program.
    """

    __pydantic_config__: ClassVar = STRICT
    whole: str
    people: str
    headline: Measure
    findings: tuple[Measure, ...]
    trust: Battery
    topics: tuple[Topic, ...] = ()
    key: tuple[Measure, ...] = ()
    place_word: str = "municipio"
    places_word: str = "municipios"
    places_feminine: bool = False
    place_domain_kind: str = "municipio"
    whole_domain_kind: str = "total"
    wave_unit: str = "trimestre"
    licence: str = "CC BY 4.0"
    brand: str = "neutral"
    boundaries: str = ""
    boundaries_source: str = ""
    confidentiality: Confidentiality = field(default_factory=Confidentiality)
    disclosure: Disclosure = field(default_factory=Disclosure)

    def __post_init__(self) -> None:
        demand(_WHERE, (bool(self.findings), "findings is empty; name at least one measure"))

    @property
    def article(self) -> str:
        """The places' article, plural."""
        return "las" if self.places_feminine else "los"

    @property
    def the_places(self) -> str:
        """``los municipios``."""
        return f"{self.article} {self.places_word}"

    @property
    def this_place(self) -> str:
        """``este municipio``."""
        return f"{'esta' if self.places_feminine else 'este'} {self.place_word}"

    @property
    def no_place(self) -> str:
        """``ningún`` or ``ninguna``."""
        return "ninguna" if self.places_feminine else "ningún"
