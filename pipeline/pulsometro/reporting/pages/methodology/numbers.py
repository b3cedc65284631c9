"""The disclosure points that are made of numbers: sample size, outcome, precision, weights."""

from pulsometro.reporting.edition.content import Edition
from pulsometro.reporting.language import conditions, sentences, withheld_words
from pulsometro.reporting.language.dispositions import COUNTED
from pulsometro.reporting.language.traced_text import Number, escape, lower_first, text, upper_first
from pulsometro.reporting.pages.brief import from_record, headline_figure, interviews
from pulsometro.reporting.pages.methodology.disclosure_points import Point, Sources
from pulsometro.reporting.pages.panels import level
from pulsometro.reporting.pages.quality.weighting_words import describe, labels_of
from pulsometro.reporting.tables import markdown
from pulsometro.style import spanish
from pulsometro.style.method_words import ADJUSTMENTS, CALIBRATED, COVARIANCES, INTERVALS, SCHEMES, TESTS, VARIANCES
from pulsometro.weighting.record import Rates

_CLUSTERED = ", con cada persona que entrevista como conglomerado"
_RATES = {"RR1": "respuesta mínima", "RR3": "respuesta", "COOP1": "cooperación", "REF1": "rechazo", "CON1": "contacto"}


def size(sources: Sources) -> tuple[Point, ...]:
    """How many were interviewed, in every place too, with AAPOR's rates, dispositions and item nonresponse."""
    edition, total = sources.edition, sources.weights.whole_rates
    base = headline_figure(edition)
    ended = f"Resultado de cada {'número marcado' if sources.by_telephone else 'contacto'}"
    counted = ""
    if base is not None:
        answered = text(
            "De ", interviews(edition), " entrevistas, ", markdown.base(base), " contestaron la principal. "
        )
        counted = answered.markdown
    return (
        Point("Entrevistas", f"{text(interviews(edition), ' completas.').markdown}\n\n{_by_place(sources)}",
              ("INE", "AMAI")),
        Point("Tasas de resultado (AAPOR)", _rates(sources), ("INE",)),
        Point(ended, _dispositions(edition, total) if total else "", ("INE",)),
        Point("No sabe y no contesta", counted + escape(_silent(edition)), ("INE",)),
    )  # fmt: skip


def _silent(edition: Edition) -> str:
    """What becomes of who does not answer: the commonest rule, then the others with their indicators."""
    by_rule: dict[str, list[str]] = {}
    for label in edition.labels.values():
        by_rule.setdefault(label.no_answer, []).append(f"«{label.name}»")
    first, *others = sorted(by_rule, key=lambda rule: (-len(by_rule[rule]), rule)) or [""]
    said = [f"En {spanish.join(by_rule[rule])}, {lower_first(rule)}" for rule in others]
    return " ".join([f"Salvo donde se dice otra cosa, {lower_first(first)}" if said else first, *said])


def _by_place(sources: Sources) -> str:
    """Sample size and margin of the headline in every place."""
    edition = sources.edition
    if not conditions.several_places(edition):
        return ""
    headline = edition.settings.headline
    sizes = {spread.area: spread.n for spread in sources.weights.final}
    rows: list[list[markdown.Cell]] = []
    for place in edition.places:
        if place.code not in sizes:
            return ""
        estimate = edition.in_place(headline, place.code) if headline else None
        size = from_record(edition, spanish.count(sizes[place.code]), f"final/{place.code}/n")
        rows.append([place.name, size, sentences.margin(estimate) if estimate else markdown.EMPTY])
    heads = [upper_first(edition.settings.place_word), "Entrevistas", "Margen de la cifra principal"]
    if headline is None:
        heads, rows = heads[:-1], [row[:-1] for row in rows]
    return markdown.pipe(
        heads, rows, f"Entrevistas por {edition.settings.place_word}{markdown.simulated(edition)}"
    ).strip()


def _rates(sources: Sources) -> str:
    total = sources.weights.whole_rates
    if total is None:
        return ""
    edition = sources.edition
    parts: list[str | Number] = []
    for code, name in _RATES.items():
        rate = total.rates.get(code)
        if rate is not None and spanish.usable(rate):
            shown = from_record(edition, spanish.percent(rate), f"outcome_rates/total/rates/{code}")
            parts += ["; " if parts else "", f"{name if parts else upper_first(name)} ({code}): ", shown]
    unsolved_are = "números" if sources.by_telephone else "casos"
    unsolved = from_record(edition, spanish.percent(total.e), "outcome_rates/total/e")
    return text(*parts, f". Elegibilidad estimada de los {unsolved_are} sin resolver: ", unsolved, ".").markdown


def _dispositions(edition: Edition, total: Rates) -> str:
    parts: list[str | Number] = []
    for code, name in COUNTED.items():
        if total.counts.get(code):
            count = from_record(edition, spanish.count(total.counts[code]), f"outcome_rates/total/counts/{code}")
            parts += ["; " if parts else "", f"{name if not parts else lower_first(name)}: ", count]
    return text(*parts, ".").markdown if parts else ""


def precision(sources: Sources) -> tuple[Point, ...]:
    """How intervals and standard errors are made, what is not published, and when something is said to change."""
    study, edition = sources.study, sources.edition
    estimation = study.params.estimation
    whole = headline_figure(edition)
    half = text(sentences.margin_said(whole, " de la cifra principal"), ". ").markdown if whole else ""
    clustered = _CLUSTERED if estimation.clusters == "interviewers" else ""
    again = CALIBRATED.get(estimation.se, "") if sources.weights.calibration else ""
    how = f"Intervalos del {level(edition)}, {INTERVALS[estimation.interval]}; error estándar "
    asked = sources.questionnaire
    hidden = withheld_words.rule(edition.settings.confidentiality, [asked[name].label for name in asked.sensitive])
    parts = [f"Regla de precisión: {SCHEMES[estimation.precision]}.", hidden, withheld_words.circle(edition)]
    kept = " ".join(filter(None, parts))
    return (
        Point("Precisión", half + escape(f"{how}{VARIANCES[estimation.se]}{again}{clustered}."), ("INE", "AMAI")),
        Point("Qué cifras no se publican", escape(kept)),
        *_told_apart(sources),
    )


def _told_apart(sources: Sources) -> tuple[Point, ...]:
    """When two figures are said to differ: between editions where some were compared, and within this one likewise."""
    edition, change = sources.edition, sources.study.params.change
    between, within = conditions.compared(edition), conditions.compared_within(edition)
    if not between and not within:
        return ()
    test = TESTS[change.test]
    p = f"da una p menor de {spanish.decimal(change.alpha, 2)}, {ADJUSTMENTS[change.adjust]}"
    corrected = " El intervalo impreso no está corregido."
    if change.adjust != "none":
        corrected += (
            " La corrección se hace entre las hipótesis de un mismo tema y tipo de grupo; la que aparece en varias "
            "cifras (una respuesta y todas las demás) se prueba una vez."
        )
    settings = edition.settings
    groups = "que la cifra de un grupo difiere de la de otro"
    if conditions.several_places(edition):
        groups = (
            f"que la cifra de {'una' if settings.places_feminine else 'un'} {settings.place_word} difiere de la del "
            "resto, o la de un grupo de la de otro"
        )
    if not between:
        rule = f"Dentro de la edición se dice {groups}, cuando {test} de su diferencia {p}.{corrected}"
        return (Point("Cuándo se dice que dos cifras difieren", escape(rule)),)
    overlap = COVARIANCES[change.covariance]
    rule = (
        f"Se dice que una cifra sube o baja cuando {test} de la diferencia entre ediciones, {overlap}, {p}.{corrected}"
    )
    rule += f" Con la misma regla se dice, dentro de una edición, {groups}." if within else ""
    return (Point("Cuándo se dice que algo cambió", escape(rule)),)


def weights(sources: Sources) -> tuple[Point, ...]:
    """How this edition was weighted, a step a line, in the words of its record."""
    places = {place.code: place.name for place in sources.edition.places}
    labels = labels_of(sources.questionnaire)
    told = describe(sources.weights, places, sources.edition.settings.place_word, labels)
    return (Point("Paso por paso", "\n".join(f"- {escape(step)}" for step in told), ("INE",)),)
