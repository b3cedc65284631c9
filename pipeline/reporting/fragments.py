"""The included pieces of the sources: everything with a number, in Markdown that every format understands."""

from dataclasses import dataclass
from pathlib import Path

from pipeline.reporting import comparisons, numbers, pictures, sentences, tables
from pipeline.reporting.edition import Edition
from pipeline.reporting.rows import Change, Estimate
from pipeline.reporting.text import Number, Text, escape, span, text, upper_first
from pipeline.settings.reporting import Measure

ADJUSTED = {"BH": ", corregido por comparaciones múltiples", "holm": ", corregido por comparaciones múltiples"}


@dataclass(frozen=True)
class Charts:
    """The four charts of a brief; None where there is nothing to draw."""

    places: pictures.Chart | None
    map: pictures.Chart | None
    series: pictures.Chart
    trust: pictures.Chart | None


def draw(edition: Edition, folder: Path) -> Charts:
    """Draw the brief's charts into ``folder``."""
    measure = edition.settings.headline
    with_places = any(edition.in_place(measure, place.code) for place in edition.places)
    return Charts(
        pictures.draw_places(edition, measure, folder) if with_places else None,
        pictures.draw_map(edition, measure, folder) if with_places else None,
        pictures.draw_series(edition, measure, folder, pictures.extreme_place(edition, measure)),
        pictures.draw_trust(edition, folder) if comparisons.trust_rows(edition) else None,
    )


def brief(edition: Edition, charts: Charts, engine: str, links: str = "") -> dict[str, str]:
    """Every fragment of the brief by file name without ending."""
    measure = edition.settings.headline
    missing = "No hay cifras publicables."
    return {
        "antetitulo": kicker(edition),
        "titular": f"# {sentences.headline(edition).markdown}",
        "entrada": f"::: {{.deck}}\n{comparisons.deck(edition).markdown}\n:::",
        "aviso": notice(edition),
        "hallazgos": findings(edition),
        "lugares-titulo": f"## {comparisons.places_heading(edition, measure).markdown}",
        "lugares": _with_table(charts.places, tables.places(edition, measure)) if charts.places else missing,
        "lugares-nota": legend(edition),
        "mapa-titulo": f"## {comparisons.majority_heading(edition, measure).markdown}",
        "mapa": charts.map.markdown() if charts.map else missing,
        "serie-titulo": f"## {sentences.series_heading(edition, measure).markdown}",
        "serie": _with_table(charts.series, tables.series(edition, measure), "wide"),
        "confianza-titulo": f"## {comparisons.trust_heading(edition).markdown}",
        "confianza": _with_table(charts.trust, tables.trust(edition), "wide") if charts.trust else missing,
        "como": how(edition),
        "pie": foot(edition, engine, links),
    }


def _with_table(chart: pictures.Chart, table: str, paper: str = "narrow") -> str:
    """A chart and its rows; ``paper``: which drawing the PDF takes."""
    return f"{chart.markdown(print=paper)}\n\n{tables.folded(table)}"


def variables(edition: Edition) -> dict[str, str]:
    """What the sources name with ``var``: words without a row behind them, or the plain headline."""
    measure = edition.settings.headline
    trust = edition.settings.trust
    return {
        "titulo-pagina": f"{edition.title}, {edition.wave.period}",
        "titular": sentences.headline(edition).plain,
        "titular-predicado": edition.singular(measure),
        "editor": edition.producer,
        "personas": edition.settings.people,
        "los-lugares": upper_first(edition.all_places),
        "lugar-palabra": edition.settings.place_word,
        "nivel": f"{numbers.decimal(edition.level * 100, 0)}{numbers.NBSP}%",
        "regla": f"al {numbers.decimal(edition.alpha * 100, 0)}{numbers.NBSP}%{ADJUSTED.get(edition.adjust, '')}",
        "confianza-base": upper_first(trust.base or edition.settings.people),
    }


def legend(edition: Edition) -> str:
    """What the signs of change mean, or why there are none."""
    found = [edition.change(edition.in_place(edition.settings.headline, place.code)) for place in edition.places]
    reference = next((edition.period(change.reference_wave) for change in found if change), "")
    if not reference:
        first = sentences.is_first(edition, edition.settings.headline)
        return "Es la primera edición: todavía no hay cambios que señalar." if first else "No hay cambios que señalar."
    if not any(change.comparable for change in found if change):
        return f"No se señalan cambios: la pregunta cambió y no se compara con {reference}."
    rule = f"al {numbers.decimal(edition.alpha * 100, 0)}{numbers.NBSP}%{ADJUSTED.get(edition.adjust, '')}"
    return f"▲ sube   ▼ baja   ◆ sin cambio estadísticamente significativo frente a {reference} ({rule})."


def kicker(edition: Edition) -> str:
    """Title, edition and, when they are, that the data are simulated."""
    words = f"**{escape(edition.title)}**  ·  {edition.wave.number}.ª edición, {edition.wave.period}"
    marks = []
    if edition.simulated:
        marks.append("[Datos simulados]{.warn}")
    if edition.draft:
        marks.append("[Borrador: no citar]{.warn}")
    return f"::: {{.top}}\n{words}\n\n{' '.join(marks)}\n:::"


def notice(edition: Edition) -> str:
    """On the first page: exceptions that somebody signed off."""
    if not edition.exceptions.reasons:
        return ""
    several = len(edition.exceptions.reasons) > 1
    said = "; ".join(edition.exceptions.reasons)
    claim = (
        "Esta edición se publica con excepciones firmadas"
        if several
        else "Esta edición se publica con una excepción firmada"
    )
    return f"::: {{.notice}}\n**{claim}:** {escape(said)}.\n:::"


def verdict_mark(edition: Edition, measure: Measure, change: Change | None) -> str:
    """The verdict with its sign and colour as a span."""
    sign, _, tone = edition.theme.meaning(change, edition.direction(measure))
    said = sentences.verdict(edition, change, sentences.is_first(edition, measure))
    mark = f"{sign} " if change is not None and change.comparable else ""
    return f"[{mark}{said.markdown}]{{.verdict .{tone}}}"


def findings(edition: Edition) -> str:
    """The five findings: number, margin, what it is of, and the verdict of change."""
    boxes = [measure_box(edition, measure, edition.whole(measure)) for measure in edition.settings.findings]
    return ":::::: {.measures}\n\n" + "\n\n".join(boxes) + "\n\n::::::"


def measure_box(edition: Edition, measure: Measure, estimate: Estimate | None) -> str:
    """One finding as a block."""
    if estimate is None:
        name = escape(edition.label(measure).name)
        return f"::: {{.measure}}\n[—]{{.big}}\n\n{name}: {sentences.silence(edition, measure)}.\n:::"
    number = span(sentences.value(estimate), "big")
    half = f"[{sentences.margin(estimate).markdown}]{{.margin}}"
    who = edition.label(measure).base
    subject = f"de las {who} " if who else ""
    said = text(f"{subject}{edition.singular(measure)}").markdown
    mark = verdict_mark(edition, measure, edition.change(estimate))
    return f"::: {{.measure}}\n{number} {half}\n\n{said}\n\n{mark}\n:::"


def how(edition: Edition) -> str:
    """The box *Cómo se hizo*."""
    whole = edition.whole(edition.settings.headline)
    parts = how_sentences(edition, whole)
    body = "\n\n".join(f"::: {{.col}}\n{part.markdown}\n:::" for part in parts)
    return f":::::: {{.how}}\n\n## Cómo se hizo\n\n{body}\n\n::::::"


def how_sentences(edition: Edition, whole: Estimate | None) -> tuple[Text, Text]:
    """Two paragraphs: the fieldwork, and what the margins mean."""
    made = edition.made
    first: list[str | Number | Text] = [interviews(edition), f" entrevistas a {edition.settings.people}, "]
    first.append(f"{numbers.days(edition.wave.start, edition.wave.end)}.")
    first += [
        f" {upper_first(part)}." for part in (named("entrevista ", made.mode), named("marco: ", made.frame)) if part
    ]
    if made.response_rate is not None:
        rate = from_receipts(edition, numbers.percent(made.response_rate), "outcome_rates.total.rates.RR3")
        first += [" Tasa de respuesta (AAPOR RR3): ", rate, "."]
    second: list[str | Number | Text] = [f"{upper_first(made.weighting)}. " if made.weighting else ""]
    if whole is not None:
        second += [
            "El margen de la cifra principal es de ",
            sentences.margin(whole, full=True),
            f" con {numbers.decimal(edition.level * 100, 0)}{numbers.NBSP}% de confianza. ",
        ]
    second.append("Las cifras poco precisas no se publican. Los cambios se calculan antes de redondear. ")
    if edition.simulated:
        second.append(
            "Los datos son simulados: se calibraron con las cifras que se publicaron, y no son respuestas de personas."
        )
    return text(*first), text(*second)


def interviews(edition: Edition) -> Number:
    """How many interviews the wave has, from the receipts of its weights."""
    return from_receipts(edition, numbers.count(edition.interviews), "n")


def from_receipts(edition: Edition, words: str, path: str) -> Number:
    """A number of the wave's ``weighting.json``; ``path``: its keys with dots, areas by name."""
    return Number(words, f"receipt|{edition.wave.key}|{path}", "receipt")


def named(name: str, words: str) -> str:
    """Words after what they are, unless they say it themselves."""
    return words if not words or words.lower().startswith(name.rstrip(": ")) else f"{name}{words}"


def foot(edition: Edition, engine: str, links: str = "") -> str:
    """Source, licence and the engine that made the page."""
    source = f"Fuente: {edition.producer}, {edition.title}, {edition.wave.period}"
    source += " (datos simulados)." if edition.simulated else "."
    licence = f"Se puede citar con la fuente; licencia {edition.settings.licence}."
    made = f"Hecho con {engine}."
    more = f"::: {{.web}}\n{links}\n:::\n\n" if links else ""
    return f"::::: {{.foot}}\n{more}{escape(source)} {escape(licence)} {escape(made)}\n:::::"
