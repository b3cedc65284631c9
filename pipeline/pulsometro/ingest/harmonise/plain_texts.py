"""Texts of a delivery as they were meant: one form of Unicode, nothing that nobody sees, UTF-8 not written twice."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
import pandas as pd

from pulsometro.common.printable import hidden, named, without_hidden
from pulsometro.ingest.delivery_record import Note, NoteKind
from pulsometro.ingest.read.delivered import ColumnMetadata, Delivered
from pulsometro.ingest.read.mojibake import LOST, mended
from pulsometro.questionnaire.model import Delivery

# Encodings of one byte a letter: declared, they mend what was read in another of them.
_OF_THE_FILE = frozenset({"cp1252", "windows-1252", "iso8859-1", "cp850", "mac_roman", "macintosh"})


# Letters and digits of full width, as keyboards of other scripts write them.
_WIDE, _TO_ASCII = re.compile("[\uff01-\uff5e]"), 0xFEE0


@dataclass
class _Seen:
    """Column → what was found in it."""

    hidden: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    decomposed: set[str] = field(default_factory=set)
    lost: set[str] = field(default_factory=set)
    mended: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    suspected: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))


def with_plain_texts(delivered: Delivered, delivery: Delivery) -> Delivered:
    """The delivery with every text plain: values, labels and headings; and notes of what was found.

    What is surely UTF-8 written twice is put right; of what looks like another encoding (``polic¡a``) a note says
    which key mends it. ``delivery.mend``: what the texts of this file were, known and then noted no more.
    """
    seen = _Seen()
    was = delivery.mend
    frame = {name: _column(delivered.frame[name], name, was, seen) for name in delivered.frame.columns}
    # Headings of columns that nobody asked for may be anything: no note names them.
    unread = _Seen()
    metadata = {
        name: _labels(meta, partial(_plain, name=name, was=was, seen=seen if name in frame else unread))
        for name, meta in delivered.metadata.items()
    }
    read = str(delivered.detected.get("encoding", "")).lower()
    text = pd.DataFrame(frame, index=delivered.frame.index)
    return replace(delivered, frame=text, metadata=metadata, notes=(*delivered.notes, *_notes(seen, read, was)))


def _labels(meta: ColumnMetadata, plain: Callable[[str], str]) -> ColumnMetadata:
    return replace(
        meta, label=plain(meta.label), labels={plain(code): plain(label) for code, label in meta.labels.items()}
    )


def _column(column: pd.Series, name: str, was: str | None, seen: _Seen) -> pd.Series:
    """One column; only texts beyond printable ASCII, each once, are looked at, and nothing but them is replaced."""
    if pd.api.types.is_numeric_dtype(column.dtype) or pd.api.types.is_datetime64_any_dtype(column.dtype):
        return column
    places, found = pd.factorize(column, use_na_sentinel=False)
    changed = {}
    for place, value in enumerate(found):
        if isinstance(value, str) and (new := _plain(value, name, was, seen)) != value:
            changed[place] = new
    if not changed:
        return column
    values = column.to_numpy(dtype=object, copy=True)
    for row in np.flatnonzero(np.isin(places, list(changed))):
        values[row] = changed[places[row]]
    return pd.Series(values, index=column.index, dtype=column.dtype)


def _plain(text: str, name: str, was: str | None, seen: _Seen) -> str:
    if text.isascii() and text.isprintable() and not ({"&", "\\", "+"} & set(text)):
        return text
    found = mended(text, was)
    if found is not None and (was is not None or found[1] == "utf-8"):
        text = found[0]
        seen.mended[found[1]].add(name)
    elif found is not None:
        seen.suspected[found[1]].add(name)
    if LOST in text:
        seen.lost.add(name)
    composed = unicodedata.normalize("NFC", _WIDE.sub(lambda c: chr(ord(c[0]) - _TO_ASCII), text))
    if composed != text:
        seen.decomposed.add(name)
    plain = without_hidden(composed)
    # An ordinary blank that was another kind is no news; what has no width is.
    unseen = {named(c) for c in composed if hidden(c) and not c.isspace()} if plain != composed else set()
    if unseen:
        seen.hidden[name] |= unseen
    return plain


def _notes(seen: _Seen, read: str, was: str | None) -> tuple[Note, ...]:
    unseen = ", ".join(f"{name} ({' '.join(sorted(found))})" for name, found in seen.hidden.items())
    whole: list[tuple[NoteKind, str]] = [
        ("hidden_characters", unseen), ("decomposed", _named(seen.decomposed)), ("letters_lost", _named(seen.lost)),
    ]  # fmt: skip
    if was is None:
        whole += [("mended", f'delivery.mend: "{kind}" ({_named(names)})') for kind, names in _each(seen.mended)]
        for kind, names in _each(seen.suspected):
            # One key for a file that was read in the wrong encoding, another for texts that came wrong into it.
            key = "encoding" if (kind in _OF_THE_FILE and read in _OF_THE_FILE) or kind == "utf-7" else "mend"
            whole.append(("mojibake", f'delivery.{key}: "{kind}" ({_named(names)})'))
    return tuple(Note(kind, detail) for kind, detail in whole if detail)


def _each(found: Mapping[str, set[str]]) -> list[tuple[str, set[str]]]:
    return sorted(found.items())


def _named(names: set[str]) -> str:
    return ", ".join(sorted(names))
