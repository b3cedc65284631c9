"""One source, a sponsor's brand: accent, fonts and logo change in every format, and no meaning does."""

import re
import zipfile
from pathlib import Path

import pytest
from docx import Document
from PIL import Image
from pptx import Presentation
from pypdf import PdfReader

from pulsometro.common.errors import PulsoError
from pulsometro.study import Study, load_study
from pulsometro.style.theme import Theme, load_theme
from tests.reporting.conftest import LAST
from tests.reporting.made import project

pytestmark = pytest.mark.slow

ACCENT = "#8c1d40"
BRAND = f"""
meta: {{name: "Cámara de prueba"}}
color: {{palette: {{vino: "{ACCENT}"}}, primary: vino}}
logo: {{medium: {{path: logo.png, alt: "Logotipo de prueba"}}}}
typography: {{base: {{family: "Source Serif Pro"}}, headings: {{family: "Source Sans Pro"}}}}
"""


def make_brand(brands: Path, words: str = BRAND, name: str = "camara") -> Path:
    """A made brand with a logo that is nobody's."""
    folder = brands / name
    folder.mkdir(parents=True)
    (folder / "_brand.yml").write_text(words, encoding="utf-8")
    Image.new("RGB", (120, 40), ACCENT).save(folder / "logo.png")
    return brands


@pytest.fixture(scope="module")
def branded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The last wave and the site of a study with the made brand."""
    from pulsometro.reporting.site import run as run_site
    from pulsometro.reporting.stage import run

    root = tmp_path_factory.mktemp("brand")
    project(root, {'  licence: "CC BY 4.0"': '  licence: "CC BY 4.0"\n  brand: "camara"'})
    make_brand(root / "reports" / "brands")
    study: Study = load_study(root)
    run(study, LAST)
    run_site(study)
    return study.site


def test_pages_take_the_accent_the_fonts_and_the_logo(branded: Path) -> None:
    page = (branded / LAST / "brief.html").read_text(encoding="utf-8")
    style = (branded / "recursos/estilo.css").read_text(encoding="utf-8")
    for words in (page, style):
        assert f"--accent:{ACCENT}" in words
        assert "--sans:'Source Serif Pro';--serif:'Source Sans Pro'" in words
        assert f"--worse:{Theme.worse}" in words and f"--better:{Theme.better}" in words
    assert Theme.accent not in page
    assert re.search(r'<img src="data:image/png;base64,[^"]+" alt="Logotipo de prueba">', page)
    index = (branded / "index.html").read_text(encoding="utf-8")
    assert '<img src="recursos/logo.png" alt="Logotipo de prueba">' in index
    assert (branded / "recursos/logo.png").is_file()


def test_paper_takes_them(branded: Path) -> None:
    reader = PdfReader(branded / LAST / "brief.pdf")
    assert len(reader.pages) == 2
    content = reader.pages[0].get_contents()
    assert content is not None
    drawn = content.get_data().decode("latin-1")
    channels = [int(ACCENT[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    near = [[float(v) for v in found.split()[:3]] for found in re.findall(r"[\d.]+ [\d.]+ [\d.]+ (?:scn|SCN)", drawn)]
    assert any(all(abs(a - b) < 0.01 for a, b in zip(channels, colour, strict=True)) for colour in near)
    from tests.reporting.reading import pdf_alternatives

    assert "Logotipo de prueba" in pdf_alternatives(branded / LAST / "brief.pdf")


def test_word_takes_them_and_keeps_the_meanings(branded: Path) -> None:
    document = Document(str(branded / LAST / "brief.docx"))
    assert document.styles["Heading 1"].font.name == "Source Sans Pro"
    assert document.styles["Body Text"].font.name == "Source Serif Pro"
    assert str(document.styles["Peor"].font.color.rgb) == Theme.worse[1:].upper()
    header = document.sections[0].header._element.xml
    assert 'descr="Logotipo de prueba"' in header
    with zipfile.ZipFile(branded / LAST / "brief.docx") as archive:
        assert any("header" in name for name in archive.namelist())


def test_slides_take_them(branded: Path) -> None:
    with zipfile.ZipFile(branded / LAST / "brief.pptx") as archive:
        theme = archive.read("ppt/theme/theme1.xml").decode("utf-8")
    assert f'<a:accent1><a:srgbClr val="{ACCENT[1:].upper()}"/>' in theme
    assert '<a:latin typeface="Source Serif Pro"' in theme and '<a:latin typeface="Source Sans Pro"' in theme
    slides = list(Presentation(str(branded / LAST / "brief.pptx")).slides)
    for slide in slides[1:]:
        alts = [shape._element.nvPicPr.cNvPr.get("descr") for shape in slide.shapes if shape.shape_type == 13]
        assert "Logotipo de prueba" in alts


def test_cards_take_them(branded: Path) -> None:
    for path in (branded / LAST / "tarjetas").glob("*.png"):
        card = Image.open(path).convert("RGB")
        assert "#{:02x}{:02x}{:02x}".format(*card.getpixel((5, 5))) == ACCENT
        # The logo stands at the foot, right.
        box = card.crop((card.width - 220, card.height - 120, card.width - 60, card.height - 20))
        colours = {colour for _, colour in box.getcolors(100000) or []}
        assert tuple(int(ACCENT[i : i + 2], 16) for i in (1, 3, 5)) in colours


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ('color: {primary: "#ffee00"}', r"_brand.yml: the primary colour #ffee00 is too light for text on white"),
        ("color: {primary: green}", "#rrggbb"),
        ("logo: no.png", "logo names no.png, which is not in"),
        ("logo: _brand.yml", "the logo _brand.yml is not a PNG"),
        ("logo: {small: {path: no.png}}", "logo names no.png"),
    ],
)
def test_wrong_brands_are_refused_in_one_sentence(tmp_path: Path, words: str, said: str) -> None:
    with pytest.raises(PulsoError, match=said) as found:
        load_theme(make_brand(tmp_path, words), "camara")
    assert "\n" not in str(found.value) and str(found.value).endswith(".")


def test_a_logo_is_never_made_up(branded: Path, tmp_path: Path) -> None:
    neutral = load_theme(tmp_path, "neutral")
    assert neutral.logo is None and neutral.accent == Theme.accent
    del branded
