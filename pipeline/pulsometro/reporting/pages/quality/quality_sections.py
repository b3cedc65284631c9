"""The sections of an edition's quality page: each with its heading and what explains it, or not there at all."""

from pulsometro.reporting.language.traced_text import escape
from pulsometro.reporting.pages.quality import (
    calls_and_interviewers,
    sample_and_population,
    second_opinion,
    weighting_steps,
)
from pulsometro.reporting.pages.quality.quality_sources import Sources
from pulsometro.reporting.pages.quality.weighting_words import apart, describe, eligible_units
from pulsometro.reporting.tables import markdown
from pulsometro.style import spanish


def section(title: str, intro: str, *parts: str) -> str:
    """A heading, what explains what is below it, and that; nothing where there is nothing below."""
    shown = [part for part in parts if part]
    return "\n\n".join([f"## {title}", *([intro] if intro else []), *shown]) if shown else ""


def deck(sources: Sources) -> str:
    """What the page holds."""
    record = sources.record
    parts = [f"cómo se hicieron los pesos de {sources.edition.wave.period}"]
    parts += ["cuánto los movió cada paso"] if sources.moved else []
    parts += ["qué tan lejos estaba la muestra de la población"] if record.calibration else []
    parts += ["a quién no alcanza el marco"] if record.coverage else []
    parts += ["cuánto agrega al error quien pregunta"] if sources.asked else []
    return escape(f"Para quien supervisa, revisa o cita: {spanish.join(parts)}.")


def weighting(sources: Sources, figure: str) -> dict[str, str]:
    """How the weights were made and what each step did to them."""
    traced, record, word = sources.traced, sources.record, sources.place_word
    note = markdown.simulated(sources.edition)
    told = describe(record, sources.places_alone, word, sources.labels)
    own = escape(f" de su {word}") if apart(record) else ""
    return {
        "calidad-palabras": section("Cómo se ponderó", "", "\n".join(f"- {escape(line)}" for line in told)),
        "calidad-pasos": section(
            "Los pesos, paso a paso",
            "Un peso dice por cuántas personas habla una entrevista. El efecto de los pesos (Kish) es cuánto "
            "multiplica "
            "la varianza su sola desigualdad, uno más el cuadrado de su coeficiente de variación (CV); las "
            "equivalentes "
            "son las entrevistas que quedan al descontar esa pérdida, y nada más que ésa. La precisión de una cifra "
            "depende también del resto del diseño: está en su margen.",
            weighting_steps.by_step(traced, record, note),
            weighting_steps.by_place(traced, record, sources.places, word, note),
        ),
        "calidad-figura": section(
            "Del peso base al peso final",
            "Cada punto reúne a quienes tienen casi los mismos pesos y crece con cuántos son. Sobre la diagonal, la "
            f"entrevista pesa lo mismo que antes frente a las demás{own}; arriba pesa más, abajo menos.",
            figure,
        ),
        "calidad-respuesta": section(
            "Falta de respuesta", "", weighting_steps.nonresponse(traced, record, sources.places, word)
        ),
        "calidad-convergencia": section(
            "Si los cálculos convergieron", "", weighting_steps.convergence(traced, record, sources.places, word)
        ),
        "calidad-recorte": weighting_steps.trimming(traced, record, sources.places, word, note),
        "calidad-replicas": weighting_steps.replicates(traced, record),
    }


def sample(sources: Sources) -> dict[str, str]:
    """The sample beside the population, where the weights were calibrated to it, and whom the frame misses."""
    traced, record, places, labels = sources.traced, sources.record, sources.places, sources.labels
    word, note = sources.place_word, markdown.simulated(sources.edition)
    cells = sample_and_population.worst_cells(traced, record, places, labels, note)
    gaps = sample_and_population.gaps(traced, record, places, word)
    dates = "A cada margen corresponde la fecha de referencia más cercana al levantamiento."
    dates += (
        " Cuando hay otra fuente se pone al lado, aunque sea de otro día: si los años que las separan no explican la "
        "diferencia, una de las dos está equivocada." if gaps else ""
    )  # fmt: skip
    telephone = "Quien vive en una vivienda sin ese teléfono no puede salir en la muestra."
    reached = eligible_units(record) == "números"
    return {
        "calidad-poblacion": section(
            "Qué tan lejos estaba la muestra de la población",
            "Puntos porcentuales (pp) entre el peso de cada celda y su parte de la población, antes y después; z los "
            "mide en errores estándar de una muestra simple de tantas entrevistas como las equivalentes por los pesos. "
            "Después de calibrar deben ser cero.",
            cells,
            sample_and_population.every_cell(traced, record, places, labels, note),
        ),
        "calidad-diferencias": _balance(sources),
        "calidad-unidos": sample_and_population.collapsed(traced, record, places, labels),
        "calidad-faltantes": sample_and_population.missing(traced, record, places, labels),
        "calidad-totales": section(
            "Los totales de población", dates, sample_and_population.sources(traced, record, labels), gaps
        ),
        "calidad-cobertura": section(
            "A quién no alcanza el marco", telephone if reached else "",
            sample_and_population.coverage(traced, record, places, word),
        ),
    }  # fmt: skip


def _balance(sources: Sources) -> str:
    """Differences before and after, with what they are; nothing where no step moved a weight."""
    record = sources.record
    if not sources.moved or not record.balance:
        return ""
    against = "en las variables de calibración es la distancia a la población; en los indicadores, " if (
        any(entry.target is not None for entry in record.balance)
    ) else ""  # fmt: skip
    said = (
        "La diferencia de medias estandarizada (DME) divide la diferencia entre la desviación estándar de la "
        "respuesta: "
        f"{against}cuánto los movió el peso." if against else
        "La diferencia de medias estandarizada (DME) divide lo que el peso movió cada parte entre la desviación "
        "estándar "
        "de la respuesta."
    )  # fmt: skip
    if record.calibration and record.calibration.collapsed:
        said += " Una variable cuyos grupos se unieron en algún lugar puede conservar algo de diferencia."
    table = sample_and_population.balance(sources.traced, record, sources.labels, markdown.simulated(sources.edition))
    return f"{said}\n\n{table}"


def fieldwork(sources: Sources) -> dict[str, str]:
    """How the calls ended, what those who ask add to the error, and what another program makes of the figures."""
    traced, record = sources.traced, sources.record
    note = markdown.simulated(sources.edition)
    units = eligible_units(record)
    who = "los hogares con los que se habló" if units == "números" else "aquéllos con los que se habló"
    interviewers = calls_and_interviewers.interviewers(traced, sources.edition, sources.asked, note)
    opinion = second_opinion.told(traced, sources.opinion, sources.edition, sources.method)
    return {
        "calidad-tasas": section(
            f"En qué terminaron {'las llamadas' if units == 'números' else 'los contactos'}",
            f"Tasas de AAPOR (*Standard Definitions*). La respuesta (RR) divide las entrevistas entre los {units} "
            f"elegibles: RR1 cuenta como elegible todo {units.rstrip('s')} sin resolver, RR5 ninguno y RR3 la "
            f"parte *e* "
            "que se estima con los resueltos; las pares cuentan también las entrevistas parciales. La "
            "cooperación (COOP) "
            f"divide entre {who}; el rechazo (REF) y el contacto (CON) dicen cuántos se negaron y con cuántos se "
            f"habló.",
            calls_and_interviewers.rates(traced, record, sources.places, sources.place_word, note),
        ),
        "calidad-entrevistadores": section(
            "Quién pregunta y cuánto pesa",
            "Si quien entrevista influyera en lo que se contesta, las respuestas que recoge se parecerían entre "
            "sí. Eso "
            "mide la correlación: cero es ninguna influencia, y cuanto mayor sea, menos información nueva aporta cada "
            "entrevista más de la misma persona y mayor es el error verdadero. «Con quien pregunta» es el error "
            "estándar "
            "que resulta de tomar a cada persona que entrevista como conglomerado, y «cuántas veces», su razón con el "
            "que toma cada entrevista por separado, los dos con los pesos fijos; en porcentajes, los errores van en "
            "puntos.",
            interviewers,
        ),
        "calidad-segunda": section(
            "Una segunda opinión",
            "Otro programa, escrito por otras personas, vuelve a calcular las cifras principales con las mismas "
            "respuestas y los mismos pesos. Lo que recalcula es la estimación y su error estándar simple, el que toma "
            "los pesos como fijos.",
            opinion,
        ) if sources.opinion.figures else "",
    }  # fmt: skip


def absent(sources: Sources) -> str:
    """What was not done for this edition, a line each."""
    record = sources.record
    called = eligible_units(record) == "números"
    only = ": la calibración es el único" if record.calibration else ""
    lines = [
        (record.calibration, "Los pesos no se calibraron a totales de población."),
        (record.nonresponse, f"No se hizo un ajuste aparte por falta de respuesta{only}."),
        (record.trim, "Los pesos no se recortaron."),
        (record.replicates, "No tiene pesos replicados."),
        (record.coverage, "No se declaró una tabla de cobertura del marco."),
        (record.outcome_rates, f"No tiene registro de {'llamadas' if called else 'intentos de contacto'}."),
        (sources.asked, "No se registra quién hizo cada entrevista."),
    ]
    said = [line for done, line in lines if not done]
    if not sources.opinion.figures:
        said.append(f"Segunda opinión. {second_opinion.not_given(sources.traced, sources.opinion)}")
    return section("Lo que esta edición no tiene", "", "\n".join(f"- {line}" for line in said))
