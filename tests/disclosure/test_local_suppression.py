"""Values withheld: enough, the fewest, by content and key alone, and not to be undone by who knows the rule."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulsometro.disclosure.groups import candidates, least_candidates, matches, told_candidates
from pulsometro.disclosure.local_suppression import SmallClass, keyed_places, suppress

KEY = bytes(range(32))
COLUMNS = ["place", "age", "school"]
MAYBE = st.one_of(st.none(), st.integers(1, 3))


def tables(value: st.SearchStrategy[int | None], most: int) -> st.SearchStrategy[pd.DataFrame]:
    rows = st.lists(st.tuples(value, value, MAYBE), min_size=1, max_size=most)
    return rows.map(lambda found: pd.DataFrame(found, columns=COLUMNS).astype("Int64"))


def test_a_class_of_three_among_thirty_by_hand() -> None:
    keys = pd.DataFrame({"place": [1] * 30 + [2] * 9, "school": [3] * 3 + [1] * 27 + [1] * 9})
    made = suppress(keys, 5, ["school"], np.arange(39)[::-1].copy())
    # The three, and the last two of the others of the same place; another place loses nothing.
    assert np.flatnonzero(made.withheld[:, 1]).tolist() == [0, 1, 2, 28, 29]
    assert made.cells == {"school": 5} and made.unmended == ()
    assert candidates(keys, made.frame).tolist() == [5] * 3 + [30] * 27 + [9] * 9
    assert str(made.frame["school"].dtype) == "Int64" and made.frame["place"].tolist() == keys["place"].tolist()


def test_two_small_classes_need_no_others_where_they_are_enough() -> None:
    keys = pd.DataFrame({"school": [1] * 2 + [2] * 3 + [3] * 20})
    assert suppress(keys, 5, ["school"], np.arange(25)).cells == {"school": 5}
    # Who did not answer is one of the five already.
    refused = pd.DataFrame({"school": [1] * 2 + [None] * 2 + [3] * 20})
    assert suppress(refused, 5, ["school"], np.arange(24)).cells == {"school": 3}
    assert suppress(refused, 4, ["school"], np.arange(24)).cells == {"school": 0}


def test_what_cannot_be_mended_is_named_and_left_as_it_is() -> None:
    keys = pd.DataFrame({"place": [1, 1, 1, 2, 2, 2], "school": [1, 2, None, 1, 1, 2]}).astype("Int64")
    made = suppress(keys, 4, ["school"], np.arange(6))
    assert made.cells == {"school": 0}
    assert made.unmended[0] == SmallClass({"place": 1, "school": None}, 1, 3)
    assert [(found.rows, found.candidates) for found in made.unmended] == [(1, 3), (1, 2), (1, 2), (2, 2), (1, 1)]
    assert suppress(keys, 4, ["school", "place"], np.arange(6)).unmended == ()


def test_one_who_did_not_tell_may_be_known_anyway() -> None:
    """Nobody of the place shows schooling 2: a neighbour who has it and took part is the one who shows none."""
    keys = pd.DataFrame({"place": [1] * 6 + [2] * 6, "school": [1] * 5 + [None] + [2] * 6})
    assert suppress(keys, 5, ["school"], np.arange(12)).cells == {"school": 0}
    made = suppress(keys, 5, ["school"], np.arange(12), known_anyway=True)
    assert made.cells == {"school": 4} and made.unmended == ()
    assert least_candidates(keys, made.frame).min() == 5


@given(tables(MAYBE, 12), st.integers(2, 5), st.sampled_from([["school"], ["school", "age"], COLUMNS]), st.booleans())
@settings(max_examples=150, deadline=None)
def test_everybody_who_can_has_k_candidates(keys: pd.DataFrame, k: int, order: list[str], known: bool) -> None:
    left = least_candidates if known else candidates
    made = suppress(keys, k, order, keyed_places(keys, KEY), known_anyway=known)
    everything = keys.assign(**{name: pd.array([None] * len(keys), dtype="Int64") for name in order})
    possible = left(keys, everything) >= k
    found = left(keys, made.frame)
    assert (found[possible] >= k).all()
    assert (matches(made.frame)[possible] >= k).all()
    assert sum(small.rows for small in made.unmended) == (found < k).sum()
    assert all(small.candidates < k for small in made.unmended)
    others = [name for name in COLUMNS if name not in order]
    pd.testing.assert_frame_equal(made.frame[others], keys[others])
    pd.testing.assert_frame_equal(made.frame, keys.mask(made.withheld))
    assert sum(made.cells.values()) == made.withheld.sum() == (made.frame.isna() & keys.notna()).to_numpy().sum()


def fewest(keys: pd.DataFrame, k: int) -> int | None:
    """The least number of values of schooling, those of small classes among them, that give everybody k candidates."""
    small = np.flatnonzero(candidates(keys, keys) < k)
    free = [row for row in range(len(keys)) if row not in small and not pd.isna(keys["school"].iloc[row])]
    for more in range(len(free) + 1):
        for others in combinations(free, more):
            hidden = np.zeros(keys.shape, dtype=bool)
            hidden[[*small, *others], 2] = True
            if (candidates(keys, keys.mask(hidden)) >= k).all():
                return int((hidden & keys.notna().to_numpy()).sum())
    return None


@given(tables(st.integers(1, 2), 8), st.integers(2, 4))
@settings(max_examples=40, deadline=None)
def test_no_smaller_number_of_values_does(keys: pd.DataFrame, k: int) -> None:
    made = suppress(keys, k, ["school"], keyed_places(keys, KEY))
    possible = candidates(keys[["place", "age"]], keys[["place", "age"]]) >= k
    mended = keys[possible].reset_index(drop=True)
    assert made.cells["school"] == (fewest(mended, k) if len(mended) else 0)


@given(tables(MAYBE, 12), st.integers(2, 4), st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_the_order_of_the_rows_says_nothing(keys: pd.DataFrame, k: int, random: object) -> None:
    content = keys.assign(answer=np.arange(len(keys)) * 7 % 5, weight=1.5 + np.arange(len(keys)))
    turned = np.random.default_rng(random.getrandbits(32)).permutation(len(keys))  # type: ignore[attr-defined]
    first = suppress(keys, k, ["school", "age"], keyed_places(content, KEY))
    moved = content.iloc[turned].reset_index(drop=True)
    second = suppress(moved[COLUMNS], k, ["school", "age"], keyed_places(moved, KEY))
    np.testing.assert_array_equal(first.withheld[turned], second.withheld)
    assert first.unmended == second.unmended


def test_a_public_order_would_give_the_small_classes_back_and_a_keyed_one_does_not() -> None:
    """The attacker knows the rule: an other whom the order reaches later than one left in sight was not taken."""
    draw = np.random.default_rng(2)
    place = np.repeat(np.arange(150), 30)
    school = draw.choice([1, 2, 3], len(place), p=[0.55, 0.37, 0.08])
    keys = pd.DataFrame({"place": place, "school": school})
    content = keys.assign(weight=draw.permutation(len(keys)) + 0.5).drop(columns="school")
    public = content["weight"].rank().to_numpy().astype(np.int64) - 1
    found: dict[str, tuple[float, float, float]] = {}
    for name, places in (("public", public), ("keyed", keyed_places(content, KEY))):
        made = suppress(keys, 5, ["school"], places)
        hidden = made.withheld[:, 1]
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
    places = keyed_places(content, KEY)
    assert sorted(places) == [0, 1, 2]
    other_types = content.assign(a=content["a"].astype(float), b=content["b"].astype("category"))
    np.testing.assert_array_equal(keyed_places(other_types, KEY), places)
    many = pd.DataFrame({"a": range(500)})
    assert abs(np.corrcoef(keyed_places(many, KEY), keyed_places(many, KEY[::-1]))[0, 1]) < 0.2
    assert abs(np.corrcoef(keyed_places(many, KEY), range(500))[0, 1]) < 0.2


def test_arguments_that_cannot_be_meant() -> None:
    keys = pd.DataFrame({"school": [1, 2]})
    with pytest.raises(ValueError, match=r"columns that may lose values and are no keys: \['age'\]"):
        suppress(keys, 2, ["age"], np.arange(2))
    with pytest.raises(ValueError, match="places must hold 0 … 1 once each"):
        suppress(keys, 2, ["school"], np.array([1, 1]))


def test_who_is_shown_as_not_telling_hides_nobody_who_told() -> None:
    """Three who told and two who did not: where the file shows which, the three are three, and are hidden whole."""
    keys = pd.DataFrame({"school": [1] * 3 + [None] * 2 + [3] * 20})
    last = np.arange(25)[::-1].copy()
    assert suppress(keys, 5, ["school"], last).cells == {"school": 0}
    made = suppress(keys, 5, ["school"], last, told_apart=True)
    assert np.flatnonzero(made.withheld[:, 0]).tolist() == [0, 1, 2, 23, 24]
    assert told_candidates(keys, made.frame).tolist() == [5] * 3 + [25] * 2 + [23] * 20


@given(tables(MAYBE, 12), st.integers(2, 5), st.sampled_from([["school"], ["school", "age"]]), st.booleans())
@settings(max_examples=100, deadline=None)
def test_everybody_who_told_has_k_who_show_it_or_were_emptied(
    keys: pd.DataFrame, k: int, order: list[str], known: bool
) -> None:
    made = suppress(keys, k, order, keyed_places(keys, KEY), known_anyway=known, told_apart=True)
    empty = keys.assign(**{name: keys[name].mask(keys[order].notna().all(axis=1)) for name in order})
    possible = (told_candidates(keys, empty) >= k) & keys.notna().all(axis=1).to_numpy()
    assert (told_candidates(keys, made.frame)[possible] >= k).all()
    # A class of who told is k persons, of whom the key has hidden some; or none of it stays in sight.
    persons = keys.groupby(COLUMNS, dropna=False)["school"].transform("size")
    assert (persons[possible & made.frame.notna().all(axis=1).to_numpy()] >= k).all()
    assert not made.withheld[keys.isna().to_numpy()].any()
