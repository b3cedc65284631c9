"""When two labels are the same one: without accents, capitals, extra blanks and the marks between words."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping

# Marks that tell labels apart: '< 5' from '> 5', '-1' from '1', '10 %' from '10'.
_DROPPED = re.compile(r"[^\w<>+=%$\-]|_|-(?!\d)|(?<=\w)-")


def label_key(text: str) -> str:
    """What labels are compared by.

    >>> label_key("Sí "), label_key("NO  CONTESTA."), label_key("< 5") == label_key("> 5")
    ('si', 'no contesta', False)
    """
    plain = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(c for c in plain if not unicodedata.combining(c))
    return " ".join(_DROPPED.sub(" ", letters).split())


def same_labels(labels: Mapping[int, str] | Iterable[tuple[int, str]]) -> Iterator[tuple[int, int]]:
    """Pairs of codes whose labels are the same one, each code with the first that has its label."""
    first: dict[str, int] = {}
    for code, label in labels.items() if isinstance(labels, Mapping) else labels:
        key = label_key(label)
        before = first.setdefault(key, code) if key else code
        if before != code:
            yield before, code
