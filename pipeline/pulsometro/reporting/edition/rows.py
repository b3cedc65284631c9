"""Rows of the estimates and changes tables as objects with names."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import pandas as pd

from pulsometro.common.errors import PulsoError
from pulsometro.reporting.row_key import COLUMNS as ID
from pulsometro.reporting.row_key import RowKey
from pulsometro.settings.report_settings import Measure
from pulsometro.style.printed_form import Form
from pulsometro.style.vocabulary import DIRECTIONS, REASONS, Direction

UNSEEN = "sin cambio apreciable"


def link_words(link: str) -> str:
    """``entra Fuerza Civil; sale Tránsito``: what enters and leaves an index, of the code in the table of changes."""
    said = []
    for wave in json.loads(link) if link else ():
        for verb, items in (("entra", wave["entering"]), ("sale", wave["leaving"])):
            said += [f"{verb if len(items) == 1 else f'{verb}n'} {', '.join(items)}"] if items else []
    return "; ".join(said)


@dataclass(frozen=True)
class Estimate:
    """One row of the estimates table (units as there: proportions 0–1)."""

    wave: str
    indicator: str
    category: str
    statistic: str
    domain_kind: str
    domain: str
    estimate: float
    se: float
    ci_low: float
    ci_high: float
    ci_level: float
    cv: float
    deff: float
    n_eff: float
    n: int
    precision: str
    publishable: bool
    reason: str
    precision_rule: str = ""
    form: Form | None = None

    @property
    def printed(self) -> Form:
        """How the figure is printed."""
        return self.form or Form(self.statistic)

    @property
    def row(self) -> RowKey:
        """The row that this is."""
        return RowKey(self.wave, self.indicator, self.category, self.statistic, self.domain_kind, self.domain)

    @property
    def key(self) -> str:
        """What ``data-id`` and ``pulso explain`` call the row."""
        return str(self.row)


@dataclass(frozen=True)
class Change:
    """One row of the changes table: ``difference`` and interval on the scale of the estimate.

    ``unseen``: a change that the test finds and no reader could see, as both figures print alike.
    """

    wave: str
    reference_wave: str
    comparison: str
    indicator: str
    category: str
    statistic: str
    domain_kind: str
    domain: str
    reference_estimate: float
    difference: float
    ci_low: float
    ci_high: float
    p_adjusted: float
    verdict: str
    minimum_detectable: float
    publishable: bool
    reason: str
    broken_by: str
    link: str
    unseen: bool = False
    form: Form | None = None

    @property
    def printed(self) -> Form:
        """How the difference is printed."""
        return self.form or Form(self.statistic)

    @property
    def note(self) -> str:
        """What a reader of an index must know where its items differ: compared over those of both waves."""
        return f"{link_words(self.link)}, comparado en lo común" if self.link else ""

    @property
    def comparable(self) -> bool:
        """Whether the two waves asked alike; without that there is no difference at all."""
        return self.verdict != Direction.NOT_COMPARABLE

    @property
    def key(self) -> str:
        """The key of the estimate that changed."""
        return str(RowKey(self.wave, self.indicator, self.category, self.statistic, self.domain_kind, self.domain))

    @property
    def field(self) -> str:
        """The name of the difference as a field of that estimate."""
        return f"change:{self.comparison}"

    @property
    def verdict_field(self) -> str:
        """The name of the verdict as a field of that estimate."""
        return f"verdict:{self.comparison}"

    @property
    def significant(self) -> bool:
        """Whether the verdict says that something moved."""
        return self.verdict in {Direction.UP, Direction.DOWN} and not self.unseen

    @property
    def why(self) -> str:
        """Why there is nothing to say of the change, in readers' words; "" where there is."""
        return self.broken_by or ": ".join(filter(None, (REASONS[self.reason], link_words(self.link))))

    @property
    def word(self) -> str:
        """The verdict in a word or three."""
        return UNSEEN if self.unseen else DIRECTIONS[self.verdict]


@dataclass(frozen=True)
class Rank:
    """Place of a domain among its peers with its joint interval; 1 is the largest estimate.

    ``of``: how many were ranked, those without a figure too: they may hold any place.
    """

    rank: int
    low: int
    high: int
    of: int


class Rows:
    """Look-up of estimates, changes and ranks by their identifiers; read-only.

    ``withheld``: keys of the rows that confidentiality keeps out of the tables. ``forms``: how the figures of an
    indicator's statistic are printed; one that is not named has no unit.
    """

    def __init__(
        self, estimates: pd.DataFrame, changes: pd.DataFrame, rankings: pd.DataFrame | None = None,
        withheld: frozenset[RowKey] = frozenset(), forms: Mapping[tuple[str, str], Form] = MappingProxyType({}),
    ):  # fmt: skip
        self.estimates = estimates
        self.changes = changes
        self.withheld = withheld
        self._forms = forms
        self._estimates = _by_id(estimates, ID, _E)
        self._known = {key[:2] for key in self._estimates}
        self._changes = _by_id(changes, (*ID, "comparison"), _C)
        self._ranks: dict[RowKey, Rank] = {}
        if rankings is not None:
            columns = [*ID, "rank", "rank_low", "rank_high", "domains"]
            # What has no standard error has no place among the others.
            for r in rankings.dropna(subset=columns[-4:])[columns].itertuples(index=False, name=None):
                self._ranks[RowKey(*map(str, r[:6]))] = Rank(int(r[6]), int(r[7]), int(r[8]), int(r[9]))

    def get(self, wave: str, measure: Measure, kind: str, domain: str) -> Estimate | None:
        """The estimate of a measure in a domain, or None when the table has no such row."""
        key = _row(wave, measure, kind, domain)
        row: Any = self._estimates.get(key)
        if row is None:
            return None
        values = dict(zip((*ID, *_E), row, strict=True))
        values.update(dict(zip(ID, key, strict=True)), n=int(values["n"]), publishable=bool(values["publishable"]))
        return Estimate(**values, form=self.form(measure.indicator, measure.statistic))

    def form(self, indicator: str, statistic: str) -> Form:
        """How figures of an indicator's statistic are printed."""
        return self._forms.get((indicator, statistic)) or Form(statistic)

    def has(self, wave: str, indicator: str) -> bool:
        """Whether the table has any row of an indicator in a wave."""
        return (wave, indicator) in self._known

    def confidential(self, wave: str, measure: Measure, kind: str, domain: str) -> bool:
        """Whether the row was there and somebody could have been recognised by it."""
        return _row(wave, measure, kind, domain) in self.withheld

    def need(self, wave: str, measure: Measure, kind: str, domain: str) -> Estimate:
        """As ``get``; PulsoError naming the row when it is missing."""
        found = self.get(wave, measure, kind, domain)
        if found is None:
            raise PulsoError(
                f"estimates of {wave}: no row {measure.indicator} / {measure.category!r} / {measure.statistic} "
                f"for {kind} = {domain}, which the report names; correct 'report' in params.yaml."
            )
        return found

    def change(self, estimate: Estimate, comparison: str = "previous") -> Change | None:
        """The tested change of an estimate, or None for a first wave or a cell not published."""
        row: Any = self._changes.get((*estimate.row, comparison))
        if row is None:
            return None
        values: Mapping[str, Any] = dict(zip((*ID, "comparison", *_C), row, strict=True))
        form = self.form(estimate.indicator, estimate.statistic)
        return Change(**{**values, "publishable": bool(values["publishable"]), "form": form})

    def rank(self, estimate: Estimate) -> Rank | None:
        """The rank of an estimate among the domains of its kind, when ranks were made."""
        return self._ranks.get(estimate.row)

    def domains(self, wave: str, measure: Measure, kind: str) -> list[Estimate]:
        """Every published estimate of a measure among the domains of a kind, largest first."""
        table = self.estimates
        mask = (
            (table["wave"] == wave) & (table["indicator"] == measure.indicator) & (table["domain_kind"] == kind)
            & (table["category"] == measure.category) & (table["statistic"] == measure.statistic)
        )  # fmt: skip
        found = [self.need(wave, measure, kind, str(domain)) for domain in table.loc[mask, "domain"]]
        return sorted((e for e in found if e.publishable), key=lambda e: (-e.estimate, e.domain))


def _row(wave: str, measure: Measure, kind: str, domain: str) -> RowKey:
    return RowKey(wave, measure.indicator, measure.category, measure.statistic, kind, domain)


def _by_id(table: pd.DataFrame, ids: Sequence[str], values: Sequence[str]) -> dict[tuple[str, ...], tuple[Any, ...]]:
    """Row of ids and values by its ids as text; column by column, as cell by cell takes seconds."""
    keys = [table[name].astype(str).tolist() for name in ids]
    columns = [table[name].tolist() for name in values]
    return {key: (*key, *row) for key, row in zip(zip(*keys, strict=True), zip(*columns, strict=True), strict=True)}


_E = tuple(name for name in Estimate.__dataclass_fields__ if name not in (*ID, "form"))
_C = tuple(name for name in Change.__dataclass_fields__ if name not in (*ID, "comparison", "unseen", "form"))
