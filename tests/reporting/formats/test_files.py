"""Each published file opened again: PDF, DOCX, PPTX, XLSX, cards; and the same bytes twice."""

import zipfile
from collections import Counter
from pathlib import Path

import openpyxl
import pytest
from docx import Document
from PIL import Image
from pptx import Presentation
from pypdf import PdfReader

from pulsometro.reporting.edition.content import Edition
from pulsometro.reporting.stage import run
from pulsometro.study import Study
from tests.reporting.conftest import LAST
from tests.reporting.reading import pdf_structure

pytestmark = pytest.mark.slow


def test_pdf_is_tagged_titled_in_spanish_with_its_fonts_on_two_pages(built: Path) -> None:
    reader = PdfReader(built / "brief.pdf")
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "es-MX"
    assert reader.metadata is not None and reader.metadata.title == "Pulso Metropolitano de Seguridad, mayo de 2013"
    assert b"pdfuaid" in root["/Metadata"].get_data()
    assert len(reader.pages) == 2
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    tags = Counter(str(node.get("/S", "")) for node in pdf_structure(built / "brief.pdf"))
    assert tags["/H1"] == 1 and tags["/H2"] >= 4 and tags["/Figure"] == 4
    fonts = {str(f) for page in reader.pages for f in _font_names(page)}
    assert any("SourceSansPro" in name for name in fonts) and any("SourceSerifPro" in name for name in fonts)
    assert "Cómo se hizo" in reader.pages[1].extract_text()


def _font_names(page: object) -> list[str]:
    found = []
    for font in page["/Resources"]["/Font"].values():  # type: ignore[index]
        font = font.get_object()
        descendant = font["/DescendantFonts"][0].get_object() if "/DescendantFonts" in font else font
        assert any(k in descendant["/FontDescriptor"] for k in ("/FontFile2", "/FontFile3"))
        found.append(str(font["/BaseFont"]))
    return found


def test_docx_has_styles_tables_and_alternative_texts(built: Path) -> None:
    document = Document(str(built / "brief.docx"))
    heads = [p for p in document.paragraphs if p.style is not None and p.style.name.startswith("Heading")]
    assert [p.style.name for p in heads][:2] == ["Heading 1", "Heading 2"]  # type: ignore[union-attr]
    assert heads[-1].text == "Cómo se hizo"
    # The findings, the places, every figure of every place, the series, trust.
    assert len(document.tables) == 5
    assert [c.text for c in document.tables[1].rows[0].cells][:2] == ["Municipio", "%"]
    alts = [s._inline.docPr.get("descr") for s in document.inline_shapes]
    assert len(alts) == 4 and all(alt and len(alt) > 60 for alt in alts)
    assert {"Entrada", "Nota"} <= {p.style.name for p in document.paragraphs if p.style is not None}


def test_pptx_has_one_finding_a_slide_with_notes_and_alternative_text(built: Path, edition: Edition) -> None:
    deck = Presentation(str(built / "brief.pptx"))
    slides = list(deck.slides)
    assert len(slides) == 1 + len(edition.settings.findings) + 2 + 1
    for slide in slides[1:6]:
        assert slide.shapes.title is not None and slide.shapes.title.text.startswith("El ")
        notes = slide.notes_slide.notes_text_frame
        assert notes is not None and "±" in notes.text
        pictures = [shape for shape in slide.shapes if shape.shape_type == 13]
        assert len(pictures) == 1
        assert "intervalo" in pictures[0]._element.nvPicPr.cNvPr.get("descr")
        assert pictures[0].width * pictures[0].height > 0.25 * deck.slide_width * deck.slide_height  # type: ignore[operator]


def test_office_files_say_that_they_are_spanish(built: Path) -> None:
    with zipfile.ZipFile(built / "brief.pptx") as deck, zipfile.ZipFile(built / "brief.docx") as document:
        parts = b"".join(deck.read(name) for name in deck.namelist() if name.endswith(".xml"))
        assert b'lang="es-MX"' in parts and b"en-US" not in parts
        assert b'w:val="es-MX"' in document.read("word/styles.xml")


def test_tabulados_keep_unrounded_values_marks_and_bases(built: Path, edition: Edition) -> None:
    book = openpyxl.load_workbook(built / "tabulados.xlsx")
    assert book.sheetnames[0] == "Contenido" and book.sheetnames[-2:] == ["Detalle", "Notas"]
    topics = [topic.name for topic in edition.settings.topics]
    assert book.sheetnames[1 : 1 + len(topics)] == [name[:31] for name in topics]
    measure = edition.settings.headline
    checked = 0
    for name in book.sheetnames[1 : 1 + len(topics)]:
        sheet = book[name]
        assert not sheet.merged_cells.ranges
        heads = [cell.value for cell in sheet[4]]
        assert heads[:3] == ["Indicador", "Respuesta", edition.area_name]
        for row in sheet.iter_rows(min_row=5):
            if row[0].value != edition.label(measure).name or row[1].value == "Entrevistas (base sin ponderar)":
                continue
            for place, cell in zip(edition.places, row[3:], strict=True):
                estimate = edition.in_place(measure, place.code)
                assert estimate is not None
                assert cell.value == pytest.approx(estimate.estimate * 100, rel=1e-9)
                assert cell.number_format.startswith("[$-80A]") and "#,##0.0" in cell.number_format
                checked += 1
    assert checked == len(edition.places)


def test_letters_only_point_to_places_that_are_lower_by_their_test(edition: Edition) -> None:
    from pulsometro.reporting.tables.tabulados import columns_of, greater_than

    columns = columns_of(edition)
    row = [edition.rows.get(LAST, edition.settings.headline, c.kind, c.domain) for c in columns]
    found = dict(zip((c.name for c in columns), greater_than(edition, row, columns), strict=True))
    by_letter = {c.letter: e for c, e in zip(columns, row, strict=True) if c.letter and e}
    assert found["San Pedro"] == "" and found["Juárez"] and found[edition.area_name] == ""
    own = edition.in_place(edition.settings.headline, "19031")
    assert own is not None
    lower = {letter for letter, other in by_letter.items() if edition.differences.between(other, own) == "lower"}
    assert set(found["Juárez"]) == lower and len(lower) > 1


def test_moderate_precision_has_a_colour_and_a_symbol(built: Path, edition: Edition) -> None:
    book = openpyxl.load_workbook(built / "tabulados.xlsx")
    rows = edition.rows.estimates
    moderate = rows[(rows["wave"] == LAST) & (rows["precision"] == "moderate") & (rows["domain_kind"] == "municipio")]
    assert len(moderate) > 0
    marked = [
        cell
        for sheet in book.worksheets[1:-2]
        for line in sheet.iter_rows(min_row=5)
        for cell in line
        if isinstance(cell.value, float) and '"*"' in cell.number_format
    ]
    assert marked
    assert all(cell.fill.fgColor.rgb == "FFFFF2CC" for cell in marked)
    low = [cell for line in book["Detalle"].iter_rows(min_row=4) for cell in line if cell.value == "**"]
    assert low and all(cell.fill.fgColor.rgb == "FFF8CBAD" for cell in low)


def test_the_workbook_is_one_real_table_a_sheet_without_gaps(built: Path, edition: Edition) -> None:
    book = openpyxl.load_workbook(built / "tabulados.xlsx")
    assert book.properties.title.endswith("mayo de 2013") and book.properties.creator == edition.producer
    for sheet in book.worksheets:
        assert sheet["A1"].value and len(sheet.tables) == 1, sheet.title
        (table,) = sheet.tables.values()
        first, last = table.ref.split(":")
        cells = sheet[table.ref]
        assert all(cell.value for cell in cells[0]) and last.endswith(str(sheet.max_row)), first
        assert all(any(cell.value not in (None, "") for cell in row) for row in cells)
        assert not sheet.merged_cells.ranges and sheet.freeze_panes and sheet.print_title_rows
    for sheet in book.worksheets[1:-2]:
        # A cell of a theme is never just empty: it says why there is no figure.
        (table,) = sheet.tables.values()
        assert all(cell.value not in (None, "") for row in sheet[table.ref] for cell in row), sheet.title
    links = {cell.hyperlink.location for row in book["Contenido"] for cell in row if cell.hyperlink}
    assert links == {f"'{name}'!A1" for name in book.sheetnames[1:]}


def test_cards_have_the_sizes_that_networks_ask_for(built: Path, edition: Edition) -> None:
    names = {p.name for p in (built / "tarjetas").glob("*.png")}
    assert len(names) == 2 * len(edition.settings.findings)
    for path in (built / "tarjetas").glob("*.png"):
        width, height = (int(part) for part in path.stem.split("-")[1].split("x"))
        assert Image.open(path).size == (width, height)


def test_a_second_run_gives_the_same_bytes(study: Study, built: Path) -> None:
    before = {p.relative_to(built): p.read_bytes() for p in sorted(built.rglob("*")) if p.is_file()}
    run(study, LAST)
    after = {p.relative_to(built): p.read_bytes() for p in sorted(built.rglob("*")) if p.is_file()}
    assert before.keys() == after.keys()
    assert [name for name in before if before[name] != after[name]] == []


def test_private_things_are_in_no_output(built: Path) -> None:
    for path in built.rglob("*.html"):
        words = path.read_text(encoding="utf-8").lower()
        for private in ("entrevistador", "teléfono marcado", "folio"):
            assert private not in words, (path, private)


def test_measures_of_a_distribution_are_its_answers(edition: Edition) -> None:
    from pulsometro.reporting.tables.tabulados import measures_of

    item = edition.batteries[0].items[0]
    assert measures_of(edition.labels[item.indicator]) == list(item.measures)
