"""Questions of one scale: what a chart draws side by side."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pulsometro.begin.draft_item import DraftItem
from pulsometro.begin.yaml_words import cut
from pulsometro.common.discretion import simple

_ARTICLE = re.compile(r"^(?:en |a |de |con |sobre |al |del )?(?:el |la |los |las |su |sus )?", re.IGNORECASE)
_WITH_ARTICLE = re.compile(r"^(?:en |a |de |con |sobre )?((?:el|la|los|las) .{1,60})$", re.IGNORECASE)
_MOST, _FEWEST_LEVELS = 12, 2


@dataclass(frozen=True)
class FoundBattery:
    """``items`` with one scale; ``title``: what their labels have in common; ``names``: what they have not, ``spoken``:
    the same with its article, as a sentence has it ("" where it has none)."""

    title: str
    items: tuple[DraftItem, ...]
    names: tuple[str, ...]
    levels: tuple[str, ...]
    spoken: tuple[str, ...] = ()

    @property
    def trust(self) -> bool:
        """Whether it asks for trust, of which the reports know how to speak."""
        return "confia" in simple(" ".join(each.text for each in self.items))


def batteries(items: Sequence[DraftItem]) -> list[FoundBattery]:
    """The groups of two or more questions with the same answers: those of trust, then the largest, first.

    Questions numbered alike (p7_1, p7_2) are a group before those that only share a scale.
    """
    numbered: dict[tuple[object, ...], list[DraftItem]] = {}
    for each in items:
        if each.answers and each.role == "" and not each.undecided and len(each.codes) > _FEWEST_LEVELS:
            stem = re.sub(r"_?\d+$", "", each.name)
            numbered.setdefault((stem, *each.codes.values()), []).append(each)
    alike: dict[tuple[object, ...], list[DraftItem]] = {}
    for (_, *levels), group in numbered.items():
        if len(group) == 1:
            alike.setdefault(tuple(levels), []).extend(group)
    groups = [*(group for group in numbered.values() if len(group) > 1), *alike.values()]
    found = [_battery(group[:_MOST]) for group in groups if len(group) > 1]
    return sorted(found, key=lambda each: (not each.trust, -len(each.items)))


def alone(item: DraftItem) -> FoundBattery:
    """One question by itself."""
    levels = ("sí",) if item.role == "option" else tuple(item.codes.values())
    return FoundBattery(cut(item.label, 60), (item,), (cut(item.label, 60),), levels)


def _battery(group: Sequence[DraftItem]) -> FoundBattery:
    words = [each.text.strip("¿? ").split() for each in group]
    levels = tuple(group[0].codes.values())
    same = 0
    while all(len(each) > same + 1 for each in words) and len({simple(each[same]) for each in words}) == 1:
        same += 1
    common = " ".join(words[0][:same]).rstrip(" :,;(")
    ends = [" ".join(each[same:]).strip(" ?¿:.") for each in words]
    rest = [_name(each) for each in ends]
    articles = [found[1] if (found := _WITH_ARTICLE.search(each)) else "" for each in ends]
    title = re.sub(r"\s+(?:en|de|con|a|del|al|la|el|los|las|su)$", "", common)
    if re.match(r"(?:cu[aá]n|qu[eé]|c[oó]mo|en qu[eé])", title, re.IGNORECASE) or not title:
        title = "Confianza" if "confia" in simple(common) else "Preguntas de una misma escala"
    unique = len({simple(name) for name in rest}) == len(rest)
    names = rest if unique else [f"{name} ({each.name})" for name, each in zip(rest, group, strict=True)]
    return FoundBattery(title, tuple(group), tuple(names), levels, tuple(articles))


def _name(text: str) -> str:
    kept = _ARTICLE.sub("", text, count=1).strip(" ?¿:.") or text
    return cut(kept[:1].upper() + kept[1:], 48)
