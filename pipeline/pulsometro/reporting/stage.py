"""Stage *report*: everything that is published of one wave, into ``reports/site/<wave>``."""

from functools import partial
from pathlib import Path

from pulsometro.common.files import atomic_folder, write_json, write_text
from pulsometro.common.parallel import side_by_side
from pulsometro.reporting.charts import card_words
from pulsometro.reporting.edition.content import Edition
from pulsometro.reporting.edition.read_edition import load_edition
from pulsometro.reporting.formats import watermark
from pulsometro.reporting.formats.build_folder import EngineFiles, engine_files
from pulsometro.reporting.formats.page import render_page
from pulsometro.reporting.formats.powerpoint import finish
from pulsometro.reporting.formats.render import Format, find_engine
from pulsometro.reporting.pages import not_published, slides, wave_pages
from pulsometro.reporting.printed_index import Printed, Shown, printed, write_printed
from pulsometro.reporting.tables import tabulados
from pulsometro.study import Study
from pulsometro.study.study_faults import refuse_study
from pulsometro.study.withheld import carried

FORMATS: tuple[Format, ...] = ("html", "pdf", "docx")


def run(study: Study, wave: str, draft: bool = False) -> str:
    """Write the wave's reports whole or not at all; a line for the screen.

    Raises WaveWithheld when the wave was stopped, a table is missing or a source has a fault; then a page of the
    site says that the wave is not published, and ``processed/<wave>/report`` why. Raises PulsoError, and leaves all as
    it was, where the study's files name what none of them defines.
    """
    refuse_study(study)
    return carried(
        study, wave, "report", partial(_render, study.of_wave(wave), wave, draft), partial(_say_so, study, wave)
    )


def _say_so(study: Study, wave: str) -> None:
    with atomic_folder(study.site / wave, public=True) as folder:
        text = not_published.page(
            study.wave(wave).period, study.identity.short_title, not_published.theme_or_neutral(study)
        )
        write_text(text, folder / "brief.html")
    write_printed([], study.printed(wave))


def _render(study: Study, wave: str, draft: bool, record: Path) -> str:
    edition = load_edition(study, wave, draft)
    engine = find_engine()
    target = study.site / wave
    with (
        engine_files(study.reports, edition.theme, engine, office=True) as parts,
        atomic_folder(target, public=True) as folder,
    ):
        lanes = [partial(_pages, study, edition, parts, folder), partial(_companions, edition, folder)]
        rows = [row for lane in side_by_side(lanes) for row in lane]
    write_printed(rows, study.printed(wave))
    write_json({"wave": wave}, record / "published.json")
    return f"{wave}: {target.relative_to(study.root)}/ (brief, slides, tables, cards; {engine.english})."


def _companions(edition: Edition, folder: Path) -> list[Printed]:
    """What is not rendered from a source: workbook and cards; what they print."""
    files = {"tabulados.xlsx": tabulados.write(edition, folder / "tabulados.xlsx")}
    for name, numbers in card_words.write(edition, folder / "tarjetas").items():
        files[f"tarjetas/{name}"] = list(numbers)
    if edition.draft:
        watermark.mark_cards(folder / "tarjetas", edition.theme)
    wave = edition.wave.key
    return [row for name, numbers in files.items() for row in printed(f"{wave}/{name}", map(Shown, numbers))]


def _pages(study: Study, edition: Edition, parts: EngineFiles, folder: Path) -> list[Printed]:
    """What is rendered from a source, and what it prints."""
    name, files = parts.engine.name, {}
    brief = wave_pages.brief_page(edition, parts.figures("brief"), name)
    for form in FORMATS:
        files[f"brief.{form}"] = render_page(brief, parts, form, folder / f"brief.{form}").shown
    if edition.draft:
        path = folder / "brief.docx"
        path.write_bytes(watermark.mark_docx(path.read_bytes(), edition.theme))
    files["brief.pptx"] = _slides(edition, parts, folder)
    pages = {
        "metodologia.html": wave_pages.methodology(study, edition, name),
        "calidad.html": wave_pages.quality(study, edition, parts.figures("calidad"), name),
    }
    for file, page in pages.items():
        files[file] = render_page(page, parts, "html", folder / file).shown
    return [row for file, shown in files.items() for row in printed(f"{edition.wave.key}/{file}", shown)]


def _slides(edition: Edition, parts: EngineFiles, folder: Path) -> list[Shown]:
    figures = parts.figures("slides")
    made = slides.deck(edition, figures)
    path = folder / "brief.pptx"
    shown = render_page(wave_pages.slides_page(edition, made, figures), parts, "pptx", path).shown
    deck = finish(path.read_bytes(), made.alts, made.tones, made.foot, edition.theme)
    path.write_bytes(watermark.mark_pptx(deck, edition.theme) if edition.draft else deck)
    return shown
