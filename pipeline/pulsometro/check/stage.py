"""The check stage: one process for every wave; it writes verdicts and never fails for the data."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from pulsometro.check.amounts import by_amount
from pulsometro.check.place_words import in_words
from pulsometro.check.report.check_page import write_report
from pulsometro.check.report.terminal import WORDS
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
from pulsometro.check.signoffs import add_exception, load_exceptions
from pulsometro.check.unseen import unseen_rules
from pulsometro.check.verdict import RuleResult, Verdict, decide, load_verdict, refuse_if_stopped, to_json
from pulsometro.common.counted import tallied
from pulsometro.common.errors import MachineError, PulsoError
from pulsometro.common.files import column_names, read_table, write_json, write_record
from pulsometro.common.parallel import side_by_side
from pulsometro.ingest.delivery_record import DeliveryRecord, load_delivery
from pulsometro.questionnaire.model import Questionnaire
from pulsometro.settings.check_settings import CheckSettings
from pulsometro.settings.faults import shown
from pulsometro.settings.likeness import nearest
from pulsometro.study import Study
from pulsometro.study.respondents import load_attempts
from pulsometro.study.withheld import read_withheld, record_of

__all__ = ["accept", "load_verdict", "refuse_if_stopped", "run_all", "run_one"]
SHOWN_KEYS = 20
Tell = Callable[[str], object]


def run_all(study: Study, tell: Tell = str) -> str:
    """Write every wave's verdict; a wave that cannot be read or checked gets one that says stop.

    A wave is compared with the last one before it that is not stopped: what a stopped one holds is no reason to
    doubt another. ``tell`` is called with what is under way. Returns one line per wave.
    """
    from pulsometro.check.great_expectations.engine import Engine

    engine, waves, lanes = Engine(), list(study.waves), 2
    made = side_by_side([partial(_verdicts, study, waves[lane::lanes], engine, tell) for lane in range(lanes)])
    verdicts = {wave: verdict for lane in made for wave, verdict in lane.items()}
    stopped: list[str] = []
    for wave in waves:
        earlier = _ingested_before(study, wave)
        if earlier and earlier[-1] in stopped:
            tell(f"{wave}: checking again without {earlier[-1]}, which is stopped")
            verdicts[wave] = check_wave(study, wave, engine, stopped=stopped)
        if verdicts[wave].verdict == "stop":
            stopped.append(wave)
    refuse_unknown_rules(study.params.check, list(verdicts.values()))
    return "\n".join(_line(verdicts[wave]) for wave in waves)


def refuse_unknown_rules(settings: CheckSettings, verdicts: Sequence[Verdict]) -> None:
    """Raise PulsoError where ``check.severity`` names what is no rule, and no family of rules, of any wave.

    Nothing is said while a wave could not be checked: the rule may be one of its own.
    """
    if any(verdict.refused for verdict in verdicts):
        return
    rules = {rule.id for verdict in verdicts for rule in verdict.rules}
    rules |= {rule.id for verdict in verdicts for rule in verdict.unseen}
    known = rules | {rule.partition(".")[0] for rule in rules}
    for name in settings.severity:
        if name not in known:
            near = nearest(name, sorted(known))
            hint = f"did you mean '{near}'?" if near else "remove it; the checks' pages list the rules."
            raise PulsoError(f"params.yaml: check.severity names {shown(name)}, which is no rule of any wave; {hint}")


def _verdicts(study: Study, waves: Sequence[str], engine: Any, tell: Tell) -> dict[str, Verdict]:
    """Check the waves, each against the one before it."""
    verdicts = {}
    for place, wave in enumerate(waves, 1):
        tell(f"{wave}: checking ({place} of {len(waves)} in this lane)")
        verdicts[wave] = check_wave(study, wave, engine)
    return verdicts


def _line(verdict: Verdict) -> str:
    """A verdict for the screen."""
    failed = [rule for rule in verdict.failed if not rule.accepted]
    named = f" ({', '.join(rule.id for rule in failed[:4])}{' …' if len(failed) > 4 else ''})" if failed else ""
    reason = f": {verdict.refused}" if verdict.refused else named
    return f"{verdict.wave}: {WORDS[verdict.verdict]}, {_looked_at(verdict)}{reason}"


def _looked_at(verdict: Verdict) -> str:
    """How many rules could be looked at, of those that the wave asks for."""
    return (
        f"{len(verdict.rules)} of {tallied(verdict.asked, 'rule')} looked at"
        if verdict.unseen
        else tallied(verdict.asked, "rule")
    )


def run_one(study: Study, wave: str, tell: Tell = str, docs: Path | None = None) -> Verdict:
    """Check one wave anew and write its verdict; with ``docs`` also Great Expectations' own pages there.

    Raises PulsoError when the wave does not exist or ``docs`` may not be written to.
    """
    from pulsometro.check.great_expectations.data_docs import refuse_published
    from pulsometro.check.great_expectations.engine import Engine

    study.wave(wave)
    if docs is not None:
        refuse_published(study, docs)
    engine = Engine()
    tell(f"{wave}: checking")
    stopped = [each for each in study.waves_up_to(wave)[:-1] if _is_stopped(study, each)]
    return check_wave(study, wave, engine, docs, stopped)


def _is_stopped(study: Study, wave: str) -> bool:
    return study.checks(wave).is_file() and load_verdict(study, wave).verdict == "stop"


def check_wave(study: Study, wave: str, engine: Any, docs: Path | None = None, stopped: Sequence[str] = ()) -> Verdict:
    """One wave's verdict, written to processed/checks/; a rule or page that breaks stops this wave alone.

    ``stopped``: earlier waves whose verdict is stop. Raises MachineError, OSError and MemoryError as they are.
    """
    study = study.of_wave(wave)
    refused = read_withheld(study, wave, "ingest")
    path = study.processed(wave, "responses.parquet")
    if refused is not None or not path.is_file():
        why = refused.sentence if refused else f"{path}: the file is missing; run 'pulso ingest {wave}' first."
        return _written(study, Verdict(wave, "stop", None, (), refused=why))
    try:
        return _written(study, _checked(study, wave, engine, docs, stopped))
    except (MachineError, OSError, MemoryError, ImportError):
        raise
    except Exception as error:
        record = record_of(wave, "check", error, study.root)
        return _written(study, Verdict(wave, "stop", None, (), refused=record.sentence))


def _checked(study: Study, wave: str, engine: Any, docs: Path | None, stopped: Sequence[str]) -> Verdict:
    from pulsometro.check.great_expectations.data_docs import write_docs
    from pulsometro.check.great_expectations.engine import suite_json

    delivery = load_delivery(study, wave)
    responses = read_table(study.processed(wave, "responses.parquet"))
    evidence = gather(study, wave, responses, delivery, stopped)
    accepted = load_exceptions(study, wave)
    rules = tuple(
        RuleResult(
            o.rule.id, o.rule.severity, o.passed, o.looked_at, o.count, o.keys[:SHOWN_KEYS], o.rule.title,
            o.rule.remedy, "" if o.passed or not o.rule.signable else accepted.get(o.rule.id, ""), o.error,
            o.rule.signable,
        )
        for o in engine.run(wave, evidence)
    )  # fmt: skip
    compared = bool([each for each in _ingested_before(study, wave) if each not in stopped])
    unseen = unseen_rules(study, wave, evidence, delivery, compared)
    # One that failed saw something, whatever it looked at.
    failed = {rule.id for rule in rules if not rule.passed}
    unseen = tuple(each for each in unseen if each.id not in failed)
    rules = tuple(rule for rule in rules if rule.id not in {each.id for each in unseen})
    verdict = Verdict(
        wave, decide(rules), delivery.counts, rules, delivery.differences, delivery.reading, _shown(evidence),
        unseen=unseen,
    )  # fmt: skip
    write_json(suite_json(evidence), study.checks(wave).parent / "suites" / f"{wave}.json")
    if docs is not None:
        write_docs(engine, wave, evidence, docs)
    return verdict


def _written(study: Study, verdict: Verdict) -> Verdict:
    write_report(study, verdict)
    write_record(to_json(verdict), study.checks(verdict.wave))
    return verdict


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
    ingested = _ingested_before(study, wave)
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
    rules = in_words(by_amount(evidence.rules, evidence.tables, study.params.check), study.params)
    return Evidence(evidence.tables, with_severities(rules, study.params.check), facts)


def _ingested_before(study: Study, wave: str) -> list[str]:
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
    paths = {each: study.processed(each, "attempts.parquet") for each in _ingested_before(study, wave)}
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


def _shown(evidence: Evidence) -> dict[str, Any]:
    """The small tables that the quality report prints: aggregates only."""
    kept = ("areas", "calls", "columns", "composition", "items", "interviewers", "moves", "verified")
    shown: dict[str, Any] = {name: evidence.tables[name].to_dict("records") for name in kept if name in evidence.tables}
    return shown | {"facts": dict(evidence.facts)}


def accept(study: Study, wave: str, rule: str, because: str) -> None:
    """Sign off a rule of a wave, then check the wave again.

    Raises PulsoError when the wave has no such rule, it did not fail, or no later stage could go on with what it found.
    """
    verdict = load_verdict(study, wave)
    known = {result.id: result for result in verdict.rules}
    if rule not in known:
        failed = ", ".join(result.id for result in verdict.failed) or "none failed"
        raise PulsoError(f"{wave}: there is no rule '{rule}' to accept (failed: {failed}).")
    if known[rule].passed:
        raise PulsoError(f"{wave}: the rule '{rule}' passed; there is nothing to accept.")
    if not known[rule].signable:
        raise PulsoError(
            f"{wave}: the rule '{rule}' cannot be signed off: the weights or the estimates cannot be made where it "
            f"fails; correct the delivery, or what params.yaml says of it ({known[rule].remedy.rstrip('.')})."
        )
    add_exception(study, wave, rule, because)
    run_one(study, wave)
