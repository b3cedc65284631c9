"""Great Expectations at work: suites from rules, one ephemeral context for all waves."""

import logging
import os
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from pulsometro.check.rule import KEY, Evidence, Rule
from pulsometro.common.discretion import without_values
from pulsometro.common.errors import PulsoError

_NAMES = {
    "in_set": "ExpectColumnValuesToBeInSet",
    "between": "ExpectColumnValuesToBeBetween",
    "not_null": "ExpectColumnValuesToNotBeNull",
    "unique": "ExpectColumnValuesToBeUnique",
    "columns": "ExpectTableColumnsToMatchSet",
}


@dataclass(frozen=True)
class Outcome:
    """What became of one rule: rows looked at, how many failed and their keys, or its error."""

    rule: Rule
    passed: bool
    looked_at: int
    count: int
    keys: tuple[str, ...]
    error: str = ""


class Engine:
    """Great Expectations, imported and set up once for every wave of a run.

    ``library``: its module; ``no_bars``: the setting that keeps its progress bars off the screen.
    """

    def __init__(self) -> None:
        # Read at import: set before, whatever the user's environment says.
        os.environ["GX_ANALYTICS_ENABLED"] = "false"
        logging.getLogger("great_expectations").setLevel(logging.ERROR)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                import great_expectations as gx
                import great_expectations.expectations as expectations
                from great_expectations.data_context.types.base import ProgressBarsConfig
            except SystemExit:
                # It tries pyspark, which without that extra ends the process, with exit code 0.
                raise PulsoError(
                    "Great Expectations cannot be imported beside this pyspark; install 'pyspark[connect]', or remove "
                    "pyspark from this environment."
                ) from None
        self.library, self._expectations = gx, expectations
        self.no_bars = ProgressBarsConfig(globally=False)
        self._open()

    def _open(self) -> None:
        """A fresh context: an ephemeral one takes milliseconds and keeps nothing of the last wave."""
        self._context = self.library.get_context(mode="ephemeral")
        self._context.enable_analytics(False)
        if self._context.config.analytics_enabled is not False:
            raise PulsoError("Great Expectations' telemetry cannot be turned off; set GX_ANALYTICS_ENABLED=false.")
        self._context.variables.progress_bars = self.no_bars
        asset = self._context.data_sources.add_pandas("evidence").add_dataframe_asset("table")
        self._batch = asset.add_batch_definition_whole_dataframe("whole")

    def run(self, name: str, evidence: Evidence) -> tuple[Outcome, ...]:
        """Every rule's outcome, in the rules' order.

        Raises PulsoError when a rule was merged into another or gave no result: a rule that
        silently does not run is worse than one that fails.
        """
        self._open()
        unique = {rule.id for rule in evidence.rules}
        if len(unique) != len(evidence.rules):
            raise PulsoError(f"{name}: two check rules have the same id; this is a defect, report it.")
        found: dict[str, Outcome] = {}
        for table in dict.fromkeys(rule.table for rule in evidence.rules):
            rules = [rule for rule in evidence.rules if rule.table == table]
            found |= self._run_table(f"{name}.{table}", evidence.tables[table], rules)
        missing = [rule.id for rule in evidence.rules if rule.id not in found]
        if missing:
            raise PulsoError(f"{name}: the rule {missing[0]} gave no result; this is a defect, report it.")
        return tuple(found[rule.id] for rule in evidence.rules)

    def _run_table(self, name: str, table: pd.DataFrame, rules: list[Rule]) -> dict[str, Outcome]:
        suite = self.library.ExpectationSuite(name=name)
        for rule in rules:
            suite.add_expectation(self.expectation(rule))
        if len(suite.expectations) != len(rules):
            raise PulsoError(
                f"{name}: {len(rules) - len(suite.expectations)} rules were dropped as duplicates of others; "
                "this is a defect, report it."
            )
        batch = self._batch.get_batch(batch_parameters={"dataframe": table})
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            result = batch.validate(
                suite,
                result_format={
                    "result_format": "COMPLETE", "unexpected_index_column_names": [KEY],
                    "include_unexpected_rows": False, "return_unexpected_index_query": False,
                },
            )  # fmt: skip
        by_id = {rule.id: rule for rule in rules}
        outcomes = [_outcome(entry, by_id, len(table)) for entry in result.results]
        return {outcome.rule.id: outcome for outcome in outcomes}

    def expectation(self, rule: Rule) -> Any:
        """The rule as Great Expectations has it."""
        arguments: dict[str, Any] = dict(rule.limits)
        if rule.kind == "columns":
            arguments["exact_match"] = False
        else:
            arguments["column"] = rule.column
        if rule.where is not None:
            arguments |= {"row_condition": rule.where, "condition_parser": "pandas"}
        kind = getattr(self._expectations, _NAMES[rule.kind])
        return kind(**arguments, meta={"rule": rule.id}, severity=rule.severity)


def _outcome(entry: Any, rules: Mapping[str, Rule], rows: int) -> Outcome:
    rule = rules[entry.expectation_config.meta["rule"]]
    error = _error(entry.exception_info)
    if error:
        return Outcome(rule, False, rows, 0, (), error)
    result = entry.result
    if rule.kind == "columns":
        absent = (result.get("details", {}).get("mismatched") or {}).get("missing", [])
        return Outcome(rule, bool(entry.success), rows, len(absent), tuple(sorted(absent)))
    keys = tuple(str(place[KEY]) for place in result.get("unexpected_index_list") or [])
    count = int(result.get("unexpected_count", 0))
    return Outcome(rule, bool(entry.success), int(result.get("element_count", rows)), count, keys)


def _error(info: Mapping[str, Any]) -> str:
    """The first exception of a result: GX gives one record, or one per metric."""
    records: Iterable[Any] = [info] if "raised_exception" in info else info.values()
    for record in records:
        if record and record.get("raised_exception"):
            # Its text could hold an answer; the kind of error is enough to find it.
            text = str(record.get("exception_message") or "unknown error")
            # Of an item that is not there; every other message is cut before what it may quote.
            gone = text.startswith("Error: The column")
            return text[:200] if gone else without_values(text).partition("(")[0][:80].strip()
    return ""


def suite_json(evidence: Evidence) -> dict[str, Any]:
    """The suite as a reviewable document: every rule with what it looks at and its limits."""
    return {
        rule.id: {
            "table": rule.table, "column": rule.column, "expectation": _NAMES[rule.kind], "where": rule.where,
            "severity": rule.severity, "expected": rule.title, "remedy": rule.remedy, **dict(rule.limits),
        }
        for rule in evidence.rules
    }  # fmt: skip
