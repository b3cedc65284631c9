"""A new delivery against the last questionnaire: what is sure, what somebody must decide."""

import difflib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from pulsometro.common.discretion import simple
from pulsometro.common.errors import PulsoError
from pulsometro.ingest.delivery_record import Difference
from pulsometro.ingest.harmonise.areas import alias_table
from pulsometro.ingest.harmonise.clock import Clock
from pulsometro.ingest.harmonise.crosswalk import Plan, converted, ways_of
from pulsometro.ingest.harmonise.heading_rows import without_headings
from pulsometro.ingest.harmonise.headings import shown_headings
from pulsometro.ingest.harmonise.metadata import compare
from pulsometro.ingest.harmonise.numerals import declared_marks
from pulsometro.ingest.harmonise.plain_texts import with_plain_texts
from pulsometro.ingest.harmonise.unknown_options import offence_of
from pulsometro.ingest.harmonise.unknown_values import unexpected
from pulsometro.ingest.read.delivered import Delivered, code_text
from pulsometro.ingest.read.readers import read_delivery
from pulsometro.questionnaire.model import Questionnaire
from pulsometro.study import Study

# Differences that only a person can settle; the others are reported.
_OPEN = {
    "label_swapped": "labels say that code {0.code} is «{0.delivered}»",
    "text_swapped": "the file calls {0.column} «{0.delivered}»",
    "text_other": "the file calls {0.column} «{0.delivered}»",
}


@dataclass(frozen=True)
class Draft:
    """What the delivery settles of the crosswalk.

    ``todo``: item → what to decide, in words; ``differences``: everything that differs from the
    questionnaire; ``sure``: how many items have their column and codes.
    """

    todo: Mapping[str, str]
    differences: tuple[Difference, ...]
    sure: int


def draft(study: Study, questionnaire: Questionnaire, path: Path) -> Draft:
    """Compare a delivery with the questionnaire that it should follow.

    Raises PulsoError when the file cannot be read or lacks the respondent's columns.
    """
    delivery = questionnaire.delivery
    names = [n for n in questionnaire.asked if n != "folio" and n not in delivery.not_delivered]
    full = Plan({name: delivery.columns[name] for name in names}, delivery.respondent, delivery.finished)
    delivered = read_delivery(path, delivery, lambda columns: tuple(c for c in full.columns if c in set(columns)))
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
    todo |= {d.item: _OPEN[d.kind].format(d) for d in differences if d.kind in _OPEN}
    todo |= _unknown(study, questionnaire, delivered, reading)
    order = [name for name in names if name in todo]
    return Draft({name: todo[name] for name in order}, differences, len(names) - len(todo))


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


def _unknown(study: Study, questionnaire: Questionnaire, delivered: Delivered, reading: Plan) -> dict[str, str]:
    areas, todo = alias_table(study.params.municipalities), {}
    ways = ways_of(delivered, questionnaire, areas, declared_marks(questionnaire.delivery), _clock(study))
    for name, crosswalk in reading.items.items():
        item = questionnaire[name]
        result = converted(name, delivered, item, crosswalk, ways)
        if result.unknown.any() and item.kind != "number":
            offence = None if crosswalk.option is None else offence_of(crosswalk, ways.lists, item)
            column, rows = (crosswalk.name, result.unknown) if offence is None else (offence.column, offence.rows)
            values = delivered.frame[column][rows].map(code_text).unique()
            shown = "values" if item.private else ", ".join(unexpected(sorted(values)[:4], item, crosswalk, areas))
            todo[name] = f"{column} has unknown {shown}"
    return todo
