"""Which cells are withheld: the rule, what hides them, and the ledger of earlier versions."""

from itertools import product

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulsometro.settings.report_settings import Confidentiality
from pulsometro.study import load_study
from pulsometro.suppression.cell_suppression import Circle, suppressed_in
from pulsometro.suppression.linear_attack import Structure, structure_of
from pulsometro.suppression.suppressed_cells import CellKey, Why
from pulsometro.suppression.thin_cells import Countable
from tests.small_study import ROOT
from tests.suppression.checking_subtraction import is_determined
from tests.suppression.made_tables import CELLS, CODES, DOMAINS, SHARES, circle, survey

LAST = "2013T2"
# Nothing but the exact rule: no interval is asked for.
EXACT = Confidentiality(min_base=0, min_count=0, min_base_all=0)


def table(rows: list[tuple[str, str, str, int, int]], statistic: str = "proportion") -> pd.DataFrame:
    """Rows of (category, domain kind, domain, n, n_category) of one indicator that no definition describes."""
    made = pd.DataFrame(rows, columns=["category", "domain_kind", "domain", "n", "n_category"])
    share = made["n_category"] / made["n"].clip(lower=1)
    return made.assign(wave="w", indicator="i", statistic=statistic, estimate=share, population=made["n"] * 100.0)


def withheld(
    rows: list[tuple[str, str, str, int, int]], rules: Confidentiality, sensitive: bool = True
) -> dict[tuple[str, str], Why]:
    harmful = frozenset(["i"]) if sensitive else frozenset()
    found = suppressed_in(table(rows), Circle(rules, Structure({}, {}, {}, harmful, harmful)))
    return {(key.category, key.domain): why for key, why in found.items()}


PLACES = [("a", "total", "total", 300, 90), ("a", "m", "1", 5, 2), ("a", "m", "2", 140, 40), ("a", "m", "3", 155, 48)]
ANSWERS = [(c, "total", "total", 200, k) for c, k in (("a", 120), ("b", 58), ("c", 20), ("d", 2))]


@pytest.mark.parametrize("sensitive", [True, False])
def test_a_small_base_goes_and_another_domain_with_it(sensitive: bool) -> None:
    found = withheld(PLACES, Confidentiality(min_base=10), sensitive)
    assert found == {("a", "1"): Why.SMALL_BASE, ("a", "2"): Why.COMPLEMENT}


def test_a_small_count_of_a_sensitive_answer_takes_a_second_one_with_it() -> None:
    found = withheld(ANSWERS, Confidentiality(min_base=0, min_count=3))
    assert found == {("d", "total"): Why.SMALL_COUNT, ("c", "total"): Why.COMPLEMENT}


def test_a_small_count_of_an_opinion_is_published() -> None:
    assert withheld(ANSWERS, Confidentiality(), sensitive=False) == {}
    assert withheld([("a", "total", "total", 16, 15)], Confidentiality(), sensitive=False) == {}


def test_an_empty_answer_hides_nothing() -> None:
    rows = [(c, "total", "total", 200, k) for c, k in (("a", 140), ("b", 58), ("c", 0), ("d", 2))]
    assert set(withheld(rows, Confidentiality(min_base=0, min_count=3))) == {("d", "total"), ("b", "total")}


def test_everybody_else_counts_too() -> None:
    assert withheld([("a", "total", "total", 200, 199)], Confidentiality()) == {("a", "total"): Why.SMALL_COUNT}


@pytest.mark.parametrize(
    ("n", "inside", "sensitive", "why"),
    [
        (29, 0, True, Why.ALL_OR_NONE), (29, 29, True, Why.ALL_OR_NONE), (30, 0, True, None), (30, 30, True, None),
        (29, 29, False, None), (29, 3, True, None), (29, 26, True, None), (9, 9, False, Why.SMALL_BASE),
        (0, 0, True, None),
    ],
)  # fmt: skip
def test_all_or_none(n: int, inside: int, sensitive: bool, why: Why | None) -> None:
    found = withheld([("a", "total", "total", n, inside)], Confidentiality(), sensitive)
    assert found == ({("a", "total"): why} if why else {})


def test_a_mean_has_no_count_that_could_be_small() -> None:
    rows = table([("", "total", "total", 29, 29)], statistic="mean")
    harmful = frozenset(["i"])
    assert suppressed_in(rows, Circle(Confidentiality(), Structure({}, {}, {}, harmful, harmful))) == {}


def test_every_rule_can_be_turned_off() -> None:
    assert withheld([("a", "total", "total", 1, 1), ("a", "m", "1", 1, 0)], EXACT) == {}


def test_what_anybody_can_count_is_not_withheld() -> None:
    rules, rows = Confidentiality(), survey([40, 40, 40, 40, 40, 2, *[40] * 12])
    whole = circle(rules)
    assert suppressed_in(rows, whole)
    names = whole.structure.sensitive
    both = Countable(dict.fromkeys(names, (frozenset("m"), frozenset(["m", "s"]))))
    assert suppressed_in(rows, Circle(rules, whole.structure, both)) == {}
    # By place alone anybody counts; crossed with sex nobody does, and only such cells go.
    some = suppressed_in(rows, Circle(rules, whole.structure, Countable(dict.fromkeys(names, (frozenset("m"),)))))
    assert {key.domain_kind for key in some} == {"m*s"}


@settings(max_examples=10, deadline=None)
@given(st.lists(st.sampled_from((1, 2, 4, 6, 9, 40, 80)), min_size=18, max_size=18))
def test_no_thin_cell_is_determined_by_what_is_left(counts: list[int]) -> None:
    rows = survey(counts)
    found = suppressed_in(rows, circle(Confidentiality(min_base=15, min_count=3)))
    thin = rows[
        rows["n"].between(1, 14) | rows["n_category"].between(1, 2) | (rows["n"] - rows["n_category"]).between(1, 2)
    ]
    gone = {(SHARES[key.category], (key.domain_kind, key.domain)) for key in found}
    shown = {(answers, domain) for answers in SHARES.values() for domain in DOMAINS} - gone
    for category, kind, domain in thin[["category", "domain_kind", "domain"]].itertuples(index=False):
        secret = (SHARES[category], (kind, domain))
        assert secret not in shown
        assert not is_determined(secret, shown, CODES, DOMAINS), (secret, sorted(map(str, shown)))
    # Nor the number of interviews of a domain that has too few.
    bases = {(frozenset({0}), domain) for _, domain in shown}
    for kind, domain in set(thin[thin["n"] < 15][["domain_kind", "domain"]].itertuples(index=False, name=None)):
        assert not is_determined((frozenset({0}), (kind, domain)), bases, (0, 9), DOMAINS)


def test_little_is_withheld_where_little_is_thin() -> None:
    counts = [40] * 18
    # Two women of place a gave the third answer.
    counts[list(product("abc", "12", CODES)).index(("a", "2", 3))] = 2
    gone = suppressed_in(survey(counts), circle(Confidentiality()))
    assert gone[CellKey("d", "d3", "proportion", "m*s", "a*2")] is Why.SMALL_COUNT
    assert all(key.domain_kind == "m*s" for key in gone)
    # The answer and one other, in two places and both sexes: a rectangle of eight cells, as rows of two indicators.
    assert len({(key.category, key.domain) for key in gone if key.indicator == "d"}) == 8


def test_what_is_sensitive_is_read_from_the_questionnaire() -> None:
    study = load_study(ROOT)
    found = structure_of(study.indicators.by_name, study.questionnaire(LAST))
    assert found.sensitive == {"victimizacion", "no_denuncia", "soborno"}
    wide, one = found.counted["inseguridad_amplia", "poco o nada seguro"], found.counted["seg_municipio", "seguro"]
    assert wide.universe == one.universe and found.complete[wide.universe] == wide.codes | one.codes
    assert found.counted["no_denuncia", "no"].universe != found.counted["victimizacion", "sí"].universe


# --- versions of a wave ---------------------------------------------------------------------------


def one_fewer(counts: list[int], cell: int) -> list[int]:
    return [count - (at == cell) for at, count in enumerate(counts)]


@settings(max_examples=4, deadline=None)
@given(st.lists(st.sampled_from((1, 2, 3, 5, 40)), min_size=18, max_size=18), st.integers(0, 17))
def test_a_second_version_gives_nothing_away_that_the_first_withheld(counts: list[int], left: int) -> None:
    public = circle(Confidentiality())
    first = suppressed_in(survey(counts), public)
    second = suppressed_in(survey(one_fewer(counts, left)), public, first)
    assert set(second) >= set(first)
    # And the same again says the same: the ledger holds the second version then.
    assert suppressed_in(survey(one_fewer(counts, left)), public, set(second)) == second
    assert suppressed_in(survey(counts), public, set(first)) == first
    # What the first withheld as thin is determined in no version.
    gone = {(SHARES[key.category], (key.domain_kind, key.domain)) for key in second}
    shown = {(answers, domain) for answers in SHARES.values() for domain in DOMAINS} - gone
    for key, why in first.items():
        if why is not Why.COMPLEMENT:
            assert not is_determined((SHARES[key.category], (key.domain_kind, key.domain)), shown, CODES, DOMAINS)


def test_a_cell_that_one_interview_brings_over_the_threshold_stays_withheld() -> None:
    at = CELLS.index(("a", "1", 3))
    more = [40] * 18
    more[at] = 3
    public = circle(Confidentiality())
    first = suppressed_in(survey(one_fewer(more, at)), public)
    cell = CellKey("d", "d3", "proportion", "m*s", "a*1")
    assert first[cell] is Why.SMALL_COUNT
    assert suppressed_in(survey(more), public) == {}
    assert suppressed_in(survey(more), public, first) == dict.fromkeys(first, Why.EARLIER_VERSION)


def test_a_cell_that_is_no_more_is_kept() -> None:
    gone = CellKey("d", "d3", "proportion", "barrio", "9")
    assert suppressed_in(survey([40] * 18), circle(Confidentiality()), [gone]) == {gone: Why.EARLIER_VERSION}
