"""What may be shown of a value that nobody expected: a slip of the pen, never a name or a number."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils import get_column_letter

from pulsometro.check.report.labels import shape_said
from pulsometro.common.discretion import (
    alike,
    place_of,
    plain,
    quoted,
    recognised,
    shape,
    simple,
    told_by_place,
    without_values,
)
from pulsometro.common.plain_words import NAMES_TOO, STANDARD, WORDS
from pulsometro.common.printable import named

LABELS = ["seguro", "poco seguro", "nada", "San Pedro Garza García", "Guadalupe", "General Escobedo", "18 a 29 años"]
FIRST = """
maria jose juan luis ana rosa pedro guadalupe jesus francisco xochitl nadia sonia elena sara
"""
LAST = """
garcia hernandez martinez lopez zavaleta garza segura mata nava escobedo sanchez perez
"""


@pytest.mark.parametrize(
    ("text", "label"),
    [("Sequro", "seguro"), ("SEGURO ", "seguro"), ("poco seugro", "poco seguro"), ("poco  segur", "poco seguro"),
     ("seguros", "seguro"), ("Gral. Escobedo", "General Escobedo"), ("18 a 29 anos", "18 a 29 años"),
     ("el seguro", "seguro"), ("poc. seguro", "poco seguro")],
)  # fmt: skip
def test_a_slip_is_shown(text: str, label: str) -> None:
    assert alike(text, label)
    assert quoted(text, LABELS) == f"'{text}'"


@pytest.mark.parametrize(
    "text",
    ["Nadia", "Pedro García", "Pedro Garza García", "San Pedro", "Guadalupe Pérez", "Ana Escobedo", "Segundo Nada",
     "19 a 29 años de Ana", "8112345678", "81-1234", "1984", "64000", "12/05", "a@b", "E49", "E3", "JP", "J. P.",
     "Peña 12", "12 de mayo", "-1847", "３４５６", "x" * 30],
)  # fmt: skip
def test_what_could_be_somebodys_is_not(text: str) -> None:
    assert not recognised(text, LABELS)
    assert text not in quoted(text, LABELS)


@given(
    st.sampled_from(FIRST.split()),
    st.sampled_from(LAST.split()),
    st.sampled_from(LAST.split()),
    st.sampled_from([" ", ", ", "  ", "-"]),
)
def test_no_name_of_two_words_is_like_a_label_or_made_of_known_words(a: str, b: str, c: str, between: str) -> None:
    for text in (f"{a}{between}{b}", f"{b}{between}{c}{between}{a}", f"{a}{between}{b} {c}", f"{a} {a}{between}{b}"):
        for written in (text, text.title(), text.upper()):
            assert not recognised(written, LABELS), written
            assert not plain(written), written


@given(st.text(min_size=1), st.lists(st.text(max_size=8), max_size=4))
def test_what_is_shown_is_declared_or_short_and_else_nothing_of_it(text: str, labels: list[str]) -> None:
    said = quoted(text, labels)
    if said != f"'{named(text)}'":
        assert said == shape(text)
        assert re.fullmatch(r"a number of \d+ digits|a text of \d+ \w+(, \d+ \w+)*( \((<U\+\w+>)+\))?", said)
        assert re.fullmatch(r"número de \d+ dígitos|texto de \d+ \w+(, \d+ \w+)*( \((<U\+\w+>)+\))?", shape_said(said))
    counts = re.findall(r"\d+ ", shape(text).partition(" (")[0])
    assert sum(map(int, counts)) == len(text) or text.strip().isdecimal()
    assert recognised(text, [text]) or not simple(text)
    assert quoted(text, [], {text}) == shape(text)


@given(st.integers(1000, 10**13))
def test_no_number_of_four_digits_or_more_is_shown(number: int) -> None:
    for text in (str(number), f"-{number}", f"+{number}", f"{number}.5", f"{number / 1e4}"):
        assert recognised(text) == bool(re.fullmatch(r"[+-]?\d{1,3}(\.\d{1,2})?", text))


def test_headings_of_surveys_are_shown_and_persons_are_not() -> None:
    shown = ["P8_1", "P5[SQ001]", "VAR00001", "SUPERVISADA", "ORIGEN", "Hoja1", "Sheet1", "BP1_7_1", "UPM_DIS"]
    shown += ["FAC_SEL", "cb_0624", "ID_VIV", "S4"]
    shown += ["Base de datos", "Fecha de la entrevista", "Otra", "Pregunta 12", ""]
    assert [text for text in shown if not plain(text)] == []
    hidden = [
        "Juan",
        "ANA",
        "J.P.",
        "J P R",
        "JP",
        "E49 Ana",
        "8112345678",
        "1847",
        "12/05/1984",
        "Morelos 12",
        "C.P. 64000",
    ]
    hidden += ["Calle 5", "5 de Mayo", "Rosa", "Luz 3", "a@correo.mx", "VAR8112345678"]
    assert [text for text in hidden if plain(text)] == []
    assert plain("Morelos", {"morelos"}) and not plain("E49", (), {"E49"})


def test_no_known_word_is_a_name_of_somebody() -> None:
    assert set() == WORDS & NAMES_TOO
    assert WORDS & {*FIRST.split(), *LAST.split()} == set()
    assert all(simple(word) == word for word in WORDS | NAMES_TOO | STANDARD)


def test_a_librarys_message_loses_what_it_quotes() -> None:
    for message in (
        "could not convert string to float: 'Juan'",
        "found b'Juan'",
        'bad "Juan" here',
        "x: Juan",
        "`Juan`",
    ):
        assert "Juan" not in without_values(message)
    assert without_values("record 12 of 8112345678 is cut") == "record 12 of … is cut"


@given(st.integers(1, 18_278))
def test_a_place_is_what_a_spreadsheet_calls_the_column(number: int) -> None:
    assert place_of(number) == f"col. {number} ({get_column_letter(number)})"
    assert told_by_place(place_of(number)) and not told_by_place("P8_1")
