"""A wave's answers as they hang together, against earlier waves: evidence and rules of the family ``relations``."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pulsometro.check.place_words import NO
from pulsometro.check.rule import KEY, Rule
from pulsometro.check.rules.exchanged_evidence import BROKEN, exchanged_pairs
from pulsometro.check.rules.moved_columns import batteries_of
from pulsometro.check.rules.previous_wave import Past
from pulsometro.check.rules.reference_sample import (
    LEAST_ROWS,
    Answers,
    answers_of,
    compared,
    layout_of,
    pooled,
    usable_waves,
)
from pulsometro.check.rules.relation_causes import causes
from pulsometro.check.rules.relation_parts import odd_parts_of
from pulsometro.check.rules.relations import against_battery
from pulsometro.questionnaire.model import Questionnaire
from pulsometro.settings.base_weight_settings import AreaSample, Given
from pulsometro.study import Study

LEAST_ITEMS = 4
MOST_WAVES = 8
_RULES: Mapping[str, tuple[str, str]] = {
    "turned": ("Ninguna escala se relaciona al revés con las demás respuestas",
               "Pregunte si invirtieron los códigos; si es así, declárelo en delivery.columns."),
    "lost": ("Las respuestas de cada persona van juntas como en las ediciones anteriores",
             "Pida el archivo otra vez: es como si unas columnas se hubieran ordenado o pegado aparte de las demás."),
    "exchanged": ("Ninguna columna lleva las respuestas de otra",
                  "Pregunte si intercambiaron las columnas; si es así, corrija delivery.columns."),
    "other_form": ("Ninguna parte de las entrevistas viene en otro orden o con las escalas al revés",
                   "Pregunte si parte se levantó con otra versión del cuestionario, y pídala con los códigos de ésta."),
    "in_part": (f"En {NO}entrevistador o tramo del archivo las respuestas van juntas de otro modo",
                "Vea esas entrevistas contra sus registros: pueden venir de otra versión, o estar inventadas."),
    "battery": ("Ningún reactivo va en contra de su batería",
                "Vea si su escala está al revés; si la pregunta es contraria a las otras, no hay nada que hacer."),
}  # fmt: skip


@dataclass(frozen=True)
class _Told:
    """A row of the evidence: which rule, what is named, and whether no honest wave would look so."""

    kind: str
    key: str
    sure: bool


def relation_rules(
    study: Study, questionnaire: Questionnaire, responses: pd.DataFrame, earlier: Sequence[Past], parts: bool = True
) -> tuple[dict[str, pd.DataFrame], tuple[Rule, ...]]:
    """Evidence table ``relations`` (a row per finding) and its rules; nothing where there is too little to tell.

    ``earlier``: the waves before, oldest first; the last eight are used. Without them the items of a battery are held
    against each other, and parts of the wave against the rest of it. A rule is critical where at least one finding is
    such as no honest wave would give. ``parts``: false leaves out municipalities, interviewers and runs of rows, which
    take most of the time.
    """
    found = _found(study, questionnaire, responses, earlier, parts)
    if found is None:
        return {}, ()
    looked, told = found
    rows = [{KEY: each.key, **{kind: each.kind == kind for kind in _RULES}} for each in told]
    empty: dict[str, Any] = {KEY: pd.Series(dtype="string"), **{kind: pd.Series(dtype=bool) for kind in _RULES}}
    table = pd.DataFrame(rows) if rows else pd.DataFrame(empty)
    rules = []
    for kind in looked:
        sure = any(each.sure for each in told if each.kind == kind)
        title, remedy = _RULES[kind]
        rules.append(Rule(f"relations.{kind}", "relations", kind, "in_set", "critical" if sure else "warning",
                          title, remedy, {"value_set": [False]}))  # fmt: skip
    return {"relations": table}, tuple(rules)


def _found(
    study: Study, questionnaire: Questionnaire, responses: pd.DataFrame, earlier: Sequence[Past], parts: bool
) -> tuple[tuple[str, ...], list[_Told]] | None:
    settings = study.params.check
    earlier = list(earlier)[-MOST_WAVES:]
    items = compared(questionnaire, responses, _set_aside(study))
    if len(responses) < LEAST_ROWS or len(items) < LEAST_ITEMS:
        return None
    usable = usable_waves(questionnaire, earlier, items)
    rows = {name: sum(len(p.responses) for p, ok in zip(earlier, usable[name], strict=True) if ok) for name in items}
    old = [name for name in items if rows[name] >= LEAST_ROWS]
    new = [name for name in items if name not in old]
    told = [_Told("battery", name, False) for name in _against_batteries(questionnaire, responses, items, new)]
    looked: tuple[str, ...] = ("battery",)
    area = settings.area if settings.area in responses else None
    if len(old) >= LEAST_ITEMS:
        layout = layout_of(questionnaire, old, responses[area] if area else None)
        now = answers_of(responses, questionnaire, layout, area, [True] * len(old))
        waves = [
            answers_of(p.responses, p.questionnaire, layout, area, [usable[name][place] for name in old])
            for place, p in enumerate(earlier)
        ]
        waves = [_where_both(wave, now) for wave in waves]
        found, now, past = causes(layout, batteries_of(questionnaire, old), now, waves, settings.design_effect)
        told += [
            _Told(each.kind, "/".join(old[place] for place in each.places) or "municipio", each.sure) for each in found
        ]
        looked += ("turned", "lost", "exchanged", "other_form")
    else:
        layout = layout_of(questionnaire, items, responses[area] if area else None)
        now = answers_of(responses, questionnaire, layout, area, [True] * len(items))
        past = None
    told += [_Told("exchanged", key, False) for key in _broken(questionnaire, responses, earlier, items, old, study)]
    looked += ("exchanged",) if "exchanged" not in looked and any(each.kind == "exchanged" for each in told) else ()
    if not parts:
        return looked, told
    told += [
        _Told("in_part", key, sure)
        for key, sure in odd_parts_of(questionnaire, responses, layout, now, past, settings.roles.interviewer)
    ]
    return (*looked, "in_part"), told


def _broken(
    questionnaire: Questionnaire, responses: pd.DataFrame, earlier: Sequence[Past], items: Sequence[str],
    old: Sequence[str], study: Study,
) -> Iterator[str]:  # fmt: skip
    """Pairs that carry each other's answers, of items whose series breaks here: what breaks is no other question."""
    settings = study.params.check
    asked = usable_waves(questionnaire, earlier, items, across_breaks=True)
    known = [name for name in items if any(asked[name])]
    broken = [place for place, name in enumerate(known) if name not in old]
    if len(known) < LEAST_ITEMS or len(broken) < 2 or sum(len(past.responses) for past in earlier) < LEAST_ROWS:
        return
    area = settings.area if settings.area in responses else None
    layout = layout_of(questionnaire, known, responses[area] if area else None)
    now = answers_of(responses, questionnaire, layout, area, [True] * len(known))
    waves = [
        _where_both(answers_of(p.responses, p.questionnaire, layout, area, [asked[name][place] for name in known]), now)
        for place, p in enumerate(earlier)
    ]
    for pair in exchanged_pairs(layout, now, waves, pooled(waves), BROKEN, settings.design_effect, broken):
        yield "/".join(known[place] for place in pair)


def _where_both(wave: Answers, now: Answers) -> Answers:
    """The respondents of an earlier wave in places where the new one has some too."""
    here = np.isin(wave.area, np.unique(now.area))
    if here.all() or not here.any():
        return wave
    weight = wave.weight[here]
    return Answers(wave.values[here], wave.area[here], wave.asked[here], weight / weight.sum())


def _set_aside(study: Study) -> list[str]:
    """Items that are no answers: the area, given weights and the sample's units, whose relations are the design's."""
    weighting = study.params.weighting
    base = weighting.base
    named = [study.params.check.area, weighting.strata, weighting.psu]
    named += [base.weight] if isinstance(base, Given) else []
    named += base.probabilities if isinstance(base, AreaSample) else ()
    return [name for name in named if name]


def _against_batteries(
    questionnaire: Questionnaire, responses: pd.DataFrame, items: Sequence[str], new: Sequence[str]
) -> Iterator[str]:
    layout = layout_of(questionnaire, items, None)
    values = answers_of(responses, questionnaire, layout, None, [True] * len(items)).values
    for battery in batteries_of(questionnaire, items):
        if len(battery) > 2:
            yield from (name for place in against_battery(values[:, battery]) if (name := items[battery[place]]) in new)
