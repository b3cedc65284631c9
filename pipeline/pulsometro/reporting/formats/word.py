"""The reference document for Word, made from the theme: real styles, our fonts and colours."""

import io
import subprocess
import zipfile
from pathlib import Path
from typing import Any

from pulsometro.reporting.formats.deterministic_zip import settle_office
from pulsometro.reporting.formats.render import pandoc_path
from pulsometro.style.theme import Theme

# Paragraph styles that the filter names: size in points, colour of the theme, bold, space after in points.
_PARAGRAPHS = {
    "Entrada": (13, "soft", False, 10),
    "Subtitulo de grafica": (10, "soft", False, 4),
    "Nota": (9, "soft", False, 10),
    "Aviso": (10.5, "ink", True, 8),
    "Antetitulo": (9.5, "ink", False, 8),
    "Pie": (8.5, "soft", False, 3),
}
_RUNS: dict[str, tuple[float | None, str, bool]] = {
    "Cifra": (22, "ink", True),
    "Margen": (10.5, "soft", False),
    # As large as the words around them: they stand in tables too.
    "Mejor": (None, "better", True),
    "Peor": (None, "worse", True),
    "Igual": (None, "same", True),
    "Neutral": (None, "ink", True),
    "Simulado": (9.5, "ink", True),
}
_HEADINGS = {"Title": (11, 0), "Heading 1": (22, 8), "Heading 2": (13.5, 3), "Heading 3": (12, 3)}


def default_file(name: str) -> io.BytesIO:
    """A reference document as pandoc ships it."""
    ran = subprocess.run([pandoc_path(), "--print-default-data-file", name], capture_output=True, check=True)
    return io.BytesIO(ran.stdout)


def write_docx_reference(theme: Theme, path: Path) -> None:
    """A reference document for pandoc and Quarto with the theme's styles, on A4."""
    from docx import Document
    from docx.enum.style import WD_STYLE_TYPE
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Mm, Pt

    document = Document(default_file("reference.docx"))
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(20)
    section.top_margin = section.bottom_margin = Mm(17)
    _foot(section, theme)
    if theme.logo:
        _head(section, theme)
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
    for name, (points, tone, bold) in _RUNS.items():
        _font(styles.add_style(name, WD_STYLE_TYPE.CHARACTER), theme.sans, points, getattr(theme, tone), bold)
    _table_style(styles, theme)
    buffer = io.BytesIO()
    document.save(buffer)
    path.write_bytes(settle_office(_with_substitutes(buffer.getvalue(), theme)))


def _with_substitutes(content: bytes, theme: Theme) -> bytes:
    """Which fonts Word takes where ours are not installed: a sans and a serif of about their width."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if name == "word/fontTable.xml":
                fonts = "".join(
                    f'<w:font w:name="{family}"><w:altName w:val="{other}"/></w:font>'
                    for family, other in dict.fromkeys(((theme.sans, "Calibri"), (theme.serif, "Cambria")))
                )
                part = part.decode("utf-8").replace("</w:fonts>", f"{fonts}</w:fonts>").encode("utf-8")
            new.writestr(name, part)
    return buffer.getvalue()


def _head(section: Any, theme: Theme) -> None:
    """The brand's logo at the right of every page's head."""
    from docx.shared import Mm

    paragraph = section.header.paragraphs[0]
    paragraph.alignment = 2
    picture = paragraph.add_run().add_picture(str(theme.logo), height=Mm(9))
    picture._inline.docPr.set("descr", theme.logo_alt)


def _foot(section: Any, theme: Theme) -> None:
    """The number of the page, as a field."""
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    paragraph = section.footer.paragraphs[0]
    paragraph.alignment = 2
    size = f'<w:rPr><w:rFonts w:ascii="{theme.sans}" w:hAnsi="{theme.sans}"/><w:sz w:val="17"/></w:rPr>'
    field = f'<w:fldSimple {nsdecls("w")} w:instr="PAGE"><w:r>{size}<w:t>1</w:t></w:r></w:fldSimple>'
    paragraph._p.append(parse_xml(field))


def _font(style: Any, family: str, size: float | None, colour: str, bold: bool) -> None:
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    font = style.font
    font.name, font.bold, font.italic = family, bold, False
    if size is not None:
        font.size = Pt(size)
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
