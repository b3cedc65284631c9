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
    Nchs,
    Numeric,
    Quantile,
    Replicates,
    Settings,
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


def wave(data: pd.DataFrame) -> Wave:
    return Wave("1", design(data), (KNOWS,))


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
        (lambda _: Share("s", "q", ([1, 2],)), VariableError, "'s' declares as a code a list; give the codes or names"),
        (lambda _: Categorical("q", (1, [2])), VariableError, "'q' declares as a code a list"),
        (lambda _: Where("q", ([1],)), VariableError, "'q' declares as a code a list"),
        (lambda _: Index("i", ("q",), ([[1], 0.0],)), VariableError, "'i' declares as a code a list"),
        (lambda _: Index("i", ("q",), (1, 2)), VariableError, "its scores hold 1; give pairs such as"),
        (lambda _: Index("i", ("q",), ((1, "a"),)), VariableError, "score of 1 in index 'i' is 'a'; give a number"),
        (lambda _: Quantile("e", probabilities=(0.5, 0.5)), VariableError, "two probabilities labelled '0.5'"),
        (lambda _: Quantile("e", probabilities=(0.1234567, 0.12345671)), VariableError, "labelled '0.123457'"),
        (lambda _: Quantile("e", probabilities="0.5"), VariableError, "quantile 'e' is '0.5'; give a number"),
        (lambda _: Settings(level="0.95"), EstimationError, "The interval's level is '0.95'; give a number"),
        (lambda _: Settings(df="3"), EstimationError, "fixes the degrees of freedom is '3'; give a number"),
        (lambda _: Settings(precision="inegy"), EstimationError, "precision scheme is 'inegy'; use one of 'inegi'"),
        (lambda _: Settings(precision=3), EstimationError, "precision scheme is 3; give a Inegi or a Nchs or a Cepal"),
        (lambda d: estimate(design(d), KNOWS, settings="taylor"), EstimationError, "Settings is 'taylor'; give a Set"),
        (lambda d: changes(wave(d), wave(d), settings="taylor"), EstimationError, "Settings is 'taylor'"),
        (lambda d: trend([wave(d)] * 2, {"1": 1}, settings=1), EstimationError, "Settings is 1; give a Settings"),
        (lambda d: changes("a", wave(d)), EstimationError, "The current wave is 'a'; give a Wave"),
        (lambda d: changes(wave(d), "a"), EstimationError, "The reference wave is 'a'; give a Wave"),
        (lambda d: trend(["a", wave(d)], {"1": 1}), EstimationError, "A wave of the trend is 'a'; give a Wave"),
        (lambda d: estimate(design(d.assign(e=d["e"] + 1j)), Numeric("e")), VariableError, "'e' .*complex numbers"),
        (lambda d: design(d.assign(w=d["w"] + 1j)), DesignError, "Weights 'w' are not numbers: it holds complex"),
        (lambda d: design(d.assign(w=pd.Timestamp("2030-01-01"))), DesignError, "Weights 'w' .*: it holds dates"),
        (lambda d: design(d.assign(N=1j), fpc="N"), DesignError, "fpc 'N' is not numeric: it holds complex"),
        (lambda _: Domain("a", codes=([1, [2]],)), VariableError, "Domain 'a': codes hold a list; give the codes or"),
        (lambda _: Domain(("a", "b"), combinations=((1, [2]),)), VariableError, "combinations hold a list; give the"),
        (lambda _: Replicates((["r"],), 1.0), DesignError, "Replicates' columns hold a list; give the codes or names"),
        (lambda _: Replicates(("r",), "1"), DesignError, "The replicates' scale is '1'; give a number"),
        (lambda _: Replicates(("r",), float("nan")), DesignError, "scale is nan; it must be a positive number"),
        (lambda _: Replicates(("r",), 1.0, (float("nan"),)), DesignError, "The rscale of replicate 'r' is nan; it"),
        (lambda _: Replicates(("r",), 1.0, ("1",)), DesignError, "The rscale of replicate 'r' is '1'; give a number"),
        (lambda _: Replicates.brr([]), DesignError, "Replicates name no columns"),
        (lambda _: Replicates.brr("r", fay="0"), DesignError, "Fay's factor is '0'; give a number"),
        (lambda _: Replicates.bootstrap([]), DesignError, "Replicates name no columns"),
        (lambda _: Replicates.jackknife([], []), DesignError, "Replicates name no columns"),
        (lambda _: Replicates.jackknife(["r"], [0]), DesignError, "psus_in_stratum of replicate 'r' is 0; a stratum"),
        (lambda _: Replicates.jackknife(["r"], ["2"]), DesignError, "psus_in_stratum of replicate 'r' is '2'; give a"),
        (lambda _: Replicates.jackknife(["r", "s"], 2), DesignError, "one number a column: .*; 2 columns and 1 num"),
        (lambda _: Replicates.jackknife(list("rstu"), [2, 2]), DesignError, "one number a column: the PSUs of the str"),
        (lambda _: Share("s", "q", (1,), base=("t",)), VariableError, "its base holds 't'; give Where"),
    ],
)  # fmt: skip
def test_what_has_another_type_is_said(
    data: pd.DataFrame, make: Callable[[pd.DataFrame], object], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        make(data)


def test_contrasts_without_names_are_numbered_and_a_scheme_may_be_named(data: pd.DataFrame) -> None:
    assert linear_estimates(design(data), KNOWS, "city").contrasts(np.eye(2))["name"].tolist() == ["1", "2"]
    assert Settings(precision="NCHS") == Settings(precision=Nchs())


@pytest.mark.parametrize("bad", ["x", pd.Timestamp("2030-01-01"), 1j])
def test_replicates_and_auxiliaries_that_are_no_numbers(data: pd.DataFrame, bad: object) -> None:
    data = data.assign(r=data["w"], bad=[bad] * len(data))
    with pytest.raises(DesignError, match="Replicate weights 'bad' are not numbers"):
        with_method(data, "replicates", replicates=Replicates.bootstrap(("r", "bad")))
    with pytest.raises(DesignError, match="Calibration variable 'bad' is not numeric"):
        with_method(data, "calibrated", calibration=Calibration("w", "city", "bad"))


def with_method(data: pd.DataFrame, method: str, **more: object) -> pd.DataFrame:
    return estimate(design(data, **more), KNOWS, settings=Settings(method=method))


def resampled(data: pd.DataFrame, weighed: bool, seed: int = 0, count: int = 20) -> pd.DataFrame:
    """Bootstrap multipliers of the rows, or the replicate weights that they make of weights around 100."""
    times = np.random.default_rng(seed).multinomial(len(data), [1 / len(data)] * len(data), count).T
    data = data.assign(w=data["w"] * 50)
    made = times * data[["w"]].to_numpy() if weighed else times
    return data.assign(**{f"r{i}": made[:, i] for i in range(count)})


def test_multipliers_are_no_replicate_weights(data: pd.DataFrame) -> None:
    """Nor are normalised weights; but one group of many, whose sum is as small, keeps its weights."""
    replicates = Replicates.bootstrap([f"r{i}" for i in range(20)])
    with_method(resampled(data, True), "replicates", replicates=replicates)
    for verb in (estimate, linear_estimates):
        more = {"settings": Settings(method="replicates")} if verb is estimate else {"method": "replicates"}
        with pytest.raises(DesignError, match=r"'r0' add up to 60 in rows.*they look like multipliers; multiply them"):
            verb(design(resampled(data, False), replicates=replicates), Share("s", "q", (1,)), **more)
    groups = np.arange(60) // 2
    own = data.assign(**{f"g{i}": np.where(groups == i, data["w"], 0.0) for i in range(30)}, one=1)
    names = tuple(f"g{i}" for i in range(30))
    assert min(own[name].sum() for name in names) < 0.05 * data["w"].sum()
    made = estimate(
        design(own, replicates=Replicates(names, 1 / (30 * 29), centre="mean")),
        Numeric("one"),
        settings=Settings(method="replicates"),
    )
    assert made["estimate"].tolist() == [1.0]
    # A single replicate that loses nearly all is a large PSU's.
    lost = resampled(data, True).assign(r0=lambda d: np.where(d.index == 0, d["w"], 0.0))
    with_method(lost, "replicates", replicates=replicates)
