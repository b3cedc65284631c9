"""Text is data: every text field of a study holds what some format would obey, and every output shows it.

The fields are found by walking the settings' types, so that a new one is attacked without an edit here.
"""

import csv
import json
import re
import subprocess
import types
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import pandas as pd
import pytest

from pulsometro.check.report.terminal import print_verdict
from pulsometro.check.signoffs import add_exception
from pulsometro.check.verdict import load_verdict
from pulsometro.common.errors import PulsoError
from pulsometro.questionnaire.indicators import Indicator
from pulsometro.questionnaire.model import Fieldwork, Item
from pulsometro.reporting.formats.render import pandoc_path
from pulsometro.settings.report_settings import ReportSettings
from pulsometro.study import Study, load_study
from pulsometro.study.parameters import Identity, Municipality, Wave
from pulsometro.style.theme import load_theme
from tests.small_study import dump, load
from tests.tiny_study import make, write_study

TITLE = 'Pulso "M" & C: <b> $1 -- *a* #1'
# Inside of every text, and before it in turn: what formats read at the beginning.
INSIDE = (
    '<script>x()</script> "q\' {{< include _quarto.yml >}} #read("/etc/passwd") $x$ ]]> <!-- --> '
    "&D {% if %} | `y`{=typst} file:///z http://x.mx"
)
BEFORE = ("=1+1", "+1", "@SUM", "- a", "1. a", "&D", "```", ": x", "{=1+1}", "-- ", "# a", "http://x.mx", "%", "[^1]")
# A rule that the tiny study fails and somebody accepted.
SIGNED = "phone.repeated"
# Fields whose texts have a grammar of their own, held elsewhere, and why.
CLOSED = {
    "file": "a file's name: settings.names", "attempts": "a file's name", "cve_geo": "INEGI's code",
    "ask_if": "a condition", "base": "a condition, or words where the report says so", "item": "a column",
    "items": "columns", "indicator": "a column", "indicators": "columns", "statistic": "a code", "direction": "a code",
    "brand": "a folder", "boundaries": "a path", "place_domain_kind": "a column", "whole_domain_kind": "a code",
    "since": "a wave", "domains": "columns", "exclude": "codes", "no_answer": "a code", "kind": "a code",
    "statistics": "codes", "breaks": "reasons by wave, one by hand", "source": "a column", "derived": "a column",
    "aliases": "no output has them", "numeric_source": "a column",
}  # fmt: skip


class Hostile:
    """Texts made hostile: the same text always becomes the same, so that what refers to it still does."""

    def __init__(self) -> None:
        self.made: dict[str, str] = {}

    def text(self, words: str) -> str:
        """``words`` between what formats obey."""
        if words not in self.made:
            self.made[words] = f"{BEFORE[len(self.made) % len(BEFORE)]} {words} {INSIDE}"
        return self.made[words]

    def fill(self, kind: Any, value: Any, name: str) -> Any:
        """A value of a type with every text in it made hostile, fields that are not written too."""
        kind = _plain(kind)
        if is_dataclass(kind):
            content, hints = dict(value or {}), get_type_hints(kind, include_extras=True)
            for each in fields(kind):
                if each.name not in CLOSED and _has_text(hints[each.name]):
                    content[each.name] = self.fill(hints[each.name], content.get(each.name), each.name)
            return content
        if kind is str:
            return self.text(value or name)
        if get_origin(kind) in {tuple, list}:
            return [self.fill(get_args(kind)[0], each, name) for each in (value or [])]
        if isinstance(value, Mapping):
            return {key: self.fill(get_args(kind)[1], each, name) for key, each in value.items()}
        return value if value is not None else {}


def _plain(kind: Any) -> Any:
    if get_origin(kind) is Annotated:
        return _plain(get_args(kind)[0])
    if get_origin(kind) in {Union, types.UnionType}:
        return _plain(next(each for each in get_args(kind) if each is not type(None)))
    return kind


def _has_text(kind: Any) -> bool:
    kind = _plain(kind)
    return kind is str or is_dataclass(kind) or (bool(get_args(kind)) and _has_text(get_args(kind)[-1 if get_origin(
        kind) is not tuple else 0]))  # fmt: skip


def hostile_study(folder: Path) -> dict[str, str]:
    """The tiny study with every text hostile; the texts by what they were."""
    write_study(folder)
    bad = Hostile()
    bad.made["title"] = bad.made["short"] = TITLE
    params = load(folder / "params.yaml")
    params["study"] |= {"title": "title", "short_title": "short", "sponsors": ["Patrocinio"]}
    params["report"]["topics"] = [{"name": "Seguridad y más", "indicators": ["inseguro"]}]
    params["report"]["disclosure"] = {"limitations": ["Un límite"]}
    params["report"]["trust"]["level_names"] = ["Mucha", "Poca", "Nada"]
    params["report"]["confidentiality"] = {"min_base": 10, "min_count": 0}
    params["study"] = bad.fill(Identity, params["study"], "")
    params["waves"] = {key: bad.fill(Wave, wave, "") for key, wave in params["waves"].items()}
    params["municipalities"] = [bad.fill(Municipality, place, "") for place in params["municipalities"]]
    trust = params["report"]["trust"]
    params["report"] = bad.fill(ReportSettings, params["report"], "")
    params["report"]["trust"]["names"] = {key: bad.text(said) for key, said in trust["names"].items()}
    params["report"]["brand"] = "hostil"
    params["check"]["roles"] = {"phone": "telefono"}
    params["report"]["topics"][0]["name"] = "=Temas 'y' <b> & más"
    dump(params, folder / "params.yaml")
    asked = load(folder / "questionnaires/base.yaml")
    asked["items"] = {name: bad.fill(Item, item, "") for name, item in asked["items"].items()}
    for item in asked["items"].values():
        for key in ("codes", "missing", "comparable", "derived"):
            if item.get(key) == {}:
                del item[key]
    asked["items"]["conf_a"]["comparable"] = {"breaks": {"2021T2": bad.text("cambió")}}
    asked["delivery"]["known"] = [bad.text("se sabe")]
    for scale in asked["scales"].values():
        scale["codes"] = {code: bad.text(said) for code, said in scale["codes"].items()}
    asked["fieldwork"] = bad.fill(Fieldwork, asked["fieldwork"], "")
    dump(asked, folder / "questionnaires/base.yaml")
    told = load(folder / "questionnaires/indicators.yaml")
    told["indicators"] = {name: bad.fill(Indicator, each, "") for name, each in told["indicators"].items()}
    dump(told, folder / "questionnaires/indicators.yaml")
    delivered = folder / "raw/2021T2/datos.csv"
    table = pd.read_csv(delivered, dtype=str)
    table["folio"] = [f"{INSIDE} {number}" for number in range(len(table))]
    table["telefono"] = "9611234567"
    table.to_csv(delivered, index=False)
    _brand(folder / "reports/brands/hostil", bad)
    dump({"exceptions": {"2021T2": {SIGNED: bad.text("se aceptó")}}}, folder / "questionnaires/exceptions.yaml")
    return bad.made


def _brand(folder: Path, bad: Hostile) -> None:
    """A brand with a name and a logo, whose alternative text every page, sheet and slide has."""
    from PIL import Image

    folder.mkdir(parents=True)
    Image.new("RGB", (8, 4), "#15587a").save(folder / "logo.png")
    logo = {"path": "logo.png", "alt": bad.text("logotipo")}
    dump({"meta": {"name": bad.text("marca")}, "logo": logo}, folder / "_brand.yml")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """The hostile study, its last wave and the site rendered once."""
    folder = tmp_path_factory.mktemp("hostil")
    hostile_study(folder)
    return make(folder, reports=False)


def pages(study: Study) -> list[Path]:
    """Every page that the program writes."""
    found = [*study.site.rglob("*.html"), *(study.root / "processed").rglob("*.html")]
    assert len(found) > 12
    return sorted(found)


def flat(words: str) -> str:
    """Words with one blank where there are several, of whatever kind."""
    return re.sub(r"\s+", " ", words).strip()


def whole(words: str) -> list[str]:
    """What stands around each mark of an attack that is not printed whole, but where a format cut it with an …."""
    said, found = flat(words), []
    for at in re.finditer(r"x\(\)", said):
        printed = said[max(0, at.start() - len("<script>")) :]
        cut = printed.partition("…")[0].rstrip() if "…" in printed else ""
        if not printed.startswith(INSIDE) and not (cut and INSIDE.startswith(cut)):
            found.append(printed[:200])
    return found


class _Page(HTMLParser):
    """A page as a browser reads it: its elements with their attributes, and its words outside of drawings."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.words: list[str] = []
        self.code: list[str] = []
        self.title = ""
        self._open: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag in {"script", "style", "svg", "title"}:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._open and self._open[-1] == tag:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        inside = self._open[-1] if self._open else ""
        if inside in {"script", "style"}:
            self.code.append(data)
        elif inside == "title":
            self.title += data
        elif not inside:
            self.words.append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")


ELEMENTS = frozenset({
    "a", "b", "body", "br", "button", "caption", "circle", "code", "col", "colgroup", "dd", "defs", "details",
    "div", "dl", "dt", "em", "figcaption", "figure", "footer", "form", "g", "h1", "h2", "h3", "h4", "head",
    "header", "html", "i", "image", "img", "input", "label", "li", "link", "main", "meta", "nav", "ol", "p",
    "path", "rect", "script", "section", "small", "span", "strong", "style", "summary", "svg", "table", "tbody",
    "td", "text", "th", "thead", "title", "tr", "ul", "use",
})  # fmt: skip
OUTSIDE = ("https://creativecommons.org/licenses/",)


@pytest.mark.slow
def test_every_text_field_is_attacked_or_closed() -> None:
    """What CLOSED lists is there, and nothing else of text is left out."""
    named = {each.name for kind in (Identity, Wave, Municipality, ReportSettings, Item, Fieldwork, Indicator)
             for each in _below(kind)}  # fmt: skip
    assert set(CLOSED) - {"domains", "exclude", "numeric_source"} <= named


def _below(kind: Any) -> Iterator[Any]:
    hints = get_type_hints(kind, include_extras=True)
    for each in fields(kind):
        yield each
        inner = _plain(hints[each.name])
        for part in (inner, *map(_plain, (each for each in get_args(inner) if each is not Ellipsis))):
            if is_dataclass(part):
                yield from _below(part)


@pytest.mark.slow
def test_no_page_holds_an_element_that_came_from_a_text(made: Study) -> None:
    for path in pages(made):
        page = _Page(path.read_text(encoding="utf-8"))
        assert {tag for tag, _ in page.tags} <= ELEMENTS, path.name
        assert not [code for code in page.code if "x()" in code or "passwd" in code], path.name
        for tag, attributes in page.tags:
            assert not [name for name in attributes if name.startswith("on")], (path.name, tag)
            for name in ("href", "src"):
                to = attributes.get(name, "")
                assert not re.match(r"(?!data:image/png)[\w+.-]+:|//", to) or to.startswith(OUTSIDE), (path.name, to)
            for name, words in attributes.items():
                # A row's key has its own grammar, in which signs are written as numbers.
                assert name == "data-id" or whole(words) == [], (path.name, tag)
        assert whole(" ".join(page.words).replace(" .", ".")) == [], path.name
        assert "root:" not in " ".join(page.words)


@pytest.mark.slow
def test_the_title_prints_so(made: Study) -> None:
    wave = made.params.current_wave
    folder = made.site / wave
    for path in pages(made):
        page = _Page(path.read_text(encoding="utf-8"))
        assert TITLE in flat(" ".join([page.title, *page.words])), path.name
    pdf = subprocess.run(["pdfinfo", folder / "brief.pdf"], capture_output=True, text=True, check=True).stdout
    said = re.search(r"^Title: +(.*)$", pdf, re.M)
    assert said is not None and said[1].startswith(TITLE)
    printed = subprocess.run(
        ["pdftotext", folder / "brief.pdf", "-"], capture_output=True, text=True, check=True
    ).stdout
    assert TITLE in flat(printed)
    assert "root:" not in printed
    squeezed = re.sub(r"\s", "", printed)
    assert re.sub(r"\s", "", '#read("/etc/passwd") $x$') in squeezed
    import docx
    import openpyxl
    from pptx import Presentation

    assert docx.Document(str(folder / "brief.docx")).core_properties.title.startswith(TITLE)
    deck = Presentation(str(folder / "brief.pptx"))
    assert TITLE in flat(" ".join(shape.text_frame.text for shape in deck.slides[0].shapes if shape.has_text_frame))
    assert openpyxl.load_workbook(folder / "tabulados.xlsx").properties.title.startswith(TITLE)
    assert f"# {TITLE}: microdatos" in _readme_words(made, wave)


def _readme_words(study: Study, wave: str) -> str:
    """The release's README as GitHub prints it: nothing but words, links of ours and code."""
    source = study.release(wave) / "README.md"
    command = [pandoc_path(), "--from", "gfm", "--to", "json", str(source)]
    tree = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    found: list[str] = []

    def walk(node: Any) -> None:
        if isinstance(node, list):
            for each in node:
                walk(each)
        elif isinstance(node, dict):
            kind: str = node.get("t") or ""
            content: Any = node.get("c")
            assert kind not in {"RawInline", "RawBlock", "Image", "Math", "Note"}, node
            if kind == "Link":
                assert content[2][0].startswith(OUTSIDE), content
            if kind == "Header":
                found.append(f"\n{'#' * content[0]} ")
            found.append({"Str": str(content), "Space": " ", "SoftBreak": " ", "Para": "\n"}.get(kind, ""))
            walk(content)

    walk(tree["blocks"])
    assert whole("".join(found)) == []
    return "".join(found)


@pytest.mark.slow
def test_office_files_hold_words_alone(made: Study) -> None:
    folder = made.site / made.params.current_wave
    for name in ("brief.docx", "brief.pptx"):
        with zipfile.ZipFile(folder / name) as archive:
            for part in archive.namelist():
                content = archive.read(part).decode("utf-8", "replace")
                if part.endswith(".rels"):
                    away = re.findall(r'<Relationship [^>]*TargetMode="External"[^>]*>', content)
                    assert not [each for each in away if "x.mx" in each or "file:" in each], (part, away)
                assert "root:" not in content
                assert "<script" not in content
    from docx import Document

    body = Document(str(folder / "brief.docx")).element.body
    paragraphs = ["".join(node.text or "" for node in each.iter("{*}t")) for each in body.iter("{*}p")]
    assert sum(INSIDE in flat(said) for said in paragraphs) > 3
    assert any("se aceptó" in said for said in paragraphs)
    assert [found for said in paragraphs for found in whole(said)] == []


@pytest.mark.slow
def test_the_workbook_has_no_formula_no_link_and_no_footer_code(made: Study) -> None:
    import openpyxl

    book = openpyxl.load_workbook(made.site / made.params.current_wave / "tabulados.xlsx")
    texts = []
    for sheet in book:
        footer: Any = sheet.oddFooter
        assert "&" not in str(footer.left.text or "").replace("&&", "")
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f", (sheet.title, cell.coordinate, cell.value)
                assert cell.hyperlink is None or cell.hyperlink.target is None
                # A row's key has its own grammar, in which signs are written as numbers.
                if isinstance(cell.value, str) and "%3C" not in cell.value:
                    texts.append(flat(cell.value))
    assert any(said.startswith("=1+1 ") for said in texts)
    assert [found for said in texts for found in whole(said)] == []


@pytest.mark.slow
def test_tables_search_and_screen(made: Study, capsys: pytest.CaptureFixture[str]) -> None:
    with made.series("headline.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert len(rows) == 1 + len(made.waves)
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "@", "- "))]
    code = (made.site / "recursos/buscar.js").read_text(encoding="utf-8")
    entries, _ = json.JSONDecoder().raw_decode(code.partition("= ")[2])
    assert all(flat(entry["title"]) for entry in entries)
    assert any(TITLE in entry["title"] for entry in entries)
    assert [found for entry in entries for found in whole(entry["title"])] == []
    for wave in made.waves:
        print_verdict(made, load_verdict(made, wave))
    assert re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", capsys.readouterr().out) is None


@pytest.mark.slow
def test_drawings_are_xml_and_hold_words(made: Study) -> None:
    """Every drawing inside of a page parses as XML and has no element but those of a drawing."""
    from xml.etree import ElementTree

    names = {"svg", "g", "path", "text", "defs", "use", "clipPath", "rect", "circle", "image", "title", "tspan"}
    some = 0
    for path in pages(made):
        for drawn in re.findall(r"<svg .*?</svg>", path.read_text(encoding="utf-8"), re.S):
            tree = ElementTree.fromstring(drawn.replace("<svg ", '<svg xmlns:xlink="x" ', 1))
            assert {node.tag.rpartition("}")[2] for node in tree.iter()} <= names, path.name
            assert whole(tree.get("aria-label", "")) == []
            some += 1
    assert some > 5


@pytest.mark.parametrize("mark", ["\u202e", "\u200f", "\u061c", "\u2066", "\u2028", "\x1b", "\x00"])
def test_marks_of_direction_and_control_characters_are_refused_all_at_once(mark: str, tmp_path: Path) -> None:
    from pulsometro.settings.faults import refuse
    from pulsometro.settings.names import hidden_characters

    content = {"study": {"title": f"a{mark}b", "producer": f"{mark}c"}}
    with pytest.raises(PulsoError, match="2 things to correct") as caught:
        refuse(tmp_path / "params.yaml", hidden_characters(content), content)
    assert str(caught.value).count("holds the hidden character") == 2
    assert "delete it" in str(caught.value)
    assert mark not in str(caught.value)


def test_load_study_takes_what_only_looks_dangerous(tmp_path: Path) -> None:
    hostile_study(tmp_path)
    study = load_study(tmp_path)
    assert study.identity.title == TITLE
    assert study.wave(study.params.current_wave).period.endswith(INSIDE)


def test_a_font_a_brand_and_a_signature_are_held(tmp_path: Path) -> None:
    write_study(tmp_path)
    brand = tmp_path / "reports/brands/b"
    brand.mkdir(parents=True)
    for content, said in (
        ({"typography": {"base": {"family": "x'}</style>"}}}, "a font's name has letters"),
        ({"meta": {"name": "a\u202eb"}}, "delete it"),
    ):
        dump(content, brand / "_brand.yml")
        with pytest.raises(PulsoError, match=said):
            load_theme(brand.parent, "b")
    with pytest.raises(PulsoError, match="delete it"):
        add_exception(load_study(tmp_path), "2021T1", SIGNED, "se aceptó\u200f ayer")


def test_a_page_called_too_long_is_refused(tmp_path: Path) -> None:
    places = [{"cve_geo": "07001", "name": "a", "short": "a" * 151, "tile": [0, 0]}]
    with pytest.raises(PulsoError, match="150 is the most; shorten it"):
        load_study(write_study(tmp_path, {"municipalities": places}))
