"""The reports that are built here, of the project's own waves, read back as a reader would."""

import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from pulsometro.reporting.edition.content import Edition
from pulsometro.study import Study, load_study
from tests.reporting import checking_files as files
from tests.reporting import reading
from tests.reporting.checking import edition_of, without_exempt
from tests.reporting.checking_pages import check_page
from tests.reporting.made import ROOT
from tests.reporting.reading import numbers_in
from tests.reporting.test_browser import look, two_sheets

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def real() -> Study:
    study = load_study(ROOT)
    needed = [study.site / study.params.current_wave / "brief.html", study.site / "index.html"]
    if not all(path.is_file() for path in needed):
        pytest.skip("reports/site is not built: make repro")
    return study


@pytest.fixture(scope="module")
def now(real: Study) -> Edition:
    return edition_of(real, real.params.current_wave)


def test_every_page_of_the_current_wave_and_of_the_site_says_what_the_tables_hold(real: Study, now: Edition) -> None:
    site = real.site
    pages = [site / "index.html", *(site / now.wave.key).glob("*.html"), *(site / "secciones").rglob("*.html")]
    looked = 0
    for path in pages:
        checked = check_page(real, now, path.read_text(encoding="utf-8"))
        assert checked.complaints == [], path
        looked += checked.numbers
    assert looked > 3000


def test_every_earlier_brief_says_what_its_tables_held(real: Study) -> None:
    for wave in list(real.waves)[:-1]:
        page = (real.site / wave / "brief.html").read_text(encoding="utf-8")
        assert check_page(real, edition_of(real, wave), page).complaints == [], wave


def test_every_other_file_of_the_current_wave_says_what_the_tables_hold(real: Study, now: Edition) -> None:
    folder: Path = real.site / now.wave.key
    pieces = reading.read_page((folder / "brief.html").read_text(encoding="utf-8"))

    def figures(words: str) -> list[str]:
        return numbers_in(without_exempt(now, words))

    assert Counter(figures(reading.pdf_text(folder / "brief.pdf"))) == Counter(figures(files.on_paper(pieces)))
    assert figures(reading.docx_text(folder / "brief.docx")) == figures(files.in_word(pieces))
    assert files.check_slides(now, reading.pptx_texts(folder / "brief.pptx")).complaints == []
    checked = files.check_workbook(now, files.workbook(folder / "tabulados.xlsx"))
    assert checked.complaints == [] and checked.numbers > 20000
    for number, measure in enumerate(now.settings.findings, 1):
        card = folder / "tarjetas" / f"{number}-texto-alternativo.txt"
        if card.is_file():
            assert files.check_card(now, measure, card.read_text(encoding="utf-8")).complaints == []


def test_the_brief_of_every_wave_prints_on_two_sheets(real: Study, browser: Any, tmp_path: Path) -> None:
    for wave in real.waves:
        two_sheets(browser, real.site / wave / "brief.html", tmp_path)


@pytest.mark.skipif(not os.environ.get("PULSO_SITE"), reason="PULSO_SITE is not set: a minute and a half of browser")
def test_every_page_of_every_wave_in_a_browser(real: Study, browser: Any, tmp_path: Path) -> None:
    pages = sorted(real.site.rglob("*.html"))
    assert len(pages) == 15 + 3 * len(real.waves)
    for path in pages:
        look(browser, path, f"sitio/{path.relative_to(real.site).as_posix()}", tmp_path)
