"""A drawing surface in pixels: matplotlib draws, we place; SVG for pages and PDF, PNG for office files.

Places are computed here and not by axes, so that the same chart can be drawn again for a narrow screen.
"""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from pulsometro.common.errors import PulsoError
from pulsometro.common.escapes import html
from pulsometro.reporting.charts.drawing.svg import svg_of
from pulsometro.reporting.language.traced_text import Number, Text
from pulsometro.style.text_width import width
from pulsometro.style.theme import Theme, font_file

# The smallest text of a page: 12 px on a telephone.
_REMARK = 12.5


@dataclass(frozen=True)
class Picture:
    """One drawn chart: ``svg`` is a whole document, ``inline`` goes into a page, ``png`` is at twice the size.

    ``numbers``: what is written in it and tied to rows; ``tips``: the same of its hover texts.
    """

    width: int
    height: int
    svg: str
    inline: str
    png: bytes
    numbers: tuple[Number, ...] = ()
    tips: tuple[Number, ...] = ()


@dataclass(frozen=True)
class Size:
    """What a chart is drawn for. ``width``: pixels, 0 for the chart's own; ``narrow``: drawn again for a
    telephone, with names above the lines; ``loose``: how much further apart rows lie (or how much taller a plot is).
    """

    width: int = 0
    narrow: bool = False
    loose: float = 1.0

    def wide(self, usual: int) -> int:
        """The width in pixels: a telephone's is 360."""
        return self.width or (360 if self.narrow else usual)


SCREEN, PHONE = Size(), Size(narrow=True)


class Canvas:
    """Draws in pixels from the top left; every artist may carry a number's key or a hover text.

    ``remarks``: sentences under the chart (source, simulated data, where the axis starts), below ``height``.
    """

    def __init__(self, width: int, height: int, theme: Theme, remarks: Sequence[str] = ()):
        from matplotlib.figure import Figure
        from matplotlib.transforms import Affine2D

        _register(theme)
        self.width, self.theme = width, theme
        lines = self.wrap(" ".join(remarks), _REMARK, 400, width) if remarks else []
        below, height = height, height + (len(lines) * 16 + 8 if lines else 0)
        self.height = height
        self.figure = Figure(figsize=(width / 72, height / 72), dpi=72, facecolor=theme.paper)
        self._place = Affine2D().scale(1 / 72, -1 / 72).translate(0, height / 72) + self.figure.dpi_scale_trans
        self._tags: dict[str, str] = {}
        self._numbers: list[Number] = []
        self._tips: list[Number] = []
        self._drawn = 0
        for index, line in enumerate(lines):
            self.text(0, below + 20 + index * 16, line, _REMARK, theme.soft)

    def text(
        self,
        x: float,
        y: float,
        words: str | Number | Text,
        size: float = 14,
        fill: str = "",
        anchor: str = "left",
        weight: int = 400,
        serif: bool = False,
        italic: bool = False,
    ) -> None:
        """Write words with their baseline at ``y``; a Number is tied to its row in the SVG."""
        plain = words.plain if isinstance(words, Text) else words.text if isinstance(words, Number) else words
        family = self.theme.serif if serif else self.theme.sans
        artist = self.figure.text(
            x, y, plain, transform=self._place, fontsize=size, color=fill or self.theme.ink,
            ha=anchor, va="baseline", fontfamily=family, fontweight=weight,
            fontstyle="italic" if italic else "normal", parse_math=False,
        )  # fmt: skip
        self._above(artist)
        if isinstance(words, Text):
            self.says(words.numbers)
        if isinstance(words, Number):
            self.says([words])
            self._tag(artist, _tie(words))

    def says(self, numbers: Iterable[Number]) -> None:
        """Note numbers that stand in words written here."""
        self._numbers += numbers

    def width_of(self, words: str, size: float, weight: int = 400) -> float:
        """Width in pixels of words in the sans family."""
        return width_of(self.theme, words, size, weight)

    def wrap(self, words: str, size: float, weight: int, room: float) -> list[str]:
        """Break words into lines no wider than ``room`` pixels (measured in the sans family)."""
        lines: list[str] = []
        for word in words.split(" "):
            longer = f"{lines[-1]} {word}" if lines else word
            if lines and self.width_of(longer, size, weight) <= room:
                lines[-1] = longer
            else:
                lines.append(word)
        return lines

    def fitted(self, words: str, size: float, weight: int, room: float, most: int = 2) -> tuple[float, list[str]]:
        """A size, and lines no wider than ``room`` pixels, at most ``most``: smaller at first, cut short at last.

        What does not fit at the smallest size ends in an ellipsis.
        """
        lines = self.wrap(words, size, weight, room)
        while size > _REMARK and (len(lines) > most or self._widest(lines, size, weight) > room):
            size = max(size - 0.5, _REMARK)
            lines = self.wrap(words, size, weight, room)
        kept = lines[:most]
        if len(lines) > most:
            kept[-1] = f"{kept[-1]} …"
        for index, line in enumerate(kept):
            while len(line) > 2 and self.width_of(line, size, weight) > room:
                line = f"{line.rstrip(' …')[:-1].rstrip()}…"
            kept[index] = line
        return size, kept

    def _widest(self, lines: Sequence[str], size: float, weight: int) -> float:
        return max(self.width_of(line, size, weight) for line in lines)

    def name(
        self, x: float, y: float, words: str, room: float, size: float, fill: str, anchor: str = "left",
        weight: int = 600, most: int = 2,
    ) -> None:  # fmt: skip
        """Write a name around the baseline ``y`` in as many lines as fit beside each other in a row of a chart."""
        size, lines = self.fitted(words, size, weight, room, most)
        high = size * 1.05
        for index, line in enumerate(lines):
            self.text(x, y - high * (len(lines) - 1) / 2 + high * index, line, size, fill, anchor, weight)

    def line(
        self, xs: Sequence[float], ys: Sequence[float], colour: str, width: float = 1, dash: Any = None,
        opacity: float = 1, tip: str | Number = "", round_ends: bool = False,
    ) -> None:  # fmt: skip
        """Draw a line through points; ``dash`` as lengths on and off in pixels."""
        from matplotlib.lines import Line2D

        style: Any = (0, tuple(part / width for part in dash)) if dash else "-"
        caps: Any = "round" if round_ends else "butt"
        artist = Line2D(
            xs, ys, color=colour, linewidth=width, linestyle=style, alpha=opacity, transform=self._place,
            solid_capstyle=caps, solid_joinstyle="round",
        )  # fmt: skip
        self._add(artist, tip)

    def rectangle(
        self, x: float, y: float, width: float, height: float, fill: str, opacity: float = 1, radius: float = 0,
        tip: str | Number = "",
    ) -> None:  # fmt: skip
        """Fill a rectangle, with round corners when ``radius`` is given."""
        from matplotlib.patches import FancyBboxPatch, Rectangle

        shape: Any
        if radius:
            style = f"round,pad=0,rounding_size={radius}"
            shape = FancyBboxPatch((x, y), width, height, boxstyle=style, transform=self._place, mutation_aspect=1)
        else:
            shape = Rectangle((x, y), width, height, transform=self._place)
        shape.set(facecolor=fill, edgecolor="none", linewidth=0, alpha=opacity)
        self._add(shape, tip)

    def circle(self, x: float, y: float, radius: float, fill: str, edge: str = "", tip: str | Number = "") -> None:
        """Fill a circle."""
        from matplotlib.patches import Circle

        shape = Circle((x, y), radius, transform=self._place)
        shape.set(facecolor=fill, edgecolor=edge or "none", linewidth=1.5 if edge else 0)
        self._add(shape, tip)

    def polygon(
        self,
        corners: Sequence[tuple[float, float]],
        fill: str,
        opacity: float = 1,
        edge: str = "",
        tip: str | Number = "",
    ) -> None:
        """Fill a polygon."""
        from matplotlib.patches import Polygon

        shape = Polygon(list(corners), closed=True, transform=self._place)
        shape.set(facecolor=fill, edgecolor=edge or "none", linewidth=1 if edge else 0, alpha=opacity)
        self._add(shape, tip)

    def area(
        self, rings: Sequence[Sequence[tuple[float, float]]], fill: str, edge: str, tip: str | Number = ""
    ) -> None:
        """Fill a ring and leave out its holes."""
        from matplotlib.patches import PathPatch
        from matplotlib.path import Path

        codes, corners = [], []
        for ring in rings:
            corners += [*ring, ring[0]]
            codes += [Path.MOVETO, *[Path.LINETO] * (len(ring) - 1), Path.CLOSEPOLY]
        shape = PathPatch(Path(corners, codes), transform=self._place)
        shape.set(facecolor=fill, edgecolor=edge, linewidth=1, joinstyle="round")
        self._add(shape, tip)

    def symbol(self, x: float, y: float, sign: str, size: float, colour: str) -> None:
        """A verdict's sign (▲ ▼ ◆) centred at a point."""
        self.text(x, y + size * 0.36, sign, size, colour, "center", 600)

    def logo(self, path: Any, right: float, y: float, width: float, height: float) -> None:
        """Place a brand's PNG against a right edge, as large as fits in ``width`` × ``height``."""
        from matplotlib.image import BboxImage, imread
        from matplotlib.transforms import Bbox, TransformedBbox

        pixels = imread(path)
        scale = min(width / pixels.shape[1], height / pixels.shape[0])
        wide, high = pixels.shape[1] * scale, pixels.shape[0] * scale
        box = TransformedBbox(Bbox([[right - wide, y + (height + high) / 2], [right, y + (height - high) / 2]]),
                              self._place)  # fmt: skip
        artist = BboxImage(box)
        artist.set_data(pixels)
        self.figure.add_artist(artist)
        self._above(artist)

    def finish(self, alt: str, png: bool = True, scale: float = 2, svg: bool = True) -> Picture:
        """Write the chart out; ``alt`` becomes its accessible name. What is not asked for is left empty."""
        import matplotlib as mpl

        # Hinted, some glyphs of a good font (Source Serif's %) report a sixth of their width.
        settings: Any = {
            "svg.fonttype": "none", "svg.hashsalt": "pulso", "path.simplify": False, "text.hinting": "none",
        }  # fmt: skip
        with mpl.rc_context(settings):
            buffer = io.StringIO()
            if svg:
                self.figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
            raster = self._raster(scale) if png else b""
        whole, inline = svg_of(buffer.getvalue(), (self.width, self.height), alt, self._tags) if svg else ("", "")
        return Picture(self.width, self.height, whole, inline, raster, tuple(self._numbers), tuple(self._tips))

    def _raster(self, scale: float) -> bytes:
        buffer = io.BytesIO()
        # Compressing harder takes longer than drawing and saves little on flat colours.
        options = {"compress_level": 4}
        self.figure.savefig(buffer, format="png", dpi=72 * scale, metadata={"Software": None}, pil_kwargs=options)
        return buffer.getvalue()

    def _add(self, artist: Any, tip: str | Number) -> None:
        # A transform of ours, and no axes to clip to.
        self.figure.add_artist(artist, clip=False)
        self._above(artist)
        if isinstance(tip, Number):
            self._tips.append(tip)
            self._tag(artist, f'class="hot" data-tip="{html(tip.text)}" {_tie(tip)}')
        elif tip:
            self._tag(artist, f'class="hot" data-tip="{html(tip)}"')

    def _above(self, artist: Any) -> None:
        """Later on top: matplotlib would draw every line over every circle."""
        self._drawn += 1
        artist.set_zorder(self._drawn)

    def _tag(self, artist: Any, tags: str) -> None:
        name = f"tag{len(self._tags)}"
        self._tags[name] = tags
        artist.set_gid(name)


def _tie(number: Number) -> str:
    return f'data-id="{html(number.key)}" data-field="{number.field}"'


def width_of(theme: Theme, words: str, size: float, weight: int = 400) -> float:
    """Width in pixels of words in a theme's sans family."""
    return width(font_file(theme.sans, weight, theme.folder), words, size)


_REGISTERED: set[str] = set()


def _register(theme: Theme) -> None:
    """Make the theme's fonts known to matplotlib, and refuse a silent substitute."""
    from matplotlib import font_manager

    wanted = [(theme.sans, weight) for weight in (400, 600, 700)] + [(theme.serif, 600)]
    for family, weight in wanted:
        path = str(font_file(family, weight, theme.folder))
        if path in _REGISTERED:
            continue
        font_manager.fontManager.addfont(path)
        found = font_manager.findfont(
            font_manager.FontProperties(family=family, weight=weight), fallback_to_default=False
        )
        if found != path:
            raise PulsoError(f"font {path}: matplotlib takes {found} instead; check the family's name.")
        _REGISTERED.add(path)
