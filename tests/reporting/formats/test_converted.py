"""Word, PowerPoint and Excel files opened by another program: what it shows is kept as pictures to look at."""

import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest
from pypdf import PdfReader

from pulsometro.reporting.edition.content import Edition
from pulsometro.reporting.language.sentences import headline
from tests.reporting import reading
from tests.reporting.checking import without_exempt
from tests.reporting.made import ROOT

pytestmark = pytest.mark.slow

SHOTS = ROOT / ".ci" / "artifacts" / "office"
needs_office = pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")


def converted(path: Path, folder: Path) -> PdfReader:
    """A file as LibreOffice prints it; skips where the part of LibreOffice that reads it is missing."""
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = ["soffice", "--headless", profile, "--convert-to", "pdf", "--outdir", str(folder), str(path)]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    made = folder / f"{path.stem}.pdf"
    if not made.is_file():
        pytest.skip(f"LibreOffice is not installed with what reads {path.suffix}: {ran.stderr.strip()[-80:]}")
    if shutil.which("pdftoppm"):
        SHOTS.mkdir(parents=True, exist_ok=True)
        target = SHOTS / f"{path.stem}-{path.suffix[1:]}"
        subprocess.run(["pdftoppm", "-r", "60", "-png", "-l", "12", str(made), str(target)], check=True)
    return PdfReader(made)


def words_of(reader: PdfReader) -> str:
    return reading.settled(" ".join(page.extract_text() for page in reader.pages))


@needs_office
def test_word_opens_elsewhere_with_every_number(edition: Edition, built: Path, tmp_path: Path) -> None:
    reader = converted(built / "brief.docx", tmp_path)
    words = words_of(reader)
    assert 2 <= len(reader.pages) <= 6
    assert headline(edition).plain in words and "Cómo se hizo" in words
    # All that the file says, its alternative texts aside.
    said = reading.docx_text(built / "brief.docx", alternatives=False)
    figures = [Counter(reading.numbers_in(without_exempt(edition, part))) for part in (words, said)]
    # Each sheet has its number.
    figures[1].update(str(number) for number in range(1, len(reader.pages) + 1))
    assert figures[0] - figures[1] == figures[1] - figures[0] == Counter()


@needs_office
def test_slides_open_elsewhere_one_page_each(edition: Edition, built: Path, tmp_path: Path) -> None:
    slides = reading.pptx_texts(built / "brief.pptx")
    reader = converted(built / "brief.pptx", tmp_path)
    assert len(reader.pages) == len(slides)
    for page in reader.pages:
        assert page.mediabox.width / page.mediabox.height == pytest.approx(16 / 9, rel=0.02)
    assert headline(edition).plain in words_of(reader)


@needs_office
def test_the_workbook_opens_elsewhere_with_mexican_numbers(built: Path, tmp_path: Path) -> None:
    words = words_of(converted(built / "tabulados.xlsx", tmp_path))
    assert "4,902" in words and "74.7" in words and "###" not in words
    assert "Percepción de seguridad, mayo de 2013" in words and "Notas y definiciones" in words
