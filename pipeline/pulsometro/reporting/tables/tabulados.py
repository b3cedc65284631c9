"""The tabulados: one accessible workbook a wave, unrounded values behind formatted cells.

Colours and symbols of precision after INEGI: high, moderate (*), low (**: not printed). Letters point to columns, so
that the other marks stand in brackets.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pulsometro.common.files import atomic
from pulsometro.reporting.edition.content import Edition, IndicatorLabel
from pulsometro.reporting.edition.rows import Estimate
from pulsometro.reporting.edition.topics import report_topics
from pulsometro.reporting.formats.deterministic_zip import settle_office
from pulsometro.reporting.language import comparisons, conditions, not_printed
from pulsometro.reporting.language.traced_text import Number, upper_first
from pulsometro.reporting.tables.workbook import Book, Grid, marks_of, sheet_names
from pulsometro.settings.report_settings import Measure
from pulsometro.style import spanish
from pulsometro.style.printed_form import PERSONS, POINTS, YEAR, statistic_word
from pulsometro.style.vocabulary import PRECISIONS, REASONS, STATISTICS, Precision, Reason, Side

MODERATE, LOW, CONFIDENTIAL, NOT_THERE = "*", not_printed.IMPRECISE.mark, not_printed.CONFIDENTIAL.mark, "[nd]"
BASES = "Entrevistas (base sin ponderar)"


@dataclass(frozen=True)
class Column:
    """One column of figures: its letter, its name and its domain."""

    letter: str
    name: str
    kind: str
    domain: str


def write(edition: Edition, path: Path) -> list[Number]:
    """Write ``tabulados.xlsx``: contents, a sheet a theme, the rows behind them, notes and definitions; its figures.

    A cell that precision keeps from print shows ** and no value; a confidential one shows [c].
    """
    buffer = io.BytesIO()
    book = Book(buffer, edition)
    columns = columns_of(edition)
    themes = [(name, _asked(edition, labels)) for name, labels in report_topics(edition)]
    themes = [(name, labels) for name, labels in themes if labels]
    names = sheet_names([name for name, _ in themes])
    _contents(book, [name for name, _ in themes], names)
    for index, ((name, labels), sheet) in enumerate(zip(themes, names, strict=True), 1):
        _theme(book, sheet, f"tema_{index}", name, labels, columns)
    _detail(book)
    _notes(book)
    book.book.close()
    with atomic(path) as temporary:
        temporary.write_bytes(settle_office(buffer.getvalue()))
    return book.printed


def columns_of(edition: Edition) -> list[Column]:
    """The whole and every place, lettered."""
    kinds = edition.settings
    places = [
        Column(letter(i), place.short, kinds.place_domain_kind, place.code) for i, place in enumerate(edition.places)
    ]
    return [Column("", edition.area_name, kinds.whole_domain_kind, "total"), *places]


def letter(index: int) -> str:
    """A, B … Z, AA, AB … as a spreadsheet counts."""
    head, last = divmod(index, 26)
    return (letter(head - 1) if head else "") + chr(65 + last)


def _asked(edition: Edition, labels: Sequence[IndicatorLabel]) -> list[IndicatorLabel]:
    return [label for label in labels if any(edition.asked(measure) for measure in measures_of(label))]


def measures_of(label: IndicatorLabel) -> list[Measure]:
    """The rows of an indicator: every category of a distribution, else its one figure."""
    if label.kind == "distribution":
        return [Measure(label.id, category) for category in label.categories]
    return [label.measure]


def greater_than(edition: Edition, row: Sequence[Estimate | None], columns: Sequence[Column]) -> list[str]:
    """For each column the letters of the places whose figure is lower, by the test of their difference."""
    letters = []
    between = " " if any(len(column.letter) > 1 for column in columns) else ""
    for mine, own in zip(row, columns, strict=True):
        if mine is None or not mine.publishable or not own.letter:
            letters.append("")
            continue
        below = [
            other.letter
            for their, other in zip(row, columns, strict=True)
            if other.letter
            and their is not None
            and their.publishable
            and edition.differences.between(mine, their) == Side.HIGHER
        ]
        letters.append(between.join(below))
    return letters


def _contents(book: Book, names: Sequence[str], sheets: Sequence[str]) -> None:
    edition = book.edition
    line = f"{edition.wave.number}.ª edición, {edition.wave.period}. {spanish.count(edition.interviews)} entrevistas."
    sheet = book.sheet("Contenido", [f"{edition.title}: tabulados", line])
    marks = marks_of(edition)
    # On the first page: what was accepted with a signature.
    marks += [f"Excepción firmada: {reason}" for reason in edition.exceptions.reasons]
    for index, mark in enumerate(marks, 2):
        sheet.write(index, 0, f"{mark}.", book.warning)
    first = 2 + len(marks)
    rows = [*zip(names, sheets, strict=True), ("Detalle de cada cifra", "Detalle"), ("Notas y definiciones", "Notas")]
    for index, (name, target) in enumerate(rows, first + 1):
        sheet.write_url(index, 0, "internal:'{}'!A1".format(target.replace("'", "''")), book.link, string=name)
    book.table(sheet, Grid("contenido", first, ("Hoja",), (80,), frozen=0), first + len(rows))


def _theme(
    book: Book, name: str, table: str, title: str, labels: Sequence[IndicatorLabel], columns: Sequence[Column]
) -> None:
    edition = book.edition
    ending = ". Datos simulados." if edition.simulated else "."
    several = sum(bool(column.letter) for column in columns) > 1
    shares = any(edition.form(measure).share for label in labels for measure in measures_of(label))
    otherwise = ", salvo donde se dice otra cosa" if shares else ", cada una en su unidad"
    sheet = book.sheet(name, [
        f"{title}, {edition.wave.period}{ending}",
        f"Una tabla: {'porcentaje' if shares else 'cifras'} de las {edition.settings.people}{otherwise}.",
        f"{MODERATE} precisión moderada; {LOW} precisión baja, no se publica; {CONFIDENTIAL} confidencial; "
        f"{NOT_THERE} no disponible{'; letras: mayor que la cifra de esas columnas' if several else ''}. Ver Notas.",
    ])  # fmt: skip
    heads = ["Indicador", "Respuesta", *(f"{c.name} ({c.letter})" if c.letter else c.name for c in columns)]
    line, widest = 4, 4
    for label in labels:
        line, letters = _indicator(book, sheet, line, label, columns)
        widest = max(widest, letters)
    # A number wider than its column would show as ####.
    named = max((len(label.name) for label in labels), default=0)
    widths = [min(named, 80), len(BASES) + 2, *([10 + widest] * len(columns))]
    book.table(sheet, Grid(table, 3, heads, widths, frozen=2, words=2), line - 1)


def _indicator(book: Book, sheet: Any, line: int, label: IndicatorLabel, columns: Sequence[Column]) -> tuple[int, int]:
    """Write an indicator's rows; the next free row, and how many letters its widest cell has."""
    widest = 0
    wave, rows = book.edition.wave.key, book.edition.rows
    bases: list[Estimate | None] = [None] * len(columns)
    for measure in measures_of(label):
        if not book.edition.asked(measure):
            continue
        row = [rows.get(wave, measure, column.kind, column.domain) for column in columns]
        sheet.write(line, 0, label.name, book.words)
        sheet.write(
            line,
            1,
            _answer(book.edition, label, measure),
            book.words,
        )
        letters = greater_than(book.edition, row, columns)
        widest = max(widest, *map(len, letters))
        for index, (column, estimate, above) in enumerate(zip(columns, row, letters, strict=True)):
            if estimate is None:
                hidden = rows.confidential(wave, measure, column.kind, column.domain)
                sheet.write_string(line, index + 2, CONFIDENTIAL if hidden else NOT_THERE, book.mark())
            else:
                _figure(book, sheet, line, index + 2, estimate, above)
                largest = bases[index]
                bases[index] = estimate if largest is None or estimate.n > largest.n else largest
        line += 1
    sheet.write(line, 0, label.name, book.note)
    sheet.write(line, 1, BASES, book.note)
    for index, largest in enumerate(bases):
        if largest is not None and largest.n:
            sheet.write_number(line, index + 2, largest.n, book.number(f"#,##0_{MODERATE}", soft=True))
            book.printed.append(_base(largest))
        else:
            mine = (columns[index].kind, columns[index].domain)
            hidden = any(rows.confidential(wave, measure, *mine) for measure in measures_of(label))
            sheet.write_string(line, index + 2, CONFIDENTIAL if hidden else NOT_THERE, book.mark())
    return line + 1, widest


def _answer(edition: Edition, label: IndicatorLabel, measure: Measure) -> str:
    """What a row's figure is: an answer, or the statistic and its unit; of an index the unit alone."""
    form, category = edition.form(measure), measure.category
    if form.share:
        return upper_first(edition.answer(label.id, category))
    said = ["" if label.kind == "index" else statistic_word(measure.statistic, category), form.beside]
    return upper_first(", ".join(part for part in said if part))


def _pattern(estimate: Estimate) -> str:
    """The number format of a figure: with the decimals that it is printed with; a calendar year has no thousands."""
    form = estimate.printed
    decimals = f".{'0' * form.decimals}" if form.decimals and form.unit != YEAR else ""
    return f"{'0' if form.unit == YEAR else '#,##0'}{decimals}"


def _figure(book: Book, sheet: Any, line: int, column: int, estimate: Estimate, letters: str) -> None:
    """One cell: the unrounded value; its symbol and letters are part of the number's format."""
    if not estimate.publishable:
        _mark(book, sheet, line, column, estimate)
        return
    # Letters before and room for the symbol after: the decimal points stay in line.
    front = f'"{letters} "' if letters else ""
    pattern = f"{front}{_pattern(estimate)}{_symbol(estimate)}"
    value = _exact(estimate.estimate * estimate.printed.factor)
    sheet.write_number(line, column, value, book.number(pattern, estimate.precision))
    book.printed.append(Number(_shown(estimate, estimate.estimate), estimate.key))


def _base(estimate: Estimate) -> Number:
    return Number(spanish.count(estimate.n), estimate.key, "n")


def _mark(book: Book, sheet: Any, line: int, column: int, estimate: Estimate) -> None:
    """The symbol of a figure that its row keeps from print: too imprecise, or of nobody."""
    if estimate.reason == Reason.NO_CASES:
        sheet.write_string(line, column, NOT_THERE, book.mark())
    else:
        sheet.write_string(line, column, LOW, book.mark(Precision.LOW))


def _symbol(estimate: Estimate) -> str:
    """The symbol of a precision class as part of a number's format, or its room."""
    return f'"{MODERATE}"' if estimate.precision == Precision.MODERATE else f"_{MODERATE}"


def _exact(value: float) -> float:
    """The ten significant digits of the tables."""
    return float(f"{value:.10g}")


_DETAIL = (
    ("Indicador", 60), ("Respuesta", 22), ("Estadístico", 13), ("Dominio", 20), ("Grupo", 34), ("Estimación", 13),
    ("Precisión", 12), ("Error estándar", 12), ("Límite inferior", 12), ("Límite superior", 12),
    ("Coeficiente de variación, %", 14), ("Efecto de diseño", 12), ("Entrevistas", 13),
    ("Diferencia con la edición anterior", 16), ("Veredicto", 24), ("Diferencia en un año", 16),
    ("Veredicto en un año", 24), ("Identificador", 60),
)  # fmt: skip
_CHANGES = (
    ("previous", "Diferencia con la edición anterior", "Veredicto"),
    ("year_ago", "Diferencia en un año", "Veredicto en un año"),
)


def _detail_columns(edition: Edition) -> list[tuple[str, int]]:
    """Names and widths; what changed has columns where it was compared with an earlier edition."""
    changes = edition.rows.changes
    known = set(changes.loc[changes["wave"] == edition.wave.key, "comparison"])
    without = {name for comparison, *names in _CHANGES if comparison not in known for name in names}
    return [(name, width) for name, width in _DETAIL if name not in without]


def _detail(book: Book) -> None:
    """Every figure of the wave in every domain, one row each."""
    edition, shown = book.edition, _detail_columns(book.edition)
    what = "porcentajes, y diferencias en puntos porcentuales" if len(shown) == len(_DETAIL) else "porcentajes"
    sheet = book.sheet("Detalle", [
        f"Cada cifra de la edición, {edition.wave.period}",
        f"Una tabla: {what}; un renglón con {LOW} no se publica.",
    ])  # fmt: skip
    grid = Grid("detalle", 2, [name for name, _ in shown], [width for _, width in shown])
    table = edition.rows.estimates
    line = grid.header
    for ids in table.loc[table["wave"] == edition.wave.key, _IDS].itertuples(index=False, name=None):
        indicator, category, statistic, kind, domain = map(str, ids)
        estimate = edition.rows.get(edition.wave.key, Measure(indicator, category, statistic), kind, domain)
        if estimate is not None:
            line += 1
            _detail_row(book, sheet, line, estimate, {name: index for index, (name, _) in enumerate(shown)})
    book.table(sheet, grid, line)


_IDS = ["indicator", "category", "statistic", "domain_kind", "domain"]


def _detail_row(book: Book, sheet: Any, line: int, estimate: Estimate, at: Mapping[str, int]) -> None:
    edition = book.edition
    name = edition.labels[estimate.indicator].name if estimate.indicator in edition.labels else estimate.indicator
    kind, group = edition.domain_name(estimate.domain_kind, estimate.domain)
    words = (
        name,
        upper_first(edition.answer(estimate.indicator, estimate.category)),
        _statistic(estimate),
        kind,
        group,
    )
    for column, said in enumerate(words):
        sheet.write_string(line, column, said, book.beside)
    sheet.write_string(line, at["Precisión"], PRECISIONS[estimate.precision], book.beside)
    sheet.write_string(line, at["Identificador"], estimate.key, book.beside)
    sheet.write_number(line, at["Entrevistas"], estimate.n, book.number("#,##0"))
    book.printed.append(_base(estimate))
    if not estimate.publishable:
        _mark(book, sheet, line, at["Estimación"], estimate)
        return
    factor = estimate.printed.factor
    own = book.number(f"{_pattern(estimate)}{_symbol(estimate)}", estimate.precision)
    styles = {1: book.number("#,##0.0"), 2: book.number("#,##0.00")}
    figures: tuple[tuple[str, str, float, int], ...] = (
        ("Estimación", "estimate", estimate.estimate * factor, 1), ("Error estándar", "se", estimate.se * factor, 2),
        ("Límite inferior", "ci_low", estimate.ci_low * factor, 1),
        ("Límite superior", "ci_high", estimate.ci_high * factor, 1),
        ("Coeficiente de variación, %", "cv", estimate.cv * 100, 1), ("Efecto de diseño", "deff", estimate.deff, 2),
    )  # fmt: skip
    for head, field, value, decimals in figures:
        if spanish.usable(value):
            sheet.write_number(line, at[head], _exact(value), own if field == "estimate" else styles[decimals])
            said = _shown(estimate, value / factor) if field == "estimate" else spanish.decimal(value, decimals)
            book.printed.append(Number(said, estimate.key, field))
    for comparison, head, said in _CHANGES:
        change = edition.change(estimate, comparison)
        if change is not None:
            if change.comparable:
                difference = _exact(change.difference * factor)
                # What prints as zero has no sign, here as on the pages.
                pattern = "+#,##0.0;−#,##0.0" if spanish.rounded(difference, 1) else "0.0;0.0"
                sheet.write_number(line, at[head], difference, book.number(pattern))
                book.printed.append(Number(spanish.signed(difference), change.key, change.field))
            verdict = f"{change.word} ({change.note})" if change.note else change.word
            sheet.write_string(line, at[said], verdict, book.beside)
            book.printed.append(Number(verdict, change.key, change.verdict_field))


def _shown(estimate: Estimate, value: float) -> str:
    """A figure of the table as the workbook shows it, which gives a total the decimals of the others."""
    form = estimate.printed
    return form.bare(value, 0 if form.unit == YEAR else form.decimals)


def _statistic(estimate: Estimate) -> str:
    """``Promedio, pesos``: what a row's figure is; points of a scale and persons go without saying."""
    unit = estimate.printed.unit
    said = STATISTICS[estimate.statistic]
    return said if estimate.printed.share or unit in ("", POINTS, PERSONS) else f"{said}, {unit}"


def _nobody() -> str:
    """Why there may be no figure at all, in the words of every page."""
    return ", o ".join(REASONS[reason] for reason in (Reason.NO_CASES, Reason.NOT_ASKED, Reason.NOT_DELIVERED))


def _notes(book: Book) -> None:
    edition = book.edition
    sheet = book.sheet("Notas", ["Notas y definiciones"])
    rows = [
        ("Precisión alta", "Sin marca."),
        (f"Precisión moderada {MODERATE}", f"Fondo amarillo y {MODERATE}: úsese con cautela."),
        (f"Precisión baja {LOW}", f"Fondo naranja y {LOW}: la cifra no se publica."),
        (f"Confidencial {CONFIDENTIAL}", "La cifra no se publica para proteger a quienes respondieron, o porque con "
         "ella se podría calcular otra que se protege."),
        (f"No disponible {NOT_THERE}", f"No hay cifra: {_nobody()}."),
        *([("Letras", f"La cifra es mayor que la de las columnas señaladas: prueba de la diferencia, "
                      f"{comparisons.rule(edition)}.")] if len(edition.places) > 1 else []),
        ("Valores", "Las celdas guardan el valor sin redondear y muestran un decimal"
                    + ("; las diferencias se calculan antes de redondear." if conditions.compared(edition) else ".")),
        ("Base", "Entrevistas sin ponderar en el denominador de la cifra."),
        ("Identificador", "Con él se encuentra el renglón de la tabla de estimaciones del que viene la cifra."),
        ("Fuente", f"{edition.producer}, {edition.title}, {edition.wave.period}."
                   + (" Datos simulados." if edition.simulated else "")),
        ("Licencia", edition.settings.licence),
    ]  # fmt: skip
    fills = {1: Precision.MODERATE, 2: Precision.LOW}
    for label in edition.labels.values():
        parts = [label.definition, f"Pregunta: {label.question}" if label.question else "", label.no_answer,
                 f"Base: {label.base}." if label.base else ""]  # fmt: skip
        rows.append((label.name, " ".join(part for part in parts if part)))
    grid = Grid("notas", 1, ("Término", "Definición"), (44, 110))
    for index, (term, words) in enumerate(rows):
        sheet.write(grid.header + 1 + index, 0, term, book.words)
        style = book.example(fills[index]) if index in fills else book.words
        sheet.write(grid.header + 1 + index, 1, words, style)
    book.table(sheet, grid, grid.header + len(rows))
