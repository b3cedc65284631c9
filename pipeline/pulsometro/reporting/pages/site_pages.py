"""The pages of the site that are about more than one wave, as values: the start, a place, a section."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pulsometro.reporting.edition.content import Edition, Place, WaveInfo
from pulsometro.reporting.formats.page import Page
from pulsometro.reporting.pages import brief, data, municipality, sections, start
from pulsometro.reporting.pages.methodology.methodology_page import items
from pulsometro.reporting.pages.navigation import navigation_links
from pulsometro.study import Study

QUALITY_SOURCES = (
    "processed/*/weight/weighting.json processed/*/recompute/second_opinion.json processed/checks/*.json "
    "processed/series/estimates.parquet"
)
# The keys of the waves that have pages, and those that are not published.
Waves = tuple[Sequence[str], Sequence[WaveInfo]]


@dataclass(frozen=True)
class SiteContent:
    """What the pages of the site are made of. ``imprecise``: of each wave, what ``counted_imprecise`` counts."""

    study: Study
    edition: Edition
    published: Waves
    quality: Sequence[sections.WaveQuality]
    imprecise: Mapping[str, tuple[int, int]]
    engine: str


def start_page(content: SiteContent, figures: Path) -> Page:
    """The last wave's news, and the way to everything else."""
    edition = content.edition
    pieces = start.start_fragments(edition, figures, *content.published, content.engine)
    words = brief.words(edition, "titulo-pagina", "titular")
    metadata = _metadata(edition, "inicio", "")
    return Page("index.qmd", {**pieces, "directorio": start.directory(edition)}, words, metadata, figures)


def place_page(content: SiteContent, place: Place, figures: Path) -> Page:
    """The page of one place."""
    edition = content.edition
    pieces = municipality.page(edition, place, figures, content.engine)
    own = municipality.variables(edition, place)
    return Page("municipio.qmd", pieces, own, _metadata(edition, "municipios", "../../"), figures)


def section_page(content: SiteContent, key: str, figures: Path) -> Page:
    """One of ``navigation.SECTIONS``, by its key."""
    edition = content.edition
    body, words = _SECTIONS[key]
    frame = {"antetitulo": brief.kicker(edition), "pie": brief.foot(edition, content.engine)}
    pieces = {**frame, **body(content, figures)}
    own = {
        "titulo-metodologia": f"Metodología · {edition.short_title}", "sitio": edition.short_title,
        "microdatos": _MICRODATA[edition.microdata],
    }  # fmt: skip
    said = {name: own[name] if name in own else brief.words(edition, name)[name] for name in words}
    return Page(f"{key}.qmd", pieces, said, _metadata(edition, key, "../"), figures)


def _series(content: SiteContent, figures: Path) -> dict[str, str]:
    return {
        "series": sections.series(content.edition, figures),
        "series-entrada": sections.series_deck(content.edition),
    }


def _trust(content: SiteContent, figures: Path) -> dict[str, str]:
    return sections.trust(content.edition, figures)


def _batteries(content: SiteContent, figures: Path) -> dict[str, str]:
    return {"comparaciones": sections.batteries(content.edition, figures)}


def _quality(content: SiteContent, _: Path) -> dict[str, str]:
    body = sections.quality(content.edition, content.quality, content.imprecise, content.published[1])
    return {"calidad": _sourced(body, QUALITY_SOURCES)}


def _data(content: SiteContent, _: Path) -> dict[str, str]:
    return data.data_fragments(content.edition, *content.published, "../")


def _methodology(content: SiteContent, _: Path) -> dict[str, str]:
    edition = content.edition
    told = items(content.study, edition, content.engine, f"../{edition.wave.key}/")
    return {"metodologia": told, "aviso": brief.notice(edition)}


# Who may have the microdata; nothing where there are none.
_MICRODATA = {
    "": "", "partners": "Los microdatos sin identificadores se entregan a quien los pide.",
    "public": "Los microdatos sin identificadores son públicos.",
}  # fmt: skip
# Of each section what makes its body, and the variables that its source names.
_SECTIONS: Mapping[str, tuple[Callable[[SiteContent, Path], dict[str, str]], tuple[str, ...]]] = {
    "series": (_series, ("sitio",)),
    "confianza": (_trust, ("confianza-base", "periodo", "sitio")),
    "comparaciones": (_batteries, ("periodo", "sitio")),
    "calidad": (_quality, ("sitio",)),
    "datos": (_data, ("microdatos", "periodo", "sitio")),
    "metodologia": (_methodology, ("periodo", "titulo-metodologia")),
}


def _sourced(body: str, files: str) -> str:
    """A body whose numbers come from files and not from rows: the page says from which."""
    return f'::::: {{data-source="{files}"}}\n\n{body}\n:::::'


def _metadata(edition: Edition, current: str, root: str) -> dict[str, object]:
    """Navigation, and where a page of the site finds its style and scripts."""
    shown = {"logo": f"{root}recursos/logo.png", "logo-alt": edition.theme.logo_alt} if edition.theme.logo else {}
    return {**navigation_links(edition, current, root), **shown, "assets": f"{root}recursos/"}
