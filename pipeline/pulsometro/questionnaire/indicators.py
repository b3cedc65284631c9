"""What is published: each indicator's base, treatment of no answer, direction and plain name."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Literal

from pulsometro.questionnaire.condition_faults import faults_in
from pulsometro.questionnaire.expressions import parse
from pulsometro.questionnaire.model import Questionnaire
from pulsometro.settings.configuration import STRICT, load_yaml, validate
from pulsometro.settings.faults import Fault, refuse, shown
from pulsometro.settings.made_once import once
from pulsometro.settings.names import hidden_characters, identifier_fault, same_address

Direction = Literal["up_is_good", "up_is_bad", "neutral"]
Kind = Literal["share", "distribution", "mean", "index", "median", "quantile"]
Statistic = Literal["proportion", "total", "mean"]
# What each kind can say of its answers; the first is its main figure where ``statistics`` names none.
STATISTICS: Mapping[str, tuple[str, ...]] = {
    "share": ("proportion", "total"), "distribution": ("proportion", "total"), "mean": ("mean", "total"),
    "index": ("mean",), "median": ("quantile",), "quantile": ("quantile",),
}  # fmt: skip
# Items whose values are numbers that can be added and ordered.
CODED = ("single", "text", "date", "area")


@dataclass(frozen=True)
class Indicator:
    """One published measure.

    ``kind``: share (of ``categories`` among the base, or of the numbers in ``range``, both ends included),
    distribution (every code), mean (of a number), median, quantile (at the probability ``at``: 0.9 is what nine of ten
    do not exceed), index (mean of rescaled ``items``, at least ``at_least`` answered).
    ``base``: condition that restricts the population, e.g. ``victima == 1``.
    ``no_answer``: ``exclude`` no sabe / no contesta from the base, keep them ``in_base``, or
    show them as a ``category`` of their own.
    ``name``: plain-language title; ``singular``/``plural``: what those counted do, for sentences
    ("se siente poco o nada segura en su municipio"). ``base_name``: the base in words, where it is not everybody.
    ``statistics``: "total" beside a share or a mean prints the number of persons, or the sum, in the population.
    ``unit``: what a mean, median or total counts, plural ("pesos", "años", "horas"); "puntos" of a scale; "año" of a
    calendar year; a share needs none. ``decimals``: with which means and quantiles are printed.
    """

    __pydantic_config__: ClassVar = STRICT
    name: str
    kind: Kind
    direction: Direction
    item: str | None = None
    items: tuple[str, ...] = ()
    categories: tuple[int, ...] = ()
    range: tuple[float, float] | None = None
    at: float | None = None
    category: str = ""
    rescale: Mapping[int, float] = field(default_factory=dict)
    at_least: int = 1
    base: str | None = None
    base_name: str = ""
    singular: str = ""
    plural: str = ""
    no_answer: Literal["exclude", "in_base", "category"] = "exclude"
    statistics: tuple[Statistic, ...] = ()
    unit: str = ""
    decimals: int = 1
    definition: str = ""

    @property
    def sources(self) -> tuple[str, ...]:
        """The items that the indicator is computed from."""
        return self.items if self.kind == "index" else (self.item or "",)

    @property
    def computed(self) -> tuple[str, ...]:
        """The statistics of its rows in the table of estimates, the main figure first."""
        return self.statistics or STATISTICS[self.kind][:1]

    @property
    def probability(self) -> float | None:
        """Of a median or quantile the probability; None of any other kind."""
        return 0.5 if self.kind == "median" else self.at

    @property
    def main_category(self) -> str:
        """The category of the main figure's row: the share's label, a quantile's probability, else ""."""
        if self.kind == "share":
            return self.category
        return "" if self.probability is None else f"{self.probability:g}"


@dataclass(frozen=True)
class _File:
    __pydantic_config__: ClassVar = STRICT
    indicators: Mapping[str, Indicator]


@dataclass(frozen=True)
class Indicators:
    """All indicators of a study, in publication order."""

    by_name: Mapping[str, Indicator]

    def available(self, questionnaire: Questionnaire) -> dict[str, Indicator]:
        """The indicators whose items this wave asks (an index needs ``at_least`` of them)."""
        return {
            name: indicator
            for name, indicator in self.by_name.items()
            if sum(item in questionnaire.items for item in indicator.sources)
            >= (indicator.at_least if indicator.kind == "index" else 1)
        }


def load_indicators(path: Path) -> Indicators:
    """Read and check ``questionnaires/indicators.yaml``.

    Raises PulsoError naming every indicator with an unknown key; then every one that is a share without
    categories or an index without items or rescaling, or has a name or base that cannot be used.
    """
    written = load_yaml(path)
    return once((Indicators, path), repr(written), lambda: _made(written, path))


def _made(written: dict[str, Any], path: Path) -> Indicators:
    content = validate(_File, written, path)
    refuse(path, [*_faults(content.indicators), *hidden_characters(written)], written)
    return Indicators(content.indicators)


def _faults(indicators: Mapping[str, Indicator]) -> Iterator[Fault]:
    """What is wrong in indicators whose keys each can be read."""
    for name, indicator in indicators.items():
        where, place = f"indicators.{shown(name)}", ("indicators", name)
        problem = identifier_fault(name, "indicator")
        if problem:
            yield Fault(f"indicators: {problem}", place)
        told = bool(indicator.categories) != (indicator.range is not None)
        if indicator.kind == "share" and not (told and indicator.item and indicator.category):
            yield Fault(
                f"{where} is a share: it needs item, category (its label) and either categories or range.", place
            )
        if indicator.kind == "index" and not (indicator.items and indicator.rescale):
            yield Fault(f"{where} is an index: it needs items and rescale.", place)
        if indicator.kind in {"mean", "distribution", "median", "quantile"} and not indicator.item:
            yield Fault(f"{where} needs the item that it is computed from.", place)
        yield from _number_faults(where, place, indicator)
        if indicator.base:
            # Its items are a wave's matter: check_against holds it to them.
            problems = faults_in(indicator.base, {})
            yield from (Fault(f"{where}.base: {problem}", (*place, "base")) for problem in problems)
    for first, second in same_address(indicators):
        yield Fault(
            f"indicators: '{shown(first)}' and '{shown(second)}' would share one address on the pages; tell them "
            "apart in more than capitals and underscores.",
            ("indicators", second),
        )


def _number_faults(where: str, place: tuple[str, str], indicator: Indicator) -> Iterator[Fault]:
    """Faults of what belongs to some kinds alone: at, range, statistics, unit and decimals."""
    kind, share = indicator.kind, indicator.kind in ("share", "distribution")
    if (kind == "quantile") != (indicator.at is not None):
        wanted = "at, say 0.9, which nine of ten do not exceed" if kind == "quantile" else "no 'at': take it out"
        yield Fault(f"{where} is a {kind}: it needs {wanted}.", (*place, "at"))
    elif indicator.at is not None and not 0 < indicator.at < 1:
        yield Fault(f"{where}.at is {indicator.at:g}; write a share between 0 and 1, as 0.9.", (*place, "at"))
    if indicator.range is not None and kind != "share":
        yield Fault(f"{where}: a {kind} has no range; make it a share, or take range out.", (*place, "range"))
    elif indicator.range is not None and indicator.range[0] > indicator.range[1]:
        yield Fault(f"{where}.range ends before it begins; write the lowest number first.", (*place, "range"))
    unknown = [name for name in indicator.statistics if name not in STATISTICS[kind]]
    if unknown:
        known = " and ".join(name for name in STATISTICS[kind] if name != "quantile") or "none to choose"
        yield Fault(
            f"{where}.statistics: a {kind} has no {', '.join(unknown)}; it has {known}.", (*place, "statistics")
        )
    if share and indicator.unit not in ("", "%"):
        yield Fault(
            f"{where} is a {kind}, which is printed in percent: take unit '{shown(indicator.unit)}' out.",
            (*place, "unit"),
        )
    if not 0 <= indicator.decimals <= 3:
        yield Fault(f"{where}.decimals is {indicator.decimals}; write 0 to 3.", (*place, "decimals"))


def check_against(
    indicators: Indicators, questionnaire: Questionnaire, path: Path, areas: Collection[str] = ()
) -> None:
    """Refuse indicators that name codes or base items that the wave's items lack, or bases that cannot be meant.

    ``areas``: codes of the study's municipalities, to which bases on an area are held; none: they are not.

    Raises PulsoError naming every indicator, the code or item, and the wave.
    """
    refuse(path, faults_against(indicators.available(questionnaire), questionnaire, areas))


def _needs_a_number(indicator: Indicator) -> str:
    """What of an indicator is computed of numbers, in words; "" where codes do."""
    if indicator.kind in ("median", "quantile"):
        return f"a {indicator.kind}"
    return "the share of a range" if indicator.range is not None else ""


def faults_against(
    available: Mapping[str, Indicator], questionnaire: Questionnaire, areas: Collection[str]
) -> Iterator[Fault]:
    """What ``check_against`` refuses, of the indicators that the wave has."""
    wave, items = questionnaire.wave, questionnaire.items
    for name, indicator in available.items():
        where = f"indicators.{name}"
        for item in indicator.sources:
            known = items[item].valid_codes if item in items else ()
            for code in indicator.categories:
                if code not in known:
                    yield Fault(f"{where}: code {code} is not one of {item} in wave {wave}.")
        needs = _needs_a_number(indicator)
        coded = [item for item in indicator.sources if needs and item in items and items[item].kind in CODED]
        for item in coded:
            yield Fault(
                f"{where}: {needs} needs a number, and {item} in wave {wave} is {items[item].kind}; name an item that "
                "is integer or number, or take the share of its codes (categories)."
            )
        if indicator.base:
            for item in parse(indicator.base, where).items:
                if item not in items:
                    yield Fault(f"{where}.base uses '{item}', which wave {wave} does not ask.")
            for problem in faults_in(indicator.base, items, areas):
                yield Fault(f"{where}.base: in wave {wave}, {problem}")
