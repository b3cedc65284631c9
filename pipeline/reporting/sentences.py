"""Spanish sentences made from estimates and verdicts by rule; every claim is one that a row supports.

Two shares are only said to differ when the changes table says so or, between places and forces, when
their intervals do not overlap (stricter than a test of the difference) and they do not print equal.
"""

from collections.abc import Sequence

from pipeline.reporting import numbers
from pipeline.reporting.edition import Edition
from pipeline.reporting.numbers import NBSP
from pipeline.reporting.rows import Change, Estimate
from pipeline.reporting.text import Number, Text, joined, text, upper_first
from pipeline.settings.reporting import Measure

NO_CHANGE = "sin cambio estadísticamente significativo"
WITHHELD = "no se publica por su poca precisión"
NOT_ASKED = "no se preguntó en esta edición"


def value(estimate: Estimate, decimals: int = 1) -> Number:
    """The printed estimate: a percentage, a mean with its decimals, or a count."""
    if estimate.statistic == "proportion":
        return Number(numbers.percent(estimate.estimate, decimals), estimate.key)
    if estimate.statistic == "total":
        return Number(numbers.count(estimate.estimate), estimate.key)
    return Number(numbers.decimal(estimate.estimate, decimals), estimate.key)


def margin(estimate: Estimate) -> Text:
    """``± 1.6 puntos``: half the width of the interval."""
    if estimate.statistic != "proportion":
        half = numbers.decimal((estimate.ci_high - estimate.ci_low) / 2, 1)
        return text(f"±{NBSP}", Number(half, estimate.key, "margin"))
    half = numbers.margin(estimate.ci_low, estimate.ci_high)
    return text(f"±{NBSP}", Number(half, estimate.key, "margin"), f"{NBSP}{'punto' if half == '1.0' else 'puntos'}")


def moved(change: Change, sign: bool = False) -> Text:
    """``2.1 puntos`` (or ``−2.1 puntos``); less than a tenth is said in words."""
    if change.statistic == "proportion":
        size = change.difference * 100
        unit = f"{NBSP}{'punto' if numbers.rounded(abs(size), 1) == 1 else 'puntos'}"
    else:
        size, unit = change.difference, ""
    if not sign and numbers.rounded(abs(size), 1) == 0:
        return text("menos de ", Number("0.1", change.key, change.field), unit)
    shown = numbers.decimal(abs(size)) if not sign else numbers.signed_points(size / 100)
    return text(Number(shown, change.key, change.field), unit)


def verdict(edition: Edition, change: Change | None, first: bool, since: bool = True) -> Text:
    """What changed against the reference wave, in words.

    ``first``: the measure has no past at all. ``since``: name the reference wave.
    """
    if change is None:
        return text("primera medición" if first else "sin comparación posible")
    reference = edition.period(change.reference_wave)
    if not change.comparable:
        why = f" ({change.reason})" if 0 < len(change.reason) <= 40 else ""
        return text(f"no comparable con {reference}{why}")
    if not change.significant:
        against = f" frente a {reference}" if since else ""
        return text(f"{NO_CHANGE}{against} (", moved(change, sign=True), f"; {change.note})" if change.note else ")")
    against = f" desde {reference}" if since else ""
    return text(f"{change.verdict} ", moved(change), against, f" ({change.note})" if change.note else "")


def silence(edition: Edition, measure: Measure) -> str:
    """Why a finding has no number: too imprecise, or not asked in this wave."""
    return WITHHELD if edition.asked(measure) else NOT_ASKED


def is_first(edition: Edition, measure: Measure) -> bool:
    """Whether no earlier wave has the measure."""
    earlier = [info.key for info in edition.waves[:-1]]
    kind = edition.settings.whole_domain_kind
    return all(edition.rows.get(wave, measure, kind, "total") is None for wave in earlier)


def headline(edition: Edition) -> Text:
    """The news in one sentence: the share as people say it, and whether it moved."""
    measure = edition.settings.headline
    estimate = edition.whole(measure)
    if estimate is None:
        return text(f"{edition.label(measure).name}: {silence(edition, measure)}")
    fraction = numbers.as_fraction(estimate.estimate, estimate.ci_low, estimate.ci_high)
    if fraction and edition.plural(measure):
        several = fraction.parts > 1
        claim = text(
            Number(upper_first(fraction.text), estimate.key, "fraction"),
            f" personas {edition.plural(measure) if several else edition.singular(measure)}",
        )
    else:
        claim = text("El ", value(estimate), f" {edition.singular(measure)}")
    change = edition.change(estimate)
    if change is None or not change.comparable:
        return claim
    reference = edition.period(change.reference_wave)
    if not change.significant:
        return text(claim, f", sin cambio significativo desde {reference}")
    return text(claim, f", {'más' if change.verdict == 'sube' else 'menos'} que en {reference}")


def deck(edition: Edition) -> Text:
    """Two sentences below the headline: which places moved, and who is trusted most."""
    parts = [places_moved(edition, edition.settings.headline)]
    leaders = trust_leaders(edition)
    if leaders:
        parts.append(text(" ", leaders, "."))
    return text(*parts)


def places_moved(edition: Edition, measure: Measure) -> Text:
    """``Frente a enero de 2013, la cifra baja en San Nicolás y Escobedo y sube en Juárez.``"""
    up: list[str] = []
    down: list[str] = []
    reference = ""
    for place in edition.places:
        change = edition.change(edition.in_place(measure, place.code))
        if change is None or not change.comparable:
            continue
        reference = edition.period(change.reference_wave)
        if change.significant:
            (up if change.verdict == "sube" else down).append(place.short)
    if not reference:
        return text("Es la primera edición: todavía no hay con qué comparar.")
    if not up and not down:
        return text(f"Frente a {reference}, ningún {edition.settings.place_word} cambia de forma significativa.")
    claims = [f"{verb} en {numbers.join(names)}" for verb, names in (("baja", down), ("sube", up)) if names]
    return text(f"Frente a {reference}, la cifra {' y '.join(claims)} de forma significativa.")


def finding(edition: Edition, measure: Measure) -> Text:
    """One finding as one sentence with its margin and its verdict of change."""
    estimate = edition.whole(measure)
    if estimate is None:
        return text(f"{edition.label(measure).name}: {silence(edition, measure)}.")
    base = edition.label(measure).base or edition.settings.people
    said = verdict(edition, edition.change(estimate), is_first(edition, measure))
    if estimate.statistic == "proportion":
        return text(
            "El ", value(estimate), " (", margin(estimate), f") de las {base} {edition.singular(measure)}: ", said, "."
        )
    return text(f"{edition.label(measure).name}: ", value(estimate), " (", margin(estimate), "); ", said, ".")


def slide_title(edition: Edition, measure: Measure) -> Text:
    """A finding short enough for the head of a slide: share and verdict, the margin stands beside it."""
    estimate = edition.whole(measure)
    if estimate is None:
        return text(f"{edition.label(measure).name}: {silence(edition, measure)}")
    change = edition.change(estimate)
    start = text("El ", value(estimate), f" {edition.singular(measure)}")
    if estimate.statistic != "proportion":
        start = text(f"{edition.label(measure).name}: ", value(estimate))
    if change is None or not change.comparable:
        return start
    if not change.significant:
        return text(start, ", sin cambio significativo")
    return text(start, f": {change.verdict} ", moved(change))


def places_heading(edition: Edition, measure: Measure) -> Text:
    """From the smallest to the largest of the places, and nothing that their intervals do not support."""
    found = [(p, e) for p in edition.places if (e := edition.in_place(measure, p.code))]
    if len(found) < 2:
        return text(edition.label(measure).name)
    low, high = min(found, key=lambda f: f[1].estimate), max(found, key=lambda f: f[1].estimate)
    if low[1].ci_high >= high[1].ci_low or numbers.prints_equal(low[1].estimate, high[1].estimate, 0):
        return text(f"Los {edition.settings.places_word} no se distinguen entre sí más allá del margen")
    least = numbers.join([p.short for p, e in found if numbers.prints_equal(e.estimate, low[1].estimate, 0)])
    most = numbers.join([p.short for p, e in found if numbers.prints_equal(e.estimate, high[1].estimate, 0)])
    return text("De ", value(low[1], 0), f" en {least} a ", value(high[1], 0), f" en {most}")


def majority_heading(edition: Edition, measure: Measure) -> Text:
    """In how many places the share is more (or less) than half, beyond its interval."""
    found = [e for p in edition.places if (e := edition.in_place(measure, p.code))]
    above = [e for e in found if e.ci_low > 0.5]
    below = [e for e in found if e.ci_high < 0.5]
    several, words = len(found), edition.settings.places_word
    if above and len(above) >= len(below):
        return _in_places(len(above), several, words, "más de la mitad", edition.singular(measure))
    if below:
        return _in_places(len(below), several, words, "menos de la mitad", edition.singular(measure))
    return text(f"Los {numbers.word(several)} {words} rondan la mitad")


def _in_places(some: int, several: int, words: str, share: str, singular: str) -> Text:
    if some == several:
        return text(f"En los {numbers.word(several)} {words}, {share} {singular}")
    one = "uno" if some == 1 else numbers.word(some)
    return text(f"En {one} de los {numbers.word(several)} {words}, {share} {singular}")


def series_heading(edition: Edition, measure: Measure) -> Text:
    """The change in a year by its verdict; without a year, that the series begins."""
    estimate = edition.whole(measure)
    change = edition.change(estimate, "year_ago")
    if estimate is None:
        return text(f"{edition.label(measure).name}: {silence(edition, measure)}")
    if change is None:
        return text("Todavía no hay un año con que comparar")
    reference = edition.period(change.reference_wave)
    if not change.comparable:
        return text(f"La pregunta cambió: no se compara con {reference}")
    if not change.significant:
        return text(f"En un año, {NO_CHANGE}")
    return text(f"En un año {change.verdict} ", moved(change))


def trust_rows(edition: Edition) -> list[tuple[str, list[Estimate]]]:
    """Items of the battery with all their levels printed, most of the first level first."""
    battery = edition.settings.trust
    rows = []
    for indicator in battery.indicators:
        levels = [edition.whole(Measure(indicator, level)) for level in battery.levels]
        shown = [level for level in levels if level is not None]
        if len(shown) == len(battery.levels):
            rows.append((battery.names.get(indicator, indicator), shown))
    return sorted(rows, key=lambda row: (-row[1][0].estimate, row[0]))


def _leading(rows: Sequence[tuple[str, list[Estimate]]]) -> int:
    """How many of the first rows stand apart from all the rest by their intervals (at most three)."""
    for some in (1, 2, 3):
        if some < len(rows) and min(r[1][0].ci_low for r in rows[:some]) > max(r[1][0].ci_high for r in rows[some:]):
            return some
    return 0


def trust_leaders(edition: Edition) -> Text | None:
    """Who is trusted most, only when it stands apart."""
    rows = trust_rows(edition)
    some = _leading(rows)
    if not some:
        return None
    names = numbers.join([name for name, _ in rows[:some]])
    if some == 1:
        return text(f"{names} es la corporación en la que más se confía")
    return text(f"{names} son las corporaciones en las que más se confía")


def trust_heading(edition: Edition) -> Text:
    """The leaders of the battery with their shares of the first level."""
    rows = trust_rows(edition)
    some = _leading(rows)
    level = (edition.settings.trust.level_names or edition.settings.trust.levels)[0]
    if not rows:
        return text(edition.settings.trust.title)
    if not some:
        top, last = rows[0], rows[-1]
        if top[1][0].ci_low <= last[1][0].ci_high:
            return text("Ninguna corporación se distingue de las demás más allá del margen")
        first, second = value(top[1][0], 0), value(last[1][0], 0)
        return text(f"Confianza: {level}, de ", second, f" en {last[0]} a ", first, f" en {top[0]}")
    shares = joined([text(value(levels[0], 0)) for _, levels in rows[:some]])
    names = numbers.join([name for name, _ in rows[:some]])
    verb = "va adelante" if some == 1 else "van adelante"
    return text(
        f"{names} {verb}: ",
        shares,
        f" dicen tenerles {level} confianza" if some > 1 else f" le tiene {level} confianza",
    )


def against_whole(estimate: Estimate, whole: Estimate, name: str) -> str:
    """How a place's figure compares with the whole's: different only when the intervals do not overlap."""
    if estimate.ci_low > whole.ci_high:
        return f"es mayor que en {name}"
    if estimate.ci_high < whole.ci_low:
        return f"es menor que en {name}"
    return f"no se distingue estadísticamente de la de {name}".replace(" de el ", " del ")
