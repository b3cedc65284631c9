"""The reference deck for PowerPoint, made from the theme, and what pandoc leaves to be done on its slides."""

import io
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pulsometro.reporting.formats.deterministic_zip import settle_office
from pulsometro.reporting.formats.word import default_file
from pulsometro.style.text_width import LINE, fitting_size
from pulsometro.style.theme import Theme

_NAMES = (
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
)
# Shares of the slide's width and height: left, top, width, height.
_BOXES = {
    "title": (0.04, 0.035, 0.92, 0.185),
    "cover": (0.07, 0.08, 0.86, 0.54),
    "subtitle": (0.07, 0.66, 0.8, 0.2),
    "left": (0.04, 0.225, 0.655, 0.7),
    "right": (0.72, 0.235, 0.25, 0.66),
    "body": (0.04, 0.235, 0.92, 0.66),
    "foot": (0.04, 0.935, 0.7, 0.05),
    "number": (0.86, 0.935, 0.1, 0.05),
}
# Points, large to small; the number beside a picture takes one line, a title what its box has room for.
_TITLES, _COVER, _NUMBER = tuple(range(22, 11, -1)), tuple(range(34, 17, -1)), tuple(range(40, 17, -2))
# What a box keeps free at its sides, and above and below: PowerPoint's own 0.1 and 0.05 inch, in points.
_SIDES, _ENDS = 14.4, 7.2
# What the picture's box measures, in width by height.
PICTURE = 10 * 0.655 / (5.625 * 0.7)
BODY = 10 * 0.92 / (5.625 * 0.66)


def write_pptx_reference(theme: Theme, path: Path) -> None:
    """A 16:9 reference deck: the title above, the picture on two thirds, words beside it, the source below."""
    from pptx import Presentation

    deck: Any = Presentation(default_file("reference.pptx"))
    wide, high = deck.slide_width, deck.slide_height
    for layout in (*deck.slide_layouts, deck.slide_master):
        seen = 0
        for shape in layout.placeholders:
            name = _box_name(str(shape.placeholder_format.type), getattr(layout, "name", ""), seen)
            seen += name in ("left", "right", "body")
            if name:
                x, y, w, h = _BOXES[name]
                shape.left, shape.top = round(x * wide), round(y * high)
                shape.width, shape.height = round(w * wide), round(h * high)
    _band(deck.slide_master, wide)
    _cover(next(layout for layout in deck.slide_layouts if layout.name == "Title Slide"), theme)
    buffer = io.BytesIO()
    deck.save(buffer)
    path.write_bytes(settle_office(_recolour(buffer.getvalue(), theme)))


def _box_name(kind: str, layout: str, seen: int) -> str:
    """Which box a placeholder takes; "" for dates."""
    if "SUBTITLE" in kind:
        return "subtitle"
    if "TITLE" in kind:
        return "cover" if layout == "Title Slide" else "title"
    if "OBJECT" in kind or "BODY" in kind:
        return ("left", "right")[min(seen, 1)] if layout == "Two Content" else "body"
    return {"FOOTER": "foot", "SLIDE_NUMBER": "number"}.get(kind.split(" ")[0].rpartition(".")[2], "")


def _band(master: Any, wide: int) -> None:
    """A band in the accent on the upper edge of every slide."""
    from pptx.oxml import parse_xml

    shape = (
        f'<p:sp {_NAMES}><p:nvSpPr><p:cNvPr id="90" name="Franja" descr=""/><p:cNvSpPr/><p:nvPr userDrawn="1"/>'
        f'</p:nvSpPr><p:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="{wide}" cy="82296"/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom><a:solidFill><a:schemeClr val="accent1"/></a:solidFill>'
        "<a:ln><a:noFill/></a:ln></p:spPr></p:sp>"
    )
    master.shapes._spTree.insert(2, parse_xml(shape))


def _cover(layout: Any, theme: Theme) -> None:
    """The first slide: paper on the accent."""
    from pptx.oxml import parse_xml

    element = layout._element
    element.set("showMasterSp", "0")
    fill = '<a:solidFill><a:schemeClr val="accent1"/></a:solidFill>'
    back = f"<p:bg {_NAMES}><p:bgPr>{fill}<a:effectLst/></p:bgPr></p:bg>"
    element.find("{*}cSld").insert(0, parse_xml(back))
    for shape, size, anchor in zip(layout.placeholders, (3400, 1600), ("b", "t"), strict=False):
        body = shape._element.find("{*}txBody")
        body.find("{*}bodyPr").set("anchor", anchor)
        style = body.find("{*}lstStyle")
        for child in list(style):
            style.remove(child)
        tone = f'<a:solidFill><a:srgbClr val="{theme.paper[1:].upper()}"/></a:solidFill>'
        words = f'<a:lvl1pPr {_NAMES} marL="0" indent="0" algn="l"><a:buNone/><a:defRPr sz="{size}">{tone}</a:defRPr>'
        style.append(parse_xml(f"{words}</a:lvl1pPr>"))


def _recolour(content: bytes, theme: Theme) -> bytes:
    """Fonts and colours of the deck's own theme, and left-aligned words."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if name.startswith("ppt/theme/"):
                part = _theme(part.decode("utf-8"), theme).encode("utf-8")
            elif name.startswith("ppt/slideLayouts/"):
                # A layout's own sizes and centring would win over the master's; the cover keeps its own.
                words = part.decode("utf-8")
                words = re.sub(r"<a:normAutofit[^>]*/>", "", words)
                if 'name="Title Slide"' not in words:
                    words = re.sub(r'(<a:lvl\dpPr[^>]*?) algn="ctr"', r'\1 algn="l"', words)
                    words = re.sub(r'(<a:defRPr[^>]*?) sz="\d+"', r"\1", words)
                part = words.encode("utf-8")
            elif name == "ppt/slideMasters/slideMaster1.xml":
                part = _master(part.decode("utf-8")).encode("utf-8")
            new.writestr(name, part)
    return buffer.getvalue()


def _theme(words: str, theme: Theme) -> str:
    for kind, family in (("majorFont", theme.serif), ("minorFont", theme.sans)):
        words = re.sub(rf'(<a:{kind}>\s*<a:latin typeface=")[^"]*', rf"\g<1>{family}", words)
    for tag, colour in (("dk1", theme.ink), ("dk2", theme.ink), ("accent1", theme.accent), ("hlink", theme.accent)):
        inside = rf'\g<1><a:srgbClr val="{colour[1:].upper()}"/>\g<2>'
        words = re.sub(rf"(<a:{tag}>).*?(</a:{tag}>)", inside, words, flags=re.S)
    return words


def _master(words: str) -> str:
    """Titles bold, left and from the top; body without bullets; the source at the left."""
    title = re.search(r"<p:titleStyle>.*?</p:titleStyle>", words, re.S)
    if title:
        style = title[0].replace('algn="ctr"', 'algn="l"')
        words = words.replace(title[0], re.sub(r'sz="\d+"', 'sz="2200" b="1"', style))
    body = re.search(r"<p:bodyStyle>.*?</p:bodyStyle>", words, re.S)
    if body:
        plain = re.sub(r"(<a:lvl1pPr[^>]*?) marL=\"\d+\" indent=\"-?\d+\"", r'\1 marL="0" indent="0"', body[0])
        plain = re.sub(r"<a:buFont[^>]*/>\s*<a:buChar[^>]*/>", "<a:buNone/>", plain, count=1)
        words = words.replace(body[0], re.sub(r'sz="\d+"', 'sz="1500"', plain))
    words = words.replace('anchor="ctr"><a:normAutofit/>', 'anchor="t"><a:normAutofit/>', 1)
    return words.replace('<a:lvl1pPr algn="ctr"><a:defRPr sz="900">', '<a:lvl1pPr algn="l"><a:defRPr sz="900">')


def finish(content: bytes, alts: Mapping[str, str], tones: Mapping[str, str], foot: str, theme: Theme) -> bytes:
    """What pandoc cannot say of a deck: alternative texts, sizes that fit, colours of verdicts, source, logo.

    ``alts``: picture file name → alternative text (pandoc writes the file's name there). ``tones``: words of a
    verdict → colour. ``foot``: the source, on every slide but the cover.
    """
    from pptx import Presentation

    deck: Any = Presentation(io.BytesIO(content))
    for index, slide in enumerate(deck.slides):
        for shape in slide.shapes:
            if shape.shape_type == 13:
                described = shape._element.nvPicPr.cNvPr
                described.set("descr", alts.get(Path(described.get("descr", "")).name, described.get("descr", "")))
            elif shape.has_text_frame:
                _words(shape, tones)
        _title(slide.shapes.title, _TITLES if index else _COVER)
        if index:
            _footers(slide, foot)
            if theme.logo:
                _logo(slide, theme, deck.slide_width, deck.slide_height)
    buffer = io.BytesIO()
    deck.save(buffer)
    return settle_office(buffer.getvalue())


def _logo(slide: Any, theme: Theme, wide: int, high: int) -> None:
    """The brand's logo at the foot, right of the middle."""
    made = slide.shapes.add_picture(str(theme.logo), 0, 0, height=round(high * 0.06))
    made.left, made.top = round(wide * 0.88) - made.width, round(high * 0.925)
    made._element.nvPicPr.cNvPr.set("descr", theme.logo_alt)


def _title(shape: Any, sizes: tuple[int, ...]) -> None:
    """A size at which the title ends above what is below it, whichever font the machine has.

    Said on the slide itself: programs shrink a text that is too long only when somebody edits it, or never.
    """
    from pptx.util import Pt

    size = fitting_size(shape.text_frame.text, *_inside(shape), sizes)
    if size < sizes[0]:
        for run in (run for paragraph in shape.text_frame.paragraphs for run in paragraph.runs):
            run.font.size = Pt(size)


def _inside(shape: Any) -> tuple[float, float]:
    """Width and height of a box without its margins, in points."""
    return shape.width.pt - _SIDES, shape.height.pt - _ENDS


def _words(shape: Any, tones: Mapping[str, str]) -> None:
    """The one bold run of a slide is its number; a verdict takes the colour of what it means."""
    from pptx.dml.color import RGBColor
    from pptx.util import Pt

    for paragraph in shape.text_frame.paragraphs:
        colour = tones.get(paragraph.text.replace("\u00a0", " ").strip())
        for run in paragraph.runs:
            if run.font.bold:
                wide, _ = _inside(shape)
                run.font.size = Pt(fitting_size(run.text, wide, _NUMBER[0] * LINE, _NUMBER))
            if colour:
                # python-pptx leaves it untyped.
                tone = RGBColor.from_string(colour[1:].upper())  # type: ignore[no-untyped-call]
                run.font.bold, run.font.color.rgb = True, tone


def _footers(slide: Any, foot: str) -> None:
    """The layout's own places for the source and the number, filled."""
    import copy

    for shape in slide.slide_layout.placeholders:
        kind = str(shape.placeholder_format.type)
        if "FOOTER" not in kind and "SLIDE_NUMBER" not in kind:
            continue
        made = copy.deepcopy(shape._element)
        slide.shapes._spTree.append(made)
        own = made.find("{*}nvSpPr").find("{*}cNvPr")
        own.set("id", str(max(int(other.shape_id) for other in slide.shapes) + 1))
        if "FOOTER" in kind:
            slide.shapes[-1].text_frame.text = foot
