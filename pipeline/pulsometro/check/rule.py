"""A rule, and the tables that rules look at."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import pandas as pd

from pulsometro.settings.check_settings import CheckSettings, Severity

Kind = Literal["in_set", "between", "not_null", "unique", "columns"]
KEY = "key"


@dataclass(frozen=True)
class Rule:
    """What must hold in one column of one evidence table.

    ``id``: ``family`` or ``family.item``; unique in a wave. ``kind`` and ``limits``: the
    expectation (``value_set``; ``min_value``, ``max_value``; ``column_set``). ``where``: condition
    on the table's rows. ``title`` says in Spanish what is expected, ``remedy`` what to do.
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
    """The rules with the severities that params.yaml gives to their id or family."""
    return tuple(
        replace(rule, severity=settings.severity.get(rule.id, settings.severity.get(rule.family, rule.severity)))
        for rule in rules
    )
