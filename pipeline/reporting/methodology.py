"""The *vitrina metodológica*: every disclosure item, from params, questionnaire and weighting receipts.

Items: American Association for Public Opinion Research (2021), Transparency Initiative Disclosure
Elements; and what Mexican practice adds (INE, Acuerdo INE/CG220/2014: sponsor, estimators, refusal rate,
treatment of non-response, software).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.files import read_json
from pipeline.questionnaire import Questionnaire
from pipeline.reporting import numbers, sentences, tables
from pipeline.reporting.edition import Edition
from pipeline.reporting.quality.words import describe, labels_of
from pipeline.reporting.text import escape, text, upper_first
from pipeline.study import Study
from pipeline.weighting.receipts import Receipts, read_receipts

NOT_STATED = "No se declaró."
_INTERVALS = {
    "logit": "en escala logit", "korn_graubard": "de Korn y Graubard", "wilson": "de Wilson con muestra efectiva",
    "wald": "de Wald",
}  # fmt: skip
_VARIANCE = {
    "replicates": "con pesos replicados, y la calibración rehecha en cada réplica",
    "calibrated": "por linealización, con los residuos de la calibración",
    "taylor": "por linealización de Taylor",
}
_CLUSTERED = ", con cada persona que entrevista como conglomerado"
_SCHEMES = {
    "inegi": "INEGI, por el coeficiente de variación: precisión alta si es menor de 15 %, moderada "
    "de 15 a 30 %, baja de 30 % o más",
}


@dataclass(frozen=True)
class Item:
    """One disclosure item; ``code``: its place in AAPOR's list, or "MX"."""

    code: str
    name: str
    body: str


def items(study: Study, edition: Edition) -> str:
    """Every item as Markdown, then the wording of every question."""
    wave = edition.wave.key
    questionnaire = study.questionnaire(wave)
    receipts = read_json(study.processed(wave, "weighting.json"))
    listed = [*_who(study, edition), *_how_asked(edition, questionnaire), *_sample(edition, receipts)]
    weights = read_receipts(study.processed(wave, "weighting.json"))
    listed += [*_weights(edition, questionnaire, weights), *_estimates(study, edition), *_processing(edition)]
    body = "\n\n".join(f"{item.name}\n:   {_indented(item.body or NOT_STATED)}" for item in listed)
    return f"{body}\n\n## Las preguntas, como se hicieron\n\n{wording(questionnaire)}"


def _indented(body: str) -> str:
    return body.replace("\n", "\n    ")


def _who(study: Study, edition: Edition) -> list[Item]:
    said = edition.settings.disclosure
    return [
        Item("1", "Quién la patrocina", escape(numbers.join(list(edition.sponsors)) + "." if edition.sponsors else "")),
        Item("1", "De dónde viene el dinero", escape(said.funding)),
        Item("1", "Quién la levanta", escape(said.conducted_by)),
        Item("1", "Quién la publica y responde por ella", escape(f"{study.identity.producer}. {said.contact}".strip())),
        Item("1", "Vínculos y posibles conflictos de interés", escape(said.affiliations)),
        Item(
            "3", "A quién representa", escape(f"{upper_first(edition.settings.people)}. {upper_first(edition.area)}.")
        ),
    ]


def _how_asked(edition: Edition, questionnaire: Questionnaire) -> list[Item]:
    said, fieldwork = edition.settings.disclosure, questionnaire.fieldwork
    period = (
        f"Periodo de referencia de las preguntas: {fieldwork.reference_period}." if fieldwork.reference_period else ""
    )
    return [
        Item("5", "Modo de entrevista", escape(f"Entrevista {fieldwork.mode}. {fieldwork.firm}".strip())),
        Item(
            "6",
            "Fechas de levantamiento",
            escape(f"{upper_first(numbers.days(edition.wave.start, edition.wave.end))}. {period}"),
        ),
        Item("4", "Idiomas", escape(said.languages)),
        Item("4", "Intentos de contacto", escape(said.contact_attempts)),
        Item("4", "Incentivos", escape(said.incentives)),
        Item("MX", "Trato a las personas entrevistadas", escape(said.ethics)),
    ]


def _sample(edition: Edition, receipts: Mapping[str, Any]) -> list[Item]:
    said = edition.settings.disclosure
    coverage = next((c for c in receipts.get("coverage") or [] if c["area"] == "total"), None)
    reach = f" El marco alcanza {numbers.percent(coverage['share'], 0)} de las viviendas." if coverage else ""
    return [
        Item("4", "Marco de muestreo", escape(said.frame or edition.made.frame) + escape(reach)),
        Item("4", "Cómo se elige a quién entrevistar", escape(said.selection)),
        Item("4", "A quién no alcanza", escape(said.coverage)),
        Item("7", "Tamaño de la muestra", escape(f"{numbers.count(edition.interviews)} entrevistas completas.")),
        Item("7", "Tasas de resultado (AAPOR)", _rates(receipts)),
    ]


def _rates(receipts: Mapping[str, Any]) -> str:
    total = next((r for r in receipts.get("outcome_rates") or [] if r["area"] == "total"), None)
    if total is None:
        return "No hay registro de llamadas de esta edición."
    names = (("RR1", "respuesta mínima"), ("RR3", "respuesta"), ("COOP1", "cooperación"), ("REF1", "rechazo"),
             ("CON1", "contacto"))  # fmt: skip
    shown = [
        f"{name} ({code}): {numbers.percent(total['rates'][code])}"
        for code, name in names
        if numbers.usable(total["rates"].get(code))
    ]
    unsolved = f"Elegibilidad estimada de los números sin resolver: {numbers.percent(total['e'])}."
    return escape(f"{upper_first('; '.join(shown))}. {unsolved}")


def _weights(edition: Edition, questionnaire: Questionnaire, receipts: Receipts) -> list[Item]:
    """How this edition was weighted, in the words of its receipts."""
    places = {place.code: place.name for place in edition.places}
    told = describe(receipts, places, edition.settings.place_word, labels_of(questionnaire))
    return [Item("8", "Ponderación", escape(" ".join(told)))]


def _estimates(study: Study, edition: Edition) -> list[Item]:
    estimation, change = study.params.estimation, study.params.change
    level = f"{numbers.decimal(estimation.level * 100, 0)}{numbers.NBSP}%"
    whole = edition.whole(edition.settings.headline)
    half = text("El margen de la cifra principal es ", sentences.margin(whole), ". ").markdown if whole else ""
    adjust = {"BH": "corregidas por Benjamini y Hochberg", "holm": "corregidas por Holm", "none": "sin corregir"}
    overlap = "con la covarianza de lo que comparten" if change.covariance == "overlap" else "como independientes"
    rule = (
        f"Se dice que una cifra sube o baja cuando la prueba de la diferencia entre ediciones, {overlap}, da una p "
        f"menor de {numbers.decimal(change.alpha, 2)}, {adjust[change.adjust]}. El intervalo impreso no está corregido."
    )
    confidentiality = edition.settings.confidentiality
    return [
        Item("7", "Precisión", half + escape(
            f"Intervalos del {level}, {_INTERVALS[estimation.interval]}; error estándar {_VARIANCE[estimation.se]}"
            f"{_CLUSTERED if estimation.clusters == 'interviewers' else ''}."
        )),
        Item("MX", "Qué cifras no se publican", escape(
            f"Regla de precisión: {_SCHEMES.get(estimation.precision, estimation.precision)}. Tampoco se publica, "
            f"en ningún formato, una cifra con menos de {numbers.word(confidentiality.min_base)} entrevistas en "
            "su base."
        )),
        Item("7", "Cuándo se dice que algo cambió", escape(rule)),
    ]  # fmt: skip


def _processing(edition: Edition) -> list[Item]:
    said = edition.settings.disclosure
    limits = list(said.limitations)
    if edition.simulated:
        limits.insert(
            0,
            "Los datos de esta edición son simulados: sirven para mostrar el método, no para describir a la población.",
        )
    limits.append(
        "Toda encuesta puede errar también por la cobertura del marco, la falta de respuesta y la redacción "
        "de las preguntas."
    )
    return [
        Item("9", "Revisión y control de calidad", escape(said.quality_control or (
            "Cada entrega se revisa con reglas hechas a partir del cuestionario; los renglones que no pasan se apartan "
            "y se cuentan."
        ))),
        Item("9", "Procesamiento", escape(said.processing or (
            "Programas de código abierto en Python; dos corridas con los mismos datos dan los mismos archivos, byte "
            "por byte."
        ))),
        Item("11", "Acceso a los datos", escape(said.data_access or (
            f"Las tablas se descargan del sitio con licencia {edition.settings.licence}."
        ))),
        Item("10", "Limitaciones", "\n".join(f"- {escape(limit)}" for limit in limits)),
    ]  # fmt: skip


def wording(questionnaire: Questionnaire) -> str:
    """Every question as asked, with its answers, in the order asked; items that identify nobody."""
    rows: list[list[str]] = []
    for name in questionnaire.asked:
        item = questionnaire[name]
        if item.private or item.kind == "text":
            continue
        answers = " / ".join(item.codes.values()) or {"integer": "número", "number": "número", "area": "lista"}.get(
            item.kind, ""
        )
        rows.append([item.text, answers])
    heads: Sequence[str] = ["Pregunta", "Respuestas"]
    return tables.pipe(heads, rows, "Redacción y opciones de respuesta; no sabe y no contesta no se leen", left=2)
