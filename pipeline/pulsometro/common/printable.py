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


def _escaped(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
