"""Read the published files back as a reader would: words with the row that they say they are from."""

import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

_VOID = {"meta", "link", "input", "br", "hr", "col", "img", "wbr"}
_SPACES = re.compile(r"[\s\u00a0]+")
# Numbers as printed: thousands with commas, decimals with a point, a sign that is not a hyphen.
NUMBER = re.compile(r"[+−]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?")


@dataclass(frozen=True)
class Piece:
    """Words of a page as one element holds them.

    ``key``/``field``: the row they are tied to ("" when they are not). ``chart``: which chart they are in (by
    order in the page, −1 outside of charts) and ``figure`` its id. ``source``: the file that an element around
    them names. ``kind``: text, or the attribute that holds them (aria-label, data-tip, alt, title).
    """

    words: str
    key: str = ""
    field: str = ""
    chart: int = -1
    figure: str = ""
    source: str = ""
    kind: str = "text"
    web: bool = False
    folded: bool = False
    narrow: bool = False


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[Piece] = []
        self._stack: list[tuple[str, dict[str, str]]] = []
        self._charts = -1

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = {name: value or "" for name, value in attrs}
        if tag == "svg":
            self._charts += 1
        self._stack.append((tag, known))
        for name in ("aria-label", "data-tip", "alt", "title"):
            if known.get(name):
                self._keep(known[name], name)
        if tag == "meta" and known.get("name") == "description":
            self._keep(known.get("content", ""), "description")
        if tag in _VOID:
            self._stack.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag not in _VOID:
            assert self._stack and self._stack[-1][0] == tag, (tag, self._stack[-3:])
            self._stack.pop()

    def handle_data(self, data: str) -> None:
        if data.strip() and not any(tag in ("script", "style") for tag, _ in self._stack):
            self._keep(data, "text")

    def _keep(self, words: str, kind: str) -> None:
        tie = next((known for _, known in reversed(self._stack) if "data-id" in known), {})
        inside = any(tag == "svg" for tag, _ in self._stack)
        classes = {name for _, known in self._stack for name in known.get("class", "").split()}
        self.pieces.append(Piece(
            words, tie.get("data-id", ""), tie.get("data-field", ""), self._charts if inside else -1,
            self._around("data-figure"), self._around("data-source"), kind, "web" in classes,
            any(tag == "details" for tag, _ in self._stack), "narrow" in classes,
        ))  # fmt: skip

    def _around(self, name: str) -> str:
        return next((known[name] for _, known in reversed(self._stack) if name in known), "")


def read_page(page: str) -> list[Piece]:
    """Every piece of text of a page, alternative and hover texts too."""
    reader = _Reader()
    reader.feed(page)
    return reader.pieces


def settled(words: str) -> str:
    """Words with single plain spaces."""
    return _SPACES.sub(" ", words).strip()


def numbers_in(words: str) -> list[str]:
    """Every number of a text as printed, in order."""
    return NUMBER.findall(words)


def pdf_text(path: Path) -> str:
    """The text of a PDF in reading order, without the numbers of its pages ("1 de 2")."""
    from pypdf import PdfReader

    pages = PdfReader(path).pages
    words = [page.extract_text() for page in pages]
    for number, text in enumerate(words, 1):
        foot = re.compile(rf"\b{number} de {len(pages)}\b")
        assert foot.search(text), f"page {number} has no number"
        words[number - 1] = foot.sub(" ", text)
    return " ".join(words)


def pdf_structure(path: Path) -> Iterator[Mapping[str, Any]]:
    """Every element of a tagged PDF's structure tree."""
    from pypdf import PdfReader

    waiting: list[Any] = [PdfReader(path).trailer["/Root"]["/StructTreeRoot"]]
    while waiting:
        node = waiting.pop()
        node = node.get_object() if hasattr(node, "get_object") else node
        if isinstance(node, list):
            waiting += node
        elif isinstance(node, dict):
            yield node
            waiting.append(node.get("/K", []))


def pdf_alternatives(path: Path) -> list[str]:
    """The alternative texts of a tagged PDF."""
    return [str(node["/Alt"]) for node in pdf_structure(path) if "/Alt" in node]


def docx_text(path: Path, alternatives: bool = True) -> str:
    """The text of a DOCX: paragraphs and tables in order, with alternative texts where the pictures are."""
    with zipfile.ZipFile(path) as archive:
        body = archive.read("word/document.xml").decode("utf-8")
    return office_text(body if alternatives else _without_alternatives(body))


def _without_alternatives(body: str) -> str:
    return re.sub(r'\bdescr="[^"]*"', "", body)


def pptx_texts(path: Path, alternatives: bool = True) -> list[tuple[str, str]]:
    """Of every slide its text with alternative texts, and its notes."""
    with zipfile.ZipFile(path) as archive:
        slides = sorted(
            (n for n in archive.namelist() if re.fullmatch(r"ppt/slides/slide\d+\.xml", n)),
            key=lambda name: int(re.findall(r"\d+", name)[0]),
        )
        parts = ((archive.read(n).decode("utf-8"), _notes(archive, n)) for n in slides)
        return [(office_text(body if alternatives else _without_alternatives(body)), notes) for body, notes in parts]


def _notes(archive: zipfile.ZipFile, slide: str) -> str:
    beside = f"ppt/slides/_rels/{Path(slide).name}.rels"
    found = re.search(r'Target="\.\./(notesSlides/[^"]+)"', archive.read(beside).decode("utf-8"))
    return office_text(archive.read(f"ppt/{found[1]}").decode("utf-8")) if found else ""


def office_text(body: str) -> str:
    """Words of an Office XML part in order: paragraphs apart, runs together, alternative texts in their place."""
    body = re.sub(r'<(?:wp:docPr|p:cNvPr|pic:cNvPr)\b[^>]*?\bdescr="([^"]*)"[^>]*>', r" \1 ", body)
    body = re.sub(r"<a:fld\b.*?</a:fld>", "", body, flags=re.S)
    body = re.sub(r"</(?:w|a):p>", " \n", body)
    return unescape(re.sub(r"<[^>]+>", "", body))


def search_entries(path: Path) -> list[dict[str, str]]:
    """What the site's search finds words in."""
    first = path.read_text(encoding="utf-8").partition(";\n")[0]
    found: list[dict[str, str]] = json.loads(first.removeprefix("window.PULSO_PAGES = "))
    return found


def leaves(content: Any) -> Iterator[float | str]:
    """Every number and every text of a JSON content."""
    if isinstance(content, Mapping):
        for value in content.values():
            yield from leaves(value)
    elif isinstance(content, list):
        for value in content:
            yield from leaves(value)
    elif isinstance(content, int | float) and not isinstance(content, bool):
        yield float(content)
    elif isinstance(content, str):
        yield content
