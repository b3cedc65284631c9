"""The charts of an edition, drawn once and written for every format."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pipeline.reporting import alt, comparisons
from pipeline.reporting.edition import Edition
from pipeline.reporting.figures import dots, likert, series, tiles
from pipeline.reporting.figures.canvas import Picture
from pipeline.reporting.rows import Estimate
from pipeline.settings.reporting import Measure


@dataclass(frozen=True)
class Chart:
    """A chart by its file name without ending, and what it says without eyes."""

    name: str
    alt: str

    def markdown(self, folder: str = "figuras", **attributes: str) -> str:
        """The image with its alternative text."""
        more = "".join(f' {key}="{value}"' for key, value in attributes.items())
        words = self.alt.replace('"', "”")
        return f'![]({folder}/{self.name}.svg){{.chart fig-alt="{words}"{more}}}'


def write(folder: Path, name: str, words: str, draw: Callable[[bool], Picture], png: bool = True) -> Chart:
    """Draw wide and narrow and write every file that the filter may ask for."""
    folder.mkdir(parents=True, exist_ok=True)
    for ending, narrow in (("", False), ("-narrow", True)):
        picture = draw(narrow)
        (folder / f"{name}{ending}.svg").write_text(picture.svg, encoding="utf-8", newline="\n")
        (folder / f"{name}{ending}.inline.svg").write_text(picture.inline, encoding="utf-8", newline="\n")
        if png and not narrow:
            (folder / f"{name}.png").write_bytes(picture.png)
    return Chart(name, words)


def dot_rows(edition: Edition, measure: Measure) -> list[dots.DotRow]:
    """Every place, largest share first, those not printed last."""
    rows = []
    for place in edition.places:
        estimate = edition.in_place(measure, place.code)
        rows.append(dots.DotRow(place.short, estimate, edition.change(estimate)))
    return sorted(
        rows, key=lambda row: (row.estimate is None, -(row.estimate.estimate if row.estimate else 0), row.name)
    )


def draw_places(edition: Edition, measure: Measure, folder: Path, name: str = "lugares", png: bool = True) -> Chart:
    """Places with intervals and changes."""
    rows, whole, theme = dot_rows(edition, measure), edition.whole(measure), edition.theme
    words = alt.dots(edition, measure, rows, whole)
    changes = any(row.change and row.change.comparable for row in rows)

    def draw(narrow: bool) -> Picture:
        return dots.draw(
            rows, whole, edition.area_short, edition.direction(measure), theme, words, narrow, changes=changes, png=png
        )

    return write(folder, name, words, draw, png)


def draw_map(edition: Edition, measure: Measure, folder: Path, name: str = "mapa", png: bool = True) -> Chart:
    """Places as tiles, or on their boundaries when the study has a file of them."""
    rows = {row.name: row for row in dot_rows(edition, measure)}
    words = alt.tiles(edition, measure, list(rows.values()))
    made = [
        tiles.Tile(p.code, p.short, p.column, p.row, rows[p.short].estimate, rows[p.short].change)
        for p in edition.places
    ]

    def draw(narrow: bool) -> Picture:
        if edition.boundaries is not None:
            return tiles.draw_boundaries(
                made, edition.boundaries, edition.direction(measure), edition.theme, words, narrow, png=png
            )
        return tiles.draw(made, edition.direction(measure), edition.theme, words, narrow, png=png)

    return write(folder, name, words, draw, png)


def extreme_place(edition: Edition, measure: Measure) -> str:
    """Code of the place that is furthest from the whole, to be drawn beside it; "" when there is none."""
    whole = edition.whole(measure)
    found: list[tuple[float, str]] = []
    for place in edition.places:
        estimate: Estimate | None = edition.in_place(measure, place.code)
        if whole and estimate and (estimate.ci_high < whole.ci_low or estimate.ci_low > whole.ci_high):
            found.append((abs(estimate.estimate - whole.estimate), place.code))
    return max(found)[1] if found else ""


def draw_series(
    edition: Edition, measure: Measure, folder: Path, place: str = "", name: str = "serie", png: bool = True,
    place_first: bool = False,
) -> Chart:  # fmt: skip
    """The whole area since the first wave, with one place beside it when given (in front: ``place_first``)."""
    waves = [info.key for info in edition.waves]
    whole = series.Line(edition.area_name, [edition.whole(measure, wave) for wave in waves], strong=not place_first)
    lines = [whole]
    if place:
        named = next(p.short for p in edition.places if p.code == place)
        lines.append(series.Line(named, [edition.in_place(measure, place, wave) for wave in waves], strong=place_first))
    breaks = edition.label(measure).breaks
    words = alt.series(edition, measure, lines, breaks)

    def draw(narrow: bool) -> Picture:
        return series.draw(lines, waves, breaks, edition.theme, words, narrow, png=png)

    return write(folder, name, words, draw, png)


def draw_trust(edition: Edition, folder: Path, name: str = "confianza", png: bool = True) -> Chart:
    """The battery of trust as bars that add to 100."""
    battery = edition.settings.trust
    levels = battery.level_names or battery.levels
    bars = [likert.Bar(item, parts) for item, parts in comparisons.trust_rows(edition)]
    words = alt.likert(edition, bars, levels[0])

    def draw(narrow: bool) -> Picture:
        return likert.draw(bars, levels, edition.theme, words, narrow, png=png)

    return write(folder, name, words, draw, png)
