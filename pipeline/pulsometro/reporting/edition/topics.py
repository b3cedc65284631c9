"""The indicators of a report by theme, and the places of a measure by rank."""

from pulsometro.reporting.edition.content import Edition, IndicatorLabel
from pulsometro.reporting.edition.rows import Rank
from pulsometro.settings.report_settings import Measure


def report_topics(edition: Edition) -> list[tuple[str, list[IndicatorLabel]]]:
    """Indicators by theme in order; what no theme names comes last."""
    named: set[str] = set()
    found: list[tuple[str, list[IndicatorLabel]]] = []
    for topic in edition.settings.topics:
        found.append((topic.name, [edition.labels[name] for name in topic.indicators if name in edition.labels]))
        named |= set(topic.indicators)
    rest = [label for name, label in edition.labels.items() if name not in named]
    return [*found, ("Otros" if found else "Indicadores", rest)] if rest else found


def ranks_of(edition: Edition, measure: Measure) -> list[tuple[str, str, Rank]]:
    """Code, short name and rank of every printed place, first rank first."""
    found = []
    for place in edition.places:
        rank = edition.rank(edition.in_place(measure, place.code))
        if rank is not None:
            found.append((place.code, place.short, rank))
    return sorted(found, key=lambda row: (row[2].rank, row[1]))
