"""Stage *report*: everything that is published of one wave, into ``reports/site/<wave>``."""

from pipeline.files import atomic_folder
from pipeline.reporting import fragments
from pipeline.reporting.load import load_edition
from pipeline.reporting.render import find_engine
from pipeline.reporting.workshop import workshop
from pipeline.study import Study

FORMATS = ("html", "pdf", "docx")


def run(study: Study, wave: str, draft: bool = False) -> str:
    """Write the wave's reports whole or not at all; a line for the screen.

    Raises PulsoError when a table is missing or a source has a fault.
    """
    edition = load_edition(study, wave, draft)
    engine = find_engine()
    target = study.site / wave
    with workshop(study.root / "reports", edition.theme, engine, office=True) as shop, atomic_folder(target) as folder:
        charts = fragments.draw(edition, shop.figures)
        shop.put(fragments.brief(edition, charts, engine.name))
        shop.variables(fragments.variables(edition))
        if draft:
            shop.metadata({"draft": True})
        for form in FORMATS:
            shop.render("brief.qmd", form, folder / f"brief.{form}")  # type: ignore[arg-type]
    return f"{wave}: {target.relative_to(study.root)}/brief.html, .pdf and .docx ({engine.name})."
