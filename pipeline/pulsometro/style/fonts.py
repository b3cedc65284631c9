"""Subsets of the fonts, small enough to lie inside every page."""

import base64
import hashlib
import io
from pathlib import Path

from pulsometro.style.theme import Theme, font_file

# Latin as Spanish and its neighbours write it, and the signs that our pages use.
_CODES = (
    *range(0x20, 0x7F), *range(0xA0, 0x100), 0x2013, 0x2014, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2026,
    0x2192, 0x2212, 0x25B2, 0x25BC, 0x25C6, 0x2264, 0x2265,
)  # fmt: skip
FACES = (("sans", 400), ("sans", 600), ("sans", 700), ("serif", 600))
READY = Path(__file__).parent / "woff"


def subset(source: Path) -> bytes:
    """A WOFF with the characters that we print, kerning and tabular lining figures; always the same bytes."""
    from fontTools import subset as tools
    from fontTools.ttLib import TTFont

    font = TTFont(source, recalcTimestamp=False, lazy=True)
    options = tools.Options()
    options.hinting = False
    options.layout_features = ["kern", "tnum", "lnum", "mark", "ccmp"]
    options.name_IDs = [0, 1, 2, 13, 14]
    worker = tools.Subsetter(options)
    worker.populate(unicodes=_CODES)
    worker.subset(font)
    font.flavor = "woff"
    buffer = io.BytesIO()
    font.save(buffer, reorderTables=True)
    return buffer.getvalue()


def ready_name(source: Path) -> str:
    """Where the subset of a font file is kept: its name and what it was made from."""
    return f"{source.stem}-{hashlib.sha256(source.read_bytes()).hexdigest()[:8]}.woff"


def face_css(theme: Theme) -> str:
    """The ``@font-face`` rules of a theme with its fonts inside.

    The subsets of the neutral brand lie in the package, because making them takes longer than a page.
    """
    rules = []
    for kind, weight in FACES:
        source = font_file(theme.sans if kind == "sans" else theme.serif, weight, theme.folder)
        ready = READY / ready_name(source)
        content = ready.read_bytes() if ready.is_file() else subset(source)
        family = theme.sans if kind == "sans" else theme.serif
        data = base64.b64encode(content).decode("ascii")
        rules.append(
            f"@font-face{{font-family:'{family}';font-weight:{weight};font-style:normal;font-display:block;"
            f"src:url(data:font/woff;base64,{data}) format('woff')}}"
        )
    return "\n".join(rules)


def make_ready(folder: Path = READY) -> None:
    """Write the neutral brand's subsets into the package (``python -m pulsometro.style.fonts``)."""
    folder.mkdir(parents=True, exist_ok=True)
    for kind, weight in FACES:
        source = font_file(Theme.sans if kind == "sans" else Theme.serif, weight)
        (folder / ready_name(source)).write_bytes(subset(source))


if __name__ == "__main__":
    make_ready()
