"""The crosswalk at work: delivered columns into canonical items, and what is wrong row by row."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from pulsometro.common.discretion import alike, place_of, plain, simple
from pulsometro.common.errors import PulsoError
from pulsometro.ingest.harmonise import values
from pulsometro.ingest.harmonise.areas import Areas
from pulsometro.ingest.harmonise.blank_words import refuse_usual, usual_rows
from pulsometro.ingest.harmonise.clock import NO_CLOCK, Clock
from pulsometro.ingest.harmonise.dates import days
from pulsometro.ingest.harmonise.durations import minutes
from pulsometro.ingest.harmonise.folios import refuse_repeated, refuse_telling
from pulsometro.ingest.harmonise.headings import nearest_heading
from pulsometro.ingest.harmonise.label_words import no_number
from pulsometro.ingest.harmonise.multiple import beside, chosen, read_lists
from pulsometro.ingest.harmonise.numerals import Marks, declared_marks
from pulsometro.ingest.harmonise.skipped_cells import filled, not_asked, refuse_filled
from pulsometro.ingest.harmonise.spoilt_folios import refuse_alike, refuse_sent_twice, refuse_spoilt, server_ids
from pulsometro.ingest.harmonise.telephones import keyed, ranked, refuse_in_texts
from pulsometro.ingest.harmonise.unknown_values import unknown_sentence
from pulsometro.ingest.harmonise.values import Converted
from pulsometro.ingest.harmonise.ways import Ways
from pulsometro.ingest.read.cell_errors import refuse_cell_errors
from pulsometro.ingest.read.delivered import Delivered, plain_number
from pulsometro.questionnaire.model import Column, Item, Questionnaire

Unknown = tuple[str, Column, np.ndarray]


@dataclass(frozen=True)
class Problem:
    """Rows that cannot be accepted: the item, the reason's code and a mask over the rows."""

    item: str
    reason: str
    rows: np.ndarray


@dataclass(frozen=True)
class Plan:
    """Which delivered column feeds which item, and what else is read."""

    items: Mapping[str, Column]
    respondent: tuple[str, ...]
    finished: str | None

    @property
    def columns(self) -> tuple[str, ...]:
        """Every delivered column that is read, once each."""
        named = [*self.respondent, *([self.finished] if self.finished else [])]
        named += [name for column in self.items.values() for name in (column.name, *column.more)]
        return tuple(dict.fromkeys(named))


def plan(questionnaire: Questionnaire, kept_private: tuple[str, ...]) -> Plan:
    """What to read. Private items that no check needs are not even loaded."""
    delivery = questionnaire.delivery
    items = {
        name: delivery.columns[name]
        for name in questionnaire.asked
        if name != "folio"
        and name not in delivery.not_delivered
        and (name in kept_private or not questionnaire[name].private)
    }
    return Plan(items, delivery.respondent, delivery.finished)


def present(reading: Plan, path: Path, questionnaire: Path, columns: tuple[str, ...]) -> tuple[str, ...]:
    """The plan's columns when the file has them all, and those of a server's own ids.

    Raises PulsoError naming the first absent one, its item and the column most like it.
    """
    known = set(columns)
    absent = [name for name in reading.columns if name not in known]
    if absent:
        name = absent[0]
        items = [i for i, c in reading.items.items() if name in (c.name, *c.more)]
        role = f"item {items[0]}" if items else ("respondent" if name in reading.respondent else "finished")
        near = nearest_heading(name, ["" if c in reading.columns else c for c in columns])
        hint = ";" if near is None else f"; did it become {_heading(columns[near], near + 1, name)}?"
        others = ", ".join(absent[1:4]) + (" …" if len(absent) > 4 else "")
        more = f" (and so for {len(absent) - 1} more: {others})" if len(absent) > 1 else ""
        raise PulsoError(
            f"{path}: the column '{name}' ({role}) is not in the file{more}{hint} correct delivery in "
            f"{questionnaire.name}, or name the item under delivery.not_delivered."
        )
    return (*reading.columns, *server_ids(columns, reading.columns))


def _heading(text: str, place: int, wanted: str) -> str:
    known = alike(text, wanted) or plain(text, simple(wanted).split())
    return f"'{text}'" if known else place_of(place)


def harmonised(
    delivered: Delivered, questionnaire: Questionnaire, reading: Plan, areas: Areas, path: Path, phone: str | None,
    marks: Marks, key: bytes | None = None, interviewer: str | None = None, clock: Clock = NO_CLOCK,
) -> tuple[pd.DataFrame, list[Problem]]:  # fmt: skip
    """Canonical responses (all delivered rows) and the problems found in them.

    Returns a frame with ``folio`` and one column per item, index = the row's number in the
    file. ``marks``: of its numbers. ``phone``: the item that is a telephone, kept only as its code under
    ``key``; without a key as a rank, which no other wave has. ``interviewer``: the item that says who asked, shown
    nowhere. ``clock``: whose days the dates are.
    Raises PulsoError for unknown codes, unknown municipalities, duplicated folios, and telephones elsewhere.
    """
    frame = delivered.frame
    columns: dict[str, pd.Series] = {"folio": _folios(frame, reading.respondent)}
    telephone = _as_delivered(frame, reading, phone)
    asking, hidden = _as_delivered(frame, reading, interviewer), interviewers(frame, reading, interviewer)
    refuse_spoilt(columns["folio"], path)
    refuse_telling(columns["folio"], telephone, asking, frozenset(areas.known), path)
    refuse_repeated(columns["folio"], path, hidden)
    refuse_alike(columns["folio"], path)
    refuse_sent_twice(frame, path)
    problems = [Problem("folio", "required_missing", columns["folio"].isna().to_numpy())]
    ways = ways_of(delivered, questionnaire, areas, marks, clock)
    made, found, unknown = _items(delivered, questionnaire, reading, ways, path, (phone, interviewer))
    columns, problems = columns | made, problems + found
    if questionnaire.delivery.skipped_as:
        unknown = _without_skipped(frame, questionnaire, reading, columns, problems, unknown)
    if unknown:
        _refuse_unknown_skipped(frame, questionnaire, reading, columns, path, unknown)
        raise PulsoError(unknown_sentence(delivered, questionnaire, ways, path, unknown, hidden))
    if phone is not None and telephone is not None:
        refuse_in_texts(_texts(columns, questionnaire, phone), telephone, path)
        columns[phone] = ranked(columns[phone], questionnaire.wave) if key is None else keyed(columns[phone], key)
    if reading.finished:
        refuse_usual(frame, reading.finished, f"{path}, column {reading.finished} (finished)", questionnaire.wave)
        problems.append(_unfinished(frame, reading.finished))
    responses = pd.DataFrame(columns, index=frame.index)
    return responses, [problem for problem in problems if problem.rows.any()]


def _items(
    delivered: Delivered, questionnaire: Questionnaire, reading: Plan, ways: Ways, path: Path,
    asking: tuple[str | None, ...],
) -> tuple[dict[str, pd.Series], list[Problem], list[Unknown]]:  # fmt: skip
    """Every item's canonical values, what is wrong with them row by row, and what no item knows.

    ``asking``: the items that say who asked and whom.
    """
    frame = delivered.frame
    columns: dict[str, pd.Series] = {}
    problems: list[Problem] = []
    unknown: list[Unknown] = []
    for name, item in questionnaire.items.items():
        if name in reading.items:
            crosswalk = reading.items[name]
            if item.kind == "text":
                blank = questionnaire.delivery.blank
                refuse_cell_errors(frame[crosswalk.name], f"{path}, column {crosswalk.name}", blank)
            result = converted(name, delivered, item, crosswalk, ways)
            columns[name] = result.values
            # Of who asked and whom, a word for blank would be somebody: in other texts it may be what was said.
            words = usual_rows(frame[crosswalk.name]) if name in asking else result.unknown
            if (result.unknown | words).any():
                unknown.append((name, crosswalk, result.unknown | words))
            problems.append(Problem(name, "out_of_range", result.outside))
            if result.opposed is not None:
                problems.append(Problem(name, "contradictory", result.opposed))
        elif name in questionnaire.delivery.not_delivered:
            columns[name] = pd.Series(pd.array([pd.NA] * len(frame), dtype="Int64"), index=frame.index)
    return columns, problems, unknown


def _without_skipped(
    frame: pd.DataFrame, questionnaire: Questionnaire, reading: Plan, columns: dict[str, pd.Series],
    problems: list[Problem], unknown: list[Unknown],
) -> list[Unknown]:  # fmt: skip
    """Empty what the server wrote where nothing was asked, in ``columns`` and ``problems``; what is still unknown."""
    for name in (each for each in questionnaire.items if each in questionnaire.skips and each in reading.items):
        nothing = filled(frame, reading.items[name], questionnaire.delivery.skipped_as)
        nothing &= not_asked(columns, questionnaire, name)
        columns[name] = columns[name].mask(nothing)
        for place, problem in enumerate(problems):
            if problem.item == name:
                problems[place] = replace(problem, rows=problem.rows & ~nothing)
        unknown = [(n, c, rows & ~nothing if n == name else rows) for n, c, rows in unknown]
    return [each for each in unknown if each[2].any()]


def _refuse_unknown_skipped(
    frame: pd.DataFrame, questionnaire: Questionnaire, reading: Plan, columns: Mapping[str, pd.Series], path: Path,
    unknown: list[Unknown],
) -> None:  # fmt: skip
    """What is unknown in no row but those that the questionnaire skips is told as what it may be."""
    found = {}
    for name, _, rows in unknown:
        if name in questionnaire.skips and (skipped := not_asked(columns, questionnaire, name))[rows].all():
            found[name] = (rows, skipped)
    if len(found) == len(unknown):
        refuse_filled(frame, questionnaire, reading.items, path, found)


def _unfinished(frame: pd.DataFrame, column: str) -> Problem:
    return Problem(column, "unfinished", values.text(frame[column]).values.isna().to_numpy())


def ways_of(
    delivered: Delivered, questionnaire: Questionnaire, areas: Areas, marks: Marks, clock: Clock = NO_CLOCK
) -> Ways:
    """How this delivery's values are read."""
    lists = read_lists(delivered.frame, questionnaire.items, questionnaire.delivery.columns)
    return Ways(areas, marks, declared_marks(questionnaire.delivery), lists, clock)


def converted(name: str, delivered: Delivered, item: Item, crosswalk: Column, ways: Ways) -> Converted:
    """One item's canonical values from the delivered frame, by its kind and crosswalk."""
    frame, column, marks, areas = delivered.frame, delivered.frame[crosswalk.name], ways.marks, ways.areas
    if crosswalk.option is not None:
        return chosen(name, item, crosswalk, ways.lists, frame.index)
    if item.kind == "single":
        own = values.single(column, item, crosswalk)
        return beside(frame, crosswalk, own) if crosswalk.more else own
    if item.kind in ("integer", "number") and crosswalk.format is not None:
        column = minutes(column, crosswalk.format, item.kind == "integer")
    if item.kind == "integer":
        return values.integer(column, item, crosswalk, ways.declared, _stated(delivered, crosswalk))
    if item.kind == "number":
        return values.number(column, item, crosswalk, marks, _stated(delivered, crosswalk))
    if item.kind == "date":
        return days(column, crosswalk, ways.clock)
    if item.kind == "area" and areas.known:
        return _area(column, item, crosswalk, areas)
    return values.text(column)


def _stated(delivered: Delivered, crosswalk: Column) -> tuple[str, ...]:
    """Codes that the file itself declares missing, as SPSS does, or labels as no answer."""
    meta = delivered.metadata.get(crosswalk.name)
    if meta is None:
        return ()
    return (*meta.missing, *(code for code, label in meta.labels.items() if no_number(label)))


def _area(column: pd.Series, item: Item, crosswalk: Column, areas: Areas) -> Converted:
    places, texts = values.uniques(column)
    none = {str(code) for code in item.missing}
    texts = ["" if plain_number(text) in none else text for text in texts]
    named = [str(crosswalk.codes[text]) if text in crosswalk.codes else text for text in texts]
    found = [areas.resolve(text) if text else None for text in named]
    missing = np.array([text != "" and area is None for text, area in zip(texts, found, strict=True)], dtype=bool)
    taken = pd.Series(pd.array(found, dtype="string").take(places), index=column.index)
    return Converted(taken, missing[places], np.zeros(len(column), dtype=bool))


def _folios(frame: pd.DataFrame, respondent: tuple[str, ...]) -> pd.Series:
    parts = [values.text(frame[name]).values for name in respondent]
    joined = parts[0]
    for part in parts[1:]:
        joined = joined + "-" + part
    return joined


def _as_delivered(frame: pd.DataFrame, reading: Plan, item: str | None) -> pd.Series | None:
    """As delivered: a number that its item refuses must not stand in a folio either. None where the wave has none."""
    if item is None or item not in reading.items:
        return None
    return values.text(frame[reading.items[item].name]).values


def interviewers(frame: pd.DataFrame, reading: Plan, interviewer: str | None) -> frozenset[str]:
    """The ids of those who asked, as delivered: shown nowhere."""
    found = _as_delivered(frame, reading, interviewer)
    return frozenset() if found is None else frozenset(found.dropna())


def _texts(columns: Mapping[str, pd.Series], questionnaire: Questionnaire, phone: str) -> dict[str, pd.Series]:
    kinds = ("text", "integer", "number")
    return {n: column for n, column in columns.items() if n not in ("folio", phone) and questionnaire[n].kind in kinds}
