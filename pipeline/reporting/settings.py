"""What a study says about its reports in ``params.yaml``, section ``report``.

Plain frozen dataclasses: the study's loader validates the section into them. Everything that is
Spanish here is printed as it stands. An example of the whole section is in ``docs/report-settings.md``.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Measure:
    """One share that is told: an indicator and the category of it that the sentence is about.

    ``indicator``, ``category``, ``statistic``: as in the estimates table (``category`` is "" for means).
    """

    indicator: str
    category: str = ""
    statistic: str = "proportion"


@dataclass(frozen=True)
class Battery:
    """Items asked with one scale, drawn together as bars that add to 100.

    ``indicators``: one per item, each with every category of ``levels`` in the estimates table.
    ``levels``: categories from the most to the least favourable.
    ``level_names``: how each level is printed ("mucha", "algo", …).
    ``lead``: sentence part for the first level, "tiene mucha confianza en {item}".
    """

    title: str
    indicators: tuple[str, ...]
    levels: tuple[str, ...]
    level_names: tuple[str, ...]
    lead: str = ""
    base: str = ""


@dataclass(frozen=True)
class Topic:
    """A theme of the site and of the tabulados: one sheet, one section, its indicators in order."""

    id: str
    name: str
    indicators: tuple[str, ...]


@dataclass(frozen=True)
class Confidentiality:
    """When somebody could be recognised: such cells are absent from every output.

    ``min_base``: smallest unweighted base of a published cell. ``min_count``: smallest unweighted
    count of people in a category (and of its complement) other than zero; 0 turns the rule off.
    """

    min_base: int = 10
    min_count: int = 0


@dataclass(frozen=True)
class Disclosure:
    """What AAPOR's Transparency Initiative asks for and no other file of the study can say."""

    sponsor: str = ""
    conducted_by: str = ""
    funding: str = ""
    contact: str = ""
    population: str = ""
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


@dataclass(frozen=True)
class ReportSettings:
    """The section ``report`` of ``params.yaml``.

    ``title``: the publication. ``area``: the whole, with its article, inside a sentence ("el área
    metropolitana"). ``people``: who the shares are of ("personas de 18 años y más").
    ``area_domain_kind``/``place_domain_kind``: domain kinds of the whole and of its parts.
    ``headline``: what the map, the comparison and the series show. ``findings``: the five findings of
    the brief in order (the first three are printed large). ``key``: measures on every municipality's page.
    ``wave_unit``: what a wave is, in a sentence ("trimestre").
    ``boundaries``: optional GeoJSON path (properties ``cve_geo``) for a real map instead of tiles.
    ``brand``: folder below ``reports/brands``.
    """

    title: str
    area: str
    area_short: str
    people: str
    headline: Measure
    findings: tuple[Measure, ...]
    trust: Battery
    topics: tuple[Topic, ...]
    key: tuple[Measure, ...] = ()
    place_word: str = "municipio"
    places_word: str = "municipios"
    place_domain_kind: str = "municipio"
    area_domain_kind: str = "total"
    wave_unit: str = "trimestre"
    publisher: str = ""
    licence: str = "CC BY 4.0"
    source: str = ""
    brand: str = "neutral"
    boundaries: str = ""
    confidentiality: Confidentiality = field(default_factory=Confidentiality)
    disclosure: Disclosure = field(default_factory=Disclosure)


@dataclass(frozen=True)
class IndicatorLabel:
    """What a report must know of an indicator; made by the stage from ``questionnaires/indicators.yaml``.

    ``name``: noun phrase ("Inseguridad en el municipio"). ``singular``/``plural``: what those counted do
    ("se siente poco o nada segura en su municipio", "se sienten poco o nada seguras en su municipio"),
    by category. ``direction``: "up_is_bad", "up_is_good" or "neutral". ``base``: who is in the
    denominator, in words. ``question``: wording as asked. ``categories``: printed name by category.
    ``item``: for a battery, the thing rated ("Fuerza Civil"). ``breaks``: waves from which the series is
    not comparable with before, with three words why ("cambió la pregunta").
    """

    id: str
    name: str
    direction: str
    base: str
    singular: dict[str, str]
    plural: dict[str, str]
    categories: dict[str, str]
    question: str = ""
    item: str = ""
    missing_rule: str = ""
    breaks: dict[str, str] = field(default_factory=dict)
