"""One delivered column into canonical values: codes, whole numbers, numbers, dates, text."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pulsometro.ingest.harmonise.label_words import codes_of
from pulsometro.ingest.harmonise.numerals import UNSAID, Marks, exact, stated_missing, undeclared, whole
from pulsometro.ingest.read.delivered import code_text, plain_number
from pulsometro.questionnaire.model import Column, Item

_COMMA = re.compile(r"[+-]?[0-9]+,0+$")


@dataclass(frozen=True)
class Converted:
    """``values``: one per delivered row, missing where blank or not understood.

    ``unknown``: mask of the rows whose value could not be understood at all;
    ``outside``: mask of those understood but out of the item's range; ``opposed``: of those that contradict themselves.
    """

    values: pd.Series
    unknown: np.ndarray
    outside: np.ndarray
    opposed: np.ndarray | None = None


def uniques(column: pd.Series) -> tuple[np.ndarray, list[str]]:
    """Each row's position in the list of distinct texts: conversions then touch each text once."""
    codes, found = pd.factorize(column, use_na_sentinel=False)
    return np.asarray(codes), [code_text(value) for value in found]


def single(column: pd.Series, item: Item, crosswalk: Column) -> Converted:
    """Codes through the crosswalk, or labels; a value that neither knows is unknown, never guessed."""
    table = code_table(item, crosswalk)
    places, texts = uniques(column)
    coded = {text: code for text in texts if (code := _coded(text, table)) is not None}
    named = codes_of(texts, coded, item, crosswalk, table)
    known = [named.get(text, coded.get(text)) for text in texts]
    blank = np.array([text == "" for text in texts], dtype=bool)
    values = pd.array([code if code is not None else pd.NA for code in known], dtype="Int64")
    unknown = np.array([code is None for code in known], dtype=bool) & ~blank
    taken = pd.Series(values.take(places), index=column.index)
    return Converted(taken, unknown[places], np.zeros(len(column), dtype=bool))


def _coded(text: str, table: Mapping[str, int]) -> int | None:
    return table.get(text, table.get(plain_number(_point(text))))


def by_label(column: pd.Series, item: Item, crosswalk: Column) -> bool:
    """Whether labels in this column are read as the codes that they stand for."""
    table, texts = code_table(item, crosswalk), uniques(column)[1]
    coded = {text: code for text in texts if (code := _coded(text, table)) is not None}
    return any(code is not None for code in codes_of(texts, coded, item, crosswalk, table).values())


def code_table(item: Item, crosswalk: Column) -> Mapping[str, int]:
    """Delivered text → canonical code: the declared pairs, or the codes themselves."""
    if not crosswalk.codes:
        return {str(code): code for code in item.valid_codes}
    table = {str(code): code for code in item.missing}
    plain = {plain_number(key): code for key, code in crosswalk.codes.items()}
    return {**table, **plain, **{key.strip(): code for key, code in crosswalk.codes.items()}}


def integer(
    column: pd.Series,
    item: Item,
    crosswalk: Column,
    marks: Marks = UNSAID,
    stated: tuple[str, ...] = (),
) -> Converted:
    """Whole numbers inside the item's range, or one of its missing codes.

    ``marks``: of the delivery's numbers; ``stated``: codes or ranges that the file itself declares missing.
    """
    read: Callable[[Any], float | None] = lambda value: whole(value, marks)  # noqa: E731
    numbers, unknown, outside = _numbers(column, item, crosswalk, read, stated)
    return Converted(
        pd.Series(pd.array(numbers, dtype="Float64"), index=column.index).astype("Int64"), unknown, outside
    )


def number(column: pd.Series, item: Item, crosswalk: Column, marks: Marks, stated: tuple[str, ...] = ()) -> Converted:
    """Finite numbers inside the item's range, or one of its missing codes; ``marks`` and ``stated`` as ``integer``."""
    read: Callable[[Any], float | None] = lambda value: exact(value, marks)  # noqa: E731
    numbers, unknown, outside = _numbers(column, item, crosswalk, read, stated)
    return Converted(pd.Series(pd.array(numbers, dtype="Float64"), index=column.index), unknown, outside)


def _numbers(
    column: pd.Series, item: Item, crosswalk: Column, read: Callable[[Any], float | None], stated: tuple[str, ...]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Each row's number (nan where there is none), and the masks of what is unknown and of what is out of range.

    Unknown is also what the file declares missing, and what looks like a code for no answer, where the questionnaire
    knows nothing of either: such a number is no answer.
    """
    places, found = pd.factorize(column, use_na_sentinel=False)
    rows = np.bincount(places, minlength=len(found))
    texts = [code_text(value) for value in found]
    coded = [crosswalk.codes.get(text, crosswalk.codes.get(plain_number(text))) for text in texts]
    parsed = [read(value) if code is None else None for value, code in zip(found, coded, strict=True)]
    low = None if item.range is None else item.range[0]
    negatives = any(n is not None and n < 0 and not undeclared(n, 0, 0.0, None, False) for n in parsed)
    numbers, unknown, outside = [], [], []
    for text, code, number, count in zip(texts, coded, parsed, rows, strict=True):
        value = number if code is None else code
        free = code is None and number is not None and number not in item.valid_codes
        beyond = free and number is not None and not _inside(number, item)
        none = free and number is not None and (
            stated_missing(number, stated)
            or ((beyond or low is None) and undeclared(number, int(count), count / len(column), low, negatives))
        )  # fmt: skip
        numbers.append(np.nan if value is None or none or beyond else value)
        unknown.append(none or (value is None and text != ""))
        outside.append(beyond and not none)
    return (
        np.array(numbers, dtype=float)[places], np.array(unknown, dtype=bool)[places],
        np.array(outside, dtype=bool)[places],
    )  # fmt: skip


def _inside(number: float, item: Item) -> bool:
    return item.range is None or item.range[0] <= number <= item.range[1]


def _point(text: str) -> str:
    """A decimal comma as a point: '2,0' is the code 2."""
    return text.replace(",", ".") if _COMMA.match(text) else text


def text(column: pd.Series) -> Converted:
    """Text without blanks at its ends; an empty one is missing."""
    places, texts = uniques(column)
    values = pd.array([value or None for value in texts], dtype="string")
    none = np.zeros(len(column), dtype=bool)
    return Converted(pd.Series(values.take(places), index=column.index), none, none)
