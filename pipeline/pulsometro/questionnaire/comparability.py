"""Which answers, and which groups, compare between two waves, and in three words why not."""

import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import pairwise

from pulsometro.questionnaire.expressions import canonical, parse
from pulsometro.questionnaire.indicators import Indicator
from pulsometro.questionnaire.model import Item, Questionnaire
from pulsometro.settings.faults import shown
from pulsometro.settings.likeness import meant

# What readers are told of a break that the questionnaire gives no words for.
SINCE = "cambió la pregunta"
RECODED = "cambiaron las respuestas"
ROUTED = "cambió a quién se pregunta"
Questionnaires = Mapping[str, Questionnaire]


def break_between(
    questionnaires: Questionnaires, waves: Sequence[str], indicator: Indicator, reference: str, wave: str
) -> str:
    """Why an indicator's values in ``reference`` and ``wave`` do not compare; "" when they do.

    ``waves``: every wave, oldest first, those too that are not published. A break declared for a wave separates it from
    all before it, be it of an item (wording, codes) or of the fieldwork (mode, frame, firm), and whichever of the later
    questionnaires says so; so does the wave ``since`` which an item's answers compare, and one in which the answers are
    others, or others are asked, and nobody said that they compare all the same (``recoded_in``). An indicator's items
    are those that it counts, those of its base, and what they are cut from.
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
    between = waves[waves.index(reference) + 1 : waves.index(wave) + 1]
    for later in between:
        questionnaire = questionnaires[later]
        # A questionnaire may tell of a break in a wave before it, whose own lacks it: inherited, or remembered late.
        for broken in (later, *(each for each in between if each != later)):
            if broken in questionnaire.fieldwork.breaks:
                return questionnaire.fieldwork.breaks[broken]
            for name in lineage(names, questionnaire):
                item = questionnaire.items[name]
                if broken in item.comparable.breaks:
                    return item.comparable.breaks[broken]
                if name in questionnaires[reference].items and item.comparable.since == broken:
                    return SINCE
    asked = [
        (name, first)
        for name in lineage(names, questionnaires[wave])
        if (first := recoded_in(name, questionnaires, (reference, *between)))
    ]
    if not asked:
        return ""
    name = asked[0][0]
    now, then = (questionnaires[each].items.get(name) for each in (wave, reference))
    return ROUTED if now is not None and then is not None and same_codes(then, now) else RECODED


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
    """The first of ``waves`` (in order) where an item's answers mean something else than before, nothing declared.

    "" when there is none, or when the last wave's answers mean what the first one's do. ``comparable.kept`` says of a
    wave that its answers compare all the same.
    """
    asked = [(wave, questionnaires[wave].items[name]) for wave in waves if name in questionnaires[wave].items]
    if len(asked) < 2 or same_answers(asked[0][1], asked[-1][1]):
        return ""
    for (_, old), (wave, new) in pairwise(asked):
        # What is cut from an item whose break is declared breaks with it.
        sources = [
            questionnaires[wave].items[each].comparable.breaks for each in lineage((name,), questionnaires[wave])
        ]
        declared = {*new.comparable.kept, *(each for said in sources for each in said)}
        declared |= set(questionnaires[wave].fieldwork.breaks)
        if wave not in declared and new.comparable.since != wave and not same_answers(old, new):
            return wave
    return ""


def undeclared(questionnaires: Questionnaires, waves: Sequence[str]) -> Iterator[tuple[str, str]]:
    """(wave, item) wherever an item's answers mean something else than in the wave before, and nothing is declared."""
    for before, wave in pairwise(waves):
        for name in questionnaires[wave].items:
            if recoded_in(name, questionnaires, (before, wave)):
                yield wave, name


def same_answers(old: Item, new: Item) -> bool:
    """Whether two waves' answers to an item are the same and of the same people: its codes, and who is asked."""
    return same_codes(old, new) and _asked(old) == _asked(new)


def same_codes(old: Item, new: Item) -> bool:
    """Whether two waves' codes of an item say the same (but for capitals, accents and blanks), and are cut alike."""
    said = [{code: _plain(label) for code, label in item.codes.items()} for item in (old, new)]
    return said[0] == said[1] and _cut(old) == _cut(new)


def told_elsewhere(questionnaires: Questionnaires, waves: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """(wave that says so, item, wave that breaks) of breaks that the latter's own questionnaire does not declare."""
    for number, wave in enumerate(waves):
        for name, item in questionnaires[wave].items.items():
            for broken in item.comparable.breaks:
                own = questionnaires[broken].items.get(name) if broken in waves[:number] else None
                if own is not None and broken not in own.comparable.breaks:
                    yield wave, name, broken


def renamed(questionnaires: Questionnaires, waves: Sequence[str]) -> Iterator[tuple[str, str]]:
    """(wave, sentence) wherever one question, to the word, has another name than in the wave before.

    Its series would end and another begin, and nobody would be told that it is the same question.
    """
    for before, wave in pairwise(waves):
        old, new = questionnaires[before].items, questionnaires[wave].items
        gone = _by_words({name: item for name, item in old.items() if name not in new})
        come = _by_words({name: item for name, item in new.items() if name not in old})
        for words in come.keys() & gone.keys():
            if len(come[words]) == len(gone[words]) == 1:
                now, then = come[words][0], gone[words][0]
                text = (
                    f"items.{shown(now)} has the very words of '{shown(then)}' of {before}, and one question under two "
                )
                yield wave, f"{text}names is no series; call both '{shown(then)}', or say in which words they differ."


def _by_words(items: Mapping[str, Item]) -> dict[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[str]] = {}
    for name, item in items.items():
        found.setdefault((item.text, item.label), []).append(name)
    return found


def unknown_waves(questionnaire: Questionnaire, waves: Collection[str]) -> Iterator[str]:
    """A sentence for each wave that ``comparable`` or the fieldwork's breaks name and the study does not have.

    ``waves``: the study's. One before its first is no fault: older waves may be in no study any more.
    """
    named = [("fieldwork.breaks", key) for key in questionnaire.fieldwork.breaks]
    for name, item in questionnaire.items.items():
        declared = item.comparable
        named += [(f"items.{name}.comparable.since", declared.since)] if declared.since is not None else []
        named += [(f"items.{name}.comparable.breaks", key) for key in declared.breaks]
        named += [(f"items.{name}.comparable.kept", key) for key in declared.kept]
    first = min(waves, default="")
    for place, key in named:
        if key in waves or (key < first and len(key) == len(first)):
            continue
        text = f"{place} names '{shown(key)}', which is no wave of params.yaml; write one of {', '.join(waves)}"
        yield f"{text}{meant(key, waves)}."


def _cut(item: Item) -> tuple[str, dict[int, tuple[int, int]]]:
    return (item.derived.source, dict(item.derived.ranges)) if item.derived is not None else ("", {})


def _asked(item: Item) -> str:
    """Who is asked, as one text however it is written; "" where everybody is."""
    return canonical(item.ask_if) if item.ask_if else ""


def _plain(label: str) -> str:
    letters = unicodedata.normalize("NFKD", label.casefold())
    return " ".join("".join(each for each in letters if not unicodedata.combining(each)).split()).rstrip(".")
