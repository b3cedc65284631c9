"""The index of the printed numbers says what the files print: every one of them read back, by nothing of ours."""

import re
from collections import Counter
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import openpyxl
import pytest

from pulsometro.reporting.charts import pictures
from pulsometro.reporting.charts.chart_numbers import read_said
from pulsometro.reporting.charts.drawing.canvas import Size
from pulsometro.reporting.edition.content import Edition
from pulsometro.reporting.printed_index import Printed, read_printed
from pulsometro.study import Study
from tests.reporting import checking_files as files
from tests.reporting import reading
from tests.reporting.checking import without_exempt
from tests.reporting.conftest import LAST, OTHERS
from tests.reporting.reading import numbers_in, read_page, settled

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def rows(study: Study, site: Path) -> list[Printed]:
    """What the last wave's stage and the site's say that they printed."""
    assert site.is_dir()
    return [row for name in (*OTHERS, LAST, "site") for row in read_printed(study.printed(name))]


def of(rows: Iterable[Printed], page: str) -> list[Printed]:
    found = [row for row in rows if row.page == page]
    assert found, page
    return found


def counted(rows: Iterable[Printed]) -> Counter[str]:
    return Counter(number for row in rows for number in numbers_in(row.text))


def figures(edition: Edition, words: str) -> Counter[str]:
    """The numbers of a text but those that may have no row."""
    return Counter(numbers_in(without_exempt(edition, words)))


def test_every_page_prints_what_the_index_says(rows: list[Printed], site: Path) -> None:
    indexed: dict[str, Counter[tuple[str, str, str, str]]] = {}
    for row in rows:
        if row.format == "html":
            seen = (row.figure, row.key, row.field, settled(row.text))
            indexed.setdefault(row.page, Counter())[seen] += 1
    found = {}
    for path in site.rglob("*.html"):
        pieces = [p for p in read_page(path.read_text(encoding="utf-8")) if p.key and p.kind in ("text", "data-tip")]
        if pieces:
            counts = Counter((p.figure, p.key, p.field, settled(p.words)) for p in pieces)
            found[path.relative_to(site).as_posix()] = counts
    assert found == indexed
    assert sum(map(Counter.total, found.values())) > 5000


def test_paper_and_word_print_what_the_index_says(rows: list[Printed], edition: Edition, built: Path) -> None:
    pieces = read_page((built / "brief.html").read_text(encoding="utf-8"))
    loose = [p for p in pieces if not p.key]
    paper, word = of(rows, f"{LAST}/brief.pdf"), of(rows, f"{LAST}/brief.docx")
    printed = figures(edition, reading.pdf_text(built / "brief.pdf"))
    assert printed == counted(paper) + figures(edition, files.on_paper(loose))
    # In Word a chart is one picture, drawn as on paper: its numbers are in no text.
    printed = figures(edition, reading.docx_text(built / "brief.docx", alternatives=False))
    written = [p for p in loose if p.chart < 0]
    assert printed == counted(row for row in word if not row.figure) + figures(edition, files.in_word(written))
    drawn = [(row.figure, row.key, row.text) for row in word if row.figure]
    assert drawn == [(row.figure, row.key, row.text) for row in paper if row.figure] != []


def test_slides_print_what_the_index_says(rows: list[Printed], edition: Edition, built: Path) -> None:
    slides, path = of(rows, f"{LAST}/brief.pptx"), built / "brief.pptx"
    written, described = Counter[str](), Counter[str]()
    both = zip(reading.pptx_texts(path), reading.pptx_texts(path, alternatives=False), strict=True)
    for (whole, _), (words, notes) in both:
        written += figures(edition, words) + figures(edition, notes)
        described += figures(edition, whole) - figures(edition, words)
    # A picture's alternative text stands in the notes too.
    assert written == counted(row for row in slides if not row.figure) + described
    charts = {row.figure for row in slides if row.figure}
    assert described and {"lamina-1", "lamina-serie", "lamina-confianza"} <= charts


def shown(value: float, pattern: str) -> str:
    """A cell's number as its format shows it, symbols and letters apart; rounded half up as spreadsheets do."""
    front = pattern.partition("]")[2]
    decimals = len(found[1]) if (found := re.search(r"0\.(0+)", front)) else 0
    exact = Decimal(repr(value)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    if front.startswith("+"):
        return f"{exact:+,}".replace("-", "−")
    return f"{abs(exact) if ';' in front else exact:,}".replace("-", "−")


def test_the_workbook_prints_what_the_index_says(rows: list[Printed], built: Path) -> None:
    book = openpyxl.load_workbook(built / "tabulados.xlsx")
    printed = Counter[str]()
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, int | float):
                    printed[shown(cell.value, cell.number_format)] += 1
    workbook = of(rows, f"{LAST}/tabulados.xlsx")
    assert printed == Counter(row.text for row in workbook if not row.field.startswith("verdict"))
    assert printed.total() > 5000


def test_cards_print_what_the_index_says(rows: list[Printed], edition: Edition, built: Path) -> None:
    for path in sorted((built / "tarjetas").glob("*.txt")):
        described = of(rows, f"{LAST}/tarjetas/{path.name}")
        assert figures(edition, path.read_text(encoding="utf-8")) == counted(described), path.name
        for size in ("1200x630", "1080x1350"):
            drawn = of(rows, f"{LAST}/tarjetas/{path.name[0]}-{size}.png")
            said = {(row.key, row.field, row.text) for row in described}
            assert {(row.key, row.field, row.text) for row in drawn} == said, size


def test_a_drawing_says_what_it_notes_for_the_index(edition: Edition, tmp_path: Path) -> None:
    """Of the pictures of slides and Word no number can be read back: it is the drawing beside them that is read."""
    size = {pictures.SLIDE: Size(540)}
    for chart in (
        pictures.draw_places(edition, edition.settings.headline, tmp_path, sizes=size),
        pictures.draw_series(edition, edition.settings.headline, tmp_path, sizes=size),
        pictures.draw_battery(edition, edition.batteries[0], tmp_path, sizes=size),
        pictures.draw_map(edition, edition.settings.headline, tmp_path, sizes=size),
    ):
        pieces = read_page((tmp_path / f"{chart.name}.svg").read_text(encoding="utf-8"))
        said = [(p.words, p.key, p.field) for p in pieces if p.key and p.kind == "text"]
        noted = read_said(tmp_path, chart.name, "pptx")
        assert Counter(said) == Counter((n.text, n.key, n.field) for n in noted) != Counter()
