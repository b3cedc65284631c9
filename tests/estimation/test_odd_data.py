"""Columns as they really come: every dtype gives the same, and what cannot be meant is refused by name."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from pulsometro.estimation import (
    Categorical,
    DesignError,
    Domain,
    EstimationError,
    Index,
    Numeric,
    Quantile,
    Ratio,
    Replicates,
    Settings,
    Share,
    SurveyDesign,
    VariableError,
    Where,
    estimate,
    rao_scott,
)

CODES = (1, 2)
ANSWER = Categorical("q", CODES, missing=(9,))


@pytest.fixture
def data() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    n = 60
    return pd.DataFrame(
        {
            "h": np.arange(n) % 3, "psu": np.arange(n) % 12, "w": rng.uniform(1, 3, n),
            "q": rng.choice([1, 2, 9], n), "a": rng.choice(["u", "v"], n), "x": rng.gamma(2, 10, n),
        }
    )  # fmt: skip


def design(data: pd.DataFrame, **more: object) -> SurveyDesign:
    return SurveyDesign(data, "w", "h", "psu", **more)


def numbers(data: pd.DataFrame, variable: Categorical = ANSWER) -> np.ndarray:
    made = estimate(design(data), [variable], [(), ("a",)])
    return made.sort_values("domain", kind="stable")[["estimate", "se", "n", "df"]].to_numpy()


@pytest.mark.parametrize(
    "kind", ["int8", "uint8", "uint64", "float32", "Int64", "UInt8", "Float64", "int64[pyarrow]", "category", "object"]
)
def test_every_kind_of_number(data: pd.DataFrame, kind: str) -> None:
    np.testing.assert_array_equal(numbers(data.assign(q=data["q"].astype(kind))), numbers(data))


@pytest.mark.parametrize("kind", ["str", "object", "string", "string[pyarrow]", "category"])
def test_every_kind_of_text(data: pd.DataFrame, kind: str) -> None:
    texts = data.assign(q=data["q"].astype(str).astype(kind), a=data["a"].astype(kind), h=data["h"].astype(str))
    np.testing.assert_array_equal(numbers(texts, Categorical("q", ("1", "2"), missing=("9",))), numbers(data))


@pytest.mark.parametrize("empty", [None, np.nan, pd.NA])
def test_every_kind_of_empty_cell(data: pd.DataFrame, empty: object) -> None:
    holes = data.assign(q=data["q"].astype(object).where(data["q"] != 9, empty))
    for own in (holes, holes.assign(q=holes["q"].astype("Int64"))):
        np.testing.assert_array_equal(numbers(own, Categorical("q", CODES)), numbers(data))
        kept = Categorical("q", CODES, missing=(None,), missing_rule="in_base")
        whole = Categorical("q", CODES, missing=(9,), missing_rule="in_base")
        np.testing.assert_array_equal(numbers(own, kept), numbers(data, whole))


@pytest.mark.parametrize("codes", [(2**62, 2**62 + 1, -(2**62)), (2**60 + 1, 2**60 + 2, 2**60 + 3), (-3, -2, -1)])
def test_integers_that_no_float_holds(data: pd.DataFrame, codes: tuple[int, int, int]) -> None:
    renamed = data.assign(q=data["q"].map(dict(zip((1, 2, 9), codes, strict=True))))
    variable = Categorical("q", codes[:2], missing=codes[2:])
    for own in (renamed, renamed.assign(q=renamed["q"].astype("Int64"))):
        np.testing.assert_array_equal(numbers(own, variable), numbers(data))


@pytest.mark.parametrize("kind", ["bool", "boolean", "bool[pyarrow]", "object"])
def test_booleans(data: pd.DataFrame, kind: str) -> None:
    yes = data[data["q"] != 9]
    made = numbers(yes.assign(q=(yes["q"] == 1).astype(kind)), Categorical("q", (True, False)))
    np.testing.assert_array_equal(made, numbers(yes))


def test_categories_keep_their_order_and_unused_ones_are_no_domains(data: pd.DataFrame) -> None:
    ordered = data.assign(a=data["a"].astype(pd.CategoricalDtype(["v", "u", "nobody"])))
    made = estimate(design(ordered), [ANSWER], [("a",)])
    assert made["domain"].unique().tolist() == ["v", "u"]


def test_columns_without_any_answer(data: pd.DataFrame) -> None:
    empty = data.assign(q=np.nan, x=np.nan, a=None)
    made = estimate(design(empty), [ANSWER, Numeric("x"), Quantile("m", "x")], [(), ("a",), ("a", "h")])
    assert made["domain_kind"].unique().tolist() == ["total"]
    assert made["estimate"].isna().all()
    assert not made["publishable"].any()
    assert set(made["reason"]) == {"no_cases"}


def test_a_domain_called_nothing(data: pd.DataFrame) -> None:
    made = estimate(design(data.assign(a=["", "x"] * 30)), [ANSWER], [("a", "h")])
    assert made["domain"].unique().tolist() == ["*0", "*1", "*2", "x*0", "x*1", "x*2"]


def test_a_ratio_to_nothing_is_undefined(data: pd.DataFrame) -> None:
    nothing = data.assign(z=np.where(data["a"] == "u", 0.0, 1.0))
    made = estimate(design(nothing), [Ratio("r", "x", "z")], [("a",)], settings=Settings()).set_index("domain")
    assert np.isnan(made.loc["u", ["estimate", "se", "se_fixed", "ci_low", "cv"]].astype(float)).all()
    assert made.loc["u", "precision_rule"] == "no_value"
    assert made.loc["v", "publishable"]


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda d: numbers(d.assign(q=d["q"].astype(str))), VariableError, "does not declare the codes 1, 2, 9"),
        (lambda d: numbers(d.assign(a=[1, "1"] * 30)), VariableError, "Two domains of 'a' would be called '1'"),
        (
            lambda d: estimate(design(d.assign(a=["p*q", "p"] * 30, b=["r", "q*r"] * 30)), [ANSWER], [("a", "b")]),
            VariableError,
            r"would be called 'p\*q\*r'",
        ),
        (lambda d: numbers(pd.concat([d, d[["q"]]], axis=1)), VariableError, "'q' .* appears more than once"),
        (lambda d: numbers(pd.concat([d, d[["a"]]], axis=1)), VariableError, "'a' .* appears more than once"),
        (lambda d: numbers(pd.concat([d, d[["w"]]], axis=1)), DesignError, "'w' .* appears more than once"),
        (
            lambda d: estimate(design(d.assign(x=pd.Timestamp("2030-01-01"))), [Numeric("x")]),
            VariableError,
            "holds dates",
        ),
        (lambda d: design(d.assign(N="many"), fpc="N"), DesignError, "fpc 'N' is not numeric"),
        (
            lambda d: estimate(
                design(pd.concat([d.assign(r=d["w"]), d[["w"]].rename(columns={"w": "r"})], axis=1),
                       replicates=Replicates.bootstrap(("r",))),
                [ANSWER], settings=Settings(method="replicates"),
            ),
            DesignError,
            "more than once in the data",
        ),
        (
            lambda d: rao_scott(design(d.assign(psu=1, h=1)), ANSWER, Categorical("a", ("u", "v"))),
            EstimationError,
            "needs degrees of freedom",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_in_the_data(
    data: pd.DataFrame, make: Callable[[pd.DataFrame], object], error: type[EstimationError], message: str
) -> None:
    with pytest.raises(error, match=message):
        make(data)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Categorical("q", CODES, missing=(np.nan,)), "None stands for the empty cell"),
        (lambda: Share("q", "q", (1,), missing=(pd.NA,)), "None stands for the empty cell"),
        (lambda: Where("q", (np.nan,)), "None stands for the empty cell"),
        (lambda: Categorical("q", (1, True)), "more than once"),
        (lambda: Categorical("q", CODES, ("yes", "yes")), "prints the label 'yes' twice"),
        (
            lambda: Categorical("q", CODES, ("a", "b"), missing=(9,), missing_labels=("a",), missing_rule="category"),
            "label 'a' twice",
        ),
        (lambda: Categorical("q", CODES, missing_rule="drop"), "missing_rule of 'q' is 'drop'"),
        (lambda: Share("q", "q", (1,), missing_rule="category"), "use one of 'exclude', 'in_base'"),
        (lambda: Quantile("q", rule="exact"), "The rule of 'q' is 'exact'"),
        (lambda: Quantile("q", interval="exact"), "The interval of 'q' is 'exact'"),
        (lambda: Quantile("q", probabilities=(0.5, 1.0)), "between 0 and 1"),
        (lambda: Index("i", ("a", "a"), ((1, 1.0),)), "more than once"),
        (lambda: Index("i", ("a", "b"), ((1, 1.0), (1, 2.0))), "more than once"),
        (lambda: Index("i", ("a", "b"), ((1, 1.0),), labels=("A",)), "2 codes and 1 labels"),
        (lambda: Domain(("a", "b"), ((1,),)), "every column or of none"),
        (lambda: Replicates.bootstrap(("r", "r")), "name a column twice"),
        (lambda: Replicates.bootstrap(("r",), "median"), "centre is 'median'"),
        (lambda: Replicates(("r",), 1.0, (-1.0,)), "rscale of replicate 'r' is -1.0; it must be zero or a positive"),
        (lambda: Replicates.brr(("r",), fay=1.0), "below 1"),
        (lambda: Settings(df=0), "fixed at 0"),
        (lambda: Settings(level=95), "give a proportion"),
        (lambda: Settings(method="jackknife"), "The method is 'jackknife'"),
        (lambda: Settings(interval="exact"), "The interval is 'exact'"),
        (lambda: Settings(deff="none"), "deff is 'none'"),
        (lambda: Settings(extremes="beta"), "extremes is 'beta'"),
    ],
)
def test_what_cannot_be_meant_in_what_is_asked(make: Callable[[], object], message: str) -> None:
    with pytest.raises(EstimationError, match=message):
        make()
