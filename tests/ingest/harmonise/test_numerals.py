"""One grammar of numbers: what is written in it is read exactly, anything else not at all."""

import math
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulsometro.ingest.harmonise.numerals import UNSAID, Marks, exact, thousands_of, undeclared, whole
from pulsometro.ingest.read.delivered import code_text, plain_number

MARKS = st.sampled_from([(",", "."), (".", ","), (" ", ","), (" ", "."), ("'", "."), (None, "."), (None, ",")])


def written(number: Decimal, thousands: str | None, decimal: str) -> str:
    """A number as a program writes it under these marks."""
    whole_part, _, part = f"{number:,f}".partition(".")
    return whole_part.replace(",", thousands or "") + (decimal + part if part else "")


@given(st.integers(-(10**12), 10**12), st.integers(0, 6), MARKS)
def test_what_is_written_under_declared_marks_is_read_exactly(
    digits: int, places: int, marks: tuple[str | None, str]
) -> None:
    number = Decimal(digits).scaleb(-places)
    text = written(number, *marks)
    assert exact(text, Marks(*marks)) == float(number)
    assert whole(text, Marks(*marks)) == (int(number) if number == number.to_integral_value() else None)


@given(st.integers(1000, 10**12), st.sampled_from([",", ".", " ", "'", "\u00a0", "\u202f", "\u2019"]))
def test_a_mark_between_thousands_is_never_read_unless_it_is_declared(number: int, mark: str) -> None:
    text = f"{number:,}".replace(",", mark)
    assert whole(text, UNSAID) is None
    said = thousands_of(text)
    assert said is not None and whole(text, Marks(said)) == number
    assert all(whole(text, Marks(other)) is None for other in (" ", "'") if other != said)


@given(st.text(max_size=12))
def test_whatever_is_read_is_digits_a_sign_and_one_mark(text: str) -> None:
    for marks in (UNSAID, Marks(",", "."), Marks(".", ","), Marks(" ", ",")):
        number = exact(text, marks)
        if number is not None:
            plain = code_text(text)
            allowed = set("0123456789+-\u2212.,' \u00a0\u2007\u2009\u202f\u2019")
            assert math.isfinite(number) and set(plain) <= allowed
            assert any(c in "0123456789" for c in plain)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1_5",
        "1_000",
        "0x1F",
        "0b1",
        "1e3",
        "1E+05",
        "inf",
        "-inf",
        "Infinity",
        "nan",
        "NaN",
        "TRUE",
        "\uff11\uff12",
        "\u0661\u0662",
        "$5",
        "5%",
        "5-",
        "(5)",
        "1.2.3",
        "1,2,3",
        "--5",
        "+-5",
        "5 6",
        "½",
        "1/2",
        "5.",
        "1j",
        "12:30",
    ],
)
def test_what_float_or_people_would_take_is_no_number(text: str) -> None:
    assert whole(text, UNSAID) is None and exact(text, Marks(decimal=".")) is None
    assert plain_number(text) == text


@pytest.mark.parametrize(
    ("text", "marks", "number"),
    [
        ("52.0", UNSAID, 52),
        ("52,0", UNSAID, 52),
        ("52.00", UNSAID, 52),
        ("1.000", UNSAID, None),
        ("1,000", UNSAID, None),
        ("1.000", Marks(decimal="."), 1),
        ("1,000", Marks(","), 1000),
        ("1.000", Marks(","), 1),
        ("1,00", Marks(","), None),
        ("0,123", Marks(","), None),
        ("1,0000", Marks(","), None),
        ("007", UNSAID, 7),
        ("+5", UNSAID, 5),
        ("\u221299", UNSAID, -99),
        ("40.5", UNSAID, None),
        ("9" * 17, UNSAID, None),
    ],
)
def test_whole_numbers(text: str, marks: Marks, number: int | None) -> None:
    assert whole(text, marks) == number


@pytest.mark.parametrize("value", [5, 5.0, np.int64(5), np.float32(5), np.uint8(5)])
def test_numbers_that_the_file_holds_as_such_need_no_grammar(value: object) -> None:
    assert whole(value, UNSAID) == 5 and exact(value, UNSAID) == 5.0


@pytest.mark.parametrize("value", [True, np.True_, float("inf"), float("nan"), None, 1e300])
def test_what_is_no_whole_number_of_a_file(value: object) -> None:
    assert whole(value, UNSAID) is None


def test_codes_for_no_answer_are_told_from_answers() -> None:
    assert undeclared(-99, 1, 0.001, 0, False) and undeclared(-1, 1, 0.001, 18, False)
    assert not undeclared(-12, 5, 0.1, 0, False) and not undeclared(-99.5, 5, 0.1, 0, False)
    # Two of a hundred and one of four thousand: a firm's code, and somebody who is 99.
    assert undeclared(99, 2, 0.02, 18, False) and not undeclared(99, 1, 0.0002, 18, False)
    # Without a range: where others are negative, so may -99 be.
    assert undeclared(-99, 3, 0.1, None, False) and not undeclared(-99, 3, 0.1, None, True)
    assert not undeclared(-1, 3, 0.1, None, False) and not undeclared(999, 3, 0.1, None, False)
