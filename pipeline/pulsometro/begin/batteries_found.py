"""Questions of one scale: what a chart draws side by side."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pulsometro.begin.draft_item import DraftItem
from pulsometro.begin.yaml_words import cut
from pulsometro.common.discretion import simple

_ARTICLE = re.compile(r"^(?:en |a |de |con |sobre |al |del )?(?:el |la |los |las |su |sus )?", re.IGNORECASE)
_MOST, _FEWEST_LEVELS = 12, 2


@dataclass(frozen=True)
class FoundBattery:
    """``items`` with one scale; ``title``: what their labels have in common; ``names``: what they have not."""

    title: str
    items: tuple[DraftItem, ...]
    names: tuple[str, ...]
    levels: tuple[str, ...]


def batteries(items: Sequence[DraftItem]) -> list[FoundBattery]:
    """The groups of two or more questions with the same answers, the largest first; those numbered alike (p7_1, p7_2)
    before those that only share a scale."""
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
    return sorted((_battery(group[:_MOST]) for group in groups if len(group) > 1), key=lambda each: -len(each.items))


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
    rest = [_name(" ".join(each[same:])) for each in words]
    title = re.sub(r"\s+(?:en|de|con|a|del|al|la|el|los|las|su)$", "", common)
    unique = len({simple(name) for name in rest}) == len(rest)
    names = rest if unique else [f"{name} ({each.name})" for name, each in zip(rest, group, strict=True)]
    return FoundBattery(title or "Preguntas de una misma escala", tuple(group), tuple(names), levels)


def _name(text: str) -> str:
    kept = _ARTICLE.sub("", text, count=1).strip(" ?¿:.") or text
    return cut(kept[:1].upper() + kept[1:], 48)
