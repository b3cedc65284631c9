"""Keys of the evidence as a supervisor reads them: places, questions and answers by their names."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pulsometro.questionnaire.model import Item
from pulsometro.study import Study

# Families of rules whose keys name areas, items, codes or columns; the others name folios and units.
_NAMED = (
    "calls.",
    "sample.",
    "past.sample",
    "past.moved",
    "past.nonresponse",
    "past.reversed",
    "metadata.",
    "nonresponse",
    "quarantined.",
    "relations.",
    "shapes.",
    "types",
)


_SHAPE = re.compile(r"a (?P<what>text|number) of (?P<parts>\d+ [a-z]+(?:, \d+ [a-z]+)*)(?P<which> \(.*\))?")
_KINDS = {"letter": "letra", "digit": "dígito", "blank": "blanco", "mark": "signo", "invisible": "invisible"}


@dataclass(frozen=True)
class Words:
    """Items by name, and the areas' names by their code."""

    items: Mapping[str, Item] = field(default_factory=dict)
    areas: Mapping[str, str] = field(default_factory=dict)

    def label(self, item: str) -> str:
        """An item's label, or its name when the questionnaire does not have it."""
        return self.items[item].label if item in self.items else item

    def place(self, code: str) -> str:
        """An area's name, or its code."""
        return self.areas.get(code, code)

    def keys(self, rule: str, keys: Sequence[str]) -> str:
        """Several keys of a rule; divided by semicolons where each has commas of its own."""
        said = [self.key(rule, key) for key in keys]
        return ("; " if any(", " in key for key in said) else ", ").join(said)

    def key(self, rule: str, key: str) -> str:
        """The key of a row that failed a rule: ``19026/sexo/1`` → ``Guadalupe, «Sexo», hombre``."""
        if not rule.startswith(_NAMED):
            return key
        said: list[str] = []
        item: Item | None = None
        for part in key.split("/"):
            if part in self.items:
                item = self.items[part]
                said.append(f"«{item.label}»")
            elif item is not None and part.lstrip("-").isdigit() and int(part) in item.codes:
                said.append(item.codes[int(part)])
            else:
                said.append(shape_said(self.place(part)))
        return ", ".join(said)


def words(study: Study, wave: str) -> Words:
    """The words of a wave's questionnaire and of the study's places."""
    items = study.questionnaire(wave).items
    names = dict(study.area_names)
    area = study.params.check.area
    if area is not None and area in items:
        names |= {str(code): label for code, label in items[area].codes.items()}
    return Words(items, names)


def shape_said(text: str) -> str:
    """A shape that stands in a record for what may be somebody's name, as a reader is told; another text as it is.

    >>> shape_said("a text of 14 letters, 1 blank"), shape_said("a number of 10 digits"), shape_said("mucha")
    ('texto de 14 letras, 1 blanco', 'número de 10 dígitos', 'mucha')
    """
    found = _SHAPE.fullmatch(text)
    if found is None:
        return text
    parts = [part.split() for part in found["parts"].split(", ")]
    what = "número" if found["what"] == "number" else "texto"
    counted = ", ".join(f"{n} {_KINDS[kind.rstrip('s')]}{'s' * (n != '1')}" for n, kind in parts)
    return f"{what} de {counted}{found['which'] or ''}"
