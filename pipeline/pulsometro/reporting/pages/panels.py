"""Parts of a page that stand whole or not at all: a heading, what it is of, and a picture or a sentence below."""

from collections.abc import Sequence

from pulsometro.reporting.charts import pictures
from pulsometro.reporting.edition.content import Edition
from pulsometro.reporting.edition.rows import Change, Estimate
from pulsometro.reporting.language import battery_sentences, comparisons, conditions, sentences
from pulsometro.reporting.language.traced_text import Text, escape, upper_first
from pulsometro.reporting.tables import markdown
from pulsometro.settings.report_settings import Measure
from pulsometro.study.batteries import ToldBattery
from pulsometro.style import spanish
from pulsometro.style.printed_form import PERCENT, YEAR, Form

BEGINS = "La serie empieza con esta edición: con la próxima habrá una línea que dibujar."
ONE_POINT = "Solo una edición tiene cifra que se publique: no hay línea que dibujar."
NOTHING = "No hay cifras que se puedan publicar."
POINTS = "Punto: estimación. Barra: intervalo del {}."
SMALL = "Las cifras menores de 8 no se rotulan."


def level(edition: Edition) -> str:
    """The level of the intervals as printed: ``95 %``."""
    return f"{spanish.decimal(edition.level * 100, 0)}{spanish.NBSP}%"


def what(edition: Edition, measure: Measure, people: bool = False) -> str:
    """``Porcentaje que se siente inseguro``, or the name and unit of a mean; ``people``: of whom."""
    label = edition.label(measure)
    form = edition.form(measure)
    if not form.share:
        name = edition.named(measure) + (f" ({label.base})" if label.base else "")
        return f"{name}, en {_in_words(form)}" if form.unit else name
    whom = f" de las {label.base or edition.settings.people}" if people else ""
    return f"Porcentaje{whom} que {edition.singular(measure)}"


def _in_words(form: Form) -> str:
    return {PERCENT: "porcentaje", YEAR: "años"}.get(form.unit, form.unit)


def darker(edition: Edition, measure: Measure) -> str:
    """What the shades of a map say."""
    return f"Más oscuro: {'porcentaje' if edition.form(measure).share else 'cifra'} mayor."


def panel(title: Text, sub: str, body: str, classes: str = ".panel") -> str:
    """A panel: heading, line below it and body."""
    below = f"::: {{.sub}}\n{escape(sub)}\n:::\n\n" if sub else ""
    return f":::::: {{{classes}}}\n## {title.markdown}\n\n{below}{body}\n::::::"


def pair(*panels: str, classes: str = ".pair") -> str:
    """Panels side by side; one alone takes the whole width, none gives nothing."""
    shown = [each for each in panels if each]
    if len(shown) < 2:
        return "".join(shown)
    return f"::::::: {{{classes}}}\n\n" + "\n\n".join(shown) + "\n\n:::::::"


def pairs(panels: Sequence[str], classes: str) -> str:
    """Panels two by two."""
    shown = [each for each in panels if each]
    return "\n\n".join(pair(*shown[at : at + 2], classes=classes) for at in range(0, len(shown), 2))


def figure(chart: pictures.Chart | None, table: str, note: str, width: str, instead: str = NOTHING) -> str:
    """A chart, what its signs mean and its rows; ``instead``: the sentence where there is no chart."""
    parts = [chart.markdown(width=width) if chart else instead]
    parts += [f"::: {{.note}}\n{escape(note)}\n:::" if note else "", markdown.folded(table) if table else ""]
    return "\n\n".join(part for part in parts if part)


def in_places(edition: Edition, measure: Measure, wave: str = "") -> list[Estimate]:
    """The printed figures of the places."""
    return [e for place in edition.places if (e := edition.in_place(measure, place.code, wave))]


def changes_of(edition: Edition, estimates: list[Estimate]) -> list[Change]:
    """The changes of figures, those among them too that the questions do not allow."""
    return [change for estimate in estimates if (change := edition.change(estimate)) is not None]


def places_panel(edition: Edition, measure: Measure, chart: pictures.Chart | None) -> str:
    """The places with their intervals; nothing of one place alone."""
    if not conditions.several_places(edition):
        return ""
    sub = f"{what(edition, measure, people=True)}. Punto: estimación. Barra: intervalo del {level(edition)}."
    said = legend(edition, in_places(edition, measure)) if chart else ""
    body = figure(chart, markdown.places(edition, measure), said, "56%")
    return panel(comparisons.places_heading(edition, measure), sub if chart else "", body)


def map_panel(edition: Edition, measure: Measure, chart: pictures.Chart | None, sub: str, width: str = "48%") -> str:
    """The places in their map, where some have a figure and there are several."""
    if chart is None:
        return ""
    return panel(comparisons.majority_heading(edition, measure), sub, figure(chart, "", marked(edition), width))


def series_panel(edition: Edition, measure: Measure, chart: pictures.Chart | None, table: str) -> str:
    """The whole's series, or why there is no line."""
    sub = f"{what(edition, measure)}, por edición, con banda del {level(edition)}." if chart else ""
    known = sum(edition.whole(measure, info.key) is not None for info in edition.waves)
    begins = BEGINS if len(edition.waves) == 1 and conditions.first_edition(edition) else ONE_POINT
    body = figure(chart, table, "", "100%", begins if known else NOTHING)
    return panel(sentences.series_heading(edition, measure), sub, body)


def battery_panel(edition: Edition, battery: ToldBattery, chart: pictures.Chart | None, table: str) -> str:
    """The battery as bars, and which of its items are not among them; nothing where it was not asked."""
    gone = battery_sentences.undrawn(edition, battery)
    if chart is None and not gone:
        return ""
    base = upper_first(battery.base or edition.settings.people)
    note = f"Sin todas sus cifras: {spanish.join(gone)}." if gone and chart else ""
    sub = f"{base}, en porcentaje. {SMALL}" if battery.kind == "levels" else f"{base}, en porcentaje."
    if battery.kind == "figures":
        sub = f"{battery_sentences.what(edition, battery)}. {base}. {POINTS.format(level(edition))}"
    return panel(
        battery_sentences.heading(edition, battery), sub if chart else "",
        figure(chart, table if chart else "", note, "92%"),
    )  # fmt: skip


def marked(edition: Edition) -> str:
    """What a mark in the map means, or that there is none."""
    headline = edition.settings.headline
    found = changes_of(edition, in_places(edition, headline)) if headline else []
    known = [change for change in found if change.comparable]
    if not known:
        return ""
    reference = edition.period(known[0].reference_wave)
    if not any(change.significant for change in known):
        return f"Ningún cambio frente a {reference} es significativo."
    return f"▲ sube   ▼ baja frente a {reference}; solo los cambios significativos."


def legend(edition: Edition, estimates: list[Estimate]) -> str:
    """What the signs of change beside these figures mean, or why there are none; "" where nothing was compared."""
    found = changes_of(edition, estimates)
    if not found:
        first = conditions.first_edition(edition)
        return "Es la primera edición: todavía no hay cambios que señalar." if first and estimates else ""
    reference = edition.period(found[0].reference_wave)
    if not any(change.comparable for change in found):
        why = conditions.broken_by(edition, found[0])
        if why == conditions.REWORDED:
            return f"No se señalan cambios: {why} y no se compara con {reference}."
        return f"No se señalan cambios frente a {reference}: {why}."
    said = f"sin cambio estadísticamente significativo frente a {reference} ({comparisons.rule(edition)})"
    return f"▲ sube   ▼ baja   ◆ {said}."
