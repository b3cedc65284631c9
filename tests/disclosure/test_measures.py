"""k, l, uniques and linkage by their definitions, row by row, and beside pycanon."""

import importlib.util
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulsometro.disclosure.measures import Level, measure
from pulsometro.disclosure.reidentification import individual_risk
from tests.disclosure.pycanon_reference import CASES, SENSITIVE, measured, table

# Printed by pycanon_reference.py: pycanon 1.3.6, numpy 2.0.2, pandas 2.3.3.
PYCANON = {
    "sex": {"k": 194, "victim": 2, "bribe": 2, "trust": 5},
    "place, sex, age": {"k": 9, "victim": 1, "bribe": 1, "trust": 4},
    "place, sex, age, school": {"k": 2, "victim": 1, "bribe": 1, "trust": 1},
}
MAYBE = st.one_of(st.none(), st.integers(1, 2))
Row = tuple[int | None, int | None, int | None, int]


def test_k_and_l_are_pycanons() -> None:
    reference = measured() if importlib.util.find_spec("pycanon") else PYCANON
    data = table()
    assert int(data.sum().sum()) == 4496, "another table than the one that pycanon measured"
    for name, keys in CASES.items():
        found = measure(data, keys, SENSITIVE)
        ours = {"k": found.k_candidates, **{one.item: one.least for one in found.diversity}}
        assert ours == reference[name] and found.k_matches == found.k_least == found.k_candidates


def test_a_table_by_hand() -> None:
    """Two men, one of unknown schooling; a woman alone in hers; three of another, which is withheld from one."""
    truth = pd.DataFrame({"sex": [1, 1, 2, 2, 2, 2], "school": [1, None, 2, 3, 3, 3]}).astype("Int64")
    released = truth.assign(
        school=truth["school"].mask(np.arange(6) == 5),
        bribe=pd.array([1, 1, 1, 2, None, 1], dtype="Int64"),
    )
    weights = [10.0, 20.0, 30.0, 40.0, 50.0, 60.0]
    found = measure(released, ["sex", "school"], ["bribe"], weights, truth)
    # Candidates: 2, 2, 2 (herself and the one withheld), 3, 3, 3; he who did not tell may have schooling 2 or 3.
    assert (found.k_matches, found.k_candidates, found.k_least) == (2, 2, 1)
    assert [(below.k, below.rows, below.persons) for below in found.below] == [
        (2, 0.0, 0.0), (3, 0.5, 60 / 210), (5, 1.0, 1.0),
    ]  # fmt: skip
    assert found.sample_uniques == 0 and found.population_uniques == 0.0
    assert found.linkage == pytest.approx((3 / 2 + 3 / 3) / 6)
    assert found.linkage_persons == pytest.approx((60 / 2 + 150 / 3) / 210)
    risk = individual_risk([2, 2, 2, 3, 3, 3], [30.0, 30.0, 90.0, 150.0, 150.0, 150.0])
    assert found.reidentifications == pytest.approx(risk.sum()) and found.largest_risk == pytest.approx(risk.max())
    # Men all say 1; she and the withheld one say 1; the three say 1 or 2.
    assert found.diversity[0].levels == (Level(1, 3, 3), Level(2, 1, 3)) and found.diversity[0].least == 1


def test_uniques_stand_for_as_many_as_their_weight() -> None:
    data = pd.DataFrame({"a": [1, 2, 3, 3], "nobody": pd.array([None] * 4, dtype="Int64")})
    found = measure(data, ["a"], ["nobody"], [10.0, 40.0, 1.0, 1.0])
    assert found.sample_uniques == 2 and found.population_uniques == pytest.approx(1 / 10 + 1 / 40)
    assert found.diversity[0].least == 0 and found.diversity[0].alone == Level(1, 0, 0)
    # The rows are the population: a guess is as good as the class is small.
    alone = measure(data, ["a"])
    assert alone.population_uniques == 2 and alone.reidentifications == 1 + 1 + 0.5 + 0.5
    assert alone.linkage == alone.linkage_persons == 0.75


@given(st.lists(st.tuples(MAYBE, MAYBE, MAYBE, st.integers(1, 9)), min_size=1, max_size=10), st.data())
@settings(max_examples=60, deadline=None)
def test_definitions_row_by_row(rows: list[Row], data: st.DataObject) -> None:
    frame = pd.DataFrame(rows, columns=["a", "b", "item", "w"]).astype("Int64")
    hidden = [data.draw(st.booleans()) for _ in rows]
    released = frame.assign(b=frame["b"].mask(np.array(hidden)))
    found = measure(released, ["a", "b"], ["item"], frame["w"].to_numpy(dtype=float), frame)
    seen = [(a, None if off else b) for (a, b, _, _), off in zip(rows, hidden, strict=True)]

    def fitting(person: tuple[int | None, int | None]) -> list[int]:
        pairs = (list(zip(person, one, strict=True)) for one in seen)
        return [n for n, pair in enumerate(pairs) if all(x is None or y is None or x == y for x, y in pair)]

    mine = [fitting((a, b)) for a, b, _, _ in rows]
    assert found.k_candidates == min(map(len, mine))
    assert found.k_matches == min(len(fitting(row)) for row in seen)
    assert found.sample_uniques == sum(len(some) == 1 for some in mine)
    assert [below.rows for below in found.below] == pytest.approx(
        [sum(len(some) < k for some in mine) / len(rows) for k in (2, 3, 5)]
    )
    assert found.linkage == pytest.approx(sum(1 / len(some) for some in mine) / len(rows))
    risk = individual_risk([len(some) for some in mine], [sum(rows[n][3] for n in some) for some in mine])
    assert found.reidentifications == pytest.approx(risk.sum())
    levels = [len({rows[n][2] for n in some} - {None}) for some in mine]
    classes = {(a, b): level for (a, b, _, _), level in zip(rows, levels, strict=True)}
    for level in found.diversity[0].levels:
        assert level.rows == levels.count(level.values) and level.classes == list(classes.values()).count(level.values)
    assert sum(level.rows for level in found.diversity[0].levels) == len(rows)
    assert found.diversity[0].least == min((level for level in levels if level), default=0)


def test_weights_and_truth_are_of_the_rows() -> None:
    data = pd.DataFrame({"a": [1, 2]})
    for wrong in ([1.0], [1.0, 0.0], [1.0, math.nan]):
        with pytest.raises(ValueError, match="weights and truth must be of the 2 released rows"):
            measure(data, ["a"], weights=wrong)
    with pytest.raises(ValueError, match="weights and truth must be"):
        measure(data, ["a"], truth=data.iloc[:1])
    with pytest.raises(ValueError, match="no rows, or no keys"):
        measure(data.iloc[:0], ["a"])
    with pytest.raises(ValueError, match="no rows, or no keys"):
        measure(data, [])
    with pytest.raises(KeyError, match="b"):
        measure(data, ["b"])


def test_it_is_fast_enough_for_a_large_file() -> None:
    draw = np.random.default_rng(3)
    data = pd.DataFrame({f"k{n}": draw.integers(0, 4 + n, 50_000) for n in range(6)})
    data = data.mask(draw.random(data.shape) < 0.002).assign(item=draw.integers(0, 5, 50_000))
    keys = [f"k{n}" for n in range(6)]
    found = measure(data, keys, ["item"], draw.uniform(1, 900, 50_000))
    assert 0 < found.population_uniques < found.sample_uniques < found.rows
    assert found.population_uniques < found.reidentifications < found.linkage * found.rows
