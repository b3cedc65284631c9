"""Every road to a withheld cell is walked, and what the search for complements withholds closes all of them."""

from collections.abc import Collection, Iterable

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulsometro.audit.attacks import guessed, printed, subtracted
from pulsometro.audit.exact_rank import determined
from pulsometro.audit.public_tables import Public
from pulsometro.settings.report_settings import Confidentiality
from pulsometro.suppression.cell_suppression import Circle, suppressed_in
from pulsometro.suppression.linear_attack import Answers, Structure, Universe, structure_of
from pulsometro.suppression.suppressed_cells import KEYS, CellKey, hidden
from pulsometro.suppression.thin_cells import Countable
from tests.suppression.checking_subtraction import is_determined
from tests.suppression.made_tables import CODES, DOMAINS, SHARES, circle, indicator_of, survey

PUBLIC = circle(Confidentiality())
CELLS = [CellKey(indicator_of(name), name, "proportion", kind, domain) for name in SHARES for kind, domain in DOMAINS]
WOMEN_OF_A = CellKey("d", "d3", "proportion", "m*s", "a*2")
NOTHING = pd.DataFrame(columns=["wave", *KEYS, "reference_wave", "contrast", "against"])


def public(rows: pd.DataFrame, gone: Collection[CellKey], **tables: pd.DataFrame) -> Public:
    """The published tables of a wave that withholds some cells; ``tables``: others than empty ones."""
    cells = {"w": frozenset(gone)}
    shown = {name: tables.get(name, NOTHING) for name in ("changes", "differences", "rankings")}
    return Public("w", rows[~hidden(rows, cells)], **shown, withheld={**cells, "v": frozenset(gone)})


def row(cell: CellKey, wave: str = "w", **more: str) -> pd.DataFrame:
    return pd.DataFrame([{"wave": wave, **cell._asdict(), "reference_wave": "u", "contrast": "half", **more}])


PLACE = CellKey("d", "d3", "proportion", "m", "a")
TOTAL = PLACE._replace(domain_kind="total", domain="total")


@pytest.mark.parametrize(
    ("table", "rows"),
    [
        ("changes", row(PLACE)),
        ("changes", row(PLACE, "x", reference_wave="v")),
        ("differences", row(PLACE, contrast="rest", against="rest")),
        ("differences", row(PLACE._replace(domain="b"), contrast="pair", against="a")),
        ("differences", row(PLACE._replace(indicator="other"), contrast="item", against="d")),
        ("rankings", row(PLACE)),
    ],
    ids=["its change", "a change from it", "against the rest", "against another", "against an item", "its rank"],
)
def test_a_cell_in_any_table_is_found(table: str, rows: pd.DataFrame) -> None:
    rows = rows.assign(against=rows.get("against", ""))
    own = public(survey([40] * 18), [PLACE], **{table: rows})
    assert [leak.cell for leak in printed(own, (), PUBLIC)] == [PLACE]
    assert list(printed(public(survey([40] * 18), [PLACE]), (), PUBLIC)) == []


def test_a_cell_of_an_earlier_version_is_found_unless_anybody_counts_it() -> None:
    own = public(survey([40] * 18), [])
    assert [leak.cell for leak in printed(own, [PLACE], PUBLIC)] == [PLACE]
    counted = Countable({"d": (frozenset(["m"]),)})
    assert list(printed(own, [PLACE], Circle(PUBLIC.rules, PUBLIC.structure, counted))) == []


def places_of(kind: str) -> Iterable[CellKey]:
    return [cell for cell in CELLS if cell.domain_kind == kind]


@pytest.mark.parametrize("gone", [[WOMEN_OF_A], [WOMEN_OF_A, WOMEN_OF_A._replace(domain="a*1")]], ids=["one", "two"])
def test_a_cell_that_domains_or_answers_give_back_is_found(gone: list[CellKey]) -> None:
    assert {leak.cell for leak in subtracted(public(survey([40] * 18), gone), PUBLIC)} == set(gone)


def test_a_share_and_its_rest_are_one_cell() -> None:
    """ "Some" is all but "one": whoever withholds one and prints the other withholds nothing."""
    one = CellKey("one", "one", "proportion", "m*s", "a*1")
    rows = survey([40] * 18)
    rows = rows[rows["indicator"].isin(["one", "some"]) & (rows["domain_kind"] == "m*s")]
    assert [leak.cell for leak in subtracted(public(rows, [one]), PUBLIC)] == [one]


def test_who_was_asked_whether_they_reported_is_a_victim() -> None:
    """The base of a question that is put to victims alone is how many there are, and its row shows it."""
    victim, reported = Universe("item", "victima"), Universe("item", "denuncia", "victima == 1")
    yes, both = frozenset([1]), frozenset([1, 2])
    counted = {("v", "sí"): Answers(victim, yes), ("r", "sí"): Answers(reported, yes)}
    names = frozenset("vr")
    based = {"v": Answers(victim, both), "r": Answers(reported, both)}
    own = Circle(Confidentiality(), Structure(counted, {victim: both, reported: both}, based, names, names))
    places = {"total": (600, 62, 40), "a": (200, 2, 1), "b": (200, 30, 20), "c": (200, 30, 19)}
    rows = pd.DataFrame(
        [("w", name, "sí", "proportion", "total" if at == "total" else "m", at, n, count, count / n, n * 9.0)
         for at, (asked, victims, told) in places.items()
         for name, n, count in (("v", asked, victims), ("r", victims, told))],
        columns=["wave", *KEYS, "n", "n_category", "estimate", "population"],
    )  # fmt: skip
    found = suppressed_in(rows, own)
    hides = {key.domain for key in found if key.indicator == "v"}
    assert "a" in hides and len(hides) == 2
    assert hides <= {key.domain for key in found if key.indicator == "r"}
    assert list(subtracted(public(rows, found), own)) == []
    # Withheld as victims and shown as who was asked, the place is known.
    careless = [key for key in found if key.indicator == "v" or key.domain == "a"]
    assert {leak.cell.domain for leak in subtracted(public(rows, careless), own)} == hides


def test_everybody_else_gives_the_whole_away() -> None:
    """A place, and the figure of the rest of the area beside it."""
    rows = survey([40] * 18)
    only = rows[rows["indicator"].eq("d") & rows["domain_kind"].isin(["m", "total"])]
    shown, gone = only[only["category"].eq("d3")], [TOTAL, PLACE._replace(domain="b"), PLACE._replace(domain="c")]
    rest = row(PLACE, contrast="rest", against="rest")
    assert list(subtracted(public(shown, gone), PUBLIC)) == []
    assert [leak.cell for leak in subtracted(public(shown, gone, differences=rest), PUBLIC)] == [TOTAL]


@settings(max_examples=25, deadline=None)
@given(st.sets(st.sampled_from(CELLS), min_size=1, max_size=14))
def test_what_subtraction_gives_is_what_the_rank_of_the_whole_system_says(gone: set[CellKey]) -> None:
    own = public(survey([40] * 18), gone)
    shown = [(SHARES[cell.category], (cell.domain_kind, cell.domain)) for cell in CELLS if cell not in gone]
    expected = {
        cell for cell in gone
        if is_determined((SHARES[cell.category], (cell.domain_kind, cell.domain)), shown, CODES, DOMAINS)
    }  # fmt: skip
    assert {leak.cell for leak in subtracted(own, PUBLIC)} == expected


@settings(max_examples=3, deadline=None)
@given(st.lists(st.sampled_from((0, 1, 2, 3, 6, 30)), min_size=18, max_size=18))
def test_no_attack_finds_what_is_withheld(counts: list[int]) -> None:
    rows = survey(counts)
    own = public(rows, suppressed_in(rows, PUBLIC))
    assert [*printed(own, (), PUBLIC), *subtracted(own, PUBLIC), *guessed(own, rows, PUBLIC).leaks] == []


def test_a_guess_that_is_too_close_is_found() -> None:
    """Two women of place a gave the third answer, the men's three hide them and a thin pair in b hides those."""
    counts = [40] * 18
    for place, sex, count in ((0, 0, 1), (0, 1, 2), (1, 0, 1), (1, 1, 0)):
        counts[6 * place + 3 * sex + 2] = count
    rows = survey(counts)
    corners = [cell for cell in CELLS if cell.domain in {"a*1", "a*2", "b*1", "b*2"} and cell.category in {"d3", "d2"}]
    found = guessed(public(rows, corners), rows, PUBLIC)
    assert found.persons is not None and found.persons < 3
    assert {leak.cell.category for leak in found.leaks} == {"d3"}
    assert all("told within" in leak.how for leak in found.leaks)


def test_the_rank_is_exact_where_rounding_would_say_otherwise() -> None:
    """A chain of sums: a hundred and fifty of them and one of its ends give the other, and one fewer does not."""
    chain = [{at: 1, at + 1: -1} for at in range(150)]
    assert determined([*chain, {0: 1}], [{150: 1}]) == [True]
    assert determined([*chain[:70], *chain[71:], {0: 1}], [{150: 1}, {70: 1}]) == [False, True]
    assert determined([], [{0: 1}]) == [False]


def test_the_wave_knows_its_circle() -> None:
    from pulsometro.study import load_study
    from tests.small_study import ROOT

    study = load_study(ROOT)
    told = structure_of(study.indicators.by_name, study.questionnaire("2013T2")).told
    assert told == {"victimizacion", "no_denuncia", "soborno"}
