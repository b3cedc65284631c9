"""Texts of files as YAML: quoted, on one line, and nothing that a terminal or another reader would obey."""

import json
import re
import textwrap
from collections.abc import Iterable, Mapping

from pulsometro.common.printable import without_hidden

# A Spanish "TODO …" at the start of a text would be read as something to decide.
_UNDECIDED = re.compile(r"^TODO\b")
_WIDTH = 112


def plain_text(text: object) -> str:
    """A text from a file on one line, without what nobody sees, blanks once.

    >>> plain_text("TODO EL TIEMPO\\n siempre")
    'Todo EL TIEMPO siempre'
    """
    return _UNDECIDED.sub("Todo", " ".join(without_hidden(str(text)).split()))


def quoted_text(text: object) -> str:
    """A text as a quoted value of YAML.

    >>> print(quoted_text('a: "b" # c'))
    "a: \\"b\\" # c"
    """
    return json.dumps(plain_text(text), ensure_ascii=False)


def exact_text(text: str) -> str:
    """A name or code as it is delivered, quoted: its blanks inside stay as they are."""
    return json.dumps(without_hidden(text), ensure_ascii=False)


def undecided(question: str) -> str:
    """What somebody must decide, as a quoted value.

    >>> print(undecided("who publishes this"))
    "TODO: who publishes this"
    """
    return json.dumps(f"TODO: {' '.join(without_hidden(question).split())}", ensure_ascii=False)


def flow_map(pairs: Mapping[str, str] | Iterable[tuple[str, str]]) -> str:
    """Keys and values, each as YAML already, as a mapping on one line."""
    each = pairs.items() if isinstance(pairs, Mapping) else pairs
    return "{" + ", ".join(f"{key}: {value}" for key, value in each) + "}"


def flow_list(values: Iterable[str]) -> str:
    """Values, each as YAML already, as a list on one line."""
    return "[" + ", ".join(values) + "]"


def remark(text: str, indent: int = 0) -> list[str]:
    """A text as lines of comment."""
    words = " ".join(without_hidden(text).split())
    space = " " * indent
    lines = textwrap.wrap(words, _WIDTH - indent, break_long_words=False, break_on_hyphens=False)
    return [f"{space}# {line}" for line in lines]


def cut(text: str, most: int) -> str:
    """A text of at most ``most`` characters, cut between words.

    >>> cut("¿Qué tan seguro se siente usted?", 18)
    '¿Qué tan seguro…'
    """
    words = plain_text(text)
    if len(words) <= most:
        return words
    kept = words[: most - 1]
    return (kept.rpartition(" ")[0] or kept).rstrip(" ,.;:(") + "…"
