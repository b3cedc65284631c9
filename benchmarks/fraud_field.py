"""Where frauds are planted: draws of a simulated edition with draws of those before it, and what the rules say of them.

A draw is what ingest would accept. The rules are asked by family, on the tables in memory, so that a fraud can be
planted and looked for hundreds of times. The file of calls is left out: whoever makes up interviews can leave calls of
them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Literal

import pandas as pd

from pulsometro.check.amounts import by_amount
from pulsometro.check.rule import KEY, Evidence, Rule, with_severities
from pulsometro.check.rules.codes_and_skips import questionnaire_rules
from pulsometro.check.rules.delivery import same_again
from pulsometro.check.rules.fieldwork import fieldwork_rules
from pulsometro.check.rules.opinion_copies import opinions_again
from pulsometro.check.rules.previous_wave import Past, Telephones, against, telephones_again
from pulsometro.check.rules.relation_findings import relation_rules
from pulsometro.check.rules.repeated_answers import Earlier, answers_again, nearly_again
from pulsometro.check.rules.representativeness import composition_rules
from pulsometro.check.rules.roles import role_rules
from pulsometro.check.rules.shapes import shape_rules
from pulsometro.ingest.delivery_record import Counts, DeliveryRecord
from pulsometro.questionnaire.derivation import derive
from pulsometro.questionnaire.model import Questionnaire
from pulsometro.simulate.sample import draw
from pulsometro.simulate.world import World, make_world
from pulsometro.study import Study, load_study

ROOT = Path(__file__).resolve().parents[1]
# Who is compared with whom; the same for answers that are almost an earlier wave's, which takes longer; how columns
# look against before; how answers hang together, in the whole wave, and in parts of it, which takes longer too.
Family = Literal["people", "nearly", "columns", "relations", "parts"]
FAMILIES: tuple[Family, ...] = ("people", "nearly", "columns", "relations", "parts")
Said = dict[str, tuple[str, tuple[str, ...]]]


@dataclass(frozen=True)
class Field:
    """The study, and draws of the wave and of those before it, by seed."""

    study: Study
    questionnaire: Questionnaire
    now: pd.DataFrame
    past: tuple[Past, ...]

    def without_past(self) -> "Field":
        """The same as a first wave."""
        return replace(self, past=())

    def with_breaks(self, items: tuple[str, ...]) -> "Field":
        """The same with a break of these items declared in the wave."""
        form = self.questionnaire
        changed = dict(form.items)
        for name in items:
            comparable = replace(form[name].comparable, breaks={form.wave: "otra pregunta"})
            changed[name] = replace(form[name], comparable=comparable)
        return replace(self, questionnaire=replace(form, items=changed))


@cache
def _world() -> tuple[Study, World]:
    study = load_study(ROOT)
    return study, make_world(study)


def waves() -> tuple[str, ...]:
    """The simulated editions, oldest first."""
    return _world()[1].waves


@cache
def _drawn(wave: str, seed: int) -> pd.DataFrame:
    return draw(_world()[1].edition(wave), seed).responses.reset_index(drop=True)


@cache
def field(wave: str, seed: int) -> Field:
    """A clean draw of a wave and other draws of the earlier ones."""
    study, world = _world()
    earlier = world.waves[: world.waves.index(wave)]
    past = tuple(Past(each, world.questionnaires[each], _drawn(each, seed)) for each in earlier)
    return Field(study, world.questionnaires[wave], _drawn(wave, seed), past)


def derived_again(here: Field, frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with its groups (of ages, of years) made anew from what they are made of."""
    form = here.questionnaire
    made = {
        name: derive(frame[item.derived.source], item, form[item.derived.source])
        for name, item in form.items.items() if item.derived is not None and name in frame
    }  # fmt: skip
    return frame.assign(**made)


def said(here: Field, responses: pd.DataFrame, families: tuple[Family, ...] = FAMILIES) -> Said:
    """Failed rule → its severity and the keys that fail, of those that warn or stop."""
    evidence = Evidence({}, ())
    if "people" in families:
        evidence = _people(here, responses)
    if "nearly" in families and here.past:
        evidence = evidence.with_more(*nearly_again(here.study, here.questionnaire, responses, _earlier(here)))
    if "columns" in families:
        evidence = _columns(here, responses, evidence)
    if "relations" in families:
        parts = "parts" in families
        evidence = evidence.with_more(*relation_rules(here.study, here.questionnaire, responses, here.past, parts))
    settings = here.study.params.check
    failed = {}
    for rule in with_severities(by_amount(evidence.rules, evidence.tables, settings), settings):
        keys = _failing(rule, evidence.tables)
        if keys and rule.severity != "info":
            failed[rule.id] = (rule.severity, keys)
    return failed


def _earlier(here: Field) -> list[Earlier]:
    return [Earlier(each.wave, each.questionnaire, each.responses) for each in here.past]


def _people(here: Field, responses: pd.DataFrame) -> Evidence:
    study, form, count = here.study, here.questionnaire, len(responses)
    record = DeliveryRecord(
        file="", bytes=0, read={}, notes=(), skips_kept={}, telephone_key="one", attempts=None, wave=form.wave,
        columns=(), counts=Counts(count, count, 0, {}, {}), differences=(),
    )  # fmt: skip
    evidence = questionnaire_rules(study, form, responses, record)
    tables, rules, _ = fieldwork_rules(study, form, evidence.tables["respondents"], None)
    evidence = evidence.with_more(tables, rules)
    past = _earlier(here)
    evidence = evidence.with_more(*answers_again(study, form, evidence.tables["respondents"], past))
    evidence = evidence.with_more(*opinions_again(study, form, evidence.tables["respondents"], past))
    phone = study.params.check.roles.phone
    if past:
        last = here.past[-1]
        copied = same_again(responses, last.responses, last.wave, without=(phone,) if phone is not None else ())
        if copied is not None:
            evidence = evidence.with_more({"again": copied[0]}, copied[1])
    if phone is not None:
        then = [Telephones(each.wave, each.responses[phone], "one", True) for each in here.past]
        now = Telephones(form.wave, responses[phone], "one", True)
        evidence = evidence.with_more(*telephones_again(evidence.tables["respondents"], now, then))
    return evidence


def _columns(here: Field, responses: pd.DataFrame, evidence: Evidence) -> Evidence:
    study, form, settings = here.study, here.questionnaire, here.study.params.check
    sample = composition_rules(study, form, responses)
    if sample is not None:
        evidence = evidence.with_more({"composition": sample[0]}, sample[1])
    minutes = settings.roles.duration
    usual = float(here.past[-1].responses[minutes].median()) if here.past and minutes is not None else None
    evidence = evidence.with_more(*role_rules(study, form, responses, usual))
    evidence = evidence.with_more(*shape_rules(form, responses, here.past, minutes, settings.design_effect))
    if here.past:
        moves, rules = against(form, responses, here.past[-1], settings)
        evidence = evidence.with_more({"moves": moves}, rules)
    return evidence


def _failing(rule: Rule, tables: Mapping[str, pd.DataFrame]) -> tuple[str, ...]:
    """Keys of the rows that fail, as the engine of the checks has it: a blank fails nothing but ``not_null``."""
    table = tables.get(rule.table)
    if table is None or rule.kind == "columns":
        return ()
    table = table.query(rule.where) if rule.where is not None else table
    column = table[rule.column]
    if rule.kind == "not_null":
        failed = column.isna()
    elif rule.kind == "unique":
        failed = column.duplicated(keep=False) & column.notna()
    elif rule.kind == "in_set":
        failed = ~column.isin(rule.limits["value_set"]) & column.notna()
    else:
        low, high = (rule.limits.get(name) for name in ("min_value", "max_value"))
        failed = ((column < low) if low is not None else False) | ((column > high) if high is not None else False)
    return tuple(table.loc[pd.Series(failed, index=table.index).fillna(False).astype(bool), KEY].astype(str))


def told_more(found: Said, clean: Said) -> dict[str, str]:
    """Rule → severity of what is said of a damaged draw and was not of the clean one."""
    rank = {"warning": 1, "critical": 2}
    return {
        rule: severity
        for rule, (severity, keys) in found.items()
        if rule not in clean or rank[severity] > rank[clean[rule][0]] or set(keys) - set(clean[rule][1])
    }
