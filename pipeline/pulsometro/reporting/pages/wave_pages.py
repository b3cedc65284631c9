"""A wave's pages as values: the brief, its slides, the disclosure and the quality of the wave."""

from pathlib import Path

from pulsometro.reporting.edition.content import Edition
from pulsometro.reporting.formats.build_folder import logo
from pulsometro.reporting.formats.page import Page
from pulsometro.reporting.pages import brief, slides
from pulsometro.reporting.pages.methodology.methodology_page import items
from pulsometro.reporting.pages.navigation import formats, navigation_links
from pulsometro.reporting.pages.quality import quality_page
from pulsometro.study import Study


def brief_page(edition: Edition, figures: Path, engine: str) -> Page:
    """Figures, tables and sentences made once for all formats."""
    charts = brief.draw(edition, figures)
    pieces = brief.brief_fragments(edition, charts, engine, formats("", reading=True))
    words = brief.words(edition, "titulo-pagina", "editor", "titular")
    return Page("brief.qmd", pieces, words, _metadata(edition, ""), figures)


def slides_page(edition: Edition, made: slides.Deck, figures: Path) -> Page:
    """The slides whose pictures were drawn in ``figures``."""
    return Page("slides.qmd", made.fragments, slides.variables(edition), _metadata(edition, ""), figures)


def methodology(study: Study, edition: Edition, engine: str) -> Page:
    """The wave's own disclosure page."""
    pieces = {"metodologia": items(study, edition, engine), **_frame(edition, engine)}
    title = f"Metodología, {edition.wave.period} · {edition.title}"
    words = {"periodo": edition.wave.period, "titulo-metodologia": title}
    return Page("metodologia.qmd", pieces, words, _metadata(edition, "metodologia"))


def quality(study: Study, edition: Edition, figures: Path, engine: str) -> Page:
    """What the record of the weights and the table of interviewers hold, for reviewers."""
    made = quality_page.fragments(quality_page.load(study, edition), figures)
    words = {"titulo-calidad": f"Calidad, {edition.wave.period} · {edition.title}"}
    return Page(
        "calidad-edicion.qmd", {**made, **_frame(edition, engine)}, words, _metadata(edition, "calidad"), figures
    )


def _frame(edition: Edition, engine: str) -> dict[str, str]:
    """What stands above and below on every page of a wave."""
    return {
        "antetitulo": brief.kicker(edition),
        "aviso": brief.notice(edition),
        "pie": brief.foot(edition, engine, formats("")),
    }


def _metadata(edition: Edition, current: str) -> dict[str, object]:
    marks: dict[str, object] = {"draft": True} if edition.draft else {}
    return {**navigation_links(edition, current, "../"), **logo(edition.theme), **marks}
