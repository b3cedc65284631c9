"""A question of several answers is declared once, and is one item of yes and no for each option."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from pulsometro.common.errors import PulsoError
from pulsometro.ingest.reading import read
from pulsometro.study import load_study
from tests.tiny_study import WAVES, rows, write_study

MEDIA: Mapping[str, Any] = {
    "text": "¿Por dónde se informa?", "label": "Medios", "kind": "multiple", "none": 7,
    "options": {1: "radio", 2: "televisión", 7: "ninguno"}, "missing": {9: "no_contesta"},
}  # fmt: skip
# Rows of a delivery: both, one, the other, none, no answer.
GIVEN = ([1, 2], [1], [2], [7], [9])
EXPECTED = {"medios_1": [1, 1, 2, 2, 9], "medios_2": [1, 2, 1, 2, 9], "medios_7": [2, 2, 2, 1, 9]}


def _lists(divider: str, words: Mapping[int, str] | None = None) -> Callable[[pd.DataFrame], pd.DataFrame]:
    def written(cells: list[list[int]]) -> list[str]:
        return [divider.join((words or {}).get(code, str(code)) for code in cell) for cell in cells]

    return lambda table: table.assign(M=written([GIVEN[number % 5] for number in range(len(table))]))


def _mentions(table: pd.DataFrame) -> pd.DataFrame:
    cells = [[*GIVEN[number % 5], None][:2] for number in range(len(table))]
    return table.assign(M1=[a for a, _ in cells], M2=pd.array([b for _, b in cells], dtype="Int64"))


def _columns(table: pd.DataFrame) -> pd.DataFrame:
    given = [GIVEN[number % 5] for number in range(len(table))]
    return table.assign(**{
        f"M_{code}": ["99" if cell == [9] else "X" if code in cell else "" for cell in given] for code in (1, 2, 7)
    })  # fmt: skip


WAYS: dict[str, tuple[Callable[[pd.DataFrame], pd.DataFrame], Any]] = {
    "a list": (_lists(" "), "M"),
    "a list with a mark": (_lists("|"), {"name": "M", "separator": "|"}),
    "labels": (_lists(";", {1: "Radio", 2: "Televisión", 7: "Ninguno"}), {"name": "M", "separator": ";"}),
    "a server's names": (_lists(" ", {1: "radio_am", 2: "tv", 7: "none"}),
                         {"name": "M", "options": {1: "radio_am", 2: "tv", 7: "none"}}),
    "its own code for no answer": (_lists(" ", {9: "99"}), {"name": "M", "codes": {"99": 9}}),
    "mentions": (_mentions, {"name": "M1", "more": ["M2"]}),
    "a column for each": (_columns, {"columns": {1: "M_1", 2: "M_2", 7: "M_7"}, "codes": {"X": 1, "99": 9}}),
}  # fmt: skip


def _study(folder: Path, column: Any, item: Mapping[str, Any] = MEDIA) -> Path:
    return write_study(folder, asked={"items.medios": item, "delivery.columns.medios": column})


def _deliver(folder: Path, change: Callable[[pd.DataFrame], pd.DataFrame]) -> None:
    table = change(rows(WAVES[0]))
    table.to_csv(folder / "raw" / WAVES[0] / "datos.csv", index=False)


@pytest.mark.parametrize("way", WAYS)
def test_each_way_of_delivering_it_gives_the_same_items(tmp_path: Path, way: str) -> None:
    change, column = WAYS[way]
    _study(tmp_path, column)
    _deliver(tmp_path, change)
    ingested = read(load_study(tmp_path), WAVES[0])
    found = {name: ingested.responses[name].head(5).tolist() for name in EXPECTED}
    assert found == EXPECTED
    assert ingested.counts.quarantined == 0


def test_the_items_follow_the_question_and_say_what_they_are(tmp_path: Path) -> None:
    questionnaire = load_study(_study(tmp_path, "M")).questionnaire(WAVES[0])
    group = questionnaire.multiples["medios"]
    assert (dict(group.items), group.none) == ({1: "medios_1", 2: "medios_2", 7: "medios_7"}, 7)
    first = questionnaire["medios_1"]
    assert (first.kind, first.label, first.short) == ("single", "Medios: radio", "radio")
    assert first.text == "¿Por dónde se informa? radio"
    assert dict(first.codes) == {1: "sí", 2: "no"} and dict(first.missing) == {9: "no_contesta"}


def test_none_beside_another_option_sets_the_interview_aside(tmp_path: Path) -> None:
    _study(tmp_path, "M")
    _deliver(tmp_path, lambda table: table.assign(M=["1 7", *["1 2"] * (len(table) - 1)]))
    counts = read(load_study(tmp_path), WAVES[0]).counts
    assert (counts.quarantined, counts.accepted + 1) == (1, counts.delivered)


def test_who_is_not_asked_has_none_of_the_items(tmp_path: Path) -> None:
    _study(tmp_path, "M", {**MEDIA, "ask_if": "sexo == 1"})
    _deliver(tmp_path, lambda table: table.assign(M=["1 2" if sex == 1 else "" for sex in table["sexo"]]))
    questionnaire = load_study(tmp_path).questionnaire(WAVES[0])
    assert {"medios_1", "medios_2", "medios_7"} <= set(questionnaire.skips)
    responses = read(load_study(tmp_path), WAVES[0]).responses
    assert responses.loc[responses["sexo"] == 2, "medios_1"].isna().all()


@pytest.mark.parametrize(
    ("changed", "column", "message"),
    [
        ({"options": {1: "radio"}, "none": None}, "M", "fewer than two options"),
        ({"none": 5}, "M", "which is none of its options"),
        ({"missing": {2: "no_sabe"}}, "M", "2 is no of each option and a kind of missing at once"),
        ({"opciones": {}}, "M", "opciones"),
        ({}, {"name": "M", "columns": {1: "A", 2: "B", 7: "C"}}, "and not both"),
        ({}, {"columns": {1: "A", 2: "B"}}, "does not say where option 7 is"),
        ({}, {"name": "M", "options": {3: "x"}}, "names option 3, which it lacks"),
        ({}, {"nombre": "M"}, "nombre"),
        ({}, "TODO: which column?", "TODO"),
    ],
)
def test_what_it_may_not_be_is_told(tmp_path: Path, changed: Mapping[str, Any], column: Any, message: str) -> None:
    item = {key: value for key, value in {**MEDIA, **changed}.items() if value is not None}
    _study(tmp_path, column, item)
    with pytest.raises(PulsoError, match=message):
        load_study(tmp_path).questionnaire(WAVES[0])


def test_an_option_that_has_the_name_of_another_item_is_told(tmp_path: Path) -> None:
    write_study(tmp_path, asked={"items.sexo_1": {"text": "x", "label": "x", "codes": {1: "a"}},
                                 "delivery.columns.sexo_1": "Z", "items.sexo": {**MEDIA, "none": 7}})  # fmt: skip
    with pytest.raises(PulsoError, match="'sexo_1' is an item already"):
        load_study(tmp_path).questionnaire(WAVES[0])
