"""Stage *report*: everything that is published of one wave, into ``reports/site/<wave>``."""

from pathlib import Path

from pipeline.files import atomic_folder
from pipeline.reporting import fragments, sections
from pipeline.reporting.edition import Edition
from pipeline.reporting.load import load_edition
from pipeline.reporting.methodology import items
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
        charts = fragments.draw(edition, shop.figures)
        links = sections.formats("")
        shop.put(fragments.brief(edition, charts, engine.name, links))
        shop.variables(fragments.variables(edition))
        if draft:
            shop.metadata({"draft": True})
        for form in FORMATS:
            shop.render("brief.qmd", form, folder / f"brief.{form}")
        _methodology(study, edition, shop, folder)
    return f"{wave}: {target.relative_to(study.root)}/brief.html, .pdf and .docx ({engine.name})."


def _methodology(study: Study, edition: Edition, shop: Workshop, folder: Path) -> None:
    """The wave's own disclosure page."""
    shop.put(
        {"metodologia": items(study, edition), "pie": fragments.foot(edition, shop.engine.name, "[Brief](brief.html)")}
    )
    own = {
        "periodo": edition.wave.period,
        "titulo-metodologia": f"Metodología, {edition.wave.period} · {edition.title}",
    }
    shop.variables({**fragments.variables(edition), **own})
    shop.render("metodologia.qmd", "html", folder / "metodologia.html")
