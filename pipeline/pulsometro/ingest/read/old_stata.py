"""How many rows a .dta of Stata 12 or earlier holds: its header counts them, and nothing says where they end.

The value labels follow the rows up to the end of the file: the count is right where they can be read from there on.
"""

import struct
from typing import BinaryIO

# Stata's help dta_115, dta_114, dta_113, dta_112 and 111: a name, a format and a label of each variable.
_RELEASES = {release: (49 if release > 113 else 12) for release in range(110, 116)}
_NAME, _LABEL, _HEAD, _COUNT = 33, 81, 109, 6
_MOST_TRIED = 1_000_000
_WIDTHS = {251: 1, 252: 2, 253: 4, 254: 4, 255: 8}
_LETTERS = {ord("b"): 1, ord("i"): 2, ord("l"): 4, ord("f"): 4, ord("d"): 8}


def counted_and_held(file: BinaryIO, size: int) -> tuple[int, int, int, str] | None:
    """Rows that the header counts and rows that are there, the place of the count and its byte order (< or >).

    None for other releases, and where no count fits. Raises struct.error or IndexError for a file that is damaged.
    """
    file.seek(0)
    content = file.read(size)
    release, order = content[0], ">" if content[1] == 1 else "<"
    if release not in _RELEASES:
        return None
    variables, counted = struct.unpack(f"{order}Hi", content[4:10])
    types = content[_HEAD : _HEAD + variables]
    widths = [_width(each, release) for each in types]
    place = _HEAD + variables + _NAME * variables + 2 * (variables + 1) + _RELEASES[release] * variables
    place = _after_notes(content, place + (_NAME + _LABEL) * variables, order)
    width = sum(widths)
    most = (size - place) // width if width > 0 else 0
    # A damaged header's narrow rows would be tried for hours.
    for rows in (counted, *(range(most, -1, -1) if most < _MOST_TRIED else ())):
        if 0 <= rows <= most and _labels_to_the_end(content, place + rows * width, order):
            return counted, rows, _COUNT, order
    return None


def _width(kind: int, release: int) -> int:
    if release == 110:
        return _LETTERS.get(kind, kind - 127)
    return _WIDTHS.get(kind, kind)


def _after_notes(content: bytes, place: int, order: str) -> int:
    """Past what other programs noted: a kind and a length each, and zeros at the end."""
    while True:
        kind, length = struct.unpack(f"{order}bi", content[place : place + 5])
        place += 5
        if kind == 0 and length == 0:
            return place
        if length < 0:
            raise IndexError(place)
        place += length


def _labels_to_the_end(content: bytes, place: int, order: str) -> bool:
    """Whether whole tables of value labels, and nothing else, lie between a place and the end."""
    while place < len(content):
        if place + 4 + _NAME + 3 + 8 > len(content):
            return False
        length = struct.unpack(f"{order}i", content[place : place + 4])[0]
        entries, text = struct.unpack(f"{order}ii", content[place + 4 + _NAME + 3 :][:8])
        if entries < 0 or text < 0 or length != 8 + 8 * entries + text:
            return False
        place += 4 + _NAME + 3 + length
    return place == len(content)
