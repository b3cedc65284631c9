"""Headings and labels of a delivered file, as records and pages may repeat them."""

import difflib
import re
from collections.abc import Collection, Iterable, Mapping, Sequence

from pulsometro.common.discretion import alike, place_of, plain, shape, simple
from pulsometro.common.plain_words import NAMES_TOO
from pulsometro.questionnaire.model import Questionnaire

# A server's groups stand before a name (grupo/P1, data.P1), a question's text or an option's code after it (P1. ¿…?).
_BEFORE, _AFTER = re.compile(r".*[/.:\-]", re.DOTALL), re.compile(r"(?:\s|[.:\[(\-]).*", re.DOTALL)
_RUNS = re.compile(r"[^\W\d_]+")


def study_words(questionnaire: Questionnaire) -> frozenset[str]:
    """Words that the questionnaire uses and that are no name: of its wordings those in small letters, and its columns.

    >>>     from pulsometro.questionnaire.model import Item
    >>> from types import SimpleNamespace as Made
    >>> asked = Made(items={"p1": Item("¿Confía en Ana?", "Confianza", codes={1: "mucha fe"})},
    ...              delivery=Made(columns={"p1": Made(name="CONF_1", more=())}, respondent=("ID",), ignore=()))
    >>> sorted(study_words(asked) & {"ana", "conf", "en", "fe", "mucha"})
    ['conf', 'en', 'mucha']
    """
    delivery = questionnaire.delivery
    texts = [text for item in questionnaire.items.values() for text in (item.text, item.label, *item.codes.values())]
    columns = [n for column in delivery.columns.values() for n in (column.name, *column.more)]
    columns += [*delivery.respondent, *delivery.ignore, *questionnaire.items]
    found = {simple(word) for text in texts for word in _RUNS.findall(text) if word.islower()}
    found |= {run for name in columns for run in _RUNS.findall(simple(name))}
    return frozenset(found - NAMES_TOO)


def shown_headings(columns: Iterable[str], questionnaire: Questionnaire, hidden: Collection[str]) -> dict[str, str]:
    """Each column's heading as it may be shown: its own, or its place in the file as a spreadsheet calls it.

    A heading may be somebody's name. ``hidden``: texts that are never shown.
    """
    delivery, words = questionnaire.delivery, study_words(questionnaire)
    declared = {n for column in delivery.columns.values() for n in (column.name, *column.more)}
    declared |= {*delivery.respondent, *delivery.ignore} | ({delivery.finished} if delivery.finished else set())
    found: dict[str, str] = {}
    for place, name in enumerate(columns, 1):
        known = not name or name in declared or plain(name, words, hidden)
        found.setdefault(name, name if known else place_of(place))
    return found


def shown_label(label: str, like: Iterable[str], words: Collection[str], hidden: Collection[str] = ()) -> str:
    """A file's label for a record: itself where it is like a declared one or made of known words, else its shape."""
    known = not label or any(alike(label, each) for each in like) or plain(label, words)
    return label if known and label not in hidden else shape(label)


def shown_all(names: Iterable[str], shown: Mapping[str, str]) -> tuple[str, ...]:
    """Names through ``shown``; one that it does not know stays."""
    return tuple(shown.get(name, name) for name in names)


def nearest_heading(name: str, columns: Sequence[str], cutoff: float = 0.75) -> int | None:
    """The place of the column that a missing one may have become; None where none is like it, or several are.

    >>> [nearest_heading("SEXO", c) for c in (["a", "sexo"], ["g1/SEXO"], ["SEXO. ¿Cuál es?"], ["EDAD"])]
    [1, 0, 0, None]
    """
    wanted, each = name.casefold(), [column.casefold() for column in columns]
    for part in (str, lambda text: _BEFORE.sub("", text), lambda text: _AFTER.sub("", text)):
        found = [place for place, text in enumerate(each) if part(text) == wanted]
        if found:
            return found[0] if len(found) == 1 else None
    near = difflib.get_close_matches(wanted, each, n=1, cutoff=cutoff)
    return each.index(near[0]) if near else None
