"""Everything that the reports of one wave are made from, gathered once and shared by all formats."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Literal

from pulsometro.questionnaire.crossings import cell_parts
from pulsometro.reporting.edition.rows import Change, Estimate, Rank, Rows
from pulsometro.reporting.edition.tested_differences import Differences
from pulsometro.settings.report_settings import Measure, ReportSettings
from pulsometro.study.batteries import ToldBattery
from pulsometro.style.printed_form import Form, statistic_word
from pulsometro.style.spanish import word
from pulsometro.style.theme import Theme
from pulsometro.style.vocabulary import Reason


@dataclass(frozen=True)
class IndicatorLabel:
    """What a report must know of an indicator, from ``questionnaires/indicators.yaml`` and its items.

    ``singular``/``plural``: what those counted do. ``categories``: printed name by
    category. ``breaks``: waves from which the series does not compare with before → three words why.
    ``statistic``/``category``: what a sentence or a series line of this indicator shows.
    """

    id: str
    name: str
    direction: str
    singular: str
    plural: str
    base: str
    statistic: str = "proportion"
    category: str = ""
    unit: str = "%"
    definition: str = ""
    question: str = ""
    no_answer: str = ""
    categories: Mapping[str, str] = field(default_factory=dict)
    breaks: Mapping[str, str] = field(default_factory=dict)
    kind: str = "share"

    @property
    def measure(self) -> Measure:
        """The indicator's main figure."""
        return Measure(self.id, self.category, self.statistic)


@dataclass(frozen=True)
class Place:
    """One part of the area: code, full and short name, place in the tile map."""

    code: str
    name: str
    short: str
    column: float
    row: float


@dataclass(frozen=True)
class WaveInfo:
    """One wave as the report names it."""

    key: str
    number: int
    period: str
    start: date
    end: date
    simulated: bool


@dataclass(frozen=True)
class Group:
    """What parts the population: its name ("sexo") and the names of its codes."""

    name: str
    codes: Mapping[str, str]


@dataclass(frozen=True)
class Making:
    """How the wave was made, in words: mode and frame as declared, weighting from the settings.

    ``response_rate``: AAPOR RR3 of all areas together (0–1), from the record of the weights.
    """

    mode: str = ""
    frame: str = ""
    response_rate: float | None = None
    weighting: str = ""


@dataclass(frozen=True)
class Exceptions:
    """What the checks found and somebody signed off; printed on the first page."""

    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Edition:
    """A wave with its tables, names and settings. ``waves`` ends with the wave itself.

    ``undelivered``: of each wave the indicators that were asked and whose answers the delivery lacks. ``microdata``:
    who has them; ``counted_by``: names of the items by whose groups anybody counts in public ones. ``imitated``: what
    is simulated was made so that its shares are those once published. ``reworded``: the reasons that questions give
    for a break, and not the design.
    """

    wave: WaveInfo
    waves: tuple[WaveInfo, ...]
    title: str
    short_title: str
    area: str
    area_short: str
    producer: str
    sponsors: tuple[str, ...]
    labels: Mapping[str, IndicatorLabel]
    places: tuple[Place, ...]
    settings: ReportSettings
    theme: Theme
    rows: Rows
    interviews: int
    alpha: float
    adjust: str
    level: float = 0.95
    made: Making = Making()
    exceptions: Exceptions = Exceptions()
    boundaries: Path | None = None
    draft: bool = False
    groups: Mapping[str, Group] = field(default_factory=dict)
    differences: Differences = field(default_factory=Differences)
    undelivered: Mapping[str, frozenset[str]] = field(default_factory=dict)
    microdata: Literal["", "partners", "public"] = ""
    counted_by: tuple[str, ...] = ()
    batteries: tuple[ToldBattery, ...] = ()
    imitated: bool = False
    reworded: frozenset[str] = frozenset()

    def label(self, measure: Measure) -> IndicatorLabel:
        """Names of the measure's indicator."""
        return self.labels[measure.indicator]

    def form(self, measure: Measure) -> Form:
        """How the measure's figures are printed."""
        return self.rows.form(measure.indicator, measure.statistic)

    def named(self, measure: Measure) -> str:
        """The indicator with what its figure is, unless it says so itself: ``Gasto en seguridad, mediana``."""
        label = self.label(measure)
        word = "" if label.kind == "index" else statistic_word(measure.statistic, measure.category)
        told = word.split(" ")[0].lower() in label.name.lower()
        return label.name if not word or told else f"{label.name}, {word}"

    def answer(self, indicator: str, category: str) -> str:
        """A category as readers know it: ``no_sabe`` is "no sabe"."""
        label = self.labels.get(indicator)
        return label.categories.get(category, category) if label else category

    def singular(self, measure: Measure) -> str:
        """What a person counted by the measure does."""
        return measure.singular or self.label(measure).singular

    def plural(self, measure: Measure) -> str:
        """What several people counted by the measure do."""
        return measure.plural or ("" if measure.singular else self.label(measure).plural)

    def direction(self, measure: Measure) -> str:
        """Whether up is good or bad for the measure."""
        return measure.direction or self.label(measure).direction

    def whole(self, measure: Measure, wave: str = "") -> Estimate | None:
        """The measure in the whole area; None where precision or the wave's questions forbid it."""
        found = self.rows.get(wave or self.wave.key, measure, self.settings.whole_domain_kind, "total")
        return found if found is not None and found.publishable else None

    def in_place(self, measure: Measure, code: str, wave: str = "") -> Estimate | None:
        """The measure in one place; None where it may not be printed."""
        found = self.rows.get(wave or self.wave.key, measure, self.settings.place_domain_kind, code)
        return found if found is not None and found.publishable else None

    def reason(self, measure: Measure, wave: str = "", code: str = "") -> Reason:
        """Why a measure has no figure in a place (``code``) or in the whole: what its row says, or why it has none."""
        if self.confidential(measure, wave, code):
            return Reason.CONFIDENTIAL
        where = (self.settings.place_domain_kind, code) if code else (self.settings.whole_domain_kind, "total")
        found = self.rows.get(wave or self.wave.key, measure, *where)
        lost = measure.indicator in self.undelivered.get(wave or self.wave.key, frozenset())
        if found is not None:
            # An item that the delivery lacks is an empty column, and the kernel sees nobody in it.
            return Reason.NOT_DELIVERED if lost and found.reason == Reason.NO_CASES else Reason(found.reason)
        if lost:
            return Reason.NOT_DELIVERED
        return Reason.NO_CASES if self.asked(measure, wave) else Reason.NOT_ASKED

    def change(self, estimate: Estimate | None, comparison: str = "previous") -> Change | None:
        """The tested change of a printed estimate, or that there is none because the question changed.

        None when one of its two ends may not be printed.
        """
        if estimate is None:
            return None
        found = self.rows.change(estimate, comparison)
        if found is None or not (found.publishable or not found.comparable):
            return None
        # Two figures that print equal are not said to differ.
        alike = found.printed.prints_equal(estimate.estimate, found.reference_estimate)
        return replace(found, unseen=True) if found.significant and alike else found

    def asked(self, measure: Measure, wave: str = "") -> bool:
        """Whether the wave has the measure at all, printed or not."""
        where = (wave or self.wave.key, measure, self.settings.whole_domain_kind, "total")
        return self.rows.get(*where) is not None or self.rows.confidential(*where)

    def nobody(self, measure: Measure) -> bool:
        """Whether the wave asked for the measure's indicator and nobody in the whole gave this answer."""
        found = self.rows.get(self.wave.key, measure, self.settings.whole_domain_kind, "total")
        if found is not None:
            return found.estimate == 0
        return not self.confidential(measure) and self.rows.has(self.wave.key, measure.indicator)

    def confidential(self, measure: Measure, wave: str = "", code: str = "") -> bool:
        """Whether the measure of a place (``code``) or of the whole is kept back to protect those who answered."""
        settings = self.settings
        where = (settings.place_domain_kind, code) if code else (settings.whole_domain_kind, "total")
        return self.rows.confidential(wave or self.wave.key, measure, *where)

    def rank(self, estimate: Estimate | None) -> Rank | None:
        """The rank of a printed estimate among its peers."""
        return self.rows.rank(estimate) if estimate else None

    def period(self, wave: str) -> str:
        """When a wave was in the field, as printed."""
        return next((info.period for info in self.waves if info.key == wave), wave)

    def domain_name(self, kind: str, domain: str) -> tuple[str, str]:
        """A kind of domain and a domain in words: ("municipio × sexo", "Apodaca, mujer")."""
        if kind == self.settings.whole_domain_kind:
            return "Total", self.area_name
        parts = [(self.groups.get(item, Group(item, {})), code) for item, code in cell_parts(kind, domain)]
        return " × ".join(g.name for g, _ in parts), ", ".join(g.codes.get(code, code) for g, code in parts)

    @property
    def all_places(self) -> str:
        """``los nueve municipios``."""
        if len(self.places) < 2:
            return self.places[0].name if self.places else self.settings.the_places
        count = word(len(self.places), self.settings.places_feminine)
        return f"{self.settings.article} {count} {self.settings.places_word}"

    @property
    def area_name(self) -> str:
        """The whole as a line or a row is called."""
        return self.area_short[:1].upper() + self.area_short[1:]

    @property
    def simulated(self) -> bool:
        """Whether the edition's own figures come from simulated data; an earlier edition's are its own matter."""
        return self.wave.simulated
