"""Texts from files and data for a screen: what a terminal would obey, or nobody would see, is written out."""

import re

# Control characters but new line and tab, DEL and C1 (terminals obey them); marks of direction, which turn the text
# around them; what has no width and hides or parts words; lone surrogates, which no terminal's encoding has.
_OBEYED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0d\ufeff\uffa0\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e01ef]"
)
# Emoji are joined by U+200D, and flags of regions end in tags: there nothing is hidden.
_EMOJI = "\u00a9\u00ae\u2190-\u21ff\u2300-\u23ff\u25aa-\u27bf\u2934\u2935\u2b05-\u2b55\U0001f000-\U0001faff"
_TAGS = "[\U000e0030-\U000e0039\U000e0061-\U000e007a]{1,6}\U000e007f"
_PICTURE = re.compile(f"(?<=[{_EMOJI}\ufe0f])\u200d(?=[{_EMOJI}])|(?<=\U0001f3f4){_TAGS}")


def visible(text: str) -> str:
    r"""``text`` with every such character as ``\x1b``, ``\u202e`` …; Spanish, emoji, new lines and tabs as they are."""
    if text.isascii() and text.isprintable():
        return text
    parts, last = [], 0
    for picture in _PICTURE.finditer(text):
        parts += [_OBEYED.sub(_escaped, text[last : picture.start()]), picture[0]]
        last = picture.end()
    return "".join([*parts, _OBEYED.sub(_escaped, text[last:])])


def named(text: str) -> str:
    """Every character of ``text`` that nobody sees, by its number: ``<U+200B>``; and no blank but the ordinary one.

    >>> named("1\u200b"), named("Nuevo\u00a0Le\u00f3n")
    ('1<U+200B>', 'Nuevo<U+00A0>Le\u00f3n')
    """
    return "".join(f"<U+{ord(c):04X}>" if hidden(c) else c for c in text)


def hidden(character: str) -> bool:
    """Whether nobody sees this character, or takes it for an ordinary blank."""
    return bool(_OBEYED.fullmatch(character)) or (character.isspace() and character not in " \t\n")


def without_hidden(text: str) -> str:
    """``text`` without what nobody sees; blanks of every kind become ordinary ones. Emoji stay whole.

    >>> without_hidden("\ufeff1\u200b"), without_hidden("a.\u00a0m.")
    ('1', 'a. m.')
    """
    if text.isascii() and text.isprintable():
        return text
    parts, last = [], 0
    for picture in _PICTURE.finditer(text):
        parts += [_plainer(text[last : picture.start()]), picture[0]]
        last = picture.end()
    return "".join([*parts, _plainer(text[last:])])


def _plainer(text: str) -> str:
    lines = text.replace("\r\n", "\n")
    return "".join(c if not hidden(c) else " " if c.isspace() else "" for c in lines)


def _escaped(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
