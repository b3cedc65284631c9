"""Addresses of the site's pages, and links that only pages have."""

from collections.abc import Sequence

from pulsometro.reporting.edition.content import Edition, Place
from pulsometro.reporting.language.traced_text import escape, slug


def places_folder(edition: Edition) -> str:
    """What the places' pages lie in, and what leads to them on the start page: ``municipios``."""
    return slug(edition.settings.places_word)


def place_path(edition: Edition, place: Place) -> str:
    """A place's page seen from the start of the site."""
    return f"secciones/{places_folder(edition)}/{slug(place.short)}.html"


def series_path(indicator: str) -> str:
    """An indicator's series seen from the start of the site."""
    return f"secciones/series.html#{slug(indicator)}"


def web_link(words: str, path: str) -> str:
    """A link in Markdown that only pages have, of words that are Markdown: on paper and in Word they stand alone."""
    return f"[{words}]({path}){{.web}}"


def row_of_links(links: Sequence[tuple[str, str]]) -> str:
    """Links side by side, on pages only."""
    return "::: {.links .web}\n" + "\n".join(f"- [{escape(name)}]({path})" for name, path in links) + "\n:::"
