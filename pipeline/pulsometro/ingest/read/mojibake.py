"""Spanish that was decoded with the wrong encoding: how it is seen, and what would mend it."""

import html
import re
from collections.abc import Callable
from functools import cache

LETTERS = frozenset("áéíóúüñÁÉÍÓÚÜÑçÇ")
MARKS = frozenset("¿¡ºª«»°·–—“”‘’…´€\N{NO-BREAK SPACE}")
_BEYOND = re.compile("[^\x00-\x7f]")
# Marks that a slip of the pen puts anywhere.
_ODD = MARKS - frozenset("·°ªº")
# Marks that stand beside words as well as inside them.
_ANYWHERE = frozenset("ºª°·–—“”‘’…´\N{NO-BREAK SPACE}")
_ENTITY = re.compile(
    r"&(?:[aeiouAEIOU](?:acute|uml)|[nN]tilde|iexcl|iquest|amp|quot|nbsp|#\d{2,4}|#x[0-9a-fA-F]{2,4});"
)
_ESCAPE = re.compile(r"\\u00([a-fA-F][0-9a-fA-F])")
_UTF7 = re.compile(r"\+A[A-Za-z0-9+/]{2,}-")
# Encoding that a text was in, and the one for which it was taken: the likeliest first.
_TAKEN = (("cp850", "cp1252"), ("cp1252", "cp850"), ("mac_roman", "cp1252"), ("cp1252", "mac_roman"))
_UTF8_TAKEN = ("cp1252", "cp850", "mac_roman")
LOST = "\N{REPLACEMENT CHARACTER}"


def out_of_place(text: str) -> int:
    """How many characters beyond ASCII do not stand where Spanish would have them.

    >>> out_of_place("¿Qué opina de la policía?"), out_of_place("polic¡a"), out_of_place("cafÚ")
    (0, 1, 1)
    """
    return sum(not _in_place(text, found.start()) for found in _BEYOND.finditer(text))


def shares(text: str) -> tuple[float, float]:
    """Of the characters beyond ASCII, how many stand where Spanish has them, and how many might: a mark may be
    anywhere, a letter only in a word whose capitals fit. (1, 1) where there is none.

    >>> shares("polic¡a y mam\xa0"), shares("policÞa"), shares("policía")
    ((0.5, 1.0), (0.0, 0.0), (1.0, 1.0))
    """
    places = [found.start() for found in _BEYOND.finditer(text)]
    likely = sum(_in_place(text, place) for place in places)
    might = sum(text[place] in _ODD or _in_place(text, place) for place in places)
    return likely / max(len(places), 1), might / max(len(places), 1)


def _in_place(text: str, place: int) -> bool:
    c, before, after = text[place], text[place - 1 : place], text[place + 1 : place + 2]
    if c in LETTERS:
        # A capital after a small letter is none of this word.
        return not (c.isupper() and before.islower())
    if c in _ANYWHERE:
        return not (before.isalpha() and after.isalpha()) or c in "’\N{NO-BREAK SPACE}"
    return c in MARKS and not before.isalpha()


def mended(text: str, was: str | None = None) -> tuple[str, str, str] | None:
    """A text put right, the encoding that it was in and the one for which it was taken; None when it looks right.

    ``was``: only this encoding is tried, and surely so. Encodings that are none: ``html`` (entities), ``escapes``.

    >>> mended("policÃ\\xada"), mended("polic¡a"), mended("policía"), mended("polic&iacute;a")
    (('policía', 'utf-8', 'cp1252'), ('policía', 'cp850', 'cp1252'), None, ('policía', 'html', 'text'))
    """
    if text.isascii():
        return next((made for kind, way in _ESCAPED if was in (None, kind) and (made := way(text))), None)
    if was in (None, "utf-8"):
        for taken in _UTF8_TAKEN:
            found = _from_utf8(text, taken)
            if found != text:
                return found, "utf-8", taken
    if was is None and (LOST in text or not out_of_place(text)):
        return None
    tried = (_retaken(text, kind, taken, was is not None) for kind, taken in _TAKEN if was in (None, kind))
    return next((made for made in tried if made is not None), None)


def _retaken(text: str, kind: str, taken: str, sure: bool) -> tuple[str, str, str] | None:
    """``text`` as it is in ``kind``, where that is Spanish; unless ``sure``, with a letter of it."""
    try:
        found = sloppily(text, taken).decode(kind)
    except (UnicodeDecodeError, UnicodeEncodeError):
        return None
    right = out_of_place(found) == 0 and all(c in LETTERS | MARKS for c in found if c >= "\x80")
    return (found, kind, taken) if found != text and right and (sure or any(c in LETTERS for c in found)) else None


def _entities(text: str) -> tuple[str, str, str] | None:
    return (html.unescape(text), "html", "text") if _ENTITY.search(text) else None


def _escapes(text: str) -> tuple[str, str, str] | None:
    found = _ESCAPE.sub(lambda part: chr(int(part[1], 16)), text)
    return (found, "escapes", "text") if found != text else None


def _seven(text: str) -> tuple[str, str, str] | None:
    if not _UTF7.search(text):
        return None
    try:
        found = text.encode("ascii").decode("utf-7")
    except UnicodeError:
        return None
    spanish = any(c in LETTERS for c in found) and not out_of_place(found)
    return (found, "utf-7", "ascii") if spanish else None


_ESCAPED: tuple[tuple[str, Callable[[str], tuple[str, str, str] | None]], ...] = (
    ("html", _entities), ("escapes", _escapes), ("utf-7", _seven),
)  # fmt: skip


def sloppily(text: str, encoding: str) -> bytes:
    """``text`` as bytes; what the encoding lacks below U+0100 as the byte of that number, as programs write it."""
    try:
        return text.encode(encoding)
    except UnicodeEncodeError:
        return b"".join(bytes([ord(c)]) if "\x80" <= c < "\xa0" else c.encode(encoding) for c in text)


def _from_utf8(text: str, taken: str) -> str:
    """UTF-8 that was taken for an encoding of one byte, run by run, as often as it was so."""
    for _ in range(3):
        found = _runs(taken).sub(lambda run: _decoded(run[0], taken), text)
        if found == text:
            break
        text = found
    return text


def _decoded(run: str, taken: str) -> str:
    try:
        return sloppily(run, taken).decode("utf-8")
    except UnicodeError:
        return run


@cache
def _runs(taken: str) -> re.Pattern[str]:
    """A character of UTF-8 as it looks in that encoding: C2, C3 or E2 and what may follow."""

    def look(byte: int) -> str:
        return re.escape(bytes([byte]).decode(taken, errors="ignore"))

    # As Latin 1 it is a control character where other encodings have a mark.
    following = "[\x80-\x9f" + "".join(look(byte) for byte in range(0x80, 0xC0)) + "]"
    return re.compile(f"[{look(0xC2)}{look(0xC3)}]{following}|{look(0xE2)}{following}{{2}}")
