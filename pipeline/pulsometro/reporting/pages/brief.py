"""The included pieces of the sources: everything with a number, in Markdown that every format understands."""

from dataclasses import dataclass
from pathlib import Path

from pulsometro.questionnaire.modes import spoken_mode
from pulsometro.reporting.charts import pictures
from pulsometro.reporting.edition.content import Edition
from pulsometro.reporting.edition.rows import Change, Estimate
from pulsometro.reporting.language import battery_sentences, comparisons, conditions, sentences
from pulsometro.reporting.language.traced_text import Number, Text, escape, span, text, upper_first
from pulsometro.reporting.pages import panels
from pulsometro.reporting.tables import markdown
from pulsometro.settings.report_settings import Measure
from pulsometro.style import spanish
from pulsometro.weighting.record import NAME as WEIGHTING


@dataclass(frozen=True)
class Charts:
    """The charts of a brief; None where there is nothing to draw. ``batteries``: one for each, in order."""

    places: pictures.Chart | None = None
    map: pictures.Chart | None = None
    series: pictures.Chart | None = None
    batteries: tuple[pictures.Chart | None, ...] = ()


def draw(edition: Edition, folder: Path) -> Charts:
    """Draw the brief's charts into ``folder``."""
    measure, paper = edition.settings.headline, pictures.with_paper
    shown = tuple(
        pictures.draw_battery(edition, battery, folder, sizes=paper(850, loose=0.94))
        if battery_sentences.complete_rows(edition, battery)
        else None
        for battery in edition.batteries
    )
    if measure is None:
        return Charts(batteries=shown)
    # A line of one point says less than its number.
    several = sum(edition.whole(measure, info.key) is not None for info in edition.waves) > 1
    with_places = conditions.several_places(edition) and any(
        edition.in_place(measure, place.code) for place in edition.places
    )
    beside = pictures.extreme_place(edition, measure)
    return Charts(
        pictures.draw_places(edition, measure, folder, sizes=paper(468, loose=1.12)) if with_places else None,
        pictures.draw_map(
            edition, measure, folder, sizes=paper(420 if edition.boundaries else 384, not edition.boundaries)
        )
        if with_places
        else None,
        pictures.draw_series(edition, measure, folder, beside, sizes=paper(850, loose=0.98)) if several else None,
        shown,
    )


def brief_fragments(edition: Edition, charts: Charts, engine: str, links: str = "") -> dict[str, str]:
    """Every fragment of the brief by file name without ending; ``links``: to its other formats."""
    measure = edition.settings.headline
    line = panels.series_panel(edition, measure, charts.series, markdown.series(edition, measure)) if measure else ""
    batteries = [
        panels.battery_panel(edition, battery, chart, markdown.battery_table(edition, battery))
        for battery, chart in zip(edition.batteries, charts.batteries, strict=True)
    ]
    return {
        "antetitulo": kicker(edition),
        "titular": f"# {sentences.headline(edition).markdown}",
        "entrada": deck(edition),
        "aviso": notice(edition),
        "hallazgos": findings(edition),
        "paneles-lugares": panels.pair(
            panels.places_panel(edition, measure, charts.places),
            panels.map_panel(edition, measure, charts.map, map_said(edition, measure)),
        )
        if measure
        else "",
        "panel-vistazo": glance_panel(edition),
        "paneles-series": panels.pairs([line, *batteries], ".pair .stacked"),
        "como": how(edition),
        "pie": foot(edition, engine, links),
    }


def deck(edition: Edition) -> str:
    """What stands below the headline; nothing where there is nothing to say."""
    said = comparisons.deck(edition).markdown
    return f"::: {{.deck}}\n{said}\n:::" if said or edition.settings.headline else ""


def map_said(edition: Edition, measure: Measure) -> str:
    """What the map of a brief shows."""
    where = upper_first(edition.all_places)
    darker = panels.darker(edition, measure)
    return f"{where}{'' if edition.boundaries else ' en su lugar relativo'}. {darker}"


def glance_panel(edition: Edition) -> str:
    """Every place by every finding; of one place, its figures are the findings."""
    if not conditions.several_places(edition) or not edition.settings.findings:
        return ""
    table = markdown.glance(edition, edition.settings.findings, "../")
    return panels.panel(glance_heading(edition), "", table, ".panel .glance .second-page")


def variables(edition: Edition) -> dict[str, str]:
    """What sources may name as variables: words without a row behind them, or the plain headline."""
    measure = edition.settings.headline
    trust = next((battery for battery in edition.batteries if battery.trust), None)
    return {
        "titulo-pagina": f"{edition.title}, {edition.wave.period}",
        "titular": sentences.headline(edition).plain,
        "titular-predicado": edition.singular(measure) if measure else "",
        "editor": edition.producer,
        "personas": edition.settings.people,
        "confianza-nivel": trust.level if trust else "",
        "nivel": panels.level(edition),
        "confianza-base": upper_first((trust.base if trust else "") or edition.settings.people),
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


def kicker(edition: Edition) -> str:
    """Title, edition and, when they are, that the data are simulated."""
    words = f"**{escape(edition.title)}**  ·  {edition.wave.number}.ª edición, {escape(edition.wave.period)}"
    marks = []
    if made := conditions.simulated_here(edition) or conditions.simulated_series(edition):
        marks.append(f"[{escape(upper_first(made))}]{{.warn}}")
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
    """The five findings: number, margin, what it is of, and the verdict of change; nothing where none is named."""
    if not edition.settings.findings:
        return ""
    boxes = [measure_box(edition, measure, edition.whole(measure)) for measure in edition.settings.findings]
    return (
        f"::: {{.sub .base}}\n{escape(findings_base(edition))}\n:::\n\n:::::: {{.measures}}\n\n"
        + "\n\n".join(boxes)
        + "\n\n::::::"
    )


def findings_base(edition: Edition) -> str:
    """What the findings are, with what stands beside them."""
    shown = [e for measure in edition.settings.findings if (e := edition.whole(measure))]
    shares = all(measure.statistic == "proportion" for measure in edition.settings.findings)
    said = f"Porcentaje de las {edition.settings.people}" if shares else "Las cifras principales"
    said += f", con su margen del {panels.level(edition)}" if shown else ""
    return f"{said} y lo que cambió." if conditions.comparable(edition, shown) else f"{said}."


def measure_box(edition: Edition, measure: Measure, estimate: Estimate | None) -> str:
    """One finding as a block."""
    if estimate is None:
        name = escape(edition.label(measure).name)
        return f"::: {{.measure}}\n[—]{{.big}}\n\n{name}: {escape(sentences.silence(edition, measure))}.\n:::"
    number = span(sentences.value(estimate), "big")
    half = f"[{sentences.margin(estimate).markdown}]{{.margin}}"
    who = edition.label(measure).base
    subject = f"de las {who} " if who else ""
    if not estimate.printed.share:
        subject = edition.named(measure) + (f" ({who})" if who else "")
    said = text(f"{subject}{edition.singular(measure)}" if estimate.printed.share else subject).markdown
    mark = verdict_mark(edition, measure, edition.change(estimate))
    return f"::: {{.measure}}\n{number} {half}\n\n{said}\n\n{mark}\n:::"


def how(edition: Edition) -> str:
    """The box *Cómo se hizo*."""
    whole = headline_figure(edition)
    parts = how_sentences(edition, whole)
    body = "\n\n".join(f"::: {{.col}}\n{part.markdown}\n:::" for part in parts)
    more = "::: {.col .web}\n[Metodología completa, con las preguntas](metodologia.html)\n:::"
    return f":::::: {{.how}}\n\n## Cómo se hizo\n\n{body}\n\n{more}\n\n::::::"


def headline_figure(edition: Edition) -> Estimate | None:
    """The headline's figure in the whole area; None where there is none, or no headline."""
    headline = edition.settings.headline
    return edition.whole(headline) if headline else None


def how_sentences(edition: Edition, whole: Estimate | None) -> tuple[Text, Text]:
    """Two paragraphs: the fieldwork, and what the margins mean."""
    made = edition.made
    first: list[str | Number | Text] = [interviews(edition), f" entrevistas a {edition.settings.people}, "]
    first.append(f"{spanish.days(edition.wave.start, edition.wave.end)}.")
    first += [f" {upper_first(part)}." for part in (spoken_mode(made.mode), named("marco: ", made.frame)) if part]
    if made.response_rate is not None:
        rate = from_record(edition, spanish.percent(made.response_rate), "outcome_rates/total/rates/RR3")
        first += [" Tasa de respuesta (AAPOR RR3): ", rate, "."]
    second: list[str | Number | Text] = [f"{upper_first(made.weighting)}. " if made.weighting else ""]
    if whole is not None:
        half = sentences.margin_said(whole, " de la cifra principal", full=True)
        second += [half, f" con {panels.level(edition)} de confianza. "]
    second.append("Las cifras poco precisas no se publican. ")
    if conditions.compared(edition):
        second.append("Los cambios se calculan antes de redondear. ")
    second.append(simulation(edition))
    return text(*first), text(*second)


def simulation(edition: Edition) -> str:
    """Which editions' data are no answers of people; "" where all are."""
    made = [info.period for info in edition.waves if info.simulated]
    if not made:
        return ""
    of = "" if edition.simulated else f" de {spanish.join(made)}"
    how = "se calibraron con las cifras que se publicaron, y " if edition.imitated else ""
    return f"Los datos{of} son simulados: {how}no son respuestas de personas."


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
