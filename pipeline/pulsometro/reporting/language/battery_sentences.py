"""Sentences about a battery: who leads, what moved, and which of its items are complete.

Two items are only said to differ when the table of differences says so, and when they do not print equal.
"""

from collections.abc import Sequence
from itertools import product

from pulsometro.reporting.edition.content import Edition
from pulsometro.reporting.edition.rows import Estimate
from pulsometro.reporting.language.sentences import alike, none_differs, value
from pulsometro.reporting.language.traced_text import Number, Text, joined, text, upper_first
from pulsometro.study.batteries import ToldBattery, ToldItem
from pulsometro.style import spanish
from pulsometro.style.vocabulary import DIRECTIONS, Direction, Side

# An item of the battery with its levels; None where nobody gave that answer.
Item = tuple[str, list[Estimate | None]]


def complete_rows(edition: Edition, battery: ToldBattery) -> list[Item]:
    """Items of the battery (named as in a chart) with all their levels told, most of the first level first.

    A level that nobody chose is None: its item is complete without it.
    """
    rows = [(item, levels) for item in battery.items if (levels := _levels(edition, item)) is not None]
    rows.sort(key=lambda row: (-(row[1][0].estimate if row[1][0] else 0.0), row[0].name))
    return [(item.name, levels) for item, levels in rows]


def _levels(edition: Edition, item: ToldItem) -> list[Estimate | None] | None:
    """The levels of an item; None where it was not asked or one of them may not be printed."""
    levels = [edition.whole(measure) for measure in item.measures]
    if not any(levels) or any(
        level is None and not edition.nobody(measure) for measure, level in zip(item.measures, levels, strict=True)
    ):
        return None
    return levels


def _ranked(edition: Edition, battery: ToldBattery) -> list[tuple[ToldItem, Estimate]]:
    """Every item whose first level is printed, whatever its other levels are, from most to least."""
    found = [(item, edition.whole(item.first)) for item in battery.items]
    shown = [(item, first) for item, first in found if first is not None]
    return sorted(shown, key=lambda row: (-row[1].estimate, row[0].name))


def _asked(edition: Edition, battery: ToldBattery) -> list[ToldItem]:
    return [item for item in battery.items if any(edition.asked(measure) for measure in item.measures)]


def unranked(edition: Edition, battery: ToldBattery) -> list[str]:
    """Items that this edition asked, and whose first level is not printed: no order of the rest is the whole one's."""
    shown = {item.indicator for item, _ in _ranked(edition, battery)}
    return [item.indicator for item in _asked(edition, battery) if item.indicator not in shown]


def undrawn(edition: Edition, battery: ToldBattery) -> list[str]:
    """Names of the items that this edition asked and the bars leave out: a level of theirs is not printed."""
    drawn = {name for name, _ in complete_rows(edition, battery)}
    return [item.name for item in _asked(edition, battery) if item.name not in drawn]


def _among(edition: Edition, battery: ToldBattery, rows: Sequence[object]) -> str:
    """``, entre las seis de siete con cifra``; "" where every item has one."""
    gone = len(unranked(edition, battery))
    if not gone:
        return ""
    if not battery.trust:
        return f", entre {len(rows)} de {len(rows) + gone} con cifra"
    return f", entre las {spanish.word(len(rows), True)} de {spanish.word(len(rows) + gone, True)} con cifra"


def _leading(edition: Edition, rows: Sequence[tuple[ToldItem, Estimate]]) -> int:
    """How many of the first rows are above all the rest by their tests and in print (at most three)."""
    for some in (1, 2, 3):
        if some >= len(rows):
            break
        pairs = product([first for _, first in rows[:some]], [other for _, other in rows[some:]])
        apart = all(edition.differences.between(first, other) == Side.HIGHER for first, other in pairs)
        if apart and not alike(rows[some - 1][1], rows[some][1], True):
            return some
    return 0


def _leaders(edition: Edition, battery: ToldBattery) -> tuple[str, list[tuple[ToldItem, Estimate]]]:
    """The names of those who stand apart, as a sentence begins with them, and their rows."""
    rows = _ranked(edition, battery)
    first = rows[: _leading(edition, rows)]
    return upper_first(spanish.join([item.spoken for item, _ in first])), first


def leaders(edition: Edition, battery: ToldBattery) -> Text | None:
    """Who leads, only when it stands apart; of how many, where some have no printed figure.

    None where nothing says what the first of the battery does more than the others.
    """
    names, first = _leaders(edition, battery)
    among = _among(edition, battery, _ranked(edition, battery))
    if not first or not (battery.trust or battery.verb):
        return None
    one = len(first) == 1
    if battery.trust:
        what = "es la corporación en la que" if one else "son las corporaciones en las que"
        return text(f"{names} {what} más se confía{among}")
    return text(f"{names} {'es' if one else 'son'} lo que más {battery.verb}{among}")


def heading(edition: Edition, battery: ToldBattery) -> Text:
    """The leaders of the battery with their figures of the first level; of one item alone, the title."""
    rows = _ranked(edition, battery)
    names, first = _leaders(edition, battery)
    among = _among(edition, battery, rows)
    if len(rows) < 2:
        return text(battery.title)
    if not first:
        return _range(edition, battery, rows)
    article = "el " if first[0][1].printed.share else ""
    figures: list[Text] = [text(article, value(share, True)) for _, share in first]
    one, level = len(first) == 1, _level(battery)
    if not battery.trust:
        return text(f"{battery.title}: {names} {'va' if one else 'van'} adelante{among}, con ", joined(figures))
    if one:
        return text(f"{names} va adelante{among}: ", figures[0], f" le tiene {level}")
    if len({share.plain for share in figures}) == 1:
        return text(f"{names} van adelante{among}: ", figures[0], f" le tiene {level} a cada una")
    return text(f"{names} van adelante{among}: les tienen {level} ", joined(figures), ", respectivamente")


def _level(battery: ToldBattery) -> str:
    """The first level of trust as a sentence has it: "mucha confianza", "mucha o algo de confianza"."""
    first = battery.items[0].first.category
    return first if "confianza" in first else f"{first} confianza"


def _range(edition: Edition, battery: ToldBattery, rows: Sequence[tuple[ToldItem, Estimate]]) -> Text:
    top, last = rows[0][1], rows[-1][1]
    among = _among(edition, battery, rows)
    if edition.differences.between(top, last) != Side.HIGHER or alike(top, last, True):
        if not none_differs(edition, [first for _, first in rows]):
            return text(battery.title)
        if battery.trust:
            return text(f"Ninguna corporación se distingue de las demás más allá del margen{among}")
        return text(f"{battery.title}: no hay diferencias más allá del margen{among}")
    ends: list[Number] = [value(last, True), value(top, True)]
    least, most = rows[-1][0].spoken, rows[0][0].spoken
    start, to = ("del ", " al ") if top.printed.share else ("de ", " a ")
    before = upper_first(_level(battery)) if battery.trust else battery.title
    return text(f"{before}: {start}", ends[0], f" en {least}{to}", ends[1], f" en {most}{among}")


def moved(edition: Edition, battery: ToldBattery) -> Text:
    """``Frente a enero de 2013, sube en Fuerza Civil``: what changed of the battery's first level."""
    said = f"«{battery.level}»" if battery.level else ""
    found = [(item.spoken, edition.change(edition.whole(item.first))) for item in battery.items]
    known = [(name, change) for name, change in found if change is not None and change.comparable]
    if not known:
        return text(f"Quién responde {said}" if said else battery.title)
    reference = edition.period(known[0][1].reference_wave)
    claims = []
    for direction in (Direction.UP, Direction.DOWN):
        names = [name for name, change in known if change.significant and change.verdict == direction]
        claims += [f"{DIRECTIONS[direction]} en {spanish.join(names)}"] if names else []
    if not claims:
        what = f"Responder {said}" if said else battery.title
        return text(f"{what}: ningún cambio significativo frente a {reference}")
    return text(f"Frente a {reference}, {f'responder {said}' if said else 'la cifra'} {' y '.join(claims)}")


def what(edition: Edition, battery: ToldBattery) -> str:
    """What the figures of the first level are: ``Porcentaje que responde «mucha»``, ``Cifras, en puntos``."""
    if battery.level:
        return f"Porcentaje que responde «{battery.level}»"
    if battery.kind == "shares":
        return f"Porcentaje de las {battery.base or edition.settings.people}"
    units = {edition.form(item.first).unit for item in battery.items}
    unit = units.pop() if len(units) == 1 else ""
    said = {edition.named(item.first).rpartition(", ")[2] for item in battery.items}
    word = said.pop() if len(said) == 1 else ""
    return f"{upper_first(word) or 'Cifras'}{f', en {unit}' if unit else ''}"
