"""What is handed to the kernel: codes that never occur, statistics that nobody has, other frames, bare names."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from pulsometro.estimation import (
    Calibration,
    Categorical,
    DesignError,
    Domain,
    EstimationError,
    Index,
    Numeric,
    Replicates,
    Share,
    SurveyDesign,
    VariableError,
    Wave,
    Where,
    changes,
    domain_differences,
    estimate,
    index_column,
    linear_estimates,
    logistic,
    rao_scott,
    trend,
)


@pytest.fixture
def data() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    n = 60
    return pd.DataFrame(
        {
            "h": np.arange(n) % 3, "psu": np.arange(n) % 12, "w": rng.uniform(1, 3, n), "q": rng.choice([1, 2, 9], n),
            "t": rng.choice(["1", "2"], n), "city": rng.choice(["A", "B"], n), "e": rng.gamma(2, 10, n),
        }
    )  # fmt: skip


def design(data: pd.DataFrame, **more: object) -> SurveyDesign:
    return SurveyDesign(data, "w", "h", "psu", **more)


KNOWS = Share("s", "q", (1,), base=(Where("t", ("1",)),))


@pytest.mark.parametrize(
    ("variable", "domains", "message"),
    [
        (
            Share("s", "q", (22,)),
            "total",
            r"'s' asks for the code 22, which column 'q' never holds; its codes are 1, 2, 9",
        ),
        (Share("s", "q", (1, 22)), "total", "asks for the code 22"),
        (
            Share("s", "t", (1,)),
            "total",
            "asks for the number 1, and column 't' holds the text '1': a number never equals",
        ),
        (Share("s", "q", ("1",)), "total", "asks for the text '1', and column 'q' holds the number 1"),
        (Share("s", "t", ("1",), missing=(2,)), "total", "asks for the number 2, and column 't' holds the text '2'"),
        (Share("s", "t", (1,), declared=(1, 2)), "total", "asks for the number 1, and column 't' holds the text"),
        (
            Share("s", "q", (1,), base=(Where("q", (22,)),)),
            "total",
            r"The base of 's' asks for the code 22.* are 1, 2, 9",
        ),
        (Categorical("q", (1, 2, 9), base=(Where("city", ("C",)),)), "total", r"asks for the code 'C'.* are 'A', 'B'"),
        (Numeric("e", base=(Where("t", (1,)),)), "total", "asks for the number 1, and column 't' holds the text"),
        (
            Index("i", ("q", "t"), ((1, 0.0), (2, 1.0))),
            "total",
            "Index 'i' asks for the number 1, and column 't' holds",
        ),
        (Share("s", "q", (1,)), Domain("city", ("A", "C")), r"Domain 'city' asks for the code 'C'.* are 'A', 'B'"),
        (Share("s", "q", (1,)), Domain("t", (1, 2)), "Domain 't' asks for the number 1, and column 't' holds"),
        (Share("s", "q", (1,)), Domain(("city", "q"), (("A", "B"), (1, 22))), "Domain 'q' asks for the code 22"),
    ],
)
def test_a_code_that_never_occurs_names_those_there_are(
    data: pd.DataFrame, variable: Share, domains: object, message: str
) -> None:
    with pytest.raises(VariableError, match=message):
        estimate(design(data), variable, domains)
    # Beside the texts and numbers of one column the same holds for all that is no plain integer.
    with pytest.raises(VariableError):
        estimate(design(data.astype({"q": "Int64", "t": "object", "city": "string"})), variable, domains)


@pytest.mark.parametrize(
    ("variable", "domains"),
    [
        (Share("s", "q", (22,), declared=(1, 2, 22)), "total"),
        (Share("s", "c", ("z",)), "total"),
        (Share("s", "yes", (True,)), "total"),
        (Share("s", "q", (1,), base=(Where("yes", (True,)),)), "total"),
        (Share("s", "q", (1,), base=(Where("q", (22,), declared=(1, 2, 9, 22)),)), "total"),
        (Share("s", "q", (1,), base=(Where("c", ("z",)),)), "total"),
        (Share("s", "nobody", (1,)), "total"),
        (Share("s", "q", (1,), missing=(8,), not_asked=(None, 7)), "total"),
        (Share("s", "q", (None,)), "total"),
        (Share("s", "q", (1,)), Domain("q", (1, 2, 9, 22))),
        (Share("s", "q", (1,)), Domain("q", (1, 22), left_out=(2, 9))),
        (Share("s", "q", (1,)), Domain("c", ("z",))),
        (Share("s", "q", (1,)), Domain("city", ("A",))),
    ],
)
def test_codes_that_are_declared_may_be_nobodys(data: pd.DataFrame, variable: Share, domains: object) -> None:
    """Declared by hand, by the column's categories, by truth values; an empty column contradicts nobody."""
    data = data.assign(
        c=pd.Categorical(data["city"], categories=["A", "B", "z"]), yes=np.zeros(60, dtype=bool), nobody=np.nan
    )
    made = estimate(design(data), variable, domains)
    assert (made["estimate"].isna() == (made["n"] == 0)).all()
    if variable.column in ("c", "yes") or variable.declared:
        assert made["estimate"].tolist() == [0.0]


def test_declared_codes_must_hold_those_asked() -> None:
    with pytest.raises(VariableError, match="asks for the codes 22, which are not among those declared: 1, 2"):
        Share("s", "q", (22,), declared=(1, 2))
    with pytest.raises(VariableError, match="asks for the codes 22"):
        Where("q", (22,), declared=(1, 2))


@pytest.mark.parametrize("asked", [("total",), "total", ("nonsense",), ("proportion", "nonsense"), ()])
@pytest.mark.parametrize("verb", [estimate, linear_estimates])
def test_a_statistic_that_nobody_has(data: pd.DataFrame, verb: Callable[..., object], asked: object) -> None:
    with pytest.raises(VariableError, match=r"no variable of the call has them: they have mean"):
        verb(design(data), Numeric("e"), [()], asked)


def test_a_statistic_that_one_variable_of_the_call_has(data: pd.DataFrame) -> None:
    made = estimate(design(data), [Numeric("e"), Share("s", "q", (1,))], "total", ("proportion", "total"))
    assert made["statistic"].tolist() == ["mean", "proportion", "total"]
    waves = [Wave(label, design(data), (Numeric("e"),)) for label in "12"]
    for make in (lambda: changes(*waves, statistics="total"), lambda: trend(waves, {"1": 1, "2": 2}, "total", "total")):
        with pytest.raises(VariableError, match="no variable of the call has them"):
            make()


class Frame:
    """As polars has it: rows that pandas can have by ``to_pandas()``."""

    def __init__(self, data: object) -> None:
        self.data = data

    def to_pandas(self) -> object:
        return self.data


@pytest.mark.parametrize("make", [Frame, lambda data: pa.Table.from_pandas(data, preserve_index=False)])
def test_other_frames_are_taken(data: pd.DataFrame, make: Callable[[pd.DataFrame], object]) -> None:
    taken = design(make(data))
    assert isinstance(taken.data, pd.DataFrame)
    pd.testing.assert_frame_equal(estimate(taken, KNOWS, "city"), estimate(design(data), KNOWS, "city"))
    index = Index("i", ("q",), ((1, 0.0), (2, 1.0)))
    pd.testing.assert_series_equal(index_column(make(data), index), index_column(data, index))


@pytest.mark.parametrize("given", ["city", Domain("city"), ("city",), [("city",)], [["city"]], np.array(["city"])])
def test_one_domain_needs_no_list(data: pd.DataFrame, given: object) -> None:
    one, waves = design(data), [Wave(label, design(data), (KNOWS,)) for label in "12"]
    plain = [("city",)]
    pd.testing.assert_frame_equal(estimate(one, KNOWS, given), estimate(one, [KNOWS], plain))
    pd.testing.assert_frame_equal(changes(*waves, given), changes(*waves, plain))
    years = {"1": 2011.0, "2": 2011.25}
    pd.testing.assert_frame_equal(trend(waves, years, given), trend(waves, years, plain))
    pd.testing.assert_frame_equal(linear_estimates(one, KNOWS, given).keys, linear_estimates(one, KNOWS, plain).keys)
    if isinstance(given, str | Domain | tuple):
        made = domain_differences(one, KNOWS, given)
        pd.testing.assert_frame_equal(made, domain_differences(one, [KNOWS], ("city",)))


def test_one_value_is_as_good_as_a_tuple_of_it() -> None:
    """A text is one code, never its letters."""
    assert Share("s", "t", "si") == Share("s", "t", ("si",))
    assert Where("t", [1, 2]) == Where("t", np.array([1, 2])) == Where("t", (1, 2))
    assert Share("s", "q", 1, base=Where("t", "1")) == Share("s", "q", (1,), base=(Where("t", ("1",)),))
    assert Domain("city", ("A", "B")) == Domain(("city",), (("A", "B"),))
    assert Replicates.bootstrap("rep") == Replicates.bootstrap(("rep",))
    assert Calibration("d", "sexo", "x") == Calibration("d", (("sexo",),), ("x",))
    assert Index("i", "q", {1: 0.0, 2: 1.0}) == Index("i", ("q",), ((1, 0.0), (2, 1.0)))


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda _: SurveyDesign([1, 2], "w"), DesignError, "The data are a list; give a DataFrame of pandas, or"),
        (lambda _: SurveyDesign(None, "w"), DesignError, "The data are None; give a DataFrame"),
        (lambda _: SurveyDesign(Frame([1]), "w"), DesignError, "The data are a Frame; give a DataFrame"),
        (lambda _: SurveyDesign(type("Lazy", (), {"collect": 1})(), "w"), DesignError, r"give what its collect\(\)"),
        (lambda d: SurveyDesign(d, d["w"]), DesignError, "Weights: a Series was given; give the name of a column"),
        (lambda d: SurveyDesign(d, "w", ["h", "city"]), DesignError, "Strata: a list was given"),
        (lambda d: design(d, replicates=["r1"]), DesignError, "Replicates is a list; give a Replicates"),
        (lambda d: design(d, calibration="sexo"), DesignError, "Calibration is 'sexo'; give a Calibration"),
        (lambda d: estimate(d, KNOWS), EstimationError, "The design is a DataFrame; give a SurveyDesign"),
        (lambda d: linear_estimates(d, KNOWS), EstimationError, "The design is a DataFrame"),
        (lambda d: rao_scott(d, KNOWS, KNOWS), EstimationError, "The design is a DataFrame"),
        (lambda d: logistic(d, KNOWS, [Numeric("e")]), EstimationError, "The design is a DataFrame"),
        (lambda d: Wave("1", d, (KNOWS,)), EstimationError, "The design of wave '1' is a DataFrame"),
        (lambda d: estimate(design(d), ["q"]), VariableError, "'q' is no variable; give one of Categorical, Share"),
        (lambda d: estimate(design(d), KNOWS, [{"city"}]), VariableError, "A domain: a set was given; give a tuple"),
        (lambda d: estimate(design(d), KNOWS, [5]), VariableError, "A domain's column is 5; give the name of a column"),
        (lambda d: rao_scott(design(d), KNOWS, Numeric("e")), VariableError, "Numeric; give a Categorical or a Share"),
        (lambda d: logistic(design(d), Numeric("e"), [KNOWS]), VariableError, "The outcome is a Numeric; give a Share"),
        (lambda d: logistic(design(d), KNOWS, [KNOWS]), VariableError, "A term of the model is a Share"),
        (lambda _: Share("s", "q", {1, 2}), VariableError, "Share 's', numerator: a set was given; give a tuple"),
        (lambda _: Share("s", 5, (1,)), VariableError, "Share 's': column is 5; give a text"),
        (lambda _: Share("s", "q", (1,), base=("t",)), VariableError, "its base holds 't'; give Where"),
    ],
)  # fmt: skip
def test_what_has_another_type_is_said(
    data: pd.DataFrame, make: Callable[[pd.DataFrame], object], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        make(data)
