"""Every page of the program gives its source what it names, and nothing besides."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pulsometro.reporting import site
from pulsometro.reporting.charts import pictures
from pulsometro.reporting.edition.content import Edition
from pulsometro.reporting.formats.build_folder import SOURCES, engine_files
from pulsometro.reporting.formats.page import Page, prepare, unused
from pulsometro.reporting.formats.render import Engine
from pulsometro.reporting.pages import slides, wave_pages
from pulsometro.reporting.pages.navigation import SECTIONS
from pulsometro.reporting.pages.site_pages import SiteContent, place_page, section_page, start_page
from pulsometro.study import Study

pytestmark = pytest.mark.slow


def every_page(study: Study, edition: Edition, figures: Path) -> Iterator[Page]:
    """One page of each source."""
    yield wave_pages.brief_page(edition, figures, "x")
    yield wave_pages.slides_page(edition, slides.deck(edition, figures), figures)
    yield wave_pages.methodology(study, edition, "x")
    yield wave_pages.quality(study, edition, figures, "x")
    waves = tuple(info.key for info in edition.waves)
    content = SiteContent(study, edition, (waves, ()), site._quality(study, edition), {}, "x")
    yield start_page(content, figures)
    yield place_page(content, edition.places[0], figures)
    for key, _ in SECTIONS:
        yield section_page(content, key, figures)


def test_every_page_gives_what_its_source_names_and_nothing_besides(
    study: Study, edition: Edition, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "write", lambda _folder, name, words, *_: pictures.Chart(name, words))
    with engine_files(study.reports, edition.theme, Engine("x")) as parts:
        pages = list(every_page(study, edition, tmp_path / "figuras"))
        assert {page.source for page in pages} == {path.name for path in SOURCES.glob("*.qmd")}
        assert [(page.source, unused(page, parts)) for page in pages] == [(page.source, ()) for page in pages]
        for number, page in enumerate(pages):
            # The disclosure is a page of the wave and one of the site.
            folder = tmp_path / str(number)
            folder.mkdir()
            prepare(page, parts, folder)
            laid = (folder / page.source).read_text(encoding="utf-8")
            assert "{{" not in laid and "fragmentos" not in laid
