"""What a study's files define, put side by side: the names that other files may use."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pulsometro.common.errors import PulsoError
from pulsometro.questionnaire import Indicator, Item, Questionnaire
from pulsometro.questionnaire.load import merged_content
from pulsometro.settings.faults import Fault, shown
from pulsometro.settings.likeness import listed, meant
from pulsometro.study.parameters import Params
from pulsometro.study.study_folder import Study

Place = tuple[Any, ...]


@dataclass(frozen=True)
class Known:
    """The settings, the indicators, and every wave's questionnaire that can be read.

    ``unread``: items that the files of the other waves name, None where one of them names none that can be told: then
    nobody knows whether a name is one of its items.
    """

    params: Params
    indicators: Mapping[str, Indicator]
    questionnaires: Mapping[str, Questionnaire]
    unread: frozenset[str] | None = frozenset()

    @cached_property
    def items(self) -> frozenset[str]:
        """Every item of every wave."""
        asked = {name for questionnaire in self.questionnaires.values() for name in questionnaire.items}
        return frozenset(asked | (self.unread or frozenset()))

    def lacks(self, name: str) -> bool:
        """Whether no wave has the item, for sure."""
        return self.unread is not None and name not in self.items

    def versions(self, name: str) -> Iterator[Item]:
        """The item as each wave asks it, oldest first."""
        yield from (asked.items[name] for asked in self.questionnaires.values() if name in asked.items)

    def told_all(self, name: str) -> bool:
        """Whether every wave that may ask the item can be read."""
        return self.unread is not None and name not in self.unread

    def item_fault(self, key: str, name: str, place: Place) -> Iterator[Fault]:
        """A fault where no questionnaire has the item that a key of a file names."""
        if self.lacks(name):
            yield unknown(key, name, "which no questionnaire has", self.items, place)


def names_known_in(study: Study) -> Known:
    """What the study's files define; PulsoError where the indicators cannot be read.

    A wave whose questionnaire cannot be read stops later, alone.
    """
    asked, unread = {}, set[str]()
    sure = True
    for wave in study.waves:
        try:
            asked[wave] = study.questionnaire(wave)
        except (PulsoError, OSError):
            named = _named_items(study, wave)
            sure, unread = sure and named is not None, unread | (named or set())
    return Known(study.params, study.indicators.by_name, asked, frozenset(unread) if sure else None)


def _named_items(study: Study, wave: str) -> set[str] | None:
    """The items that the files of a wave name, whatever else is wrong with them; None where nobody can tell."""
    try:
        items = merged_content(study.questionnaires, wave).get("items")
    except (PulsoError, OSError):
        return None
    return set(map(str, items)) if isinstance(items, dict) else None


def unknown(key: str, name: str, which: str, known: Collection[object], place: Place, remedy: str = "") -> Fault:
    """The fault of a name that is none of the known ones; ``which``: a clause that says of what."""
    text = f"{key} names '{shown(name)}', {which}; {remedy or 'correct the name'}"
    near = meant(name, sorted(map(str, known)))
    # A long list says nothing; of a short one each may be meant.
    few = f" (one of {listed(known)})" if not near and known and len(known) <= _FEW else ""
    return Fault(f"{text}{near or few}.", place)


_FEW = 12
