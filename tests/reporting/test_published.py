"""What was published says what the tables hold: every format is read back, and a planted fault is found."""

import re
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from pulsometro.reporting.edition.content import Edition
from pulsometro.study import Study
from tests.reporting import checking_files as files
from tests.reporting import reading
from tests.reporting.checking import edition_of, without_exempt
from tests.reporting.checking_pages import check_page
from tests.reporting.conftest import OTHERS
from tests.reporting.reading import numbers_in, read_page

pytestmark = pytest.mark.slow


@pytest.fixture(scope="session")
def page(built: Path) -> str:
    return (built / "brief.html").read_text(encoding="utf-8")


def complaints(study: Study, edition: Edition, page: str) -> list[str]:
    return check_page(study, edition, page).complaints


def test_every_number_and_verdict_of_every_page_is_in_the_tables(study: Study, edition: Edition, site: Path) -> None:
    looked = {}
    for path in sorted(site.rglob("*.html")):
        wave = path.parent.name
        own = edition_of(study, wave) if wave in OTHERS else edition
        checked = check_page(study, own, path.read_text(encoding="utf-8"))
        assert checked.complaints == [], path
        looked[path.relative_to(site).as_posix()] = checked.numbers
    assert len(looked) == 15 + 3 * (1 + len(OTHERS))
    assert looked["2013T2/brief.html"] > 400 and looked["secciones/series.html"] > 1000
    # A page without numbers would pass unread.
    assert all(count > 15 for name, count in looked.items() if not name.endswith("datos.html"))


FAULTS: dict[str, tuple[str, Callable[[str], tuple[str, str]]]] = {
    "estimate": (r'data-field="estimate">(?P<n>[\d.]+)', lambda n: (n, wrong(n))),
    "margin": (r'data-field="margin">(?P<n>[\d.]+)', lambda n: (n, wrong(n))),
    "interval": (r'data-field="ci_low">(?P<n>[\d.]+)', lambda n: (n, wrong(n))),
    "base": (r'data-field="n">(?P<n>[\d,]+)', lambda n: (n, wrong(n))),
    "change": (r'data-field="change:previous">(?P<n>[+−]?[\d.]+)', lambda n: (n, wrong(n))),
    "sign of a change": (r'data-field="change:previous">(?P<n>−[\d.]+)', lambda n: (n, "+" + n[1:])),
    "verdict": (r'data-field="verdict:previous">(?P<n>[^<]+)', lambda n: (n, "sube")),
    "arrow": (r'data-field="change:previous">\s*<text[^>]*>(?P<n>[▲▼◆]) ', lambda n: (n, "▲" if n != "▲" else "▼")),
    "entry": (r'weighting\.json" data-field="[^"]+">(?P<n>[\d,]+)', lambda n: (n, wrong(n))),
    "hover": (r'data-tip="[^"]*?: (?P<n>[\d.]+)', lambda n: (n, wrong(n))),
    "base of a hover": (r'data-tip="[^"]*n = (?P<n>[\d,]+)', lambda n: (n, wrong(n))),
    "verdict of a hover": (r'data-tip="[^"]*; (?P<n>sin cambio significativo) ', lambda n: (n, "baja")),
    "alternative text": (r'aria-label="[^"]*Juárez, (?P<n>[\d.]+)', lambda n: (n, wrong(n))),
    "two places exchanged": (
        r'aria-label="[^"]*: (?P<n>Juárez, [\d.]+\s%; San Pedro|Juárez, [\d.]+\s%; \w+)',
        lambda n: (n, n.split("; ")[1] + n[len("Juárez") :].rpartition(" ")[0] + " Juárez"),
    ),
    "number in prose": (r"(?P<n>Las cifras poco precisas)", lambda n: (n, f"El 12 %. {n}")),
    "number of places": (r"En (?P<n>\w+) de los nueve", lambda n: (n, "dos")),
    "place that moved": (r"la cifra baja[^.]*(?P<n>Escobedo)", lambda n: (n, "Apodaca")),
    "axis": (r">(?P<n>60)</text>", lambda n: (n, "65")),
    "year": (r"(?P<n>enero de 2013)", lambda n: (n, "enero de 2014")),
}  # fmt: skip


def wrong(number: str) -> str:
    """The number with its last digit changed."""
    return number[:-1] + str((int(number[-1]) + 1) % 10)


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_in_a_page_is_found(study: Study, edition: Edition, page: str, name: str) -> None:
    pattern, change = FAULTS[name]
    found = re.search(pattern, page, re.S)
    assert found, name
    old, new = change(found["n"])
    planted = page[: found.start("n")] + new + page[found.end("n") :]
    assert planted != page and old != new
    assert complaints(study, edition, planted)


def test_a_wrong_last_digit_of_any_tied_number_is_found(study: Study, edition: Edition, page: str) -> None:
    spots = list(
        re.finditer(
            r'data-field="(?!verdict|fraction|tip)[^"]+"[^>]*>(?:\s*<text[^>]*>)?[^<\d]*([^<]*?\d)(?=[<\s])', page
        )
    )
    assert len(spots) > 200
    for spot in spots[::9]:
        planted = page[: spot.end(1) - 1] + wrong(spot[1])[-1] + page[spot.end(1) :]
        assert complaints(study, edition, planted), spot[0]


def test_a_fault_in_the_methodology_is_found(study: Study, edition: Edition, built: Path) -> None:
    page = (built / "metodologia.html").read_text(encoding="utf-8")
    for pattern in (
        r"\(Kish\) es (\d\.\d\d)",
        r"RR3\): <[^>]*>(\d+\.\d)",
    ):
        found = re.search(pattern, page)
        assert found, pattern
        planted = page[: found.start(1)] + wrong(found[1]) + page[found.end(1) :]
        assert complaints(study, edition, planted) != [], pattern


def figures(edition: Edition, words: str) -> list[str]:
    return numbers_in(without_exempt(edition, words))


def test_paper_says_what_the_page_says(edition: Edition, built: Path, page: str) -> None:
    words = files.on_paper(read_page(page))
    paper = reading.pdf_text(built / "brief.pdf")
    wanted = Counter(figures(edition, words))
    assert sum(wanted.values()) > 70
    assert Counter(figures(edition, paper)) == wanted
    assert files.verdict_phrases(paper) == files.verdict_phrases(words)
    at = paper.index("74.7")
    assert Counter(figures(edition, paper[:at] + "74.8" + paper[at + 4 :])) != wanted
    # A chart in paper is described in the words of the page.
    labels = {reading.settled(p.words) for p in read_page(page) if p.kind == "aria-label" and p.chart >= 0}
    assert {reading.settled(alt) for alt in reading.pdf_alternatives(built / "brief.pdf")} == labels


def test_word_says_what_the_page_says_in_the_same_order(edition: Edition, built: Path, page: str) -> None:
    words, made = files.in_word(read_page(page)), reading.docx_text(built / "brief.docx")
    assert len(figures(edition, made)) > 150
    assert figures(edition, made) == figures(edition, words)
    assert files.verdict_phrases(made) == files.verdict_phrases(words)


def planted_office(path: Path, part: str, target: Path, pattern: str = r">[^<]*?(\d+\.\d)[^<]*<") -> Path:
    """A copy of an Office file with the last digit of the first number that ``pattern`` finds in a part changed."""
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == part:
                words = content.decode("utf-8")
                found = re.search(pattern, words)
                assert found, part
                words = words[: found.start(1)] + wrong(found[1]) + words[found.end(1) :]
                content = words.encode("utf-8")
            new.writestr(name, content)
    return target


@pytest.mark.parametrize("pattern", [r">[^<]*?(\d+\.\d)[^<]*<", r'descr="[^"]*?(\d+\.\d)'])
def test_a_planted_wrong_digit_in_word_is_found(
    edition: Edition, built: Path, page: str, tmp_path: Path, pattern: str
) -> None:
    planted = planted_office(built / "brief.docx", "word/document.xml", tmp_path / "b.docx", pattern)
    assert figures(edition, reading.docx_text(planted)) != figures(edition, files.in_word(read_page(page)))


def test_slides_say_the_numbers_and_verdicts_of_their_findings(edition: Edition, built: Path) -> None:
    slides = reading.pptx_texts(built / "brief.pptx")
    assert len(slides) == 1 + len(edition.settings.findings) + 2 + 1
    checked = files.check_slides(edition, slides)
    assert checked.complaints == [] and checked.numbers > 200


@pytest.mark.parametrize(
    ("part", "pattern"),
    [
        ("ppt/slides/slide2.xml", r">[^<]*?(\d+\.\d)[^<]*<"),
        ("ppt/slides/slide2.xml", r'descr="[^"]*Juárez, (\d+\.\d)'),
        ("ppt/slides/slide2.xml", r">(\d,\d{3}) entrevistas"),
        ("ppt/notesSlides/notesSlide2.xml", r"San Pedro, (\d+\.\d)"),
        ("ppt/slides/slide9.xml", r"RR3\): (\d+\.\d)"),
    ],
)
def test_a_planted_wrong_digit_in_the_slides_is_found(
    edition: Edition, built: Path, tmp_path: Path, part: str, pattern: str
) -> None:
    planted = planted_office(built / "brief.pptx", part, tmp_path / "b.pptx", pattern)
    assert files.check_slides(edition, reading.pptx_texts(planted)).complaints


def test_every_cell_of_the_workbook_is_its_row(edition: Edition, built: Path, tmp_path: Path) -> None:
    checked = files.check_workbook(edition, files.workbook(built / "tabulados.xlsx"))
    assert checked.complaints == [] and checked.numbers > 3000
    book = openpyxl.load_workbook(built / "tabulados.xlsx")
    book[book.sheetnames[1]].cell(6, 5).value += 0.1
    book["Detalle"].cell(30, 8).value += 0.001
    book["Notas"].cell(4, 2).value += " 37.2 %"
    book.save(tmp_path / "t.xlsx")
    assert len(files.check_workbook(edition, files.workbook(tmp_path / "t.xlsx")).complaints) == 3


def test_cards_say_their_finding(edition: Edition, built: Path) -> None:
    for number, measure in enumerate(edition.settings.findings, 1):
        words = (built / "tarjetas" / f"{number}-texto-alternativo.txt").read_text(encoding="utf-8")
        checked = files.check_card(edition, measure, words)
        assert checked.complaints == [] and checked.numbers >= 2
        figure = re.search(r"\d+\.\d", words)
        assert figure
        assert files.check_card(edition, measure, words.replace(figure[0], wrong(figure[0]))).complaints


def test_the_search_knows_only_words_of_the_pages(site: Path) -> None:
    entries = reading.search_entries(site / "recursos" / "buscar.js")
    parts = [entry["url"] for entry in entries if "#" in entry["url"]]
    # Every indicator of the series is found where it stands.
    series = (site / "secciones/series.html").read_text(encoding="utf-8")
    assert len(entries) == 15 + len(parts) and len(parts) == series.count('class="chart small"')
    for entry in entries:
        page = (site / entry["url"].partition("#")[0]).read_text(encoding="utf-8")
        there = Counter(n for p in read_page(page) if p.kind == "text" for n in numbers_in(p.words))
        assert Counter(numbers_in(entry["text"])) <= there, entry["url"]


def test_simulated_data_say_so_in_every_format(built: Path, page: str) -> None:
    assert "Datos simulados" in page
    assert "Datos simulados" in reading.pdf_text(built / "brief.pdf")
    assert "Datos simulados" in reading.docx_text(built / "brief.docx")
    slides = [words for words, _ in reading.pptx_texts(built / "brief.pptx") if "entrevistas" in words]
    assert slides and all("simulados" in words.lower() for words in slides)
    for path in (built / "tarjetas").glob("*.txt"):
        assert "Datos simulados" in path.read_text(encoding="utf-8")
    assert "Datos simulados" in " ".join(str(row[0]) for row in files.workbook(built / "tabulados.xlsx")["Contenido"])
