"""Which known name somebody meant who wrote another: the one function, and its words, of every message that asks."""

import difflib
import unicodedata
from collections.abc import Iterable

from pulsometro.settings.faults import shown


def nearest(name: object, known: Iterable[object]) -> str | None:
    """The known name that one is most like, accents, capitals and blanks aside; None where none is like it.

    >>> nearest("si", ["no", "sí"]), nearest("seg_municipo", ["seg_estado", "seg_municipio"]), nearest("x", ["sí"])
    ('sí', 'seg_municipio', None)
    """
    by_plain: dict[str, str] = {}
    for each in known:
        by_plain.setdefault(_plain(str(each)), str(each))
    wanted = _plain(str(name))
    if wanted in by_plain:
        return by_plain[wanted]
    near = difflib.get_close_matches(wanted, list(by_plain), n=1)
    return by_plain[near[0]] if near else None


def meant(name: object, known: Iterable[object]) -> str:
    """What is nearest, as a question in brackets that goes before a sentence's end; "" where nothing is near.

    >>> meant("si", ["no", "sí"])
    " (did you mean 'sí'?)"
    """
    near = nearest(name, known)
    return f" (did you mean '{shown(near)}'?)" if near is not None else ""


def listed(known: Iterable[object], most: int = 12) -> str:
    """The known names for a message, no more than ``most``."""
    names = [shown(each) for each in known]
    return ", ".join([*names[:most], "…"] if len(names) > most else names)


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(each for each in letters if not unicodedata.combining(each)).split())
