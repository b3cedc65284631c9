"""Sizes at which words stay inside their box, also on a machine that lacks our fonts and takes wider ones."""

from collections.abc import Sequence
from pathlib import Path

# A line's height as a share of the size: ascent and descent of the substitutes.
LINE = 1.165


def width(font: Path, words: str, size: float) -> float:
    """Width of words in a font file at a size, in the unit of the size."""
    from matplotlib.font_manager import get_font
    from matplotlib.ft2font import LoadFlags

    face = get_font(str(font))
    face.set_size(size, 72)
    face.set_text(words, 0.0, flags=LoadFlags.NO_HINTING)
    return float(face.get_width_height()[0] / 64)


def substitutes() -> tuple[Path, ...]:
    """The widest of the fonts that office programs take for one that is missing: DejaVu, bold, sans and serif."""
    from matplotlib import get_data_path

    folder = Path(get_data_path()) / "fonts" / "ttf"
    return folder / "DejaVuSans-Bold.ttf", folder / "DejaVuSerif-Bold.ttf"


def lines(font: Path, words: str, size: float, wide: float) -> int:
    """Lines that words take, broken at spaces, in a box of that width; a word that is wider counts as two.

    A no-break space never breaks. ``wide`` and ``size`` in the same unit.
    """
    made, line = 1, ""
    for word in words.split(" "):
        longer = f"{line} {word}" if line else word
        if width(font, longer, size) <= wide:
            line = longer
            continue
        made += bool(line) + (width(font, word, size) > wide)
        line = word
    return made


def fitting_size(words: str, wide: float, high: float, sizes: Sequence[int]) -> int:
    """The first of ``sizes`` (points, large to small) at which words fit a box of points, or the last."""
    for size in sizes:
        room = int(high / (LINE * size))
        if all(lines(font, words, size, wide) <= room for font in substitutes()):
            return size
    return sizes[-1]
