"""Every fragment of an edition's quality page, from the weights' record and the interviewers' table."""

from collections.abc import Iterator
from math import isfinite
from pathlib import Path

from pulsometro.common.files import read_table
from pulsometro.questionnaire import Questionnaire
from pulsometro.recompute.opinion_record import NAME as OPINION
from pulsometro.recompute.opinion_record import load_opinion
from pulsometro.reporting.charts import pictures
from pulsometro.reporting.charts.drawing import weights as weights_figure
from pulsometro.reporting.charts.drawing.canvas import Picture, Size
from pulsometro.reporting.edition.content import Edition
from pulsometro.reporting.language.traced_text import Number, Text, escape, span, text
from pulsometro.reporting.pages.brief import headline_figure
from pulsometro.reporting.pages.quality import (
    calls_and_interviewers,
    quality_sections,
    sample_and_population,
    second_opinion,
)
from pulsometro.reporting.pages.quality.quality_sources import WHOLE, Sources
from pulsometro.reporting.pages.quality.traced_tables import INTERVIEWERS, points
from pulsometro.reporting.pages.quality.weighting_words import (
    answer_of,
    day_of,
    eligible_units,
    items_of,
    labels_of,
)
from pulsometro.study import Study
from pulsometro.study.layout import inside
from pulsometro.style import spanish
from pulsometro.weighting.record import NAME as RECORD
from pulsometro.weighting.record import load_weighting


def load(study: Study, edition: Edition) -> Sources:
    """Read what the weight and estimate stages wrote of the edition's wave; PulsoError when it is not there."""
    wave = edition.wave.key
    questionnaire: Questionnaire = study.questionnaire(wave)
    return Sources(
        edition,
        load_weighting(study, wave),
        calls_and_interviewers.asked_of(read_table(study.processed(wave, INTERVIEWERS))),
        {place.code: place.short for place in edition.places} | dict.fromkeys(WHOLE, edition.area_name),
        labels_of(questionnaire),
        load_opinion(study, wave),
        study.params.estimation.se,
    )


def fragments(sources: Sources, figures: Path) -> dict[str, str]:
    """Every section, sentence and figure by file name without ending; the figure is drawn into ``figures``.

    A section of what was not done is empty, and "calidad-ausentes" says that it was not.
    """
    made = {
        "calidad-entrada": f"::: {{.deck}}\n{quality_sections.deck(sources)}\n:::",
        "calidad-resumen": summary(sources),
        "calidad-avisos": quality_sections.section(
            "Lo que conviene mirar antes de firmar", "",
            "\n".join(f"- {escape(line)}" for line in warnings(sources)) or "Nada que señalar.",
        ),
        **quality_sections.weighting(sources, figure(sources, figures)),
        **quality_sections.sample(sources),
        **quality_sections.fieldwork(sources),
        "calidad-ausentes": quality_sections.absent(sources),
    }  # fmt: skip
    # Sentences, hover texts and axes hold numbers that are tied to no place: the page says which file they are from.
    files = " ".join(f"processed/{sources.edition.wave.key}/{inside(name)}" for name in (RECORD, OPINION))
    return {name: f'::::: {{data-source="{files}"}}\n\n{body}\n:::::' if body else "" for name, body in made.items()}


def summary(sources: Sources) -> str:
    """Five numbers: interviews, what the headline's precision is worth, response, distance, replicates."""
    record, traced = sources.record, sources.traced
    last = len(record.final) - 1
    total = record.final[last]
    n = traced.number(spanish.count(total.n), f"final/{last}/n")
    people = traced.number(spanish.count(total.sum), f"final/{last}/sum")
    deff = traced.number(spanish.decimal(total.deff_kish, 2), f"final/{last}/deff_kish")
    boxes = [
        (n, text("entrevistas, que representan a ", people, f" {sources.edition.settings.people}")),
        _precision(sources, deff),
        *_response(sources),
        *_distance(sources),
        *_replicates(sources),
    ]
    made = "\n\n".join(f"::: {{.measure}}\n{span(number, 'big')}\n\n{said.markdown}\n:::" for number, said in boxes)
    return f":::::: {{.measures}}\n\n{made}\n\n::::::"


def _precision(sources: Sources, deff: Number) -> tuple[Number, Text]:
    """The size of a simple random sample as precise as the headline figure, whose whole design counts.

    Kish's effect, ``deff``, is beside it as what it is: the loss from unequal weights alone.
    """
    estimate = headline_figure(sources.edition)
    if estimate is None or not isfinite(estimate.n_eff):
        return deff, text("veces la varianza que habría con pesos iguales: lo que cuesta su sola desigualdad (Kish)")
    return (
        Number(spanish.count(estimate.n_eff), estimate.key, "n_eff"),
        text("entrevistas de una muestra simple al azar darían la precisión de la cifra principal; por sí sola, la "
             "desigualdad de los pesos multiplica la varianza por ", deff, " (Kish)"),
    )  # fmt: skip


def _response(sources: Sources) -> Iterator[tuple[Number, Text]]:
    for at, rates in enumerate(sources.record.outcome_rates):
        rate = rates.rates.get("RR3")
        if rates.area == "total" and rate is not None:
            yield (
                sources.traced.number(spanish.percent(rate), f"outcome_rates/{at}/rates/RR3"),
                text(f"de los {_reached(sources)} dieron entrevista (RR3)"),
            )


def _reached(sources: Sources) -> str:
    if eligible_units(sources.record) == "números":
        return "números que eran o podían ser de un hogar"
    return "casos que eran o podían ser elegibles"


def _distance(sources: Sources) -> Iterator[tuple[Number, Text]]:
    cells = sources.record.calibration.cells if sources.record.calibration else ()
    if cells:
        at = max(range(len(cells)), key=lambda index: abs(cells[index].points_before))
        shown = points(cells[at].points_before)
        words = "puntos se apartaba de la población la celda más alejada antes de calibrar"
        yield sources.traced.number(shown, f"calibration/cells/{at}/points_before"), text(words)


def _replicates(sources: Sources) -> Iterator[tuple[Number, Text]]:
    made = sources.record.replicates
    if made is not None:
        asked = sources.traced.number(spanish.count(made.asked), "replicates/asked")
        said = text("réplicas de los pesos de ", asked, " que se pidieron")
        yield sources.traced.number(spanish.count(made.used), "replicates/used"), said


def warnings(sources: Sources) -> list[str]:
    """What somebody should look at before signing: old totals, sources that disagree, merges, lost replicates."""
    record, places = sources.record, sources.places_alone
    found = []
    step = record.calibration
    for source in step.sources if step else ():
        if source.too_old:
            found.append(
                f"Los totales de {items_of(source.margin, sources.labels)} son de {day_of(source.reference_date)}, a "
                f"{spanish.decimal(abs(source.age_years), 1)} años del levantamiento."
            )
    for gap in step.gaps if step else ():
        if gap.warn:
            theirs, ours = spanish.count(gap.other_population), spanish.count(gap.population)
            found.append(
                f"{places.get(gap.area, gap.area)}: la fuente en uso cuenta {ours} personas adultas y otra, {theirs} "
                f"({gap.other_definition or gap.other_source})."
            )
    for merged in step.collapsed if step else ():
        item, _, codes = merged.merged.partition(" ")
        groups = spanish.join([answer_of(item, code, sources.labels) for code in codes.split("+")])
        place = places.get(merged.area, merged.area) or "Todo el conjunto"
        found.append(
            f"{place}: se unieron {groups}; la celda menor tenía {spanish.count(merged.respondents)} entrevistas."
        )
    found += sample_and_population.thin_frames(record, places)
    lost = len(record.replicates.failed) if record.replicates else 0
    if lost:
        found.append(f"Réplicas que fallaron: {spanish.count(lost)}.")
    return found + second_opinion.notices(sources.opinion)


def figure(sources: Sources, folder: Path) -> str:
    """Base against final weights, a square a place; a sentence when nothing moved."""
    record, edition = sources.record, sources.edition
    if not sources.moved:
        return ""
    panels = [
        weights_figure.Panel(name, tuple(point for point in record.base_final if point.area == code))
        for code, name in (sources.places_alone or {"all": edition.area_name}).items()
    ]
    panels = [panel for panel in panels if panel.points]
    words = _alt(sources)

    def draw(size: Size, png: bool) -> Picture:
        return weights_figure.draw(panels, edition.theme, words, size, pictures.source(edition), png)

    return pictures.write(folder, "pesos", words, draw).markdown()


def _alt(sources: Sources) -> str:
    points = sources.record.base_final
    ends = [
        f"de {spanish.decimal(min(values), 2)} a {spanish.decimal(max(values), 2)}"
        for values in ([p.base for p in points], [p.final for p in points])
    ]
    return (
        f"Peso base y peso final de cada entrevista, en veces la media de su {sources.place_word}, un cuadro por "
        f"{sources.place_word}: el base va {ends[0]} y el final {ends[1]}; los puntos sobre la diagonal no cambiaron."
        + (" Datos simulados." if sources.edition.simulated else "")
    )
