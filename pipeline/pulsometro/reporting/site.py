"""Stage *site*: the start page and every section that is about more than one wave.

Wave folders belong to their own stages: this one writes ``index.html``, ``secciones/`` and ``recursos/``.
"""

import json
import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from html import unescape
from pathlib import Path

from pulsometro.check.verdict import load_verdict
from pulsometro.common.files import atomic, atomic_folder, read_table, write_text
from pulsometro.common.parallel import side_by_side
from pulsometro.recompute.opinion_record import load_opinion
from pulsometro.reporting.edition.content import Edition, WaveInfo
from pulsometro.reporting.edition.read_edition import load_edition, wave_info
from pulsometro.reporting.formats.build_folder import ASSETS, BuildFolder, prepared_folder, script, style
from pulsometro.reporting.formats.render import find_engine
from pulsometro.reporting.language.traced_text import slug, upper_first
from pulsometro.reporting.pages import brief, data, municipality, not_published, sections, start
from pulsometro.reporting.pages.methodology.methodology_page import items
from pulsometro.reporting.pages.navigation import SECTIONS, navigation_links
from pulsometro.reporting.pages.not_published import theme_or_neutral
from pulsometro.study import Study
from pulsometro.study.withheld import read_withheld
from pulsometro.weighting.record import load_weighting

QUALITY_SOURCES = (
    "processed/*/weight/weighting.json processed/*/recompute/second_opinion.json processed/checks/*.json "
    "processed/series/estimates.parquet"
)
# The keys of the waves that have pages, and those that are not published.
Waves = tuple[Sequence[str], Sequence[WaveInfo]]


def run(study: Study) -> str:
    """Write everything of the site that is not in a wave's folder; a line for the screen.

    A wave that is withheld is named where it would stand; when it is the current one, the last one before it that
    is published takes its place, and when none is, the start page says so alone. Raises PulsoError when a table is
    missing or a source has a fault.
    """
    found = _current(study)
    if found is None:
        return _write_none(study)
    edition, unpublished = found
    engine = find_engine()
    published = tuple(info.key for info in edition.waves if info not in unpublished)
    with (
        prepared_folder(study.reports, edition.theme, engine, shared=True) as shop,
        atomic(study.site / "index.html", public=True) as index,
        atomic_folder(study.site / "secciones", public=True) as folder,
        atomic_folder(study.site / "recursos", public=True) as assets,
    ):
        write_text(style(edition.theme) + "\n", assets / "estilo.css")
        write_text(script(), assets / "pagina.js")
        if edition.theme.logo:
            shutil.copyfile(edition.theme.logo, assets / "logo.png")
        lanes = [
            partial(_start_and_places, edition, shop, (published, unpublished), index, folder),
            partial(_in_own_workshop, study, edition, (published, unpublished), folder),
        ]
        pages = {path: file for lane in side_by_side(lanes) for path, file in lane.items()}
        write_text(_search(pages), assets / "buscar.js")
    return f"{study.site.relative_to(study.root)}/index.html and {len(pages) - 1} pages ({engine.name})."


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
    return f"{study.site.relative_to(study.root)}/index.html: no wave is published."


def _current(study: Study) -> tuple[Edition, tuple[WaveInfo, ...]] | None:
    """The newest published wave up to the current one, and the waves up to there that are not; None without one."""
    waves = study.waves_up_to(study.params.current_wave)
    withheld = {wave: record for wave in waves if (record := read_withheld(study, wave, "report"))}
    published = [wave for wave in waves if wave not in withheld]
    if not published:
        return None
    return load_edition(study, published[-1]), tuple(wave_info(study, wave) for wave in withheld)


def _start_and_places(
    edition: Edition, shop: BuildFolder, published: Waves, index: Path, folder: Path
) -> dict[str, Path]:
    _start(edition, shop, published, index)
    return {"index.html": index} | _places(edition, shop, folder)


def _in_own_workshop(study: Study, edition: Edition, published: Waves, folder: Path) -> dict[str, Path]:
    """The sections, rendered beside the places: two pages cannot share a workshop at once."""
    with prepared_folder(study.reports, edition.theme, find_engine(), shared=True) as shop:
        return _sections(study, edition, shop, published, folder)


def _paths(edition: Edition, current: str, root: str) -> dict[str, object]:
    """Navigation, and where a page of the site finds its style and scripts."""
    shown = {"logo": f"{root}recursos/logo.png", "logo-alt": edition.theme.logo_alt} if edition.theme.logo else {}
    return {**navigation_links(edition, current, root), **shown, "assets": f"{root}recursos/"}


def _start(edition: Edition, shop: BuildFolder, published: Waves, target: Path) -> None:
    shop.metadata(_paths(edition, "inicio", ""))
    shop.variables({**brief.variables(edition), "periodo": edition.wave.period, "sitio": edition.short_title})
    pieces = start.start_fragments(edition, shop, *published, shop.engine.name)
    shop.put({**pieces, "directorio": start.directory(edition)})
    shop.render("index.qmd", "html", target)


def _places(edition: Edition, shop: BuildFolder, folder: Path) -> dict[str, Path]:
    pages = {}
    shop.metadata(_paths(edition, "municipios", "../../"))
    for place in edition.places:
        own = municipality.variables(edition, place)
        shop.variables({**own, "periodo": edition.wave.period, "todo": edition.settings.whole})
        shop.put(municipality.page(edition, place, shop, shop.engine.name))
        name = f"{slug(place.short)}.html"
        shop.render("municipio.qmd", "html", folder / "municipios" / name)
        pages[f"secciones/municipios/{name}"] = folder / "municipios" / name
    return pages


def _sections(study: Study, edition: Edition, shop: BuildFolder, published: Waves, folder: Path) -> dict[str, Path]:
    pages = {}
    quality, withheld = (
        _quality(study, edition),
        sections.counted_imprecise(read_table(study.series("estimates.parquet"))),
    )
    bodies: dict[str, Callable[[], dict[str, str]]] = {
        "series": lambda: {"series": sections.series(edition, shop)},
        "confianza": lambda: sections.trust(edition, shop),
        "calidad": lambda: {
            "calidad": _sourced(sections.quality(edition, quality, withheld, published[1]), QUALITY_SOURCES)
        },
        "datos": lambda: data.data_fragments(edition, *published, "../"),
        "metodologia": lambda: {"metodologia": items(study, edition, shop.engine.name, f"../{edition.wave.key}/")},
    }
    own = {
        **brief.variables(edition), "periodo": edition.wave.period, "todo": edition.settings.whole,
        "sitio": edition.short_title, "titulo-metodologia": f"Metodología · {edition.short_title}",
    }  # fmt: skip
    for key, _ in SECTIONS:
        shop.metadata(_paths(edition, key, "../"))
        shop.variables(own)
        shared = {"antetitulo": brief.kicker(edition), "aviso": brief.notice(edition)}
        shop.put({**shared, **bodies[key](), "pie": brief.foot(edition, shop.engine.name)})
        shop.render(f"{key}.qmd", "html", folder / f"{key}.html")
        pages[f"secciones/{key}.html"] = folder / f"{key}.html"
    return pages


def _sourced(body: str, files: str) -> str:
    """A body whose numbers come from files and not from rows: the page says from which."""
    return f'::::: {{data-source="{files}"}}\n\n{body}\n:::::'


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
                load_opinion(study, info.key), study.params.estimation.se,
            )
        )  # fmt: skip
    return found


def _verdict(study: Study, edition: Edition) -> tuple[str, tuple[str, ...]]:
    from pulsometro.reporting.edition.read_edition import exceptions_of

    reasons = exceptions_of(load_verdict(study, edition.wave.key)).reasons
    return ("aceptada con excepciones firmadas" if reasons else "aceptada"), reasons


def _search(pages: Mapping[str, Path]) -> str:
    """The search's index and code as one script: a page opened from a disk may not fetch a file.

    A page is one entry, and so is each part of it that has an address of its own.
    """
    entries = []
    for url, path in pages.items():
        words = path.read_text(encoding="utf-8")
        title = unescape(re.search(r"<title>(.*?)</title>", words, re.S)[1])  # type: ignore[index]
        main = words[words.index("<main") :]
        main = re.sub(r"<(svg|script|style|table)\b.*?</\1>", " ", main, flags=re.S)
        heads = [_plain(head) for head in re.findall(r"<h[1-3][^>]*>(.*?)</h[1-3]>", main, re.S)]
        entries.append({"url": url, "title": title, "line": heads[0] if heads else "", "text": _plain(main)})
        for key, head, rest in re.findall(
            r'<section\s+id="([^"]+)"[^>]*>\s*<h3>(.*?)</h3>(.*?)(?=<section\s|<h[1-3]|\Z)', main, re.S
        ):
            said = _plain(rest.split("<details", 1)[0])
            entries.append({"url": f"{url}#{key}", "title": _plain(head), "line": said, "text": said})
    listed = json.dumps(entries, ensure_ascii=False, indent=0, sort_keys=True)
    return f"window.PULSO_PAGES = {listed};\n" + (ASSETS / "search.js").read_text(encoding="utf-8")


def _plain(words: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", words))).strip()
