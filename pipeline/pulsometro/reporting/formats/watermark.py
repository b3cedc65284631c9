"""The mark of a draft in what the sources cannot mark: Word, PowerPoint and cards. Pages and paper carry their own."""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pulsometro.reporting.formats.deterministic_zip import settle_office
from pulsometro.style.theme import Theme, font_file, mix

WORD, WARNING = "BORRADOR", "Borrador: no citar"
_TURN, _OPACITY = 28, 0.18


def _faint(theme: Theme) -> str:
    """A colour that is seen behind words and leaves them legible."""
    return mix(theme.worse, theme.paper, _OPACITY)


def mark_docx(content: bytes, theme: Theme) -> bytes:
    """The document with the warning in the header of every page and the word across it."""
    from docx import Document
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import parse_xml
    from docx.shared import Pt, RGBColor

    document = Document(io.BytesIO(content))
    for section in document.sections:
        header = section.header
        header.is_linked_to_previous = False
        paragraph = header.paragraphs[0]
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        run = paragraph.add_run(WARNING)
        run.font.bold, run.font.size, run.font.name = True, Pt(10), theme.sans
        run.font.color.rgb = RGBColor.from_string(theme.worse[1:].upper())
        run._r.append(parse_xml(_word_art(theme)))
    buffer = io.BytesIO()
    document.save(buffer)
    return settle_office(buffer.getvalue())


def _word_art(theme: Theme) -> str:
    """A watermark as Word writes it: a text path in VML, centred on the page, behind the text."""
    place = "position:absolute;width:440pt;height:110pt;rotation:-28;z-index:-251658752;mso-position-horizontal:center;"
    place += (
        "mso-position-horizontal-relative:margin;mso-position-vertical:center;mso-position-vertical-relative:margin"
    )
    return (
        '<w:pict xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
        'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office">'
        '<v:shapetype id="borrador" coordsize="21600,21600" o:spt="136" adj="10800" path="m@7,l@8,m@5,21600l@6,21600e">'
        '<v:formulas><v:f eqn="sum #0 0 10800"/><v:f eqn="prod #0 2 1"/><v:f eqn="sum 21600 0 @1"/>'
        '<v:f eqn="sum 0 0 @2"/><v:f eqn="sum 21600 0 @3"/><v:f eqn="if @0 @3 0"/><v:f eqn="if @0 21600 @1"/>'
        '<v:f eqn="if @0 0 @2"/><v:f eqn="if @0 @4 21600"/></v:formulas>'
        '<v:path textpathok="t" o:connecttype="rect"/><v:textpath on="t" fitshape="t"/></v:shapetype>'
        f'<v:shape id="marca" o:spid="_x0000_s2049" type="#borrador" alt="{WORD}" style="{place}" '
        f'fillcolor="{_faint(theme)}" stroked="f"><v:textpath style="font-family:\'{theme.sans}\'" string="{WORD}"/>'
        "</v:shape></w:pict>"
    )


def mark_pptx(content: bytes, theme: Theme) -> bytes:
    """The deck with the word across every slide, seen through: behind a picture it would be hidden."""
    from pptx import Presentation
    from pptx.dml.color import RGBColor
    from pptx.enum.text import PP_ALIGN
    from pptx.oxml import parse_xml
    from pptx.oxml.ns import nsdecls
    from pptx.util import Pt

    deck: Any = Presentation(io.BytesIO(content))
    wide, high = deck.slide_width, deck.slide_height
    for slide in deck.slides:
        box = slide.shapes.add_textbox(0, round(high * 0.36), wide, round(high * 0.28))
        box.name, box.rotation = WORD, -_TURN
        paragraph = box.text_frame.paragraphs[0]
        paragraph.alignment = PP_ALIGN.CENTER
        run = paragraph.add_run()
        run.text = WORD
        run.font.bold, run.font.size, run.font.name = True, Pt(96), theme.sans
        # python-pptx leaves it untyped.
        run.font.color.rgb = RGBColor.from_string(theme.worse[1:].upper())  # type: ignore[no-untyped-call]
        colour = run.font._element.find(".//{*}srgbClr")
        colour.append(parse_xml(f'<a:alpha {nsdecls("a")} val="{round(_OPACITY * 100_000)}"/>'))
    buffer = io.BytesIO()
    deck.save(buffer)
    return settle_office(buffer.getvalue())


def mark_cards(folder: Path, theme: Theme) -> None:
    """Every card with the word across it, and its alternative text with the warning."""
    for path in sorted(folder.glob("*.png")):
        path.write_bytes(_mark_png(path.read_bytes(), theme))
    for path in sorted(folder.glob("*.txt")):
        path.write_text(f"{path.read_text(encoding='utf-8').strip()} {WARNING}.\n", encoding="utf-8", newline="\n")


def _mark_png(content: bytes, theme: Theme) -> bytes:
    from PIL import Image, ImageDraw, ImageFont

    card = Image.open(io.BytesIO(content)).convert("RGB")
    font = ImageFont.truetype(str(font_file(theme.sans, 700, theme.folder)), card.width // 6)
    layer = Image.new("RGBA", card.size, (0, 0, 0, 0))
    middle = (card.width / 2, card.height / 2)
    ImageDraw.Draw(layer).text(middle, WORD, font=font, fill=(*_rgb(theme.worse), round(_OPACITY * 255)), anchor="mm")
    card.paste(layer.rotate(_TURN), (0, 0), layer.rotate(_TURN))
    buffer = io.BytesIO()
    card.save(buffer, "PNG", compress_level=4)
    return buffer.getvalue()


def _rgb(colour: str) -> Sequence[int]:
    return tuple(int(colour[i : i + 2], 16) for i in (1, 3, 5))
