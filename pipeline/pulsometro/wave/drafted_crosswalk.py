"""A new delivery against the last questionnaire: what is sure, what somebody must decide."""

import difflib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from zoneinfo import ZoneInfo

from pulsometro.common.discretion import simple
from pulsometro.common.errors import PulsoError
from pulsometro.ingest.delivery_record import Difference
from pulsometro.ingest.harmonise.areas import alias_table
from pulsometro.ingest.harmonise.clock import Clock
from pulsometro.ingest.harmonise.crosswalk import Plan, ways_of
from pulsometro.ingest.harmonise.heading_rows import without_headings
from pulsometro.ingest.harmonise.headings import shown_headings
from pulsometro.ingest.harmonise.metadata import compare
from pulsometro.ingest.harmonise.numerals import declared_marks
from pulsometro.ingest.harmonise.plain_texts import with_plain_texts
from pulsometro.ingest.harmonise.unknown_options import divider_of, offence_of
from pulsometro.ingest.harmonise.unknown_values import unexpected
from pulsometro.ingest.harmonise.ways import Ways
from pulsometro.ingest.read.cell_errors import MAYBE_EMPTY
from pulsometro.ingest.read.delivered import Delivered, code_text
from pulsometro.ingest.read.readers import read_delivery
from pulsometro.questionnaire.model import Questionnaire
from pulsometro.study import Study
from pulsometro.wave.proposed_writing import Written, written

# Differences that only a person can settle; the others are reported.
_OPEN = {"label_swapped", "text_swapped", "text_other"}


@dataclass(frozen=True)
class Draft:
    """What the delivery settles of the crosswalk.

    ``todo``: item → what to decide, in words; ``differences``: everything that differs from the
    questionnaire; ``sure``: how many items have their column and codes; ``writing``: key of the
    delivery → what it may have to say, and where that was seen.
    """

    todo: Mapping[str, str]
    differences: tuple[Difference, ...]
    sure: int
    writing: Mapping[str, str] = field(default_factory=dict)


def draft(study: Study, questionnaire: Questionnaire, path: Path) -> Draft:
    """Compare a delivery with the questionnaire that it should follow.

    Raises PulsoError when the file cannot be read or lacks the respondent's columns.
    """
    delivery = questionnaire.delivery
    names = [n for n in questionnaire.asked if n != "folio" and n not in delivery.not_delivered]
    full = Plan({name: delivery.columns[name] for name in names}, delivery.respondent, delivery.finished)
    # What a workbook's cells may hold for nothing is proposed below, as any other word for it.
    reading_errors = replace(delivery, blank=(*delivery.blank, *sorted(MAYBE_EMPTY)))
    delivered = read_delivery(path, reading_errors, lambda columns: tuple(c for c in full.columns if c in set(columns)))
    delivered = with_plain_texts(delivered, delivery)
    absent = [name for name in full.respondent if name not in delivered.columns]
    if absent:
        raise PulsoError(
            f"{path}: the respondent's column '{absent[0]}' is not in the file; is it the right delivery, or is "
            "delivery.respondent another column now?"
        )
    here = {n: c for n, c in full.items.items() if {c.name, *c.more} <= set(delivered.columns)}
    reading = Plan(here, full.respondent, None)
    # Rows of headings are for the questionnaire to declare, which is yet to be written: here they only do no harm.
    with suppress(PulsoError):
        delivered = without_headings(
            delivered, questionnaire, reading, alias_table(study.params.municipalities), path, _clock(study)
        )
    differences = compare(delivered, questionnaire, reading, alias_table(study.params.municipalities))
    todo = {name: _gone(name, questionnaire, delivered) for name in full.items if name not in here}
    todo |= {d.item: _contradiction(d) for d in differences if d.kind in _OPEN}
    writing = written(delivered, questionnaire, reading, lambda table: _ways(study, questionnaire, table))
    todo |= _unknown(questionnaire, writing.delivered, reading, writing)
    order = [name for name in names if name in todo]
    return Draft({name: todo[name] for name in order}, differences, len(names) - len(todo), writing.proposals)


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
    near = same or difflib.get_close_matches(old, free, n=1, cutoff=0.4)
    # Drafts are kept in git: a heading that may be somebody's name is told by its place.
    return (
        f"{old} is gone; {shown_headings(delivered.columns, questionnaire, ())[near[0]]}?" if near else f"{old} is gone"
    )


def _clock(study: Study) -> Clock:
    return Clock(None if study.identity.time_zone is None else ZoneInfo(study.identity.time_zone))


def _ways(study: Study, questionnaire: Questionnaire, delivered: Delivered) -> Ways:
    areas = alias_table(study.params.municipalities)
    return ways_of(delivered, questionnaire, areas, declared_marks(questionnaire.delivery), _clock(study))


def _unknown(questionnaire: Questionnaire, delivered: Delivered, reading: Plan, writing: Written) -> dict[str, str]:
    todo = {}
    for name, crosswalk in reading.items.items():
        item = questionnaire[name]
        unknown = writing.unknown(name)
        if unknown.any() and item.kind != "number":
            offence = None if crosswalk.option is None else offence_of(crosswalk, writing.ways.lists, item)
            column, rows = (crosswalk.name, unknown) if offence is None else (offence.column, offence.rows)
            values = delivered.frame[column][rows].map(code_text).unique()
            areas = writing.ways.areas
            shown = "values" if item.private else ", ".join(unexpected(sorted(values)[:4], item, crosswalk, areas))
            todo[name] = f"{column} has unknown {shown}"
            if offence is not None and (mark := divider_of(offence.cell, writing.ways.lists[column].options)):
                todo[name] = f"the options in {column} are divided by '{mark}'; separator?"
    return todo
