"""Tables in Markdown for people: the same rows as the charts, every number tied to its row."""

from collections.abc import Sequence

from pipeline.reporting import numbers, sentences
from pipeline.reporting.edition import Edition
from pipeline.reporting.rows import Change, Estimate
from pipeline.reporting.text import Number, Text, text
from pipeline.settings.reporting import Measure

EMPTY = "—"


def pipe(heads: Sequence[str], rows: Sequence[Sequence[str | Number | Text]], caption: str, left: int = 1) -> str:
    """A pipe table; the first ``left`` columns are aligned left, the others right."""
    rule = ["---" if index < left else "--:" for index in range(len(heads))]
    lines = [heads, rule, *([_cell(cell) for cell in row] for row in rows)]
    body = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return f"{body}\n\n: {caption}\n"


def _cell(cell: str | Number | Text) -> str:
    return text(cell).markdown


def interval(estimate: Estimate, decimals: int = 1) -> Text:
    """``73.3 a 76.2``: the ends of the interval in percent."""
    if estimate.statistic == "proportion":
        low, high = (numbers.bare_percent(end, decimals) for end in (estimate.ci_low, estimate.ci_high))
    else:
        low, high = (numbers.decimal(end, decimals) for end in (estimate.ci_low, estimate.ci_high))
    return text(Number(low, estimate.key, "ci_low"), " a ", Number(high, estimate.key, "ci_high"))


def bare(estimate: Estimate, decimals: int = 1) -> Number:
    """The estimate without its unit, for a column that says it."""
    if estimate.statistic == "proportion":
        return Number(numbers.bare_percent(estimate.estimate, decimals), estimate.key)
    return sentences.value(estimate, decimals)


def base(estimate: Estimate) -> Number:
    """The unweighted base."""
    return Number(numbers.count(estimate.n), estimate.key, "n")


def difference(edition: Edition, change: Change | None, direction: str) -> Text | str:
    """``▲ +2.1`` with its verdict's sign, or a dash."""
    if change is None or not change.comparable:
        return EMPTY
    sign, _, _ = edition.theme.meaning(change, direction)
    shown = numbers.signed_points(change.difference)
    if change.statistic != "proportion":
        shown = numbers.signed_points(change.difference / 100)
    return text(f"{sign} ", Number(shown, change.key, change.field))


def verdict_word(change: Change | None) -> str:
    """The verdict as a table says it."""
    if change is None:
        return EMPTY
    return f"{change.verdict} ({change.note})" if change.note else change.verdict


def places(edition: Edition, measure: Measure) -> str:
    """Places and the whole: share, interval, base, change with its verdict."""
    heads = [edition.settings.place_word.capitalize(), "%", "Intervalo", "Entrevistas", "Cambio, pp", "Veredicto"]
    rows: list[list[str | Number | Text]] = []
    found = [(place.short, edition.in_place(measure, place.code)) for place in edition.places]
    found.sort(key=lambda pair: (pair[1] is None, -(pair[1].estimate if pair[1] else 0)))
    direction = edition.direction(measure)
    for name, estimate in [*found, (edition.area_name, edition.whole(measure))]:
        if estimate is None:
            rows.append([name, "no se publica", EMPTY, EMPTY, EMPTY, EMPTY])
            continue
        change = edition.change(estimate)
        row: list[str | Number | Text] = [name, bare(estimate), interval(estimate), base(estimate)]
        rows.append([*row, difference(edition, change, direction), verdict_word(change)])
    return pipe(heads, rows, f"{edition.label(measure).name}, por {edition.settings.place_word}{simulated(edition)}")


def trust(edition: Edition) -> str:
    """Every level of the battery for every item, with the base."""
    battery = edition.settings.trust
    heads = [
        "Corporación",
        *(f"{name.capitalize()}, %" for name in battery.level_names or battery.levels),
        "Entrevistas",
    ]
    rows: list[list[str | Number | Text]] = [
        [name, *(bare(level) for level in levels), base(levels[0])] for name, levels in sentences.trust_rows(edition)
    ]
    return pipe(heads, rows, f"{battery.title}{simulated(edition)}")


def series(edition: Edition, measure: Measure, place: str = "") -> str:
    """Every wave's value with interval and verdict."""
    heads = ["Edición", "%" if measure.statistic == "proportion" else "Valor", "Intervalo", "Entrevistas", "Veredicto"]
    rows: list[list[str | Number | Text]] = []
    for info in edition.waves:
        estimate = edition.in_place(measure, place, info.key) if place else edition.whole(measure, info.key)
        if estimate is None:
            why = "no se publica" if edition.asked(measure, info.key) else "no se preguntó"
            rows.append([info.period.capitalize(), why, EMPTY, EMPTY, EMPTY])
            continue
        said = verdict_word(edition.change(estimate))
        rows.append([info.period.capitalize(), bare(estimate), interval(estimate), base(estimate), said])
    where = next((p.short for p in edition.places if p.code == place), edition.area_name)
    return pipe(heads, rows, f"{edition.label(measure).name}, {where}{simulated(edition)}")


def simulated(edition: Edition) -> str:
    """What a caption adds when the data are simulated."""
    return " (datos simulados)" if edition.simulated else ""


def folded(table: str, summary: str = "Ver los datos en una tabla") -> str:
    """A table that a page folds away, a Word file shows and a PDF leaves out."""
    return f'::: {{.datos summary="{summary}"}}\n{table}\n:::\n'
