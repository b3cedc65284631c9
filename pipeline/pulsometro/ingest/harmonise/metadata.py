"""What the file says of itself against what the questionnaire says."""

import re
from collections.abc import Collection, Iterator
from dataclasses import replace

from pulsometro.common.discretion import recognised, shape, simple
from pulsometro.ingest.delivery_record import Difference, DifferenceKind, TakenFor
from pulsometro.ingest.harmonise.areas import Areas
from pulsometro.ingest.harmonise.changed_wordings import speaking_of_others
from pulsometro.ingest.harmonise.crosswalk import Plan
from pulsometro.ingest.harmonise.headings import shown_headings, shown_label, study_words
from pulsometro.ingest.harmonise.label_words import MISSING_LABELS, initials_of, same_words
from pulsometro.ingest.harmonise.values import code_table
from pulsometro.ingest.harmonise.wordings import mislabelled
from pulsometro.ingest.read.delivered import ColumnMetadata, Delivered, plain_number
from pulsometro.questionnaire.model import Column, Item, Questionnaire

_KINDS = {"single": "numeric", "integer": "numeric", "number": "numeric", "date": "date"}
# Kinds whose words are the program's own.
_OURS = {"user_missing", "type", "not_delivered", "code_without_label"}
_MISSING: TakenFor = "missing"
_ANSWER: TakenFor = "answer"


def compare(
    delivered: Delivered, questionnaire: Questionnaire, reading: Plan, areas: Areas, hidden: Collection[str] = ()
) -> tuple[Difference, ...]:
    """Every difference, items in the questionnaire's order, unasked columns last.

    ``areas``: the study's municipalities, whose names the labels of an area's codes are. Headings, codes and labels of
    the file stand in them as they may be shown; ``hidden``: what is never shown.
    """
    found: list[Difference] = []
    for name, column in reading.items.items():
        meta = delivered.metadata.get(column.name)
        if meta is not None and column.option is None:
            found += _labels(name, questionnaire, column.name, meta)
            found += _area_labels(questionnaire[name], name, column, meta, areas)
            found += _user_missing(name, questionnaire, column.name, meta)
            found += _areas_missing(questionnaire[name], name, column, meta, areas)
            found += _type(name, questionnaire[name], column.name, meta)
    found += _wordings(delivered, questionnaire, reading)
    for name in questionnaire.delivery.not_delivered:
        found.append(Difference("not_delivered", "", name, "", "", questionnaire[name].label))
    used = {*reading.columns, *questionnaire.delivery.ignore, *delivered.system}
    used |= {c for col in questionnaire.delivery.columns.values() for c in (col.name, *col.more)}
    for column_name in delivered.columns:
        if column_name and column_name not in used:
            label = delivered.metadata.get(column_name, ColumnMetadata()).label
            found.append(Difference("not_asked", column_name, "", "", label, ""))
    headings, words = shown_headings(delivered.columns, questionnaire, hidden), study_words(questionnaire)
    return tuple(
        replace(
            each, column=headings.get(each.column, each.column), code=_code(each, questionnaire, hidden),
            delivered=each.delivered if each.kind in _OURS
            else shown_label(each.delivered, [*_known(each, questionnaire), *areas.names.values()], words, hidden),
        )
        for each in found
    )  # fmt: skip


def _code(difference: Difference, questionnaire: Questionnaire, hidden: Collection[str]) -> str:
    """A code that the questionnaire does not have may be anything."""
    if difference.kind != "label_without_code" or (
        difference.code not in hidden and recognised(difference.code, _known(difference, questionnaire))
    ):
        return difference.code
    return shape(difference.code)


def _known(difference: Difference, questionnaire: Questionnaire) -> list[str]:
    """What an item's labels may say; of a column that is no item, or another's, what any item is called."""
    if difference.item not in questionnaire.items or difference.kind in {"text_swapped", "text_other"}:
        return [text for item in questionnaire.items.values() for text in (item.label, item.text)]
    item = questionnaire[difference.item]
    missing = [label for kind in item.missing.values() for label in sorted(MISSING_LABELS[kind])]
    return [item.label, *item.codes.values(), *missing]


def _labels(name: str, questionnaire: Questionnaire, column: str, meta: ColumnMetadata) -> Iterator[Difference]:
    item = questionnaire[name]
    if item.kind in {"integer", "number"}:
        yield from _missing_labels(name, item, column, meta, questionnaire.delivery.columns[name])
    if item.kind != "single" or not meta.labels:
        return
    table = code_table(item, questionnaire.delivery.columns[name])
    initials = initials_of({code: meta.labels[text] for text, code in table.items() if text in meta.labels}, item)
    for delivered_code, label in meta.labels.items():
        code = table.get(delivered_code)
        if code is None:
            yield Difference("label_without_code", column, name, delivered_code, label, "")
            continue
        bare = _without_code(label, delivered_code)
        bare = initials.get(simple(bare), bare)
        if not _same(bare, item, code):
            swapped = any(_same(bare, item, other) for other in item.valid_codes if other != code)
            kind: DifferenceKind = "label_swapped" if swapped else "label_differs"
            yield Difference(kind, column, name, delivered_code, label, _expected(item, code))
    for delivered_code, code in sorted(table.items()):
        if delivered_code not in meta.labels and code in item.codes:
            yield Difference("code_without_label", column, name, delivered_code, "", _expected(item, code))


def _missing_labels(
    name: str, item: Item, column: str, meta: ColumnMetadata, crosswalk: Column
) -> Iterator[Difference]:
    """Numbers that the file labels as no answer and the questionnaire counts as one, and the other way about."""
    table = {**{str(code): code for code in item.missing}, **crosswalk.codes}
    every = set().union(*MISSING_LABELS.values())
    for delivered_code, label in meta.labels.items():
        said, code = simple(_without_code(label, delivered_code)), table.get(delivered_code)
        if code not in item.missing and said in every:
            yield Difference("label_without_code", column, name, delivered_code, label, "")
        elif code is not None and code in item.missing and said and said not in MISSING_LABELS[item.missing[code]]:
            yield Difference("label_differs", column, name, delivered_code, label, _expected(item, code))


def _without_code(label: str, code: str) -> str:
    """'1. Mucha', '(01) Mucha', '1 = Mucha' of the code 1 as 'Mucha'."""
    return re.sub(rf"^\W*0*{re.escape(code)}\b\W+(?=\w)", "", label)


def _area_labels(item: Item, name: str, column: Column, meta: ColumnMetadata, areas: Areas) -> Iterator[Difference]:
    """Codes of municipalities whose label names another one, or none of the study's."""
    if item.kind != "area" or not areas.known:
        return
    for delivered_code, label in meta.labels.items():
        area = areas.resolve(str(column.codes.get(delivered_code, delivered_code)))
        said = areas.resolve(label) or areas.named_in(label)
        # A producer's list has municipalities that are none of the study's; a label may be the code once more.
        if area is not None and said != area and simple(label):
            kind: DifferenceKind = "label_differs" if said is None else "label_swapped"
            yield Difference(kind, column.name, name, delivered_code, label, areas.name_of(area))


def _wordings(delivered: Delivered, questionnaire: Questionnaire, reading: Plan) -> Iterator[Difference]:
    """Columns whose label is another item's wording, or speaks of another thing than their item."""
    labels = {
        name: "" if simple(label) == simple(column.name) else label
        for name, column in reading.items.items()
        if column.option is None and (label := delivered.metadata.get(column.name, ColumnMetadata()).label)
    }
    others = mislabelled(labels, questionnaire.items)
    for each in others:
        kind: DifferenceKind = "text_swapped" if each.exchanged else "text_other"
        expected = questionnaire[each.item].label
        yield Difference(kind, reading.items[each.item].name, each.item, "", labels[each.item], expected)
    for name in speaking_of_others(labels, questionnaire.items):
        if name not in {each.item for each in others}:
            expected = questionnaire[name].label
            yield Difference("text_other", reading.items[name].name, name, "", labels[name], expected)


def _user_missing(name: str, questionnaire: Questionnaire, column: str, meta: ColumnMetadata) -> Iterator[Difference]:
    """Answers that the file declares missing, and missing codes that it leaves out of its declaration."""
    item = questionnaire[name]
    if item.kind not in {"single", "integer"} or not meta.missing:
        return
    table = code_table(item, questionnaire.delivery.columns[name])
    for delivered_code, code in sorted(table.items()):
        declared = any(_within(delivered_code, part) for part in meta.missing)
        if declared and code in item.codes:
            yield Difference("user_missing", column, name, delivered_code, _MISSING, _expected(item, code))
        elif not declared and item.missing.get(code) in {"no_sabe", "no_contesta"}:
            yield Difference("user_missing", column, name, delivered_code, _ANSWER, _expected(item, code))


def _areas_missing(item: Item, name: str, column: Column, meta: ColumnMetadata, areas: Areas) -> Iterator[Difference]:
    """Municipalities of the study whose code the file declares missing: a program that obeys it loses them."""
    if item.kind != "area" or not meta.missing:
        return
    written: dict[str, set[str]] = {}
    for area in areas.known.values():
        written.setdefault(area, set()).update({area, plain_number(area)})
    for delivered_code, code in column.codes.items():
        if (named := areas.resolve(str(code))) is not None:
            written.setdefault(named, set()).add(delivered_code)
    for text, area in sorted((text, area) for area, texts in written.items() for text in texts):
        if any(_within(text, part) for part in meta.missing) and text == min(
            (each for each in written[area] if any(_within(each, part) for part in meta.missing)), key=len
        ):
            yield Difference("user_missing", column.name, name, text, _MISSING, areas.name_of(area))


def _within(code: str, part: str) -> bool:
    """Whether a code is the declared value or lies in the declared range (``97–99``)."""
    low, dash, high = part.partition("–")
    try:
        return float(low) <= float(code) <= float(high if dash else low)
    except ValueError:
        return code == part


def _same(label: str, item: Item, code: int) -> bool:
    if code in item.codes:
        return same_words(label, item.codes[code])
    return simple(label) in MISSING_LABELS[item.missing[code]]


def _expected(item: Item, code: int) -> str:
    return item.codes[code] if code in item.codes else item.missing[code].replace("_", " ")


def _type(name: str, item: Item, column: str, meta: ColumnMetadata) -> Iterator[Difference]:
    expected = _KINDS.get(item.kind)
    if expected is not None and meta.kind and meta.kind != expected:
        yield Difference("type", column, name, "", meta.kind, expected)
