"""Names in ``weighting:`` that a wave's questionnaire or the table of totals does not have: all of them at once."""

from collections.abc import Collection, Iterator
from pathlib import Path

import pandas as pd

from pulsometro.questionnaire.model import Questionnaire
from pulsometro.settings.calibration_settings import ControlTotals
from pulsometro.settings.faults import Fault, refuse, shown
from pulsometro.settings.likeness import meant
from pulsometro.settings.weighting_settings import WeightingSettings


def refuse_names(
    root: Path,
    questionnaire: Questionnaire,
    settings: WeightingSettings,
    table: pd.DataFrame,
    answered: Collection[str] = (),
) -> None:
    """Raise PulsoError naming every item, code, column and source of ``weighting`` that is none, and what is near it.

    ``table``: of control totals; ``answered``: columns of the responses.
    """
    refuse(root / "params.yaml", _faults(questionnaire, settings, table, answered))


def _faults(
    questionnaire: Questionnaire, settings: WeightingSettings, table: pd.DataFrame, answered: Collection[str]
) -> Iterator[Fault]:
    items, asked = questionnaire.items, f"the questionnaire of {questionnaire.wave}"
    for number, margin in enumerate(settings.calibration.margins if settings.calibration is not None else ()):
        place = ("weighting", "calibration", "margins", number)
        unknown = [name for name in margin.items if name not in items and name not in answered]
        yield from (_none("calibration.margins", name, items, asked, place) for name in unknown)
        if margin.source is not None and settings.control_totals is not None:
            yield from _source("calibration.margins", margin.source, table, settings.control_totals.file, place)
    for number, rule in enumerate(settings.collapse):
        at = ("weighting", "collapse", number)
        if rule.item not in items and rule.item in answered:
            continue
        if rule.item not in items:
            yield _none("collapse", rule.item, items, asked, at)
            continue
        wrong = [str(code) for code in rule.merge if code not in items[rule.item].codes]
        if wrong:
            codes = ", ".join(f"{code} {label}" for code, label in items[rule.item].codes.items())
            text = f"weighting.collapse merges {', '.join(wrong)} of {rule.item}, which {asked} does not have"
            remedy = f"merge two or more of its codes ({codes})" if codes else "name an item of a margin that has codes"
            yield Fault(f"{text}; {remedy}.", at)
    for number, name in enumerate(settings.indicators):
        # Asked in other waves alone, perhaps: one that is like another is a slip.
        known = set(items) - set(settings.indicators)
        if name not in items and name not in answered and meant(name, known):
            yield _none("indicators", name, known, asked, ("weighting", "indicators", number))
    if settings.control_totals is not None:
        yield from _totals(settings.control_totals, questionnaire, table)


def _totals(totals: ControlTotals, questionnaire: Questionnaire, table: pd.DataFrame) -> Iterator[Fault]:
    place = ("weighting", "control_totals")
    yield from _source("control_totals", totals.source, table, totals.file, (*place, "source"))
    for item, column in totals.columns.items():
        at = (*place, "columns", item)
        if column not in table:
            yield _none("control_totals.columns", column, list(map(str, table)), f"the first row of {totals.file}", at)
        # An item may be asked in other waves alone: one that is like another is a slip.
        if item not in questionnaire.items and meant(item, set(questionnaire.items) - set(totals.columns)):
            yield _none("control_totals.columns", item, questionnaire.items, f"wave {questionnaire.wave}", at)


def _source(key: str, name: str, table: pd.DataFrame, file: str, place: tuple[object, ...]) -> Iterator[Fault]:
    known = sorted(map(str, set(table["source"]))) if "source" in table else []
    if known and name not in known:
        yield _none(f"{key} (source)", name, known, f"{file} (it has {', '.join(map(shown, known))})", place)


def _none(key: str, name: str, known: Collection[str], where: str, place: tuple[object, ...]) -> Fault:
    text = f"weighting.{key} names '{shown(name)}', which is not in {where}"
    return Fault(f"{text}; correct the name, or take it out{meant(name, known)}.", place)
