"""The form of a column of numbers: heaped on round ones, or all the same; against earlier waves.

People round their age a little and interviewers the minutes; how much hardly changes from wave to wave. A column filled
in at a desk, or spoilt by a format, has round numbers, or one number, far more often.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pulsometro.check.rule import KEY, Rule
from pulsometro.check.rules.previous_wave import Past
from pulsometro.check.rules.reference_sample import Floats, usable_waves
from pulsometro.questionnaire.model import Questionnaire
from pulsometro.settings.check_settings import Severity

LEAST = 100
# By how much honest shares move: a warning from so far, and so many standard errors, beyond; and what is surely none.
_FAR, _ERRORS = 0.08, 5.0
_SURE = 0.25
_HONEST = 0.01
# Without a past: round numbers are one in five; people who round their age make them one in three.
_ROUND, _MANY_ROUND = 0.2, 0.5
_LEAST_SPAN = 20
_RULES: Mapping[str, tuple[str, str]] = {
    "heaped": ("Los números no se amontonan en los redondos más que antes",
               "Vea si se anotaron aproximados o si alguien los redondeó después; pida los originales."),
    "constant": ("Ninguna columna trae una misma respuesta en todas las entrevistas",
                 "Vea si la columna se rellenó al exportar; pídala otra vez."),
    "piled": ("Ningún valor se repite mucho más que antes",
              "Vea si se puso un valor fijo donde faltaba la respuesta; pida los originales."),
}  # fmt: skip


@dataclass(frozen=True)
class Shape:
    """Of the answers to an item: how many, the share of its commonest value and of multiples of five."""

    n: int
    top: float
    round: float


def shape_of(values: Floats) -> Shape:
    """``values``: (n,) the answers there are.

    >>> shape_of(np.array([20.0, 25.0, 31.0, 31.0]))
    Shape(n=4, top=0.5, round=0.5)
    """
    if not len(values):
        return Shape(0, 0.0, 0.0)
    counts = np.unique(values, return_counts=True)[1]
    return Shape(len(values), float(counts.max() / len(values)), float((values % 5 == 0).mean()))


def shape_rules(
    questionnaire: Questionnaire, responses: pd.DataFrame, earlier: Sequence[Past], duration: str | None,
    design_effect: float,
) -> tuple[dict[str, pd.DataFrame], tuple[Rule, ...]]:  # fmt: skip
    """Evidence table ``shapes`` (a row per column that is heaped, piled up or constant) and its rules.

    ``duration``: the item of the interview's minutes, which is private and looked at all the same.
    """
    items = [
        name for name, item in questionnaire.items.items()
        if name in responses and item.derived is None and (not item.private or name == duration)
        and item.kind in {"single", "integer", "number"}
    ]  # fmt: skip
    usable = usable_waves(questionnaire, earlier, items)
    rows, sure = [], set()
    for name in items:
        values = _told(responses, questionnaire, name)
        past = [
            _told(each.responses, each.questionnaire, name)
            for each, ok in zip(earlier, usable[name], strict=True) if ok
        ]  # fmt: skip
        number = questionnaire[name].kind != "single"
        for kind, certain in _kinds(values, np.concatenate(past) if past else np.zeros(0), number, design_effect):
            rows.append({KEY: name, **{each: each == kind for each in _RULES}})
            sure |= {kind} if certain else set()
    empty = {KEY: pd.Series(dtype="string"), **{kind: pd.Series(dtype=bool) for kind in _RULES}}
    table = pd.DataFrame(rows) if rows else pd.DataFrame(empty)
    # A value is held against earlier waves alone.
    looked = [kind for kind in _RULES if kind != "piled" or any(any(waves) for waves in usable.values())]
    return {"shapes": table}, tuple(_rule(kind, "critical" if kind in sure else "warning") for kind in looked)


def _rule(kind: str, severity: Severity) -> Rule:
    title, remedy = _RULES[kind]
    return Rule(f"shapes.{kind}", "shapes", kind, "in_set", severity, title, remedy, {"value_set": [False]})


def _told(responses: pd.DataFrame, questionnaire: Questionnaire, name: str) -> Floats:
    values = responses[name].to_numpy(dtype=float, na_value=np.nan)
    kept: Floats = values[np.isfinite(values) & ~np.isin(values, list(questionnaire[name].missing))]
    return kept


def _kinds(values: Floats, past: Floats, number: bool, design_effect: float) -> list[tuple[str, bool]]:
    now, then = shape_of(values), shape_of(past)
    if now.n < LEAST:
        return []
    if now.top == 1.0:
        # An item that everybody answered alike before too says nothing of the file.
        return [("constant", then.n >= LEAST and then.top < 1 - _FAR)] if then.n < LEAST or then.top < 1.0 else []
    if not number:
        return []
    found = []
    if np.ptp(values) >= _LEAST_SPAN:
        if then.n >= LEAST:
            found += [("heaped", s) for s in _beyond(now.round, then.round, now.n, then.n, design_effect)]
        elif now.round > _MANY_ROUND:
            found.append(("heaped", False))
    if then.n >= LEAST:
        found += [("piled", s) for s in _beyond(now.top, then.top, now.n, then.n, design_effect)]
    return found


def _beyond(now: float, then: float, n: int, m: int, design_effect: float) -> list[bool]:
    """Whether a share is surely beyond what it was ([True]), plainly so ([False]) or not ([])."""
    error = np.sqrt(design_effect * then * (1 - then) * (1 / n + 1 / m) + _HONEST**2)
    far = now - then
    return [far > _SURE] if far > _FAR and far > _ERRORS * error else []
