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
    """Items that are read side by side: of one scale, the options of a multiple answer, or means.

    One of four says which: ``indicators``, by their names; ``items`` of one scale, each with a distribution;
    ``options``, the multiple answer whose options' shares they are; ``means``, items or indicators that have one.
    ``levels``: of items of one scale the categories from the most to the least favourable (those that are left out are
    not drawn); ``level_names``: as printed.
    ``names``: what each is called in a chart ("Marina"), by indicator; ``spoken``: in a sentence, where that differs
    ("la Marina").
    ``verb``: what whoever is first does more than the others ("preocupa": "La basura es lo que más preocupa").
    ``base``: who answered, in words.
    """

    __pydantic_config__: ClassVar = STRICT
    title: str
    indicators: tuple[str, ...] = ()
    names: dict[str, str] = field(default_factory=dict)
    levels: tuple[str, ...] = ()
    level_names: tuple[str, ...] = ()
    spoken: dict[str, str] = field(default_factory=dict)
    base: str = ""
    verb: str = ""
    items: tuple[str, ...] = ()
    options: str = ""
    means: tuple[str, ...] = ()

    def faults(self, key: str) -> tuple[tuple[bool, str], ...]:
        """What must hold of it, with what is said where it does not; ``key``: what it is called in the section."""
        said = [name for name in ("indicators", "items", "options", "means") if getattr(self, name)]
        return (
            (len(said) == 1, f"{key} says {' and '.join(said) or 'nothing'}; name its indicators, items, options or "
                             "means, and one of these alone"),
            (len(self.level_names) in (0, len(self.levels)),
             f"{key}.level_names must be as many as {key}.levels, or left out"),
            (not self.levels or not (self.options or self.means),
             f"{key}.levels are of items of one scale: options and means have none; take them out"),
        )  # fmt: skip


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
    """The section ``report`` of ``params.yaml``, of which every key may be left out: what is not said has no section.

    ``whole``: the whole area with its article, inside a sentence ("el área metropolitana"); "el conjunto" without it.
    ``people``: who the shares are of, plural and feminine or masculine ("personas de 18 años y más"); those of
    ``study.population`` without it.
    ``headline``: what the map, the comparison and the series show; give its ``plural``. The first finding without it.
    ``findings``: the five findings of the brief in order (the first three are printed large).
    ``batteries``: what is read side by side; ``trust``: one of these, of trust in the forces, with words of its own.
    ``disclosure``: what no file of the study says and AAPOR asks for; without it these points are left out.
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
    whole: str = ""
    people: str = ""
    headline: Measure | None = None
    findings: tuple[Measure, ...] = ()
    trust: Battery | None = None
    batteries: tuple[Battery, ...] = ()
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
    disclosure: Disclosure | None = None

    def __post_init__(self) -> None:
        trust = self.trust
        told = () if trust is None else (
            (bool(trust.indicators), "trust.indicators is empty; name at least one indicator"),
            (bool(trust.levels), "trust.levels is empty; name the categories from the most to the least favourable"),
            *trust.faults("trust")[1:],
        )  # fmt: skip
        others = [fault for n, each in enumerate(self.batteries) for fault in each.faults(f"batteries.{n}")]
        demand(_WHERE, *told, *others)

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
