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
Statistic = Literal["proportion", "total", "mean"]


@dataclass(frozen=True)
class Indicator:
    """One published measure.

    ``kind``: share (of ``categories`` among the base), distribution (every code), mean (of a
    number), index (mean of rescaled ``items``, at least ``at_least`` answered).
    ``base``: condition that restricts the population, e.g. ``victima == 1``.
    ``no_answer``: ``exclude`` no sabe / no contesta from the base, keep them ``in_base``, or
    show them as a ``category`` of their own.
    ``name``: plain-language title; ``singular``/``plural``: what those counted do, for sentences
    ("se siente poco o nada segura en su municipio"). ``base_name``: the base in words, where it is not everybody.
    """

    __pydantic_config__: ClassVar = STRICT
    name: str
    kind: Literal["share", "distribution", "mean", "index"]
    direction: Direction
    item: str | None = None
    items: tuple[str, ...] = ()
    categories: tuple[int, ...] = ()
    category: str = ""
    rescale: Mapping[int, float] = field(default_factory=dict)
    at_least: int = 1
    base: str | None = None
    base_name: str = ""
    singular: str = ""
    plural: str = ""
    no_answer: Literal["exclude", "in_base", "category"] = "exclude"
    statistics: tuple[Statistic, ...] = ("proportion",)
    unit: str = "%"
    definition: str = ""

    @property
    def sources(self) -> tuple[str, ...]:
        """The items that the indicator is computed from."""
        return self.items if self.kind == "index" else (self.item or "",)


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
        if indicator.kind == "share" and not (indicator.categories and indicator.item and indicator.category):
            yield Fault(f"{where} is a share: it needs item, categories and category (its label).", place)
        if indicator.kind == "index" and not (indicator.items and indicator.rescale):
            yield Fault(f"{where} is an index: it needs items and rescale.", place)
        if indicator.kind in {"mean", "distribution"} and not indicator.item:
            yield Fault(f"{where} needs the item that it is computed from.", place)
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


def check_against(
    indicators: Indicators, questionnaire: Questionnaire, path: Path, areas: Collection[str] = ()
) -> None:
    """Refuse indicators that name codes or base items that the wave's items lack, or bases that cannot be meant.

    ``areas``: codes of the study's municipalities, to which bases on an area are held; none: they are not.

    Raises PulsoError naming every indicator, the code or item, and the wave.
    """
    refuse(path, _faults_against(indicators.available(questionnaire), questionnaire, areas))


def _faults_against(
    available: Mapping[str, Indicator], questionnaire: Questionnaire, areas: Collection[str]
) -> Iterator[Fault]:
    wave, items = questionnaire.wave, questionnaire.items
    for name, indicator in available.items():
        where = f"indicators.{name}"
        for item in indicator.sources:
            known = items[item].valid_codes if item in items else ()
            for code in indicator.categories:
                if code not in known:
                    yield Fault(f"{where}: code {code} is not one of {item} in wave {wave}.")
        if indicator.base:
            for item in parse(indicator.base, where).items:
                if item not in items:
                    yield Fault(f"{where}.base uses '{item}', which wave {wave} does not ask.")
            for problem in faults_in(indicator.base, items, areas):
                yield Fault(f"{where}.base: in wave {wave}, {problem}")
