"""Stage *site*: the start page and every section that is about more than one wave.

Wave folders belong to their own stages: this one writes ``index.html``, ``secciones/`` and ``recursos/``.
"""

import json
import shutil
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from pulsometro.check.verdict import load_verdict
from pulsometro.common.counted import tallied
from pulsometro.common.files import atomic, atomic_folder, read_table, write_text
from pulsometro.common.parallel import side_by_side
from pulsometro.recompute.opinion_record import load_opinion
from pulsometro.reporting.edition.content import Edition, WaveInfo
from pulsometro.reporting.edition.read_edition import load_edition, wave_info
from pulsometro.reporting.formats.build_folder import ASSETS, EngineFiles, engine_files, script, style
from pulsometro.reporting.formats.page import PageWords, Rendered, render_page
from pulsometro.reporting.formats.render import find_engine
from pulsometro.reporting.language.links import place_path, places_folder
from pulsometro.reporting.language.traced_text import slug, upper_first
from pulsometro.reporting.pages import not_published, sections
from pulsometro.reporting.pages.navigation import sections_of
from pulsometro.reporting.pages.not_published import theme_or_neutral
from pulsometro.reporting.pages.site_pages import SiteContent, place_page, section_page, start_page
from pulsometro.reporting.printed_index import printed, write_printed
from pulsometro.study import Study
from pulsometro.study.study_faults import refuse_study
from pulsometro.study.withheld import read_withheld
from pulsometro.weighting.record import load_weighting

# Address below the site → what its page prints.
Made = dict[str, Rendered]


def run(study: Study) -> str:
    """Write everything of the site that is not in a wave's folder; a line for the screen.

    A wave that is withheld is named where it would stand; when it is the current one, the last one before it that
    is published takes its place, and when none is, the start page says so alone. Raises PulsoError when a table is
    missing, a source has a fault, or the study's files name what none of them defines.
    """
    refuse_study(study)
    found = _current(study)
    if found is None:
        return _write_none(study)
    edition, unpublished = found
    engine = find_engine()
    published = tuple(info.key for info in edition.waves if info not in unpublished)
    imprecise = sections.counted_imprecise(read_table(study.series("estimates.parquet")))
    content = SiteContent(
        study.of_wave(edition.wave.key),
        edition,
        (published, unpublished),
        _quality(study, edition),
        imprecise,
        engine.name,
    )
    with (
        engine_files(study.reports, edition.theme, engine, shared=True) as parts,
        atomic(study.site / "index.html", public=True) as index,
        atomic_folder(study.site / "secciones", public=True) as folder,
        atomic_folder(study.site / "recursos", public=True) as assets,
    ):
        write_text(style(edition.theme) + "\n", assets / "estilo.css")
        write_text(script(), assets / "pagina.js")
        if edition.theme.logo:
            shutil.copyfile(edition.theme.logo, assets / "logo.png")
        lanes = [
            partial(_start_and_places, content, parts, index, folder), partial(_sections, content, parts, folder),
        ]  # fmt: skip
        pages = {path: made for lane in side_by_side(lanes) for path, made in lane.items()}
        write_text(_search({path: rendered.words for path, rendered in pages.items()}), assets / "buscar.js")
    rows = [row for path, rendered in pages.items() for row in printed(path, rendered.shown)]
    write_printed(rows, study.printed("site"))
    return f"{study.site.relative_to(study.root)}/index.html and {tallied(len(pages) - 1, 'page')} ({engine.english})."


def _write_none(study: Study) -> str:
    """The site of a study of which no wave up to the current one is published: a page that says so, and no other."""
    text = not_published.nothing(study.identity.short_title, theme_or_neutral(study))
    with (
        atomic_folder(study.site / "secciones", public=True) as folder,
        atomic_folder(study.site / "recursos", public=True) as assets,
    ):
        write_text(text.replace('href="index.html"', 'href="../index.html"'), folder / "index.html")
        write_text("", assets / "estilo.css")
    write_text(text, study.site / "index.html", public=True)
    write_printed([], study.printed("site"))
    return f"{study.site.relative_to(study.root)}/index.html: no wave is published."


def _current(study: Study) -> tuple[Edition, tuple[WaveInfo, ...]] | None:
    """The newest published wave up to the current one, and the waves up to there that are not; None without one."""
    waves = study.waves_up_to(study.params.current_wave)
    withheld = {wave: record for wave in waves if (record := read_withheld(study, wave, "report"))}
    published = [wave for wave in waves if wave not in withheld]
    if not published:
        return None
    last = published[-1]
    return load_edition(study.of_wave(last), last), tuple(wave_info(study, wave) for wave in withheld)


def _start_and_places(content: SiteContent, parts: EngineFiles, index: Path, folder: Path) -> Made:
    pages = {"index.html": render_page(start_page(content, parts.figures("index")), parts, "html", index)}
    below = places_folder(content.edition)
    for place in content.edition.places:
        name = slug(place.short)
        target = folder / below / f"{name}.html"
        page = place_page(content, place, parts.figures(f"{below}-{name}"))
        pages[place_path(content.edition, place)] = render_page(page, parts, "html", target)
    return pages


def _sections(content: SiteContent, parts: EngineFiles, folder: Path) -> Made:
    pages = {}
    for key, _ in sections_of(content.edition):
        target = folder / f"{key}.html"
        page = section_page(content, key, parts.figures(key))
        pages[f"secciones/{key}.html"] = render_page(page, parts, "html", target)
    return pages


def _quality(study: Study, edition: Edition) -> list[sections.WaveQuality]:
    found = []
    for info in reversed(edition.waves):
        if read_withheld(study, info.key, "report"):
            continue
        record = load_weighting(study, info.key)
        rates, spread = record.whole_rates, record.whole
        own = replace(edition, wave=info)
        verdict, exceptions = _verdict(study, own)
        found.append(
            sections.WaveQuality(
                info.key, upper_first(info.period), verdict, record.n,
                rates.rates.get("RR3") if rates else None, spread.deff_kish if spread else None, exceptions,
                load_opinion(study, info.key), study.settings_of(info.key).estimation.se,
            )
        )  # fmt: skip
    return found


def _verdict(study: Study, edition: Edition) -> tuple[str, tuple[str, ...]]:
    from pulsometro.reporting.edition.read_edition import exceptions_of

    reasons = exceptions_of(load_verdict(study, edition.wave.key)).reasons
    return ("aceptada con excepciones firmadas" if reasons else "aceptada"), reasons


def _search(pages: Mapping[str, PageWords]) -> str:
    """The search's index and code as one script: a page opened from a disk may not fetch a file.

    A page is one entry, and so is each part of it that has an address of its own.
    """
    entries = []
    for url, words in pages.items():
        entries.append({"url": url, "title": words.title, "line": words.head, "text": words.said})
        for part in words.parts:
            entries.append({"url": f"{url}#{part.address}", "title": part.head, "line": part.said, "text": part.said})
    listed = json.dumps(entries, ensure_ascii=False, indent=0, sort_keys=True)
    return f"window.PULSO_PAGES = {listed};\n" + (ASSETS / "search.js").read_text(encoding="utf-8")
