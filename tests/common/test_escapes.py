"""Each format shows the text that went in: pandoc, Typst, an HTML parser, Excel and a CSV reader say so themselves."""

import csv
import io
import json
import re
import subprocess
from collections.abc import Sequence
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulsometro.common import escapes
from pulsometro.reporting.formats.render import _MARKDOWN, pandoc_path

# Signs that some format reads as its own, with what stands beside them, and whole attacks.
_SIGNS = "ab1ñ .-+:%=()[]{}<>|\\`*_#$@^~&!\"'/\n\t;,?i"
ATTACKS = (
    "<script>alert(1)</script>", "\"quotes'", "{{< include x >}}", "{{ }}", '#read("/etc/passwd")', "```{=typst}",
    "=1+1", "+1", "@SUM(A1)", "file:///etc/passwd", "http://x.mx", "www.x.mx", "&D", "{% if %}", "$x$", "<!-- -->",
    "]]>", "|", "a\\", "<r><t>x</t></r>", "- a", "1. a", "iv) a", ": a", "% a", "``` {=html}", "@fig-1", "?@fig-1",
    "[x](y)", "![x](y)", "[^1]", "^[n]", "{#id .c}", "&lt;", "&#64;", "---", "::: {.x}", "A.  B",
    'Pulso "M" & C: <b> $1 -- *a* #1',
)  # fmt: skip
TEXTS = st.one_of(st.sampled_from(ATTACKS), st.text(_SIGNS, min_size=1, max_size=20))
MANY = st.lists(TEXTS, min_size=150, max_size=200)
FEW = settings(max_examples=3, deadline=None)


def flat(words: str) -> str:
    """As a paragraph prints words: blanks and new lines are one blank."""
    return re.sub(r"[ \t\n]+", " ", words).strip()


def read(source: str, dialect: str) -> list[Any]:
    """Pandoc's blocks of a source."""
    command = [pandoc_path(), "--from", dialect, "--to", "json"]
    ran = subprocess.run(command, input=source, capture_output=True, text=True, check=True)
    return list(json.loads(ran.stdout)["blocks"])


def words_of(inlines: Sequence[Any]) -> str:
    """The plain words of inlines; anything but words and blanks shows as itself and equals no text."""
    known = {"Space": " ", "SoftBreak": " "}
    return "".join(x["c"] if x["t"] == "Str" else known.get(x["t"], f"<{x}>") for x in inlines)


@pytest.mark.parametrize("dialect", [_MARKDOWN, "markdown+autolink_bare_uris", "gfm"])
@FEW
@given(MANY)
def test_markdown_prints_the_words(dialect: str, texts: list[str]) -> None:
    wanted = [said for said in map(flat, [*ATTACKS, *texts]) if said]
    blocks = read("\n\n".join(map(escapes.markdown, wanted)), dialect)
    assert [(block["t"], words_of(block["c"])) for block in blocks] == [("Para", said) for said in wanted]


@FEW
@given(MANY)
def test_tables_headings_and_attributes_print_the_words(texts: list[str]) -> None:
    wanted = [said for said in map(flat, [*ATTACKS, *texts]) if said]
    lines = [f"| {escapes.markdown(said)} | b |" for said in wanted]
    [table] = read("\n".join(["| a | b |", "|---|---|", *lines]), _MARKDOWN)
    cells = [row[1][0][4] for row in table["c"][4][0][3]]
    assert [words_of(cell[0]["c"]) for cell in cells] == wanted
    heads = read("\n\n".join(f"## {escapes.markdown(said)} {{#x}}" for said in wanted), _MARKDOWN)
    assert [(words_of(head["c"][2]), head["c"][1][0]) for head in heads] == [(said, "x") for said in wanted]
    images = read("\n\n".join(f'![](x.png){{alt="{escapes.attribute(said)}"}}' for said in wanted), _MARKDOWN)
    assert [dict(image["c"][0]["c"][0][2])["alt"] for image in images] == wanted


def test_an_escaped_shortcode_is_none() -> None:
    for said in ("{{< include x >}}", "{{< var x >}}", "{{%x%}}", "{{ }}"):
        assert "{{" not in escapes.markdown(said)
        assert "{{" not in escapes.attribute(said)


class _Attribute(HTMLParser):
    value = ""
    words = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert (tag, len(attrs)) == ("i", 1)
        self.value = attrs[0][1] or ""

    def handle_data(self, data: str) -> None:
        self.words += data


@given(TEXTS)
def test_html_holds_the_words(said: str) -> None:
    for escape in (escapes.html, escapes.attribute):
        page = _Attribute()
        page.feed(f'<i title="{escape(said)}">{escape(said)}</i>')
        page.close()
        wanted = said if escape is escapes.html else re.sub(r"[ \t\n]+", " ", said)
        assert (page.value, page.words) == (wanted, wanted)


def test_typst_reads_the_words_from_its_string() -> None:
    import typst

    texts = [flat(said) for said in ATTACKS]
    listed = ", ".join(map(escapes.typst_string, texts))
    made = typst.query(f"#metadata(({listed})) <x>".encode(), "<x>", field="value", one=True)
    assert json.loads(made) == texts
    assert escapes.pandoc_template("a $x$") == "a $$x$$"


@given(TEXTS)
def test_a_csv_reader_reads_the_words_and_no_spreadsheet_a_formula(said: str) -> None:
    [[cell, last]] = csv.reader(io.StringIO(f"{escapes.csv_text(said)},1\n", newline=""))
    assert last == "1"
    assert cell.removeprefix("'") == said.removeprefix("'")
    assert not cell.lstrip(" ").startswith(("=", "+", "-", "@", "\t"))


@given(TEXTS)
def test_a_footer_has_no_code_of_the_text(said: str) -> None:
    footer = escapes.excel_footer(said)
    assert footer.replace("&&", "").count("&") == 0
    assert footer.replace("&&", "&") == re.sub(r"[ \t\n]+", " ", said)


def test_what_is_too_long_for_excel_is_cut() -> None:
    assert len(escapes.excel_footer("& and a" * 99)) < 150
    assert escapes.excel_text("x" * 40_000) == "x" * 32_766 + "…"
    assert not escapes.excel_text("<r><t>x</t></r>").endswith("</r>")
    assert escapes.excel_text("=1+1") == "=1+1"


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("En שלום, 66.2 %", "En \u2068שלום\u2069, 66.2 %"),
        ("حي السلام 12", "\u2068حي السلام\u2069 12"),
        ("א 1 ב y ג", "\u2068א 1 ב\u2069 y \u2068ג\u2069"),
        ("Ñuñoa 12", "Ñuñoa 12"),
    ],
)
def test_words_from_the_right_turn_nothing_around_them(words: str, shown: str) -> None:
    """In a page, a PDF and Word, wherever they stand in a sentence; other words get no mark."""
    assert escapes.isolated(words) == shown
    assert escapes.html(words) == shown
    assert escapes.attribute(words) == shown
    [block] = read(escapes.markdown(words), _MARKDOWN)
    assert words_of(block["c"]) == shown
