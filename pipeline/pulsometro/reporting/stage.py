"""Stage *report*: everything that is published of one wave, into ``reports/site/<wave>``."""

from functools import partial
from pathlib import Path

from pulsometro.common.files import atomic_folder, write_json, write_text
from pulsometro.common.parallel import side_by_side
from pulsometro.reporting.charts import card_words
from pulsometro.reporting.edition.content import Edition
from pulsometro.reporting.edition.read_edition import load_edition
from pulsometro.reporting.formats import watermark
from pulsometro.reporting.formats.build_folder import BuildFolder, logo, prepared_folder
from pulsometro.reporting.formats.powerpoint import finish
from pulsometro.reporting.formats.render import Format, find_engine
from pulsometro.reporting.pages import brief, not_published, slides
from pulsometro.reporting.pages.methodology.methodology_page import items
from pulsometro.reporting.pages.navigation import formats, navigation_links
from pulsometro.reporting.pages.quality import quality_page
from pulsometro.reporting.tables import tabulados
from pulsometro.study import Study
from pulsometro.study.withheld import carried

FORMATS: tuple[Format, ...] = ("html", "pdf", "docx")


def run(study: Study, wave: str, draft: bool = False) -> str:
    """Write the wave's reports whole or not at all; a line for the screen.

    Raises WaveWithheld when the wave was stopped, a table is missing or a source has a fault; then a page of the
    site says that the wave is not published, and ``processed/<wave>/report`` why.
    """
    return carried(study, wave, "report", partial(_render, study, wave, draft), partial(_say_so, study, wave))


def _say_so(study: Study, wave: str) -> None:
    with atomic_folder(study.site / wave, public=True) as folder:
        text = not_published.page(
            study.wave(wave).period, study.identity.short_title, not_published.theme_or_neutral(study)
        )
        write_text(text, folder / "brief.html")


def _render(study: Study, wave: str, draft: bool, record: Path) -> str:
    edition = load_edition(study, wave, draft)
    engine = find_engine()
    target = study.site / wave
    with (
        prepared_folder(study.reports, edition.theme, engine, office=True) as shop,
        atomic_folder(target, public=True) as folder,
    ):
        side_by_side([partial(_brief, study, edition, draft, shop, folder), partial(_companions, edition, folder)])
    write_json({"wave": wave}, record / "published.json")
    return f"{wave}: {target.relative_to(study.root)}/ (brief, slides, tabulados, cards; {engine.name})."


def _companions(edition: Edition, folder: Path) -> None:
    tabulados.write(edition, folder / "tabulados.xlsx")
    card_words.write(edition, folder / "tarjetas")
    if edition.draft:
        watermark.mark_cards(folder / "tarjetas", edition.theme)


def _brief(study: Study, edition: Edition, draft: bool, shop: BuildFolder, folder: Path) -> None:
    """What is rendered from a source: figures, tables and sentences made once for all formats."""
    shop.metadata({**navigation_links(edition, "", "../"), **logo(edition.theme), **({"draft": True} if draft else {})})
    charts = brief.draw(edition, shop.figures)
    shop.put(brief.brief_fragments(edition, charts, shop.engine.name, formats("", reading=True)))
    shop.variables(brief.variables(edition))
    for form in FORMATS:
        shop.render("brief.qmd", form, folder / f"brief.{form}")
    if draft:
        path = folder / "brief.docx"
        path.write_bytes(watermark.mark_docx(path.read_bytes(), edition.theme))
    _slides(edition, shop, folder)
    _methodology(study, edition, shop, folder)
    _quality(study, edition, shop, folder)


def _slides(edition: Edition, shop: BuildFolder, folder: Path) -> None:
    made = slides.deck(edition, shop.figures)
    shop.put(made.fragments)
    shop.variables(slides.variables(edition))
    path = folder / "brief.pptx"
    shop.render("slides.qmd", "pptx", path)
    deck = finish(path.read_bytes(), made.alts, made.tones, made.foot, edition.theme)
    path.write_bytes(watermark.mark_pptx(deck, edition.theme) if edition.draft else deck)


def _methodology(study: Study, edition: Edition, shop: BuildFolder, folder: Path) -> None:
    """The wave's own disclosure page."""
    marks = {**logo(edition.theme), **({"draft": True} if edition.draft else {})}
    shop.metadata({**navigation_links(edition, "metodologia", "../"), **marks})
    foot = brief.foot(edition, shop.engine.name, formats(""))
    shop.put({"metodologia": items(study, edition, shop.engine.name), "pie": foot})
    own = {
        "periodo": edition.wave.period,
        "titulo-metodologia": f"Metodología, {edition.wave.period} · {edition.title}",
    }
    shop.variables({**brief.variables(edition), **own})
    shop.render("metodologia.qmd", "html", folder / "metodologia.html")


def _quality(study: Study, edition: Edition, shop: BuildFolder, folder: Path) -> None:
    """What the record of the weights and the table of interviewers hold, for reviewers."""
    marks = {**logo(edition.theme), **({"draft": True} if edition.draft else {})}
    shop.metadata({**navigation_links(edition, "calidad", "../"), **marks})
    made = quality_page.fragments(quality_page.load(study, edition), shop.figures)
    shop.put({**made, "pie": brief.foot(edition, shop.engine.name, formats(""))})
    own = {
        "periodo": edition.wave.period,
        "lugar": edition.settings.place_word,
        "titulo-calidad": f"Calidad, {edition.wave.period} · {edition.title}",
    }
    shop.variables({**brief.variables(edition), **own})
    shop.render("calidad-edicion.qmd", "html", folder / "calidad.html")
