"""The included pieces of the sources: everything with a number, in Markdown that every format understands."""

from dataclasses import dataclass
from pathlib import Path

from pulsometro.reporting.charts import pictures
from pulsometro.reporting.edition.content import Edition
from pulsometro.reporting.edition.rows import Change, Estimate
from pulsometro.reporting.language import comparisons, sentences
from pulsometro.reporting.language.traced_text import Number, Text, escape, span, text, upper_first
from pulsometro.reporting.tables import markdown
from pulsometro.settings.report_settings import Measure
from pulsometro.style import spanish
from pulsometro.weighting.record import NAME as WEIGHTING

BEGINS = "La serie empieza con esta edición: con la próxima habrá una línea que dibujar."
NOTHING = "No hay cifras que se puedan publicar."


@dataclass(frozen=True)
class Charts:
    """The four charts of a brief; None where there is nothing to draw."""

    places: pictures.Chart | None
    map: pictures.Chart | None
    series: pictures.Chart | None
    trust: pictures.Chart | None


def draw(edition: Edition, folder: Path) -> Charts:
    """Draw the brief's charts into ``folder``."""
    measure = edition.settings.headline
    # A line of one point says less than its number.
    several = sum(edition.whole(measure, info.key) is not None for info in edition.waves) > 1
    with_places = any(edition.in_place(measure, place.code) for place in edition.places)
    paper = pictures.with_paper
    beside = pictures.extreme_place(edition, measure)
    return Charts(
        pictures.draw_places(edition, measure, folder, sizes=paper(468, loose=1.12)) if with_places else None,
        pictures.draw_map(
            edition, measure, folder, sizes=paper(420 if edition.boundaries else 384, not edition.boundaries)
        )
        if with_places
        else None,
        pictures.draw_series(edition, measure, folder, beside, sizes=paper(850, loose=0.98)) if several else None,
        pictures.draw_trust(edition, folder, sizes=paper(850, loose=0.94)) if comparisons.trust_rows(edition) else None,
    )


def brief_fragments(edition: Edition, charts: Charts, engine: str, links: str = "") -> dict[str, str]:
    """Every fragment of the brief by file name without ending; ``links``: to its other formats."""
    measure = edition.settings.headline
    return {
        "antetitulo": kicker(edition),
        "titular": f"# {sentences.headline(edition).markdown}",
        "entrada": f"::: {{.deck}}\n{comparisons.deck(edition).markdown}\n:::",
        "aviso": notice(edition),
        "hallazgos": findings(edition),
        "lugares-titulo": f"## {comparisons.places_heading(edition, measure).markdown}",
        "lugares": _chart(charts.places, markdown.places(edition, measure), legend(edition), "56%"),
        "vistazo-titulo": f"## {glance_heading(edition).markdown}",
        "vistazo": markdown.glance(edition, edition.settings.findings, "../"),
        "mapa-titulo": f"## {comparisons.majority_heading(edition, measure).markdown}",
        "mapa": _chart(charts.map, "", marked(edition), "48%"),
        "serie-titulo": f"## {sentences.series_heading(edition, measure).markdown}",
        "serie": _chart(charts.series, markdown.series(edition, measure), "" if charts.series else BEGINS, "100%"),
        "confianza-titulo": f"## {comparisons.trust_heading(edition).markdown}",
        "confianza": _chart(charts.trust, markdown.trust(edition), "", "92%"),
        "como": how(edition),
        "pie": foot(edition, engine, links),
    }


def _chart(chart: pictures.Chart | None, table: str, note: str, width: str) -> str:
    """A chart, what its signs mean and its rows; ``width``: of the picture in a Word file."""
    parts = [chart.markdown(width=width) if chart else ""]
    parts += [f"::: {{.note}}\n{escape(note)}\n:::" if note else "", markdown.folded(table) if table else ""]
    return "\n\n".join(part for part in parts if part) or NOTHING


def variables(edition: Edition) -> dict[str, str]:
    """What sources may name as variables: words without a row behind them, or the plain headline."""
    measure = edition.settings.headline
    trust = edition.settings.trust
    return {
        "titulo-pagina": f"{edition.title}, {edition.wave.period}",
        "titular": sentences.headline(edition).plain,
        "titular-predicado": edition.singular(measure),
        "editor": edition.producer,
        "personas": edition.settings.people,
        "los-lugares": upper_first(edition.all_places),
        "mapa-que": f"{upper_first(edition.all_places)}{'' if edition.boundaries else ' en su lugar relativo'}.",
        "lugar-palabra": edition.settings.place_word,
        "lugares-palabra": edition.settings.places_word,
        "confianza-nivel": (trust.level_names or trust.levels)[0],
        "nivel": level(edition),
        "regla": comparisons.rule(edition),
        "confianza-base": upper_first(trust.base or edition.settings.people),
        "periodo": edition.wave.period,
        "todo": edition.settings.whole,
    }


def words(edition: Edition, *names: str) -> dict[str, str]:
    """Those of ``variables`` that a page's source names."""
    known = variables(edition)
    return {name: known[name] for name in names}


def glance_heading(edition: Edition) -> Text:
    """How many of the places' figures moved, of those that can be compared."""
    measures, places = edition.settings.findings, edition.places
    found = [edition.change(edition.in_place(measure, place.code)) for measure in measures for place in places]
    known = [change for change in found if change is not None and change.comparable]
    words = upper_first(edition.all_places)
    if not known:
        return text(f"{words}, cifra por cifra")
    reference = edition.period(known[0].reference_wave)
    moved = sum(change.significant for change in known)
    some = {0: "ninguna cambia", 1: "una cambia"}.get(moved, f"{spanish.word(moved)} cambian")
    return text(f"{words}: de {len(known)} cifras que se comparan con {reference}, {some} de forma significativa")


def marked(edition: Edition) -> str:
    """What a mark in the map means, or that there is none."""
    found = [edition.change(edition.in_place(edition.settings.headline, place.code)) for place in edition.places]
    known = [change for change in found if change is not None and change.comparable]
    if not known:
        return ""
    if not any(change.significant for change in known):
        return f"Ningún cambio frente a {edition.period(known[0].reference_wave)} es significativo."
    return f"▲ sube   ▼ baja frente a {edition.period(known[0].reference_wave)}; solo los cambios significativos."


def legend(edition: Edition) -> str:
    """What the signs of change mean, or why there are none."""
    found = [edition.change(edition.in_place(edition.settings.headline, place.code)) for place in edition.places]
    reference = next((edition.period(change.reference_wave) for change in found if change), "")
    if not reference:
        first = sentences.is_first(edition, edition.settings.headline)
        return "Es la primera edición: todavía no hay cambios que señalar." if first else "No hay cambios que señalar."
    if not any(change.comparable for change in found if change):
        return f"No se señalan cambios: la pregunta cambió y no se compara con {reference}."
    said = f"sin cambio estadísticamente significativo frente a {reference} ({comparisons.rule(edition)})"
    return f"▲ sube   ▼ baja   ◆ {said}."


def kicker(edition: Edition) -> str:
    """Title, edition and, when they are, that the data are simulated."""
    words = f"**{escape(edition.title)}**  ·  {edition.wave.number}.ª edición, {escape(edition.wave.period)}"
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
    base = f"Porcentaje de las {edition.settings.people}, con su margen del {level(edition)} y lo que cambió."
    return f"::: {{.sub .base}}\n{escape(base)}\n:::\n\n:::::: {{.measures}}\n\n" + "\n\n".join(boxes) + "\n\n::::::"


def level(edition: Edition) -> str:
    """The level of the intervals as printed: ``95 %``."""
    return f"{spanish.decimal(edition.level * 100, 0)}{spanish.NBSP}%"


def measure_box(edition: Edition, measure: Measure, estimate: Estimate | None) -> str:
    """One finding as a block."""
    if estimate is None:
        name = escape(edition.label(measure).name)
        return f"::: {{.measure}}\n[—]{{.big}}\n\n{name}: {escape(sentences.silence(edition, measure))}.\n:::"
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
    more = "::: {.col .web}\n[Metodología completa, con las preguntas](metodologia.html)\n:::"
    return f":::::: {{.how}}\n\n## Cómo se hizo\n\n{body}\n\n{more}\n\n::::::"


def how_sentences(edition: Edition, whole: Estimate | None) -> tuple[Text, Text]:
    """Two paragraphs: the fieldwork, and what the margins mean."""
    made = edition.made
    first: list[str | Number | Text] = [interviews(edition), f" entrevistas a {edition.settings.people}, "]
    first.append(f"{spanish.days(edition.wave.start, edition.wave.end)}.")
    first += [
        f" {upper_first(part)}." for part in (named("entrevista ", made.mode), named("marco: ", made.frame)) if part
    ]
    if made.response_rate is not None:
        rate = from_record(edition, spanish.percent(made.response_rate), "outcome_rates/total/rates/RR3")
        first += [" Tasa de respuesta (AAPOR RR3): ", rate, "."]
    second: list[str | Number | Text] = [f"{upper_first(made.weighting)}. " if made.weighting else ""]
    if whole is not None:
        second += [
            "El margen de la cifra principal es de ",
            sentences.margin(whole, full=True),
            f" con {spanish.decimal(edition.level * 100, 0)}{spanish.NBSP}% de confianza. ",
        ]
    second.append("Las cifras poco precisas no se publican. Los cambios se calculan antes de redondear. ")
    if edition.simulated:
        second.append(
            "Los datos son simulados: se calibraron con las cifras que se publicaron, y no son respuestas de personas."
        )
    return text(*first), text(*second)


def interviews(edition: Edition) -> Number:
    """How many interviews the wave has, from the record of its weights."""
    return from_record(edition, spanish.count(edition.interviews), "n")


def from_record(edition: Edition, words: str, path: str) -> Number:
    """A number of the wave's ``weighting.json``; ``path``: its keys with slashes, areas by name."""
    return Number(words, f"{edition.wave.key}/{WEIGHTING}", path)


def named(name: str, words: str) -> str:
    """Words after what they are, unless they say it themselves."""
    return words if not words or words.lower().startswith(name.rstrip(": ")) else f"{name}{words}"


def foot(edition: Edition, engine: str, links: str = "") -> str:
    """Source, licence and the engine that made the page."""
    source = f"Fuente: {edition.producer}, {edition.title}, {edition.wave.period}"
    source += " (datos simulados)." if edition.simulated else "."
    licence = f"Se puede citar con la fuente; licencia {edition.settings.licence}."
    made = f"Hecho con {engine}."
    more = f"{links}\n\n" if links else ""
    return f"{more}::::: {{.foot}}\n{escape(source)} {escape(licence)} {escape(made)}\n:::::"
