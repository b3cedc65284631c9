"""Every page in a real browser: no error, no request leaving the machine, no sideways scroll, axe-core clean."""

import re
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import CHROMIUM
from tests.reporting.conftest import LAST, OTHERS
from tests.reporting.made import ROOT

pytestmark = [
    pytest.mark.skipif(not CHROMIUM.is_file(), reason="chromium is not at /usr/bin/chromium"),
    pytest.mark.slow,
]
WIDTHS = (1280, 768, 400)
SHOTS = ROOT / ".ci" / "artifacts" / "screenshots"
SECTIONS = ("series", "confianza", "metodologia", "calidad", "datos")
PLACES = ("apodaca", "escobedo", "garcia", "guadalupe", "juarez", "monterrey", "san-nicolas", "san-pedro",
          "santa-catarina")  # fmt: skip
WAVES = (LAST, *OTHERS)
PAGES = (
    "index.html", *(f"secciones/{name}.html" for name in SECTIONS), *(f"secciones/municipios/{p}.html" for p in PLACES),
    *(f"{wave}/{name}.html" for wave in WAVES for name in ("brief", "metodologia", "calidad")),
)  # fmt: skip


def test_every_link_of_the_site_leads_somewhere(site: Path) -> None:
    others = {f"{wave}/{name}" for wave in ("2011T4", "2012T1", "2012T2", "2012T4", "2013T1")
              for name in ("brief.html", "brief.pdf", "brief.docx", "brief.pptx", "tabulados.xlsx",
                           "metodologia.html", "calidad.html")}  # fmt: skip
    for page in site.rglob("*.html"):
        for link in re.findall(r'(?:href|src)="([^"#]+)', page.read_text(encoding="utf-8")):
            target = (page.parent / link).resolve()
            inside = str(target.relative_to(site.resolve()))
            assert target.is_file() or inside in others, (page, link)


def test_every_page_is_looked_at(site: Path) -> None:
    assert {path.relative_to(site).as_posix() for path in site.rglob("*.html")} == set(PAGES)


def _first_or_long(name: str) -> Any:
    """One page of each kind is looked at every time; its siblings are among the longest proofs."""
    sibling = ("municipios/" in name and PLACES[0] not in name) or name.startswith(OTHERS)
    return pytest.param(name, marks=pytest.mark.long) if sibling else name


@pytest.mark.parametrize("name", [_first_or_long(name) for name in PAGES])
def test_page_in_a_browser(site: Path, browser: Any, name: str, tmp_path: Path) -> None:
    look(browser, site / name, name, tmp_path)


def look(browser: Any, path: Path, name: str, folder: Path) -> None:
    """Open a page and complain about errors, requests, sideways scroll, small text, axe, keyboard and print."""
    page = browser.new_page(viewport={"width": WIDTHS[0], "height": 900})
    problems: list[str] = []

    def asked(request: Any) -> None:
        if not request.url.startswith(("file:", "data:")):
            problems.append(request.url)

    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("request", asked)
    page.goto(path.as_uri())
    SHOTS.mkdir(parents=True, exist_ok=True)
    for width in WIDTHS:
        resize(page, width)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{name} scrolls sideways at {width}"
        smallest = page.evaluate(SMALLEST)
        assert smallest >= 11.9, f"{name} at {width}: text of {smallest:.1f} px in a chart"
        page.screenshot(path=str(SHOTS / f"{name.replace('/', '-').removesuffix('.html')}-{width}.png"), full_page=True)
    resize(page, WIDTHS[0])
    assert unreached(page) == [], f"{name}: not reached with the keyboard"
    assert_a4(page, folder)
    # axe asks for style sheets itself: what the page did is judged before.
    assert problems == [], name
    for width in (WIDTHS[0], WIDTHS[-1]):
        resize(page, width)
        assert axe(page) == [], f"{name} at {width}"
    page.close()


def resize(page: Any, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})


SMALLEST = """() => Math.min(...[...document.querySelectorAll('svg text')].filter(t => t.getBoundingClientRect().width)
  .map(t => parseFloat(t.style.fontSize) * t.ownerSVGElement.getBoundingClientRect().width
  / t.ownerSVGElement.viewBox.baseVal.width), 99)"""
FOCUSABLE = """() => { const all = [...document.querySelectorAll('a[href], input, summary, button, [tabindex="0"]')]
  .filter(e => e.checkVisibility()); all.forEach((e, i) => e.dataset.reach = i); return all.length }"""


def axe(page: Any) -> list[str]:
    """What axe-core calls a violation (its default rules: WCAG 2.2 A and AA, best practices)."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [f"{v['id']}: {v['nodes'][0]['html'][:120]}" for v in found]


def unreached(page: Any) -> list[str]:
    """Links, fields, folded tables and scrolling regions that Tab does not come to."""
    count = page.evaluate(FOCUSABLE)
    page.evaluate("document.activeElement.blur()")
    reached = set()
    for _ in range(count + 2):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.dataset.reach || ''"))
    what = "i => document.querySelector(`[data-reach='${i}']`).outerHTML.slice(0, 120)"
    return [page.evaluate(what, index) for index in range(count) if str(index) not in reached]


def assert_a4(page: Any, folder: Path) -> None:
    """The page prints on A4, and nothing of it is wider than the paper."""
    from pypdf import PdfReader

    target = folder / "print.pdf"
    page.pdf(path=str(target), prefer_css_page_size=True)
    for sheet in PdfReader(target).pages:
        assert (round(sheet.mediabox.width), round(sheet.mediabox.height)) == (595, 842)


@pytest.mark.parametrize("wave", WAVES)
def test_the_printed_brief_takes_two_sheets(site: Path, browser: Any, wave: str, tmp_path: Path) -> None:
    two_sheets(browser, site / wave / "brief.html", tmp_path)


def two_sheets(browser: Any, path: Path, folder: Path) -> None:
    """The brief as a browser prints it: two sheets of A4 with all of its headings, and charts that can be read."""
    from pypdf import PdfReader

    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(path.as_uri())
    target = folder / "brief-print.pdf"
    page.pdf(path=str(target), prefer_css_page_size=True)
    headings = page.evaluate("[...document.querySelectorAll('h1, h2')].map(h => h.textContent)")
    # As wide as the paper without its margins: text in charts of 6 points and more.
    page.set_viewport_size({"width": 680, "height": 900})
    page.emulate_media(media="print")
    smallest = page.evaluate(SMALLEST)
    page.close()
    sheets = PdfReader(target).pages
    words = re.sub(r"\s+", "", "".join(sheet.extract_text() for sheet in sheets))
    assert len(sheets) == 2, path
    assert len(headings) > 5 and all(re.sub(r"\s+", "", heading) in words for heading in headings)
    assert "Fuente:" in words and smallest * 0.75 >= 6


def test_the_keyboard_starts_at_the_way_to_the_content(site: Path, browser: Any) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto((site / "index.html").as_uri())
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.close()


def test_what_the_browser_would_find_is_found(browser: Any, tmp_path: Path) -> None:
    bad = tmp_path / "bad.html"
    faults = {
        "<script>console.error('x')</script>": "x",
        "<img src='https://example.org/x.png' alt=''>": "example.org",
        "<p style='width:3000px'>x</p>": "sideways",
        "<img src='data:,'>": "image-alt",
        "<a href='#' onfocus='this.blur()' tabindex='-1'>x</a>": "keyboard",
        "<p>On no paper in particular.</p>": r"\(595, 842\)",
    }
    for words, said in faults.items():
        paper = "" if said.startswith(r"\(595") else "<style>@page{size:A4}</style>"
        head = f"<!doctype html><html lang='es'><head><title>t</title>{paper}</head>"
        bad.write_text(f"{head}<body><main><h1>t</h1>{words}</main></body></html>")
        with pytest.raises(AssertionError, match=said):
            look(browser, bad, "bad.html", tmp_path)
    for path in SHOTS.glob("bad-*.png"):
        path.unlink()


def test_search_finds_a_place_without_accents(site: Path, browser: Any) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto((site / "index.html").as_uri())
    page.fill("#buscar", "juarez")
    titles = page.evaluate("[...document.querySelectorAll('#resultados a')].map(a => a.textContent)")
    assert titles and "Juárez" in titles[0]
    # An indicator is found where it stands, from any page of the site, and Enter goes there.
    page.goto((site / "secciones/municipios/juarez.html").as_uri())
    page.fill("#buscar", "confianza marina")
    links = page.evaluate("[...document.querySelectorAll('#resultados a')].map(a => a.getAttribute('href'))")
    assert any(link.startswith("../../secciones/series.html#conf-marina") for link in links)
    page.press("#buscar", "Enter")
    page.wait_for_url("**/series.html#*")
    target = page.evaluate("document.getElementById(decodeURIComponent(location.hash.slice(1))).textContent")
    assert "Marina" in target
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


def test_the_keyboard_walks_through_the_values_of_a_chart(site: Path, browser: Any) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto((site / "2013T2/brief.html").as_uri())
    marks = "[...document.querySelectorAll('.chart[data-figure=lugares] .wide .hot')].map(m => m.dataset.tip)"
    tips = page.evaluate(marks)
    page.locator(".chart[data-figure=lugares]").focus()
    seen = []
    for _ in tips:
        page.keyboard.press("ArrowDown")
        seen.append(page.text_content(".tip"))
    assert seen == tips and len(seen) == 9
    page.keyboard.press("ArrowUp")
    assert page.text_content(".tip") == tips[-2] and page.get_attribute(".tip", "role") == "status"
    page.keyboard.press("Escape")
    assert page.locator(".tip").count() == page.locator(".hot.at").count() == 0
    page.close()
