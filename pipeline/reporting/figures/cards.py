"""Cards for social networks: one finding, its margin, its verdict, its source; 1200 × 630 and 1080 × 1350."""

from dataclasses import dataclass
from typing import Literal

from pipeline.reporting.figures.canvas import Canvas
from pipeline.reporting.theme import Theme

Shape = Literal["wide", "tall"]
SIZES: dict[Shape, tuple[int, int]] = {"wide": (1200, 630), "tall": (1080, 1350)}


@dataclass(frozen=True)
class Card:
    """The words of a card: the number, its margin, what it is of, and the verdict with its sign and colour."""

    number: str
    margin: str
    said: str
    sign: str
    verdict: str
    colour: str
    kicker: str
    source: str
    simulated: bool

    @property
    def alt(self) -> str:
        """The card in one sentence."""
        ending = " Datos simulados." if self.simulated else ""
        return f"{self.number} ({self.margin}) {self.said}; {self.verdict}. {self.source}.{ending}"


def draw(card: Card, shape: Shape, theme: Theme) -> bytes:
    """Draw a card as a PNG of exactly the size that networks ask for."""
    width, height = SIZES[shape]
    tall = shape == "tall"
    edge = 80 if tall else 64
    canvas = Canvas(width, height, theme)
    canvas.rectangle(0, 0, width, 18, theme.accent)
    top = 92 if tall else 76
    canvas.text(edge, top, card.kicker, 30, theme.accent, weight=700)
    if card.simulated:
        wide = canvas.width_of("Datos simulados", 26, 600) + 28
        canvas.rectangle(width - edge - wide, top - 32, wide, 44, theme.warning, radius=4)
        canvas.text(width - edge - 14, top, "Datos simulados", 26, theme.ink, "right", 600)
    size = 230 if tall else 168
    line: float = top + (290 if tall else 178)
    canvas.text(edge - 6, line, card.number, size, theme.ink, weight=700)
    aside = canvas.width_of(card.number, size, 700) + 26
    if tall:
        canvas.text(edge, line + 62, card.margin, 40, theme.soft)
        line += 70
    else:
        canvas.text(edge + aside, line, card.margin, 36, theme.soft)
    words = 54 if tall else 42
    line += 92 if tall else 74
    for part in canvas.wrap(card.said, words, 400, width - 2 * edge):
        canvas.text(edge, line, part, words, theme.ink)
        line += words * 1.24
    verdict = 42 if tall else 34
    line += 22 if tall else 8
    for index, part in enumerate(canvas.wrap(f"{card.sign} {card.verdict}", verdict, 600, width - 2 * edge)):
        canvas.text(edge, line + index * verdict * 1.25, part, verdict, card.colour, weight=600)
    foot = height - (64 if tall else 40)
    canvas.line([edge, width - edge], [foot - 44, foot - 44], theme.rule, 2)
    _foot(canvas, card, edge, foot, theme)
    return canvas.finish(card.alt, scale=1, svg=False).png


def _foot(canvas: Canvas, card: Card, edge: int, foot: float, theme: Theme) -> None:
    canvas.text(edge, foot, card.source, 24, theme.soft)
    if theme.logo is not None:
        canvas.image(theme.logo, canvas.width - edge - 120, foot - 34, 120, 48)
