"""How the pages of the site lead to each other."""

from pulsometro.reporting.edition.content import Edition
from pulsometro.reporting.language import conditions
from pulsometro.reporting.language.links import places_folder, row_of_links
from pulsometro.reporting.language.traced_text import upper_first

# Source, name in the navigation.
SECTIONS = (
    ("series", "Series"), ("confianza", "Confianza"), ("comparaciones", "Comparaciones"),
    ("metodologia", "Metodología"), ("calidad", "Calidad"), ("datos", "Datos"),
)  # fmt: skip


def sections_of(edition: Edition) -> tuple[tuple[str, str], ...]:
    """The sections that the edition has: those of batteries where it has them."""
    trust = [battery.trust for battery in edition.batteries]
    gone = {*([] if any(trust) else ["confianza"]), *(["comparaciones"] if all(trust) else [])}
    return tuple((key, name) for key, name in SECTIONS if key not in gone)


def navigation_links(edition: Edition, current: str, root: str) -> dict[str, object]:
    """What the template needs to link the pages, seen from a folder ``root`` ("../") away from the start.

    ``current``: the section that the page belongs to, "" for none.
    """
    now = "Este trimestre" if edition.settings.wave_unit == "trimestre" else "Ahora"
    links = [("inicio", "index.html", now)]
    if edition.places:
        links.append(("municipios", f"index.html#{places_folder(edition)}", places_named(edition)))
    links += [(key, f"secciones/{key}.html", name) for key, name in sections_of(edition)]
    nav = [
        {"href": f"{root}{path}", "text": name, **({"current": True} if key == current else {})}
        for key, path, name in links
    ]
    return {"nav": nav, "home": f"{root}index.html", "root": root, "site": edition.short_title}


def places_named(edition: Edition) -> str:
    """``Municipios``, as the navigation calls them; ``Municipio`` where there is one."""
    settings = edition.settings
    return upper_first(settings.places_word if conditions.several_places(edition) else settings.place_word)


def formats(folder: str, reading: bool = False) -> str:
    """Links to every format of a wave in ``folder`` ("" or ending in a slash); ``reading``: on the brief itself."""
    names = (
        ("brief.html", "Leer el informe"), ("brief.pdf", "PDF"), ("brief.docx", "Word"), ("brief.pptx", "Láminas"),
        ("tabulados.xlsx", "Tabulados (Excel)"), ("metodologia.html", "Metodología"), ("calidad.html", "Calidad"),
    )  # fmt: skip
    return row_of_links([(name, f"{folder}{file}") for file, name in (names[1:] if reading else names)])
