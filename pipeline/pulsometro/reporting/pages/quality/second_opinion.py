"""What another program makes of the headline figures, in Spanish: of one edition, and of all of them."""

from collections.abc import Mapping, Sequence

from pulsometro.recompute.opinion_record import NAME, SecondOpinion
from pulsometro.reporting.edition.content import Edition
from pulsometro.reporting.language.traced_text import Number, Text, escape, text
from pulsometro.reporting.pages.quality.traced_tables import Traced, smallness
from pulsometro.style import spanish

# What the printed error is, beside the one that was worked out again.
_PRINTED: Mapping[str, str] = {
    "replicates": "El error que se imprime es otro: sale de los pesos replicados, y ese programa no lo recalcula.",
    "calibrated": "El error que se imprime es otro: toma en cuenta la calibración, y ese programa no lo recalcula.",
    "taylor": "En este estudio ese error simple es también el que se imprime.",
}
_ABSENT = "samplics no está instalado donde se calcularon estas cifras"
_FAILED = "el nuevo cálculo se detuvo con un error"


def told(traced: Traced, opinion: SecondOpinion, edition: Edition, method: str) -> str:
    """What was compared and how far it lies apart, or why nothing was; ``method``: the printed error's."""
    parts = [_outcome(traced, opinion, edition).markdown]
    if opinion.apart:
        parts.append("\n".join(f"- {escape(line)}" for line in _apart(opinion, edition)))
    if opinion.left_out:
        names = spanish.join([_kind(edition, kind) for kind in opinion.left_out])
        parts.append(f"Por {escape(names)} no se recalculó: son demasiados grupos para ese programa.")
    return "\n\n".join([*parts, _PRINTED[method]])


def not_given(traced: Traced, opinion: SecondOpinion) -> str:
    """Why no figure was worked out again."""
    return text("No comparable: ", _obstacle(traced, opinion), ".").markdown


def notices(opinion: SecondOpinion) -> list[str]:
    """What somebody should look at before signing: figures apart, a program that was not there or failed."""
    if opinion.apart:
        many = len(opinion.apart)
        some = f"{spanish.count(many)} cifras principales no coinciden"
        subject = "Una cifra principal no coincide" if many == 1 else some
        return [f"{subject} con lo que recalcula {opinion.program}: hay que buscar la causa antes de firmar."]
    if opinion.obstacle == "absent":
        return [f"No hay segunda opinión: {_ABSENT}."]
    if opinion.obstacle == "failed":
        return [f"No hay segunda opinión: {_FAILED} ({opinion.failure})."]
    return []


def of_every_edition(opinions: Sequence[tuple[str, SecondOpinion]], method: str) -> Text:
    """One sentence or two about all editions; ``opinions``: with the name of each; ``method``: the printed error's."""
    compared = [(name, each) for name, each in opinions if each.figures]
    parts: list[Text] = []
    if compared:
        programs = spanish.join(list(dict.fromkeys(each.program for _, each in compared)))
        first = (
            f"{programs}, otro programa, volvió a calcular las cifras principales y su error estándar simple, el que "
            f"toma los pesos como fijos{'' if method == 'taylor' else ' y no es el que se imprime'}"
        )
        apart = [name for name, each in compared if each.apart]
        end = text("; no coinciden todas en ", spanish.join(apart), ".") if apart else _all_within(compared)
        parts.append(text(first, end))
    others = [name for name, each in opinions if not each.figures]
    if others:
        parts.append(text(f"No comparable: {spanish.join(others)}; la página de cada una dice por qué."))
    return text("Segunda opinión: ", *(part if at == 0 else text(" ", part) for at, part in enumerate(parts)))


def _all_within(compared: Sequence[tuple[str, SecondOpinion]]) -> Text:
    """That all agree, with the largest difference of any edition."""
    found = [
        (value, Number(smallness(value), f"{each.wave}/{NAME}", field))
        for _, each in compared
        for field, value in (("largest_estimate", each.largest_estimate), ("largest_error", each.largest_error))
        if value is not None
    ]
    _, number = max(found, key=lambda pair: pair[0])
    return text("; ni unas ni otro se apartan de los nuestros en más de ", number, " de su valor.")


def _outcome(traced: Traced, opinion: SecondOpinion, edition: Edition) -> Text:
    if opinion.obstacle:
        return text("No comparable: ", _obstacle(traced, opinion), ".")
    figures = traced.number(spanish.count(opinion.figures), "figures", NAME)
    whole = edition.settings.whole if edition.settings.whole_domain_kind in opinion.kinds else ""
    groups = [_kind(edition, kind) for kind in opinion.kinds if kind != edition.settings.whole_domain_kind]
    where = [f"en {whole}"] if whole else []
    where += [f"por {spanish.join(groups)}"] if groups else []
    first = text(f"{opinion.program} volvió a calcular ", figures, f" cifras: las principales, {' y '.join(where)}. ")
    if opinion.apart:
        beyond = traced.number(smallness(opinion.tolerance), "tolerance", NAME)
        return text(first, "Éstas se apartan de la nuestra en más de ", beyond, " de su valor:")
    assert opinion.largest_estimate is not None and opinion.largest_error is not None
    estimate = traced.number(smallness(opinion.largest_estimate), "largest_estimate", NAME)
    error = traced.number(smallness(opinion.largest_error), "largest_error", NAME)
    return text(
        first, "Coinciden todas: ninguna estimación se aparta de la nuestra en más de ", estimate,
        " de su valor, y ningún error estándar simple en más de ", error, ".",
    )  # fmt: skip


def _obstacle(traced: Traced, opinion: SecondOpinion) -> Text:
    match opinion.obstacle:
        case "lonely_psu":
            strata = "estrato tiene" if opinion.lonely == 1 else "estratos tienen"
            return text(
                traced.number(spanish.count(opinion.lonely), "lonely", NAME),
                f" {strata} una sola unidad primaria de muestreo, y lo que un estrato así aporta a la varianza lo "
                "calcula cada programa a su manera",
            )
        case "absent":
            return text(_ABSENT)
        case "failed":
            return text(f"{_FAILED} ({opinion.failure})")
    return text("ninguna de las cifras principales es un porcentaje, una media o un total")


def _apart(opinion: SecondOpinion, edition: Edition) -> list[str]:
    """The figures that differ, without their values: some may not be printed."""
    lines = []
    for each in opinion.apart:
        label = edition.labels.get(each.indicator)
        name = label.name if label else each.indicator
        group = edition.domain_name(each.domain_kind, each.domain)[1]
        answer = edition.answer(each.indicator, each.category)
        lines.append(f"{name}{f', {answer}' if answer else ''}: {group}")
    return lines


def _kind(edition: Edition, kind: str) -> str:
    name = edition.groups[kind].name if kind in edition.groups else kind
    return name[:1].lower() + name[1:]
