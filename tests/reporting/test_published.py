"""What was published says what the tables hold: every format is read back."""

import re
from collections import Counter
from pathlib import Path

import openpyxl
import pytest

from pipeline.reporting import numbers
from pipeline.reporting.edition import Edition
from pipeline.settings.reporting import Measure
from tests.reporting import reading
from tests.reporting.made import TOO_RARE


@pytest.fixture(scope="session")
def page(built: Path) -> str:
    return (built / "brief.html").read_text(encoding="utf-8")


def test_every_tied_number_prints_its_row(edition: Edition, page: str) -> None:
    tied, _, _ = reading.read_page(page)
    assert len(tied) > 200
    assert reading.wrong_numbers(edition, page) == []


def test_a_planted_wrong_digit_is_found(edition: Edition, page: str) -> None:
    tied, _, _ = reading.read_page(page)
    estimate = next(t for t in tied if t.field == "estimate" and "." in t.words)
    digit = estimate.words[0]
    wrong = str((int(digit) + 1) % 10) + estimate.words[1:]
    planted = page.replace(f">{estimate.words}<", f">{wrong}<", 1)
    assert planted != page
    assert len(reading.wrong_numbers(edition, planted)) == 1


def stated(edition: Edition) -> set[str]:
    """Numbers that are settings or receipts and not estimates."""
    rate = edition.made.response_rate
    return {f"{edition.level * 100:.0f}", f"{edition.alpha * 100:.0f}"} | ({f"{rate * 100:.1f}"} if rate else set())


def figures_of(words: str) -> Counter[str]:
    """Decimals and percentages of a text; versions of the engine and ticks of axes are no figures of the survey."""
    words = re.sub(r"Hecho con [^.]+?\d[\d.]*( y Typst \d[\d.]*)?\.", "", words)
    found = Counter(reading.decimals_in(words))
    found.update(n for n in reading.percentages_in(words) if "." not in n)
    for tick in ("0", "10", "20", "25", "30", "40", "50", "60", "70", "75", "80", "90", "100"):
        del found[tick]
    return found


def test_visible_text_holds_no_number_without_a_row(edition: Edition, page: str) -> None:
    tied, words, _ = reading.read_page(page)
    known = {reading.bare(t.words).lstrip("+−") for t in tied} | stated(edition)
    assert set(figures_of(words)) <= known


def test_alternative_and_hover_texts_hold_numbers_of_the_rows_shown(edition: Edition, page: str) -> None:
    tied, _, labels = reading.read_page(page)
    known = {printed.lstrip("+−") for t in tied for printed in reading.expected(edition, t)} | stated(edition)
    series = [edition.in_place(edition.settings.headline, p.code, w.key) for p in edition.places for w in edition.waves]
    for estimate in (e for e in series if e):
        for value in (estimate.estimate, estimate.ci_low, estimate.ci_high):
            known.add(numbers.bare_percent(value))
    for indicator in edition.settings.trust.indicators:
        for level in edition.settings.trust.levels:
            estimate = edition.whole(Measure(indicator, level))
            assert estimate is not None
            known |= {numbers.bare_percent(v) for v in (estimate.ci_low, estimate.ci_high)}
    assert len(labels) > 40
    for label in labels:
        assert set(figures_of(label)) <= known, label


@pytest.mark.parametrize("name", ["brief.pdf", "brief.docx"])
def test_paper_and_word_say_the_numbers_of_the_page(edition: Edition, built: Path, page: str, name: str) -> None:
    words = reading.pdf_text(built / name) if name.endswith("pdf") else reading.docx_text(built / name)
    _, visible, labels = reading.read_page(page)
    on_page = figures_of(" ".join([visible, *labels]))
    found = figures_of(words)
    assert sum(found.values()) > 40
    assert found <= on_page, found - on_page
    # A planted wrong digit is one number more than the page has.
    at = words.index("74.7")
    assert not figures_of(words[:at] + "71.7" + words[at + 4 :]) <= on_page
    assert stated(edition) <= set(found)


def test_slides_say_numbers_of_the_tables(edition: Edition, built: Path) -> None:
    rows = edition.rows.estimates
    now = rows[(rows["wave"] == edition.wave.key) & rows["publishable"]]
    moved = edition.rows.changes
    printed = {f"{numbers.rounded(v * 100, d)}" for v in now["estimate"] for d in (0, 1)}
    printed |= {f"{numbers.rounded((h - lo) * 50, 1)}" for lo, h in zip(now["ci_low"], now["ci_high"], strict=True)}
    printed |= {
        f"{abs(numbers.rounded(v * 100, 1))}" for v in moved.loc[moved["wave"] == edition.wave.key, "difference"]
    }
    earlier = rows[rows["publishable"] & (rows["domain_kind"].isin(["total", "municipio"]))]
    printed |= {f"{numbers.rounded(v * 100, 1)}" for v in earlier["estimate"]}
    printed |= {"95", f"{(edition.made.response_rate or 0) * 100:.1f}"}
    texts = reading.pptx_texts(built / "brief.pptx")
    assert len(texts) >= 14
    for words in texts:
        found = set(reading.decimals_in(words)) | set(reading.percentages_in(words))
        assert found <= printed, (found - printed, words)


def test_verdicts_of_the_page_are_those_of_the_table(edition: Edition, page: str) -> None:
    for measure in edition.settings.findings:
        estimate = edition.whole(measure)
        change = edition.change(estimate)
        assert estimate is not None and change is not None
        start = page.index(f'data-id="{estimate.key}" data-field="estimate"')
        box = page[start : start + 1500]
        assert re.search(r'class="verdict[^"]*">(.) (\w+)', box)[2] == change.verdict.split()[0]  # type: ignore[index]


def test_withheld_cells_are_printed_nowhere(edition: Edition, built: Path, page: str) -> None:
    indicator, code = TOO_RARE
    measure = Measure(indicator, "sí")
    row = edition.rows.need(edition.wave.key, measure, "municipio", code)
    assert not row.publishable
    tied, _, _ = reading.read_page(page)
    assert row.key not in {t.key for t in tied}
    place = next(p.short for p in edition.places if p.code == code)
    for words in reading.pptx_texts(built / "brief.pptx"):
        if edition.label(measure).name in words:
            assert f"{place}, {numbers.percent(row.estimate)}" not in words
    sheet = openpyxl.load_workbook(built / "tabulados.xlsx")["Delito y soborno"]
    heads = [cell.value for cell in sheet[4]]
    column = next(i for i, head in enumerate(heads) if head and head.startswith(place))
    shown = [r[column].value for r in sheet.iter_rows(min_row=5) if r[0].value == edition.label(measure).name]
    assert shown[0] == "**"


def test_simulated_data_say_so_in_every_format(built: Path, page: str) -> None:
    assert "Datos simulados" in page
    assert "Datos simulados" in reading.pdf_text(built / "brief.pdf")
    assert "Datos simulados" in reading.docx_text(built / "brief.docx")
    slides = [t for t in reading.pptx_texts(built / "brief.pptx") if "entrevistas" in t]
    assert slides and all("simulados" in t.lower() for t in slides)
    for path in (built / "tarjetas").glob("*.txt"):
        assert "Datos simulados" in path.read_text(encoding="utf-8")
