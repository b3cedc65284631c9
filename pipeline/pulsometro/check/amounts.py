"""How grave a finding is by how many rows it is of: a handful is a note or a warning, half the file is a stop."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import pandas as pd

from pulsometro.check.rule import Rule
from pulsometro.common.errors import PulsoError
from pulsometro.settings.check_settings import Amount, CheckSettings, Severity
from pulsometro.settings.faults import shown
from pulsometro.settings.likeness import nearest

# Of fewer rows than these a share says nothing: a small study is not stopped for two interviews.
LEAST_ROWS = 5
# Rule, or family of rules → from what share of the rows it warns and stops; params.yaml may say others (check.amounts).
USUAL: Mapping[str, Amount] = MappingProxyType(
    {
        # Numbers called at random come back by chance, the more the more waves there are.
        "phone.seen_before": Amount(0.15, 0.50),
        "phone.repeated": Amount(0.0, 0.05),
        "near_duplicates": Amount(0.0, 0.05),
        # Of 1,000 that are compared, twenty.
        "answers.nearly_before": Amount(0.0, 0.02),
        "answers.opinions_nearly": Amount(0.0, 0.05),
        "interviewer.patterns": Amount(0.0, 0.05),
        "answers.returned": Amount(0.02, 0.10),
        "speeders": Amount(0.0, 0.10),
        "dates": Amount(0.0, 0.20),
        "skip_unasked": Amount(0.0, 0.03),
        # The questionnaire says that they are kept, so they are known.
        "skip_answered": Amount(0.0, 0.10),
        "verification.failed": Amount(0.0, 0.05),
        "weight.size": Amount(0.0, 0.05),
        "weight.inputs_known": Amount(0.10, 0.35),
        "past.sample": Amount(0.0, 0.75),
        "nonresponse": Amount(0.35, 0.90),
        # What a role says nothing of; check.rules.roles.
        "role": Amount(0.05, 0.40),
        # What the calls say nothing of; check.rules.calls_fed. Some numbers are never told, some attempts told twice.
        "calls_fed": Amount(0.05, 0.40),
        "calls_fed.outcomes": Amount(0.80, 0.95),
        # No weight is made of it: only a column in which there is nothing stops.
        "calls_fed.callers": Amount(0.05, 1.0),
        # Who answers by himself breaks off; half a file is another matter.
        "server.set_aside": Amount(0.05, 0.50),
        "calls.interviews": Amount(0.0, 0.05),
        "calls.interviewers": Amount(0.03, 0.10),
        "quarantined.for": Amount(0.002, 0.02),
    }
)


def amount_of(rule: str, settings: CheckSettings) -> Amount | None:
    """From what share a rule warns and stops; None where its severity is always the same, which no setting changes."""
    family = rule.partition(".")[0]
    if rule not in USUAL and family not in USUAL:
        return None
    for declared in (settings.amounts, USUAL):
        for name in (rule, family):
            if name in declared:
                return declared[name]
    return None


def warns_from(rule: str, settings: CheckSettings) -> float:
    """From what share of the rows a rule warns; 1 where it has no such share."""
    amount = amount_of(rule, settings)
    return 1.0 if amount is None else amount.warn


def by_amount(rules: tuple[Rule, ...], tables: Mapping[str, pd.DataFrame], settings: CheckSettings) -> tuple[Rule, ...]:
    """The rules, each as grave as the share of its rows that fail; what is critical anyway stays so.

    The share is that of failing rows, of rules about shares (0–1) the largest one itself, or what the smallest lacks
    to be all. Raises PulsoError where params.yaml gives an amount to a rule whose severity is always the same.
    """
    for name in settings.amounts:
        graded = {rule for rule in USUAL if name in {rule, rule.partition(".")[0]}}
        if not graded and name.partition(".")[0] not in USUAL:
            families = {rule.partition(".")[0] for rule in USUAL}
            near = nearest(name, sorted({*USUAL, *families}))
            raise PulsoError(
                f"params.yaml: check.amounts names {shown(name)}, whose severity does not follow from an amount; "
                + (f"did you mean '{near}'?" if near else f"these are: {', '.join(USUAL)}.")
            )
    return tuple(_graded(rule, tables, settings) for rule in rules)


def _graded(rule: Rule, tables: Mapping[str, pd.DataFrame], settings: CheckSettings) -> Rule:
    amount = amount_of(rule.id, settings)
    if amount is None or rule.kind not in {"in_set", "between"} or rule.severity == "critical":
        return rule
    table = tables[rule.table]
    looked = table.query(rule.where) if rule.where is not None else table
    if not len(looked):
        return rule
    column = looked[rule.column]
    if rule.kind == "in_set":
        failed = ~column.isin(rule.limits["value_set"]).to_numpy(dtype=bool)
        return replace(rule, severity=_severity(float(failed.mean()), int(failed.sum()), amount))
    share = _worst(column.to_numpy(dtype=float, na_value=np.nan), rule)
    rows = int(looked["n"].max()) if "n" in looked else LEAST_ROWS
    return replace(rule, severity=_severity(share, rows, amount))


def _severity(share: float, rows: int, amount: Amount) -> Severity:
    if share >= amount.stop and rows >= LEAST_ROWS:
        return "critical"
    return "warning" if share >= amount.warn else "info"


def _worst(shares: npt.NDArray[np.float64], rule: Rule) -> float:
    """The share that fails most: the largest, or where there must be at least so much, what the smallest lacks."""
    known = shares[np.isfinite(shares)]
    if not len(known):
        return 0.0
    return float(known.max()) if rule.limits.get("min_value", 0) == 0 else float(1 - known.min())
