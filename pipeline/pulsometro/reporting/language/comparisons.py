"""Sentences about several figures at once: places side by side, and those that lead.

Two figures are only said to differ when the table of changes or that of differences says so, and when they do not print
equal.
"""

from collections.abc import Sequence

from pulsometro.reporting.edition.content import Edition
from pulsometro.reporting.edition.rows import Estimate
from pulsometro.reporting.language import battery_sentences, conditions
from pulsometro.reporting.language.sentences import alike, none_differs, value
from pulsometro.reporting.language.traced_text import Text, text, upper_first
from pulsometro.settings.report_settings import Measure
from pulsometro.style import spanish
from pulsometro.style.vocabulary import DIRECTIONS, SIDES, Direction, Side

_ADJUSTED = {
    "BH": ", corregido por comparaciones múltiples",
    "holm": ", corregido por comparaciones múltiples",
    "none": "",
}
# More names than these in one heading and nobody reads them: they are counted.
_MOST_NAMES = 4


def rule(edition: Edition) -> str:
    """``al 5 %, corregido por comparaciones múltiples``: when two figures are said to differ."""
    return f"al {spanish.decimal(edition.alpha * 100, 0)}{spanish.NBSP}%{_ADJUSTED[edition.adjust]}"


def deck(edition: Edition) -> Text:
    """Sentences below the headline: which places moved, and who leads each battery."""
    headline = edition.settings.headline
    found = [places_moved(edition, headline) if headline else None]
    found += [battery_sentences.leaders(edition, battery) for battery in edition.batteries]
    return joined_sentences([sentence for sentence in found if sentence is not None])


def joined_sentences(found: Sequence[Text]) -> Text:
    """Sentences one after the other, each with its stop."""
    parts: list[Text | str] = []
    for index, sentence in enumerate(found):
        parts += [" " if index else "", sentence, "."]
    return text(*parts)


def places_moved(edition: Edition, measure: Measure) -> Text | None:
    """``Frente a enero de 2013, la cifra baja de forma significativa en San Nicolás, y sube en Juárez``.

    None of one place, and where nothing was compared.
    """
    settings = edition.settings
    if not conditions.several_places(edition):
        return None
    changes = [(p, c) for p in edition.places if (c := edition.change(edition.in_place(measure, p.code)))]
    compared = [(place, change) for place, change in changes if change.comparable]
    if not changes:
        first = conditions.first_edition(edition)
        return text("Es la primera edición: todavía no hay con qué comparar") if first else None
    reference = edition.period(changes[0][1].reference_wave)
    if not compared:
        why = upper_first(conditions.broken_by(edition, changes[0][1]))
        return text(f"{why}: {settings.the_places} no se comparan con {reference}")
    claims: list[str] = []
    for direction in (Direction.DOWN, Direction.UP):
        names = [place.short for place, change in compared if change.significant and change.verdict == direction]
        if names:
            verb = DIRECTIONS[direction]
            claims.append(f"{verb}{'' if claims else ' de forma significativa'} en {_all_or(edition, names)}")
    if claims:
        return text(f"Frente a {reference}, la cifra {', y '.join(claims)}")
    none = f"{settings.no_place} {settings.place_word}"
    if len(compared) < len(edition.places):
        none = f"{_none_of(edition)} {_counted(edition, len(compared))} que se {_compare(len(compared))}"
    return text(f"Frente a {reference}, la cifra no cambia de forma significativa en {none}")


def _none_of(edition: Edition) -> str:
    return "ninguna de" if edition.settings.places_feminine else "ninguno de"


def _compare(some: int) -> str:
    return "compara" if some == 1 else "comparan"


def _counted(edition: Edition, some: int) -> str:
    """``los ocho municipios``: some of the places, by their number."""
    settings = edition.settings
    if some == 1:
        return f"{'la' if settings.places_feminine else 'el'} {settings.place_word}"
    return f"{settings.article} {spanish.word(some, settings.places_feminine)} {settings.places_word}"


def _all_or(edition: Edition, names: list[str]) -> str:
    """The names, or that it is all of them."""
    return edition.all_places if len(names) == len(edition.places) > 2 else spanish.join(names)


def places_heading(edition: Edition, measure: Measure) -> Text:
    """From the smallest to the largest of the places, where the test of their difference supports it.

    What is said is of the places with a printed figure, and says so where others have none.
    """
    found = [(p, e) for p in edition.places if (e := edition.in_place(measure, p.code))]
    if len(found) < 2:
        return text(edition.label(measure).name)
    low, high = min(found, key=lambda f: f[1].estimate)[1], max(found, key=lambda f: f[1].estimate)[1]
    complete = len(found) == len(edition.places)
    if edition.differences.between(low, high) != Side.LOWER or alike(low, high, True):
        if not none_differs(edition, [estimate for _, estimate in found]):
            return text(edition.label(measure).name)
        who = edition.settings.the_places if complete else f"{_counted(edition, len(found))} con cifra"
        return text(f"{upper_first(who)} no se distinguen entre sí más allá del margen")
    least, most = (_some(edition, [p.short for p, e in found if alike(e, end, True)]) for end in (low, high))
    first, last = value(low, True), value(high, True)
    among = "" if complete else f", entre {_counted(edition, len(found))} con cifra"
    if low.statistic == "proportion":
        return text("Del ", first, f" en {least} al ", last, f" en {most}{among}")
    return text("De ", first, f" en {least} a ", last, f" en {most}{among}")


def _some(edition: Edition, names: list[str]) -> str:
    if len(names) <= _MOST_NAMES:
        return spanish.join(names)
    return f"{spanish.word(len(names), edition.settings.places_feminine)} {edition.settings.places_word}"


def majority_heading(edition: Edition, measure: Measure) -> Text:
    """In how many places the share is more (or less) than half by its test, and once printed."""
    found = [e for p in edition.places if (e := edition.in_place(measure, p.code))]
    sides = {e.domain: edition.differences.from_half(e) for e in found}
    if len(found) < 2 or found[0].statistic != "proportion" or not all(sides.values()):
        return text(edition.label(measure).name)
    above = [e for e in found if sides[e.domain] == Side.HIGHER and spanish.rounded(e.estimate * 100, 0) > 50]
    below = [e for e in found if sides[e.domain] == Side.LOWER and spanish.rounded(e.estimate * 100, 0) < 50]
    if not above and not below:
        settings = edition.settings
        none = f"{settings.no_place} {settings.place_word}"
        if len(found) < len(edition.places):
            none = f"{_none_of(edition)} {_counted(edition, len(found))} con cifra"
        return text(f"{upper_first(none)} se aparta de la mitad más allá del margen")
    more = len(above) >= len(below)
    where = _in_places(edition, len(above if more else below), len(found))
    return text(f"{where}, {'más' if more else 'menos'} de la mitad {edition.singular(measure)}")


def _in_places(edition: Edition, some: int, several: int) -> str:
    """``En ocho de los nueve municipios``; places without a printed figure are said to be left out."""
    settings, feminine = edition.settings, edition.settings.places_feminine
    all_ = f"{settings.article} {spanish.word(several, feminine)} {settings.places_word}"
    if several < len(edition.places):
        all_ += " con cifra"
    one = ("una" if feminine else "uno") if some == 1 else spanish.word(some, feminine)
    return f"En {all_}" if some == several else f"En {one} de {all_}"


def against_rest(edition: Edition, estimate: Estimate) -> str:
    """Whether a place is ``higher`` or ``lower`` than the rest of the area, and prints otherwise than the whole.

    ``none`` where it does not differ; "" where that was not tested.
    """
    whole, found = edition.whole(_measure_of(estimate)), edition.differences.from_rest(estimate)
    return Side.NONE if found and whole is not None and alike(estimate, whole, False) else found


def said_against_rest(edition: Edition, estimate: Estimate) -> str:
    """``es mayor que en el resto del área metropolitana``; "" where there is no rest, or it could not be tested."""
    verdict = against_rest(edition, estimate)
    rest = f"el resto de {edition.settings.whole}".replace(" de el ", " del ")
    if verdict == Side.NONE:
        return f"no se distingue estadísticamente de la del {rest.removeprefix('el ')}"
    return f"es {SIDES[verdict]} que en {rest}" if verdict else ""


def _measure_of(estimate: Estimate) -> Measure:
    return Measure(estimate.indicator, estimate.category, estimate.statistic)
