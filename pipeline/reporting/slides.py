"""Slides for the press conference: one finding a slide, the picture large, every number in the notes."""

from pathlib import Path

from pipeline.reporting import alt, comparisons, fragments, numbers, pictures, sentences
from pipeline.reporting.edition import Edition
from pipeline.reporting.figures import dots
from pipeline.reporting.figures.canvas import Size
from pipeline.reporting.rows import Estimate
from pipeline.reporting.text import escape, text
from pipeline.settings.reporting import Measure

# Text of 15 px on a slide 13 inches wide is read from the last row.
_SLIDE = Size(540, loose=1.12)


def deck(edition: Edition, charts: fragments.Charts, figures: Path) -> tuple[dict[str, str], dict[str, str]]:
    """The fragments of the slides, and the alternative text of every picture by file name."""
    slides, alts = [], {}
    for number, measure in enumerate(edition.settings.findings, 1):
        estimate = edition.whole(measure)
        if estimate is None:
            continue
        chart = _chart(edition, measure, estimate, figures, f"lamina-{number}")
        alts[f"{chart.name}.png"] = chart.alt
        slides.append(_slide(edition, measure, estimate, chart))
    headed = (
        (charts.series, sentences.series_heading(edition, edition.settings.headline)),
        (charts.trust, comparisons.trust_heading(edition)),
    )
    for drawn, title in headed:
        if drawn is not None:
            alts[f"{drawn.name}.png"] = drawn.alt
            notes = f"::: {{.notes}}\n{escape(drawn.alt)}\n:::"
            slides.append(f"# {escape(title.plain)}\n\n{drawn.markdown()}\n\n{notes}")
    how = fragments.how_sentences(edition, edition.whole(edition.settings.headline))
    bullets = "\n\n".join(escape(part.plain) for part in how)
    return {"laminas": "\n\n".join(slides), "lamina-como": bullets}, alts


def variables(edition: Edition) -> dict[str, str]:
    """What the slides name with ``var``."""
    marks = [edition.title, edition.wave.period, *(["datos simulados"] if edition.simulated else [])]
    marks += ["borrador"] if edition.draft else []
    notes = [f"Con excepciones firmadas: {'; '.join(edition.exceptions.reasons)}"] if edition.exceptions.reasons else []
    own = {"subtitulo": " · ".join([*marks, *notes]), "como-titulo": "Cómo se hizo"}
    return {**fragments.variables(edition), **own}


def _chart(edition: Edition, measure: Measure, whole: Estimate, figures: Path, name: str) -> pictures.Chart:
    rows = pictures.dot_rows(edition, measure)
    words = alt.dots(edition, measure, rows, whole)
    changes = any(row.change and row.change.comparable for row in rows)
    picture = dots.draw(
        rows, whole, edition.area_short, edition.direction(measure), edition.theme, words, _SLIDE, changes
    )
    figures.mkdir(parents=True, exist_ok=True)
    (figures / f"{name}.png").write_bytes(picture.png)
    # The source names the drawing; the slide takes the PNG beside it.
    (figures / f"{name}.svg").write_text(picture.svg, encoding="utf-8", newline="\n")
    return pictures.Chart(name, words)


def _slide(edition: Edition, measure: Measure, estimate: Estimate, chart: pictures.Chart) -> str:
    change = edition.change(estimate)
    sign, _, _ = edition.theme.meaning(change, edition.direction(measure))
    said = sentences.verdict(edition, change, sentences.is_first(edition, measure)).plain
    aside = [
        f"**{text(sentences.value(estimate)).plain}** {sentences.margin(estimate).plain}",
        f"{sign} {said}" if change is not None and change.comparable else said,
        f"{numbers.count(estimate.n)} entrevistas",
        *(["Datos simulados"] if edition.simulated else []),
    ]
    beside = "\n\n".join(escape(line) if not line.startswith("**") else line for line in aside)
    title = escape(sentences.slide_title(edition, measure).plain)
    notes = f"{escape(sentences.finding(edition, measure).plain)}\n\n{escape(chart.alt)}"
    columns = f"::: {{.column}}\n{chart.markdown()}\n:::\n\n::: {{.column}}\n{beside}\n:::"
    return f"# {title}\n\n:::: {{.columns}}\n{columns}\n::::\n\n::: {{.notes}}\n{notes}\n:::"
