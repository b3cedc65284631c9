"""Every page in a real browser: no error, no request leaving the machine, no sideways scroll, axe-core clean."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.reporting.site import run as run_site
from pipeline.study import Study
from tests.reporting.made import ROOT

CHROMIUM = Path("/usr/bin/chromium")
pytestmark = pytest.mark.skipif(not CHROMIUM.is_file(), reason="chromium is not at /usr/bin/chromium")
WIDTHS = (1280, 768, 400)
# The ones that a reader may meet, one of each kind; the nine municipalities share one source.
PAGES = (
    "2013T2/brief.html", "2013T2/metodologia.html", "2013T2/calidad.html", "index.html", "secciones/series.html",
    "secciones/confianza.html", "secciones/metodologia.html", "secciones/calidad.html", "secciones/datos.html",
    "secciones/municipios/juarez.html", "secciones/municipios/san-pedro.html",
)  # fmt: skip

NARROW = ("2013T2/brief.html", "2013T2/calidad.html", "secciones/municipios/juarez.html", "secciones/metodologia.html")


@pytest.fixture(scope="session")
def site(study: Study, built: Path) -> Path:
    run_site(study)
    return built.parent


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        args = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        opened = play.chromium.launch(executable_path=str(CHROMIUM), args=args)
        yield opened
        opened.close()


def test_every_link_of_the_site_leads_somewhere(site: Path) -> None:
    import re

    others = {f"{wave}/{name}" for wave in ("2011T3", "2011T4", "2012T1", "2012T2", "2012T3", "2012T4", "2013T1")
              for name in ("brief.html", "brief.pdf", "brief.docx", "brief.pptx", "tabulados.xlsx",
                           "calidad.html")}  # fmt: skip
    for page in site.rglob("*.html"):
        for link in re.findall(r'(?:href|src)="([^"#]+)', page.read_text(encoding="utf-8")):
            target = (page.parent / link).resolve()
            inside = str(target.relative_to(site.resolve()))
            assert target.is_file() or inside in others, (page, link)


@pytest.mark.parametrize("name", PAGES)
def test_page_in_a_browser(site: Path, browser: Any, name: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    shots = ROOT / ".ci" / "artifacts" / "screenshots"
    shots.mkdir(parents=True, exist_ok=True)
    for width in WIDTHS:
        page = browser.new_page(viewport={"width": width, "height": 900})
        problems: list[str] = []
        page.on("console", lambda message, p=problems: p.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error, p=problems: p.append(str(error)))
        page.on(
            "request",
            lambda request, p=problems: None if request.url.startswith(("file:", "data:")) else p.append(request.url),
        )
        page.goto((site / name).as_uri())
        assert problems == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        smallest = page.evaluate(
            """() => Math.min(...[...document.querySelectorAll('svg text')].filter(t => t.getBoundingClientRect().width)
            .map(t => parseFloat(t.style.fontSize) * t.ownerSVGElement.getBoundingClientRect().width
              / t.ownerSVGElement.viewBox.baseVal.width), 99)"""
        )
        assert smallest >= 11.9, f"{name} at {width}: text of {smallest:.1f} px in a chart"
        # Two seconds a look: every page wide, and narrow where the layout changes most.
        if width == 1280 or (width == 400 and name in NARROW):
            found = Axe().run(page).response["violations"]
            assert [f"{v['id']}: {v['nodes'][0]['html'][:120]}" for v in found] == []
        page.screenshot(path=str(shots / f"{name.replace('/', '-').removesuffix('.html')}-{width}.png"), full_page=True)
        page.close()


def test_the_keyboard_reaches_links_tables_and_search(site: Path, browser: Any) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto((site / "index.html").as_uri())
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    reached = set()
    for _ in range(80):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.id || document.activeElement.tagName"))
    assert {"buscar", "A"} <= reached
    page.close()


def test_search_finds_a_place_without_accents(site: Path, browser: Any) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto((site / "index.html").as_uri())
    page.fill("#buscar", "juarez")
    titles = page.evaluate("[...document.querySelectorAll('#resultados a')].map(a => a.textContent)")
    assert titles and "Juárez" in titles[0]
    page.fill("#buscar", "zzzz")
    assert page.text_content("#cuantos") == "0 resultados"
    page.close()


def test_hovering_a_mark_shows_its_value(site: Path, browser: Any) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto((site / "2013T2/brief.html").as_uri())
    page.locator(".wide .hot").first.scroll_into_view_if_needed()
    box = page.locator(".wide .hot").first.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    assert "n = " in page.text_content(".tip")
    page.keyboard.press("Escape")
    assert page.locator(".tip").count() == 0
    page.close()


def test_pages_print_on_a4(site: Path, browser: Any, tmp_path: Path) -> None:
    from pypdf import PdfReader

    page = browser.new_page()
    page.goto((site / "2013T2/brief.html").as_uri())
    target = tmp_path / "print.pdf"
    page.pdf(path=str(target), prefer_css_page_size=True)
    box = PdfReader(target).pages[0].mediabox
    assert (round(box.width), round(box.height)) == (595, 842)
    page.close()
