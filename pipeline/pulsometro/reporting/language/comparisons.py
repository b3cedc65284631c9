"""Sentences about several shares at once: places side by side, and the forces of the battery of trust.

Two shares are only said to differ when the table of changes or that of differences says so, and when they do not print
equal.
"""

from collections.abc import Sequence
from itertools import product

from pulsometro.reporting.edition.content import Edition
from pulsometro.reporting.edition.rows import Estimate
from pulsometro.reporting.language.sentences import is_first, value
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
    """``Frente a enero de 2013, la cifra baja de forma significativa en San Nicolás, y sube en Juárez``."""
    settings = edition.settings
    changes = [(p, c) for p in edition.places if (c := edition.change(edition.in_place(measure, p.code)))]
    compared = [(place, change) for place, change in changes if change.comparable]
    if not changes:
        first = is_first(edition, measure)
        return text("Es la primera edición: todavía no hay con qué comparar") if first else None
    reference = edition.period(changes[0][1].reference_wave)
    if not compared:
        return text(f"La pregunta cambió: {settings.the_places} no se comparan con {reference}")
    claims: list[str] = []
    for direction in (Direction.DOWN, Direction.UP):
        names = [place.short for place, change in compared if change.significant and change.verdict == direction]
        if names:
            claims.append(
                f"{DIRECTIONS[direction]}{'' if claims else ' de forma significativa'} en {_all_or(edition, names)}"
            )
    if not claims:
        none = f"{settings.no_place} {settings.place_word}"
        return text(f"Frente a {reference}, la cifra no cambia de forma significativa en {none}")
    return text(f"Frente a {reference}, la cifra {', y '.join(claims)}")


def _all_or(edition: Edition, names: list[str]) -> str:
    """The names, or that it is all of them."""
    return edition.all_places if len(names) == len(edition.places) > 2 else spanish.join(names)


def places_heading(edition: Edition, measure: Measure) -> Text:
    """From the smallest to the largest of the places, where the test of their difference supports it."""
    found = [(p, e) for p in edition.places if (e := edition.in_place(measure, p.code))]
    if len(found) < 2:
        return text(edition.label(measure).name)
    low, high = min(found, key=lambda f: f[1].estimate)[1], max(found, key=lambda f: f[1].estimate)[1]
    decimals = 0 if low.statistic == "proportion" else 1
    if edition.differences.between(low, high) != Side.LOWER or _alike(low, high, decimals):
        return text(f"{upper_first(edition.settings.the_places)} no se distinguen entre sí más allá del margen")
    least, most = (_some(edition, [p.short for p, e in found if _alike(e, end, decimals)]) for end in (low, high))
    first, last = value(low, decimals), value(high, decimals)
    if low.statistic == "proportion":
        return text("Del ", first, f" en {least} al ", last, f" en {most}")
    return text("De ", first, f" en {least} a ", last, f" en {most}")


def _alike(first: Estimate, second: Estimate, decimals: int) -> bool:
    return value(first, decimals).text == value(second, decimals).text


def _some(edition: Edition, names: list[str]) -> str:
    if len(names) <= _MOST_NAMES:
        return spanish.join(names)
    return f"{spanish.word(len(names), edition.settings.places_feminine)} {edition.settings.places_word}"


def majority_heading(edition: Edition, measure: Measure) -> Text:
    """In how many places the share is more (or less) than half by its test, and once printed."""
    found = [e for p in edition.places if (e := edition.in_place(measure, p.code))]
    if not found or found[0].statistic != "proportion":
        return text(edition.label(measure).name)
    sides = {e.domain: edition.differences.from_half(e) for e in found}
    above = [e for e in found if sides[e.domain] == Side.HIGHER and spanish.rounded(e.estimate * 100, 0) > 50]
    below = [e for e in found if sides[e.domain] == Side.LOWER and spanish.rounded(e.estimate * 100, 0) < 50]
    if not above and not below:
        settings = edition.settings
        return text(f"{upper_first(settings.no_place)} {settings.place_word} se aparta de la mitad más allá del margen")
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
    return Side.NONE if found and whole is not None and _alike(estimate, whole, 1) else found


def said_against_rest(edition: Edition, estimate: Estimate) -> str:
    """``es mayor que en el resto del área metropolitana``; "" where there is no rest, or it could not be tested."""
    verdict = against_rest(edition, estimate)
    rest = f"el resto de {edition.settings.whole}".replace(" de el ", " del ")
    if verdict == Side.NONE:
        return f"no se distingue estadísticamente de la del {rest.removeprefix('el ')}"
    return f"es {SIDES[verdict]} que en {rest}" if verdict else ""


def _measure_of(estimate: Estimate) -> Measure:
    return Measure(estimate.indicator, estimate.category, estimate.statistic)


def trust_rows(edition: Edition) -> list[tuple[str, list[Estimate]]]:
    """Items of the battery (named as in a chart) with all their levels printed, most of the first level first."""
    return [(edition.settings.trust.names.get(name, name), levels) for name, levels in _battery(edition)]


def _battery(edition: Edition) -> list[tuple[str, list[Estimate]]]:
    battery = edition.settings.trust
    rows = []
    for indicator in battery.indicators:
        levels = [edition.whole(Measure(indicator, level)) for level in battery.levels]
        shown = [level for level in levels if level is not None]
        if len(shown) == len(battery.levels):
            rows.append((indicator, shown))
    return sorted(rows, key=lambda row: (-row[1][0].estimate, battery.names.get(row[0], row[0])))


def _spoken(edition: Edition, indicator: str) -> str:
    battery = edition.settings.trust
    return battery.spoken.get(indicator) or battery.names.get(indicator, indicator)


def _leading(edition: Edition, rows: Sequence[tuple[str, list[Estimate]]]) -> int:
    """How many of the first rows are above all the rest by their tests and in print (at most three)."""
    for some in (1, 2, 3):
        if some >= len(rows):
            break
        last, next_ = rows[some - 1][1][0], rows[some][1][0]
        pairs = product([levels[0] for _, levels in rows[:some]], [levels[0] for _, levels in rows[some:]])
        apart = all(edition.differences.between(first, other) == Side.HIGHER for first, other in pairs)
        if apart and not _alike(last, next_, 0):
            return some
    return 0


def trust_leaders(edition: Edition) -> Text | None:
    """Who is trusted most, only when it stands apart."""
    rows = _battery(edition)
    some = _leading(edition, rows)
    if not some:
        return None
    names = upper_first(spanish.join([_spoken(edition, name) for name, _ in rows[:some]]))
    if some == 1:
        return text(f"{names} es la corporación en la que más se confía")
    return text(f"{names} son las corporaciones en las que más se confía")


def trust_heading(edition: Edition) -> Text:
    """The leaders of the battery with their shares of the first level."""
    rows = _battery(edition)
    some = _leading(edition, rows)
    level = _level(edition)
    if not rows:
        return text(edition.settings.trust.title)
    if not some:
        return _trust_range(edition, rows, level)
    shares: list[Text] = [text("el ", value(levels[0], 0)) for _, levels in rows[:some]]
    names = upper_first(spanish.join([_spoken(edition, name) for name, _ in rows[:some]]))
    if some == 1:
        return text(f"{names} va adelante: ", shares[0], f" le tiene {level}")
    if len({share.plain for share in shares}) == 1:
        return text(f"{names} van adelante: ", shares[0], f" le tiene {level} a cada una")
    return text(f"{names} van adelante: les tienen {level} ", joined(shares), ", respectivamente")


def _level(edition: Edition) -> str:
    """The first level as a sentence has it: "mucha confianza", "mucha o algo de confianza"."""
    first = edition.settings.trust.levels[0]
    return first if "confianza" in first else f"{first} confianza"


def _trust_range(edition: Edition, rows: Sequence[tuple[str, list[Estimate]]], level: str) -> Text:
    top, last = rows[0][1][0], rows[-1][1][0]
    if edition.differences.between(top, last) != Side.HIGHER or _alike(top, last, 0):
        return text("Ninguna corporación se distingue de las demás más allá del margen")
    ends: list[Number] = [value(last, 0), value(top, 0)]
    least, most = (_spoken(edition, rows[index][0]) for index in (-1, 0))
    return text(f"{upper_first(level)}: del ", ends[0], f" en {least} al ", ends[1], f" en {most}")


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
