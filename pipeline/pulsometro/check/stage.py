"""The check stage: one process for every wave; it writes verdicts and never fails for the data."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from pulsometro.check.report.check_page import write_report
from pulsometro.check.report.terminal import WORDS
from pulsometro.check.rule import Evidence, Rule, with_severities
from pulsometro.check.rules.codes_and_skips import questionnaire_rules
from pulsometro.check.rules.delivery import columns_moved, same_again, sample_moved, strata_renumbered
from pulsometro.check.rules.fieldwork import fieldwork_rules
from pulsometro.check.rules.previous_wave import Past, against, seen_before
from pulsometro.check.rules.representativeness import composition_rules
from pulsometro.check.signoffs import add_exception, load_exceptions
from pulsometro.check.verdict import RuleResult, Verdict, decide, load_verdict, refuse_if_stopped, to_json
from pulsometro.common.errors import PulsoError
from pulsometro.common.files import read_json, read_table, write_json
from pulsometro.common.parallel import side_by_side
from pulsometro.questionnaire.model import Questionnaire
from pulsometro.study import Study

__all__ = ["accept", "load_verdict", "refuse_if_stopped", "run_all", "run_one"]
SHOWN_KEYS = 20
Tell = Callable[[str], object]


def run_all(study: Study, tell: Tell = str) -> str:
    """Write every wave's verdict; a wave that cannot be read gets one that says stop.

    ``tell`` is called with what is under way. Returns one line per wave. Raises only for a defect
    of the pipeline itself.
    """
    from pulsometro.check.great_expectations.engine import Engine

    engine, waves, lanes = Engine(), list(study.waves), 2
    lines = side_by_side([partial(_lines, study, waves[lane::lanes], engine, tell) for lane in range(lanes)])
    told = {wave: line for lane in lines for wave, line in lane.items()}
    return "\n".join(told[wave] for wave in waves)


def _lines(study: Study, waves: Sequence[str], engine: Any, tell: Tell) -> dict[str, str]:
    """Check the waves; a line for the screen each."""
    lines = {}
    for place, wave in enumerate(waves, 1):
        tell(f"{wave}: checking ({place} of {len(waves)} in this lane)")
        verdict = check_wave(study, wave, engine)
        failed = [rule for rule in verdict.failed if not rule.accepted]
        named = f" ({', '.join(rule.id for rule in failed[:4])}{' …' if len(failed) > 4 else ''})" if failed else ""
        reason = f": {verdict.refused}" if verdict.refused else named
        lines[wave] = f"{wave}: {WORDS[verdict.verdict]}, {len(verdict.rules)} rules{reason}"
    return lines


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
    return check_wave(study, wave, engine, docs)


def check_wave(study: Study, wave: str, engine: Any, docs: Path | None = None) -> Verdict:
    """One wave's verdict, written to processed/checks/."""
    from pulsometro.check.great_expectations.data_docs import write_docs
    from pulsometro.check.great_expectations.engine import suite_json

    try:
        delivery = _delivery(study, wave)
        responses = read_table(study.processed(wave, "responses.parquet"))
    except PulsoError as missing:
        verdict = Verdict(wave, "stop", {}, (), refused=_why_refused(study, wave) or str(missing))
        return _written(study, verdict)
    evidence = gather(study, wave, responses, delivery)
    accepted = load_exceptions(study, wave)
    rules = tuple(
        RuleResult(
            o.rule.id, o.rule.severity, o.passed, o.looked_at, o.count, o.keys[:SHOWN_KEYS], o.rule.title,
            o.rule.remedy, "" if o.passed else accepted.get(o.rule.id, ""), o.error,
        )
        for o in engine.run(wave, evidence)
    )  # fmt: skip
    record = {key: value for key, value in delivery.items() if key not in {"columns", "counts", "differences", "wave"}}
    verdict = Verdict(
        wave, decide(rules), delivery["counts"], rules, tuple(delivery["differences"]), record, _shown(evidence)
    )
    write_json(suite_json(evidence), study.checks(wave).parent / "suites" / f"{wave}.json")
    if docs is not None:
        write_docs(engine, wave, evidence, docs)
    return _written(study, verdict)


def _written(study: Study, verdict: Verdict) -> Verdict:
    write_report(study, verdict)
    write_json(to_json(verdict), study.checks(verdict.wave))
    return verdict


def gather(study: Study, wave: str, responses: pd.DataFrame, delivery: dict[str, Any]) -> Evidence:
    """Everything that the rules of a wave look at."""
    questionnaire = study.questionnaire(wave)
    evidence = questionnaire_rules(study, questionnaire, responses, delivery)
    tables, rules, facts = fieldwork_rules(study, questionnaire, evidence.tables["respondents"], _attempts(study, wave))
    evidence = evidence.with_more(tables, rules)
    sample = composition_rules(study, questionnaire, responses)
    if sample is not None:
        evidence = evidence.with_more({"composition": sample[0]}, sample[1])
    earlier = _earlier(study, wave)
    if earlier:
        evidence = _with_past(evidence, study, questionnaire, responses, earlier)
        columns, more = columns_moved(delivery, _delivery(study, earlier[-1]))
        evidence = evidence.with_more({"columns": columns}, more)
    return Evidence(evidence.tables, with_severities(evidence.rules, study.params.check), facts)


def _attempts(study: Study, wave: str) -> pd.DataFrame | None:
    path = study.processed(wave, "attempts.parquet")
    return read_table(path) if path.is_file() else None


def _delivery(study: Study, wave: str) -> dict[str, Any]:
    record: dict[str, Any] = read_json(study.processed(wave, "delivery.json"))
    return record


def _earlier(study: Study, wave: str) -> list[str]:
    """Waves before this one that were ingested, oldest first."""
    before = study.waves_up_to(wave)[:-1]
    return [each for each in before if study.processed(each, "responses.parquet").is_file()]


def _with_past(
    evidence: Evidence, study: Study, questionnaire: Questionnaire, responses: pd.DataFrame, earlier: list[str]
) -> Evidence:
    settings = study.params.check
    last = earlier[-1]
    past = Past(last, study.questionnaire(last), read_table(study.processed(last, "responses.parquet")))
    moves, rules = against(questionnaire, responses, past, settings)
    tables, phone = {"moves": moves}, settings.roles.phone
    found = {
        "units": strata_renumbered(study, responses, past.responses),
        "again": same_again(responses, past.responses, last),
        "areas": sample_moved(study, evidence.tables["areas"], past.responses) if "areas" in evidence.tables else None,
    }
    for name, moved in found.items():
        if moved is not None:
            tables[name] = moved[0]
            rules += moved[1]
    if phone is not None and phone in responses:
        known = [_column(study, each, phone) for each in earlier]
        respondents = evidence.tables["respondents"]
        tables["respondents"] = respondents.assign(seen_before=seen_before(responses[phone], known))
        rules += (
            Rule("phone.seen_before", "respondents", "seen_before", "in_set", "info",
                 "Ningún teléfono dio entrevista en una edición anterior",
                 "Puede ser azar; si son muchos, vea si se repitió una lista.", {"value_set": [False]}),
        )  # fmt: skip
    return evidence.with_more(tables, rules)


def _column(study: Study, wave: str, name: str) -> pd.Series:
    import pyarrow.parquet as parquet

    path = study.processed(wave, "responses.parquet")
    known = parquet.read_schema(path).names
    return pd.read_parquet(path, columns=[name])[name] if name in known else pd.Series(dtype="string")


def _shown(evidence: Evidence) -> dict[str, Any]:
    """The small tables that the quality report prints: aggregates only."""
    kept = ("areas", "calls", "columns", "composition", "items", "interviewers", "moves", "verified")
    shown: dict[str, Any] = {name: evidence.tables[name].to_dict("records") for name in kept if name in evidence.tables}
    return shown | {"facts": dict(evidence.facts)}


def _why_refused(study: Study, wave: str) -> str:
    """Ingest left nothing: read the delivery again only to say why."""
    from pulsometro.ingest.stage import read

    try:
        read(study, wave)
    except PulsoError as refusal:
        return str(refusal)
    return ""


def accept(study: Study, wave: str, rule: str, because: str) -> None:
    """Sign off a rule of a wave, then check the wave again.

    Raises PulsoError when the wave has no such rule or it did not fail.
    """
    verdict = load_verdict(study, wave)
    known = {result.id: result for result in verdict.rules}
    if rule not in known:
        failed = ", ".join(result.id for result in verdict.failed) or "none failed"
        raise PulsoError(f"{wave}: there is no rule '{rule}' to accept (failed: {failed}).")
    if known[rule].passed:
        raise PulsoError(f"{wave}: the rule '{rule}' passed; there is nothing to accept.")
    add_exception(study, wave, rule, because)
    run_one(study, wave)
