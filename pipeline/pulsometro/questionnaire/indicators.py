"""What is published: each indicator's base, treatment of no answer, direction and plain name."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Literal

from pulsometro.common.errors import PulsoError
from pulsometro.questionnaire.expressions import parse
from pulsometro.questionnaire.model import Questionnaire
from pulsometro.settings.configuration import STRICT, load_yaml, validate

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

    Raises PulsoError naming the indicator for an unknown key, a share without
    categories, an index without items or rescaling, a base that is not a condition.
    """
    content = validate(_File, load_yaml(path), path)
    for name, indicator in content.indicators.items():
        where = f"{path}: indicators.{name}"
        if indicator.kind == "share" and not (indicator.categories and indicator.item and indicator.category):
            raise PulsoError(f"{where} is a share: it needs item, categories and category (its label).")
        if indicator.kind == "index" and not (indicator.items and indicator.rescale):
            raise PulsoError(f"{where} is an index: it needs items and rescale.")
        if indicator.kind in {"mean", "distribution"} and not indicator.item:
            raise PulsoError(f"{where} needs the item that it is computed from.")
        if indicator.base:
            parse(indicator.base, f"{where}.base")
    return Indicators(content.indicators)


def check_against(indicators: Indicators, questionnaire: Questionnaire, path: Path) -> None:
    """Refuse an indicator that names a code or base item that the wave's items lack.

    Raises PulsoError naming the indicator, the code or item, and the wave.
    """
    for name, indicator in indicators.available(questionnaire).items():
        where = f"{path}: indicators.{name}"
        for item in indicator.sources:
            known = questionnaire.items[item].valid_codes if item in questionnaire.items else ()
            for code in indicator.categories:
                if code not in known:
                    raise PulsoError(f"{where}: code {code} is not one of {item} in wave {questionnaire.wave}.")
        if indicator.base:
            for item in parse(indicator.base, where).items:
                if item not in questionnaire.items:
                    raise PulsoError(f"{where}.base uses '{item}', which wave {questionnaire.wave} does not ask.")
