"""Which answers, and which groups, compare between two waves, and in three words why not."""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from pulsometro.questionnaire.expressions import parse
from pulsometro.questionnaire.indicators import Indicator
from pulsometro.questionnaire.model import Item, Questionnaire

# What readers are told of a break that the questionnaire gives no words for.
SINCE = "cambió la pregunta"
RECODED = "cambiaron las respuestas"
Questionnaires = Mapping[str, Questionnaire]


def break_between(
    questionnaires: Questionnaires, waves: Sequence[str], indicator: Indicator, reference: str, wave: str
) -> str:
    """Why an indicator's values in ``reference`` and ``wave`` do not compare; "" when they do.

    ``waves``: every wave, oldest first. A break declared for a wave separates it from all
    before it, be it of an item (wording, codes) or of the fieldwork (mode, frame, firm); so does the wave ``since``
    which an item's answers compare, and one in which the answers are others and nobody said that they compare all the
    same (``recoded_in``). An indicator's items are those that it counts, those of its base, and what they are cut from.
    Another list of items is no break of an index: it is compared over those that both waves ask.
    """
    base = parse(indicator.base, "base").items if indicator.base else ()
    return _break_of((*indicator.sources, *base), questionnaires, waves, reference, wave)


def group_break_between(
    questionnaires: Questionnaires, waves: Sequence[str], columns: Sequence[str], reference: str, wave: str
) -> str:
    """Why groups by ``columns`` (items) hold other people in ``reference`` than in ``wave``; "" when the same.

    A group whose item is recoded between the two, or is cut from one that is, breaks every series *by* it.
    """
    return _break_of(columns, questionnaires, waves, reference, wave)


def _break_of(
    names: Sequence[str], questionnaires: Questionnaires, waves: Sequence[str], reference: str, wave: str
) -> str:
    start, end = waves.index(reference), waves.index(wave)
    between = waves[start + 1 : end + 1]
    for later in between:
        questionnaire = questionnaires[later]
        if later in questionnaire.fieldwork.breaks:
            return questionnaire.fieldwork.breaks[later]
        for name in lineage(names, questionnaire):
            item = questionnaire.items[name]
            if later in item.comparable.breaks:
                return item.comparable.breaks[later]
            if name in questionnaires[reference].items and item.comparable.since == later:
                return SINCE
    asked = lineage(names, questionnaires[wave])
    return RECODED if any(recoded_in(name, questionnaires, (reference, *between)) for name in asked) else ""


def lineage(names: Sequence[str], questionnaire: Questionnaire) -> tuple[str, ...]:
    """The named items that the wave has, and those that they are cut from, each once."""
    found: list[str] = []
    for name in names:
        each: str | None = name
        while each is not None and each in questionnaire.items and each not in found:
            found.append(each)
            derived = questionnaire.items[each].derived
            each = derived.source if derived is not None else None
    return tuple(found)


def recoded_in(name: str, questionnaires: Questionnaires, waves: Sequence[str]) -> str:
    """The first of ``waves`` (in order) where an item's codes mean something else than before and nothing is declared.

    "" when there is none, or when the last wave's codes mean what the first one's do. ``comparable.kept`` says of a
    wave that its answers compare all the same.
    """
    asked = [(wave, questionnaires[wave].items[name]) for wave in waves if name in questionnaires[wave].items]
    if len(asked) < 2 or same_answers(asked[0][1], asked[-1][1]):
        return ""
    for (_, old), (wave, new) in pairwise(asked):
        declared = {*new.comparable.kept, *new.comparable.breaks, *questionnaires[wave].fieldwork.breaks}
        if wave not in declared and new.comparable.since != wave and not same_answers(old, new):
            return wave
    return ""


def undeclared(questionnaires: Questionnaires, waves: Sequence[str]) -> Iterator[tuple[str, str]]:
    """(wave, item) wherever an item's codes mean something else than in the wave before, and nothing is declared."""
    for before, wave in pairwise(waves):
        for name in questionnaires[wave].items:
            if recoded_in(name, questionnaires, (before, wave)):
                yield wave, name


def same_answers(old: Item, new: Item) -> bool:
    """Whether two waves' codes of an item say the same (but for capitals, accents and blanks), and are cut alike."""
    said = [{code: _plain(label) for code, label in item.codes.items()} for item in (old, new)]
    return said[0] == said[1] and _cut(old) == _cut(new)


def _cut(item: Item) -> tuple[str, dict[int, tuple[int, int]]]:
    return (item.derived.source, dict(item.derived.ranges)) if item.derived is not None else ("", {})


def _plain(label: str) -> str:
    letters = unicodedata.normalize("NFKD", label.casefold())
    return " ".join("".join(each for each in letters if not unicodedata.combining(each)).split()).rstrip(".")
