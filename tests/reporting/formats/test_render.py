"""The rendering engine: what it expands, what it refuses, and the same bytes twice."""

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from pulsometro.common.errors import PulsoError
from pulsometro.reporting.edition.content import Edition
from pulsometro.reporting.formats.build_folder import SOURCES, BuildFolder, prepared_folder
from pulsometro.reporting.formats.render import Engine, expand, find_engine
from pulsometro.reporting.formats.unresolved import office_words, refuse_missing_images, refuse_unresolved
from pulsometro.reporting.pages import brief
from pulsometro.style.theme import Theme
from tests.reporting.made import ROOT
from tests.reporting.reading import read_page, settled

pytestmark = pytest.mark.slow

FALLBACK = Engine("pandoc y Typst")


@pytest.fixture
def shop() -> BuildFolder:
    with prepared_folder(ROOT / "reports", Theme(), FALLBACK, office=True) as made:
        made.variables({"nombre": "valor", "fuera": "x"})
        yield made  # type: ignore[misc]


def write(shop: BuildFolder, body: str, front: str = "pagetitle: t\ntitle: t\nauthor: a") -> str:
    (shop.folder / "prueba.qmd").write_text(f"---\n{front}\n---\n\n{body}\n", encoding="utf-8")
    return "prueba.qmd"


def test_shortcodes_are_expanded_in_body_front_matter_and_includes(shop: BuildFolder) -> None:
    shop.put({"uno": "con {{< var nombre >}}"})
    source = write(
        shop, "{{< include fragmentos/uno.md >}} y {{< meta pagetitle >}}", 'pagetitle: "de {{< var nombre >}}"'
    )
    meta, body = expand(shop.folder, source)
    assert meta["pagetitle"] == "de valor"
    assert body.strip() == "con valor y de valor"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("{{< video x.mp4 >}}", "unknown shortcode"),
        ("{{< var nada >}}", "names nothing that is defined"),
        ("{{< meta nada >}}", "names nothing that is defined"),
        ("{{< include fragmentos/nada.md >}}", "nada.md is not there"),
        ("![](figuras/nada.svg){.chart}", "figuras/nada.svg is not in"),
        ("Véase @fig-nada.", "cross-reference"),
        ("Véase ?@fig-nada.", "left unresolved|cross-reference"),
        ("?var:nada", "left unresolved"),
        ("{{< var nombre", "left unresolved"),
    ],
)
def test_faults_that_quarto_passes_over_fail(shop: BuildFolder, body: str, said: str) -> None:
    source = write(shop, body)
    target = shop.folder / "fuera.html"
    with pytest.raises(PulsoError, match=said):
        shop.render(source, "html", target)
    assert not target.exists()


PAGE = "<p>¿Todo bien? x@y.mx</p><img src='data:image/png;base64,AA'>"


@pytest.mark.parametrize("fault", ["?@fig-uno", "?var:nada", "?meta:nada", "{{< var nada"])
def test_the_scanner_finds_what_a_renderer_left(fault: str) -> None:
    refuse_unresolved(PAGE, "x")
    with pytest.raises(PulsoError, match="left unresolved"):
        refuse_unresolved(PAGE.replace("bien", fault), "x")


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


@pytest.mark.parametrize("name", ["brief.docx", "brief.pptx"])
def test_the_scanner_reads_office_files(built: Path, name: str) -> None:
    words = office_words((built / name).read_bytes())
    assert "Cómo se hizo" in words
    refuse_unresolved(words, name)


@pytest.mark.parametrize("form", ["html", "pdf", "docx", "pptx"])
def test_what_an_engine_leaves_fails_in_every_format(
    shop: BuildFolder, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    # An engine that resolves nothing, as Quarto does with a name it does not know.
    left = ({"pagetitle": "t", "title": "t"}, "Véase ?var:nada.")
    monkeypatch.setattr("pulsometro.reporting.formats.render.expand", lambda *_: left)
    target = shop.folder / f"fuera.{form}"
    with pytest.raises(PulsoError, match="left unresolved"):
        shop.render(write(shop, "x"), form, target)  # type: ignore[arg-type]
    assert not target.exists()


@pytest.mark.parametrize("source", sorted(SOURCES.glob("*.qmd")), ids=lambda path: path.name)
def test_sources_are_prose_and_includes(source: Path) -> None:
    words = source.read_text(encoding="utf-8")
    assert not re.search(r"^\s*```+\s*\{(?!=)", words, re.M), "an executable cell"
    assert {found.split()[0] for found in re.findall(r"\{\{<\s*(.*?)\s*>\}\}", words)} <= {"include", "var", "meta"}
    # Every number comes from the tables: a source has none but the one that a figure's rule needs.
    assert re.sub(r"\{\{<.*?>\}\}|menores de 8", "", words.partition("\n---\n")[2]).count("%") == 0
    assert not re.search(r"https?://|date:\s*now", words)


def test_the_fallback_stays_small() -> None:
    source = ROOT / "pipeline" / "pulsometro" / "reporting" / "formats" / "render.py"
    assert len(source.read_text(encoding="utf-8").splitlines()) < 300


def test_includes_in_a_circle_fail(shop: BuildFolder) -> None:
    shop.put({"a": "{{< include fragmentos/b.md >}}", "b": "{{< include fragmentos/a.md >}}"})
    with pytest.raises(PulsoError, match="includes itself"):
        expand(shop.folder, write(shop, "{{< include fragmentos/a.md >}}"))


def test_a_figure_without_alternative_text_is_no_pdf(shop: BuildFolder) -> None:
    shop.figures.mkdir()
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><rect width="10" height="10"/></svg>'
    (shop.figures / "f.svg").write_text(svg, encoding="utf-8")
    with pytest.raises(PulsoError, match=r"(?i)alt"):
        shop.render(write(shop, "![](figuras/f.svg)"), "pdf", shop.folder / "fuera.pdf")


@pytest.mark.parametrize("form", ["html", "pdf", "docx", "pptx"])
def test_the_same_bytes_twice(shop: BuildFolder, form: str) -> None:
    source = write(shop, '# Uno\n\nTexto con [1.5 %]{data-id="a"}.\n\n| a | b |\n|---|--:|\n| x | 1 |\n\n: Tabla\n')
    made = []
    for name in ("uno", "dos"):
        target = shop.folder / f"{name}.{form}"
        shop.render(source, form, target)  # type: ignore[arg-type]
        made.append(target.read_bytes())
    assert made[0] == made[1]
    assert len(made[0]) > 500


@pytest.mark.skipif(shutil.which("quarto") is None, reason="quarto is not installed")
def test_quarto_and_the_fallback_say_the_same(edition: Edition, tmp_path: Path) -> None:
    pages = {}
    for engine in (find_engine(), FALLBACK):
        with prepared_folder(ROOT / "reports", edition.theme, engine) as made:
            made.put(brief.brief_fragments(edition, brief.draw(edition, made.figures), "x"))
            made.variables(brief.variables(edition))
            target = tmp_path / f"{bool(engine.quarto)}.html"
            made.render("brief.qmd", "html", target)
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
