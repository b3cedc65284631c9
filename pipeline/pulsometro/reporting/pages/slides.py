"""Slides for the press conference: one finding a slide, the picture large, every number in the notes."""

from dataclasses import dataclass
from pathlib import Path

from pulsometro.reporting.charts import alt_text, pictures
from pulsometro.reporting.charts.drawing import dots
from pulsometro.reporting.charts.drawing.canvas import Picture, Size
from pulsometro.reporting.edition.content import Edition
from pulsometro.reporting.edition.rows import Estimate
from pulsometro.reporting.formats.powerpoint import BODY, PICTURE
from pulsometro.reporting.language import battery_sentences, sentences
from pulsometro.reporting.language.traced_text import Number, Text, escape, text
from pulsometro.reporting.pages import brief
from pulsometro.settings.report_settings import Measure
from pulsometro.style import spanish

# Pixels that fill two thirds of a slide, or all of it: text of 15 px is then read from the last row.
_WIDE, _WHOLE = 540, 640


@dataclass(frozen=True)
class Deck:
    """Slides as fragments, and what is set on the deck afterwards: alternative text by picture file, colour by
    words of a verdict, the source on every slide.
    """

    fragments: dict[str, str]
    alts: dict[str, str]
    tones: dict[str, str]
    foot: str


def deck(edition: Edition, figures: Path) -> Deck:
    """One finding a slide, the series, trust, and how it was done."""
    slides: list[str] = []
    alts: dict[str, str] = {}
    tones: dict[str, str] = {}
    for number, measure in enumerate(edition.settings.findings, 1):
        estimate = edition.whole(measure)
        if estimate is None:
            continue
        chart = _chart(edition, measure, estimate, figures, f"lamina-{number}")
        alts |= {f"{chart.name}.png": chart.alt} if chart is not None else {}
        said = _verdict(edition, measure, estimate)
        change = edition.change(estimate)
        tones[said.plain.replace(spanish.NBSP, " ")] = edition.theme.meaning(change, edition.direction(measure))[1]
        slides.append(_slide(edition, measure, estimate, chart, said))
    for chart, title in _others(edition, figures):
        alts[f"{chart.name}.png"] = chart.alt
        notes = f"::: {{.notes}}\n{escape(chart.alt)}\n:::"
        slides.append(f"# {title.markdown}\n\n{chart.markdown()}\n\n{notes}")
    how = brief.how_sentences(edition, brief.headline_figure(edition))
    bullets = "\n\n".join(part.markdown for part in how)
    pieces = {"laminas": "\n\n".join(slides), "lamina-como": bullets}
    marks = [*pictures.source(edition), *(["Borrador: no citar."] if edition.draft else [])]
    return Deck(pieces, alts, tones, " ".join(marks))


def variables(edition: Edition) -> dict[str, object]:
    """What the slides' source names."""
    marks = [edition.title, edition.wave.period, *(["datos simulados"] if edition.simulated else [])]
    marks += ["borrador"] if edition.draft else []
    notes = [f"Con excepciones firmadas: {'; '.join(edition.exceptions.reasons)}"] if edition.exceptions.reasons else []
    own = {"subtitulo": " · ".join([*marks, *notes]), "como-titulo": "Cómo se hizo"}
    return {**brief.words(edition, "editor"), "titular": sentences.headline(edition), **own}


def _chart(edition: Edition, measure: Measure, whole: Estimate, figures: Path, name: str) -> pictures.Chart | None:
    """The places; of a study without places its series, None where that is no line."""
    if edition.places:
        return _places(edition, measure, whole, figures, name)
    if sum(edition.whole(measure, info.key) is not None for info in edition.waves) < 2:
        return None
    sizes = {pictures.SLIDE: Size(_WIDE, loose=_WIDE / PICTURE / 252)}
    return pictures.draw_series(edition, measure, figures, name=name, sizes=sizes)


def _places(edition: Edition, measure: Measure, whole: Estimate, figures: Path, name: str) -> pictures.Chart:
    """The places with their intervals, as tall as the slide has room for."""
    rows = pictures.dot_rows(edition, measure)
    words = alt_text.dots(edition, measure, rows, whole)
    changes = any(row.change and row.change.comparable for row in rows)
    size = Size(_WIDE, loose=min(1.6, (_WIDE / PICTURE - 60) / (33 * max(len(rows), 1))))

    def draw(size: Size, png: bool) -> Picture:
        direction, theme = edition.direction(measure), edition.theme
        return dots.draw(rows, whole, edition.area_short, direction, theme, words, size, changes, png=png)

    return pictures.write(figures, name, words, draw, {pictures.SLIDE: size})


def _others(edition: Edition, figures: Path) -> list[tuple[pictures.Chart, Text]]:
    """The series and the battery of trust, each with its title, where there is something to draw."""
    measure = edition.settings.headline
    found = []
    told = not edition.places and measure in edition.settings.findings
    if measure and not told and sum(edition.whole(measure, info.key) is not None for info in edition.waves) > 1:
        beside = pictures.extreme_place(edition, measure)
        size = {pictures.SLIDE: Size(_WHOLE, loose=_WHOLE / BODY / 252)}
        line = pictures.draw_series(edition, measure, figures, beside, "lamina-serie", size)
        # Nothing above the picture says what its line is, as the brief does.
        said = sentences.series_heading(edition, measure).lowered()
        found.append((line, text(f"{edition.named(measure)}: ", said)))
    for battery in edition.batteries:
        rows = battery_sentences.complete_rows(edition, battery)
        if rows:
            size = {pictures.SLIDE: Size(_WHOLE, loose=min(1.3, (_WHOLE / BODY - 34) / (34 * len(rows))))}
            bars = pictures.draw_battery(edition, battery, figures, f"lamina-{battery.key}", size)
            found.append((bars, battery_sentences.heading(edition, battery)))
    return found


def _verdict(edition: Edition, measure: Measure, estimate: Estimate) -> Text:
    change = edition.change(estimate)
    sign, _, _ = edition.theme.meaning(change, edition.direction(measure))
    said = sentences.verdict(edition, change, sentences.is_first(edition, measure))
    return text(f"{sign} ", said) if change is not None and change.comparable else said


def _slide(edition: Edition, measure: Measure, estimate: Estimate, chart: pictures.Chart | None, said: Text) -> str:
    number = f"**{text(sentences.value(estimate)).markdown}**"
    interviews = text(Number(spanish.count(estimate.n), estimate.key, "n"), " entrevistas")
    aside = [sentences.margin(estimate), said, interviews, *([text("Datos simulados")] if edition.simulated else [])]
    beside = "\n\n".join([number, *(line.markdown for line in aside)])
    title = sentences.slide_title(edition, measure).markdown
    finding = sentences.finding(edition, measure).markdown
    if chart is None:
        return f"# {title}\n\n{beside}\n\n::: {{.notes}}\n{finding}\n:::"
    notes = f"{finding}\n\n{escape(chart.alt)}"
    columns = f"::: {{.column}}\n{chart.markdown()}\n:::\n\n::: {{.column}}\n{beside}\n:::"
    return f"# {title}\n\n:::: {{.columns}}\n{columns}\n::::\n\n::: {{.notes}}\n{notes}\n:::"
