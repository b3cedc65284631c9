"""The check stage: one process for every wave; it writes verdicts and never fails for the data."""

import difflib
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from pulsometro.check.gathering import gather, ingested_before
from pulsometro.check.report.check_page import write_report
from pulsometro.check.report.terminal import WORDS
from pulsometro.check.rule import Evidence
from pulsometro.check.signoffs import add_exception, load_exceptions
from pulsometro.check.unseen import unseen_rules
from pulsometro.check.verdict import RuleResult, Verdict, decide, load_verdict, refuse_if_stopped, to_json
from pulsometro.common.errors import MachineError, PulsoError
from pulsometro.common.files import read_table, write_json, write_record
from pulsometro.common.parallel import side_by_side
from pulsometro.ingest.delivery_record import load_delivery
from pulsometro.settings.check_settings import CheckSettings
from pulsometro.settings.faults import shown
from pulsometro.study import Study
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
        earlier = ingested_before(study, wave)
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
            near = difflib.get_close_matches(name, sorted(known), n=1)
            hint = f"did you mean '{near[0]}'?" if near else "remove it; the checks' pages list the rules."
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
    return f"{len(verdict.rules)} of {verdict.asked} rules looked at" if verdict.unseen else f"{verdict.asked} rules"


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
    compared = bool([each for each in ingested_before(study, wave) if each not in stopped])
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
