"""Read the published files back as a reader would, and compare every number with its row."""

import re
import zipfile
from dataclasses import dataclass
from decimal import Decimal
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

from pipeline.reporting.edition import Edition
from pipeline.reporting.numbers import FRACTIONS, rounded
from pipeline.settings.reporting import Measure

# A number with a decimal or thousands, or followed by a percent sign or points.
NUMBER = re.compile(r"(?<![\w.,])[+−-]?\d[\d,]*(?:\.\d+)?(?=\s?%|[\s)\];:.,]|$|\s(?:puntos?|pp)\b)")
_SPACES = re.compile(r"[\s\u00a0]+")


@dataclass(frozen=True)
class Tied:
    """A number of a page with the row and field that it says it is from."""

    key: str
    field: str
    words: str


class _Reader(HTMLParser):
    """Collects tied numbers and the text outside of scripts and styles."""

    def __init__(self) -> None:
        super().__init__()
        self.tied: list[Tied] = []
        self.text: list[str] = []
        self.labels: list[str] = []
        self._open: list[tuple[str, str, list[str], int]] = []
        self._depth = 0
        self._skip = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        for name in ("aria-label", "data-tip", "alt", "title"):
            if known.get(name):
                self.labels.append(known[name] or "")
        if tag in ("meta", "link", "input", "br", "hr", "col", "path"):
            return
        self._depth += 1
        if tag in ("script", "style"):
            self._skip += 1
        if "data-id" in known:
            self._open.append((known["data-id"] or "", known.get("data-field") or "", [], self._depth))

    def handle_endtag(self, tag: str) -> None:
        if tag in ("meta", "link", "input", "br", "hr", "col", "path"):
            return
        if self._open and self._open[-1][3] == self._depth:
            key, field, words, _ = self._open.pop()
            self.tied.append(Tied(key, field, "".join(words).strip()))
        if tag in ("script", "style"):
            self._skip -= 1
        self._depth -= 1

    def handle_data(self, data: str) -> None:
        if self._skip:
            return
        self.text.append(data)
        for _, _, words, _ in self._open:
            words.append(data)


def read_page(words: str) -> tuple[list[Tied], str, list[str]]:
    """Tied numbers, the visible text, and the alternative and hover texts of a page."""
    reader = _Reader()
    reader.feed(words)
    return reader.tied, " ".join(reader.text), reader.labels


def expected(edition: Edition, tied: Tied) -> set[str]:
    """Every way in which the row may print at the precision of the words; empty when there is no such row."""
    wave, indicator, category, statistic, kind, domain = tied.key.split("|")
    estimate = edition.rows.get(wave, Measure(indicator, category, statistic), kind, domain)
    if estimate is None or not estimate.publishable:
        return set()
    factor = 100.0 if statistic == "proportion" else 1.0
    if tied.field == "fraction":
        near = [f for f in FRACTIONS if abs(f.parts / f.whole - estimate.estimate) <= 0.006]
        return {f.text for f in near} | {f.text.capitalize() for f in near}
    if tied.field.startswith("change:"):
        change = edition.change(estimate, tied.field.removeprefix("change:"))
        if change is None:
            return set()
        value = change.difference * factor
        small = {"0.1"} if change.significant and rounded(abs(value), 1) == 0 else set()
        return _prints(value, signed=True) | _prints(abs(value)) | small
    if tied.field.startswith("rank"):
        rank = edition.rank(estimate)
        values = {} if rank is None else {"rank": rank.rank, "rank_low": rank.low, "rank_high": rank.high}
        return {f"{values[tied.field]}.º"} if tied.field in values else set()
    if tied.field == "margin":
        return _prints((estimate.ci_high - estimate.ci_low) / 2 * factor)
    if tied.field == "n":
        return _prints(float(estimate.n))
    value = {"estimate": estimate.estimate, "ci_low": estimate.ci_low, "ci_high": estimate.ci_high}[tied.field] * factor
    return _prints(value)


def _prints(value: float, signed: bool = False) -> set[str]:
    found = set()
    for decimals in (0, 1):
        number: Decimal = rounded(value, decimals)
        words = f"{number:,}".replace("-", "−")
        found.add(words)
        if signed and number > 0:
            found.add(f"+{words}")
    return found


def bare(words: str) -> str:
    """A printed number without unit, verdict sign or the name before it."""
    words = _SPACES.sub(" ", words).strip()
    if re.fullmatch(r"[^\d]+", words):
        return words
    found = re.search(r"[+−]?\d[\d,]*(?:\.\d+)?(?:\.º)?", words)
    return found[0] if found else words


def wrong_numbers(edition: Edition, words: str) -> list[str]:
    """Tied numbers of a page that do not print their row."""
    tied, _, _ = read_page(words)
    return [f"{t.words} ≠ {t.key}#{t.field}" for t in tied if bare(t.words) not in expected(edition, t)]


def decimals_in(words: str) -> list[str]:
    """Every number with a decimal point of a text: what only the tables can have given."""
    return re.findall(r"(?<![\d.])\d[\d,]*\.\d+(?![\d.])", _SPACES.sub(" ", words))


def percentages_in(words: str) -> list[str]:
    """Every percentage of a text."""
    return re.findall(r"(\d[\d,]*(?:\.\d+)?)\s?%", _SPACES.sub(" ", words))


def pdf_text(path: Path) -> str:
    """The text of a PDF in reading order."""
    from pypdf import PdfReader

    return " ".join(page.extract_text() for page in PdfReader(path).pages)


def docx_text(path: Path) -> str:
    """The text of a DOCX: paragraphs and tables in order, and alternative texts."""
    with zipfile.ZipFile(path) as archive:
        body = archive.read("word/document.xml").decode("utf-8")
    return office_text(body)


def pptx_texts(path: Path) -> list[str]:
    """The text of every slide and note of a PPTX, with alternative texts."""
    with zipfile.ZipFile(path) as archive:
        names = [n for n in sorted(archive.namelist()) if re.match(r"ppt/(slides|notesSlides)/[^/]+\.xml$", n)]
        return [office_text(archive.read(name).decode("utf-8")) for name in names]


def office_text(body: str) -> str:
    """Words of an Office XML part: paragraphs apart, runs together."""
    alts = " ".join(unescape(alt) for alt in re.findall(r'descr="([^"]*)"', body))
    body = re.sub(r"</(?:w|a):p>", " ", body)
    body = re.sub(r"<[^>]+>", "", body)
    return f"{unescape(body)} {alts}"
