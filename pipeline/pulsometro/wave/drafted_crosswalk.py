"""A new delivery against the last questionnaire: what is sure, what somebody must decide."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from pulsometro.common.discretion import simple
from pulsometro.common.errors import PulsoError
from pulsometro.ingest.delivery_record import Difference
from pulsometro.ingest.harmonise.areas import alias_table
from pulsometro.ingest.harmonise.clock import Clock
from pulsometro.ingest.harmonise.crosswalk import Plan, ways_of
from pulsometro.ingest.harmonise.date_causes import date_cause
from pulsometro.ingest.harmonise.durations import looks_timed, timed_remedy
from pulsometro.ingest.harmonise.heading_rows import rows_of_headings, without_headings
from pulsometro.ingest.harmonise.headings import nearest_heading, shown_headings
from pulsometro.ingest.harmonise.label_words import same_words
from pulsometro.ingest.harmonise.metadata import compare
from pulsometro.ingest.harmonise.no_answers import without_no_answers
from pulsometro.ingest.harmonise.numerals import declared_marks
from pulsometro.ingest.harmonise.plain_texts import with_plain_texts
from pulsometro.ingest.harmonise.unknown_options import divider_of, offence_of
from pulsometro.ingest.harmonise.unknown_values import unexpected
from pulsometro.ingest.harmonise.ways import Ways
from pulsometro.ingest.read.cell_errors import MAYBE_EMPTY
from pulsometro.ingest.read.delivered import ColumnMetadata, Delivered, code_text
from pulsometro.questionnaire.model import Item, Questionnaire
from pulsometro.study import Study
from pulsometro.wave.opened_delivery import opened
from pulsometro.wave.proposed_writing import Written, written

# Differences that only a person can settle; the others are reported.
_MOST_LABELS = 0.75
_OPEN = {"label_swapped", "text_swapped", "text_other"}
# Where survey servers (ODK, Kobo, SurveyCTO, LimeSurvey, Qualtrics) write the day of an interview: the likeliest first.
_SERVERS_DAYS = ("today", "start", "starttime", "startdate", "submitdate", "submissiondate", "_submission_time")


@dataclass(frozen=True)
class Draft:
    """What the delivery settles of the crosswalk.

    ``todo``: item → what to decide, in words; ``differences``: everything that differs from the
    questionnaire; ``sure``: how many items have their column and codes; ``writing``: key of the
    delivery → what it may have to say, and where that was seen; ``settled``: key of the delivery → what it must say for
    the file to be read at all (its sheet, the row of its names).
    """

    todo: Mapping[str, str]
    differences: tuple[Difference, ...]
    sure: int
    writing: Mapping[str, str] = field(default_factory=dict)
    settled: Mapping[str, Any] = field(default_factory=dict)


def draft(study: Study, questionnaire: Questionnaire, path: Path, wave: str) -> Draft:
    """Compare the delivery of a new ``wave`` with the questionnaire that it should follow.

    Raises PulsoError when the file cannot be read or lacks the respondent's columns.
    """
    delivery = questionnaire.delivery
    names = [n for n in questionnaire.asked if n != "folio" and n not in delivery.not_delivered]
    full = Plan({name: delivery.columns[name] for name in names}, delivery.respondent, delivery.finished)
    # What a workbook's cells may hold for nothing is proposed below, as any other word for it.
    reading_errors = replace(delivery, blank=(*delivery.blank, *sorted(MAYBE_EMPTY)))
    delivered, settled = opened(path, reading_errors, partial(_there, full, questionnaire, path))
    questionnaire = replace(questionnaire, delivery=replace(delivery, **settled))
    delivery = questionnaire.delivery
    delivered = with_plain_texts(delivered, delivery)
    here = {n: c for n, c in full.items.items() if {c.name, *c.more} <= set(delivered.columns)}
    reading = Plan(here, full.respondent, None)
    areas = alias_table(study.places)
    rows = rows_of_headings(delivered, questionnaire, reading, areas, _clock(study))
    as_proposed = replace(questionnaire, delivery=replace(delivery, header_rows=rows)) if rows else questionnaire
    delivered = without_headings(delivered, as_proposed, reading, areas, path, _clock(study))
    differences = compare(delivered, questionnaire, reading, areas)
    todo = {name: _gone(name, questionnaire, delivered) for name in full.items if name not in here}
    todo |= {d.item: _contradiction(d) for d in differences if d.kind in _OPEN}
    delivered = without_no_answers(delivered, questionnaire.items, reading.items, delivery.missing, areas)
    writing = written(delivered, questionnaire, reading, lambda table: _ways(study, questionnaire, table))
    todo |= _unknown(questionnaire, writing.delivered, reading, writing, wave)
    proposals = {**({"header_rows": f"{rows}, in row {max(rows, 2)}?"} if rows else {}), **writing.proposals}
    order = [name for name in names if name in todo]
    return Draft({name: todo[name] for name in order}, differences, len(names) - len(todo), proposals, settled)


def _there(full: Plan, questionnaire: Questionnaire, path: Path, columns: tuple[str, ...]) -> tuple[str, ...]:
    """The plan's columns that the file has; PulsoError where it lacks the respondent's."""
    absent = [name for name in full.respondent if name not in columns]
    if absent:
        near = nearest_heading(absent[0], ["" if name in full.columns else name for name in columns])
        shown = {} if near is None else shown_headings(columns, questionnaire, ())
        hint = "" if near is None else f" (did it become {shown[columns[near]]}?)"
        raise PulsoError(
            f"{path}: the respondent's column '{absent[0]}' is not in the file{hint}; is it the right delivery, or is "
            "delivery.respondent another column now?"
        )
    return tuple(name for name in full.columns if name in set(columns))


def _contradiction(difference: Difference) -> str:
    """What the file says of a column or code of its own, where that is another's."""
    if difference.code:
        return f"labels say that code {difference.code} is «{difference.delivered}»"
    return f"the file calls {difference.column} «{difference.delivered}»"


def _gone(name: str, questionnaire: Questionnaire, delivered: Delivered) -> str:
    """Why the item has no column, with the column that may be it: proposed, never taken."""
    item, old = questionnaire[name], questionnaire.delivery.columns[name].name
    used = {c.name for c in questionnaire.delivery.columns.values()}
    free = [column for column in delivered.columns if column and column not in used]
    wanted = {simple(item.label), simple(item.text)}
    same = [c for c in free if c in delivered.metadata and simple(delivered.metadata[c].label) in wanted]
    # A column may be called as the item and be another question (Género, discriminado por género): its answers tell.
    same = _of_these_answers(item, free, delivered, same)
    free = [c for c in free if not _of_other_answers(item, delivered.metadata.get(c))]
    place = None if same else nearest_heading(old, free, 0.4)
    near = same[0] if same else None if place is None else free[place]
    if near is None and item.kind == "date":
        servers = {column.casefold(): column for column in reversed(free)}
        day = next((servers[each] for each in _SERVERS_DAYS if each in servers), None)
        if day is not None:
            return f"{old} is gone; {day}?"
    # Drafts are kept in git: a heading that may be somebody's name is told by its place.
    return (
        f"{old} is gone"
        if near is None
        else f"{old} is gone; {shown_headings(delivered.columns, questionnaire, ())[near]}?"
    )


def _of_these_answers(item: Item, free: list[str], delivered: Delivered, named: list[str]) -> list[str]:
    """The columns whose value labels are the item's answers, those that bear its name first; ``named`` where none."""
    alike = [c for c in free if _share(item, delivered.metadata.get(c)) >= _MOST_LABELS]
    return [c for c in named if c in alike] or (alike if len(alike) == 1 else []) or [
        c for c in named if not _of_other_answers(item, delivered.metadata.get(c))
    ]  # fmt: skip


def _of_other_answers(item: Item, metadata: ColumnMetadata | None) -> bool:
    """Whether a column's value labels say that its answers are none of the item's."""
    return bool(item.codes) and metadata is not None and bool(metadata.labels) and _share(item, metadata) == 0


def _share(item: Item, metadata: ColumnMetadata | None) -> float:
    """How many of the item's answers the column's value labels name, of all."""
    if metadata is None or not metadata.labels or not item.codes:
        return 0.0
    labels = [re.sub(r"^\W*\d+\b\W*(?=\w)", "", label) for label in metadata.labels.values()]
    return sum(any(same_words(label, own) for label in labels) for own in item.codes.values()) / len(item.codes)


def _clock(study: Study) -> Clock:
    return Clock(None if study.identity.time_zone is None else ZoneInfo(study.identity.time_zone))


def _ways(study: Study, questionnaire: Questionnaire, delivered: Delivered) -> Ways:
    areas = alias_table(study.places)
    return ways_of(delivered, questionnaire, areas, declared_marks(questionnaire.delivery), _clock(study))


def _unknown(
    questionnaire: Questionnaire, delivered: Delivered, reading: Plan, writing: Written, wave: str
) -> dict[str, str]:
    todo = {}
    for name, crosswalk in reading.items.items():
        item = questionnaire[name]
        unknown = writing.unknown(name)
        if unknown.any() and item.kind == "date":
            frame, clock = delivered.frame, writing.ways.clock
            cause = date_cause(frame[crosswalk.name], unknown, name, crosswalk.format, wave, clock)
            todo[name] = f"{crosswalk.name} is no date as declared; {cause}"
        elif unknown.any() and item.kind == "number":
            texts = [code_text(value) for value in delivered.frame[crosswalk.name][unknown].unique()]
            if all(looks_timed(text) for text in texts):
                todo[name] = f"{crosswalk.name} {timed_remedy(name, texts[0], wave)}"
        elif unknown.any():
            offence = None if crosswalk.option is None else offence_of(crosswalk, writing.ways.lists, item)
            column, rows = (crosswalk.name, unknown) if offence is None else (offence.column, offence.rows)
            values = delivered.frame[column][rows].map(code_text).unique()
            areas = writing.ways.areas
            shown = "values" if item.private else ", ".join(unexpected(sorted(values)[:4], item, crosswalk, areas))
            todo[name] = f"{column} has unknown {shown}"
            if offence is not None and (mark := divider_of(offence.cell, writing.ways.lists[column].options)):
                todo[name] = f"the options in {column} are divided by '{mark}'; separator?"
    return todo
