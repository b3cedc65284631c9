"""The words of the cards, from the findings."""

from collections.abc import Sequence
from pathlib import Path

from pulsometro.common.files import write_text
from pulsometro.reporting.charts.drawing import cards
from pulsometro.reporting.edition.content import Edition
from pulsometro.reporting.edition.rows import Estimate
from pulsometro.reporting.edition.timeline import missing_before, times
from pulsometro.reporting.language import conditions, sentences
from pulsometro.reporting.language.traced_text import Number, text, upper_first
from pulsometro.settings.report_settings import Measure


def card(edition: Edition, measure: Measure, estimate: Estimate) -> cards.Card:
    """One finding as a card."""
    change = edition.change(estimate)
    sign, colour, _ = edition.theme.meaning(change, edition.direction(measure))
    base = edition.label(measure).base or edition.settings.people
    if estimate.statistic == "proportion":
        said = f"de las {base} {edition.singular(measure)}"
    else:
        base = edition.label(measure).base
        said = f"{edition.named(measure)} ({base})" if base else edition.named(measure)
    known = change is not None and change.comparable
    points = [(info.key, edition.whole(measure, info.key)) for info in edition.waves]
    since = next((info.period for info, point in zip(edition.waves, points, strict=True) if point[1]), "")
    made = "" if edition.simulated else conditions.simulated_series(edition)
    earlier = f". {upper_first(made)}" if made else ""
    return cards.Card(
        number=text(sentences.value(estimate)),
        margin=sentences.margin(estimate),
        said=said,
        sign=sign if known else "",
        verdict=sentences.verdict(edition, change, sentences.is_first(edition, measure)),
        colour=colour,
        kicker=edition.short_title,
        source=f"{edition.producer}, {edition.area}, {edition.wave.period}{earlier}",
        simulated=edition.simulated,
        points=points,
        breaks=edition.label(measure).breaks,
        since=since,
        times=times(edition.waves),
        gaps=missing_before(edition.waves, edition.settings.wave_unit),
    )


def write(edition: Edition, folder: Path) -> dict[str, Sequence[Number]]:
    """Two PNGs and an alternative text for every published finding; of each file its numbers."""
    folder.mkdir(parents=True, exist_ok=True)
    made: dict[str, Sequence[Number]] = {}
    for number, measure in enumerate(edition.settings.findings, 1):
        estimate = edition.whole(measure)
        if estimate is None:
            continue
        words = card(edition, measure, estimate)
        for shape, (width, height) in cards.SIZES.items():
            drawn = cards.draw(words, shape, edition.theme)
            (folder / f"{number}-{width}x{height}.png").write_bytes(drawn.png)
            made[f"{number}-{width}x{height}.png"] = drawn.numbers
        write_text(words.alt.plain + "\n", folder / f"{number}-texto-alternativo.txt")
        made[f"{number}-texto-alternativo.txt"] = words.alt.numbers
    return made
