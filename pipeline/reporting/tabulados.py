"""The tabulados: one accessible workbook a wave, unrounded values behind formatted cells.

Layout after the UK Government Analysis Function (2021), Releasing statistics in spreadsheets: one table a
sheet, a title and notes above it, no merged cells and no blank rows inside, marks explained. Colours and
symbols of precision after INEGI: high, moderate (*), low (**: not printed).
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pipeline.files import atomic
from pipeline.reporting import numbers, tables
from pipeline.reporting.edition import Edition, IndicatorLabel
from pipeline.reporting.rows import Estimate
from pipeline.reporting.sections import topics
from pipeline.reporting.text import upper_first
from pipeline.settings.reporting import Measure

MODERATE, LOW = "*", "**"
_FILLS = {"moderada": "#FFF2CC", "baja": "#F8CBAD"}
_FIRST_ROW = 4
_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\", " "))


@dataclass(frozen=True)
class Column:
    """One column of figures: its letter, its name and its domain."""

    letter: str
    name: str
    kind: str
    domain: str


class Book:
    """An open workbook with the formats that it needs, each made once."""

    def __init__(self, buffer: io.BytesIO, edition: Edition):
        import xlsxwriter

        self.book: Any = xlsxwriter.Workbook(buffer, {"in_memory": True})
        self.edition = edition
        self._formats: dict[tuple[str, str, bool], Any] = {}
        title = f"{edition.title}: tabulados, {edition.wave.period}"
        self.book.set_properties({
            "title": title, "author": edition.producer, "subject": "Datos simulados" if edition.simulated else "",
            "created": datetime(1980, 1, 1),
        })  # fmt: skip
        base = {"font_name": edition.theme.sans, "font_size": 11, "font_color": edition.theme.ink}
        self.base = base
        self.title = self.book.add_format({**base, "bold": True, "font_size": 15})
        self.note = self.book.add_format({**base, "font_color": edition.theme.soft})
        self.head = self.book.add_format({**base, "bold": True, "text_wrap": True, "bottom": 2, "valign": "bottom"})
        self.words = self.book.add_format({**base, "text_wrap": True, "valign": "top"})
        self.link = self.book.add_format({**base, "font_color": edition.theme.accent, "underline": 1})

    def number(self, pattern: str, precision: str, strong: bool = False) -> Any:
        """A number format with the fill of its precision class."""
        key = (pattern, precision, strong)
        if key not in self._formats:
            style = {**self.base, "num_format": pattern, "align": "right", "valign": "top", "bold": strong}
            if precision in _FILLS:
                style["bg_color"] = _FILLS[precision]
            self._formats[key] = self.book.add_format(style)
        return self._formats[key]


def write(edition: Edition, path: Path) -> None:
    """Write ``tabulados.xlsx``: contents, a sheet a theme, the rows behind them, notes and definitions.

    A cell that precision keeps from print shows ** and no value; a confidential one is not in the tables.
    """
    buffer = io.BytesIO()
    book = Book(buffer, edition)
    columns = columns_of(edition)
    themes = [(name, _asked(edition, labels)) for name, labels in topics(edition)]
    themes = [(name, labels) for name, labels in themes if labels]
    names = [sheet_name(name) for name, _ in themes]
    _contents(book, [name for name, _ in themes], names)
    for (name, labels), sheet in zip(themes, names, strict=True):
        _theme(book, sheet, name, labels, columns)
    _detail(book)
    _notes(book)
    book.book.close()
    from pipeline.reporting.bytes import settle_office

    with atomic(path) as temporary:
        temporary.write_bytes(settle_office(buffer.getvalue()))


def sheet_name(name: str) -> str:
    """A sheet's name as Excel allows it."""
    return name.translate(_FORBIDDEN)[:31].strip()


def columns_of(edition: Edition) -> list[Column]:
    """The whole and every place, lettered."""
    kinds = edition.settings
    places = [
        Column(chr(65 + i), place.short, kinds.place_domain_kind, place.code) for i, place in enumerate(edition.places)
    ]
    return [Column("", edition.area_name, kinds.whole_domain_kind, "total"), *places]


def _asked(edition: Edition, labels: Sequence[IndicatorLabel]) -> list[IndicatorLabel]:
    kind = edition.settings.whole_domain_kind
    found = []
    for label in labels:
        if any(edition.rows.get(edition.wave.key, m, kind, "total") for m in measures_of(label)):
            found.append(label)
    return found


def measures_of(label: IndicatorLabel) -> list[Measure]:
    """The rows of an indicator: every category of a distribution, else its one figure."""
    if label.kind == "distribution":
        return [Measure(label.id, category) for category in label.categories]
    return [label.measure]


def greater_than(row: Sequence[Estimate | None], columns: Sequence[Column]) -> list[str]:
    """For each column the letters of the places whose interval lies wholly below its own."""
    letters = []
    for mine, own in zip(row, columns, strict=True):
        if mine is None or not mine.publishable or not own.letter:
            letters.append("")
            continue
        below = [
            other.letter
            for their, other in zip(row, columns, strict=True)
            if other.letter and their is not None and their.publishable and their.ci_high < mine.ci_low
        ]
        letters.append("".join(below))
    return letters


def _contents(book: Book, names: Sequence[str], sheets: Sequence[str]) -> None:
    edition, sheet = book.edition, book.book.add_worksheet("Contenido")
    sheet.write(0, 0, f"{edition.title}: tabulados", book.title)
    marks = ["Datos simulados"] if edition.simulated else []
    marks += ["Borrador: no citar"] if edition.draft else []
    line = f"{edition.wave.number}.ª edición, {edition.wave.period}. {numbers.count(edition.interviews)} entrevistas."
    sheet.write(1, 0, " ".join([line, *(f"{mark}." for mark in marks)]), book.words)
    sheet.write(2, 0, "Hoja", book.head)
    rows = [*zip(names, sheets, strict=True), ("Detalle de cada cifra", "Detalle"), ("Notas y definiciones", "Notas")]
    for index, (name, target) in enumerate(rows, 3):
        sheet.write_url(index, 0, f"internal:'{target}'!A1", book.link, string=name)
    for index, reason in enumerate(edition.exceptions.reasons):
        sheet.write(4 + len(rows) + index, 0, f"Excepción firmada: {reason}.", book.words)
    sheet.set_column(0, 0, 80)


def _theme(book: Book, name: str, title: str, labels: Sequence[IndicatorLabel], columns: Sequence[Column]) -> None:
    edition, sheet = book.edition, book.book.add_worksheet(name)
    ending = ". Datos simulados." if edition.simulated else "."
    sheet.write(0, 0, f"{title}, {edition.wave.period}{ending}", book.title)
    sheet.write(1, 0, f"Porcentaje de las {edition.settings.people}, salvo donde se dice otra cosa.", book.note)
    sheet.write(2, 0, "* precisión moderada; ** precisión baja, no se publica; letras: mayor que la cifra de esas "
                "columnas. Ver Notas.", book.note)  # fmt: skip
    heads = ["Indicador", "Respuesta", *(f"{c.name} ({c.letter})" if c.letter else c.name for c in columns)]
    for index, head in enumerate(heads):
        sheet.write(_FIRST_ROW - 1, index, head, book.head)
    line = _FIRST_ROW
    for label in labels:
        line = _indicator(book, sheet, line, label, columns)
    sheet.freeze_panes(_FIRST_ROW, 2)
    sheet.set_column(0, 0, 44)
    sheet.set_column(1, 1, 24)
    sheet.set_column(2, len(heads) - 1, 15)
    sheet.autofilter(_FIRST_ROW - 1, 0, line - 1, len(heads) - 1)


def _indicator(book: Book, sheet: Any, line: int, label: IndicatorLabel, columns: Sequence[Column]) -> int:
    wave, rows = book.edition.wave.key, book.edition.rows
    bases: list[int] = [0] * len(columns)
    for measure in measures_of(label):
        row = [rows.get(wave, measure, column.kind, column.domain) for column in columns]
        if all(estimate is None for estimate in row):
            continue
        sheet.write(line, 0, label.name, book.words)
        sheet.write(line, 1, upper_first(measure.category) if measure.category else upper_first(label.unit), book.words)
        for index, (estimate, letters) in enumerate(zip(row, greater_than(row, columns), strict=True)):
            _figure(book, sheet, line, index + 2, estimate, letters)
            bases[index] = max(bases[index], estimate.n if estimate else 0)
        line += 1
    sheet.write(line, 0, label.name, book.words)
    sheet.write(line, 1, "Entrevistas (base sin ponderar)", book.words)
    for index, count in enumerate(bases):
        if count:
            sheet.write_number(line, index + 2, count, book.number("#,##0", ""))
    return line + 1


def _figure(book: Book, sheet: Any, line: int, column: int, estimate: Estimate | None, letters: str) -> None:
    """One cell: the unrounded value; its symbol and letters are part of the number's format."""
    if estimate is None:
        return
    if not estimate.publishable:
        sheet.write_string(line, column, LOW, book.number("@", "baja"))
        return
    symbol = MODERATE if estimate.precision == "moderada" else ""
    tail = f'"{symbol}{" " + letters if letters else ""}"' if symbol or letters else ""
    percent = estimate.statistic == "proportion"
    pattern = f"0.0{tail}" if percent else f"#,##0.0{tail}"
    value = estimate.estimate * 100 if percent else estimate.estimate
    sheet.write_number(line, column, float(f"{value:.10g}"), book.number(pattern, estimate.precision))


_DETAIL = (
    "Indicador", "Respuesta", "Estadístico", "Dominio", "Código", "Estimación", "Error estándar", "Límite inferior",
    "Límite superior", "Coeficiente de variación, %", "Efecto de diseño", "Entrevistas", "Precisión",
    "Diferencia con la edición anterior", "Veredicto", "Diferencia en un año", "Veredicto en un año",
)  # fmt: skip


def _detail(book: Book) -> None:
    """Every figure of the wave in every domain, one row each."""
    edition, sheet = book.edition, book.book.add_worksheet("Detalle")
    sheet.write(0, 0, f"Cada cifra de la edición, {edition.wave.period}", book.title)
    sheet.write(1, 0, "Porcentajes y diferencias en puntos porcentuales; un renglón con ** no se publica.", book.note)
    for index, head in enumerate(_DETAIL):
        sheet.write(_FIRST_ROW - 2, index, head, book.head)
    table = edition.rows.estimates
    line = _FIRST_ROW - 1
    for ids in table.loc[table["wave"] == edition.wave.key, _IDS].itertuples(index=False, name=None):
        indicator, category, statistic, kind, domain = map(str, ids)
        estimate = edition.rows.get(edition.wave.key, Measure(indicator, category, statistic), kind, domain)
        if estimate is not None:
            _detail_row(book, sheet, line, estimate)
            line += 1
    sheet.freeze_panes(_FIRST_ROW - 1, 1)
    sheet.set_column(0, 0, 44)
    sheet.set_column(1, len(_DETAIL) - 1, 16)
    sheet.autofilter(_FIRST_ROW - 2, 0, line - 1, len(_DETAIL) - 1)


_IDS = ["indicator", "category", "statistic", "domain_kind", "domain"]


def _detail_row(book: Book, sheet: Any, line: int, estimate: Estimate) -> None:
    edition = book.edition
    name = edition.labels[estimate.indicator].name if estimate.indicator in edition.labels else estimate.indicator
    for column, words in enumerate(
        (name, estimate.category, estimate.statistic, estimate.domain_kind, estimate.domain)
    ):
        sheet.write_string(line, column, words)
    if not estimate.publishable:
        sheet.write_string(line, 5, LOW, book.number("@", "baja"))
        sheet.write_number(line, 11, estimate.n, book.number("#,##0", ""))
        sheet.write_string(line, 12, estimate.precision)
        return
    factor = 100.0 if estimate.statistic == "proportion" else 1.0
    one = book.number("#,##0.0", estimate.precision)
    plain, two = book.number("#,##0.0", ""), book.number("0.00", "")
    figures = (
        (5, estimate.estimate * factor, one), (6, estimate.se * factor, two), (7, estimate.ci_low * factor, plain),
        (8, estimate.ci_high * factor, plain), (9, estimate.cv * 100, plain), (10, estimate.deff, two),
        (11, float(estimate.n), book.number("#,##0", "")),
    )  # fmt: skip
    for column, value, style in figures:
        if numbers.usable(value):
            sheet.write_number(line, column, float(f"{value:.10g}"), style)
    sheet.write_string(line, 12, estimate.precision)
    for column, comparison in ((13, "previous"), (15, "year_ago")):
        change = edition.change(estimate, comparison)
        if change is not None:
            if change.comparable:
                moved = float(f"{change.difference * factor:.10g}")
                sheet.write_number(line, column, moved, book.number("+0.0;−0.0;0.0", ""))
            sheet.write_string(line, column + 1, tables.verdict_word(change))


def _notes(book: Book) -> None:
    edition, sheet = book.edition, book.book.add_worksheet("Notas")
    level = f"{numbers.decimal(edition.level * 100, 0)}{numbers.NBSP}%"
    sheet.write(0, 0, "Notas y definiciones", book.title)
    for index, head in enumerate(("Término", "Definición")):
        sheet.write(1, index, head, book.head)
    rows = [
        ("Precisión", "Alta: sin marca. Moderada: fondo amarillo y *. Baja: fondo naranja y **, sin cifra."),
        ("Letras", f"La cifra es mayor que la de las columnas señaladas: sus intervalos del {level} no se tocan, "
                   "lo que es más estricto que una prueba de la diferencia."),
        ("Valores", "Las celdas guardan el valor sin redondear y muestran un decimal."),
        ("Base", "Entrevistas sin ponderar en el denominador de la cifra."),
        ("Fuente", f"{edition.producer}, {edition.title}, {edition.wave.period}."
                   + (" Datos simulados." if edition.simulated else "")),
        ("Licencia", edition.settings.licence),
    ]  # fmt: skip
    for label in edition.labels.values():
        parts = [label.definition, f"Pregunta: {label.question}" if label.question else "", label.no_answer,
                 f"Base: {label.base}." if label.base else ""]  # fmt: skip
        rows.append((label.name, " ".join(part for part in parts if part)))
    for line, (term, words) in enumerate(rows, 2):
        sheet.write(line, 0, term, book.words)
        sheet.write(line, 1, words, book.words)
    sheet.set_column(0, 0, 44)
    sheet.set_column(1, 1, 110)
