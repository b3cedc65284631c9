"""The parts of ``pulso init`` one by one: names, days, lists, scales, conditions of forms."""

import pandas as pd
import pytest

from pulsometro.begin.codebook_tables import dictionary
from pulsometro.begin.drafted_names import Names, identifier
from pulsometro.begin.listed_answers import Listed, listed
from pulsometro.begin.missing_words import usual_missing
from pulsometro.begin.ordered_answers import in_order
from pulsometro.begin.read_days import days_in
from pulsometro.begin.xlsforms import condition
from pulsometro.settings.names import item_fault


def test_identifiers_are_ascii_unique_and_never_a_word_of_the_programs() -> None:
    texts = ["P1", "p1", "P-1", "ID", "weight", "Stratum", "rep_1", "margin x", "class", "None", "¿Año?", "日本", "",
             "1", "_", "Ñandú " * 20, "and", "psu"]  # fmt: skip
    names = Names(["folio"])
    given = [names.give(text) for text in texts]
    assert len(set(given)) == len(texts)
    assert [item_fault(name) for name in given] == [""] * len(texts)
    assert all(name.isascii() and len(name) <= 40 for name in given)
    assert identifier("") == ""


@pytest.mark.parametrize(
    ("values", "way", "first_day"),
    [
        (["2024-05-02", "2024-05-30"], None, "2024-05-02"),
        (["02/05/2024", "30/05/2024"], "%d/%m/%Y", "2024-05-02"),
        (["5/2/2024", "5/30/2024"], "%m/%d/%Y", "2024-05-02"),
        (["02/05/2024 18:30:12", "03/05/2024 10:00:00"], "%d/%m/%Y", "2024-05-02"),
        (["45414", "45442"], "excel", "2024-05-02"),
        (["20240502", "20240530"], "%Y%m%d", "2024-05-02"),
        (["23498", "23520"], "stata", "2024-05-02"),
        (["13933987200", "13935888000"], "spss", "2024-05-02"),
        (["2024-05-02T23:50:00Z", "2024-05-03T05:30:00Z"], None, "2024-05-02"),
    ],
)
def test_days_are_read_as_they_are_written(values: list[str], way: str | None, first_day: str) -> None:
    found = days_in(pd.Series(values * 20))
    assert found is not None and (found.way, found.first.isoformat()) == (way, first_day)


def test_what_is_no_day_is_none() -> None:
    assert days_in(pd.Series(["mucho", "poco", "1", "2"])) is None
    assert days_in(pd.Series([], dtype=object)) is None


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"1 2": 9, "3": 9, "1": 5, "2": 4}, Listed(None, ("1", "2", "3"))),
        ({"Radio, Televisión": 9, "Radio": 9, "Televisión": 5}, Listed(",", ("Radio", "Televisión"))),
        ({"Sí, y ya": 9, "Mucho": 9, "Nada": 9}, None),
        ({"Seguro": 9, "Poco seguro": 9, "Nada seguro": 9}, None),
        ({"Sí": 9, "No": 9, "No sabe": 9}, None),
        ({"Sí, mucho": 9, "Sí, poco": 9, "No": 9}, None),
        ({"1": 9, "2": 9}, None),
    ],
)
def test_cells_that_hold_several_answers(cells: dict[str, int], expected: Listed | None) -> None:
    assert listed(cells) == expected


def test_numbers_of_no_answer_stand_far_from_all_others() -> None:
    assert usual_missing([1, 2, 3, 98, 99], None) == {98: "no_sabe", 99: "no_contesta"}
    assert usual_missing([*range(18, 98), 98, 99], None) == {}
    assert usual_missing([0, 5, 10, -99], 10) == {-99: "no_contesta"}


def test_answers_stand_in_the_order_of_their_scale() -> None:
    words = [("Nada", "Nada"), ("Algo", "Algo"), ("Mucha", "Mucha"), ("No sabe", "No sabe"), ("Poca", "Poca")]
    assert [text for text, _ in in_order(words)][:4] == ["Mucha", "Algo", "Poca", "Nada"]
    ages = [("60 y más", "60 y más"), ("18 a 29", "18 a 29"), ("30 a 59", "30 a 59")]
    assert [text for text, _ in in_order(ages)] == ["18 a 29", "30 a 59", "60 y más"]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("${victima} = 'si'", "victima == 1"),
        ("${victima}='si' and (${edad} >= 18 or ${edad} != 5)", "victima == 1 and (edad >= 18 or edad != 5)"),
        ("selected(${medios}, 'tv')", "medios_tv == 1"),
        ("count-selected(${medios}) > 2", None),
        ("${victima} = 'quizá'", None),
        ("${otra} = 1", None),
        ("__import__('os').system('x')", None),
    ],
)
def test_a_forms_condition_is_the_questionnaires_or_none(asked: str, expected: str | None) -> None:
    items = {"victima": "victima", "edad": "edad", "medios/tv": "medios_tv"}
    assert condition(asked, {"victima": {"si": 1, "no": 2}}, items) == expected


def test_a_table_that_is_no_dictionary_is_none() -> None:
    assert dictionary([("FOLIO", "SEXO"), ("1", "2")]) is None
    assert dictionary([]) is None
