"""Frequencies with wildcards, against the definition written out pair by pair."""

import time
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulsometro.disclosure.groups import (
    candidates,
    coded,
    compatible,
    distinct,
    least_candidates,
    matches,
    matching_weight,
)

VALUES = st.one_of(st.none(), st.integers(1, 3))
COLUMNS = ["a", "b", "c"]


def frames(least: int = 1) -> st.SearchStrategy[pd.DataFrame]:
    rows = st.lists(st.tuples(VALUES, VALUES, VALUES), min_size=least, max_size=12)
    return rows.map(lambda found: pd.DataFrame(found, columns=COLUMNS).astype("Int64"))


def agree(one: tuple[Any, ...], other: tuple[Any, ...]) -> bool:
    return all(pd.isna(a) or pd.isna(b) or a == b for a, b in zip(one, other, strict=True))


def counted(rows: pd.DataFrame, others: pd.DataFrame, weights: list[float]) -> list[float]:
    mine, theirs = (list(frame.itertuples(index=False, name=None)) for frame in (rows, others))
    return [sum(w for other, w in zip(theirs, weights, strict=True) if agree(one, other)) for one in mine]


@given(frames(), frames(), st.data())
@settings(max_examples=60, deadline=None)
def test_sums_are_those_of_every_pair_of_rows(rows: pd.DataFrame, others: pd.DataFrame, data: st.DataObject) -> None:
    weights = data.draw(st.lists(st.integers(1, 99).map(float), min_size=len(others), max_size=len(others)))
    made = compatible(rows, others, np.array([weights, np.ones(len(others))]).T)
    assert made[:, 0].tolist() == counted(rows, others, weights)
    assert candidates(rows, others).tolist() == made[:, 1].tolist() == counted(rows, others, [1.0] * len(others))
    assert matching_weight(others, weights).tolist() == counted(others, others, weights)
    assert matches(rows).tolist() == counted(rows, rows, [1.0] * len(rows))


@given(frames(), st.data())
@settings(max_examples=40, deadline=None)
def test_withholding_takes_no_candidate_away_and_matches_are_never_fewer(
    truth: pd.DataFrame, data: st.DataObject
) -> None:
    hidden = np.array([[data.draw(st.booleans()) for _ in COLUMNS] for _ in range(len(truth))])
    released = truth.mask(hidden)
    assert (candidates(truth, released) >= candidates(truth, truth)).all()
    assert (matches(released) >= candidates(truth, released)).all()
    assert (least_candidates(truth, released) <= candidates(truth, released)).all()


@given(frames(), frames())
@settings(max_examples=40, deadline=None)
def test_the_worst_value_of_one_who_did_not_tell(truth: pd.DataFrame, released: pd.DataFrame) -> None:
    worst = []
    for row in truth.itertuples(index=False, name=None):
        guesses: list[tuple[object, ...]] = [()]
        for name, value in zip(COLUMNS, row, strict=True):
            known = pd.concat([truth[name], released[name]]).dropna().unique().tolist()
            options = [value] if not pd.isna(value) or not known else known
            guesses = [(*guess, option) for guess in guesses for option in options]
        guessed = pd.DataFrame(guesses, columns=COLUMNS)
        worst.append(min(counted(guessed, released, [1.0] * len(released))))
    assert least_candidates(truth, released).tolist() == worst


def test_distinct_rows_are_numbered_by_their_values() -> None:
    keys = pd.DataFrame({"a": ["x", None, "x", "b"], "b": [2, 1, 2, 9]})
    for rows in (keys, keys.iloc[::-1]):
        made, which = distinct(coded(rows, rows)[0])
        assert made.tolist() == [[-1, 0], [0, 2], [1, 1]]
        assert which.tolist() == [2, 0, 2, 1] if rows is keys else [1, 2, 0, 2]


def test_types_do_not_tell_values_apart() -> None:
    truth = pd.DataFrame({"a": pd.array([1, 2, None], dtype="Int64"), "b": ["x", "y", "x"]})
    released = pd.DataFrame({"a": [1.0, np.nan, 2.0], "b": pd.Categorical(["x", "y", None])})
    assert candidates(truth, released).tolist() == [1, 2, 2]
    with pytest.raises(ValueError, match="the rows have the columns"):
        candidates(truth, released[["b", "a"]])


def test_many_rows_of_many_values_take_no_time() -> None:
    draw = np.random.default_rng(1)
    # Codes of eight columns of 3,000 values do not fit into one whole number.
    keys = pd.DataFrame({f"k{k}": draw.integers(0, 3000, 20_000).astype(float) for k in range(8)})
    keys = pd.concat([keys, keys.iloc[:5000]], ignore_index=True)
    keys = keys.mask(draw.random(keys.shape) < 0.0005)
    start = time.process_time()
    found = matches(keys)
    assert time.process_time() - start < 8
    whole = ~keys.isna().any(axis=1)
    assert found[:5000][whole[:5000].to_numpy()].min() >= 2
    assert found[5000:20_000][whole[5000:20_000].to_numpy()].min() == 1
    assert np.median(found) == 1
