"""How the calls ended by place, and what interviewers add to the error."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from pulsometro.reporting.edition.content import Edition
from pulsometro.reporting.language.dispositions import HEADS
from pulsometro.reporting.language.traced_text import Number, Text, text, upper_first
from pulsometro.reporting.pages.quality.traced_tables import (
    INTERVIEWERS,
    Column,
    Traced,
    hundredths,
    table,
    tenths,
    thousandths,
)
from pulsometro.reporting.tables import markdown
from pulsometro.settings.report_settings import Measure
from pulsometro.style import spanish
from pulsometro.style.printed_form import POINTS
from pulsometro.weighting.record import WeightingRecord

_GROUPS = (
    ("Tasas de respuesta, %", ("RR1", "RR2", "RR3", "RR4", "RR5", "RR6")),
    (
        "Cooperación, rechazo y contacto, %",
        ("COOP1", "COOP2", "COOP3", "COOP4", "REF1", "REF2", "REF3", "CON1", "CON2", "CON3"),
    ),
)


@dataclass(frozen=True)
class _Cell:
    """Ties a number to a column of one row of interviewers.parquet."""

    traced: Traced
    row: str

    def __call__(self, words: str, column: str) -> Number:
        return self.traced.number(words, f"{self.row}/{column}", INTERVIEWERS)


@dataclass(frozen=True)
class Asked:
    """A row of interviewers.parquet: what those who asked add to the error of one figure."""

    indicator: str
    category: str
    n: int
    estimate: float
    se: float
    se_interviewers: float
    se_ratio: float
    icc: float
    icc_low: float
    icc_high: float
    interviewers: int
    mean_interviews: float


def asked_of(rows: pd.DataFrame) -> tuple[Asked, ...]:
    """The rows of interviewers.parquet as records."""
    names = list(Asked.__dataclass_fields__)
    return tuple(Asked(*record) for record in rows[names].itertuples(index=False, name=None))


def rates(traced: Traced, record: WeightingRecord, places: Mapping[str, str], place_word: str, note: str) -> str:
    """AAPOR's outcome rates of every place; the dispositions behind them folded away."""
    if not record.outcome_rates:
        return ""
    named = [([places.get(r.area, r.area)], r, f"outcome_rates/{i}") for i, r in enumerate(record.outcome_rates)]
    heads, parts = [upper_first(place_word)], []
    for title, codes in _GROUPS:
        columns = [Column(code, f"rates.{code}", spanish.bare_percent) for code in codes]
        if codes[0] == "RR1":
            columns.append(Column("e", "e", spanish.bare_percent))
        parts.append(table(traced, named, heads, columns, f"{title}{note}"))
    each = f"En qué terminó cada {'número' if record.base.kind.startswith('telephone') else 'contacto'}"
    counts = [Column(f"{name} ({code})", f"counts.{code}", spanish.count) for code, name in HEADS.items()]
    made = table(traced, named, heads, counts, f"{each}{note}")
    return "\n\n".join([*parts, markdown.folded(made, each)])


def interviewers(traced: Traced, edition: Edition, rows: Sequence[Asked], note: str) -> str:
    """The headline figures with both standard errors; every other printed figure folded away."""
    if not rows:
        return ""
    told = edition.settings.headline
    headline = {(m.indicator, m.category) for m in (*((told,) if told else ()), *edition.settings.findings)}
    shown = [row for row in rows if _printed(edition, row)]
    first = [row for row in shown if (row.indicator, row.category) in headline]
    others = [row for row in shown if row not in first]
    parts = [_effects(traced, edition, first, f"Las cifras principales y quién preguntó{note}")] if first else []
    if others:
        rest = _effects(traced, edition, others, f"Las demás cifras y quién preguntó{note}")
        parts.append(markdown.folded(rest, "Las demás cifras"))
    silent = ["Las entrevistas que no dicen quién preguntó no cuentan aquí."] if _some_silent(edition, shown) else []
    return "\n\n".join([_load(traced, rows[0]), *silent, *parts])


def _some_silent(edition: Edition, rows: Sequence[Asked]) -> bool:
    """Whether a published figure has more interviews than its row here."""
    figures = ((edition.whole(_measure(edition, row)), row.n) for row in rows)
    return any(figure is not None and figure.n > n for figure, n in figures)


def _measure(edition: Edition, row: Asked) -> Measure:
    return Measure(row.indicator, row.category, edition.labels[row.indicator].statistic)


def _load(traced: Traced, row: Asked) -> str:
    cell = _Cell(traced, f"{row.indicator}/{row.category}")
    count = cell(spanish.count(row.interviewers), "interviewers")
    mean = cell(spanish.count(row.mean_interviews), "mean_interviews")
    return text("Preguntaron ", count, " personas, que hicieron en promedio ", mean, " entrevistas cada una.").markdown


def _printed(edition: Edition, row: Asked) -> bool:
    label = edition.labels.get(row.indicator)
    # Where all answer alike there is no variance that interviewers could have a part of.
    if label is None or not math.isfinite(row.icc):
        return False
    return edition.whole(_measure(edition, row)) is not None


def _effects(traced: Traced, edition: Edition, rows: Sequence[Asked], caption: str) -> str:
    heads = ["Cifra", "Respuesta", "Estimación", "Correlación", "Intervalo", "Error estándar", "Con quien pregunta"]
    made: list[list[str | Number | Text]] = []
    for row in rows:
        label = edition.labels[row.indicator]
        share = label.statistic == "proportion"
        unit = 100.0 if share else 1.0
        named = label.name if share or label.unit in ("", POINTS) else f"{label.name} ({label.unit})"
        cell = _Cell(traced, f"{row.indicator}/{row.category}")
        made.append([
            named, edition.answer(row.indicator, row.category) or markdown.EMPTY,
            cell(tenths(unit * row.estimate), "estimate"), cell(thousandths(row.icc), "icc"),
            text(cell(thousandths(row.icc_low), "icc_low"), " a ", cell(thousandths(row.icc_high), "icc_high")),
            cell(hundredths(unit * row.se), "se"), cell(hundredths(unit * row.se_interviewers), "se_interviewers"),
            cell(hundredths(row.se_ratio), "se_ratio"),
        ])  # fmt: skip
    return markdown.pipe([*heads, "Cuántas veces"], made, caption, range(2))
