"""The charts of an edition, drawn once and written for every format."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pulsometro.common.escapes import attribute
from pulsometro.reporting.charts import alt_text
from pulsometro.reporting.charts.chart_numbers import PAPER, Said, write_said
from pulsometro.reporting.charts.drawing import boundaries, dots, likert, tiles, time_series
from pulsometro.reporting.charts.drawing.canvas import PHONE, SCREEN, Picture, Size
from pulsometro.reporting.edition.content import Edition
from pulsometro.reporting.edition.rows import Estimate
from pulsometro.reporting.edition.timeline import missing_before, times
from pulsometro.reporting.language import battery_sentences, conditions, not_printed
from pulsometro.reporting.language.traced_text import upper_first
from pulsometro.settings.report_settings import Measure
from pulsometro.study.batteries import ToldBattery
from pulsometro.style.spanish import NBSP
from pulsometro.style.vocabulary import Side

# By the ending of the file: a screen, a telephone, and paper (which office files take as PNG).
Sizes = Mapping[str, Size]
PAGE: Sizes = {"": SCREEN, "-narrow": PHONE}
# Small enough for a telephone, and so for a column of a gallery.
GALLERY: Sizes = {"-narrow": PHONE}
# Only a PNG, under the chart's own name: the source of the slides names the drawing beside it.
SLIDE = "-slide"


def with_paper(width: int, narrow: bool = False, loose: float = 1.0) -> Sizes:
    """Screen, telephone, and a drawing for paper ``width`` pixels wide: its text is smaller on the sheet."""
    return {**PAGE, "-print": Size(width, narrow, loose)}


@dataclass(frozen=True)
class Chart:
    """A chart by its file name without ending, and what it says without eyes; ``small``: drawn for a gallery."""

    name: str
    alt: str
    small: bool = False

    def markdown(self, folder: str = "figuras", **attributes: str) -> str:
        """The image with its alternative text."""
        more = "".join(f' {key}="{value}"' for key, value in attributes.items())
        classes = ".chart .small" if self.small else ".chart"
        ending = "-narrow" if self.small else ""
        return f'![]({folder}/{self.name}{ending}.svg){{{classes} fig-alt="{attribute(self.alt)}"{more}}}'


def write(folder: Path, name: str, words: str, draw: Callable[[Size, bool], Picture], sizes: Sizes = PAGE) -> Chart:
    """Draw every size and write the files that the filter may ask for; the PNG is the one for paper.

    ``draw``: takes the size, and whether a PNG is wanted.
    """
    folder.mkdir(parents=True, exist_ok=True)
    said = {}
    for ending, size in sizes.items():
        paper = ending in ("-print", SLIDE)
        picture = draw(size, paper)
        drawn = "" if ending == SLIDE else ending
        said[PAPER if paper else ending] = Said(picture.numbers, () if paper else picture.tips)
        (folder / f"{name}{drawn}.svg").write_text(picture.svg, encoding="utf-8", newline="\n")
        if paper:
            (folder / f"{name}.png").write_bytes(picture.png)
        else:
            (folder / f"{name}{ending}.inline.svg").write_text(picture.inline, encoding="utf-8", newline="\n")
    write_said(folder, name, said)
    return Chart(name, words, small=sizes is GALLERY)


def source(edition: Edition, series: bool = False) -> tuple[str, ...]:
    """What stands under a picture that may be cut out and sent on: whose it is, of when, and if simulated."""
    # The lines under a chart are broken at blanks: a date stays whole.
    period = edition.wave.period.replace(" ", NBSP)
    return (f"Fuente: {edition.producer}, {period}.", *simulated(edition, series))


def simulated(edition: Edition, series: bool = False) -> tuple[str, ...]:
    """The remark that the data are simulated, where they are; ``series``: of every edition that is drawn."""
    said = conditions.simulated_series(edition) if series else conditions.simulated_changes(edition)
    return (f"{upper_first(said)}.",) if said else ()


def dot_rows(edition: Edition, measure: Measure) -> list[dots.DotRow]:
    """Every place, largest share first, those not printed last."""
    rows = []
    for place in edition.places:
        estimate = edition.in_place(measure, place.code)
        why = "" if estimate else not_printed.why(edition, measure, place.code).word
        rows.append(dots.DotRow(place.short, estimate, edition.change(estimate), why=why))
    return sorted(
        rows, key=lambda row: (row.estimate is None, -(row.estimate.estimate if row.estimate else 0), row.name)
    )


def draw_places(
    edition: Edition, measure: Measure, folder: Path, name: str = "lugares", sizes: Sizes = PAGE
) -> Chart:  # fmt: skip
    """Places with intervals and changes."""
    rows, whole, theme = dot_rows(edition, measure), edition.whole(measure), edition.theme
    words = alt_text.dots(edition, measure, rows, whole)
    changes = any(row.change and row.change.comparable for row in rows)

    def draw(size: Size, png: bool) -> Picture:
        return dots.draw(
            rows, whole, edition.area_short, edition.direction(measure), theme, words, size, changes,
            source(edition), png,
        )  # fmt: skip

    return write(folder, name, words, draw, sizes)


def draw_map(edition: Edition, measure: Measure, folder: Path, name: str = "mapa", sizes: Sizes = PAGE) -> Chart:
    """Places as tiles, or on their boundaries when the study has a file of them."""
    rows = {row.name: row for row in dot_rows(edition, measure)}
    words = alt_text.tiles(edition, measure, list(rows.values()))
    made = [
        tiles.Tile(p.code, p.short, p.column, p.row, rows[p.short].estimate, rows[p.short].change, rows[p.short].why)
        for p in edition.places
    ]
    theme, direction, remarks = edition.theme, edition.direction(measure), source(edition)

    def draw(size: Size, png: bool) -> Picture:
        # On a telephone nine shapes and their names do not fit: the tiles do, in the same places.
        if edition.boundaries is None or size.narrow:
            return tiles.draw(made, direction, theme, words, size, remarks, png)
        drawn = edition.settings.boundaries_source
        said = (*remarks, f"Límites: {drawn.rstrip('.')}.") if drawn else remarks
        return boundaries.draw(made, edition.boundaries, direction, theme, words, size, said, png)

    return write(folder, name, words, draw, sizes)


def extreme_place(edition: Edition, measure: Measure) -> str:
    """Code of the place furthest from the whole of those that differ from the rest, to be drawn beside it; "" none."""
    whole = edition.whole(measure)
    found: list[tuple[float, str]] = []
    for place in edition.places:
        estimate: Estimate | None = edition.in_place(measure, place.code)
        if whole and estimate and edition.differences.from_rest(estimate) in (Side.HIGHER, Side.LOWER):
            found.append((abs(estimate.estimate - whole.estimate), place.code))
    return max(found)[1] if found else ""


def draw_series(
    edition: Edition, measure: Measure, folder: Path, place: str = "", name: str = "serie", sizes: Sizes = PAGE,
    place_first: bool = False,
) -> Chart:  # fmt: skip
    """The whole area since the first wave, with one place beside it when given (in front: ``place_first``)."""
    waves = [info.key for info in edition.waves]
    whole = time_series.Line(
        edition.area_name, [edition.whole(measure, wave) for wave in waves], strong=not place_first
    )
    lines = [whole]
    if place:
        named = next(p.short for p in edition.places if p.code == place)
        points = [edition.in_place(measure, place, wave) for wave in waves]
        changes = [edition.change(point) for point in points]
        # Where the whole breaks because a place entered or left, those that stay are compared all the same.
        kept = frozenset(
            w for w, change in zip(waves, changes, strict=True) if change is not None and change.comparable
        )
        lines.append(time_series.Line(named, points, strong=place_first, whole=kept))
    breaks, gaps = edition.label(measure).breaks, missing_before(edition.waves, edition.settings.wave_unit)
    words = alt_text.series(edition, measure, lines, breaks)
    remarks = simulated(edition, True) if sizes is GALLERY else () if SLIDE in sizes else source(edition, True)

    def draw(size: Size, png: bool) -> Picture:
        return time_series.draw(
            lines, waves, breaks, edition.theme, words, size, remarks, png, times(edition.waves), gaps
        )

    return write(folder, name, words, draw, sizes)


def draw_battery(
    edition: Edition, battery: ToldBattery, folder: Path, name: str = "", sizes: Sizes = PAGE
) -> Chart:  # fmt: skip
    """A battery as bars: of levels that add to 100, or of one share each; of means as points with their intervals."""
    if battery.kind == "figures":
        return _draw_points(edition, battery, folder, name or battery.key, sizes)
    bars = [likert.Bar(item, parts) for item, parts in battery_sentences.complete_rows(edition, battery)]
    words = alt_text.bars(edition, battery, bars)

    def draw(size: Size, png: bool) -> Picture:
        remarks = () if SLIDE in sizes else source(edition)
        return likert.draw(bars, battery.levels or ("",), edition.theme, words, size, remarks, png)

    return write(folder, name or battery.key, words, draw, sizes)


def draw_battery_points(edition: Edition, battery: ToldBattery, folder: Path) -> Chart:
    """The battery's first level, each with its interval and change, most first."""
    # As wide as half a page is: drawn wider, its smallest words would shrink under 12 px.
    return _draw_points(edition, battery, folder, f"{battery.key}-puntos", {**PAGE, "": Size(500)})


def _draw_points(edition: Edition, battery: ToldBattery, folder: Path, name: str, sizes: Sizes) -> Chart:
    rows = []
    for item, parts in battery_sentences.complete_rows(edition, battery):
        rows.append(dots.DotRow(item, parts[0], edition.change(parts[0]), why="" if parts[0] else "nadie"))
    words = alt_text.battery_points(edition, battery, rows)
    changes = any(row.change and row.change.comparable for row in rows)
    # The first level is the most favourable one: more of it is good news. Of shares and means each indicator says.
    own = {edition.direction(item.first) for item in battery.items}
    direction = "up_is_good" if battery.kind == "levels" else own.pop() if len(own) == 1 else "neutral"

    def draw(size: Size, png: bool) -> Picture:
        remarks = () if SLIDE in sizes else source(edition)
        return dots.draw(rows, None, "", direction, edition.theme, words, size, changes, remarks, png)

    return write(folder, name, words, draw, sizes)
