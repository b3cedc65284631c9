"""How closely a withheld cell can be guessed: the programme against every table that there is."""

from collections.abc import Collection
from itertools import product

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulsometro.settings.report_settings import Confidentiality
from pulsometro.suppression import cell_suppression
from pulsometro.suppression.cell_suppression import WaveCells, cells_of, counted_in, suppressed_in
from pulsometro.suppression.feasible import Counted, guess_of
from pulsometro.suppression.linear_attack import Answers, Cell, Universe
from pulsometro.suppression.suppressed_cells import KEYS, CellKey
from tests.suppression.made_tables import circle, survey

YES = frozenset([1])
VICTIM = Universe("item", "victima")
REPORTED = Universe("item", "denuncia", "victima == 1")
WHOLE = ("total", "total")
Table = tuple[tuple[int, int], tuple[int, int]]


def cell(universe: Universe, domain: tuple[str, str] = WHOLE) -> Cell:
    return Cell(Answers(universe, YES), domain)


def crossed(yes: Table, n: int) -> Counted:
    """Those who say yes in two places by two sexes, ``n`` asked in each; all weigh the same."""
    counted = Counted({VICTIM: frozenset([1, 2])})

    def add(kind: str, code: str, people: int, count: int) -> None:
        size, inside = (float(people), 7.0 * people), (float(count), 7.0 * count)
        counted.add(cell(VICTIM, (kind, code)), frozenset([1, 2]), size, inside)

    add(*WHOLE, 4 * n, sum(map(sum, yes)))
    for at in range(2):
        add("m", str(at), 2 * n, sum(yes[at]))
        add("s", str(at), 2 * n, yes[0][at] + yes[1][at])
        for sex in range(2):
            add("m*s", f"{at}*{sex}", n, yes[at][sex])
    return counted


@settings(max_examples=12, deadline=None)
@given(
    st.tuples(*[st.integers(0, 4)] * 4),
    st.sets(st.sampled_from([("m*s", f"{a}*{b}") for a in "01" for b in "01"] + [("m", "0"), ("m", "1"), ("s", "0")])),
)
def test_the_interval_is_that_of_every_table_that_fits(flat: tuple[int, ...], gone: set[tuple[str, str]]) -> None:
    yes, n = ((flat[0], flat[1]), (flat[2], flat[3])), 4
    gone = {*gone, ("m*s", "0*0")}
    counted = crossed(yes, n)
    hidden = {cell(VICTIM, domain) for domain in gone}

    def shown(table: Table) -> dict[tuple[str, str], float]:
        return {own.domain: pair[0] for own, pair in crossed(table, n).cells.items() if own.domain not in gone}

    real = shown(yes)
    tables = [((a, b), (c, d)) for a, b, c, d in product(range(n + 1), repeat=4)]
    fitting = [table[0][0] for table in tables if shown(table) == real]
    found = guess_of(counted).interval(cell(VICTIM, ("m*s", "0*0")), hidden)
    # A table of two by two has whole corners: the programme and the list of all tables agree.
    assert found.persons == pytest.approx((min(fitting), max(fitting)), abs=1e-4)
    assert found.weights == pytest.approx((min(fitting), max(fitting)), abs=1e-4)
    assert found.width == pytest.approx(max(fitting) - min(fitting), abs=1e-4)


def test_who_reports_is_a_victim() -> None:
    """A published number of victims bounds a withheld number of reports, and the other way round."""
    counted = Counted({VICTIM: frozenset([1, 2]), REPORTED: frozenset([1, 2])})
    counted.add(cell(VICTIM), frozenset([1, 2]), (500.0, 500.0), (12.0, 12.0))
    counted.add(cell(REPORTED), frozenset([1, 2]), (11.0, 11.0), (9.0, 9.0))
    guess = guess_of(counted)
    assert guess.interval(cell(REPORTED), {cell(REPORTED)}).persons == pytest.approx((0, 11), abs=1e-4)
    # The eleven who were asked whether it was reported are victims, whatever the table of victims hides …
    assert guess.interval(cell(VICTIM), {cell(VICTIM)}).persons == pytest.approx((11, 500), abs=1e-4)
    # … unless nobody sees that there were eleven.
    assert guess.interval(cell(VICTIM), {cell(VICTIM), cell(REPORTED)}).persons == pytest.approx((0, 500), abs=1e-4)


def test_whoever_did_not_say_the_group_may_be_anywhere() -> None:
    """The parts of a domain do not always add to it: ten of fifty gave no age."""
    counted = Counted({VICTIM: frozenset([1, 2])})
    for domain, n, inside in ((WHOLE, 50, 9), (("edad", "1"), 15, 2), (("edad", "2"), 25, 4)):
        counted.add(cell(VICTIM, domain), frozenset([1, 2]), (float(n), float(n)), (float(inside), float(inside)))
    young = cell(VICTIM, ("edad", "1"))
    assert guess_of(counted).interval(young, {young}).persons == pytest.approx((0, 5), abs=1e-4)


# Exact subtraction is hidden by cells so thin that they leave a secret within one or two persons.
NARROW = [5, 30, 3, 30, 2, 1, 30, 1, 0, 3, 1, 30, 30, 3, 2, 1, 2, 3]


def test_more_is_withheld_until_a_guess_is_wide_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    rows, public = survey(NARROW), circle(Confidentiality(min_base=0, min_count=3, min_base_all=0))
    more = suppressed_in(rows, public)
    monkeypatch.setattr(cell_suppression, "_widened", lambda *given: given[2])
    exact = suppressed_in(rows, public)
    assert set(exact) < set(more)
    wave, guess = cells_of(rows, public), guess_of(counted_in(rows, public))
    assert min(guess.interval(own, hidden_in(rows, wave, exact)).width for own in wave.why) < 3
    assert min(guess.interval(own, hidden_in(rows, wave, more)).width for own in wave.why) >= 3


def hidden_in(rows: pd.DataFrame, wave: WaveCells, found: Collection[CellKey]) -> set[Cell]:
    """The cells of which some row is withheld."""
    keys = list(rows[list(KEYS)].itertuples(index=False, name=None))
    return {own for cells in wave.rows.values() for own, shown in cells.items()
            if any(keys[index] in found for index in shown)}  # fmt: skip


def test_what_nothing_can_widen_does_not_take_a_whole_question_with_it() -> None:
    """Two were asked in one group, so that its cell is two wide at most: hiding everything else would help nobody."""
    counts = [40] * 18
    counts[:3] = [1, 1, 0]
    found = suppressed_in(survey(counts), circle(Confidentiality(min_base=0, min_count=3, min_base_all=0)))
    assert CellKey("d", "d1", "proportion", "m*s", "a*1") in found
    assert {key.domain_kind for key in found} == {"m*s"} and len({key.domain for key in found}) == 4


@settings(max_examples=3, deadline=None)
@given(st.lists(st.sampled_from((0, 1, 2, 3, 6, 30)), min_size=18, max_size=18))
def test_every_thin_cell_is_left_as_wide_as_it_can_be_or_as_asked(counts: list[int]) -> None:
    rows, public = survey(counts), circle(Confidentiality())
    found = suppressed_in(rows, public)
    wave, guess = cells_of(rows, public), guess_of(counted_in(rows, public))
    hidden = hidden_in(rows, wave, found)
    every = set(wave.base)
    for own in wave.why:
        widest = guess.interval(own, every).width
        assert guess.interval(own, hidden).width >= min(3, wave.base[own], widest) - 1e-6
