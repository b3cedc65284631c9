"""What somebody has yet to decide: a value that begins with TODO, as ``pulso init`` and ``pulso wave new`` write it."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pulsometro.settings.faults import Fault, shown

# "TODO: which column is the stratum?", or the word alone. "TODO EL TIEMPO" is an answer.
_TODO = re.compile(r"\s*TODO\s*(?::\s*(?P<asked>.*\S)?\s*)?", re.S)
# Lists of words as files write them, of which one may be this one.
_WORDS = frozenset({"blank", "skipped_as", "labels", "others", "aliases", "ignore"})


def asked_by(value: object) -> str | None:
    """What a value asks to be decided ("" where it does not say); None where it is decided.

    >>> asked_by("TODO: which column?"), asked_by("TODO"), asked_by("TODO EL TIEMPO"), asked_by(3)
    ('which column?', '', None, None)
    """
    found = _TODO.fullmatch(value) if isinstance(value, str) else None
    return None if found is None else found["asked"] or ""


def open_todos(content: object) -> list[Fault]:
    """A fault for each value of parsed YAML that is still to be decided, in its order; of an anchor one for all."""
    seen: dict[int, Fault] = {}
    return [seen.setdefault(id(value), fault) for value, fault in _found(content, ()) if id(value) not in seen]


def is_open(content: object) -> bool:
    """Whether anything in parsed YAML is still to be decided."""
    return any(True for _ in _found(content, ()))


def _found(content: object, place: tuple[Any, ...]) -> Iterator[tuple[object, Fault]]:
    asked = asked_by(content)
    if asked is not None:
        key = ".".join(shown(part) for part in place)
        yield content, Fault(f"{key} is still TODO{f' ({shown(asked)})' if asked else ''}; write it there.", place)
    elif isinstance(content, Mapping):
        for key, value in content.items():
            yield from _found(value, (*place, key))
    elif isinstance(content, list | tuple):
        words = bool(place) and place[-1] in _WORDS
        for number, value in enumerate(content):
            if not (words and asked_by(value) == ""):
                yield from _found(value, (*place, number))
