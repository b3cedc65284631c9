"""Numbers in es-MX, rounding, and what people call a share."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulsometro.style import spanish


@pytest.mark.parametrize(
    ("value", "decimals", "printed"),
    [
        (12345.67, 1, "12,345.7"),
        (0.05, 1, "0.1"),
        (0.15, 1, "0.2"),
        (-2.05, 1, "−2.1"),
        (-0.04, 1, "0.0"),
        (999.95, 1, "1,000.0"),
    ],
)
def test_decimal_rounds_half_up_and_never_prints_minus_zero(value: float, decimals: int, printed: str) -> None:
    assert spanish.decimal(value, decimals) == printed


def test_percent_and_points_are_different_things() -> None:
    assert spanish.percent(0.749) == "74.9\u00a0%"
    assert spanish.points(-0.021) == "2.1\u00a0puntos"
    assert spanish.points(0.01) == "1.0\u00a0punto"
    assert spanish.signed_points(0.014) == "+1.4"
    assert spanish.signed_points(-0.021) == "−2.1"
    assert spanish.signed_points(-0.0001) == "0.0"


def test_a_share_is_called_by_a_fraction_only_near_it_and_inside_its_interval() -> None:
    assert spanish.as_fraction(0.749, 0.73, 0.77).text == "tres de cada cuatro"  # type: ignore[union-attr]
    assert spanish.as_fraction(0.72, 0.70, 0.74) is None
    assert spanish.as_fraction(0.749, 0.7485, 0.7495) is None


def test_lists_join_with_e_before_the_sound_i() -> None:
    assert spanish.join(["a"]) == "a"
    assert spanish.join(["a", "b", "c"]) == "a, b y c"
    assert spanish.join(["Guadalupe", "Ixtapa"]) == "Guadalupe e Ixtapa"
    assert spanish.join(["agua", "hielo"]) == "agua y hielo"
    assert spanish.join(["padre", "hijo"]) == "padre e hijo"


def test_dates_leave_out_what_repeats() -> None:
    assert spanish.days(date(2013, 5, 2), date(2013, 5, 19)) == "del 2 al 19 de mayo de 2013"
    assert spanish.days(date(2013, 5, 28), date(2013, 6, 3)) == "del 28 de mayo al 3 de junio de 2013"
    assert spanish.days(date(2012, 12, 28), date(2013, 1, 3)) == "del 28 de diciembre de 2012 al 3 de enero de 2013"


def test_wave_names() -> None:
    assert spanish.wave_name("2013T2") == "abril–junio de 2013"
    assert spanish.wave_short("2013T2") == "2T13"
    assert spanish.wave_name("ronda 3") == "ronda 3"


@given(st.floats(min_value=0, max_value=1), st.floats(min_value=0, max_value=1))
def test_shares_that_print_equal_are_found_so(first: float, second: float) -> None:
    assert spanish.prints_equal(first, second) == (spanish.percent(first) == spanish.percent(second))
