"""The rendering engine: what it refuses, and the same bytes twice."""

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from pulsometro.common.errors import PulsoError
from pulsometro.reporting.edition.content import Edition
from pulsometro.reporting.formats.build_folder import SOURCES, EngineFiles, engine_files
from pulsometro.reporting.formats.page import Page, render_page
from pulsometro.reporting.formats.render import Engine, Format, find_engine
from pulsometro.reporting.formats.unresolved import refuse_missing_images
from pulsometro.reporting.pages.wave_pages import brief_page
from pulsometro.style.theme import Theme
from tests.reporting.made import ROOT
from tests.reporting.reading import read_page, settled

pytestmark = pytest.mark.slow

FALLBACK = Engine("pandoc y Typst")


@pytest.fixture(scope="module")
def parts() -> Iterator[EngineFiles]:
    with engine_files(ROOT / "reports", Theme(), FALLBACK, office=True) as made:
        yield made


def source_of(parts: EngineFiles, folder: Path, body: str) -> EngineFiles:
    """The same engine with a study's own brief."""
    own = folder / "reports" / "sources" / "brief.qmd"
    own.parent.mkdir(exist_ok=True, parents=True)
    own.write_text(f"---\npagetitle: t\ntitle: t\nauthor: a\n---\n\n{body}\n", encoding="utf-8")
    return replace(parts, sources={**parts.sources, "brief.qmd": own}, reports=folder / "reports")


def plain(**variables: object) -> Page:
    return Page("brief.qmd", {}, variables, {})


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("![](figuras/nada.svg){.chart}", r"the image figuras/nada\.svg is not there"),
        ("Véase @fig-nada.", "line 7: @fig-nada is a cross-reference"),
        ("Véase ?@fig-nada.", "cross-reference"),
    ],
)
def test_faults_that_quarto_passes_over_fail(parts: EngineFiles, tmp_path: Path, body: str, said: str) -> None:
    target = tmp_path / "fuera.html"
    with pytest.raises(PulsoError, match=f"^reports/sources/brief.qmd.*{said}"):
        render_page(plain(), source_of(parts, tmp_path, body), "html", target)
    assert not target.exists()


PAGE = "<p>¿Todo bien? x@y.mx</p><img src='data:image/png;base64,AA'>"


def test_the_scanner_finds_images_that_are_not_there(tmp_path: Path) -> None:
    (tmp_path / "hay.png").write_bytes(b"x")
    refuse_missing_images(f'{PAGE}<img src="hay.png"><svg><image href="#a"/></svg>', tmp_path, "x")
    for missing in (
        '<img alt="" src="no.png">',
        '<img src="https://example.org/a.png">',
        '<image xlink:href="no.png"/>',
    ):
        with pytest.raises(PulsoError, match="is not there"):
            refuse_missing_images(PAGE + missing, tmp_path, "x")


@pytest.mark.parametrize("source", sorted(SOURCES.glob("*.qmd")), ids=lambda path: path.name)
def test_sources_are_prose_and_includes(source: Path) -> None:
    words = source.read_text(encoding="utf-8")
    assert not re.search(r"^\s*```+\s*\{(?!=)", words, re.M), "an executable cell"
    assert "{{<" not in words and not re.search(r"\{%", words), "a source holds prose and names, no conditions"
    # Every number comes from the tables: a source has none but the one that a figure's rule needs.
    assert re.sub(r"\{\{.*?\}\}|menores de 8", "", words.partition("\n---\n")[2]).count("%") == 0
    assert not re.search(r"https?://|date:\s*now", words)


def test_the_fallback_stays_small() -> None:
    source = ROOT / "pipeline" / "pulsometro" / "reporting" / "formats" / "render.py"
    assert len(source.read_text(encoding="utf-8").splitlines()) < 300


def test_a_figure_without_alternative_text_is_no_pdf(parts: EngineFiles, tmp_path: Path) -> None:
    figures = tmp_path / "figuras"
    figures.mkdir()
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><rect width="10" height="10"/></svg>'
    (figures / "f.svg").write_text(svg, encoding="utf-8")
    page = Page("brief.qmd", {}, {}, {}, figures)
    with pytest.raises(PulsoError, match=r"(?i)alt") as found:
        render_page(page, source_of(parts, tmp_path, "![](figuras/f.svg)"), "pdf", tmp_path / "fuera.pdf")
    assert "/tmp" not in str(found.value) and "pulso-" not in str(found.value)


@pytest.mark.parametrize("form", ["html", "pdf", "docx", "pptx"])
def test_the_same_bytes_twice(parts: EngineFiles, tmp_path: Path, form: Format) -> None:
    body = (
        '# Uno\n\nTexto con [1.5 %]{data-id="a" data-field="estimate"}.\n\n| a | b |\n|---|--:|\n| x | 1 |\n\n: Tabla\n'
    )
    own = source_of(parts, tmp_path, body)
    made = []
    for name in ("uno", "dos"):
        target = tmp_path / f"{name}.{form}"
        render_page(plain(), own, form, target)
        made.append(target.read_bytes())
    assert made[0] == made[1]
    assert len(made[0]) > 500


@pytest.mark.skipif(shutil.which("quarto") is None, reason="quarto is not installed")
def test_quarto_and_the_fallback_say_the_same(edition: Edition, tmp_path: Path) -> None:
    pages = {}
    for engine in (find_engine(), FALLBACK):
        with engine_files(ROOT / "reports", edition.theme, engine) as made:
            target = tmp_path / f"{bool(engine.quarto)}.html"
            render_page(brief_page(edition, made.figures("brief"), "x"), made, "html", target)
            pages[engine.name] = contents(target.read_text(encoding="utf-8"))
    first, second = pages.values()
    assert first == second and len(second.numbers) > 200


@dataclass(frozen=True)
class Contents:
    """What two engines must agree on."""

    headings: list[tuple[str, str]]
    tables: list[list[str]]
    numbers: list[tuple[str, str, str]]
    links: list[str]


def contents(page: str) -> Contents:
    """Headings with their level, cells of tables, numbers with their rows, and links of a page's main part."""
    main = page[page.index("<main") : page.index("</main>") + len("</main>")]

    def plain(words: str) -> str:
        return settled(re.sub(r"<[^>]+>", " ", words))

    rows = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", table, re.S) for table in re.findall(TABLE, main, re.S)]
    return Contents(
        [(level, plain(words)) for level, words in re.findall(r"<h(\d)[^>]*>(.*?)</h\1>", main, re.S)],
        [[plain(cell) for cell in cells] for cells in rows],
        [(p.key, p.field, settled(p.words)) for p in read_page(main) if p.key],
        re.findall(r'href="([^"]+)"', main),
    )


TABLE = r"<table.*?</table>"


def test_contents_tell_pages_apart(built: Path) -> None:
    page = (built / "brief.html").read_text(encoding="utf-8")
    found = contents(page)
    assert len(found.headings) >= 6 and len(found.tables) >= 3 and len(found.numbers) > 200 and found.links
    changes = (("</h2>", " más</h2>"), ("Entrevistas</th>", "Casos</th>"), (">74.7", ">74.8"), ("brief.pdf", "x.pdf"))
    for old, new in changes:
        assert old in page and contents(page.replace(old, new)) != found


def test_an_engine_is_found() -> None:
    assert find_engine().name.startswith(("Quarto", "pandoc"))
