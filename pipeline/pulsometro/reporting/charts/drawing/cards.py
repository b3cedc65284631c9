"""Cards for social networks: one finding, its margin, its verdict, its series; 1200 × 630 and 1080 × 1350."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from pulsometro.reporting.charts.drawing.canvas import Canvas, Picture
from pulsometro.reporting.charts.drawing.scale import form_of, scale_for, shown
from pulsometro.reporting.charts.drawing.time_series import band, parts, places
from pulsometro.reporting.edition.rows import Estimate
from pulsometro.reporting.language.traced_text import Number, Text, text
from pulsometro.style.theme import Theme

Shape = Literal["wide", "tall"]
SIZES: dict[Shape, tuple[int, int]] = {"wide": (1200, 630), "tall": (1080, 1350)}


@dataclass(frozen=True)
class Card:
    """The words of a card: the number, its margin, what it is of, and the verdict with its sign and colour.

    ``points``: the series, an estimate a wave, None where not asked or not published; drawn when there are two.
    ``breaks``: wave from which the series does not compare with before → why. ``since``: when the series begins.
    ``times``, ``gaps``: as a chart of a series has them.
    """

    number: Text
    margin: Text
    said: str
    sign: str
    verdict: Text
    colour: str
    kicker: str
    source: str
    simulated: bool
    points: Sequence[tuple[str, Estimate | None]] = ()
    breaks: Mapping[str, str] = field(default_factory=dict)
    since: str = ""
    times: Sequence[float] = ()
    gaps: Collection[str] = ()

    @property
    def known(self) -> list[Estimate]:
        """The points that may be printed."""
        return [estimate for _, estimate in self.points if estimate is not None]

    @property
    def first(self) -> Text:
        """The value that the series begins with."""
        return text(Number(shown(self.known[0]), self.known[0].key))

    @property
    def alt(self) -> Text:
        """The card in one or two sentences."""
        begins = text(f" La serie empieza en {self.since} con ", self.first, ".") if len(self.known) > 1 else ""
        ending = " Datos simulados." if self.simulated else ""
        said = text(self.number, " (", self.margin, f") {self.said}; ", self.verdict, ".")
        return text(said, begins, f" {self.source}.{ending}")


def draw(card: Card, shape: Shape, theme: Theme) -> Picture:
    """Draw a card as a PNG of exactly the size that networks ask for."""
    width, height = SIZES[shape]
    tall = shape == "tall"
    edge = 80 if tall else 64
    canvas = Canvas(width, height, theme)
    canvas.rectangle(0, 0, width, 18, theme.accent)
    top = 98 if tall else 82
    _head(canvas, card, edge, top)
    size = _size(canvas, card, width - 2 * edge if tall else width / 2, 230 if tall else 168)
    line: float = top + (284 if tall else 172)
    canvas.text(edge - 6, line, card.number, size, theme.ink, weight=700)
    aside = edge + canvas.width_of(card.number.plain, size, 700) + (34 if tall else 22)
    if tall:
        canvas.text(edge, line + 66, card.margin, 44, theme.soft)
        line += 76
    else:
        canvas.text(aside, line, card.margin, 36, theme.soft)
        left = aside + canvas.width_of(card.margin.plain, 36) + 50
        _series(canvas, card, (left, top + 44, width - edge - left, 82), 28)
    line = _words(canvas, card, edge, line + (92 if tall else 80), tall)
    foot = height - (58 if tall else 36)
    lines = canvas.wrap(card.source, 34 if tall else 29, 400, width - 2 * edge - (150 if theme.logo else 0))
    rule = foot - 40 * len(lines) - 10
    if tall and rule - line > 260:
        _series(canvas, card, (edge, line + 74, width - 2 * edge, min(rule - line - 190, 300)), 36)
    canvas.line([edge, width - edge], [rule, rule], theme.rule, 2)
    for index, words in enumerate(lines):
        canvas.text(edge, foot - 40 * (len(lines) - 1 - index), words, 34 if tall else 29, theme.soft)
    if theme.logo is not None:
        canvas.logo(theme.logo, width - edge, foot - 42, 130, 52)
    return canvas.finish(card.alt.plain, scale=1, svg=False)


def _size(canvas: Canvas, card: Card, room: float, most: float) -> float:
    """How large the number can be: a percentage as large as it is, pesos as their figures have room."""
    wide = canvas.width_of(card.number.plain, most, 700)
    return most if wide <= room else max(most * room / wide, 60)


def _head(canvas: Canvas, card: Card, edge: float, top: float) -> None:
    theme = canvas.theme
    canvas.text(edge, top, card.kicker, 36, theme.accent, weight=700)
    if card.simulated:
        wide = canvas.width_of("Datos simulados", 32, 600) + 32
        canvas.rectangle(canvas.width - edge - wide, top - 36, wide, 52, theme.warning, radius=4)
        canvas.text(canvas.width - edge - 16, top, "Datos simulados", 32, theme.ink, "right", 600)


def _words(canvas: Canvas, card: Card, edge: float, line: float, tall: bool) -> float:
    """What the number is of, and the verdict; the baseline of the last line."""
    room = canvas.width - 2 * edge
    size, small = (52, 42) if tall else (42, 35)
    for part in canvas.wrap(card.said, size, 400, room):
        canvas.text(edge, line, part, size, canvas.theme.ink)
        line += size * 1.22
    line += 20 if tall else 6
    verdict = f"{card.sign} {card.verdict.plain}" if card.sign else card.verdict.plain
    canvas.says(card.verdict.numbers)
    found = canvas.wrap(verdict, small, 600, room)
    for index, part in enumerate(found):
        canvas.text(edge, line + index * small * 1.25, part, small, card.colour, weight=600)
    return line + (len(found) - 1) * small * 1.25


def _series(canvas: Canvas, card: Card, box: tuple[float, float, float, float], size: float) -> None:
    """The series in a box (left, top, width, height): its first value and when; the last is the card's number."""
    if len(card.known) < 2 or box[2] < 200:
        return
    theme, (left, top, wide, high) = canvas.theme, box
    ends = [end for estimate in card.known for end in (estimate.ci_low, estimate.ci_high)]
    scale = scale_for(ends, form_of(card.known[0]), top + high, top)
    waves = [wave for wave, _ in card.points]
    xs = places(card.times or range(len(waves)), left + 8, left + wide - 16)
    canvas.line([left, left + wide], [top + high + 14] * 2, theme.rule, 2)
    estimates = [estimate for _, estimate in card.points]
    for part in parts(estimates, waves, {*card.breaks, *card.gaps}):
        band(canvas, [(xs[index], estimate) for index, estimate in part], scale, theme.accent, size / 6)
    for wave in card.breaks:
        if wave in waves[1:]:
            x = (xs[waves.index(wave) - 1] + xs[waves.index(wave)]) / 2
            canvas.line([x, x], [top - 10, top + high + 14], theme.ink, 2, dash=(3, 6))
    first = next(index for index, estimate in enumerate(estimates) if estimate)
    last = max(index for index, estimate in enumerate(estimates) if estimate)
    for index in (first, last):
        canvas.circle(xs[index], scale(estimates[index].estimate), size / 4, theme.accent)  # type: ignore[union-attr]
    words = text(f"{card.since}: ", card.first)
    room = left + wide - canvas.width_of(words.plain, size)
    canvas.text(max(left, min(xs[first] - 8, room)), top + high + 18 + size, words, size, theme.soft)
