"""Every number and verdict of a page against the tables: a page comes in, complaints go out."""

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

from pulsometro.common.files import read_record
from pulsometro.reporting.edition.content import Edition
from pulsometro.reporting.edition.rows import Estimate
from pulsometro.reporting.trace.location import FILES, value_at
from pulsometro.study import Study
from pulsometro.style import spanish
from tests.reporting import reading
from tests.reporting.checking import Checked, fits, is_of, printed, row_of, without_exempt
from tests.reporting.reading import Piece, numbers_in, settled

# --- pages --------------------------------------------------------------------------------------

# Proportions in the files that the page shows as percentages; every other number is printed in its own unit.
PERCENT = {"cv", "moved_share", "target", "before", "after", "gap", "share", "e"}


def check_page(study: Study, edition: Edition, page: str) -> Checked:
    """Every number of a page: tied to a row that it prints, from a named file, or on the list of exceptions."""
    pieces, result = reading.read_page(page), Checked()
    files: dict[str, Sourced | None] = {}
    tied: dict[str, list[Piece]] = {}
    for piece in _elements(pieces):
        where = f"{settled(piece.words)!r} ≠ {piece.key}#{piece.field}"
        result.expect(_tied_right(study, edition, piece), where)
        tied.setdefault(piece.figure, []).append(piece)
    known = Counter(n for p in _elements(pieces) for n in numbers_in(p.words))
    for piece in pieces:
        if piece.key:
            continue
        words = without_exempt(edition, piece.words)
        if piece.kind == "description" or (piece.kind == "text" and piece.source == "" and piece.chart < 0):
            allowed = known if piece.kind == "description" else Counter[str]()
            for number in numbers_in(words):
                result.expect(number in allowed, f"{number} without a row in {settled(piece.words)!r}")
        elif piece.source and (piece.chart < 0 or piece.kind in ("aria-label", "data-tip")):
            sourced = files.setdefault(piece.source, None) or Sourced(study, piece.source)
            files[piece.source] = sourced
            for number in numbers_in(words):
                result.expect(sourced.holds(number), f"{number} not in {piece.source}: {settled(piece.words)!r}")
        elif piece.chart >= 0 and piece.kind == "aria-label":
            marks = [p for p in pieces if p.chart == piece.chart and p.key]
            names = [(settled(p.words).partition(": ")[0], p.key) for p in marks if p.kind == "data-tip"]
            names += [("", p.key) for p in marks if p.kind == "text"]
            result.complaints += wrong_alternative(edition, words, names)
            result.numbers += len(numbers_in(words))
    result.complaints += wrong_axes(edition, pieces)
    result.complaints += wrong_claims(edition, pieces)
    return result


def _elements(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """Tied pieces, the texts of one element together (a number may be written in several)."""
    for piece in pieces:
        if piece.key and (piece.kind == "data-tip" or (piece.kind == "text" and piece.field != "tip")):
            yield piece


def _tied_right(study: Study, edition: Edition, piece: Piece) -> bool:
    words = settled(piece.words)
    if piece.key.endswith(FILES):
        return held(study, edition, piece.key, piece.field, words)
    # In charts and headings a name may stand before its number.
    if piece.field in ("estimate", "margin") or piece.field.startswith("change:"):
        # An older figure at the end of a line names its wave.
        words = words.removesuffix(f" ({spanish.wave_short(piece.key.partition('|')[0])})")
        found = numbers_in(words)
        return len(found) == 1 and fits(edition, piece.key, piece.field, found[0]) and _sign_right(edition, piece)
    return fits(edition, piece.key, piece.field, words)


# What is printed as a power of ten.
POWERS = {"max_error", "largest_estimate", "largest_error", "tolerance"}


def printed_as(value: Any, path: str, share: bool) -> set[str]:
    """Every way in which the page may print a value of the file."""
    above, name = ["", *path.split("/")][-2:]
    factor = (
        100 if name in PERCENT or above == "rates" or (share and name in ("estimate", "se", "se_interviewers")) else 1
    )
    if name in POWERS:
        power = str(round(math.log10(value))).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
        return {f"10{power}"}
    shown = {spanish.decimal(value * factor, d) for d in (0, 1, 2, 3)}
    return shown | {f"+{one}" for one in shown} | {one.lstrip("−") for one in shown} | {f"{value:.0f}"}


def held(study: Study, edition: Edition, key: str, path: str, words: str) -> bool:
    """Whether ``words`` are what a file of a wave ("2013T2/weighting.json") holds at ``path``."""
    wave, _, name = key.partition("/")
    label = edition.labels.get(path.split("/")[0])
    share = label is None or label.statistic == "proportion"
    value = value_at(study, wave, name, path)
    return re.sub(r"\s*(%|puntos?)$", "", words.strip()) in printed_as(value, path, share)


_SIGNS = {"▲": "up", "▼": "down"}


def _sign_right(edition: Edition, piece: Piece) -> bool:
    """▲ and ▼ only where the table says so, ◆ only where it says that nothing moved."""
    if not piece.field.startswith("change:"):
        return True
    sign = next((s for s in "▲▼◆" if s in piece.words), "")
    estimate = row_of(edition, piece.key)
    change = edition.change(estimate, piece.field.partition(":")[2])
    if not sign or change is None:
        return True
    return _SIGNS.get(sign, "") == (change.verdict if change.significant else "")


class Sourced:
    """The numbers of the files that an element of a page names as its source."""

    def __init__(self, study: Study, names: str):
        self._values: set[float] = set()
        self._words: set[str] = set()
        for name in names.split():
            for path in sorted(study.root.glob(name)):
                if path.suffix == ".json":
                    content = read_record(path)
                    self._values |= _rule_counts(content)
                    for leaf in reading.leaves(content):
                        if isinstance(leaf, str):
                            self._words |= set(numbers_in(leaf))
                        else:
                            self._values.add(leaf)
                elif path.suffix == ".parquet":
                    self._values |= _row_counts(path)
                else:
                    self._words |= set(numbers_in(path.read_text(encoding="utf-8")))
                    # A wave's questionnaire extends shared files.
                    base = path.parent / "base.yaml"
                    if path.suffix == ".yaml" and base.is_file():
                        self._words |= set(numbers_in(base.read_text(encoding="utf-8")))

    def holds(self, number: str) -> bool:
        """Whether a file has the number, as itself or as a share."""
        plain = number.lstrip("+−")
        return plain in self._words or any(
            printed(abs(value) * factor, plain) for value in self._values for factor in (1, 100)
        )


def _rule_counts(content: Any) -> set[float]:
    """How many rules a verdict has, and how many passed."""
    rules = content.get("rules", []) if isinstance(content, dict) else []
    return {float(len(rules)), float(sum(bool(rule["passed"]) for rule in rules))} if rules else set()


def _row_counts(path: Path) -> set[float]:
    import pandas as pd

    groups = pd.read_parquet(path).groupby("wave")["publishable"].agg(["sum", "size"])
    return {float(v) for v in [*(groups["size"] - groups["sum"]), *groups["size"]]}


def wrong_axes(edition: Edition, pieces: Sequence[Piece]) -> list[str]:
    """Untied numbers inside a chart must be waves, dates of its source, or the even steps of its axis or key."""
    wrong = []
    for chart in sorted({p.chart for p in pieces if p.chart >= 0}):
        words = [settled(p.words) for p in pieces if p.chart == chart and p.kind == "text" and not p.key]
        ticks = [Decimal(n[0].replace(",", "").replace("−", "-")) for w in words
                 if not re.fullmatch(r"\dT\d\d", w) and (n := numbers_in(without_exempt(edition, w)))]  # fmt: skip
        if any(p.source for p in pieces if p.chart == chart):
            # A chart of a file, not of rows, may have logarithmic axes: doublings.
            wrong += [f"chart {chart}: {tick} on an axis" for tick in ticks if math.log2(tick) % 1]
            continue
        steps = {b - a for a, b in pairwise(ticks)}
        if len(steps) > 1 or Decimal(0) in steps:
            wrong.append(f"chart {chart}: {words} are not the steps of an axis")
    return wrong


# --- alternative texts --------------------------------------------------------------------------


def wrong_alternative(edition: Edition, words: str, names: Sequence[tuple[str, str]]) -> list[str]:
    """Complaints about the alternative text of a chart whose marks are ``names`` (name → key of the row)."""
    wrong, rows = [], {key: row for _, key in names if (row := row_of(edition, key))}
    by_name: dict[str, list[Estimate]] = {}
    for name, key in names:
        for part in {name, name.split(",")[0]} - {""}:
            if key in rows:
                by_name.setdefault(part, []).append(rows[key])
    left = words
    # "Juárez, 82.3 %": the number beside a name is that row's.
    for name in sorted(by_name, key=len, reverse=True):
        for found in re.finditer(rf"(?<=[:;] ){re.escape(name)}, (?:de )?([^;.]*(?:\.\d[^;.]*)*)", left):
            for number in numbers_in(found[1]):
                if not any(is_of(edition, row, number) for row in by_name[name]):
                    wrong.append(f"{number} is not {name}'s in {settled(words)!r}")
    for number in numbers_in(left):
        if not any(is_of(edition, row, number) for row in rows.values()):
            wrong.append(f"{number} is no number of the chart {settled(words)!r}")
    for verb, name in re.findall(r"(sube|baja) en ([^,.]+?)(?=,| y (?:sube|baja)|\.)", left.partition("Cambio sig")[2]):
        change = next((edition.change(row) for row in by_name.get(name, ())), None)
        if change is None or change.verdict != {"sube": "up", "baja": "down"}[verb]:
            wrong.append(f"{verb} en {name}")
    return wrong


# --- claims in words ----------------------------------------------------------------------------

_WORD = {spanish.word(k): k for k in range(13)} | {"una": 1}


def _wrong_count(edition: Edition, words: str) -> list[str]:
    """How many of the places' figures moved, counted again."""
    cells = [edition.in_place(m, p.code) for m in edition.settings.findings for p in edition.places]
    changes = [c for cell in cells if (c := edition.change(cell)) and c.comparable]
    moved = sum(change.verdict in ("up", "down") for change in changes)
    wrong = []
    for found in re.finditer(r"de (\d+) cifras que se comparan con [\w ]+, (\w+) cambian?\b", words):
        if int(found[1]) != len(changes) or {"ninguna": 0, **_WORD}.get(found[2]) != moved:
            wrong.append(found[0])
    return wrong


def wrong_claims(edition: Edition, pieces: Sequence[Piece]) -> list[str]:
    """Headings that count or name places, counted again from the table."""
    wrong = []
    words = settled(" ".join(p.words for p in pieces if p.kind == "text"))
    measure = edition.settings.headline
    rows = {p.short: e for p in edition.places if (e := edition.in_place(measure, p.code))}
    for found in re.finditer(r"En (?:(\w+) de )?l[oa]s (\w+) \w+(?: con cifra)?, (más|menos) de la mitad", words):
        more = found[3] == "más"
        some = [e for e in rows.values() if (e.ci_low > 0.5 if more else e.ci_high < 0.5)]
        if _WORD.get(found[1] or found[2]) != len(some) or _WORD.get(found[2]) != len(rows):
            wrong.append(found[0])
    wrong += _wrong_count(edition, words)
    for found in re.finditer(r"la cifra ((?:baja|sube)[^.]+)\.", words):
        moved = {name: c.verdict for name, e in rows.items() if (c := edition.change(e)) and c.significant}
        for verb, code in (("baja", "down"), ("sube", "up")):
            part = re.search(rf"{verb}(?: de forma significativa)? en (.*?)(?=, y sube|$)", found[1])
            said = {name for name in rows if part and re.search(rf"\b{re.escape(name)}\b", part[1])}
            if part and re.search(r"l[oa]s \w+ \w+", part[1]) and len(part[1].split()) == 3:
                said = set(rows)
            if said != {name for name, verdict in moved.items() if verdict == code}:
                wrong.append(found[0])
    return wrong
