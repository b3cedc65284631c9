"""What holds of an edition: a sentence, a legend or a heading is asked here whether it may be printed."""

from collections.abc import Iterable

from pulsometro.reporting.edition.content import Edition, WaveInfo
from pulsometro.reporting.edition.rows import Change, Estimate
from pulsometro.style import spanish

# Said of a break that a question has, and of one without words of its own that fit.
REWORDED = "la pregunta cambió"
OTHERWISE = "no miden lo mismo"
# More periods than these are told by the first and the last.
_MOST_PERIODS = 3


def first_edition(edition: Edition) -> bool:
    """Whether the survey begins with this edition, not only the part of it that is here."""
    return edition.wave.number == 1


def since_the_first(edition: Edition) -> bool:
    """Whether every edition up to this one is here."""
    return [info.number for info in edition.waves] == list(range(1, edition.wave.number + 1))


def several_places(edition: Edition) -> bool:
    """Whether there is anything to compare among places: of one place, its figure is the whole's."""
    return len(edition.places) > 1


def comparable(edition: Edition, estimates: Iterable[Estimate | None], comparison: str = "previous") -> list[Change]:
    """The changes of these figures that were tested and may be told."""
    found = [edition.change(estimate, comparison) for estimate in estimates]
    return [change for change in found if change is not None and change.comparable]


def compared(edition: Edition) -> bool:
    """Whether any figure of the edition was compared with one of an earlier edition."""
    return bool(references(edition))


def broken_by(edition: Edition, change: Change) -> str:
    """Why a change may not be told: the question, or what else broke the series, as it is declared."""
    if change.why in edition.reworded:
        return REWORDED
    return change.why or OTHERWISE


def references(edition: Edition) -> frozenset[str]:
    """The earlier editions with which figures of this one are compared."""
    table = edition.rows.changes
    mine = table[(table["wave"] == edition.wave.key) & table["publishable"].astype(bool)]
    return frozenset(map(str, mine["reference_wave"].unique()))


def compared_within(edition: Edition) -> bool:
    """Whether figures of groups or items of this edition were tested against each other."""
    return any(key.wave == edition.wave.key for _, key, _ in edition.differences.verdicts)


def simulated(waves: Iterable[WaveInfo]) -> str:
    """``datos simulados`` where all of these waves are, with their periods where some are, "" where none is."""
    shown = list(waves)
    made = [info for info in shown if info.simulated]
    if not made:
        return ""
    if len(made) == len(shown):
        return "datos simulados"
    between = shown[shown.index(made[0]) : shown.index(made[-1]) + 1]
    if len(made) > _MOST_PERIODS and between == made:
        return f"datos simulados de {made[0].period} a {made[-1].period}"
    return f"datos simulados: {spanish.join([info.period for info in made])}"


def simulated_here(edition: Edition) -> str:
    """What the edition's own figures are."""
    return simulated([edition.wave])


def simulated_series(edition: Edition) -> str:
    """What the figures of all editions up to this one are."""
    return simulated(edition.waves)


def simulated_changes(edition: Edition) -> str:
    """What the edition's figures are and those that they are compared with."""
    known = references(edition) | {edition.wave.key}
    return simulated([info for info in edition.waves if info.key in known])


def by_telephone(kind: str, mode: str) -> bool:
    """Whether people were called: by what the base weights are made of, or by the mode as declared."""
    return kind.startswith("telephone") or (kind == "given" and "telef" in mode.lower().replace("é", "e"))
