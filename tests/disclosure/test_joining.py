"""Two files joined on what both have."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulsometro.disclosure.joining import join

MAYBE = st.one_of(st.none(), st.integers(1, 3))
FILES = st.lists(st.tuples(MAYBE, MAYBE), min_size=1, max_size=10)


@given(FILES, FILES)
@settings(max_examples=40, deadline=None)
def test_candidates_are_those_of_every_pair_both_ways(one: list[tuple[int, int]], other: list[tuple[int, int]]) -> None:
    first = pd.DataFrame(one, columns=["a", "b"]).assign(id=range(len(one)), mine=1)
    second = pd.DataFrame(other, columns=["b", "a"]).assign(theirs=2)
    pairs = [
        [all(x is None or y is None or x == y for x, y in zip(row, them[::-1], strict=True)) for them in other]
        for row in one
    ]
    made = join(first, second)
    assert made.columns == ("a", "b")
    assert made.of_first.tolist() == [sum(row) for row in pairs]
    assert made.of_second.tolist() == [sum(column) for column in zip(*pairs, strict=True)]
    assert made.least == min(*made.of_first, *made.of_second)
    assert made.right() == pytest.approx(np.mean([1 / sum(row) if sum(row) else 0 for row in pairs]))
    back = join(second, first)
    assert back.of_first.tolist() == made.of_second.tolist() and back.of_second.tolist() == made.of_first.tolist()


def test_an_answer_too_many_joins_two_files_that_the_keys_do_not() -> None:
    """The same 600 people, in another order, without place and schooling: keys leave dozens, opinions one."""
    draw = np.random.default_rng(4)
    people = pd.DataFrame({"sex": draw.integers(1, 3, 600), "age": draw.integers(1, 5, 600)})
    opinions = pd.DataFrame(draw.integers(1, 5, (600, 12)), columns=[f"q{n}" for n in range(12)])
    main = people.assign(place=draw.integers(1, 10, 600), school=draw.integers(1, 4, 600))
    jobs = people.assign(job=draw.integers(1, 5, 600)).iloc[draw.permutation(600)]
    assert join(main, jobs).least > 30 and join(main, jobs).right() < 0.03
    known = jobs.join(opinions[["q0"]])
    assert join(main.join(opinions), known).least >= 5
    made = join(main.join(opinions), jobs.join(opinions))
    assert made.least == 1 and made.right() > 0.99
    assert join(main.join(opinions), jobs.join(opinions), ["sex", "age"]).right() < 0.03


def test_weights_of_one_calibration_join_and_a_constant_of_the_cell_does_not() -> None:
    draw = np.random.default_rng(5)
    main = pd.DataFrame({"sex": draw.integers(1, 3, 400), "weight": draw.uniform(1, 900, 400)})
    jobs = main.iloc[draw.permutation(400)]
    assert join(main, jobs).right() == 1.0
    cell = jobs.assign(weight=jobs.groupby("sex")["weight"].transform("mean"))
    # A weight of another calibration says that nobody of one file is in the other: it is no column of theirs.
    assert join(main, cell).least == 0
    assert join(main, cell, ["sex"]).least > 150


def test_files_without_rows_or_shared_columns() -> None:
    first, second = pd.DataFrame({"a": [1, 2]}), pd.DataFrame({"b": [1, 2, 3]})
    made = join(first, second)
    assert made.columns == () and made.of_first.tolist() == [3, 3] and made.of_second.tolist() == [2, 2, 2]
    with pytest.raises(ValueError, match="without rows"):
        join(first.iloc[:0], second)
