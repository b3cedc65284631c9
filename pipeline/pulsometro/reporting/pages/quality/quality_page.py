"""Every fragment of an edition's quality page, from the weights' record and the interviewers' table."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import isfinite
from pathlib import Path

from pulsometro.common.files import read_table
from pulsometro.questionnaire import Questionnaire
from pulsometro.recompute.opinion_record import NAME as OPINION
from pulsometro.recompute.opinion_record import SecondOpinion, load_opinion
from pulsometro.reporting.charts import pictures
from pulsometro.reporting.charts.drawing import weights as weights_figure
from pulsometro.reporting.charts.drawing.canvas import Picture, Size
from pulsometro.reporting.edition.content import Edition
from pulsometro.reporting.language.traced_text import Number, Text, escape, span, text
from pulsometro.reporting.pages.quality import (
    calls_and_interviewers,
    sample_and_population,
    second_opinion,
    weighting_steps,
)
from pulsometro.reporting.pages.quality.traced_tables import INTERVIEWERS, Traced, points
from pulsometro.reporting.pages.quality.weighting_words import (
    answer_of,
    day_of,
    describe,
    items_of,
    labels_of,
)
from pulsometro.reporting.tables import markdown
from pulsometro.study import Study
from pulsometro.study.layout import inside
from pulsometro.style import spanish
from pulsometro.weighting.record import NAME as RECORD
from pulsometro.weighting.record import WeightingRecord, load_weighting

# The area codes that stand for everything: of a study without areas, and of the sum.
WHOLE = ("all", "total")


@dataclass(frozen=True)
class Sources:
    """What the page is made from; ``places``: short names by code, "total" the whole.

    ``method``: how the printed error is made, as ``estimation.se`` names it.
    """

    edition: Edition
    record: WeightingRecord
    asked: tuple[calls_and_interviewers.Asked, ...]
    places: Mapping[str, str]
    labels: Mapping[str, str]
    opinion: SecondOpinion
    method: str

    @property
    def traced(self) -> Traced:
        """Where the printed numbers come from."""
        return Traced(self.edition.wave.key)

    @property
    def place_word(self) -> str:
        """What a place is called."""
        return self.edition.settings.place_word


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
    """Every table, sentence and figure by file name without ending; the figure is drawn into ``figures``."""
    traced, record, places, labels = sources.traced, sources.record, sources.places, sources.labels
    word, note = sources.place_word, markdown.simulated(sources.edition)
    told = describe(record, _places_alone(sources), word, labels)
    made = {
        "calidad-resumen": summary(sources),
        "calidad-avisos": "\n".join(f"- {escape(line)}" for line in warnings(sources)) or "Nada que señalar.",
        "calidad-palabras": "\n".join(f"- {escape(line)}" for line in told),
        "calidad-pasos": weighting_steps.by_step(traced, record, note),
        "calidad-lugares": weighting_steps.by_place(traced, record, places, word, note),
        "calidad-figura": figure(sources, figures),
        "calidad-margenes": sample_and_population.worst_cells(traced, record, places, labels, note),
        "calidad-celdas": sample_and_population.every_cell(traced, record, places, labels, note),
        "calidad-unidos": sample_and_population.collapsed(traced, record, places, labels),
        "calidad-faltantes": sample_and_population.missing(traced, record, places, labels),
        "calidad-diferencias": sample_and_population.balance(traced, record, labels, note),
        "calidad-convergencia": weighting_steps.convergence(traced, record, places, word),
        "calidad-recorte": weighting_steps.trimming(traced, record, places, word, note),
        "calidad-replicas": weighting_steps.replicates(traced, record),
        "calidad-totales": sample_and_population.sources(traced, record, labels),
        "calidad-brechas": sample_and_population.gaps(traced, record, places, word),
        "calidad-cobertura": sample_and_population.coverage(traced, record, places, word),
        "calidad-tasas": calls_and_interviewers.rates(traced, record, places, word, note),
        "calidad-respuesta": weighting_steps.nonresponse(traced, record, places, word),
        "calidad-entrevistadores": calls_and_interviewers.interviewers(traced, sources.edition, sources.asked, note),
        "calidad-segunda": second_opinion.told(traced, sources.opinion, sources.edition, sources.method),
    }
    # Sentences, hover texts and axes hold numbers that are tied to no place: the page says which file they are from.
    files = " ".join(f"processed/{sources.edition.wave.key}/{inside(name)}" for name in (RECORD, OPINION))
    return {name: f'::::: {{data-source="{files}"}}\n\n{body}\n:::::' for name, body in made.items()}


def _places_alone(sources: Sources) -> dict[str, str]:
    return {code: name for code, name in sources.places.items() if code not in WHOLE}


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
    estimate = sources.edition.whole(sources.edition.settings.headline)
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
                text("de los números que eran o podían ser de un hogar dieron entrevista (RR3)"),
            )


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
    record, places = sources.record, _places_alone(sources)
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
    if not record.base_final:
        return "El peso final es el peso base: ningún paso lo movió."
    panels = [
        weights_figure.Panel(name, tuple(point for point in record.base_final if point.area == code))
        for code, name in (_places_alone(sources) or {"all": edition.area_name}).items()
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
