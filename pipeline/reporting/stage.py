"""Stage *report*: everything that is published of one wave, into ``reports/site/<wave>``."""

from functools import partial
from pathlib import Path

from pipeline.files import atomic_folder
from pipeline.lanes import side_by_side
from pipeline.reporting import cards, fragments, sections, slides, tabulados
from pipeline.reporting.edition import Edition
from pipeline.reporting.load import load_edition
from pipeline.reporting.methodology import items
from pipeline.reporting.office import describe_pictures
from pipeline.reporting.quality import page
from pipeline.reporting.render import Format, find_engine
from pipeline.reporting.workshop import Workshop, workshop
from pipeline.study import Study

FORMATS: tuple[Format, ...] = ("html", "pdf", "docx")


def run(study: Study, wave: str, draft: bool = False) -> str:
    """Write the wave's reports whole or not at all; a line for the screen.

    Raises PulsoError when a table is missing or a source has a fault.
    """
    edition = load_edition(study, wave, draft)
    engine = find_engine()
    target = study.site / wave
    with workshop(study.root / "reports", edition.theme, engine, office=True) as shop, atomic_folder(target) as folder:
        side_by_side([partial(_brief, study, edition, draft, shop, folder), partial(_companions, edition, folder)])
    return f"{wave}: {target.relative_to(study.root)}/ (brief, slides, tabulados, cards; {engine.name})."


def _companions(edition: Edition, folder: Path) -> None:
    tabulados.write(edition, folder / "tabulados.xlsx")
    cards.write(edition, folder / "tarjetas")


def _brief(study: Study, edition: Edition, draft: bool, shop: Workshop, folder: Path) -> None:
    """What is rendered from a source: figures, tables and sentences made once for all formats."""
    if draft:
        shop.metadata({"draft": True})
    charts = fragments.draw(edition, shop.figures)
    shop.put(fragments.brief(edition, charts, shop.engine.name, sections.formats("")))
    shop.variables(fragments.variables(edition))
    for form in FORMATS:
        shop.render("brief.qmd", form, folder / f"brief.{form}")
    _slides(edition, charts, shop, folder)
    _methodology(study, edition, shop, folder)
    _quality(study, edition, shop, folder)


def _slides(edition: Edition, charts: fragments.Charts, shop: Workshop, folder: Path) -> None:
    pieces, alts = slides.deck(edition, charts, shop.figures)
    shop.put(pieces)
    shop.variables(slides.variables(edition))
    path = folder / "brief.pptx"
    shop.render("slides.qmd", "pptx", path)
    path.write_bytes(describe_pictures(path.read_bytes(), alts))


def _methodology(study: Study, edition: Edition, shop: Workshop, folder: Path) -> None:
    """The wave's own disclosure page."""
    foot = fragments.foot(
        edition, shop.engine.name, "[Brief](brief.html) · [Calidad](calidad.html) · [Sitio](../index.html)"
    )
    shop.put({"metodologia": items(study, edition), "pie": foot})
    own = {
        "periodo": edition.wave.period,
        "titulo-metodologia": f"Metodología, {edition.wave.period} · {edition.title}",
    }
    shop.variables({**fragments.variables(edition), **own})
    shop.render("metodologia.qmd", "html", folder / "metodologia.html")


def _quality(study: Study, edition: Edition, shop: Workshop, folder: Path) -> None:
    """What the receipts of the weights and the table of interviewers hold, for reviewers."""
    links = "[Brief](brief.html) · [Metodología](metodologia.html) · [Sitio](../index.html)"
    made = page.fragments(page.load(study, edition), shop.figures)
    shop.put({**made, "pie": fragments.foot(edition, shop.engine.name, links)})
    own = {
        "periodo": edition.wave.period,
        "lugar": edition.settings.place_word,
        "titulo-calidad": f"Calidad, {edition.wave.period} · {edition.title}",
    }
    shop.variables({**fragments.variables(edition), **own})
    shop.render("calidad-edicion.qmd", "html", folder / "calidad.html")
