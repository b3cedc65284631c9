"""What a survey must say of itself, point by point, from params, questionnaire, record and checks.

Points: American Association for Public Opinion Research (2021), Code of Professional Ethics and Practices, III.A,
which its Transparency Initiative asks for; INE (2016), Reglamento de Elecciones, anexo 3, criterios generales de
carácter científico; AMAI's code on what a published study tells its readers and owes to those interviewed.
"""

from pulsometro.check.verdict import RuleResult
from pulsometro.questionnaire.modes import interviewed, spoken_mode
from pulsometro.reporting.edition.content import Edition
from pulsometro.reporting.language import conditions
from pulsometro.reporting.language.traced_text import escape, lower_first, text, upper_first
from pulsometro.reporting.pages.brief import from_record
from pulsometro.reporting.pages.methodology.disclosure_points import CHECKS, RECORD, Element, Point, Sources
from pulsometro.reporting.pages.methodology.numbers import precision, size, weights
from pulsometro.style import spanish


def every_element(sources: Sources) -> tuple[Element, ...]:
    """Every element in AAPOR's order."""
    return (
        Element(1, "estrategia", "Estrategia", _strategy(sources)),
        Element(2, "quien", "Quién patrocina y quién la hace", _who(sources)),
        Element(3, "instrumento", "Cuestionario", _instrument(sources)),
        Element(4, "poblacion", "Población", _population(sources)),
        Element(5, "muestra", "Muestra", _sample(sources), RECORD),
        Element(6, "modo", "Modo de entrevista", _mode(sources)),
        Element(7, "fechas", "Fechas", _dates(sources)),
        Element(8, "precision", "Tamaño y precisión", (*size(sources), *precision(sources)), RECORD),
        Element(9, "ponderacion", "Ponderación", weights(sources), RECORD),
        Element(10, "proceso", "Proceso y calidad", _process(sources), CHECKS),
        Element(11, "limitaciones", "Limitaciones", _limits(sources)),
    )


def _strategy(sources: Sources) -> tuple[Point, ...]:
    edition = sources.edition
    said = sources.declared
    themes = "; ".join(lower_first(topic.name) for topic in edition.settings.topics)
    one = "una" if edition.settings.places_feminine else "uno"
    parts = f" y en cada {one} de sus {edition.settings.places_word}" if conditions.several_places(edition) else ""
    kind = "Encuesta por entrevista" if interviewed(edition.made.mode) else "Encuesta"
    aim = said.objective or (f"Medir {themes}; en {edition.settings.whole}{parts}." if themes else "")
    return (
        Point("Objetivo", escape(aim), ("INE",)),
        Point("Tipo de estudio", escape(f"{kind}; {_repeated(edition)}.")),
    )


def _repeated(edition: Edition) -> str:
    """Which edition it is, and since when there are any: the first one repeats nothing."""
    which, first = f"{edition.wave.number}.ª edición", edition.waves[0]
    if conditions.first_edition(edition):
        return which
    if first.number == 1:
        return f"{which} de una encuesta que se repite desde {first.period}"
    if len(edition.waves) > 1:
        return f"{which}; las cifras de aquí empiezan en la {first.number}.ª, de {first.period}"
    return f"{which}; las anteriores no están aquí"


def _who(sources: Sources) -> tuple[Point, ...]:
    edition, said = sources.edition, sources.declared
    sponsors = f"{spanish.join(list(edition.sponsors))}." if edition.sponsors else ""
    firm = sources.questionnaire.fieldwork.firm
    return (
        Point("Patrocina", escape(sponsors), ("INE", "AMAI")),
        Point("De dónde viene el dinero", escape(said.funding), ("INE",)),
        Point("Costo", escape(said.cost), ("INE",)),
        Point("Levanta las entrevistas", escape(said.conducted_by or (f"{firm}." if firm else "")), ("INE", "AMAI")),
        Point("Publica y responde por ella", escape(f"{edition.producer}."), ("INE",)),
        Point("Formación y experiencia de quien la dirige", escape(said.responsible), ("INE",)),
        Point("Vínculos y posibles conflictos de interés", escape(said.affiliations)),
        Point("Contacto", escape(said.contact), ("AMAI",)),
    )


def _instrument(sources: Sources) -> tuple[Point, ...]:
    said, fieldwork = sources.declared, sources.questionnaire.fieldwork
    changed = sorted({why for label in sources.edition.labels.values()
                      for wave, why in label.breaks.items() if wave == sources.edition.wave.key})  # fmt: skip
    asked = "[Completas y en su orden, al final de esta página](#preguntas)."
    new = "Ninguno que impida comparar con la edición anterior."
    if conditions.first_edition(sources.edition):
        new = "Es la primera edición."
    elif len(sources.edition.waves) == 1:
        new = "No hay aquí una edición anterior con que comparar."
    elif changed:
        new = f"En esta edición, {'; '.join(changed)}: lo que cambió no se compara con antes."
    period = f"{upper_first(fieldwork.reference_period)}." if fieldwork.reference_period else ""
    return (
        Point("Preguntas", asked, ("INE", "AMAI")),
        Point("Periodo por el que se pregunta", escape(period)),
        Point("Cambios", escape(new)),
        Point("Idiomas", escape(said.languages)),
    )


def _population(sources: Sources) -> tuple[Point, ...]:
    edition = sources.edition
    parts = f": {spanish.join([p.name for p in edition.places])}" if conditions.several_places(edition) else ""
    who = f"{upper_first(edition.settings.people)}, {edition.area}{parts}."
    return (
        Point("A quién representa", escape(who), ("INE", "AMAI")),
        Point("A quién no alcanza", escape(sources.declared.coverage)),
    )


def _sample(sources: Sources) -> tuple[Point, ...]:
    edition, said = sources.edition, sources.declared
    coverage = next((c for c in sources.weights.coverage if c.area == "total"), None)
    reach = text("")
    if coverage:
        share = from_record(edition, spanish.percent(coverage.share, 0), "coverage/total/share")
        year = f" (dato de {coverage.reference_date[:4]})" if coverage.reference_date else ""
        reach = text(" El marco alcanza el ", share, f" de las viviendas{year}.")
    return (
        Point("Marco de muestreo", escape(said.frame or upper_first(edition.made.frame)) + reach.markdown, ("INE",)),
        Point("Cómo se elige a quién entrevistar", escape(said.selection), ("INE", "AMAI")),
        *_stages(sources),
        Point("Incentivos", escape(said.incentives)),
    )


def _stages(sources: Sources) -> tuple[Point, ...]:
    """The primary sampling units, where the sample has them."""
    if not sources.units:
        return ()
    units, strata = (spanish.count(number) for number in (sources.units, sources.strata))
    of = f", de {strata} estratos" if sources.strata > 1 else ""
    return (Point("Unidades primarias de muestreo", f"Las entrevistas son de {units} unidades primarias{of}."),)


def _mode(sources: Sources) -> tuple[Point, ...]:
    said, fieldwork = sources.declared, sources.questionnaire.fieldwork
    ethics = said.ethics
    if sources.edition.simulated and not ethics:
        ethics = "Los datos de esta edición son simulados: no se entrevistó a nadie."
    return (
        Point(
            "Modo",
            escape(f"{upper_first(spoken_mode(fieldwork.mode))}." if fieldwork.mode else ""),
            ("INE", "AMAI"),
        ),
        Point("Intentos de contacto", escape(said.contact_attempts)),
        Point("Trato a quienes responden", escape(ethics), ("AMAI",)),
    )


def _dates(sources: Sources) -> tuple[Point, ...]:
    wave = sources.edition.wave
    return (Point("Levantamiento", escape(f"{upper_first(spanish.days(wave.start, wave.end))}."), ("INE", "AMAI")),)


def _broken(rule: RuleResult) -> bool:
    """Whether a rule failed that is more than a remark."""
    return not rule.passed and rule.severity != "info"


def _told(sources: Sources) -> list[RuleResult]:
    """The rules that the page speaks of: not those against an edition that is not published."""
    rules, before = list(sources.checks.rules), sources.checks.compared_with
    if before is None or before in {wave.key for wave in sources.edition.waves}:
        return rules
    return [rule for rule in rules if not rule.id.startswith(("past.", "phone.seen_before", "phone.compared"))]


def _process(sources: Sources) -> tuple[Point, ...]:
    said, counts = sources.declared, sources.checks.counts
    failed = [rule.title.rstrip(".") for rule in _told(sources) if _broken(rule)]
    checked = said.quality_control or "Cada entrega se revisa con reglas hechas a partir del cuestionario."
    if counts:
        apart = f"{spanish.count(counts.quarantined)} se apartaron" if counts.quarantined else "ninguna se apartó"
        checked += (
            f" Se entregaron {spanish.count(counts.delivered)} entrevistas: {spanish.count(counts.accepted)} se "
            f"aceptaron y {apart}."
        )
        checked += f" No se cumplió: {'; '.join(failed)}." if failed else " Se cumplieron todas las reglas."
    done = said.processing or "Dos corridas con los mismos datos dan los mismos archivos, byte por byte."
    tools = f"Programas propios de código abierto en Python; los documentos se hacen con {sources.engine}."
    access = said.data_access or f"Las tablas se descargan del sitio con licencia {sources.edition.settings.licence}."
    return (
        Point("Revisión de los datos", escape(checked), ("AMAI",)),
        Point("Procesamiento", escape(done), ("INE",)),
        Point("Software", escape(tools), ("INE",)),
        Point("Uso de inteligencia artificial", escape(said.ai_use)),
        Point("Base de datos", escape(access), ("INE",)),
        Point("Resultados", "[El informe](brief.html) y los [tabulados](tabulados.xlsx) de la edición.", ("INE",)),
    )


def _limits(sources: Sources) -> tuple[Point, ...]:
    limits = list(sources.declared.limitations)
    if sources.edition.simulated:
        limits.insert(0, "Los datos de esta edición son simulados: sirven para mostrar el método, no para describir a "
                         "la población.")  # fmt: skip
    limits.append(
        "Toda encuesta puede errar también por la cobertura del marco, la falta de respuesta y la redacción de las "
        "preguntas."
    )
    return (Point("Lo que hay que tener presente", "\n".join(f"- {escape(limit)}" for limit in limits), ("AMAI",)),)
