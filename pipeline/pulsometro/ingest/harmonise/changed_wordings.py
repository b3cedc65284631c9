"""Labels of columns that speak of a thing that their item does not ask: another force, another period.

``wordings`` finds a label that is another item's. Here it is nobody's: where a file's labels are the questionnaire's
words, one that says none of what tells its item from the others, or another number or span of time, is of another
question. Where a firm labels in words of its own nothing is said.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from pulsometro.common.discretion import simple
from pulsometro.common.plain_words import SMALL
from pulsometro.ingest.harmonise.wordings import NUMBERED
from pulsometro.questionnaire.model import Item

# A file speaks the questionnaire's words where half of its labels have so much of them, of so many labels.
_THEIRS, _LEAST = 0.8, 3
# Words so long are one where they begin alike.
_STEM = 4
# A word that so few items say tells them from the others.
_FEW = 2
_COUNTED = "cero un dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciseis"
_NUMBERS = {word: str(n) for n, word in enumerate(_COUNTED.split())} | {
    "uno": "1", "una": "1", "dieciocho": "18", "veinte": "20", "veinticuatro": "24", "treinta": "30", "noventa": "90",
}  # fmt: skip
_SPANS = {
    word: words.split()[0]
    for words in ("dia dias", "semana semanas", "mes meses mensual", "bimestre bimestres", "trimestre trimestres",
                  "semestre semestres", "ano anos anio anios anual")
    for word in words.split()
}  # fmt: skip


def speaking_of_others(labels: Mapping[str, str], items: Mapping[str, Item]) -> tuple[str, ...]:
    """Items whose column's label speaks of another thing than they do, in the order of ``labels``.

    ``labels``: item → its column's label, empty or of no words where the file gives none. ``items``: those that the
    file feeds, with their wording.

    >>> asked = {who: Item(f"¿Confía en {who}?", who) for who in ("Ejército", "Marina", "jueces")}
    >>> said = {"Ejército": "Confía en el Ejército", "Marina": "Confía en la Guardia", "jueces": "¿Confía en jueces?"}
    >>> speaking_of_others(said, asked)
    ('Marina',)
    """
    said = {n: words for n, text in labels.items() if n in items and (words := _label_words(text))}
    if len(said) < _LEAST:
        return ()
    wordings = {name: _item_words(items[name]) for name in said}
    # A label may be cut in the middle of a number.
    said = {name: words[:-1] if _cut(words[-1], wordings[name]) else words for name, words in said.items()}
    unknown = {name: [w for w in words if not _among(w, wordings[name])] for name, words in said.items()}
    if np.median([1 - len(unknown[name]) / max(len(words), 1) for name, words in said.items()]) < _THEIRS:
        return ()
    telling = _telling({name: items[name] for name in said})
    return tuple(
        name
        for name, words in said.items()
        if unknown[name]
        and (
            _other_amount(words, wordings[name])
            or (_of_another(words, telling[name]) and not _says(words, items[name]))
        )
    )


def _cut(last: str, wording: Sequence[str]) -> bool:
    return last.isdigit() and any(word != last and word.startswith(last) for word in wording)


def _says(words: Sequence[str], item: Item) -> bool:
    """Whether a label holds a whole wording of its item, whatever stands around it."""
    wordings = [_words(text) for text in (item.text, item.label, item.short)]
    wordings += [_words(_bare(text)) for text in (item.text, item.label, item.short)]
    return any(wording and all(_among(word, words) for word in wording) for wording in wordings)


def _other_amount(words: Sequence[str], wording: Sequence[str]) -> bool:
    """Whether a label says a number, or a span of time, where its item says another."""
    for kind in (str.isdigit, _SPANS.get):
        said, asked = {w for w in words if kind(w)}, {w for w in wording if kind(w)}
        spans = ({_SPANS.get(w, w) for w in said}, {_SPANS.get(w, w) for w in asked})
        if spans[0] and spans[1] and not spans[0] & spans[1]:
            return True
    return False


def _of_another(words: Sequence[str], telling: Sequence[str]) -> bool:
    return bool(telling) and not any(_among(word, telling) for word in words)


def _telling(items: Mapping[str, Item]) -> dict[str, list[str]]:
    """Item → the words of its names that hardly another item has."""
    names = {name: set(_words(item.label)) | set(_words(item.short)) for name, item in items.items()}
    return {
        name: [w for w in sorted(words) if sum(_among(w, sorted(other)) for other in names.values()) <= _FEW]
        for name, words in names.items()
    }  # fmt: skip


def _item_words(item: Item) -> list[str]:
    texts = (item.text, item.label, item.short, *item.codes.values())
    # As the text is written, and without what an encoding may have lost of it.
    return sorted({word for text in texts for word in (*_words(text), *_words(_bare(text)))})


def _label_words(label: str) -> list[str]:
    words = _words(label if label.isascii() and "?" not in label.strip("¿? ") else _whole(label))
    while words and NUMBERED.fullmatch(words[0]):
        words = words[1:]
    return words


def _whole(label: str) -> str:
    """A label as it is where its letters are Spanish ones, else without those that an encoding broke."""
    letters = set("áéíóúüñ¿¡")
    return (
        label
        if all(c.isascii() or c.lower() in letters for c in label) and "?" not in label.strip("¿? ")
        else _bare(label)
    )


def _bare(text: str) -> str:
    return "".join(c for c in text if c.isascii() and c != "?")


def _words(text: str) -> list[str]:
    plain = [_NUMBERS.get(word, word) for word in simple(text).split() if word not in SMALL]
    return [word for word in plain if word.isdigit() or len(word) > 1]


def _among(word: str, known: Sequence[str]) -> bool:
    return any(_alike(word, other) for other in known)


def _alike(word: str, other: str) -> bool:
    """The same word, one of its forms, or cut or drawn together: 'segura' and 'seguro', 'ud' and 'usted'."""
    if word == other or word.isdigit() or other.isdigit():
        return word == other
    short, long = sorted((word, other), key=len)
    if long.startswith(short) and len(short) > 1:
        return True
    common = next((k for k, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    if common >= _STEM and common >= 0.6 * len(short):
        return True
    rest = iter(long)
    return short[0] == long[0] and len(short) < len(long) and len(short) <= _STEM and all(c in rest for c in short)
