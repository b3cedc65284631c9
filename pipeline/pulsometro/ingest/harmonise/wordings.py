"""What a file calls its columns against what the questionnaire asks in them: labels that are another item's.

A label need not be ours: firms shorten it, number it, write it without accents. It is compared with every item of the
wave: what counts is that it says another one's words and not its own.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pulsometro.common.discretion import simple
from pulsometro.common.plain_words import SMALL
from pulsometro.questionnaire.model import Item

Scores = npt.NDArray[np.float64]
# A label is another item's when so much of what it says is that item's words …
_THEIRS = 0.7
# … and so much more than is its own item's; one label alone must say the other's wording as it stands.
_MORE = 0.25
_ALONE = 0.6
# Of other items none may be nearly as like it.
_APART = 0.15
# Words shorter than this are no beginning of another.
_SHORTEST = 3
# What a label has more that is a wording as it stands, and how long one must be that was cut.
_EXACT = 0.3
_LEFT = 15
# What a label's words begin with that is its column's name or number.
NUMBERED = re.compile(r"[a-z]{0,3}\d[\da-z]*")


@dataclass(frozen=True)
class Mislabelled:
    """``item``'s column bears the label of ``other``; ``exchanged``: so do others in turn, as in a shifted battery."""

    item: str
    other: str
    exchanged: bool


def mislabelled(labels: Mapping[str, str], items: Mapping[str, Item]) -> tuple[Mislabelled, ...]:
    """Items whose column's label says another item, in the order of ``labels``.

    ``labels``: item → its column's label, empty or of no words where the file gives none. ``items``: those that the
    file feeds, with their wording.

    >>> asked = {"a": Item("¿Confía en el Ejército?", "Ejército"), "b": Item("¿Confía en la Marina?", "Marina")}
    >>> [(each.item, each.exchanged) for each in mislabelled({"a": "P1. Marina", "b": "P2. Ejercito"}, asked)]
    [('a', True), ('b', True)]
    >>> mislabelled({"a": "P1_1", "b": "Confianza: Marina Armada"}, asked)
    ()
    """
    names = [name for name in labels if name in items]
    if len(names) < 2:
        return ()
    scores = _scores([labels[name] for name in names], [items[name] for name in names])
    own = np.diag(scores)
    found: dict[int, tuple[int, bool]] = {}
    for ring in _rings(scores):
        theirs = [k for k in ring if scores[k, ring[k]] >= _THEIRS and scores[k, ring[k]] >= own[k] + _MORE]
        if len(theirs) > 1:
            found |= {k: (ring[k], True) for k in theirs}
    for k in range(len(names)):
        others = np.delete(scores[k], k)
        best = int(np.argmax(np.where(np.arange(len(names)) == k, -1.0, scores[k])))
        clear = len(others) < 2 or others.max() >= np.sort(others)[-2] + _APART
        if k not in found and scores[k, best] >= max(1.0 + _EXACT / 2, own[k] + _ALONE) and clear:
            found[k] = (best, False)
    return tuple(Mislabelled(names[k], names[found[k][0]], found[k][1]) for k in sorted(found))


def _rings(scores: Scores) -> Iterator[Mapping[int, int]]:
    """Items that would have to take each other's labels in turn so that labels and items fit best."""
    from scipy.optimize import linear_sum_assignment

    count = len(scores)
    _, chosen = linear_sum_assignment(-(scores + 1e-6 * np.eye(count)))
    left = {k for k in range(count) if chosen[k] != k}
    while left:
        ring, k = {}, min(left)
        while k in left:
            left.remove(k)
            ring[k] = int(chosen[k])
            k = ring[k]
        yield ring


def _scores(labels: Sequence[str], items: Sequence[Item]) -> Scores:
    """(labels, items): the part of each label's words, the rare ones weighing more, that each item's wording has.

    ``_EXACT`` more where a label is one of an item's wordings, or its beginning, word by word.
    """
    result = np.zeros((len(labels), len(items)))
    # Accents may have been left out or broken: compared once without accents, once without the letters that bear them.
    for words_of in (_words, _bare_words):
        wordings = [[words_of(text) for text in (item.label, item.short, item.text)] for item in items]
        said = [tuple(word for word in words_of(label) if not NUMBERED.fullmatch(word)) for label in labels]
        known = [frozenset(word for words in each for word in words) for each in wordings]
        found = {word: _having(word, known) for words in said for word in words}
        # What every label says, or every item, tells none of them apart.
        spread = Counter(word for words in said for word in set(words))
        weights = {word: 1 / max(has.sum(), spread[word]) for word, has in found.items()}
        for row, words in enumerate(said):
            if words:
                total = sum(weights[word] for word in words)
                part = sum((weights[word] * found[word] for word in words), np.zeros(len(items))) / total
                part += [_EXACT * any(_begins(words, wording) for wording in each) for each in wordings]
                result[row] = np.maximum(result[row], part)
    return result


def _begins(words: tuple[str, ...], wording: tuple[str, ...]) -> bool:
    """Whether a label is the wording, or what was left of it where it was cut."""
    if words == wording:
        return True
    said, whole = " ".join(words), " ".join(wording)
    return len(said) >= _LEFT and whole.startswith(said)


def _having(word: str, known: Sequence[frozenset[str]]) -> Scores:
    return np.array([any(_like(word, other) for other in words) for words in known], dtype=float)


def _like(word: str, known: str) -> bool:
    """The same word, its beginning (a label cut short), or its plural."""
    if word == known or (len(word) >= _SHORTEST and known.startswith(word)):
        return True
    return len(known) > _SHORTEST and word in {known + "s", known + "es"}


def _words(text: str) -> tuple[str, ...]:
    return tuple(word for word in simple(text).split() if word not in SMALL)


def _bare_words(text: str) -> tuple[str, ...]:
    """Words without the letters outside ASCII and what stands for one that was lost."""
    letters = "".join(c for c in text if c.isascii() and c != "?")
    return tuple(word for word in simple(letters).split() if word not in SMALL)
