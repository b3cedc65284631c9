"""How the pages of the site lead to each other."""

from collections.abc import Sequence

from pipeline.reporting.edition import Edition, Place
from pipeline.reporting.text import slug

# Source, name in the navigation.
SECTIONS = (
    ("series", "Series"), ("confianza", "Confianza"), ("metodologia", "Metodología"), ("calidad", "Calidad"),
    ("datos", "Datos"),
)  # fmt: skip


def navigation(edition: Edition, current: str, root: str) -> dict[str, object]:
    """What the template needs to link the pages, seen from a folder ``root`` ("../") away from the start.

    ``current``: the section that the page belongs to, "" for none.
    """
    now = "Este trimestre" if edition.settings.wave_unit == "trimestre" else "Ahora"
    links = [("inicio", "index.html", now), ("municipios", "index.html#municipios", plural_of_places(edition))]
    links += [(key, f"secciones/{key}.html", name) for key, name in SECTIONS]
    nav = [
        {"href": f"{root}{path}", "text": name, **({"current": True} if key == current else {})}
        for key, path, name in links
    ]
    return {"nav": nav, "home": f"{root}index.html", "root": root, "site": edition.short_title}


def plural_of_places(edition: Edition) -> str:
    """``Municipios``, as the navigation calls them."""
    return edition.settings.places_word.capitalize()


def place_path(place: Place) -> str:
    """A place's page seen from the start of the site."""
    return f"secciones/municipios/{slug(place.short)}.html"


def series_path(indicator: str) -> str:
    """An indicator's series seen from the start of the site."""
    return f"secciones/series.html#{slug(indicator)}"


def web_link(words: str, path: str) -> str:
    """A link in Markdown that only pages have: on paper and in Word its words stand alone."""
    return f"[{words}]({path}){{.web}}"


def formats(folder: str, reading: bool = False) -> str:
    """Links to every format of a wave in ``folder`` ("" or ending in a slash); ``reading``: on the brief itself."""
    names = (
        ("brief.html", "Leer el informe"), ("brief.pdf", "PDF"), ("brief.docx", "Word"), ("brief.pptx", "Láminas"),
        ("tabulados.xlsx", "Tabulados (Excel)"), ("metodologia.html", "Metodología"), ("calidad.html", "Calidad"),
    )  # fmt: skip
    return row_of_links([(name, f"{folder}{file}") for file, name in (names[1:] if reading else names)])


def row_of_links(links: Sequence[tuple[str, str]]) -> str:
    """Links side by side, on pages only."""
    return "::: {.links .web}\n" + "\n".join(f"- [{name}]({path})" for name, path in links) + "\n:::"
