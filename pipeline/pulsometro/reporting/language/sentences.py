"""Spanish sentences about one measure, made from its estimate and its tested change by rule.

Every claim is one that a row supports; what is said of several places or forces at once is in ``comparisons``.
"""

from collections.abc import Sequence
from datetime import timedelta
from itertools import combinations

from pulsometro.reporting.edition.content import Edition
from pulsometro.reporting.edition.rows import Change, Estimate
from pulsometro.reporting.language import conditions, not_printed
from pulsometro.reporting.language.traced_text import Number, Text, text, upper_first
from pulsometro.settings.report_settings import Measure
from pulsometro.style import spanish
from pulsometro.style.printed_form import POINTS, YEAR
from pulsometro.style.spanish import NBSP
from pulsometro.style.vocabulary import Direction, Side

NO_CHANGE = "sin cambio estadísticamente significativo"
# Waves at least this far apart have a year between them.
_NEARLY_A_YEAR = timedelta(days=300)


def value(estimate: Estimate, coarse: bool = False) -> Number:
    """The printed estimate with its unit: a percentage, pesos, years; ``coarse``: as in a heading."""
    form = estimate.printed
    return Number(form.value(estimate.estimate, form.coarse if coarse else form.fine), estimate.key)


def alike(first: Estimate, second: Estimate, coarse: bool) -> bool:
    """Whether two figures are the same once printed."""
    return value(first, coarse).text == value(second, coarse).text


def none_differs(edition: Edition, figures: Sequence[Estimate]) -> bool:
    """Whether every two of the figures were tested, and no test tells them apart."""
    return all(edition.differences.between(first, other) == Side.NONE for first, other in combinations(figures, 2))


def margin(estimate: Estimate, full: bool = False) -> Text:
    """``± 1.6 puntos``: half the width of the interval; ``full``: puntos porcentuales, as they are first called.

    The interval itself where half of it says nothing (see ``certain``).
    """
    if certain(estimate):
        return text("intervalo de ", _ends(estimate))
    form = estimate.printed
    half = form.size((estimate.ci_high - estimate.ci_low) / 2)
    # Points of an index are named beside what moved.
    unit = form.moved_unit(half, full) if form.share or form.after or form.unit == YEAR else ""
    return text(f"±{NBSP}", Number(half, estimate.key, "margin"), f"{NBSP}{unit}" if unit else "")


def certain(estimate: Estimate) -> bool:
    """Whether a figure prints as 0 or 100 %, or half its interval as nothing: ``± 0.0`` is no certainty."""
    form = estimate.printed
    half = spanish.rounded((estimate.ci_high - estimate.ci_low) / 2 * form.factor, form.fine)
    return half == 0 or (form.share and spanish.rounded(estimate.estimate * 100, 1) in (0, 100))


def _ends(estimate: Estimate) -> Text:
    """``96.2 a 100.0 %``: both ends of the interval."""
    form = estimate.printed
    low, high = form.bare(estimate.ci_low), form.bare(estimate.ci_high)
    return text(Number(low, estimate.key, "ci_low"), " a ", Number(high, estimate.key, "ci_high"), form.after)


def margin_said(estimate: Estimate, of: str = "", full: bool = False) -> Text:
    """``El margen es de ± 1.6 puntos``, or from where to where the interval goes; ``of``: " de la cifra principal"."""
    if certain(estimate):
        return text(f"El intervalo{of} va de ", _ends(estimate))
    return text(f"El margen{of} es de ", margin(estimate, full))


def moved(change: Change, sign: bool = False) -> Text:
    """``2.1 puntos`` (or ``−2.1 puntos``) in the measure's own unit; less than a tenth is said in words."""
    form, before = change.printed, ""
    shown = form.signed(change.difference) if sign else form.size(change.difference)
    if not sign and (change.unseen or spanish.rounded(abs(change.difference) * form.factor, form.fine) == 0):
        before, shown = "menos de ", form.least
    unit = form.moved_unit(shown)
    return text(before, Number(shown, change.key, change.field), f"{NBSP}{unit}" if unit else "")


def verdict(edition: Edition, change: Change | None, first: bool, since: bool = True) -> Text:
    """What changed against the reference wave, in words.

    ``first``: the measure has no past at all. ``since``: name the reference wave.
    """
    if change is None:
        return text("primera medición" if first else "sin comparación posible")
    reference = edition.period(change.reference_wave)
    if not change.comparable:
        why = f" ({change.why})" if 0 < len(change.why) <= 40 else ""
        return text(Number("no comparable", change.key, change.verdict_field), f" con {reference}{why}")
    if not change.significant:
        against = f" frente a {reference}" if since else ""
        said = change.word if change.unseen else NO_CHANGE
        size = moved(change, sign=not change.unseen)
        note = f"; {change.note})" if change.note else ")"
        return text(Number(said, change.key, change.verdict_field), f"{against} (", size, note)
    against = f" desde {reference}" if since else ""
    verdict_said = Number(change.word, change.key, change.verdict_field)
    return text(verdict_said, " ", moved(change), against, f" ({change.note})" if change.note else "")


def silence(edition: Edition, measure: Measure, code: str = "") -> str:
    """Why a finding has no number, as the end of a sentence. ``code``: of a place; without it, the whole."""
    return not_printed.why(edition, measure, code).sentence


def is_first(edition: Edition, measure: Measure) -> bool:
    """Whether nobody measured it before: every edition since the first is here, and no earlier one has it."""
    return conditions.since_the_first(edition) and not any(
        edition.asked(measure, info.key) for info in edition.waves[:-1]
    )


def claim(edition: Edition, measure: Measure, estimate: Estimate, full: bool = False) -> Text:
    """``El 75.4 % de la población se siente poco o nada segura``; ``full``: with margin, and the base in full."""
    if not estimate.printed.share:
        name, number, form = edition.named(measure), value(estimate), estimate.printed
        unit = form.moved_unit(number.text) if form.unit == POINTS else ""
        shown = text(number, f"{NBSP}{unit}" if unit else "")
        return text(f"{name}: ", shown, " (", margin(estimate), ")") if full else text(f"{name}: ", shown)
    half = text(" (", margin(estimate, full=True), ")") if full else ""
    base = edition.label(measure).base or (edition.settings.people if full else "")
    whom = f" de las {base} " if base else " de la población "
    return text("El ", value(estimate), half, whom, edition.singular(measure))


def headline(edition: Edition) -> Text:
    """The news in one sentence: the share as people say it, and whether it moved; the title where there is none."""
    measure = edition.settings.headline
    if measure is None:
        return text(f"{edition.title}, {edition.wave.period}")
    estimate = edition.whole(measure)
    if estimate is None:
        return text(f"{edition.label(measure).name}: {silence(edition, measure)}")
    said = _as_fraction(edition, measure, estimate) or claim(edition, measure, estimate)
    change = edition.change(estimate)
    if change is None or not change.comparable:
        return said
    reference = edition.period(change.reference_wave)
    if not change.significant:
        calm = change.word if change.unseen else "sin cambio significativo"
        return text(said, ", ", Number(calm, change.key, change.verdict_field), f" desde {reference}")
    word = "más" if change.verdict == Direction.UP else "menos"
    return text(said, ", ", Number(word, change.key, change.verdict_field), f" que en {reference}")


def _as_fraction(edition: Edition, measure: Measure, estimate: Estimate) -> Text | None:
    fraction = None
    if estimate.statistic == "proportion" and edition.plural(measure):
        fraction = spanish.as_fraction(estimate.estimate, estimate.ci_low, estimate.ci_high)
    if fraction is None:
        return None
    base = edition.label(measure).base
    predicate = edition.plural(measure) if fraction.parts > 1 else edition.singular(measure)
    shown = Number(upper_first(fraction.text), estimate.key, "fraction")
    return text(shown, f" de las {base} {predicate}" if base else f" personas {predicate}")


def finding(edition: Edition, measure: Measure) -> Text:
    """One finding as one sentence with its margin and its verdict of change."""
    estimate = edition.whole(measure)
    if estimate is None:
        return text(f"{edition.label(measure).name}: {silence(edition, measure)}.")
    said = verdict(edition, edition.change(estimate), is_first(edition, measure))
    return text(claim(edition, measure, estimate, full=True), ": " if _share(estimate) else "; ", said, ".")


def _share(estimate: Estimate) -> bool:
    return estimate.statistic == "proportion"


def slide_title(edition: Edition, measure: Measure) -> Text:
    """A finding short enough for the head of a slide: share and verdict, the margin stands beside it."""
    estimate = edition.whole(measure)
    if estimate is None:
        return text(f"{edition.label(measure).name}: {silence(edition, measure)}")
    start, change = claim(edition, measure, estimate), edition.change(estimate)
    if change is None or not change.comparable:
        return start
    if not change.significant:
        calm = change.word if change.unseen else "sin cambio significativo"
        return text(start, ", ", Number(calm, change.key, change.verdict_field))
    said = Number(change.word, change.key, change.verdict_field)
    return text(start, ": " if _share(estimate) else "; ", said, " ", moved(change))


def series_heading(edition: Edition, measure: Measure) -> Text:
    """The change of the whole in a year by its verdict; without a year, that the series begins."""
    estimate = edition.whole(measure)
    if estimate is None:
        return text(f"{edition.label(measure).name}: {silence(edition, measure)}")
    return in_a_year(edition, measure, estimate)


def in_a_year(edition: Edition, measure: Measure, estimate: Estimate | None) -> Text:
    """``En un año baja 7.5 puntos``: the change of an estimate against the same season a year before."""
    change = edition.change(estimate, "year_ago")
    if change is None:
        since = edition.wave.start - _NEARLY_A_YEAR
        past = any(info.start <= since and edition.asked(measure, info.key) for info in edition.waves)
        return text("Sin comparación posible con un año antes" if past else "Todavía no hay un año con que comparar")
    reference = edition.period(change.reference_wave)
    if not change.comparable:
        return text(Number("No se compara", change.key, change.verdict_field), f" con {reference}: {_why(change)}")
    if not change.significant:
        said = change.word if change.unseen else NO_CHANGE
        return text("En un año, ", Number(said, change.key, change.verdict_field))
    verb = Number(change.word, change.key, change.verdict_field)
    return text("En un año ", verb, " ", moved(change))


def _why(change: Change) -> str:
    """Why, as the break is declared; without words of its own, no cause that may not be true."""
    return change.why if 0 < len(change.why) <= 40 else conditions.OTHERWISE
