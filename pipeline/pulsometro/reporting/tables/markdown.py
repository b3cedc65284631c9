"""Tables in Markdown for people: the same rows as the charts, every number tied to its row."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from pulsometro.common.escapes import attribute
from pulsometro.reporting.edition.content import Edition
from pulsometro.reporting.edition.rows import Change, Estimate
from pulsometro.reporting.language import battery_sentences, conditions, not_printed, sentences
from pulsometro.reporting.language.links import place_path, web_link
from pulsometro.reporting.language.traced_text import Number, Text, Tone, escape, text, upper_first
from pulsometro.settings.report_settings import Measure
from pulsometro.study.batteries import ToldBattery
from pulsometro.style import spanish

EMPTY = "—"


@dataclass(frozen=True)
class Markdown:
    """A cell that is Markdown already (a link): its source, and its words for the column's width."""

    source: str
    words: str


Cell = str | Number | Text | Markdown


def pipe(heads: Sequence[str], rows: Sequence[Sequence[Cell]], caption: str, words: Collection[int] = (0,)) -> str:
    """A pipe table; the columns of ``words`` are aligned left, the others right.

    The dashes give paper and Word the columns' widths: as wide as what is in them. The caption says what
    the symbols of missing figures stand for.
    """
    table = [[_cell(cell) for cell in row] for row in rows]
    rule = [
        f":{'-' * (dashes - 1)}" if index in words else f"{'-' * (dashes - 1)}:"
        for index, dashes in enumerate(_dashes(heads, rows))
    ]
    body = "\n".join(f"| {' | '.join(line)} |" for line in [[escape(head) for head in heads], rule, *table])
    marks = not_printed.legend(" ".join(plain(cell) for row in rows for cell in row))
    return f"{body}\n\n: {escape(caption)}{f'. {escape(marks)}' if marks else ''}\n"


def _dashes(heads: Sequence[str], rows: Sequence[Sequence[Cell]], total: int = 72) -> list[int]:
    """Widths of the columns, of ``total``; a head may take two lines and long words several."""
    wide = []
    for index, head in enumerate(heads):
        cells = [min(len(plain(row[index])), 26) for row in rows]
        # Room for the cell's margins, and for the wider font of a machine that lacks ours: a number must not break.
        wide.append(max([*cells, *(len(word) for word in head.split()), len(head) / 2]) + 4)
    return [max(3, int(part * total / sum(wide))) for part in wide]


def plain(cell: Cell) -> str:
    """A cell's words alone."""
    return cell.words if isinstance(cell, Markdown) else text(cell).plain


def _cell(cell: Cell) -> str:
    return cell.source if isinstance(cell, Markdown) else text(cell).markdown


def interval(estimate: Estimate) -> Text:
    """``73.3 a 76.2``: the ends of the interval, in the unit of the column."""
    low, high = (estimate.printed.bare(end) for end in (estimate.ci_low, estimate.ci_high))
    return text(Number(low, estimate.key, "ci_low"), " a ", Number(high, estimate.key, "ci_high"))


def bare(estimate: Estimate) -> Number:
    """The estimate without its unit, for a column that says it."""
    return Number(estimate.printed.bare(estimate.estimate), estimate.key)


def base(estimate: Estimate) -> Number:
    """The unweighted base."""
    return Number(spanish.count(estimate.n), estimate.key, "n")


def difference(edition: Edition, change: Change | None, direction: str) -> Text | str:
    """``▲ +2.1`` with its verdict's sign, or a dash."""
    if change is None or not change.comparable:
        return EMPTY
    sign, _, tone = edition.theme.meaning(change, direction)
    shown = change.printed.signed(change.difference)
    return text(Tone(sign, tone), spanish.NBSP, Number(shown, change.key, change.field))


def verdict_word(change: Change | None) -> Cell:
    """The verdict as a table says it."""
    if change is None:
        return EMPTY
    said = Number(change.word, change.key, change.verdict_field)
    return text(said, f" ({change.note})") if change.note else said


def value_head(edition: Edition, measure: Measure) -> str:
    """What a column of a measure's values is called."""
    return edition.form(measure).head


def in_unit(edition: Edition, name: str, measures: Sequence[Measure]) -> str:
    """A column of changes by its name, with the unit that all of them have: "pp" belongs to shares alone."""
    units = {edition.form(measure).moved_head for measure in measures}
    unit = units.pop() if len(units) == 1 else ""
    return f"{name}, {unit}" if unit else name


def places(edition: Edition, measure: Measure) -> str:
    """Places and the whole: estimate, interval, base, change with its verdict."""
    heads = [upper_first(edition.settings.place_word), value_head(edition, measure), "Intervalo", "Entrevistas"]
    heads += [in_unit(edition, "Cambio", [measure]), "Veredicto"]
    rows: list[list[Cell]] = []
    found = [(place.short, place.code, edition.in_place(measure, place.code)) for place in edition.places]
    found.sort(key=lambda row: (row[2] is None, -(row[2].estimate if row[2] else 0)))
    direction = edition.direction(measure)
    for name, code, estimate in [*found, (edition.area_name, "", edition.whole(measure))]:
        if estimate is None:
            rows.append([name, not_printed.why(edition, measure, code).cell, EMPTY, EMPTY, EMPTY, EMPTY])
            continue
        change = edition.change(estimate)
        row: list[Cell] = [name, bare(estimate), interval(estimate), base(estimate)]
        rows.append([*row, difference(edition, change, direction), verdict_word(change)])
    if not any(edition.change(estimate) for estimate in [edition.whole(measure), *(e for _, _, e in found)]):
        heads, rows = heads[:-2], [row[:-2] for row in rows]
    caption = f"{edition.named(measure)}, por {edition.settings.place_word}{simulated_changes(edition)}"
    return pipe(heads, rows, caption, [index for index, head in enumerate(heads) if head == "Veredicto"] + [0])


def glance(edition: Edition, measures: Sequence[Measure], root: str = "") -> str:
    """Every place and the whole by every measure; a sign only where the change is significant.

    ``root``: the way to the start of the site, for links to the places' pages.
    """
    heads = [upper_first(edition.settings.place_word), *(_measure_head(edition, m) for m in measures)]
    order = [(place, edition.in_place(measures[0], place.code)) for place in edition.places]
    order.sort(key=lambda pair: (pair[1] is None, -(pair[1].estimate if pair[1] else 0)))
    rows: list[list[Cell]] = []
    for place, _ in order:
        link = Markdown(web_link(escape(place.short), f"{root}{place_path(edition, place)}"), place.short)
        rows.append([link, *(_glance_cell(edition, m, place.code) for m in measures)])
    whole: list[Cell] = [edition.area_name, *(_glance_cell(edition, m) for m in measures)]
    rows.append([Markdown(f"**{_cell(cell)}**", plain(cell)) for cell in whole])
    return pipe(heads, rows, f"{upper_first(edition.settings.the_places)}, cifra por cifra{simulated_changes(edition)}")


def _measure_head(edition: Edition, measure: Measure) -> str:
    """A measure's name with the unit of its column."""
    name, unit = edition.named(measure), edition.form(measure).beside
    return f"{name},{spanish.NBSP}{unit}" if unit else name


def _glance_cell(edition: Edition, measure: Measure, code: str = "") -> Cell:
    estimate = edition.in_place(measure, code) if code else edition.whole(measure)
    if estimate is None:
        return not_printed.why(edition, measure, code).cell
    change = edition.change(estimate)
    if change is None or not change.significant:
        return bare(estimate)
    sign, _, tone = edition.theme.meaning(change, edition.direction(measure))
    return text(Tone(sign, tone), spanish.NBSP, bare(estimate))


def battery_table(edition: Edition, battery: ToldBattery) -> str:
    """Every level of the battery for every item, with the base; of shares and means the figure with its interval."""
    complete = battery_sentences.complete_rows(edition, battery)
    if battery.kind != "levels":
        return _figures_table(edition, battery, [(name, e) for name, levels in complete for e in levels if e])
    heads = [
        "Corporación" if battery.trust else "Pregunta",
        *(f"{upper_first(name)}, %" for name in battery.levels),
        "Entrevistas",
    ]
    rows: list[list[Cell]] = [
        [name, *(bare(level) if level else "0.0" for level in levels), base(next(level for level in levels if level))]
        for name, levels in complete
    ]
    return pipe(heads, rows, f"{battery.title}{simulated(edition)}")


def _figures_table(edition: Edition, battery: ToldBattery, figures: Sequence[tuple[str, Estimate]]) -> str:
    """A figure an item; its unit stands in the head where all have one."""
    units = {estimate.printed.head for _, estimate in figures}
    alike = len(units) == 1
    heads = ["Respuesta" if battery.kind == "shares" else "Indicador", units.pop() if alike else "Valor"]
    rows: list[list[Cell]] = [
        [name, bare(e) if alike else sentences.value(e), interval(e), base(e)] for name, e in figures
    ]
    return pipe([*heads, "Intervalo", "Entrevistas"], rows, f"{battery.title}{simulated(edition)}")


def series(edition: Edition, measure: Measure, place: str = "") -> str:
    """Every wave's value with interval and verdict."""
    heads = ["Edición", value_head(edition, measure), "Intervalo", "Entrevistas", "Veredicto"]
    rows: list[list[Cell]] = []
    compared = False
    for info in edition.waves:
        estimate = edition.in_place(measure, place, info.key) if place else edition.whole(measure, info.key)
        if estimate is None:
            rows.append(
                [upper_first(info.period), not_printed.why(edition, measure, place, info.key).cell, EMPTY, EMPTY, EMPTY]
            )
            continue
        change = edition.change(estimate)
        compared = compared or change is not None
        said = verdict_word(change)
        rows.append([upper_first(info.period), bare(estimate), interval(estimate), base(estimate), said])
    if not compared:
        heads, rows = heads[:-1], [row[:-1] for row in rows]
    where = next((p.short for p in edition.places if p.code == place), edition.area_name)
    return pipe(
        heads, rows, f"{edition.named(measure)}, {where}{simulated_series(edition)}", (0, 4) if compared else (0,)
    )


def simulated(edition: Edition) -> str:
    """What a caption adds when the edition's data are simulated."""
    return _noted(conditions.simulated_here(edition))


def simulated_changes(edition: Edition) -> str:
    """The same of a table that tells what changed."""
    return _noted(conditions.simulated_changes(edition))


def simulated_series(edition: Edition) -> str:
    """The same of a table of several editions."""
    return _noted(conditions.simulated_series(edition))


def _noted(said: str) -> str:
    return f" ({said})" if said else ""


def folded(table: str, summary: str = "Ver los datos en una tabla") -> str:
    """A table that a page folds away, a Word file shows and a PDF leaves out."""
    return f'::: {{.datos summary="{attribute(summary)}"}}\n{table}\n:::\n'
