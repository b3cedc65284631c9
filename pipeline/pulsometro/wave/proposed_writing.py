"""What a new delivery's writing asks the questionnaire to say: words for blank, marks of numbers, what skips hold."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from pulsometro.common.errors import PulsoError
from pulsometro.ingest.harmonise.blank_words import emptied, is_usual, said_words
from pulsometro.ingest.harmonise.crosswalk import Plan, converted
from pulsometro.ingest.harmonise.numerals import exact, marked, thousands_of, whole
from pulsometro.ingest.harmonise.skipped_cells import filled, fills_of, not_asked, shown
from pulsometro.ingest.harmonise.values import Converted, uniques
from pulsometro.ingest.harmonise.ways import Ways
from pulsometro.ingest.read.delivered import Delivered
from pulsometro.questionnaire.model import Column, Questionnaire

_MOST_NAMED = 4


@dataclass(frozen=True)
class Proposal:
    """What a key of ``delivery`` may have to say: ``words``, ``value`` as the questionnaire would hold them, and the
    ``columns`` where they were seen."""

    words: tuple[str, ...]
    value: str
    columns: tuple[str, ...]

    @property
    def question(self) -> str:
        """For somebody to decide: ``["NA"], in P12A?``"""
        more = " …" if len(self.columns) > _MOST_NAMED else ""
        return f"{self.value}, in {', '.join(self.columns[:_MOST_NAMED])}{more}?"


def blank_words(delivered: Delivered, questionnaire: Questionnaire, reading: Plan, ways: Ways) -> Proposal | None:
    """Usual words for an empty cell that the items of their columns do not know, beside those that are declared."""
    words: dict[str, set[str]] = {}
    for name, crosswalk in reading.items.items():
        item = questionnaire[name]
        unknown = converted(name, delivered, item, crosswalk, ways).unknown
        for column in dict.fromkeys((crosswalk.name, *crosswalk.more)) if unknown.any() else ():
            found = {text for text in uniques(delivered.frame[column][unknown])[1] if is_usual(text)}
            words |= {column: words.get(column, set()) | found} if found else {}
    if not words:
        return None
    every = [*questionnaire.delivery.blank, *sorted({word for found in words.values() for word in found})]
    return Proposal(tuple(dict.fromkeys(every)), said_words(dict.fromkeys(every)), tuple(words))


def thousands_mark(delivered: Delivered, questionnaire: Questionnaire, reading: Plan, ways: Ways) -> Proposal | None:
    """The one mark that divides thousands wherever a number cannot be read, or can be read in two ways."""
    if questionnaire.delivery.thousands is not None:
        return None
    marks: dict[str, str] = {}
    for name, crosswalk in reading.items.items():
        kind = questionnaire[name].kind
        column = delivered.frame[crosswalk.name]
        if kind not in ("integer", "number") or pd.api.types.is_numeric_dtype(column.dtype):
            continue
        texts = [value for value in column.unique() if isinstance(value, str)]
        read = whole if kind == "integer" else exact
        numbers = [text for text in texts if marked(text)]
        doubtful = kind == "number" and all(thousands_of(text) is not None for text in numbers)
        seen = {
            mark for text in texts if (mark := thousands_of(text)) and (doubtful or read(text, ways.declared) is None)
        }
        marks |= {mark: crosswalk.name for mark in seen if mark not in marks}
    if len(marks) != 1 or (next(iter(marks)) == questionnaire.delivery.decimal):
        return None
    mark, column_name = next(iter(marks.items()))
    return Proposal((mark,), f'"{mark}"', (column_name,))


def skip_fills(
    delivered: Delivered, questionnaire: Questionnaire, reading: Plan, made: Mapping[str, Converted]
) -> Proposal | None:
    """What the server wrote where nothing was asked; ``made``: the items' canonical values."""
    found: dict[str, tuple[np.ndarray, np.ndarray]] = {}
    for name in questionnaire.skips if questionnaire.delivery.skips != "keep" else ():
        if name not in made or not _can(made, questionnaire, name):
            continue
        skipped = not_asked(_values(made), questionnaire, name)
        code = questionnaire[name].code_for("no_aplica")
        known = made[name].values
        answered = known.notna() if code is None else known.notna() & (known != code).fillna(False)
        found[name] = ((answered.to_numpy(dtype=bool) | made[name].unknown) & skipped, skipped)
    fills = fills_of(delivered.frame, reading.items, found)
    # Drafts are kept in git: what may be somebody's is for ingest to tell by its rows.
    fills = {n: told for n, told in fills.items() if shown(told[0], questionnaire[n], reading.items[n])}
    words = dict.fromkeys([*questionnaire.delivery.skipped_as, *sorted({text for text, _ in fills.values()})])
    return Proposal(tuple(words), said_words(words), _named(fills, reading.items)) if fills else None


def _named(names: Iterable[str], crosswalks: Mapping[str, Column]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(crosswalks[name].name for name in names))


@dataclass(frozen=True)
class Written:
    """A delivery read as the proposals would have it.

    ``delivered``: without the words for blank; ``ways``: with the proposed mark; ``made``: the items' values;
    ``skipped``: item → the rows that hold what a server writes where it skipped; ``proposals``: key of the delivery →
    question.
    """

    delivered: Delivered
    ways: Ways
    made: Mapping[str, Converted]
    skipped: Mapping[str, np.ndarray]
    proposals: Mapping[str, str]

    def unknown(self, name: str) -> np.ndarray:
        """The mask of an item's rows that stay unknown whatever is decided of the proposals."""
        unknown = self.made[name].unknown
        return unknown & ~self.skipped[name] if name in self.skipped else unknown


def written(
    delivered: Delivered, questionnaire: Questionnaire, reading: Plan, ways_for: Callable[[Delivered], Ways]
) -> Written:
    """What the delivery's writing asks for, and the delivery read that way; ``ways_for``: how a table is read."""
    delivered = emptied(delivered, questionnaire.delivery.blank)
    found: dict[str, Proposal | None] = {}
    words = found["blank"] = blank_words(delivered, questionnaire, reading, ways_for(delivered))
    delivered = delivered if words is None else emptied(delivered, words.words)
    ways = ways_for(delivered)
    mark = found["thousands"] = thousands_mark(delivered, questionnaire, reading, ways)
    if mark is not None:
        ways = replace(ways, declared=replace(ways.declared, thousands=mark.words[0]))
    made = {n: converted(n, delivered, questionnaire[n], column, ways) for n, column in reading.items.items()}
    fills = found["skipped_as"] = skip_fills(delivered, questionnaire, reading, made)
    skipped = {} if fills is None else _skipped(delivered, questionnaire, reading, made, fills.words)
    questions = {key: proposal.question for key, proposal in found.items() if proposal is not None}
    return Written(delivered, ways, made, skipped, questions)


def _skipped(
    delivered: Delivered,
    questionnaire: Questionnaire,
    reading: Plan,
    made: Mapping[str, Converted],
    words: Iterable[str],
) -> dict[str, np.ndarray]:
    able = [name for name in questionnaire.skips if name in made and _can(made, questionnaire, name)]
    return {
        name: filled(delivered.frame, reading.items[name], words) & not_asked(_values(made), questionnaire, name)
        for name in able
    }


def _values(made: Mapping[str, Converted]) -> dict[str, pd.Series]:
    return {name: result.values for name, result in made.items()}


def _can(made: Mapping[str, Converted], questionnaire: Questionnaire, name: str) -> bool:
    """Whether what a skip depends on is in the delivery."""
    try:
        not_asked(_values(made), questionnaire, name)
    except PulsoError:
        return False
    return True
