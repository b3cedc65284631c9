"""The rendering engine: what it expands, what it refuses, and the same bytes twice."""

import shutil
from pathlib import Path

import pytest

from pipeline.errors import PulsoError
from pipeline.reporting.render import Engine, expand, find_engine, render
from pipeline.reporting.theme import Theme, font_folders
from pipeline.reporting.workshop import Workshop, workshop
from tests.reporting.made import ROOT

FALLBACK = Engine("pandoc y Typst")


@pytest.fixture
def shop() -> Workshop:
    with workshop(ROOT / "reports", Theme(), FALLBACK, office=True) as made:
        made.variables({"nombre": "valor", "fuera": "x"})
        yield made  # type: ignore[misc]


def write(shop: Workshop, body: str, front: str = "pagetitle: t\ntitle: t\nauthor: a") -> str:
    (shop.folder / "prueba.qmd").write_text(f"---\n{front}\n---\n\n{body}\n", encoding="utf-8")
    return "prueba.qmd"


def test_shortcodes_are_expanded_in_body_front_matter_and_includes(shop: Workshop) -> None:
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
def test_faults_that_quarto_passes_over_fail(shop: Workshop, body: str, said: str) -> None:
    source = write(shop, body)
    target = shop.folder / "fuera.html"
    with pytest.raises(PulsoError, match=said):
        shop.render(source, "html", target)
    assert not target.exists()


def test_includes_in_a_circle_fail(shop: Workshop) -> None:
    shop.put({"a": "{{< include fragmentos/b.md >}}", "b": "{{< include fragmentos/a.md >}}"})
    with pytest.raises(PulsoError, match="includes itself"):
        expand(shop.folder, write(shop, "{{< include fragmentos/a.md >}}"))


def test_a_figure_without_alternative_text_is_no_pdf(shop: Workshop) -> None:
    shop.figures.mkdir()
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><rect width="10" height="10"/></svg>'
    (shop.figures / "f.svg").write_text(svg, encoding="utf-8")
    with pytest.raises(PulsoError, match=r"(?i)alt"):
        shop.render(write(shop, "![](figuras/f.svg)"), "pdf", shop.folder / "fuera.pdf")


@pytest.mark.parametrize("form", ["html", "pdf", "docx", "pptx"])
def test_the_same_bytes_twice(shop: Workshop, form: str) -> None:
    source = write(shop, '# Uno\n\nTexto con [1.5 %]{data-id="a"}.\n\n| a | b |\n|---|--:|\n| x | 1 |\n\n: Tabla\n')
    made = []
    for name in ("uno", "dos"):
        target = shop.folder / f"{name}.{form}"
        shop.render(source, form, target)  # type: ignore[arg-type]
        made.append(target.read_bytes())
    assert made[0] == made[1]
    assert len(made[0]) > 500


@pytest.mark.skipif(shutil.which("quarto") is None, reason="quarto is not installed")
def test_quarto_and_the_fallback_say_the_same(built: Path, shop: Workshop) -> None:
    import re

    from tests.reporting.reading import read_page

    source = write(
        shop, '# Uno\n\nTexto con [1.5 %]{data-id="a" data-field="estimate"} y [enlace](https://example.org).'
    )
    pages = []
    for engine in (find_engine(), FALLBACK):
        target = shop.folder / f"{bool(engine.quarto)}.html"
        render(shop.folder, source, "html", target, engine, font_folders(Theme()))
        page = target.read_text(encoding="utf-8")
        heads = [re.sub(r"<[^>]+>", "", h) for h in re.findall(r"<h\d.*?</h\d>", page, re.S)]
        pages.append((heads, [t.words for t in read_page(page)[0]], re.findall(r'href="(http[^"]+)"', page)))
    assert pages[0] == pages[1]
    del built


def test_an_engine_is_found() -> None:
    assert find_engine().name.startswith(("Quarto", "pandoc"))
