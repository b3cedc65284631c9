"""A page is a value: what it is given is all that it can show, alone or beside others."""

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from html import unescape
from pathlib import Path

import pytest

from pulsometro.common.errors import PulsoError
from pulsometro.common.parallel import side_by_side
from pulsometro.reporting.formats.build_folder import EngineFiles, engine_files
from pulsometro.reporting.formats.page import Page, prepare, render_page, unused
from pulsometro.reporting.formats.render import Engine
from pulsometro.reporting.formats.templates import fill, names
from pulsometro.reporting.language.traced_text import Markdown, Number, text
from pulsometro.style.theme import Theme

HOSTILE = 'Pulso "M" & C: <b> $1 -- *a* #1 {{ nivel }} {% x %} {{< include /etc/passwd >}} {{< var x >}} @fig-a ?@fig-b'


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EngineFiles]:
    with engine_files(tmp_path_factory.mktemp("s") / "reports", Theme(), Engine("pandoc"), shared=True) as made:
        yield made


def with_source(parts: EngineFiles, name: str, words: str) -> EngineFiles:
    """The same engine with a study's own source."""
    own = parts.reports / "sources" / name
    own.parent.mkdir(exist_ok=True, parents=True)
    own.write_text(words, encoding="utf-8")
    return replace(parts, sources={**parts.sources, name: own})


def test_plain_words_are_escaped_where_they_stand_and_markup_is_not() -> None:
    words = (
        '---\npagetitle: "de {{ nombre }}"\nlista: ["{{ nombre }}", 3]\n---\n{{ nombre }} {{ fragmentos.uno }} {{ n }}'
    )
    given = {"nombre": "*a* {{ b }}", "n": text("es ", Number("1 %", "k"))}
    front, body = fill(words, "x.qmd", {"uno": "**{{ nombre }}**\n"}, given)
    escaped = r"\*a\* \{\{ b \}\}"
    assert front == {"pagetitle": f"de {escaped}", "lista": [escaped, 3]}
    assert body == f'{escaped} **{{{{ nombre }}}}** es [1 %]{{data-id="k" data-field="estimate"}}'
    assert fill("{{ a }}", "x.qmd", {}, {"a": Markdown("*a*")})[1] == "*a*"
    # Nothing in a source turns words into markup: a filter does not, nor does joining them.
    tricks = "{{ a | safe }}{{ '*' ~ a }}{{ a[0] }}{{ a.upper() }}"
    assert fill(tricks, "x.qmd", {}, {"a": "*"})[1] == r"\*\*\*\*\*"


def test_names_with_hyphens_have_underscores_in_a_source() -> None:
    assert fill("{{ a_b }}{{ fragmentos.c_d }}", "x.qmd", {"c-d": "y"}, {"a-b": "x"})[1] == "xy"


@pytest.mark.parametrize("kind", ["fragmentos.", ""])
def test_what_a_page_forgets_is_named_and_never_another_pages(parts: EngineFiles, tmp_path: Path, kind: str) -> None:
    own = with_source(parts, "brief.qmd", f"---\npagetitle: t\n---\n{{{{ {kind}secreto }}}}\n")
    full = Page("brief.qmd", {"secreto": "del otro"}, {"secreto": "del otro"}, {})
    render_page(full, own, "html", tmp_path / "uno.html")
    assert "del otro" in (tmp_path / "uno.html").read_text(encoding="utf-8")
    with pytest.raises(PulsoError) as found:
        render_page(Page("brief.qmd", {"uno": ""}, {"dos": ""}, {}), own, "html", tmp_path / "dos.html")
    name = "fragment" if kind else "variable"
    assert str(found.value) == (
        f"reports/sources/brief.qmd: this page has no {name} {{{{ {kind}secreto }}}} "
        f"(it has: {'uno' if kind else 'dos'}); correct the name, or remove it."
    )
    assert not (tmp_path / "dos.html").exists()


def test_pages_alone_in_any_order_and_side_by_side_are_the_same_bytes(parts: EngineFiles, tmp_path: Path) -> None:
    source = '---\npagetitle: "{{ a }}"\n---\n{{ fragmentos.b }}\n'
    own = with_source(with_source(parts, "brief.qmd", source), "index.qmd", source)
    pages = [
        Page("brief.qmd", {"b": "uno"}, {"a": "uno"}, {"draft": True, "nav": [{"href": "a", "text": "uno"}]}),
        Page("index.qmd", {"b": "dos"}, {"a": "dos"}, {}),
    ]
    for page in pages:
        render_page(page, own, "html", tmp_path / "solo" / page.source)
    for page in reversed(pages):
        render_page(page, own, "html", tmp_path / "vuelta" / page.source)
    side_by_side([partial(render_page, page, own, "html", tmp_path / "juntos" / page.source) for page in pages])
    for page in pages:
        first, *others = [(tmp_path / way / page.source).read_bytes() for way in ("solo", "vuelta", "juntos")]
        assert others == [first, first]
    last = (tmp_path / "solo" / "index.qmd").read_text(encoding="utf-8")
    assert "uno" not in last and 'class="draft"' not in last


def test_what_is_laid_out_for_quarto_holds_no_code_of_anybodys_text(parts: EngineFiles, tmp_path: Path) -> None:
    own = with_source(parts, "brief.qmd", '---\npagetitle: "{{ a }}"\n---\n{{ a }}\n')
    page = Page("brief.qmd", {}, {"a": HOSTILE}, {"site": HOSTILE, "nav": [{"href": "a.html", "text": HOSTILE}]})
    prepare(page, own, tmp_path)
    laid = (tmp_path / "brief.qmd").read_text(encoding="utf-8")
    assert "{{" not in laid and not re.search(r"(?<!\\)[*<>$#@{}]", laid.replace("\\}\\}", ""))
    render_page(page, own, "html", tmp_path / "fuera.html")
    made = (tmp_path / "fuera.html").read_text(encoding="utf-8")
    main, title = re.search(r"<p>(Pulso.*?)</p>", made), re.search("<title>(.*?)</title>", made)
    assert main and title and unescape(main[1]) == unescape(title[1]) == HOSTILE
    assert "<b>" not in made


OLD = ["{{< var titulo-pagina >}}", "{{< include fragmentos/lugares-titulo.md >}}"]


@pytest.mark.parametrize("old", OLD)
def test_an_old_shortcode_is_refused_with_its_new_spelling_and_that_works(
    parts: EngineFiles, tmp_path: Path, old: str
) -> None:
    front = "---\npagetitle: t\n---\n\n"
    page = Page("brief.qmd", {"lugares-titulo": "del fragmento"}, {"titulo-pagina": "de la variable"}, {})
    with pytest.raises(PulsoError, match=r"^reports/sources/brief\.qmd: line 5: ") as found:
        render_page(page, with_source(parts, "brief.qmd", f"{front}{old}\n"), "html", tmp_path / "x.html")
    new = re.search(r"is now (\{\{ [\w.]+ \}\})", str(found.value))
    assert new and old in str(found.value)
    render_page(page, with_source(parts, "brief.qmd", f"{front}{new[1]}\n"), "html", tmp_path / "x.html")
    assert re.search("del fragmento|de la variable", (tmp_path / "x.html").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("{{< video x.mp4 >}}", "line 1: .*has no other spelling"),
        ("{{< meta title >}}", "line 1: .*has no other spelling"),
        ("a\n{{ titular", "line 2: "),
        ("a\n{% include '/etc/passwd' %}", "line 2: a page takes in no other file"),
        ("{% from 'x' import y %}", "line 1: a page takes in no other file"),
        ("a\n\n{{ titular|mayusculas }}", "line 3: No filter named 'mayusculas'; correct it"),
        ("{{ titular is raro }}", "line 1: No test named 'raro'; correct it"),
        ("{% if titular %}", "line 1: Unexpected end of template; .*'if'; correct it"),
        ("{{ fragmentos }}", "is not printed whole"),
        ("{{ range(9) }}", "no variable {{ range }}"),
        ("{{ titular.nada }}", "cannot be filled"),
        ("{{ titular.__class__.__mro__ }}", "cannot be filled"),
        ("{{ titular + 1 }}", "cannot be filled"),
    ],
)
def test_what_is_no_template_of_ours_is_one_sentence(body: str, said: str) -> None:
    with pytest.raises(PulsoError, match=said) as found:
        fill(body, "reports/sources/brief.qmd", {"a": "b"}, {"titular": "t"})
    assert str(found.value).startswith("reports/sources/brief.qmd: ") and "\n" not in str(found.value)
    assert not re.search(r"\.;|\. [A-Z](?!uarto)", str(found.value))


@pytest.mark.parametrize("words", ["", "Sólo palabras.\n", "---\nkind: seccion\n---\n", "\n---\npagetitle: t\n---\n"])
def test_a_page_without_a_title_is_refused(parts: EngineFiles, tmp_path: Path, words: str) -> None:
    with pytest.raises(PulsoError, match=r"^reports/sources/brief\.qmd: the page has no title; begin it with front"):
        prepare(Page("brief.qmd", {}, {}, {}), with_source(parts, "brief.qmd", words), tmp_path / "x")


def test_an_address_of_a_heading_is_no_comment() -> None:
    assert fill("## Uno {#uno}\n", "x.qmd", {}, {})[1] == "## Uno {#uno}\n"


def test_what_a_page_gives_and_its_source_does_not_use_is_found(parts: EngineFiles) -> None:
    own = with_source(parts, "brief.qmd", "{{ a_b }} {{ fragmentos.c }}")
    assert names("{{ a_b }} {{ fragmentos.c }}", "x").variables == {"a_b"}
    assert unused(Page("brief.qmd", {"c": "", "d-e": ""}, {"a-b": "", "f": ""}, {}), own) == ("d-e", "f")
