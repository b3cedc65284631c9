"""Reference documents for Word and PowerPoint, made from the theme: real styles, our fonts and colours."""

import io
import re
import subprocess
from pathlib import Path
from typing import Any

from pipeline.reporting.bytes import settle_office
from pipeline.reporting.render import pandoc_path
from pipeline.reporting.theme import Theme

# Paragraph styles that the filter names: size in points, colour of the theme, bold, space after in points.
_PARAGRAPHS = {
    "Entrada": (13, "soft", False, 10),
    "Subtitulo de grafica": (10, "soft", False, 4),
    "Nota": (9, "soft", False, 10),
    "Aviso": (10.5, "ink", True, 8),
    "Antetitulo": (9.5, "ink", False, 8),
    "Pie": (8.5, "soft", False, 3),
}
_RUNS = {
    "Cifra": (22, "ink", True),
    "Margen": (10.5, "soft", False),
    "Mejor": (10.5, "better", True),
    "Peor": (10.5, "worse", True),
    "Igual": (10.5, "same", True),
    "Neutral": (10.5, "ink", True),
    "Simulado": (9.5, "ink", True),
}
_HEADINGS = {"Title": (12, 0), "Heading 1": (24, 8), "Heading 2": (14.5, 3), "Heading 3": (12, 3)}


def _default(name: str) -> io.BytesIO:
    ran = subprocess.run([pandoc_path(), "--print-default-data-file", name], capture_output=True, check=True)
    return io.BytesIO(ran.stdout)


def write_docx_reference(theme: Theme, path: Path) -> None:
    """A reference document for pandoc and Quarto with the theme's styles, on A4."""
    from docx import Document
    from docx.enum.style import WD_STYLE_TYPE
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Mm, Pt

    document = Document(_default("reference.docx"))
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(20)
    section.top_margin = section.bottom_margin = Mm(18)
    styles: Any = document.styles
    for name in ("Normal", "Body Text", "First Paragraph", "Compact"):
        _font(styles[name], theme.sans, 10.5, theme.ink, False)
        styles[name].paragraph_format.space_after = Pt(5 if name != "Compact" else 2)
        styles[name].paragraph_format.space_before = Pt(0)
    for name, (size, after) in _HEADINGS.items():
        _font(styles[name], theme.serif, size, theme.ink, True)
        styles[name].paragraph_format.space_before = Pt(12 if name != "Title" else 0)
        styles[name].paragraph_format.space_after = Pt(after)
        styles[name].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.LEFT
    _font(styles["Author"], theme.sans, 9.5, theme.soft, False)
    styles["Author"].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.LEFT
    _font(styles["Compact"], theme.sans, 9.5, theme.ink, False)
    _font(styles["Table Caption"], theme.sans, 9.5, theme.soft, False)
    for name, (size, tone, bold, after) in _PARAGRAPHS.items():
        style = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = styles["Body Text"]
        _font(style, theme.sans, size, getattr(theme, tone), bold)
        style.paragraph_format.space_after = Pt(after)
        # A heading and what it is about stay with their picture.
        style.paragraph_format.keep_with_next = name == "Subtitulo de grafica"
    for name, (size, tone, bold) in _RUNS.items():
        _font(styles.add_style(name, WD_STYLE_TYPE.CHARACTER), theme.sans, size, getattr(theme, tone), bold)
    _table_style(styles, theme)
    buffer = io.BytesIO()
    document.save(buffer)
    path.write_bytes(settle_office(buffer.getvalue()))


def _font(style: Any, family: str, size: float, colour: str, bold: bool) -> None:
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    font = style.font
    font.name, font.size, font.bold, font.italic = family, Pt(size), bold, False
    font.color.rgb = RGBColor.from_string(colour[1:].upper())
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for kind in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
        fonts.set(qn(kind), family)
    # A theme font would win over the family.
    for kind in ("w:asciiTheme", "w:hAnsiTheme", "w:cstheme", "w:eastAsiaTheme"):
        fonts.attrib.pop(qn(kind), None)


def _table_style(styles: Any, theme: Theme) -> None:
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    element = styles["Table"].element
    rule = theme.rule[1:]
    line = f'w:val="single" w:sz="4" w:space="0" w:color="{rule}"'
    borders = f"<w:tblBorders {nsdecls('w')}><w:bottom {line}/><w:insideH {line}/></w:tblBorders>"
    properties = element.find("{*}tblPr")
    margins = properties.find("{*}tblCellMar")
    if margins is not None:
        margins.addprevious(parse_xml(borders))
    else:
        properties.append(parse_xml(borders))


# --- slides -----------------------------------------------------------------------------------

_EMU = 914400


def write_pptx_reference(theme: Theme, path: Path) -> None:
    """A 16:9 reference deck: the title above, the picture on two thirds, words beside it."""
    from pptx import Presentation

    deck: Any = Presentation(_default("reference.pptx"))
    wide, high = deck.slide_width / _EMU, deck.slide_height / _EMU
    for layout in (*deck.slide_layouts, deck.slide_master):
        seen = 0
        for shape in layout.placeholders:
            name = _box_name(str(shape.placeholder_format.type), getattr(layout, "name", ""), seen)
            seen += name in ("left", "right", "body")
            if name:
                x, y, w, h = _BOXES[name]
                shape.left, shape.top = round(x * wide * _EMU), round(y * high * _EMU)
                shape.width, shape.height = round(w * wide * _EMU), round(h * high * _EMU)
    buffer = io.BytesIO()
    deck.save(buffer)
    path.write_bytes(settle_office(_recolour(buffer.getvalue(), theme)))


# Shares of the slide's width and height: left, top, width, height.
_BOXES = {
    "title": (0.045, 0.06, 0.91, 0.2),
    "cover": (0.045, 0.16, 0.91, 0.4),
    "subtitle": (0.045, 0.62, 0.91, 0.2),
    "left": (0.045, 0.28, 0.62, 0.66),
    "right": (0.70, 0.30, 0.26, 0.6),
    "body": (0.045, 0.29, 0.91, 0.65),
}


def _box_name(kind: str, layout: str, seen: int) -> str:
    """Which box a placeholder takes; "" for dates and numbers."""
    if "SUBTITLE" in kind:
        return "subtitle"
    if "TITLE" in kind:
        return "cover" if layout == "Title Slide" else "title"
    if "OBJECT" in kind or "BODY" in kind:
        return ("left", "right")[min(seen, 1)] if layout == "Two Content" else "body"
    return ""


def _recolour(content: bytes, theme: Theme) -> bytes:
    """Fonts and colours of the deck's own theme, and left-aligned titles."""
    import zipfile

    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if name.startswith("ppt/theme/"):
                words = part.decode("utf-8")
                words = _replace_font(words, "majorFont", theme.serif)
                words = _replace_font(words, "minorFont", theme.sans)
                for tag, colour in (("dk1", theme.ink), ("dk2", theme.ink), ("accent1", theme.accent)):
                    words = re.sub(
                        rf"(<a:{tag}>).*?(</a:{tag}>)", rf'\g<1><a:srgbClr val="{colour[1:].upper()}"/>\g<2>', words,
                        flags=re.S,
                    )  # fmt: skip
                part = words.encode("utf-8")
            if name.startswith("ppt/slideLayouts/"):
                # A layout's own sizes and centring would win over the master's.
                words = re.sub(r'(<a:lvl\dpPr[^>]*?) algn="ctr"', r'\1 algn="l"', part.decode("utf-8"))
                words = re.sub(r"<a:normAutofit[^>]*/>|<a:normAutofit/>", "", words)
                part = re.sub(r' sz="\d+"', "", words).encode("utf-8")
            if name == "ppt/slideMasters/slideMaster1.xml":
                words = part.decode("utf-8")
                words = _title_style(words)
                part = words.encode("utf-8")
            new.writestr(name, part)
    return buffer.getvalue()


def _replace_font(words: str, kind: str, family: str) -> str:
    return re.sub(rf'(<a:{kind}>\s*<a:latin typeface=")[^"]*', rf"\g<1>{family}", words)


def _title_style(words: str) -> str:
    found = re.search(r"<p:titleStyle>.*?</p:titleStyle>", words, re.S)
    if not found:
        return words
    style = found[0].replace('algn="ctr"', 'algn="l"')
    style = re.sub(r'sz="\d+"', 'sz="2200" b="1"', style)
    words = words.replace(found[0], style)
    body = re.search(r"<p:bodyStyle>.*?</p:bodyStyle>", words, re.S)
    if body:
        plain = re.sub(r"(<a:lvl1pPr[^>]*?) marL=\"\d+\" indent=\"-?\d+\"", r'\1 marL="0" indent="0"', body[0])
        plain = re.sub(r"<a:buFont[^>]*/>\s*<a:buChar[^>]*/>", "<a:buNone/>", plain, count=1)
        plain = re.sub(r'sz="\d+"', 'sz="1500"', plain)
        words = words.replace(body[0], plain)
    return words


def describe_pictures(content: bytes, alts: dict[str, str]) -> bytes:
    """Give each picture of a deck its alt text (pandoc writes the file's name there) and its number a size.

    ``alts``: picture file name → alternative text.
    """
    import html
    import zipfile

    def named(found: re.Match[str]) -> str:
        alt = alts.get(Path(found[1]).name)
        return f'descr="{html.escape(alt, quote=True)}"' if alt else found[0]

    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if re.fullmatch(r"ppt/slides/slide\d+\.xml", name):
                words = re.sub(r'descr="([^"]*\.png)"', named, part.decode("utf-8"))
                # The one bold run of a slide is its number.
                part = words.replace('<a:rPr b="1"', '<a:rPr b="1" sz="3200"').encode("utf-8")
            new.writestr(name, part)
    return settle_office(buffer.getvalue())
