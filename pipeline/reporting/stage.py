"""Stage *report*: everything that is published of one wave, into ``reports/site/<wave>``."""

from functools import partial
from pathlib import Path

from pipeline.files import atomic_folder
from pipeline.lanes import side_by_side
from pipeline.reporting import cards, drafts, fragments, slides, tabulados
from pipeline.reporting.deck import finish
from pipeline.reporting.edition import Edition
from pipeline.reporting.load import load_edition
from pipeline.reporting.methodology import items
from pipeline.reporting.navigation import formats, navigation
from pipeline.reporting.quality import page
from pipeline.reporting.render import Format, find_engine
from pipeline.reporting.workshop import Workshop, logo, workshop
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
    if edition.draft:
        drafts.mark_cards(folder / "tarjetas", edition.theme)


def _brief(study: Study, edition: Edition, draft: bool, shop: Workshop, folder: Path) -> None:
    """What is rendered from a source: figures, tables and sentences made once for all formats."""
    shop.metadata({**navigation(edition, "", "../"), **logo(edition.theme), **({"draft": True} if draft else {})})
    charts = fragments.draw(edition, shop.figures)
    shop.put(fragments.brief(edition, charts, shop.engine.name, formats("", reading=True)))
    shop.variables(fragments.variables(edition))
    for form in FORMATS:
        shop.render("brief.qmd", form, folder / f"brief.{form}")
    if draft:
        path = folder / "brief.docx"
        path.write_bytes(drafts.mark_docx(path.read_bytes(), edition.theme))
    _slides(edition, shop, folder)
    _methodology(study, edition, shop, folder)
    _quality(study, edition, shop, folder)


def _slides(edition: Edition, shop: Workshop, folder: Path) -> None:
    made = slides.deck(edition, shop.figures)
    shop.put(made.fragments)
    shop.variables(slides.variables(edition))
    path = folder / "brief.pptx"
    shop.render("slides.qmd", "pptx", path)
    deck = finish(path.read_bytes(), made.alts, made.tones, made.foot, edition.theme)
    path.write_bytes(drafts.mark_pptx(deck, edition.theme) if edition.draft else deck)


def _methodology(study: Study, edition: Edition, shop: Workshop, folder: Path) -> None:
    """The wave's own disclosure page."""
    marks = {**logo(edition.theme), **({"draft": True} if edition.draft else {})}
    shop.metadata({**navigation(edition, "metodologia", "../"), **marks})
    foot = fragments.foot(edition, shop.engine.name, formats(""))
    shop.put({"metodologia": items(study, edition, shop.engine.name), "pie": foot})
    own = {
        "periodo": edition.wave.period,
        "titulo-metodologia": f"Metodología, {edition.wave.period} · {edition.title}",
    }
    shop.variables({**fragments.variables(edition), **own})
    shop.render("metodologia.qmd", "html", folder / "metodologia.html")


def _quality(study: Study, edition: Edition, shop: Workshop, folder: Path) -> None:
    """What the receipts of the weights and the table of interviewers hold, for reviewers."""
    marks = {**logo(edition.theme), **({"draft": True} if edition.draft else {})}
    shop.metadata({**navigation(edition, "calidad", "../"), **marks})
    made = page.fragments(page.load(study, edition), shop.figures)
    shop.put({**made, "pie": fragments.foot(edition, shop.engine.name, formats(""))})
    own = {
        "periodo": edition.wave.period,
        "lugar": edition.settings.place_word,
        "titulo-calidad": f"Calidad, {edition.wave.period} · {edition.title}",
    }
    shop.variables({**fragments.variables(edition), **own})
    shop.render("calidad-edicion.qmd", "html", folder / "calidad.html")
