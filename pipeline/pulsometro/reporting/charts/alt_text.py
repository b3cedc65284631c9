"""Alternative texts: what each chart found, then its numbers, by rule."""

from collections.abc import Mapping, Sequence

from pulsometro.reporting.charts.drawing.dots import DotRow
from pulsometro.reporting.charts.drawing.likert import Bar
from pulsometro.reporting.charts.drawing.scale import shown
from pulsometro.reporting.charts.drawing.time_series import Line
from pulsometro.reporting.edition.content import Edition
from pulsometro.reporting.edition.rows import Estimate
from pulsometro.reporting.edition.timeline import missing_before
from pulsometro.reporting.language import battery_sentences, comparisons, conditions, sentences
from pulsometro.reporting.language.traced_text import Text, text, upper_first
from pulsometro.settings.report_settings import Measure
from pulsometro.study.batteries import ToldBattery
from pulsometro.style import spanish


def _said(edition: Edition, finding: Text, *parts: str, series: bool = False) -> str:
    """The finding, the parts and, when they are, that the data are simulated; each a sentence."""
    made = conditions.simulated_series(edition) if series else conditions.simulated_changes(edition)
    marks = [upper_first(made)] if made else []
    return " ".join(f"{part}." for part in (finding.plain, *parts, *marks) if part)


def _level(edition: Edition) -> str:
    return f"{spanish.decimal(edition.level * 100, 0)}{spanish.NBSP}%"


def _unsaid(rows: Sequence[DotRow]) -> str:
    """Places without a printed figure: a listener must not take them for forgotten."""
    gone = [row for row in rows if row.estimate is None]
    reasons = {reason: [row.name for row in gone if row.why == reason] for reason in sorted({row.why for row in gone})}
    listed = "; ".join(f"{spanish.join(names)} ({reason})" for reason, names in reasons.items())
    return f"Sin cifra que se publique: {listed}" if listed else ""


def dots(edition: Edition, measure: Measure, rows: Sequence[DotRow], whole: Estimate | None) -> str:
    """Every place with its value, the whole, and those that changed."""
    name = edition.named(measure)
    values = "; ".join(f"{r.name}, {shown(r.estimate)}" for r in rows if r.estimate)
    listed = f"{name}, por {edition.settings.place_word}, con su intervalo del {_level(edition)}: {values}"
    moved = [f"{r.change.word} en {r.name}" for r in rows if r.change and r.change.significant]
    return _said(
        edition, comparisons.places_heading(edition, measure), listed, _unsaid(rows),
        f"{edition.area_name}: {shown(whole)}" if whole else "",
        f"Cambio significativo: {spanish.join(moved)}" if moved else "",
    )  # fmt: skip


def tiles(edition: Edition, measure: Measure, rows: Sequence[DotRow]) -> str:
    """The places in the map from most to least."""
    values = "; ".join(f"{r.name}, {shown(r.estimate, coarse=True)}" for r in rows if r.estimate)
    where = f"Mapa de {edition.settings.the_places}. {edition.named(measure)}: {values}"
    return _said(edition, comparisons.majority_heading(edition, measure), where, _unsaid(rows))


def series(edition: Edition, measure: Measure, lines: Sequence[Line], breaks: Mapping[str, str]) -> str:
    """What the year brought, first and last value of each line, and where the line is broken."""
    parts = []
    for line in lines:
        found = [e for e in line.points if e]
        if len(found) == 1:
            parts.append(f"{line.name}, {shown(found[0])} en {edition.period(found[0].wave)}")
        elif found:
            first, last = found[0], found[-1]
            parts.append(
                f"{line.name}, de {shown(first)} en {edition.period(first.wave)} "
                f"a {shown(last)} en {edition.period(last.wave)}"
            )
    known = {info.key for info in edition.waves[1:]}
    cuts = [f"{edition.period(wave)} ({why})" for wave, why in breaks.items() if wave in known]
    gone = missing_before(edition.waves, edition.settings.wave_unit)
    missing = [info.period for info in edition.waves if info.key in gone]
    listed = f"{edition.named(measure)}, serie con banda del {_level(edition)}: {'; '.join(parts)}"
    return _said(
        edition, _year(edition, measure, lines), listed if parts else "",
        f"La línea se corta en {spanish.join(cuts)}: antes y después no se comparan" if cuts else "",
        f"Falta una edición antes de {spanish.join(missing)}" if missing else "",
        series=True,
    )  # fmt: skip


def _year(edition: Edition, measure: Measure, lines: Sequence[Line]) -> Text:
    """What a year brought to the line in front."""
    main = next((line for line in lines if line.strong), lines[0])
    estimate = main.points[-1]
    if estimate is None:
        code = next((place.code for place in edition.places if place.short == main.name), "")
        return text(f"{main.name}: {sentences.silence(edition, measure, code)}")
    return text(f"{main.name}: ", sentences.in_a_year(edition, measure, estimate).lowered())


def bars(edition: Edition, battery: ToldBattery, bars: Sequence[Bar]) -> str:
    """Each item with its first level."""
    values = "; ".join(f"{bar.name}, {shown(bar.parts[0], coarse=True) if bar.parts[0] else 'nadie'}" for bar in bars)
    listed = f"{battery.title}{_responds(battery)}: {values}"
    return _said(edition, battery_sentences.heading(edition, battery), listed)


def _responds(battery: ToldBattery) -> str:
    return f", responde «{battery.level}»" if battery.level else ""


def battery_points(edition: Edition, battery: ToldBattery, rows: Sequence[DotRow]) -> str:
    """What moved of the battery's first level, and each item with it."""
    values = "; ".join(f"{row.name}, {shown(row.estimate)}" for row in rows if row.estimate)
    listed = f"{battery.title}{_responds(battery)}, con su intervalo del {_level(edition)}: {values}"
    return _said(edition, battery_sentences.moved(edition, battery), listed)


def ranks(edition: Edition, finding: Text, rows: Sequence[tuple[str, int, int, int]]) -> str:
    """Each place with its rank and the interval of the rank."""
    values = "; ".join(f"{name}, {rank} (de {low} a {high})" for name, rank, low, high in rows)
    return _said(edition, finding, f"Lugar de cada {edition.settings.place_word} con su intervalo: {values}")
