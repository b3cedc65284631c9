"""Which combinations of columns are domains: those that occur, those that are declared."""

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pulsometro.estimation import Domain, Share, SurveyDesign, VariableError, estimate
from pulsometro.estimation._engine.coded_domains import code_domains

CODES = {"state": (3, 1, 2), "mun": ("b", "a"), "sex": (1, 2), "age": (9, 7, 8)}


def places(rows: int = 30_000) -> pd.DataFrame:
    """2,469 municipalities in 160 states."""
    mun = np.random.default_rng(2).permutation(np.resize(np.arange(2_469), rows))
    return pd.DataFrame({"state": mun % 160, "mun": mun, "sex": 1 + (mun // 160) % 2, "y": 1, "w": 1.0})


def test_nested_geographies_make_only_what_occurs() -> None:
    coded, crossed = code_domains(places(), [("state", "mun"), Domain(("state", "sex", "mun"), ((), (1, 2), ()))])
    assert len(coded.labels) == 2_469 and coded.labels[:2] == ("0*0", "0*160")
    # Declared codes are crossed in full with the municipalities that there are, in the columns' order.
    assert len(crossed.labels) == 2 * 2_469 and crossed.labels[:2] == ("0*1*0", "0*1*160")
    assert estimate(SurveyDesign(places(), "w"), [Share("y", "y", (1,))], [("state", "mun")])["n"].sum() == 30_000


def test_declared_codes_are_crossed_in_full_and_declared_combinations_alone() -> None:
    data = pd.DataFrame({"a": [1, 1, 2, 2, 5], "b": ["x", "y", "x", "x", "x"], "w": 1.0, "y": 1})
    full, some = code_domains(data, [Domain(("a", "b"), ((2, 1), ("x", "y"))), Domain(("b",))])
    assert full.labels == ("2*x", "2*y", "1*x", "1*y") and full.index.tolist() == [2, 3, 0, 0, -1]
    assert some.labels == ("x", "y")
    declared = Domain(("a", "b"), combinations=((2, "x"), (7, "z"), (1, "y")))
    table = estimate(SurveyDesign(data, "w"), [Share("y", "y", (1,))], [declared])
    assert table["domain"].tolist() == ["2*x", "7*z", "1*y"] and table["n"].tolist() == [2, 0, 1]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Domain(("a",), ((1,),), combinations=((1,),)), "not both"),
        (lambda: Domain(("a", "b"), combinations=((1,),)), "one code of every column, 2"),
        (lambda: Domain(("a",), combinations=((1,), (1,))), "twice"),
    ],
)
def test_combinations_that_are_none(make: object, message: str) -> None:
    with pytest.raises(VariableError, match=message):
        make()  # type: ignore[operator]


@settings(max_examples=60, deadline=None)
@given(data=st.data(), columns=st.permutations(sorted(CODES)).map(lambda own: tuple(own[:3])), seed=st.integers(0, 999))
def test_combinations_against_a_loop(data: st.DataObject, columns: tuple[str, ...], seed: int) -> None:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({name: rng.choice(np.array([*own, None], dtype=object), 12) for name, own in CODES.items()})
    kind = data.draw(st.sampled_from(["codes", "combinations", "none"]))
    product = list(itertools.product(*(CODES[name] for name in columns)))
    if kind == "combinations":
        made = [product[at] for at in rng.permutation(len(product))[: int(rng.integers(1, len(product)))]]
        domain = Domain(columns, combinations=tuple(made))
    else:
        codes = tuple(CODES[name] if kind == "codes" and rng.random() < 0.6 else () for name in columns)
        domain = Domain(columns, codes if any(codes) else ())
        free = [at for at, own in enumerate(codes) if not own]
        occurring = set(frame[[columns[at] for at in free]].dropna().itertuples(index=False, name=None))
        order = [
            list(own) if own else sorted(frame[name].dropna().unique())
            for own, name in zip(codes, columns, strict=True)
        ]
        made = [own for own in itertools.product(*order) if not free or tuple(own[at] for at in free) in occurring]
    coded = code_domains(frame, [domain])[0]
    rows = list(frame[list(columns)].itertuples(index=False, name=None))
    assert coded.labels == tuple("*".join(map(str, own)) for own in made)
    assert coded.index.tolist() == [made.index(row) if row in made else -1 for row in rows]
    assert len(made) <= math.prod(len(CODES[name]) for name in columns)
