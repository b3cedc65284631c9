"""Sentences whose numbers remember the row that they were read from."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from pulsometro.common.escapes import attribute, markdown


class Markdown(str):
    """Words that are markup already: nobody escapes them again."""

    __slots__ = ()


@dataclass(frozen=True)
class Number:
    """Printed words that a row supports, the key of the row, and the field of it that they show.

    ``key``: "wave|indicator|…" of an estimate, or "wave/weighting.json", whose place ``field`` then is.
    ``field``: a column of the estimates table, ``margin``, ``fraction``, ``rank``/``rank_low``/``rank_high``, ``tip``
    (several of them, at a mark of a chart); ``change:previous``/``change:year_ago`` for the difference in the
    changes table, ``verdict:…`` for what is said of it.
    """

    text: str
    key: str
    field: str = "estimate"


@dataclass(frozen=True)
class Tone:
    """Words in the colour of a meaning: ``tone`` is a verdict's class ("better", "worse", "same")."""

    text: str
    tone: str


@dataclass(frozen=True)
class Text:
    """A run of plain text, numbers and coloured signs."""

    parts: "tuple[str | Number | Tone, ...]"

    def __add__(self, other: "Text | Number | str") -> "Text":
        return Text((*self.parts, *(other.parts if isinstance(other, Text) else (other,))))

    def __iter__(self) -> "Iterator[str | Number | Tone]":
        return iter(self.parts)

    @property
    def plain(self) -> str:
        """The words alone, for titles, alt text, DOCX and PDF metadata."""
        return "".join(part if isinstance(part, str) else part.text for part in self.parts)

    @property
    def markdown(self) -> str:
        """Markdown in which each number is a span with its row's key."""
        return "".join(_marked(part) for part in self.parts)

    @property
    def numbers(self) -> tuple[Number, ...]:
        """The numbers alone, in order."""
        return tuple(part for part in self.parts if isinstance(part, Number))

    def capitalised(self) -> "Text":
        """The same with a capital first letter."""
        head, *rest = self.parts
        if isinstance(head, Number):
            return Text((Number(upper_first(head.text), head.key, head.field), *rest))
        return Text((upper_first(head) if isinstance(head, str) else head, *rest))

    def lowered(self) -> "Text":
        """The same with a small first letter."""
        head, *rest = self.parts
        if isinstance(head, Number):
            return Text((Number(lower_first(head.text), head.key, head.field), *rest))
        return Text((lower_first(head) if isinstance(head, str) else head, *rest))


def _marked(part: str | Number | Tone) -> str:
    if isinstance(part, str):
        return escape(part)
    return span(part) if isinstance(part, Number) else f"[{escape(part.text)}]{{.{part.tone}}}"


def text(*parts: "str | Number | Tone | Text") -> Text:
    """Put words, numbers and texts one after the other."""
    flat: list[str | Number | Tone] = []
    for part in parts:
        flat.extend(part.parts if isinstance(part, Text) else (part,))
    return Text(tuple(part for part in flat if not (isinstance(part, str) and not part)))


def joined(items: list[Text], last: str = "y") -> Text:
    """``a, b y c`` of texts."""
    from pulsometro.style.spanish import join

    if len(items) < 2:
        return items[0] if items else Text(())
    # The rule of y/e looks at the words only.
    word = join(["x", items[-1].plain], last).split(" ")[1]
    result = items[0]
    for item in items[1:-1]:
        result = text(result, ", ", item)
    return text(result, f" {word} ", items[-1])


def upper_first(words: str) -> str:
    """``la gente`` → ``La gente``."""
    return words[:1].upper() + words[1:]


def lower_first(words: str) -> str:
    """``Sin cambio`` → ``sin cambio``."""
    return words[:1].lower() + words[1:]


def slug(words: str) -> str:
    """``San Nicolás`` → ``san-nicolas``, for addresses."""
    plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode("ascii").lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def escape(words: str) -> str:
    """Plain words as Markdown."""
    return markdown(words)


def attributes(number: Number) -> str:
    """The attributes that tie a printed number to its row."""
    return f'data-id="{attribute(number.key)}" data-field="{attribute(number.field)}"'


def span(number: Number, classes: str = "") -> str:
    """A number as a Markdown span."""
    dotted = "".join(f".{name} " for name in classes.split())
    return f"[{escape(number.text)}]{{{dotted}{attributes(number)}}}"
