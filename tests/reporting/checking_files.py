"""Paper, Word, slides, cards and workbook against the page and the tables: files come in, complaints go out."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pulsometro.questionnaire.crossings import parts_of
from pulsometro.reporting.edition.content import Edition
from pulsometro.reporting.edition.rows import Estimate
from pulsometro.reporting.row_key import RowKey
from pulsometro.settings.report_settings import Measure
from pulsometro.style import spanish
from tests.reporting.checking import (
    PHRASES,
    Checked,
    factor_of,
    field_of,
    is_of,
    printed,
    told,
    without_exempt,
)
from tests.reporting.reading import Piece, numbers_in, settled


def verdict_phrases(words: str) -> Counter[str]:
    """How often each verdict is said in a text."""
    left, found = settled(words).lower(), Counter[str]()
    for phrase in PHRASES:
        found[phrase] = left.count(phrase)
        left = left.replace(phrase, " ")
    found.update(re.findall(r"\b(?:sube|baja)\b", left))
    return +found


# --- paper, Word, slides, cards -----------------------------------------------------------------


def on_paper(pieces: Sequence[Piece]) -> str:
    """The words of a page that its PDF has: no links, no folded tables, of each chart what the wide drawing says."""
    return " ".join(
        p.words for p in pieces
        if p.kind == "text" and not p.web and not p.folded and (p.chart < 0 or not p.narrow)
    )  # fmt: skip


def in_word(pieces: Sequence[Piece]) -> str:
    """The words of a page that its DOCX has: each chart is its alternative text, tables stand open."""
    said: set[str] = set()
    words = []
    for p in pieces:
        if p.chart >= 0 and p.kind == "aria-label" and p.figure not in said:
            said.add(p.figure)
            words.append(p.words)
        elif p.kind == "text" and p.chart < 0 and not p.web:
            words.append(p.words)
    return " \n".join(words)


def check_slides(edition: Edition, slides: Sequence[tuple[str, str]]) -> Checked:
    """Each slide of a finding against the rows of that finding; the others against the series and the battery."""
    result = Checked()
    shown = [m for m in edition.settings.findings if edition.whole(m) is not None]
    whole = {edition.area_name: edition.whole(edition.settings.headline)}
    findings, rest = slides[1 : 1 + len(shown)], [slides[0], *slides[1 + len(shown) :]]
    for measure, (words, notes) in zip(shown, findings, strict=True):
        estimate = edition.whole(measure)
        assert estimate is not None
        places = {p.short: e for p in edition.places if (e := edition.in_place(measure, p.code))}
        rows = {**places, edition.area_name: estimate}
        for part in (words, notes):
            plain = without_exempt(edition, part)
            for name, row in rows.items():
                for number in re.findall(rf"{re.escape(name)}[,:] ([\d.,]*\d)", plain):
                    result.expect(printed(row.estimate * factor_of(row), number), f"{name}: {number}")
            for number in numbers_in(plain):
                right = is_of(edition, estimate, number) or number == spanish.count(estimate.n)
                right |= printed(field_of(edition, estimate, "margin"), number)
                right |= any(printed(row.estimate * factor_of(row), number) for row in places.values())
                result.expect(right, f"{number} on the slide of {measure.indicator}")
            wanted = edition.change(estimate)
            if wanted is not None and not any(said in part.lower() for said in told(wanted)):
                result.complaints.append(f"{measure.indicator}: the verdict {wanted.verdict} is not on the slide")
    allowed = [e for e in whole.values() if e]
    headline = edition.settings.headline
    assert headline is not None
    allowed += [e for info in edition.waves if (e := edition.whole(headline, info.key))]
    allowed += [e for p in edition.places for info in edition.waves
                if (e := edition.in_place(headline, p.code, info.key))]  # fmt: skip
    firsts = [item.first for battery in edition.batteries for item in battery.items]
    allowed += [e for first in firsts if (e := edition.whole(first))]
    rate = edition.made.response_rate
    own = {spanish.count(edition.interviews)} | ({spanish.bare_percent(rate)} if rate is not None else set())
    for words in (part for slide in rest for part in slide):
        for number in numbers_in(without_exempt(edition, words)):
            right = number in own or any(is_of(edition, row, number) for row in allowed)
            right |= any(printed(field_of(edition, row, "margin"), number) for row in allowed[:1])
            result.expect(right, f"{number} in {settled(words)!r}")
    return result


def check_card(edition: Edition, measure: Measure, words: str) -> Checked:
    """The text of a card against its row, and what it says of where the series begins against the first one."""
    result, estimate = Checked(), edition.whole(measure)
    assert estimate is not None
    begins = re.search(r"La serie empieza en ([\w ]+ de \d{4}) con ([\d.,]+)", settled(words))
    if begins:
        first = next(e for info in edition.waves if (e := edition.whole(measure, info.key)))
        right = edition.period(first.wave) == begins[1] and printed(first.estimate * factor_of(first), begins[2])
        result.expect(right, f"{begins[0]} is not where the series begins")
        words = settled(words).replace(begins[0], " ")
    for number in numbers_in(without_exempt(edition, words)):
        right = is_of(edition, estimate, number) or printed(field_of(edition, estimate, "margin"), number)
        result.expect(right, f"{number} on the card of {measure.indicator}")
    change = edition.change(estimate)
    if change is not None and not any(said in words.lower() for said in told(change)):
        result.complaints.append(f"{measure.indicator}: the verdict {change.verdict} is not on the card")
    return result


# --- the workbook -------------------------------------------------------------------------------


def check_workbook(edition: Edition, sheets: Mapping[str, Sequence[Sequence[Any]]]) -> Checked:
    """Every cell of the tabulados; ``sheets``: rows of values by sheet."""
    result = Checked()
    names = {label.name: label for label in edition.labels.values()}
    assert len(names) == len(edition.labels)
    for name, rows in sheets.items():
        if name == "Detalle":
            _check_detail(edition, rows, names, result)
        elif name not in ("Contenido", "Notas"):
            _check_theme(edition, rows, names, result)
        else:
            _check_words(edition, rows, result)
    return result


def _check_words(edition: Edition, rows: Sequence[Sequence[Any]], result: Checked) -> None:
    allowed = {spanish.count(edition.interviews)}
    texts = " ".join(f"{label.definition} {label.question}" for label in edition.labels.values())
    allowed |= set(numbers_in(texts))
    for row in rows:
        for cell in row:
            for number in numbers_in(without_exempt(edition, str(cell or ""))):
                result.expect(number in allowed, f"{number} in {cell!r}")


def _check_theme(edition: Edition, rows: Sequence[Sequence[Any]], names: Mapping[str, Any], result: Checked) -> None:
    head = next(i for i, row in enumerate(rows) if row[0] == "Indicador")
    places = {p.short: p.code for p in edition.places}
    kinds = edition.settings
    columns = [(kinds.whole_domain_kind, "total"), *((kinds.place_domain_kind, places[str(c).rpartition(" (")[0]])
               for c in rows[head][3:] if c)]  # fmt: skip
    _check_words(edition, [row[:1] for row in rows[:head]], result)
    for row in rows[head + 1 :]:
        label = names[row[0]]
        for (kind, domain), cell in zip(columns, row[2 : 2 + len(columns)], strict=True):
            where = f"{row[0]} / {row[1]} / {domain}: {cell!r}"
            found = [e for m in _measures(label) if (e := edition.rows.get(edition.wave.key, m, kind, domain))]
            if str(row[1]).startswith("Entrevistas"):
                result.expect(cell == max((e.n for e in found), default=cell), where)
                result.expect(bool(found) or cell in ("[c]", "[nd]"), where)
                continue
            category = str(row[1])
            estimate = next((e for e in found if category.lower() == (e.category or label.unit).lower()), None)
            _check_figure(estimate, cell, where, result)


def _measures(label: Any) -> list[Measure]:
    if label.kind == "distribution":
        return [Measure(label.id, category) for category in label.categories]
    return [label.measure]


def _check_figure(estimate: Estimate | None, cell: Any, where: str, result: Checked) -> None:
    if estimate is None:
        result.expect(cell in ("[c]", "[nd]"), where)
    elif not estimate.publishable:
        result.expect(cell == "**", where)
    else:
        result.expect(_close(cell, estimate.estimate * factor_of(estimate)), where)


def _close(cell: Any, value: float) -> bool:
    return isinstance(cell, int | float) and abs(cell - value) <= 1e-8 * max(1.0, abs(value))


_COMPARED = (("previous", "Diferencia con la edición anterior", "Veredicto"),
             ("year_ago", "Diferencia en un año", "Veredicto en un año"))  # fmt: skip


def _check_detail(edition: Edition, rows: Sequence[Sequence[Any]], names: Mapping[str, Any], result: Checked) -> None:
    head = next(i for i, row in enumerate(rows) if row[0] == "Indicador")
    at = {str(name): i for i, name in enumerate(rows[head]) if name}
    for row in rows[head + 1 :]:
        where = str(row[at["Identificador"]])
        wave, indicator, category, statistic, kind, domain = RowKey.parse(where)
        found = edition.rows.get(wave, Measure(indicator, category, statistic), kind, domain)
        assert found is not None, where
        said = [str(row[at[name]] or "") for name in ("Respuesta", "Dominio", "Grupo")]
        right = names[row[at["Indicador"]]].id == indicator and said[0].lower() == category.lower()
        result.expect(right and _domain_right(edition, kind, domain, said[1:]), f"{where} is called {said}")
        result.expect(row[at["Entrevistas"]] == found.n, where)
        if not found.publishable:
            _check_figure(found, row[at["Estimación"]], where, result)
            told = ("Entrevistas",)
            others = [row[i] for name, i in at.items() if name not in told]
            result.expect(not any(isinstance(cell, int | float) for cell in others), f"{where} shows {others}")
            continue
        factor = factor_of(found)
        values = {"Estimación": found.estimate, "Error estándar": found.se, "Límite inferior": found.ci_low,
                  "Límite superior": found.ci_high}  # fmt: skip
        for name, value in values.items():
            result.expect(_close(row[at[name]], value * factor), f"{where} {name}: {row[at[name]]}")
        for comparison, difference, verdict in _COMPARED:
            change = edition.change(found, comparison)
            said, moved = row[at[verdict]], row[at[difference]]
            result.expect((said or None) == (change.word if change else None), f"{where} {verdict}: {said}")
            if change is not None and change.comparable:
                result.expect(_close(moved, change.difference * factor), f"{where} {difference}: {moved}")
            else:
                result.expect(moved is None, f"{where} {difference}: {moved}")


def _domain_right(edition: Edition, kind: str, domain: str, said: Sequence[str]) -> bool:
    if kind == "total":
        return said[1] == edition.area_name
    names = {place.code: place.name for place in edition.places}
    codes = parts_of(domain)
    return len(said[0].split(" × ")) == len(codes) and all(
        names[code] == name for code, name in zip(codes, said[1].split(", "), strict=True) if code in names
    )


def workbook(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Values of every sheet of a workbook."""
    import openpyxl

    book = openpyxl.load_workbook(path, read_only=True)
    return {sheet.title: [tuple(row) for row in sheet.iter_rows(values_only=True)] for sheet in book.worksheets}
