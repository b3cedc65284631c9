"""Sentences about several shares at once: places side by side, and the forces of the battery of trust.

Two shares are only said to differ when the table of changes or that of differences says so, and when they do not print
equal.
"""

from collections.abc import Sequence
from itertools import combinations, product

from pulsometro.reporting.edition.content import Edition
from pulsometro.reporting.edition.rows import Estimate
from pulsometro.reporting.language import conditions
from pulsometro.reporting.language.sentences import value
from pulsometro.reporting.language.traced_text import Number, Text, joined, text, upper_first
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
    """Two sentences below the headline: which places moved, and who is trusted most."""
    found = [places_moved(edition, edition.settings.headline), trust_leaders(edition)]
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
        return text(f"La pregunta cambió: {settings.the_places} no se comparan con {reference}")
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
    if edition.differences.between(low, high) != Side.LOWER or _alike(low, high, True):
        if not _none_differs(edition, [estimate for _, estimate in found]):
            return text(edition.label(measure).name)
        who = edition.settings.the_places if complete else f"{_counted(edition, len(found))} con cifra"
        return text(f"{upper_first(who)} no se distinguen entre sí más allá del margen")
    least, most = (_some(edition, [p.short for p, e in found if _alike(e, end, True)]) for end in (low, high))
    first, last = value(low, True), value(high, True)
    among = "" if complete else f", entre {_counted(edition, len(found))} con cifra"
    if low.statistic == "proportion":
        return text("Del ", first, f" en {least} al ", last, f" en {most}{among}")
    return text("De ", first, f" en {least} a ", last, f" en {most}{among}")


def _none_differs(edition: Edition, figures: Sequence[Estimate]) -> bool:
    """Whether every two of the figures were tested, and no test tells them apart."""
    return all(edition.differences.between(first, other) == Side.NONE for first, other in combinations(figures, 2))


def _alike(first: Estimate, second: Estimate, coarse: bool) -> bool:
    return value(first, coarse).text == value(second, coarse).text


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
    return Side.NONE if found and whole is not None and _alike(estimate, whole, False) else found


def said_against_rest(edition: Edition, estimate: Estimate) -> str:
    """``es mayor que en el resto del área metropolitana``; "" where there is no rest, or it could not be tested."""
    verdict = against_rest(edition, estimate)
    rest = f"el resto de {edition.settings.whole}".replace(" de el ", " del ")
    if verdict == Side.NONE:
        return f"no se distingue estadísticamente de la del {rest.removeprefix('el ')}"
    return f"es {SIDES[verdict]} que en {rest}" if verdict else ""


def _measure_of(estimate: Estimate) -> Measure:
    return Measure(estimate.indicator, estimate.category, estimate.statistic)


# An item of the battery with its levels; None where nobody gave that answer.
Item = tuple[str, list[Estimate | None]]


def trust_rows(edition: Edition) -> list[Item]:
    """Items of the battery (named as in a chart) with all their levels told, most of the first level first.

    A level that nobody chose is None: its item is complete without it.
    """
    battery = edition.settings.trust
    rows = [(name, levels) for name in battery.indicators if (levels := _levels(edition, name)) is not None]
    rows.sort(key=lambda row: (-(row[1][0].estimate if row[1][0] else 0.0), _named(edition, row[0])))
    return [(_named(edition, name), levels) for name, levels in rows]


def _named(edition: Edition, indicator: str) -> str:
    return edition.settings.trust.names.get(indicator, indicator)


def _levels(edition: Edition, indicator: str) -> list[Estimate | None] | None:
    """The levels of an item; None where it was not asked or one of them may not be printed."""
    measures = [Measure(indicator, level) for level in edition.settings.trust.levels]
    levels = [edition.whole(measure) for measure in measures]
    if not any(levels) or any(
        level is None and not edition.nobody(measure) for measure, level in zip(measures, levels, strict=True)
    ):
        return None
    return levels


def _ranked(edition: Edition) -> list[tuple[str, Estimate]]:
    """Every item whose first level is printed, whatever its other levels are, from most to least."""
    battery = edition.settings.trust
    found = [(name, edition.whole(Measure(name, battery.levels[0]))) for name in battery.indicators]
    shown = [(name, first) for name, first in found if first is not None]
    return sorted(shown, key=lambda row: (-row[1].estimate, _named(edition, row[0])))


def unranked(edition: Edition) -> list[str]:
    """Items that this edition asked, and whose first level is not printed: no order of the rest is the whole one's."""
    battery = edition.settings.trust
    shown = {name for name, _ in _ranked(edition)}
    asked = [n for n in battery.indicators if any(edition.asked(Measure(n, level)) for level in battery.levels)]
    return [name for name in asked if name not in shown]


def undrawn(edition: Edition) -> list[str]:
    """Names of the items that this edition asked and the bars leave out: a level of theirs is not printed."""
    battery, drawn = edition.settings.trust, {name for name, _ in trust_rows(edition)}
    asked = [n for n in battery.indicators if any(edition.asked(Measure(n, level)) for level in battery.levels)]
    return [name for name in (_named(edition, each) for each in asked) if name not in drawn]


def _among(edition: Edition, rows: Sequence[object]) -> str:
    """``, entre las seis de siete con cifra``; "" where every item has one."""
    gone = len(unranked(edition))
    if not gone:
        return ""
    return f", entre las {spanish.word(len(rows), True)} de {spanish.word(len(rows) + gone, True)} con cifra"


def _spoken(edition: Edition, indicator: str) -> str:
    battery = edition.settings.trust
    return battery.spoken.get(indicator) or battery.names.get(indicator, indicator)


def _leading(edition: Edition, rows: Sequence[tuple[str, Estimate]]) -> int:
    """How many of the first rows are above all the rest by their tests and in print (at most three)."""
    for some in (1, 2, 3):
        if some >= len(rows):
            break
        pairs = product([first for _, first in rows[:some]], [other for _, other in rows[some:]])
        apart = all(edition.differences.between(first, other) == Side.HIGHER for first, other in pairs)
        if apart and not _alike(rows[some - 1][1], rows[some][1], True):
            return some
    return 0


def _leaders(edition: Edition) -> tuple[str, list[tuple[str, Estimate]]]:
    """The names of those who stand apart, as a sentence begins with them, and their rows."""
    rows = _ranked(edition)
    first = rows[: _leading(edition, rows)]
    return upper_first(spanish.join([_spoken(edition, name) for name, _ in first])), first


def trust_leaders(edition: Edition) -> Text | None:
    """Who is trusted most, only when it stands apart; of how many, where some have no printed figure."""
    names, first = _leaders(edition)
    among = _among(edition, _ranked(edition))
    if not first:
        return None
    if len(first) == 1:
        return text(f"{names} es la corporación en la que más se confía{among}")
    return text(f"{names} son las corporaciones en las que más se confía{among}")


def trust_heading(edition: Edition) -> Text:
    """The leaders of the battery with their shares of the first level."""
    rows = _ranked(edition)
    names, first = _leaders(edition)
    level, among = _level(edition), _among(edition, rows)
    if len(rows) < 2:
        return text(edition.settings.trust.title)
    if not first:
        return _trust_range(edition, rows, level)
    shares: list[Text] = [text("el ", value(share, True)) for _, share in first]
    if len(first) == 1:
        return text(f"{names} va adelante{among}: ", shares[0], f" le tiene {level}")
    if len({share.plain for share in shares}) == 1:
        return text(f"{names} van adelante{among}: ", shares[0], f" le tiene {level} a cada una")
    return text(f"{names} van adelante{among}: les tienen {level} ", joined(shares), ", respectivamente")


def _level(edition: Edition) -> str:
    """The first level as a sentence has it: "mucha confianza", "mucha o algo de confianza"."""
    first = edition.settings.trust.levels[0]
    return first if "confianza" in first else f"{first} confianza"


def _trust_range(edition: Edition, rows: Sequence[tuple[str, Estimate]], level: str) -> Text:
    top, last = rows[0][1], rows[-1][1]
    among = _among(edition, rows)
    if edition.differences.between(top, last) != Side.HIGHER or _alike(top, last, True):
        if not _none_differs(edition, [first for _, first in rows]):
            return text(edition.settings.trust.title)
        return text(f"Ninguna corporación se distingue de las demás más allá del margen{among}")
    ends: list[Number] = [value(last, True), value(top, True)]
    least, most = (_spoken(edition, rows[index][0]) for index in (-1, 0))
    return text(f"{upper_first(level)}: del ", ends[0], f" en {least} al ", ends[1], f" en {most}{among}")


def trust_moved(edition: Edition) -> Text:
    """``Frente a enero de 2013, sube en Fuerza Civil``: what changed of the battery's first level."""
    battery = edition.settings.trust
    level = (battery.level_names or battery.levels)[0]
    first = [Measure(name, battery.levels[0]) for name in battery.indicators]
    found = [(_spoken(edition, m.indicator), edition.change(edition.whole(m))) for m in first]
    known = [(name, change) for name, change in found if change is not None and change.comparable]
    if not known:
        return text(f"Quién responde «{level}»")
    reference = edition.period(known[0][1].reference_wave)
    claims = []
    for direction in (Direction.UP, Direction.DOWN):
        names = [name for name, change in known if change.significant and change.verdict == direction]
        claims += [f"{DIRECTIONS[direction]} en {spanish.join(names)}"] if names else []
    if not claims:
        return text(f"Responder «{level}»: ningún cambio significativo frente a {reference}")
    return text(f"Frente a {reference}, responder «{level}» {' y '.join(claims)}")
