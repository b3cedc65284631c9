"""AAPOR's outcome rates, worked by hand from the Standard Definitions (9th edition, 2016)."""

import pandas as pd
import pytest

from pulsometro.weighting.errors import WeightingError
from pulsometro.weighting.nonresponse.nonresponse_step import read_fieldwork
from pulsometro.weighting.nonresponse.outcome_rates import GROUPS, aapor_rates, final_dispositions, group_of
from tests.weighting.editions import settings

# I = 400, P = 50, R = 250, NC = 200, O = 30, UH = 120, UO = 80, not eligible 570.
NUMBERS = {"1.1": 400, "1.2": 50, "2.11": 250, "2.2": 200, "2.32": 30, "3.1": 120, "3.9": 80, "4.3": 570}
# e = eligible of known = 930 / 1,500 = 0.62, so that e (UH + UO) = 0.62 × 200 = 124.
BY_HAND = {
    "RR1": 400 / 1130,  # I / [(I + P) + (R + NC + O) + (UH + UO)]
    "RR2": 450 / 1130,  # (I + P) / the same
    "RR3": 400 / 1054,  # I / [(I + P) + (R + NC + O) + e (UH + UO)]
    "RR4": 450 / 1054,  # (I + P) / the same
    "RR5": 400 / 930,  # I / [(I + P) + (R + NC + O)]
    "RR6": 450 / 930,  # (I + P) / the same
    "COOP1": 400 / 730,  # I / [(I + P) + R + O]
    "COOP2": 450 / 730,  # (I + P) / the same
    "COOP3": 400 / 700,  # I / [(I + P) + R]
    "COOP4": 450 / 700,  # (I + P) / the same
    "REF1": 250 / 1130,  # R over the denominator of RR1
    "REF2": 250 / 1054,  # R over that of RR3
    "REF3": 250 / 930,  # R over that of RR5
    "CON1": 730 / 1130,  # [(I + P) + R + O] over the denominator of RR1
    "CON2": 730 / 1054,  # the same over that of RR3
    "CON3": 730 / 930,  # the same over that of RR5
}
# The same to four decimals, as somebody with a pocket calculator wrote them down.
POCKET = (
    "0.3540 0.3982 0.3795 0.4269 0.4301 0.4839 0.5479 0.6164 0.5714 0.6429 0.2212 0.2372 0.2688 0.6460 0.6926 0.7849"
)


def calls() -> pd.DataFrame:
    """Two municipalities: the worked one, and one where every number gave an interview."""
    codes = [code for code, count in NUMBERS.items() for _ in range(count)]
    one = pd.DataFrame({"area": "a", "code": codes})
    two = pd.DataFrame({"area": "b", "code": ["1.1"] * 10})
    final = pd.concat([one, two], ignore_index=True)
    final["id"] = [f"n{k:05d}" for k in range(len(final))]
    # Each was first called in vain: the earlier attempt must not count.
    return pd.concat([final.assign(k=1, code="3.9"), final.assign(k=2)], ignore_index=True)


def test_every_rate_of_the_worked_example() -> None:
    declared = settings(within="area", attempts={"number": "id", "attempt": "k", "disposition": "code"})
    fieldwork = read_fieldwork(calls(), declared)
    assert fieldwork is not None
    worked, all_answered, total = fieldwork.rates
    assert worked.counts == dict(zip(GROUPS, (400, 50, 250, 200, 30, 120, 80, 570), strict=True))
    assert worked.e == pytest.approx(0.62)
    assert worked.rates == pytest.approx(BY_HAND)
    assert " ".join(f"{worked.rates[name]:.4f}" for name in BY_HAND) == POCKET
    assert all_answered.rates["RR1"] == all_answered.rates["COOP4"] == 1.0
    assert all_answered.rates["REF3"] == 0.0
    assert total.area == "total"
    assert total.rates["RR1"] == pytest.approx(410 / 1140)


def test_another_e_moves_the_rates_that_use_it_and_no_other() -> None:
    groups = [group_of(code) for code, count in NUMBERS.items() for _ in range(count)]
    given = aapor_rates("a", groups, e=0.5).rates
    assert given["RR3"] == pytest.approx(400 / 1030)
    assert given["CON2"] == pytest.approx(730 / 1030)
    moved = {name for name, value in given.items() if value != pytest.approx(BY_HAND[name])}
    assert moved == {"RR3", "RR4", "REF2", "CON2"}


def test_rates_stand_in_the_order_that_their_denominators_give() -> None:
    rates = BY_HAND
    assert rates["RR1"] < rates["RR3"] < rates["RR5"]
    empty = aapor_rates("a", ["NE", "NE"])
    assert set(empty.rates.values()) == {None}


@pytest.mark.parametrize(
    ("code", "group"),
    [
        ("1", "I"), ("1.1", "I"), ("1.2", "P"), ("2.11", "R"), ("2.112", "R"), ("2.12", "R"), ("2.2", "NC"),
        ("2.22", "NC"), ("2.31", "O"), ("2.36", "O"), ("3.1", "UH"), ("3.13", "UH"), ("3.2", "UO"), ("3.9", "UO"),
        ("4.1", "NE"), ("4.5", "NE"),
    ],
)  # fmt: skip
def test_disposition_groups(code: str, group: str) -> None:
    assert group_of(code) == group


def test_a_code_that_is_none_is_refused() -> None:
    with pytest.raises(WeightingError, match="not an AAPOR disposition"):
        group_of("9")


@pytest.mark.parametrize(
    ("history", "group"),
    [
        (["3.1", "2.2", "1.1"], "I"),
        # A refusal stays one when the telephone is not answered afterwards; an interview overrules it.
        (["2.11", "2.2", "3.1"], "R"),
        (["2.11", "1.1"], "I"),
        # A household that was once reached is a non-contact, not unknown.
        (["2.2", "3.1", "3.1"], "NC"),
        (["3.1", "4.3"], "NE"),
    ],
)
def test_the_final_disposition_of_several_calls(history: list[str], group: str) -> None:
    table = pd.DataFrame({"id": "x", "k": range(len(history)), "code": history})
    assert final_dispositions(table, "id", "k", "code")["group"].tolist() == [group]
