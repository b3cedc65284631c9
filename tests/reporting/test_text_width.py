"""The words of the slides stay in their boxes with the wide fonts that programs take where ours are missing."""

from pathlib import Path
from typing import Any

import pytest
from PIL import ImageFont
from pptx import Presentation
from pptx.util import Pt

from pulsometro.study import load_study
from pulsometro.style.text_width import fitting_size, lines, substitutes, width
from tests.reporting.made import ROOT

pytestmark = pytest.mark.slow

# PowerPoint's margins of a text box, in points.
SIDES, ENDS = 14.4, 7.2


def drawn(words: str, size: float, font: Path) -> float:
    return float(ImageFont.truetype(str(font), 200).getlength(words)) * size / 200


def height(words: str, size: float, wide: float, font: Path) -> float:
    """Points that a bold text takes with another library's measures, broken at its spaces."""
    ascent, descent = ImageFont.truetype(str(font), 200).getmetrics()
    broken = [""]
    for word in words.split(" "):
        longer = f"{broken[-1]} {word}".strip()
        if broken[-1] and drawn(longer, size, font) > wide:
            broken.append(word)
        else:
            broken[-1] = longer
    return len(broken) * (ascent + descent) * size / 200


def overfull(deck: Path) -> list[str]:
    """Titles that are taller than their box or reach into a picture, and numbers that break."""
    found = []
    for index, slide in enumerate(Presentation(str(deck)).slides):
        title: Any = slide.shapes.title
        default = 22 if index else 34
        size = (title.text_frame.paragraphs[0].runs[0].font.size or Pt(default)).pt
        for font in substitutes():
            tall = height(title.text_frame.text, size, title.width.pt - SIDES, font) + ENDS
            tops = [shape.top.pt for shape in slide.shapes if shape.shape_type == 13 and shape.top > title.top]
            if tall > title.height.pt or any(title.top.pt + tall > top for top in tops):
                found.append(f"{deck.parent.name} {index + 1}: {title.text_frame.text}")
            for shape in slide.shapes:
                runs = [r for p in shape.text_frame.paragraphs for r in p.runs] if shape.has_text_frame else []
                big: list[Any] = [run for run in runs if run.font.size and run.font.size > Pt(30) and index]
                wide = shape.width.pt - SIDES
                found += [run.text for run in big if drawn(run.text, run.font.size.pt, font) > wide]
    return found


def test_titles_end_above_the_pictures_with_a_substitute_font(built: Path) -> None:
    assert overfull(built / "brief.pptx") == []


def test_titles_of_the_decks_of_every_wave_end_above_their_pictures() -> None:
    decks = sorted(load_study(ROOT).site.glob("*/brief.pptx"))
    if not decks:
        pytest.skip("reports/site is not built: make repro")
    assert [title for deck in decks for title in overfull(deck)] == []


def test_a_long_title_is_found_and_shrunk() -> None:
    words = "El 75.4 % de la población se siente poco o nada segura de vivir en su municipio, sin cambio significativo"
    sans = substitutes()[0]
    assert lines(sans, words, 22, 647) == 3
    assert lines(sans, "uno dos", 22, 1) == 4
    assert width(sans, words, 22) == pytest.approx(drawn(words, 22, sans), rel=0.01)
    size = fitting_size(words, 647, 68, range(22, 11, -1))
    tall = [max(height(words, points, 647, font) for font in substitutes()) for points in (size, size + 1)]
    assert 12 < size < 22 and tall[0] <= 68 < tall[1]
    assert fitting_size(words[:40], 647, 68, range(22, 11, -1)) == 22
    assert fitting_size(words * 9, 647, 68, range(22, 11, -1)) == 12
