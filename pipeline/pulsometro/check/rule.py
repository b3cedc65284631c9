"""A rule, and the tables that rules look at."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import pandas as pd

from pulsometro.common.errors import PulsoError
from pulsometro.settings.check_settings import CheckSettings, Severity
from pulsometro.settings.faults import shown

Kind = Literal["in_set", "between", "not_null", "unique", "columns"]
KEY = "key"


@dataclass(frozen=True)
class Rule:
    """What must hold in one column of one evidence table.

    ``id``: ``family`` or ``family.item``; unique in a wave. ``kind`` and ``limits``: the
    expectation (``value_set``; ``min_value``, ``max_value``; ``column_set``). ``where``: condition
    on the table's rows. ``title`` says in Spanish what is expected, ``remedy`` what to do. ``signable``: false where a
    later stage could not go on with what the rule forbids: nobody's signature and no setting lets it pass.
    """

    id: str
    table: str
    column: str
    kind: Kind
    severity: Severity
    title: str
    remedy: str
    limits: Mapping[str, Any] = field(default_factory=dict)
    where: str | None = None
    signable: bool = True

    @property
    def family(self) -> str:
        """The part of the id before the first point."""
        return self.id.partition(".")[0]


@dataclass(frozen=True)
class Evidence:
    """Tables by name, each with a column ``key`` that names its rows (folio, item, area …).

    ``facts``: numbers about the whole wave for the report (thresholds, calls per interview).
    """

    tables: Mapping[str, pd.DataFrame]
    rules: tuple[Rule, ...]
    facts: Mapping[str, Any] = field(default_factory=dict)

    def with_more(self, tables: Mapping[str, pd.DataFrame], rules: tuple[Rule, ...]) -> "Evidence":
        """This evidence and some more; a table of the same name is replaced."""
        return Evidence({**self.tables, **tables}, (*self.rules, *rules), self.facts)


def with_severities(rules: tuple[Rule, ...], settings: CheckSettings) -> tuple[Rule, ...]:
    """The rules with the severities that params.yaml gives to their id or family; unsignable ones stay critical.

    Raises PulsoError where a setting would let pass what no later stage can go on with.
    """
    for name, severity in settings.severity.items():
        meant = [rule for rule in rules if name in {rule.id, rule.family}]
        if severity != "critical" and meant and not any(rule.signable for rule in meant):
            raise PulsoError(
                f"params.yaml: check.severity makes {shown(name)} {severity}, and the weights or the estimates cannot "
                "be made where it fails; take it out and correct what it finds."
            )
    return tuple(
        replace(rule, severity=settings.severity.get(rule.id, settings.severity.get(rule.family, rule.severity)))
        if rule.signable
        else rule
        for rule in rules
    )
