"""One wave's delivery read and harmonised, in the order in which its faults are told; nothing is written."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from pulsometro.common.errors import PulsoError
from pulsometro.ingest.delivery_record import Counts, Difference, Note
from pulsometro.ingest.harmonise.areas import Areas, alias_table, refuse_other_areas
from pulsometro.ingest.harmonise.blank_words import emptied
from pulsometro.ingest.harmonise.clock import Clock, clock_of
from pulsometro.ingest.harmonise.crosswalk import Plan, harmonised, interviewers, plan, present
from pulsometro.ingest.harmonise.fieldwork_days import refuse_other_wave
from pulsometro.ingest.harmonise.heading_rows import without_headings
from pulsometro.ingest.harmonise.headings import shown_all, shown_headings
from pulsometro.ingest.harmonise.metadata import compare
from pulsometro.ingest.harmonise.no_answers import without_no_answers
from pulsometro.ingest.harmonise.notes import kept_skips, quirks
from pulsometro.ingest.harmonise.number_marks import file_marks
from pulsometro.ingest.harmonise.numerals import Marks, declared_marks
from pulsometro.ingest.harmonise.plain_texts import with_plain_texts
from pulsometro.ingest.harmonise.routing import route
from pulsometro.ingest.harmonise.servers import Verdicts, read_verdicts, server_columns
from pulsometro.ingest.harmonise.skipped_cells import not_asked, refuse_filled
from pulsometro.ingest.harmonise.telephones import fingerprint, wave_key
from pulsometro.ingest.harmonise.total_rows import refuse_total_rows
from pulsometro.ingest.quarantine import separate
from pulsometro.ingest.read.delivered import Delivered
from pulsometro.ingest.read.header import NamesLower
from pulsometro.ingest.read.readers import read_delivery
from pulsometro.questionnaire import Questionnaire
from pulsometro.study import Study

Tell = Callable[[str], object]


@dataclass(frozen=True)
class Ingested:
    """A wave as accepted: responses, quarantine, counts, metadata differences, how it was read.

    ``telephone_key``: fingerprint of the key under which telephones became codes; None where there are none.
    """

    responses: pd.DataFrame
    quarantine: pd.DataFrame
    counts: Counts
    differences: tuple[Difference, ...]
    delivered: Delivered
    kept_skips: dict[str, int]
    telephone_key: str | None


@dataclass(frozen=True)
class _Wave:
    """What says how a wave's delivery is read: its questionnaire and plan, municipalities and days."""

    study: Study
    key: str
    questionnaire: Questionnaire
    reading: Plan
    areas: Areas
    clock: Clock

    @property
    def path(self) -> Path:
        return self.study.raw(self.key)

    @property
    def source(self) -> Path:
        """The questionnaire's file."""
        return self.study.questionnaires / f"{self.key}.yaml"


def read(study: Study, wave: str, tell: Tell = str) -> Ingested:
    """Read and harmonise one wave without writing anything; ``tell`` is called with what is under way.

    Raises PulsoError in one sentence naming file, column, value and rows.
    """
    questionnaire = study.questionnaire(wave)
    roles, path = study.params.check.roles, study.raw(wave)
    areas, reading = alias_table(study.places), plan(questionnaire, roles.items)
    key = wave_key(study.root, study.wave(wave).simulated) if roles.phone in reading.items else None
    of = _Wave(study, wave, questionnaire, reading, areas, clock_of(study, wave, questionnaire.delivery))
    tell(f"{wave}: reading {path.name}")
    delivered = _delivered(of, tell)
    marks = file_marks(delivered.frame, questionnaire, reading, path)
    responses, problems = harmonised(
        delivered, questionnaire, reading, areas, path, roles.phone, marks, key, roles.interviewer, of.clock
    )
    verdicts = read_verdicts(delivered, questionnaire, reading, path, wave)
    delivered = replace(delivered, system=(*delivered.system, *verdicts.columns))
    problems += verdicts.obeyed
    tell(f"{wave}: {len(delivered.frame):,} rows through the skips")
    routed, broken = route(responses, questionnaire, problems)
    found = {p.item: (p.rows, not_asked(routed, questionnaire, p.item)) for p in broken if p.reason == "skip_violation"}
    refuse_filled(delivered.frame, questionnaire, reading.items, path, found)
    if roles.date is not None and roles.date in routed:
        refuse_other_wave(routed[roles.date], delivered.frame, reading.items[roles.date], study, wave, of.clock)
    accepted, quarantine, counts = separate(routed, [*problems, *broken])
    refuse_other_areas(study, wave, accepted, path)
    if not counts.accepted:
        raise _none_accepted(counts, quarantine, verdicts, of)
    hidden = interviewers(delivered.frame, reading, roles.interviewer)
    differences = compare(delivered, questionnaire, reading, areas, hidden)
    notes = (*quirks(delivered, questionnaire, reading, responses, routed, of.clock), *verdicts.notes)
    shown = _told(delivered, questionnaire, hidden, marks, notes)
    shown_key = fingerprint(key) if key is not None else None
    return Ingested(accepted, quarantine, counts, differences, shown, kept_skips(routed, questionnaire), shown_key)


def _delivered(of: _Wave, tell: Tell) -> Delivered:
    """The file's interviews: without rows of headings, its words for blank empty; a row of totals is refused."""
    delivery = of.questionnaire.delivery

    def wanted(columns: tuple[str, ...]) -> tuple[str, ...]:
        named = present(of.reading, of.path, of.source, columns)
        return tuple(dict.fromkeys((*named, *server_columns(columns, of.reading))))

    try:
        delivered = with_plain_texts(read_delivery(of.path, delivery, wanted), delivery)
    except NamesLower as error:
        remedy = f"or say delivery.header_row: {error.row} in {of.source.name}"
        raise PulsoError(f"{str(error).removesuffix('.')}, {remedy}.") from error
    tell(f"{of.key}: {len(delivered.frame):,} rows through the crosswalk")
    delivered = emptied(delivered, delivery.blank)
    delivered = without_no_answers(delivered, of.questionnaire.items, of.reading.items, delivery.missing, of.areas)
    delivered = without_headings(delivered, of.questionnaire, of.reading, of.areas, of.path, of.clock)
    refuse_total_rows(delivered, of.reading, declared_marks(delivery), of.path)
    return delivered


def _none_accepted(counts: Counts, quarantine: pd.DataFrame, verdicts: Verdicts, of: _Wave) -> PulsoError:
    worst = max(counts.by_reason, key=lambda reason: counts.by_reason[reason])
    item = quarantine.loc[quarantine["reason"] == worst, "item"].mode().iloc[0]
    hint = ", or say delivery.verdicts: keep" if item in verdicts.columns and verdicts.obeyed else ""
    return PulsoError(
        f"{of.path}: not one of {counts.delivered:,} rows can be accepted (most: {worst.replace('_', ' ')} in "
        f"item {item}); check delivery.columns{hint} in {of.source.name}."
    )


def _told(
    delivered: Delivered, questionnaire: Questionnaire, hidden: frozenset[str], marks: Marks, notes: tuple[Note, ...]
) -> Delivered:
    """The delivery with what its record says of it: how it was read, notes, and columns whose names may be shown."""
    detected = {**delivered.detected, **(_written(marks) if delivered.detected["format"] == "csv" else {})}
    columns = shown_all(delivered.columns, shown_headings(delivered.columns, questionnaire, hidden))
    return replace(delivered, columns=columns, detected=detected, notes=notes)


def _written(marks: Marks) -> dict[str, str]:
    """How a text file's numbers were read, for its record."""
    thousands = {"thousands": marks.thousands} if marks.thousands is not None else {}
    return {"decimal": marks.decimal or ".", **thousands}
