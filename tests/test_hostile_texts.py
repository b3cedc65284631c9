"""Text is data: every text field of a study holds what some format would obey, and every output shows it.

The fields are found by walking the settings' types, so that a new one is attacked without an edit here.
"""

import csv
import json
import re
import shutil
import subprocess
import zipfile
from collections.abc import Mapping
from dataclasses import make_dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import pytest
from click.testing import CliRunner

from pulsometro.check.report.terminal import print_verdict
from pulsometro.check.signoffs import add_exception, load_exceptions
from pulsometro.check.verdict import load_verdict
from pulsometro.cli import main
from pulsometro.common.errors import PulsoError
from pulsometro.graph.dvc_file import write_graph
from pulsometro.questionnaire.indicators import Indicators
from pulsometro.questionnaire.model import Questionnaire
from pulsometro.reporting.formats.render import pandoc_path
from pulsometro.reporting.pages import not_published
from pulsometro.study import Study, load_study
from pulsometro.study.parameters import Params
from pulsometro.style.theme import Theme, load_theme
from pulsometro.weighting.record import load_weighting
from tests.hostile_study import RIGHT, SIGNED, fields_of, hostile_study, texts_of
from tests.hostile_words import CLOSED, INSIDE, TITLE
from tests.small_study import dump, load
from tests.tiny_study import make, write_study


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The hostile study as it is delivered; tests read it only."""
    folder = tmp_path_factory.mktemp("escrito")
    hostile_study(folder)
    return folder


@pytest.fixture(scope="module")
def made(written: Path, tmp_path_factory: pytest.TempPathFactory) -> Study:
    """The hostile study, its last wave and the site rendered once."""
    folder = tmp_path_factory.mktemp("hostil")
    shutil.copytree(written, folder, dirs_exist_ok=True)
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


READ: Mapping[str, Any] = {
    "params": Params, "questionnaire": Questionnaire, "indicators": Indicators, "brand": Theme,
    "exceptions": Mapping[str, Mapping[str, str]],
}  # fmt: skip


def neither(kinds: Mapping[str, Any], attacked: set[str]) -> list[str]:
    """Text fields that no attack reached and no reason closes, by their whole path."""
    offered = [path for name, kind in kinds.items() for path in fields_of(kind, name)]
    return sorted(set(offered) - attacked - set(CLOSED))


def test_every_text_field_is_attacked_or_closed(written: Path) -> None:
    """What was read of the hostile study holds an attack in every text field that no grammar closes, by whole path."""
    study = load_study(written)
    read = {
        "params": study.params, "questionnaire": study.questionnaire("2021T2"), "indicators": study.indicators,
        "brand": load_theme(study.brands, "hostil"), "exceptions": {"2021T2": load_exceptions(study, "2021T2")},
    }  # fmt: skip
    found = [each for name, value in read.items() for each in texts_of(value, name)]
    attacked = {path for path, words in found if INSIDE in words or words == TITLE or "<b>" in words}
    assert neither(READ, attacked) == []
    assert attacked & set(CLOSED) == set(), "an attack reaches it: it has no grammar"
    assert set(CLOSED) <= {path for name, kind in READ.items() for path in fields_of(kind, name)}
    # One that is added, deep inside of what is there or in a mapping's key, is found.
    words = tuple[Mapping[str, tuple[str, ...]], ...]
    deep = make_dataclass("Deep", [("motto", str | None), ("words", words), ("whole", Params)])
    planted = make_dataclass("Planted", [("new", Annotated[deep | None, ""])])
    whole = {path.replace("params.", "planted.new.whole.") for path in {*attacked, *CLOSED}}
    assert neither({"planted": planted}, whole) == [
        "planted.new.motto", "planted.new.words[]{key}", "planted.new.words[]{}[]",
    ]  # fmt: skip


def test_every_text_of_the_tables_is_attacked_or_a_code(written: Path) -> None:
    codes = {"cve_geo", "reference_date", "area", "municipio", "marco", "number", "disposition"}
    for name in ("population/totals.csv", "population/coverage.csv", "2021T2/llamadas.csv"):
        table = pd.read_csv(written / "raw" / name, dtype=str)
        for column in table:
            if not table[column].str.fullmatch(r"[\d.]*").all():
                words = str(column).replace(INSIDE, "").split()[-1]
                assert words in codes or table[column].str.contains(INSIDE, regex=False).all(), (name, column)


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
        # In headings, navigation, descriptions and alternative texts too: nowhere a part of it, or twice escaped.
        said = [*page.words, page.title, *(words for _, attributes in page.tags for words in attributes.values())]
        assert not [words for words in map(flat, said) if words.count("Pulso ") != words.count(TITLE)], path.name
    pdf = subprocess.run(["pdfinfo", folder / "brief.pdf"], capture_output=True, text=True, check=True).stdout
    named = re.search(r"^Title: +(.*)$", pdf, re.M)
    assert named is not None and named[1].startswith(TITLE)
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


def test_load_study_takes_what_only_looks_dangerous(written: Path) -> None:
    study = load_study(written)
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


@pytest.mark.slow
def test_words_from_the_right_turn_no_sentence(made: Study) -> None:
    for path in (made.site / made.params.current_wave / "metodologia.html", made.site / "secciones/metodologia.html"):
        page = path.read_text(encoding="utf-8")
        assert f"\u2068{RIGHT}\u2069, 66" in page
        assert page.count(RIGHT) == page.count(f"\u2068{RIGHT}\u2069")


@pytest.mark.slow
def test_released_files_hold_the_words_as_given(made: Study) -> None:
    import pyreadstat

    wave = made.params.current_wave
    asked, name = made.questionnaire(wave), f"microdatos_{wave}"
    readers = {"sav": (pyreadstat.read_sav, 256, 120), "dta": (pyreadstat.read_dta, 80, 32_000)}
    for ending, (read, label, value) in readers.items():
        _, told = read(str(made.release(wave) / f"{name}.{ending}"))
        assert str(told.file_label).startswith(TITLE)
        items = {item: asked[item] for item in told.column_names if item in asked.items}
        assert len(items) > 8
        for item, kind in items.items():
            assert _kept(str(told.column_names_to_labels[item]), kind.label, label), (ending, item)
            for code, words in kind.codes.items():
                assert _kept(told.variable_value_labels[item][code], words, value), (ending, item, code)
    with (made.release(wave) / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    assert not [column for column in head if not column.isidentifier()]
    assert all(re.fullmatch(r"[\d.e-]*", cell) for row in rows for cell in row)
    codebook = _Page((made.release(wave) / "codebook.html").read_text(encoding="utf-8"))
    printed = flat(" ".join(codebook.words))
    assert all(flat(item.text) in printed for item in items.values())


def _kept(printed: str, words: str, longest: int) -> bool:
    """Whether words are printed as given, or as much of them as the format has room for."""
    return printed == words if len(words.encode()) <= longest else bool(printed) and words.startswith(printed[:-1])


@pytest.mark.slow
def test_records_say_what_was_said(made: Study) -> None:
    step = load_weighting(made, made.params.current_wave).calibration
    assert step is not None
    source = step.sources[0]
    assert all(INSIDE in words for words in (source.source, source.definition, source.note))
    totals = made.params.weighting.control_totals
    assert totals is not None
    assert source.source == totals.source
    assert any(INSIDE in gap.other_source for gap in step.gaps)
    verdict = load_verdict(made, made.params.current_wave)
    assert next(rule.accepted for rule in verdict.failed if rule.id == SIGNED).endswith(INSIDE)
    for path in (made.root / "processed").rglob("*.json"):
        json.loads(path.read_text(encoding="utf-8"))
    for path in made.site.rglob("*-texto-alternativo.txt"):
        said = path.read_text(encoding="utf-8")
        assert INSIDE in said
        assert whole(said) == []
        assert OBEYED.search(said) is None


@pytest.mark.slow
def test_office_files_have_no_field_link_or_property_from_a_text(made: Study) -> None:
    import docx
    import openpyxl
    from pptx import Presentation

    folder = made.site / made.params.current_wave
    for name in ("brief.docx", "brief.pptx", "tabulados.xlsx"):
        with zipfile.ZipFile(folder / name) as archive:
            parts = {part: archive.read(part).decode("utf-8", "replace") for part in archive.namelist()}
        for part, content in parts.items():
            if not part.endswith((".xml", ".rels")):
                continue
            # The page's own number is all that is a field, the contents' links all that are links.
            codes = re.findall(r'<w:instrText[^>]*>([^<]*)|w:instr="([^"]*)"|<a:fld [^>]*type="([^"]*)"', content)
            assert {"".join(each).strip() for each in codes} <= {"PAGE", "slidenum", "datetimeFigureOut"}, part
            assert not re.search(r"<f[ >]|<a:hlink(Click|Hover)|<ddeLink|<oleObject", content), part
            for link in re.findall(r"<(?:w:)?hyperlink [^>]*>", content):
                assert "r:id" not in link, (part, link)
            if part.endswith(".rels"):
                assert 'TargetMode="External"' not in content, part
            header = re.search(r"<oddHeader>(.*?)</oddHeader>", content)
            assert header is None, part
    book = openpyxl.load_workbook(folder / "tabulados.xlsx")
    assert not [name for name in book.sheetnames if len(name) > 31 or set(name) & set("[]:*?/\\")]
    for said in (docx.Document(str(folder / "brief.docx")), Presentation(str(folder / "brief.pptx"))):
        told = said.core_properties
        assert flat(told.author) == flat(made.identity.producer)
        assert whole(f"{told.title} {told.subject} {told.comments}") == []
    assert flat(book.properties.creator) == flat(made.identity.producer)


# What nobody sees and a terminal obeys: settings may not hold it, a delivery may.
OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
COLOURED = "\x1b[31m\u202eX\u2066<b>"


@pytest.fixture
def copied(made: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Study:
    """The study again, with a folio that colours the terminal and turns the text."""
    shutil.copytree(made.root, tmp_path / "study", ignore=shutil.ignore_patterns("site"))
    monkeypatch.chdir(tmp_path / "study")
    study = load_study(tmp_path / "study")
    delivered = study.raw("2021T2")
    table = pd.read_csv(delivered, dtype=str)
    table.loc[0, str(table.columns[0])] = COLOURED
    table.to_csv(delivered, index=False)
    return study


@pytest.mark.slow
def test_the_terminal_shows_and_obeys_nothing(copied: Study) -> None:
    write_graph(copied)
    docs = copied.root.parent / "docs"
    said = {}
    for words in (
        ["ingest", "2021T2"], ["check", "2021T2", "--data-docs", str(docs)], ["weight", "2021T2"],
        ["questionnaire", "diff", "2021T1", "2021T2"], ["explain", "2021T2/weighting.json#final/total/n"],
        ["wave", "new", "2021T3", "--from", "2021T2", "--data", str(copied.raw("2021T2"))],
    ):  # fmt: skip
        done = CliRunner().invoke(main, words)
        assert done.exit_code == 0, (words, done.output)
        assert OBEYED.search(done.output) is None, words
        said[words[0]] = done.output
    assert INSIDE in flat(said["wave"])
    assert "[31mX<b>" in flat(said["check"])
    # What was written reads back as the same text.
    old, new = (load(copied.questionnaires / f"{name}.yaml") for name in ("2021T2", "2021T3"))
    assert {**new, "wave": "", "delivery": ""} == {**old, "wave": "", "delivery": ""}
    assert load_study(copied.root).identity == copied.identity
    graph = load(copied.root / "dvc.yaml")
    assert set(graph["stages"]["ingest"]["foreach"]) == {"2021T1", "2021T2", "2021T3"}
    assert INSIDE not in (copied.root / "dvc.yaml").read_text(encoding="utf-8")
    found = list(docs.rglob("*.html"))
    assert len(found) > 2
    for path in found:
        page = path.read_text(encoding="utf-8")
        assert "<script>x()" not in page, path.name


@pytest.mark.slow
def test_a_wave_that_is_not_published_says_so_in_words(copied: Study) -> None:
    delivered = copied.raw("2021T2")
    table = pd.read_csv(delivered, dtype=str)
    table.loc[:1, str(table.columns[0])] = COLOURED
    table.to_csv(delivered, index=False)
    done = CliRunner().invoke(main, ["ingest", "2021T2", "--withhold"])
    assert OBEYED.search(done.output) is None
    # What nobody sees is taken out of a folio before it is anybody's.
    assert "[31mX<b>" in done.output
    record = json.loads((copied.processed("2021T2", "ingest") / "withheld.json").read_text(encoding="utf-8"))
    assert [found for words in record.values() if isinstance(words, str) for found in whole(words)] == []
    CliRunner().invoke(main, ["release", "2021T2", "--withhold"])
    assert TITLE in _readme_words(copied, "2021T2")
    theme, period = not_published.theme_or_neutral(copied), copied.wave("2021T2").period
    for source in (not_published.page(period, TITLE, theme), not_published.nothing(TITLE, theme)):
        page = _Page(source)
        assert {tag for tag, _ in page.tags} <= ELEMENTS
        assert TITLE in page.title
        assert whole(" ".join([page.title, *page.words])) == []


@pytest.mark.slow
def test_a_browser_and_a_printer_show_the_words(made: Study, tmp_path: Path) -> None:
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        pytest.skip("chromium is not installed")
    words = [browser, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}"]
    page = (made.site / "index.html").as_uri()
    for option in (f"--screenshot={tmp_path / 'a.png'}", f"--print-to-pdf={tmp_path / 'a.pdf'}"):
        subprocess.run([*words, option, page], check=True, capture_output=True, timeout=60)
    brief = made.site / made.params.current_wave / "brief.pdf"
    subprocess.run(["pdftoppm", "-r", "40", "-png", "-l", "1", brief, tmp_path / "b"], check=True)
    for picture in (tmp_path / "a.png", *tmp_path.glob("b*.png")):
        assert _colours(picture) > 8
    for pdf in (tmp_path / "a.pdf", brief):
        said = subprocess.run(["pdftotext", "-l", "1", pdf, "-"], capture_output=True, text=True, check=True).stdout
        assert TITLE in flat(said)
        assert "root:" not in said


def _colours(picture: Path) -> int:
    from PIL import Image

    with Image.open(picture) as shown:
        return len(shown.convert("RGB").getcolors(10**6) or range(10**6))
