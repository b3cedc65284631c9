"""How answers were had, as fieldwork says it: by somebody who asked, or from people by themselves."""

import re

# Modes in which people answer by themselves, as fieldwork says them.
_ALONE = re.compile(r"auto-?\s?(?:administrad|aplicad|llenad|contestad)|en l[ií]nea(?! fija)|internet|\bweb\b|correo")


def interviewed(mode: str) -> bool:
    """Whether somebody put the questions: not where the mode says that people filled the questionnaire in."""
    return not _ALONE.search(mode.casefold())


def spoken_mode(words: str) -> str:
    """The mode as declared after what it is, unless it says so itself or nobody interviewed."""
    if not words or words.lower().startswith("entrevista") or not interviewed(words):
        return words
    return f"entrevista {words}"
