"""Alternative texts: the finding of each chart with its numbers, by rule."""

from collections.abc import Sequence

from pipeline.reporting import numbers
from pipeline.reporting.edition import Edition
from pipeline.reporting.figures.dots import DotRow
from pipeline.reporting.figures.likert import Bar
from pipeline.reporting.figures.scale import shown
from pipeline.reporting.figures.series import Line
from pipeline.reporting.rows import Estimate


def _ending(edition: Edition) -> str:
    return " Datos simulados." if edition.simulated else ""


def dots(edition: Edition, what: str, rows: Sequence[DotRow], whole: Estimate | None) -> str:
    """Every place with its value, the whole, and those that changed."""
    values = "; ".join(f"{r.name}, {shown(r.estimate)}" for r in rows if r.estimate)
    words = f"{what}, por {edition.settings.place_word}, con su intervalo del 95{numbers.NBSP}%: {values}."
    if whole:
        words += f" {numbers_upper(edition.area_short)}: {shown(whole)}."
    moved = [f"{r.change.verdict} en {r.name}" for r in rows if r.change and r.change.significant]
    if moved:
        words += f" Cambio significativo: {numbers.join(moved)}."
    return words + _ending(edition)


def tiles(edition: Edition, what: str, rows: Sequence[DotRow]) -> str:
    """The places in the map from most to least."""
    values = "; ".join(f"{r.name}, {shown(r.estimate, 0)}" for r in rows if r.estimate)
    return f"Mapa de los {edition.settings.places_word} por {what[:1].lower() + what[1:]}: {values}.{_ending(edition)}"


def series(edition: Edition, what: str, lines: Sequence[Line]) -> str:
    """First and last value of each line."""
    parts = []
    for line in lines:
        found = [e for e in line.points if e]
        if found:
            first, last = found[0], found[-1]
            parts.append(
                f"{line.name}, de {shown(first)} en {edition.period(first.wave)} "
                f"a {shown(last)} en {edition.period(last.wave)}"
            )
    return f"{what}, serie con banda de 95{numbers.NBSP}%: {'; '.join(parts)}.{_ending(edition)}"


def likert(edition: Edition, bars: Sequence[Bar], level: str) -> str:
    """Each item with its first level."""
    values = "; ".join(f"{bar.name}, {shown(bar.parts[0], 0)}" for bar in bars)
    return f"{edition.settings.trust.title}, responde «{level}»: {values}.{_ending(edition)}"


def ranks(edition: Edition, rows: Sequence[tuple[str, int, int, int]]) -> str:
    """Each place with its rank and the interval of the rank."""
    values = "; ".join(f"{name}, {rank} (de {low} a {high})" for name, rank, low, high in rows)
    return f"Lugar de cada {edition.settings.place_word} con su intervalo: {values}.{_ending(edition)}"


def numbers_upper(words: str) -> str:
    """Capital first letter."""
    return words[:1].upper() + words[1:]
