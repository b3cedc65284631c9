"""From matplotlib's SVG to one that pages can hold: without what clashes or repeats, and tied to its rows."""

import re
from collections.abc import Mapping

from pulsometro.common.escapes import html

_GROUP = re.compile(r'<g id="([^"]*)">')
_TAG = re.compile(r"<[^>]*>")
_OPEN = re.compile(r"<svg [^>]*>")
_DIGITS = re.compile(r"-?\d+\.\d+")


def svg_of(drawn: str, size: tuple[int, int], alt: str, tags: Mapping[str, str]) -> tuple[str, str]:
    """A document of its own and a drawing for inside of a page, of what matplotlib wrote.

    ``size``: width and height in pixels; ``alt``: the accessible name inside of a page; ``tags``: attributes
    of the group that has an id.
    """
    body = _shorter(_clean(drawn, tags))
    width, height = size
    box = f'viewBox="0 0 {width} {height}"'
    space = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    lines = 'style="stroke-linejoin:round;stroke-linecap:butt"'
    # The page's own style names the family.
    inline = _TAG.sub(lambda tag: re.sub(r"font-family:'[^']*';?", "", tag[0]), body)
    label = html(alt)
    return (
        f'<svg {space} width="{width}" height="{height}" {box} {lines}>{body}',
        f'<svg {box} role="img" aria-label="{label}" {lines}>{inline}',
    )


def _clean(drawn: str, tags: Mapping[str, str]) -> str:
    """Drop what differs between files or clashes inside a page; turn ids into data attributes."""
    body = drawn[_OPEN.search(drawn).end() :]  # type: ignore[union-attr]
    body = re.sub(r"<metadata>.*?</metadata>", "", body, flags=re.S)
    body = re.sub(r"<defs>\s*<style[^>]*>.*?</style>\s*</defs>", "", body, flags=re.S)
    body = re.sub(r"<!--.*?-->\s*", "", body, flags=re.S)
    body = _GROUP.sub(lambda m: f"<g {tags[m[1]]}>" if m[1] in tags else "<g>", body)
    body = re.sub(r' transform="rotate\(-0 [^"]*"', "", body)
    body = re.sub(r"\n\s*", "\n", body)
    return re.sub(r"<g>\n(<(?:path|text)[^>]*?(?:/>|>[^<]*</text>))\n</g>", r"\1", body)


def _shorter(body: str) -> str:
    """The same drawing in fewer bytes: paths in hundredths of a pixel, no blanks, nothing that is the default."""

    def path(found: re.Match[str]) -> str:
        words = _DIGITS.sub(lambda number: f"{float(number[0]):.2f}".rstrip("0").rstrip("."), found[1])
        return 'd="' + re.sub(r"\s*([A-Za-z])\s*", r"\1", words).strip() + '"'

    def shorter(tag: re.Match[str]) -> str:
        words = re.sub(r'\bd="([^"]*)"', path, tag[0])
        words = re.sub(r'style="[^"]*"', lambda style: style[0].replace(": ", ":").replace("; ", ";"), words)
        return words.replace("text-anchor:start;", "")

    # Inside of tags alone: what a text says stays as it is.
    return _TAG.sub(shorter, body)
