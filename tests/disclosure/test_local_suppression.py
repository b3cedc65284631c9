"""Rows emptied: enough, the fewest, in a secret order, and not to be undone by who knows the rule."""

from collections import defaultdict
from itertools import combinations, permutations, product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulsometro.disclosure.groups import candidates, least_candidates, matches
from pulsometro.disclosure.local_suppression import keyed_places, suppress

KEY = bytes(range(32))
COLUMNS = ["place", "school", "job"]
MAYBE = st.one_of(st.none(), st.integers(1, 3))
BLANKS = st.sampled_from([["school"], ["school", "job"]])


def tables(most: int) -> st.SearchStrategy[pd.DataFrame]:
    rows = st.lists(st.tuples(st.integers(1, 2), MAYBE, MAYBE), min_size=1, max_size=most)
    return rows.map(lambda found: pd.DataFrame(found, columns=COLUMNS).astype("Int64"))


def released(keys: pd.DataFrame, blank: list[str], empty: np.ndarray) -> pd.DataFrame:
    return keys.assign(**{name: keys[name].mask(empty) for name in blank})


def places(keys: pd.DataFrame) -> np.ndarray:
    return keyed_places(pd.DataFrame({"folio": [f"F{n}" for n in range(len(keys))]}), KEY)


def test_a_class_of_three_among_thirty_by_hand() -> None:
    keys = pd.DataFrame({"place": [1] * 30 + [2] * 9, "school": [3] * 3 + [1] * 27 + [1] * 9})
    empty = suppress(keys, 5, ["school"], np.arange(39)[::-1].copy())
    # The three, and the last two of the others of the same place; another place loses nothing.
    assert np.flatnonzero(empty).tolist() == [0, 1, 2, 28, 29]
    shown = released(keys, ["school"], empty)
    assert candidates(keys, shown).tolist() == [5] * 3 + [30] * 27 + [9] * 9


def test_two_small_classes_need_no_others_where_they_are_enough() -> None:
    keys = pd.DataFrame({"school": [1] * 2 + [2] * 3 + [3] * 20})
    assert np.flatnonzero(suppress(keys, 5, ["school"], np.arange(25))).tolist() == [0, 1, 2, 3, 4]
    # Who did not tell is shown as who is emptied is, and is one of the five.
    untold = pd.DataFrame({"school": [1] * 2 + [None] * 2 + [3] * 20})
    assert np.flatnonzero(suppress(untold, 5, ["school"], np.arange(24))).tolist() == [0, 1, 2, 3, 4]


def test_one_who_did_not_tell_may_be_known_anyway() -> None:
    """Nobody of the place shows schooling 2: a neighbour who has it and took part is one of those who show none."""
    keys = pd.DataFrame({"place": [1] * 6 + [2] * 6, "school": [1] * 5 + [None] + [2] * 6})
    empty = suppress(keys, 5, ["school"], np.arange(12))
    assert np.flatnonzero(empty).tolist() == [0, 1, 2, 3, 5]
    assert least_candidates(keys, released(keys, ["school"], empty)).min() == 5
    # Where the place shows both nobody is emptied for the one: he may be any.
    both = keys.assign(school=[1] * 5 + [None] + [2] * 6, place=1)
    assert np.flatnonzero(suppress(both, 5, ["school"], np.arange(12))).tolist() == [5]


def test_what_cannot_be_mended_stays_and_can_be_seen() -> None:
    keys = pd.DataFrame({"place": [1, 1, 1, 2, 2, 2], "school": [1, 2, None, 1, 1, 2]}).astype("Int64")
    empty = suppress(keys, 4, ["school"], np.arange(6))
    assert empty.all()
    assert candidates(keys, released(keys, ["school"], empty)).max() == 3


def test_a_small_class_is_hidden_also_where_an_earlier_version_left_others_empty() -> None:
    """Five are empty already; the one of a new class is not left in sight for that."""
    keys = pd.DataFrame({"school": [1] * 2 + [2] * 38})
    first = suppress(keys, 5, ["school"], np.arange(40))
    second = keys.assign(school=keys["school"].mask(keys.index == 20, 3))
    made = suppress(second, 5, ["school"], np.arange(40), gone=first)
    assert np.flatnonzero(made).tolist() == [0, 1, 2, 3, 4, 20]


@given(tables(14), st.integers(2, 4), BLANKS, st.data())
@settings(max_examples=150, deadline=None)
def test_everybody_of_a_cell_that_is_large_enough_has_k_candidates(
    keys: pd.DataFrame, k: int, blank: list[str], data: st.DataObject
) -> None:
    gone = np.array([data.draw(st.integers(0, 5)) == 0 for _ in range(len(keys))])
    empty = suppress(keys, k, blank, places(keys), gone)
    shown = released(keys, blank, empty)
    others = [name for name in COLUMNS if name not in blank]
    cell = keys.groupby(others, dropna=False)["place"].transform("size").to_numpy()
    large = cell >= k
    assert (candidates(keys, shown)[large] >= k).all()
    assert (matches(shown)[large] >= k).all()
    # Also who has values that nobody of the cell shows, or whose own are not told; of values that somebody has.
    whole = keys[blank].dropna().drop_duplicates()
    for at in np.flatnonzero(large & empty):
        same = (shown[others].isna() == keys[others].iloc[at].isna()).all(axis=1)
        same &= (shown[others].fillna(0) == keys[others].iloc[at].fillna(0)).all(axis=1)
        for guess in whole.itertuples(index=False):
            assert (same & empty).sum() >= k or (shown.loc[same & ~empty, blank] == list(guess)).all(axis=1).any()
    # One pattern of empty values: every row shows all its columns that may be empty, or none.
    assert (shown[blank].isna().sum(axis=1).isin([0, len(blank)])).all()
    assert empty[keys[blank].isna().any(axis=1).to_numpy()].all() and empty[gone].all()
    # Of a class in sight k persons stand in truth.
    size = keys.groupby(COLUMNS, dropna=False)["place"]
    assert (size.transform("size").to_numpy()[~empty] >= k).all()


def fewest(keys: pd.DataFrame, k: int) -> int:
    """The least number of empty rows, small classes and who did not tell among them, of one cell of one column."""
    size = keys.groupby("school", dropna=False)["school"].transform(lambda found: len(found)).to_numpy()
    must = keys["school"].isna().to_numpy() | (size < k)
    if not must.any():
        return 0
    free, values = np.flatnonzero(~must), keys["school"].nunique()
    for more in range(len(free) + 1):
        for others in combinations(free, more):
            empty = must.copy()
            empty[list(others)] = True
            if empty.sum() >= k or keys["school"][~empty].nunique() == values:
                return int(empty.sum())
    return len(keys)


@given(st.lists(MAYBE, min_size=1, max_size=9), st.integers(2, 4))
@settings(max_examples=60, deadline=None)
def test_no_smaller_number_of_rows_does(school: list[int | None], k: int) -> None:
    keys = pd.DataFrame({"school": pd.array(school, dtype="Int64")})
    assert suppress(keys, k, ["school"], places(keys)).sum() == fewest(keys, k)


@pytest.mark.parametrize("told", [[(1,), (2,), (None,)], [(1, 1), (1, 2), (None, 2)]])
@pytest.mark.parametrize("k", [2, 3])
def test_who_knows_the_rule_and_a_respondent_guesses_no_better_than_one_of_k(
    told: list[tuple[int | None, ...]], k: int
) -> None:
    """Every table that there can be, in every secret order: where the one stands of whom all values are known."""
    blank, rows = ["school", "job"][: len(told[0])], 4
    orders = [np.array(order) for order in permutations(range(rows))]
    for person in [values for values in told if None not in values]:
        chance: defaultdict[tuple[object, ...], np.ndarray] = defaultdict(lambda: np.zeros(rows))
        for table in product(told, repeat=rows):
            mine = [at for at, values in enumerate(table) if values == person]
            keys = pd.DataFrame(table, columns=blank).astype("Int64")
            for order in orders if mine else ():
                empty = suppress(keys, k, blank, order)
                shown = tuple(None if out else values for values, out in zip(table, empty, strict=True))
                chance[shown][mine] += 1 / len(mine)
        assert max(float(found.max() / found.sum()) for found in chance.values()) <= 1 / k + 1e-12


def test_a_public_order_would_give_the_small_classes_back_and_a_keyed_one_does_not() -> None:
    """The attacker knows the rule: an other whom the order reaches later than one left in sight was not taken."""
    draw = np.random.default_rng(2)
    place = np.repeat(np.arange(150), 30)
    school = draw.choice([1, 2, 3], len(place), p=[0.55, 0.37, 0.08])
    keys = pd.DataFrame({"place": place, "school": school})
    public = (draw.permutation(len(keys)) + 0.5).argsort().argsort().astype(np.int64)
    found: dict[str, tuple[float, float, float]] = {}
    for name, order in (("public", public), ("keyed", places(keys))):
        hidden = suppress(keys, 5, ["school"], order)
        first_seen = pd.Series(np.where(hidden, len(keys), public)).groupby(place).transform("min").to_numpy()
        accused = hidden & (public > first_seen)
        small = candidates(keys, keys) < 5
        found[name] = (small[accused].mean(), small[hidden].mean(), accused.sum() / hidden.sum())
    right, chance, share = found["public"]
    assert right == 1.0 and chance < 0.6 and share > 0.4
    right, chance, share = found["keyed"]
    assert abs(right - chance) < 0.05 and share > 0.4


def test_a_key_and_the_values_make_the_places() -> None:
    content = pd.DataFrame({"a": pd.array([1, 2, None], dtype="Int64"), "b": ["x", None, "y"]})
    found = keyed_places(content, KEY)
    assert sorted(found) == [0, 1, 2]
    other_types = content.assign(a=content["a"].astype(float), b=content["b"].astype("category"))
    np.testing.assert_array_equal(keyed_places(other_types, KEY), found)
    many = pd.DataFrame({"a": range(500)})
    assert abs(np.corrcoef(keyed_places(many, KEY), keyed_places(many, KEY[::-1]))[0, 1]) < 0.2
    assert abs(np.corrcoef(keyed_places(many, KEY), range(500))[0, 1]) < 0.2


def test_arguments_that_cannot_be_meant() -> None:
    keys = pd.DataFrame({"school": [1, 2]})
    with pytest.raises(ValueError, match=r"columns that may lose values and are no keys: \['age'\]"):
        suppress(keys, 2, ["age"], np.arange(2))
    with pytest.raises(ValueError, match="places must hold 0 … 1 once each"):
        suppress(keys, 2, ["school"], np.array([1, 1]))
