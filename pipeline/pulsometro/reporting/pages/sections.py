"""Fragments of the site's pages about a theme: series, trust, quality."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from pulsometro.recompute.opinion_record import SecondOpinion
from pulsometro.reporting.charts import pictures
from pulsometro.reporting.edition.content import Edition, IndicatorLabel, WaveInfo
from pulsometro.reporting.edition.timeline import missing_before
from pulsometro.reporting.edition.topics import report_topics
from pulsometro.reporting.language import (
    battery_sentences,
    comparisons,
    conditions,
    not_printed,
    sentences,
    withheld_words,
)
from pulsometro.reporting.language.links import place_path, web_link
from pulsometro.reporting.language.traced_text import escape, lower_first, slug, text, upper_first
from pulsometro.reporting.pages import not_published, panels
from pulsometro.reporting.pages.quality import second_opinion
from pulsometro.reporting.tables import markdown
from pulsometro.settings.report_settings import Measure
from pulsometro.study.batteries import ToldBattery
from pulsometro.style import spanish
from pulsometro.style.vocabulary import Reason, Side


@dataclass(frozen=True)
class WaveQuality:
    """What the quality page says of one wave; rates are proportions, None where not known.

    ``method``: how the printed error is made, as ``estimation.se`` names it.
    """

    wave: str
    period: str
    verdict: str
    interviews: int
    response_rate: float | None
    kish: float | None
    exceptions: tuple[str, ...]
    opinion: SecondOpinion
    method: str


def series(edition: Edition, figures: Path) -> str:
    """Every indicator with one main figure: a list of them, then a chart, its verdicts and its rows each."""
    shown = [
        (name, [label for label in labels if label.kind != "distribution" and _asked(edition, label.measure)])
        for name, labels in report_topics(edition)
    ]
    shown = [(name, labels) for name, labels in shown if labels]
    parts = [contents([(name, [(label.name, label.id) for label in labels]) for name, labels in shown])]
    for name, labels in shown:
        panels = [f"::::: {{.panel}}\n{_one_series(edition, figures, label)}\n:::::" for label in labels]
        parts += [f"## {escape(name)}", ":::::: {.gallery}\n\n" + "\n\n".join(panels) + "\n\n::::::"]
        parts.append("::: {.up .web}\n[Volver a la lista](#lista)\n:::")
    return "\n\n".join(parts)


def contents(groups: Sequence[tuple[str, Sequence[tuple[str, str]]]]) -> str:
    """A page's own list of what is on it: group, then (name, id) of each."""
    parts = []
    for group, entries in groups:
        listed = "\n".join(f"- [{escape(name)}](#{slug(key)})" for name, key in entries)
        parts.append(f"{escape(group)}\n\n{listed}")
    return "::: {#lista .toc .web}\n" + "\n\n".join(parts) + "\n:::"


def _asked(edition: Edition, measure: Measure) -> bool:
    return any(edition.whole(measure, info.key) for info in edition.waves)


def _one_series(edition: Edition, figures: Path, label: IndicatorLabel) -> str:
    measure = label.measure
    name = f"serie-{slug(label.id)}"
    several = sum(edition.whole(measure, info.key) is not None for info in edition.waves) > 1
    drawn = pictures.draw_series(edition, measure, figures, name=name, sizes=pictures.GALLERY) if several else None
    estimate = edition.whole(measure)
    if estimate is None:
        said = escape(f"{upper_first(sentences.silence(edition, measure))}.")
    else:
        now = sentences.verdict(edition, edition.change(estimate), sentences.is_first(edition, measure))
        year = edition.change(estimate, "year_ago")
        words = text(sentences.value(estimate), " (", sentences.margin(estimate), "): ", now)
        if year is not None:
            words = text(words, "; en un año, ", sentences.verdict(edition, year, False, since=False))
        said = text(words, ".").markdown
    head = f"### {escape(label.name)} {{#{slug(label.id)}}}"
    rows = markdown.folded(markdown.series(edition, measure))
    parts = [head, f"::: {{.sub}}\n{said}\n:::", drawn.markdown() if drawn else "", rows]
    return "\n\n".join(part for part in parts if part)


def series_deck(edition: Edition) -> str:
    """Since when, and what a cut of a line means where one is cut."""
    since = "la primera edición" if conditions.first_edition(replace(edition, wave=edition.waves[0])) else ""
    said = [
        f"Cada indicador desde {since or edition.waves[0].period}, en {edition.settings.whole}, con su banda del "
        f"{panels.level(edition)}"
    ]
    later = {info.key for info in edition.waves[1:]}
    if any(later & set(label.breaks) for label in edition.labels.values()):
        entering = f" o qué {edition.settings.places_word} entran" if conditions.several_places(edition) else ""
        what = f"la pregunta{', ' if entering else ' o '}la manera de preguntar{entering}"
        said.append(f"Una línea cortada dice que cambió {what}: antes y después no se comparan")
    if missing_before(edition.waves, edition.settings.wave_unit):
        said.append("Donde falta una edición la línea se interrumpe")
    return f"::: {{.deck}}\n{escape('. '.join(said))}.\n:::"


def trust(edition: Edition, figures: Path) -> dict[str, str]:
    """The battery of trust as bars, its first level with intervals and changes, and by place."""
    shown, by_place = next(_battery(edition, battery, figures) for battery in edition.batteries if battery.trust)
    silent = "En esta edición no se preguntó por la confianza."
    return {"confianza-paneles": shown or silent, "confianza-lugares": by_place}


def batteries(edition: Edition, figures: Path) -> str:
    """Every other battery in the same way under its title; one that was not asked is left out."""
    parts = []
    for battery in (each for each in edition.batteries if not each.trust):
        shown, by_place = _battery(edition, battery, figures)
        if shown:
            base = upper_first(battery.base or edition.settings.people)
            head = f"## {escape(battery.title)} {{#{battery.key}}}\n\n::: {{.sub}}\n{escape(base)}.\n:::"
            parts += [part for part in (head, shown, by_place) if part]
    return "\n\n".join(parts) or panels.NOTHING


def _battery(edition: Edition, battery: ToldBattery, figures: Path) -> tuple[str, str]:
    """The battery's panels and its table by place; "" where the edition did not ask it."""
    rows = battery_sentences.complete_rows(edition, battery)
    asked = bool(rows) or bool(battery_sentences.undrawn(edition, battery))
    shown = panels.NOTHING if asked else ""
    if rows:
        table = markdown.battery_table(edition, battery)
        bars = panels.battery_panel(edition, battery, pictures.draw_battery(edition, battery, figures), table)
        # Means are points with their intervals already.
        points = _points(edition, battery, figures) if battery.kind != "figures" else ""
        shown = panels.pair(bars, points)
    if not asked or not conditions.several_places(edition):
        return shown, ""
    who = f"Quién responde «{battery.level}»" if battery.level else battery.title
    head = f"## {escape(f'{who}, por {edition.settings.place_word}')}"
    return shown, f":::::: {{.panel}}\n{head}\n\n{_battery_places(edition, battery)}\n::::::"


def _points(edition: Edition, battery: ToldBattery, figures: Path) -> str:
    """The battery's first level with intervals and, where it was compared, what changed."""
    points = pictures.draw_battery_points(edition, battery, figures)
    firsts = [e for item in battery.items if (e := edition.whole(item.first))]
    sub = f"{battery_sentences.what(edition, battery)}. {panels.POINTS.format(panels.level(edition))}"
    body = panels.figure(points, "", panels.legend(edition, firsts), "92%")
    return panels.panel(battery_sentences.moved(edition, battery), sub, body)


def _battery_places(edition: Edition, battery: ToldBattery) -> str:
    """The first level by place; bold where it differs from the rest of the area."""
    names = [(item.first, item.name) for item in battery.items]
    rows: list[list[markdown.Cell]] = []
    for place in edition.places:
        link = web_link(escape(place.short), f"../{place_path(edition, place)}")
        cells: list[markdown.Cell] = [markdown.Markdown(link, place.short)]
        cells += [_against(edition, measure, place.code) for measure, _ in names]
        rows.append(cells)
    rows.append([edition.area_name, *(_against(edition, measure) for measure, _ in names)])
    units = [(name, edition.form(measure).beside) for measure, name in names]
    heads = [upper_first(edition.settings.place_word), *(f"{name}, {unit}" if unit else name for name, unit in units)]
    caption = f"Responde «{battery.level}»" if battery.level else battery.title
    table = markdown.pipe(heads, rows, f"{caption}{markdown.simulated(edition)}")
    note = f"En negritas: es distinto del resto de {edition.settings.whole}, {comparisons.rule(edition)}."
    said = escape(note.replace(" de el ", " del "))
    note = f"\n\n::: {{.note}}\n{said}\n:::" if "**" in table else ""
    return f"::: {{.glance}}\n{table}\n:::{note}"


def _against(edition: Edition, measure: Measure, code: str = "") -> markdown.Cell:
    estimate = edition.in_place(measure, code) if code else edition.whole(measure)
    if estimate is None:
        return not_printed.why(edition, measure, code).cell
    shown = markdown.bare(estimate)
    if comparisons.against_rest(edition, estimate) not in (Side.HIGHER, Side.LOWER):
        return shown
    return markdown.Markdown(f"**{text(shown).markdown}**", shown.text)


def counted_imprecise(table: pd.DataFrame) -> dict[str, tuple[int, int]]:
    """Of each wave of a table of estimates: rows that precision keeps from print, and all that have anybody in them."""
    asked = table[table["reason"] != Reason.NO_CASES]
    groups = (asked["reason"] == Reason.IMPRECISE).groupby(asked["wave"]).agg(["sum", "size"])
    return {str(wave): (int(row["sum"]), int(row["size"])) for wave, row in groups.iterrows()}


def quality(
    edition: Edition, waves: Sequence[WaveQuality], withheld: Mapping[str, tuple[int, int]],
    unpublished: Sequence[WaveInfo],
) -> str:  # fmt: skip
    """A row for each wave: what came, what was accepted with a signature, what is too imprecise to print."""
    heads = "| Edición | Entrevistas | Tasa de respuesta, % | Efecto de los pesos | Cifras que no se publican | "
    lines = [f"{heads}Revisión |", "|---|--:|--:|--:|--:|---|"]
    for wave in waves:
        rate = spanish.bare_percent(wave.response_rate) if wave.response_rate is not None else markdown.EMPTY
        kish = spanish.decimal(wave.kish, 2) if wave.kish is not None else markdown.EMPTY
        few, all_ = withheld.get(wave.wave, (0, 0))
        share = f"{spanish.count(few)} de {spanish.count(all_)}"
        said = wave.verdict + (f" ({'; '.join(wave.exceptions)})" if wave.exceptions else "")
        page = f"[{escape(wave.period)}](../{wave.wave}/calidad.html)"
        lines.append(f"| {page} | {spanish.count(wave.interviews)} | {rate} | {kish} | {share} | {escape(said)} |")
    lines += [f"| {escape(upper_first(info.period))} | | | | | {not_published.NOT_PUBLISHED} |" for info in unpublished]
    notes = (
        "Tasa de respuesta: RR3 de AAPOR. Efecto de los pesos: 1 + CV² (Kish, 1965), cuánto multiplica la varianza su "
        "sola desigualdad; la precisión de cada cifra, con todo el diseño, está en su margen. "
        "Cifras que no se publican: las que la regla de precisión deja fuera; las que se ocultan para proteger a "
        f"quienes respondieron no se cuentan. {withheld_words.circle(edition)}"
    )
    opinions = [(lower_first(wave.period), wave.opinion) for wave in waves]
    told = second_opinion.of_every_edition(opinions, waves[0].method).markdown
    caption = f": Calidad de cada edición{markdown.simulated_series(edition)}"
    return "\n".join(lines) + f"\n\n{caption}\n\n::: {{.note}}\n{notes}\n\n{told}\n:::"
