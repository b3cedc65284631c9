"""The sample beside the population: margins, balance, control totals and their age, coverage of the frame."""

from collections.abc import Iterator, Mapping

from pulsometro.reporting.language.traced_text import Number, Text, upper_first
from pulsometro.reporting.pages.quality.traced_tables import (
    Column,
    Traced,
    points,
    table,
    tenths,
    thousandths,
)
from pulsometro.reporting.pages.quality.weighting_words import answer_of, cell_of, day_of, items_of
from pulsometro.reporting.tables import markdown
from pulsometro.style import spanish
from pulsometro.weighting.control_totals import Gap
from pulsometro.weighting.record import Balance, CellOff, WeightingRecord

OFF = (
    Column("Entrevistas", "n", spanish.count),
    Column("Población", "total", spanish.count),
    Column("Población, %", "target", spanish.bare_percent),
    Column("Antes, pp", "points_before", points),
    Column("Antes, z", "z_before", tenths),
    Column("Después, pp", "points_after", points),
    Column("Después, z", "z_after", tenths),
)
Row = tuple[list[str], object, str]


def worst_cells(
    traced: Traced, record: WeightingRecord, places: Mapping[str, str], labels: Mapping[str, str], note: str
) -> str:
    """Of each place the cell that was furthest from the population before calibrating."""
    step = record.calibration
    if step is None:
        return ""
    worst: dict[str, tuple[CellOff, int]] = {}
    for at, cell in enumerate(step.cells):
        if cell.area not in worst or abs(cell.points_before) > abs(worst[cell.area][0].points_before):
            worst[cell.area] = (cell, at)
    named = [_cell_row(cell, at, places, labels) for cell, at in worst.values()]
    return table(traced, named, ["Dónde", "Celda"], OFF, f"La celda más alejada antes de calibrar{note}")


def every_cell(
    traced: Traced, record: WeightingRecord, places: Mapping[str, str], labels: Mapping[str, str], note: str
) -> str:
    """Every cell of every margin, a folded table a margin."""
    step = record.calibration
    if step is None:
        return ""
    parts = []
    for margin in dict.fromkeys(cell.margin for cell in step.cells):
        name = items_of(margin, labels)
        named = [_cell_row(c, at, places, labels) for at, c in enumerate(step.cells) if c.margin == margin]
        made = table(traced, named, ["Dónde", "Celda"], OFF, f"Margen {name}: todas las celdas{note}")
        parts.append(markdown.folded(made, f"Todas las celdas: {name}"))
    return "\n\n".join(parts)


def _cell_row(cell: CellOff, at: int, places: Mapping[str, str], labels: Mapping[str, str]) -> Row:
    place = places.get(cell.area, cell.area) or "Todo el conjunto"
    return [place, upper_first(cell_of(cell.margin, cell.cell, labels))], cell, f"calibration/cells/{at}"


def collapsed(traced: Traced, record: WeightingRecord, places: Mapping[str, str], labels: Mapping[str, str]) -> str:
    """What was merged because a cell had too few interviews."""
    merged = record.calibration.collapsed if record.calibration else ()
    if not merged:
        return "No hizo falta unir grupos." if record.calibration else ""
    named = []
    for at, entry in enumerate(merged):
        item, _, codes = entry.merged.partition(" ")
        groups = spanish.join([answer_of(item, code, labels) for code in codes.split("+")])
        names = [places.get(entry.area, entry.area) or "Todo el conjunto", items_of(entry.margin, labels), groups]
        named.append((names, entry, f"calibration/collapsed/{at}"))
    columns = (Column("Entrevistas de la celda menor", "respondents", spanish.count),)
    return table(traced, named, ["Dónde", "Margen", "Grupos unidos"], columns, "Grupos unidos antes de calibrar")


def missing(traced: Traced, record: WeightingRecord, places: Mapping[str, str], labels: Mapping[str, str]) -> str:
    """Who lacked a fact that the weights use, and what was done."""
    asked = {"adultos": record.base.adults_cap, "líneas": record.base.lines_cap}
    household = f"{' o '.join(name for name, cap in asked.items() if cap) or 'adultos'} del hogar"
    base = [
        ([places.get(area, area), household, "mediana de su lugar"], count, f"base/filled/{area}")
        for area, count in record.base.filled.items()
    ]
    rules = {"impute": "se imputó al azar con la población", "own_cell": "celda aparte"}
    later = [
        (
            [places.get(m.area, m.area), items_of(m.item, labels), rules.get(m.rule, m.rule)],
            m.respondents,
            f"calibration/missing/{at}/respondents",
        )
        for at, m in enumerate(record.calibration.missing if record.calibration else ())
    ]
    rows: list[list[str | Number | Text]] = [
        [*names, traced.number(spanish.count(count), path)] for names, count, path in [*base, *later]
    ]
    if not rows:
        return "A ninguna entrevista le faltaba un dato que los pesos usen."
    heads = ["Dónde", "Dato", "Qué se hizo", "Entrevistas"]
    made = markdown.pipe(heads, rows, "Datos que faltaban para ponderar", range(3))
    return markdown.folded(made, "Datos que faltaban y qué se hizo")


def balance(traced: Traced, record: WeightingRecord, labels: Mapping[str, str], note: str) -> str:
    """Standardised mean differences of calibration variables and key indicators."""
    columns = (
        Column("Población, %", "target", spanish.bare_percent),
        Column("Antes, %", "before", spanish.bare_percent),
        Column("Después, %", "after", spanish.bare_percent),
        Column("DME antes", "smd_before", thousandths),
        Column("DME después", "smd_after", thousandths),
    )
    named = [(_balance_names(b, labels), b, f"balance/{at}") for at, b in enumerate(record.balance)]
    if not named:
        return ""
    # Before is the base weight, after the final one, whatever steps lie between.
    caption = "Antes y después de calibrar" if record.calibration else "Con el peso base y con el final"
    return table(traced, named, ["Variable", "Respuesta"], columns, f"{caption}{note}")


def _balance_names(entry: Balance, labels: Mapping[str, str]) -> list[str]:
    name = upper_first(labels.get(entry.variable, entry.variable))
    return [name, upper_first(answer_of(entry.variable, entry.level, labels))]


def sources(traced: Traced, record: WeightingRecord, labels: Mapping[str, str]) -> str:
    """Where every margin's totals come from, of which day, and whether that is too long ago."""
    step = record.calibration
    if step is None:
        return ""
    named = []
    for at, source in enumerate(step.sources):
        names = [items_of(source.margin, labels), source.source, source.definition, day_of(source.reference_date)]
        names += [source.note or markdown.EMPTY, "demasiado lejos" if source.too_old else "vigente"]
        named.append((names, source, f"calibration/sources/{at}"))
    heads = ["Margen", "Fuente", "Qué cuenta", "Fecha de referencia", "Nota", "Edad"]
    columns = (Column("Años antes del levantamiento", "age_years", tenths),)
    return table(traced, named, heads, columns, "Totales de control")


def gaps(traced: Traced, record: WeightingRecord, places: Mapping[str, str], place_word: str) -> str:
    """Every other source beside the one in use."""
    found = record.calibration.gaps if record.calibration else ()
    if not found:
        return ""
    columns = (
        Column("En uso", "population", spanish.count),
        Column("La otra fuente", "other_population", spanish.count),
        Column("Diferencia, %", "gap", lambda value: points(100 * value)),
    )
    parts = []
    for source in dict.fromkeys((gap.other_source, gap.other_date) for gap in found):
        mine = [(at, gap) for at, gap in enumerate(found) if (gap.other_source, gap.other_date) == source]
        named = [([places.get(g.area, g.area), _disagree(g)], g, f"calibration/gaps/{at}") for at, g in mine]
        name = f"{mine[0][1].other_definition or source[0]}, {day_of(source[1])}"
        parts.append(table(traced, named, [upper_first(place_word), "Aviso"], columns, f"La otra fuente: {name}"))
    return "\n\n".join(parts)


def _disagree(gap: Gap) -> str:
    return "discrepan" if gap.warn else markdown.EMPTY


def coverage(traced: Traced, record: WeightingRecord, places: Mapping[str, str], place_word: str) -> str:
    """Of every place the share of dwellings that each frame reaches."""
    frames = dict.fromkeys(entry.frame for entry in record.coverage)
    if not frames:
        return ""
    at = {(entry.area, entry.frame): (index, entry) for index, entry in enumerate(record.coverage)}
    words = {entry.frame: upper_first(entry.name or entry.frame) for entry in record.coverage}
    rows: list[list[str | Number | Text]] = []
    for area in dict.fromkeys(entry.area for entry in record.coverage):
        first, one = at[area, next(iter(frames))]
        dwellings = traced.number(spanish.count(one.dwellings), f"coverage/{first}/dwellings")
        row: list[str | Number | Text] = [places.get(area, area), dwellings]
        for frame in frames:
            index, entry = at[area, frame]
            row.append(traced.number(spanish.bare_percent(entry.share, 0), f"coverage/{index}/share"))
        rows.append(row)
    day = day_of(record.coverage[0].reference_date) if record.coverage[0].reference_date else ""
    heads = [upper_first(place_word), "Viviendas", *(f"{words[frame]}, %" for frame in frames)]
    return markdown.pipe(heads, rows, f"Viviendas que el marco alcanza{f', {day}' if day else ''}")


def thin_frames(record: WeightingRecord, places: Mapping[str, str]) -> Iterator[str]:
    """A sentence for each frame that reaches less than half the dwellings somewhere."""
    for frame in dict.fromkeys(entry.frame for entry in record.coverage):
        entries = [entry for entry in record.coverage if entry.frame == frame]
        low = [places.get(entry.area, entry.area) for entry in entries if entry.share < 0.5 and entry.area in places]
        if low:
            name = upper_first(entries[0].name or frame)
            yield f"{name}: alcanza a menos de la mitad de las viviendas en {spanish.join(low)}."
