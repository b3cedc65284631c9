"""A draft says so on every page of every format, and signed exceptions stand on the first."""

from dataclasses import asdict, replace
from pathlib import Path

import pytest
from docx import Document
from PIL import Image, ImageChops
from pptx import Presentation
from pypdf import PdfReader

from pulsometro.check.verdict import RuleResult
from pulsometro.common.files import read_record, write_record
from pulsometro.reporting.stage import run
from tests.reporting import reading
from tests.reporting.checking_files import workbook
from tests.reporting.conftest import LAST
from tests.reporting.made import project

pytestmark = pytest.mark.slow

REASON = "La casa confirmó por escrito que es una recaptura."
SAID = "Folios únicos (La casa confirmó por escrito que es una recaptura)"


@pytest.fixture(scope="module")
def drafted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The last wave, as a draft, with one signed exception and one failed rule that nobody signed."""
    study = project(tmp_path_factory.mktemp("draft"))
    path = study.checks(LAST)
    signed = RuleResult("ids.unique", "critical", False, 60, 1, (), "Folios únicos.", "", REASON)
    rules = [asdict(signed), asdict(replace(signed, title="Otra.", accepted=""))]
    write_record({**read_record(path), "rules": rules}, path)
    run(study, LAST, draft=True)
    return study.site / LAST


def test_pages_and_paper_are_watermarked(drafted: Path) -> None:
    for path in drafted.glob("*.html"):
        page = path.read_text(encoding="utf-8")
        assert '<body class="draft">' in page and "Borrador: no citar" in page and 'content:"BORRADOR"' in page
    for page in PdfReader(drafted / "brief.pdf").pages:
        assert "BORRADOR" in page.extract_text()


def test_word_is_watermarked_on_every_page(drafted: Path) -> None:
    document = Document(str(drafted / "brief.docx"))
    for section in document.sections:
        assert section.header.paragraphs[0].text == "Borrador: no citar"
        assert 'string="BORRADOR"' in section.header._element.xml
    assert "Borrador: no citar" in reading.docx_text(drafted / "brief.docx")


def test_every_slide_is_watermarked(drafted: Path) -> None:
    slides = list(Presentation(str(drafted / "brief.pptx")).slides)
    assert len(slides) > 5
    for slide in slides:
        assert list(slide.shapes)[-1].name == "BORRADOR"
        assert slide.shapes.title is not None and slide.shapes.title.text


def test_cards_and_workbook_are_marked(drafted: Path, built: Path) -> None:
    for path in (drafted / "tarjetas").glob("*.png"):
        clean = built / "tarjetas" / path.name
        box = ImageChops.difference(Image.open(path).convert("RGB"), Image.open(clean).convert("RGB")).getbbox()
        assert box is not None and box[2] - box[0] > 0.6 * Image.open(path).width
    for path in (drafted / "tarjetas").glob("*.txt"):
        assert path.read_text(encoding="utf-8").endswith("Borrador: no citar.\n")
    assert ("Borrador: no citar.",) in [row[:1] for row in workbook(drafted / "tabulados.xlsx")["Contenido"]]


def test_signed_exceptions_are_on_the_first_page_of_every_format(drafted: Path) -> None:
    page = reading.settled(" ".join(p.words for p in reading.read_page((drafted / "brief.html").read_text("utf-8"))))
    slides = reading.pptx_texts(drafted / "brief.pptx")
    first = {
        "html": page,
        "pdf": PdfReader(drafted / "brief.pdf").pages[0].extract_text(),
        "docx": reading.docx_text(drafted / "brief.docx"),
        "pptx": slides[0][0],
        "xlsx": " ".join(str(row[0]) for row in workbook(drafted / "tabulados.xlsx")["Contenido"]),
        "metodologia": (drafted / "metodologia.html").read_text("utf-8"),
    }
    for name, words in first.items():
        assert SAID in reading.settled(words), name
        assert "Otra" not in reading.settled(words), name
    assert page.index(SAID) < page.index("El margen de la cifra principal")


def test_what_is_no_draft_is_not_marked(built: Path) -> None:
    assert "BORRADOR" not in reading.pdf_text(built / "brief.pdf")
    assert all("BORRADOR" not in words for words, _ in reading.pptx_texts(built / "brief.pptx"))
    assert "orrador" not in Document(str(built / "brief.docx")).sections[0].header._element.xml


def test_a_draft_is_the_same_bytes_twice(drafted: Path) -> None:
    from pulsometro.reporting.formats import watermark
    from pulsometro.style.theme import Theme

    for mark, name in ((watermark.mark_docx, "brief.docx"), (watermark.mark_pptx, "brief.pptx")):
        content = (drafted / name).read_bytes()
        assert mark(content, Theme()) == mark(content, Theme())
