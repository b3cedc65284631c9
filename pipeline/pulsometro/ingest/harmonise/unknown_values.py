"""What is said of values that an item does not know: where they stand, what they may be, what to do."""

from collections.abc import Collection
from pathlib import Path

import numpy as np
import pandas as pd

from pulsometro.common.discretion import alike, quoted, simple
from pulsometro.ingest.harmonise import values
from pulsometro.ingest.harmonise.areas import Areas
from pulsometro.ingest.harmonise.blank_words import is_usual, said_words
from pulsometro.ingest.harmonise.date_causes import date_cause
from pulsometro.ingest.harmonise.durations import looks_timed, timed_remedy
from pulsometro.ingest.harmonise.labelled_codes import codes_by_labels, labelled_remedy
from pulsometro.ingest.harmonise.multiple import NO_ANSWER
from pulsometro.ingest.harmonise.numerals import Marks, exact, fault_of, is_usual_code, thousands_of, ungrouped, whole
from pulsometro.ingest.harmonise.odd_cells import few_times, odd_cell
from pulsometro.ingest.harmonise.spoilt_folios import rows_said
from pulsometro.ingest.harmonise.unknown_options import offence_of, option_remedy
from pulsometro.ingest.harmonise.ways import Ways
from pulsometro.ingest.read.cell_errors import is_cell_error
from pulsometro.ingest.read.delivered import Delivered
from pulsometro.ingest.read.mojibake import mended
from pulsometro.questionnaire.labels_alike import label_key
from pulsometro.questionnaire.model import Column, Item, MissingKind, Questionnaire
from pulsometro.questionnaire.writing_faults import DECIMALS

# Ids of interviewers may be short numbers: what is wrong in so many ways is no code.
_MOST_SHOWN = 9


def unknown_sentence(
    delivered: Delivered,
    questionnaire: Questionnaire,
    ways: Ways,
    path: Path,
    unknown: list[tuple[str, Column, np.ndarray]],
    hidden: Collection[str],
) -> str:
    """The refusal of the first of ``unknown`` (item, its column, mask of its rows), and how many others there are."""
    name, crosswalk, mask = unknown[0]
    item, column = questionnaire[name], crosswalk.name
    offence = None if crosswalk.option is None else offence_of(crosswalk, ways.lists, item)
    if offence is None:
        said, remedy = _said(delivered, questionnaire, ways, unknown, hidden)
    else:
        column, mask, options = offence.column, offence.rows, ways.lists[offence.column].options
        said, remedy = option_remedy(name, item, crosswalk, options, offence.cell, questionnaire.wave)
    rows = delivered.frame.index[mask]
    count = f"row {rows[0]}" if len(rows) == 1 else f"{len(rows):,} rows ({rows_said(rows)})"
    # Of a multiple answer each option says the same of one column.
    rest = list(dict.fromkeys(other.name for _, other, _ in unknown[1:] if other.name != column))
    others = ", ".join(rest[:3]) + (" …" if len(rest) > 3 else "")
    tail = f"; {len(rest)} more with unknown values: {others}" if rest else ""
    return f"{path}, column {column} (item {name}), {count}: {said} {remedy}{tail}."


def _said(
    delivered: Delivered,
    questionnaire: Questionnaire,
    ways: Ways,
    unknown: list[tuple[str, Column, np.ndarray]],
    hidden: Collection[str],
) -> tuple[str, str]:
    """Of the first of ``unknown`` what may be shown of a value, and the remedy."""
    name, crosswalk, mask = unknown[0]
    item, wave, frame = questionnaire[name], questionnaire.wave, delivered.frame
    texts = values.uniques(frame[crosswalk.name][mask])[1]
    first = next((text for text in texts if is_usual(text)), texts[0])
    if is_usual(first):
        words = said_words(_blank_words(frame, unknown))
        return f"'{first}'", f"is a word for no answer; say delivery.blank: {words} in {wave}.yaml"
    said = unexpected([first, *texts[1:]], item, crosswalk, ways.areas, hidden)[0]
    said = f"'{first}'" if fault_of(first) == "stata" or is_usual_code(first) else said
    odd = next(((t, told) for t in texts if (told := odd_cell(t)) is not None), None)
    if odd is not None and (item.kind != "date" or is_cell_error(odd[0])):
        return (f"'{odd[0]}'" if is_cell_error(odd[0]) else unexpected([odd[0]], item, crosswalk, ways.areas)[0]), odd[
            1
        ]
    kind = missing_kind(first)
    if kind is not None and item.kind in ("integer", "number", "area"):
        return f"'{first}'", no_answer_remedy(name, item, first, kind, wave)
    if looks_timed(first) and item.kind != "date" and few_times(*_counts(frame[crosswalk.name])):
        return said, (
            "is a time where the others are none, as spreadsheets make of 12.30 or 12:30; correct the cell, or ask for "
            "the column as text"
        )
    if item.kind in ("integer", "number"):
        marks = ways.declared if item.kind == "integer" else ways.marks
        return said, number_remedy(name, item, first, marks, wave)
    if item.kind == "date":
        cause = date_cause(frame[crosswalk.name], mask, name, crosswalk.format, wave, ways.clock)
        return said, f"is not a date as declared; {cause}"
    if item.kind in ("area", "single"):
        every = values.uniques(frame[crosswalk.name])[1]
        codes = codes_by_labels(every, delivered.metadata.get(crosswalk.name), item, crosswalk, ways.areas)
        if codes:
            return said, labelled_remedy(name, crosswalk, codes, wave)
    broken = mended(first)
    if broken is not None:
        told = f'looks as if it had been read in a wrong encoding; say delivery.mend: "{broken[1]}" in {wave}.yaml'
        return said, told
    return said, _remedy(name, item, ways.areas, first, wave)


def _counts(column: pd.Series) -> tuple[list[str], list[int]]:
    places, texts = values.uniques(column)
    return texts, np.bincount(places, minlength=len(texts)).tolist()


def _blank_words(frame: pd.DataFrame, unknown: list[tuple[str, Column, np.ndarray]]) -> list[str]:
    """Every usual word for an empty cell among the values that no item knows: one remedy for all of them."""
    texts = [t for _, column, mask in unknown for t in values.uniques(frame[column.name][mask])[1] if is_usual(t)]
    return sorted(set(texts))


def number_remedy(name: str, item: Item, text: str, marks: Marks, wave: str) -> str:
    """What is wrong with a text that should be a number, and what to do, without a full stop."""
    if looks_timed(text):
        return timed_remedy(name, text, wave)
    what = "whole number" if item.kind == "integer" else "finite number"
    codes = f"delivery.columns.{name}.codes in {wave}.yaml"
    if (whole if item.kind == "integer" else exact)(text, marks) is not None:
        return (
            f"is no answer but a code for none, which the questionnaire does not know; say what it stands for in "
            f"items.{name}.missing or {codes}"
        )
    fault, mark = fault_of(text), thousands_of(text)
    if fault == "thousands" and mark == marks.decimal:
        return (
            f"is not a {what}: '{mark}' is its decimal mark (delivery.decimal); correct the file, or, if it "
            f'divides thousands, say delivery.thousands: "{mark}" and not delivery.decimal in {wave}.yaml'
        )
    if fault != "thousands" and ungrouped(text):
        return f"is not a {what}, and its marks do not part groups of three digits; correct the file"
    if fault == "exponent":
        return (
            f"is not a {what} that can be read exactly, because a spreadsheet rounded it; ask for the column with "
            "every digit (marks between thousands are read once delivery.thousands says which)"
        )
    if fault == "thousands" and mark != marks.thousands:
        decimal = f' (delivery.decimal: "{mark}" if it is a decimal mark)' if mark in DECIMALS else ""
        return (
            f'is not a {what} unless its mark divides thousands; say delivery.thousands: "{mark}"{decimal} in '
            f"{wave}.yaml"
        )
    if fault == "stata":
        return (
            f"is one of Stata's kinds of missing; say what it stands for in {codes}, or, if it is blank, "
            f"delivery.blank: {said_words([text])}"
        )
    return f"is not a {what}; correct the file, or, if it stands for a number, say which in {codes}"


def unexpected(
    texts: list[str], item: Item, crosswalk: Column, areas: Areas, hidden: Collection[str] = ()
) -> list[str]:
    """Values that an item does not know, each as a sentence may show it; of a private item nothing but shapes.

    ``hidden``: ids of interviewers, which are shown nowhere, as no number is where there are many different ones.
    """
    like = list(areas.names.values()) if item.kind == "area" else [*item.codes.values(), *crosswalk.codes]
    never = set(texts) if item.private or len(texts) > _MOST_SHOWN else hidden
    return [quoted(text, like, {text} if text in never and not _declared(text, like) else ()) for text in texts]


def _declared(text: str, like: Collection[str]) -> bool:
    return any(alike(text, label) for label in like)


def missing_kind(text: str) -> MissingKind | None:
    """The kind of no answer that a word says: 'NR', 'Sin respuesta'."""
    return next((kind for kind, words in NO_ANSWER.items() if simple(text) in words), None)


def no_answer_remedy(name: str, item: Item, text: str, kind: MissingKind, wave: str) -> str:
    """What to do about a word for no answer of a known kind, without a full stop."""
    if item.kind == "area":
        return f'says no answer ({kind}), and no municipality; say delivery.blank: ["{text}"] in {wave}.yaml'
    code = item.code_for(kind)
    if code is None:
        return (
            f"says no answer ({kind}), which this item has no code for; add one to items.{name}.missing, and say "
            f'delivery.columns.{name}.codes: {{"{text}": that code}} in {wave}.yaml'
        )
    return f'says no answer ({kind}); say delivery.columns.{name}.codes: {{"{text}": {code}}} in {wave}.yaml'


def _remedy(name: str, item: Item, areas: Areas, value: str, wave: str) -> str:
    """What is wrong with a value and what to do, without a full stop."""
    if item.kind == "area" and is_usual_code(value):
        return (
            f"is no municipality of params.yaml; if it is a code for no answer, say so in items.{name}.missing "
            f"({value}: no_contesta) in {wave}.yaml, and such rows have none; else correct the file"
        )
    if item.kind == "area":
        near = areas.nearest(value)
        hint = f" (the nearest is '{near}')" if near else ""
        entering = f"list it under municipalities (since: {wave} if it enters now)"
        return f"is no municipality of params.yaml{hint}; add it to its aliases or correct the file, or {entering}"
    if item.kind == "single":
        told = (
            "is a code that the crosswalk does not know: correct the file, or, if it is a new answer, list it in "
            f"items.{name}.codes, or, if it is an old one,"
        )
        if value in map(str, item.valid_codes) and label_key(value) in map(label_key, item.codes.values()):
            told = "is a code, and another code's label where labels came too: export codes, or"
        return f"{told} add it to delivery.columns.{name}.codes in {wave}.yaml"
    return "is not known; correct the file"
