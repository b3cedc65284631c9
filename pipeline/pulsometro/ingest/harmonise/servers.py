"""What a survey server says of an interview in columns of its own: unfinished, rejected, on hold, a preview, spam.

A server is known by columns or ids that only it writes, never by a usual name alone: a questionnaire may ask for a
status too.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from pulsometro.common.discretion import quoted, simple
from pulsometro.common.errors import PulsoError
from pulsometro.ingest.delivery_record import Note
from pulsometro.ingest.harmonise import values
from pulsometro.ingest.harmonise.crosswalk import Plan, Problem
from pulsometro.ingest.harmonise.server_words import SERVERS, Server, Words, key_of
from pulsometro.ingest.harmonise.spoilt_folios import rows_said
from pulsometro.ingest.read.delivered import Delivered, plain_number
from pulsometro.questionnaire.model import Questionnaire


@dataclass(frozen=True)
class Verdicts:
    """What a server says of a delivery's interviews: in which ``columns``, which it does not hold for good ones.

    ``kept``: whether these stay, as the questionnaire declares.
    """

    columns: tuple[str, ...]
    found: tuple[Problem, ...]
    kept: bool

    @property
    def obeyed(self) -> tuple[Problem, ...]:
        """Those that are set aside."""
        return () if self.kept else self.found

    @property
    def notes(self) -> tuple[Note, ...]:
        """That there are some, and what becomes of them."""
        said = ", ".join(dict.fromkeys(problem.item for problem in self.found))
        return (Note("verdicts_kept" if self.kept else "verdicts_obeyed", said),) if self.found else ()


def server_columns(columns: Sequence[str], reading: Plan) -> tuple[str, ...]:
    """Columns that must be read to know what a server says, by their names alone: its words and its ids.

    ``columns``: all of the file's.
    """
    keys = {name: key_of(name) for name in columns}
    found: dict[str, None] = {}
    for server in SERVERS.values():
        ids = [name for name, key in keys.items() if key in server.ids]
        if ids or _marked(server, keys.values()):
            found |= dict.fromkeys([*ids, *(name for name, _ in _said(server, keys, reading))])
    return tuple(name for name in found if list(columns).count(name) == 1)


def verdict_columns(
    frame: pd.DataFrame, columns: Sequence[str], questionnaire: Questionnaire, reading: Plan
) -> Mapping[str, Words]:
    """Columns in which a server says what it holds of an interview, each with what its values mean.

    ``frame``: with those that ``server_columns`` names; ``columns``: all of the file's. None that the crosswalk reads
    as an answer, or that stands twice.
    """
    keys = {name: key_of(name) for name in columns}
    found: dict[str, Words] = {}
    for server in SERVERS.values():
        if not _marked(server, keys.values()) and not _identified(server, keys, frame):
            continue
        for name, words in _said(server, keys, reading):
            there = name in frame and list(columns).count(name) == 1 and name != questionnaire.delivery.finished
            if there and name not in found and (not server.whole or _only_words(frame[name], words, server.apart)):
                found[name] = words
    return found


def _marked(server: Server, keys: Collection[str]) -> bool:
    return any(mark <= set(keys) for mark in server.marks)


def _identified(server: Server, keys: Mapping[str, str], frame: pd.DataFrame) -> bool:
    """Whether a column holds the ids that this server gives."""
    for name, key in keys.items():
        if key in server.ids and name in frame and frame.columns.tolist().count(name) == 1:
            ids = [text for text in values.uniques(frame[name])[1] if text]
            if ids and pd.Series(ids).str.fullmatch(server.ids[key]).mean() > 0.9:
                return True
    return False


def _said(server: Server, keys: Mapping[str, str], reading: Plan) -> Iterator[tuple[str, Words]]:
    known = set(keys.values())
    for name, key in keys.items():
        better = server.instead.get(key, "").split("|")
        if key in server.says and not known & set(better) and (key in server.own or name not in reading.columns):
            yield name, server.says[key]
    yield from _by_end(list(keys), server.ends, reading.columns)


def _by_end(columns: Sequence[str], ends: Mapping[str, Words], read: Collection[str]) -> Iterator[tuple[str, Words]]:
    """Of a server with several forms, only what it says of those that the wave reads: their fields stand before it.

    Where no field stands between two forms' columns, somebody moved them, and their order tells nothing.
    """
    here = moved = False
    for name in columns:
        here = here or name in read
        end = next((end for end in ends if name.endswith(end) and len(name) > len(end)), "")
        if end and name not in read and (here or moved or end == "_timestamp"):
            yield name, ends[end]
        moved = end == "_complete"
        here = here and not moved


def _only_words(column: pd.Series, words: Words, apart: bool) -> bool:
    said = {simple(plain_number(text)) for text in values.uniques(column)[1] if text}
    both = bool(said & words.good and said & set(words.bad))
    return bool(said) and said <= {*words.bad, *words.good} and (both or not apart)


def read_verdicts(delivered: Delivered, questionnaire: Questionnaire, reading: Plan, path: Path, wave: str) -> Verdicts:
    """The server's verdicts; PulsoError where they are to be obeyed and are in words that nobody knows."""
    words = verdict_columns(delivered.frame, delivered.columns, questionnaire, reading)
    kept = questionnaire.delivery.verdicts != "quarantine"
    if not kept:
        refuse_other_words(delivered.frame, words, path, wave)
    return Verdicts(tuple(words), tuple(verdicts_in(delivered.frame, words)), kept)


def verdicts_in(frame: pd.DataFrame, columns: Mapping[str, Words]) -> list[Problem]:
    """Interviews that the server itself does not hold for good ones, by column and reason.

    ``columns``: as ``verdict_columns`` gives them, all in ``frame``.
    """
    problems = []
    for name, words in columns.items():
        places, texts = values.uniques(frame[name])
        blank = words.blank if any(_known(text, words) for text in texts if text) else ""
        every = [_reason(text, words) if text or "" in words.bad else blank for text in texts]
        reasons = np.array(every, dtype=object)[places]
        for reason in sorted({each for each in reasons if each}):
            problems.append(Problem(name, reason, reasons == reason))
    return problems


def refuse_other_words(frame: pd.DataFrame, columns: Mapping[str, Words], path: Path, wave: str) -> None:
    """Raise PulsoError where a server's verdict is in words that it does not have: nobody can tell what they mean."""
    for name, words in columns.items():
        if not words.closed:
            continue
        places, texts = values.uniques(frame[name])
        strange = np.array([bool(text) and not _known(text, words) for text in texts], dtype=bool)
        if strange.any():
            rows = frame.index[strange[places]]
            said = quoted(
                next(text for text, odd in zip(texts, strange, strict=True) if odd), [*words.bad, *words.good]
            )
            raise PulsoError(
                f"{path}, column {name}, {len(rows):,} rows ({rows_said(rows)}): {said} is none of the words in which "
                "the survey server says whether it holds an interview for good; put the server's own words into the "
                f"file (as it exports them in English), or say delivery.verdicts: keep in {wave}.yaml, which accepts "
                "these interviews whatever it says."
            )


def _known(text: str, words: Words) -> bool:
    said = simple(plain_number(text))
    return (
        said in words.bad
        or said in words.good
        or _record(said, {**words.bad, **dict.fromkeys(words.good, "")}) is not None
    )


def _reason(text: str, words: Words) -> str:
    said = simple(plain_number(text))
    if said in words.bad or said in words.good:
        return words.bad.get(said, "")
    return _record(said, words.bad) or words.filled


def _record(said: str, words: Mapping[str, str]) -> str | None:
    """Kobo's record of a verdict as it stands: {"uid": "validation_status_on_hold", …}."""
    return next((why for word, why in words.items() if word.startswith("validation status") and word in said), None)
