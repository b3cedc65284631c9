"""Statistical files whose texts are in another encoding than their header says: they are whole, and say which key."""

import codecs
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pulsometro.common.errors import PulsoError
from pulsometro.ingest.read.mojibake import LETTERS, mended, shares

# As ReadStat says it.
_NOT_DECODED = ("Unable to convert string", "unsupported character set")
_CANDIDATES = ("cp1252", "utf-8", "cp850", "mac_roman")
# Names of Python's that iconv has under others.
_OF_ICONV = {"mac-roman": "MACINTOSH", "utf-8-sig": "UTF-8"}
# SPSS's record 7, subtype 20: the name of the encoding (PSPP's description of the format).
_RECORD = rb"(?:\x07\0\0\0\x14\0\0\0\x01\0\0\0.\0\0\0|\0\0\0\x07\0\0\0\x14\0\0\0\x01\0\0\0.)"
_NAMED = re.compile(_RECORD + rb"([A-Za-z0-9_.:\-]{3,24})", re.DOTALL)
_LOOKED_AT = 2**23
_ENOUGH = 0.9
# Metadata and table of the file in an encoding, or in its own where None is given.
Attempt = Callable[[str | None], tuple[Any, Any]]


def iconv_name(path: Path, encoding: str | None) -> str | None:
    """An encoding as the reader of statistical files knows it.

    Raises PulsoError for one that nobody knows.
    """
    if encoding is None:
        return None
    try:
        name = codecs.lookup(encoding).name
    except LookupError as error:
        raise PulsoError(f"{path}: '{encoding}' is no known encoding; correct delivery.encoding.") from error
    return _OF_ICONV.get(name, name.upper())


@contextmanager
def decoded(path: Path, declared: str | None, attempt: Attempt) -> Iterator[None]:
    """Raise PulsoError with the key to say, where a library cannot decode the texts of a file that is whole.

    ``attempt``: reads it in an encoding. A file that is Spanish in none is left to be called damaged.
    """
    try:
        yield
    except Exception as error:
        if isinstance(error, PulsoError) or not any(words in str(error) for words in _NOT_DECODED):
            raise
        fitting = _fitting(path, attempt)
        if fitting is None:
            raise
        if declared is not None:
            raise PulsoError(
                f'{path}: its texts are not {declared}; correct delivery.encoding ("{fitting}" would do).'
            ) from error
        raise PulsoError(
            f"{path}: its texts are not in the encoding that its header says ({_said(path)}); say delivery.encoding: "
            f'"{fitting}" in the questionnaire.'
        ) from error


def _fitting(path: Path, attempt: Attempt) -> str | None:
    """The encoding in which most letters beyond ASCII are Spanish."""
    scores = {}
    for name in _CANDIDATES:
        try:
            meta, table = attempt(iconv_name(path, name))
        except MemoryError:
            raise
        except Exception:
            continue
        text = _texts(meta, table)
        found = mended(text, "utf-8")
        text = found[0] if found is not None else text
        if any(c in LETTERS for c in text):
            scores[name] = shares(text)[0]
    best = max(scores, key=lambda name: scores[name], default=None)
    return best if best is not None and scores[best] >= _ENOUGH else None


def _texts(meta: Any, table: Any) -> str:
    labels = [str(label) for label in (meta.column_names_to_labels or {}).values()]
    labels += [str(label) for of in (meta.variable_value_labels or {}).values() for label in of.values()]
    values = [] if table is None else [
        value for name in table.columns for value in table[name].unique() if isinstance(value, str)
    ]  # fmt: skip
    return "\n".join([*labels, *values])


def _said(path: Path) -> str:
    with path.open("rb") as stream:
        found = _NAMED.search(stream.read(_LOOKED_AT))
    return found[1].decode("ascii") if found else "or its format implies"
