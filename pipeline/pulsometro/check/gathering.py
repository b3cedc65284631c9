"""What the rules of a wave look at: every family of rules on its own evidence, put together."""

from collections.abc import Sequence

import pandas as pd

from pulsometro.check.amounts import by_amount
from pulsometro.check.rule import Evidence, Rule, with_severities
from pulsometro.check.rules.calls_and_interviews import calls_again, interviews_called
from pulsometro.check.rules.calls_fed import what_calls_say
from pulsometro.check.rules.codes_and_skips import questionnaire_rules
from pulsometro.check.rules.delivery import columns_moved, refuse_exchanged, same_again, sample_moved, strata_renumbered
from pulsometro.check.rules.fieldwork import fieldwork_rules
from pulsometro.check.rules.inconsistent import consistency_rules
from pulsometro.check.rules.opinion_copies import opinions_again
from pulsometro.check.rules.previous_wave import Past, Telephones, against, telephones_again
from pulsometro.check.rules.relation_findings import MOST_WAVES, relation_rules
from pulsometro.check.rules.repeated_answers import answers_again, nearly_again
from pulsometro.check.rules.repeated_delivery import delivered_again, earlier_answers, same_interviews
from pulsometro.check.rules.representativeness import composition_rules
from pulsometro.check.rules.roles import LEAST, role_rules
from pulsometro.check.rules.shapes import shape_rules
from pulsometro.common.files import column_names, read_table
from pulsometro.ingest.delivery_record import DeliveryRecord, load_delivery
from pulsometro.questionnaire.model import Questionnaire
from pulsometro.study import Study
from pulsometro.study.respondents import load_attempts


def gather(
    study: Study, wave: str, responses: pd.DataFrame, delivery: DeliveryRecord, stopped: Sequence[str] = ()
) -> Evidence:
    """Everything that the rules of a wave look at; ``stopped``: earlier waves that nothing is compared with."""
    questionnaire = study.questionnaire(wave)
    evidence = questionnaire_rules(study, questionnaire, responses, delivery)
    tables, rules, facts = fieldwork_rules(
        study, questionnaire, evidence.tables["respondents"], load_attempts(study, wave)
    )
    evidence = evidence.with_more(tables, rules)
    evidence = _with_calls(evidence, study, wave, delivery)
    evidence = evidence.with_more(*consistency_rules(questionnaire, evidence.tables["respondents"], study.params.check))
    sample = composition_rules(study, questionnaire, responses)
    if sample is not None:
        evidence = evidence.with_more({"composition": sample[0]}, sample[1])
    ingested = ingested_before(study, wave)
    minutes = _usual_minutes(study, [each for each in ingested if each not in stopped])
    evidence = evidence.with_more(*role_rules(study, questionnaire, evidence.tables["respondents"], minutes))
    past = earlier_answers(study, ingested)
    evidence = evidence.with_more(*answers_again(study, questionnaire, evidence.tables["respondents"], past))
    evidence = evidence.with_more(*opinions_again(study, questionnaire, evidence.tables["respondents"], past))
    evidence = evidence.with_more(*delivered_again(study, wave))
    if ingested:
        # A stopped wave is no measure for another, but a copy of its file is a copy all the same.
        evidence = evidence.with_more(*_copied(study, ingested[-1], responses))
        evidence = evidence.with_more(*nearly_again(study, questionnaire, responses, past))
    earlier = [each for each in ingested if each not in stopped]
    evidence = _with_relations(evidence, study, questionnaire, responses, earlier[-MOST_WAVES:])
    if earlier:
        evidence = _with_past(evidence, study, questionnaire, responses, earlier)
        columns, more = columns_moved(delivery.columns, load_delivery(study, earlier[-1]).columns)
        evidence = evidence.with_more({"columns": columns}, more)
        facts = {**facts, "compared_with": earlier[-1]}
    rules = by_amount(evidence.rules, evidence.tables, study.params.check)
    return Evidence(evidence.tables, with_severities(rules, study.params.check), facts)


def ingested_before(study: Study, wave: str) -> list[str]:
    """Waves before this one that were ingested, oldest first, but for the same interviews delivered twice."""
    before = [each for each in study.waves_up_to(wave) if each != wave and not same_interviews(study, wave, each)]
    return [each for each in before if study.processed(each, "responses.parquet").is_file()]


def _with_calls(evidence: Evidence, study: Study, wave: str, delivery: DeliveryRecord) -> Evidence:
    """The calls against the interviews, and against the calls of every earlier wave."""
    attempts = load_attempts(study, wave)
    if attempts is None:
        return evidence
    respondents = evidence.tables["respondents"]
    evidence = evidence.with_more(*what_calls_say(study, attempts))
    evidence = evidence.with_more(*interviews_called(study, respondents, attempts, delivery.counts.quarantined))
    paths = {each: study.processed(each, "attempts.parquet") for each in ingested_before(study, wave)}
    before = {each: read_table(path) for each, path in paths.items() if path.is_file()}
    return evidence.with_more(*calls_again(study, attempts, before))


def _usual_minutes(study: Study, earlier: Sequence[str]) -> float | None:
    """The median duration of the last wave that tells it, None where none does."""
    role = study.params.check.roles.duration
    for wave in reversed(earlier) if role is not None else ():
        path = study.processed(wave, "responses.parquet")
        if role in column_names(path):
            known = pd.to_numeric(read_table(path, [role])[role], errors="coerce").dropna()
            if len(known) >= LEAST:
                return float(known.median())
    return None


def _copied(study: Study, last: str, responses: pd.DataFrame) -> tuple[dict[str, pd.DataFrame], tuple[Rule, ...]]:
    phone = study.params.check.roles.phone
    before = read_table(study.processed(last, "responses.parquet"))
    found = same_again(responses, before, last, without=(phone,) if phone is not None else ())
    return ({"again": found[0]}, found[1]) if found is not None else ({}, ())


def _with_relations(
    evidence: Evidence, study: Study, questionnaire: Questionnaire, responses: pd.DataFrame, earlier: list[str]
) -> Evidence:
    """How the answers hang together, and the form of the columns of numbers."""
    settings, past = study.params.check, [_past(study, each) for each in earlier]
    evidence = evidence.with_more(*relation_rules(study, questionnaire, responses, past))
    duration = settings.roles.duration
    return evidence.with_more(*shape_rules(questionnaire, responses, past, duration, settings.design_effect))


def _with_past(
    evidence: Evidence, study: Study, questionnaire: Questionnaire, responses: pd.DataFrame, earlier: list[str]
) -> Evidence:
    settings = study.params.check
    last = earlier[-1]
    past = _past(study, last)
    moves, rules = against(questionnaire, responses, past, settings)
    tables, phone = {"moves": moves}, settings.roles.phone
    if phone is not None:
        refuse_exchanged(responses["folio"], past.responses["folio"], last, study.raw(questionnaire.wave))
    found = {
        "units": strata_renumbered(study, responses, past.responses),
        "areas": sample_moved(study, evidence.tables["areas"], past.responses) if "areas" in evidence.tables else None,
    }
    for name, moved in found.items():
        if moved is not None:
            tables[name] = moved[0]
            rules += moved[1]
    if phone is not None and phone in responses:
        now = _telephones(study, questionnaire.wave, responses[phone])
        then = [_telephones(study, each, _codes(study, each, phone)) for each in earlier]
        again, more = telephones_again(evidence.tables["respondents"], now, then)
        tables |= again
        rules += more
    return evidence.with_more(tables, rules)


def _past(study: Study, wave: str) -> Past:
    return Past(wave, study.questionnaire(wave), read_table(study.processed(wave, "responses.parquet")))


def _telephones(study: Study, wave: str, codes: pd.Series | None) -> Telephones:
    return Telephones(wave, codes, load_delivery(study, wave).telephone_key, study.wave(wave).simulated)


def _codes(study: Study, wave: str, phone: str) -> pd.Series | None:
    path = study.processed(wave, "responses.parquet")
    return read_table(path, [phone])[phone] if phone in column_names(path) else None
