"""The design says what is wrong with it, and where."""

import numpy as np
import pandas as pd
import pytest

from pulsometro.estimation import (
    Calibration,
    Categorical,
    DesignError,
    Domain,
    EstimationError,
    Numeric,
    Quantile,
    Replicates,
    Settings,
    Share,
    SurveyDesign,
    VariableError,
    Where,
    estimate,
)
from pulsometro.estimation.comparing.contrasts import linear_estimates


@pytest.fixture
def data() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "h": ["A", "A", "A", "B", "B", "C"],
            "psu": [1, 1, 2, 3, 4, 5],
            "w": [1.0, 2, 3, 4, 5, 6],
            "q": [1, 2, 9, 1, 1, 2],
            "knows": [1, 1, 2, 1, 2, 1],
            "N": [10, 10, 10, 20, 20, 30],
        },
        index=list("abcdef"),
    )


@pytest.mark.parametrize(
    ("change", "arguments", "message"),
    [
        ({"w": [1, np.nan, 3, 4, -5, 6]}, {}, r"missing, infinite or negative in 2 rows \(first: b, e\)"),
        ({"w": 0.0}, {}, "all zero"),
        ({"w": "x"}, {}, "not numbers"),
        ({"h": ["A", None, "A", "B", "B", "C"]}, {}, r"'h' \(strata\) is empty in rows b"),
        ({"psu": [1, 1, 2, 2, 4, 5]}, {}, "PSU 2 lies in the strata A, B"),
        ({}, {"lonely_psu": "error"}, "single PSU: C"),
        ({}, {"lonely_psu": "mean"}, "use one of 'adjust'"),
        ({"N": [10, 11, 10, 20, 20, 30]}, {"fpc": "N"}, "not constant in stratum 'A'"),
        ({"N": 1.5}, {"fpc": "N"}, "of stratum 'A' is 1.5 with 2 PSUs"),
        ({}, {"strata": "nada"}, "Column 'nada' .* is not in the data"),
    ],
)
def test_contradictions_are_named(data: pd.DataFrame, change: dict, arguments: dict, message: str) -> None:
    with pytest.raises(DesignError, match=message):
        SurveyDesign(data.assign(**change), "w", **({"strata": "h", "psu": "psu"} | arguments))


def test_psu_ids_may_repeat_between_strata_when_nested(data: pd.DataFrame) -> None:
    again = data.assign(psu=[1, 1, 2, 1, 2, 1])
    made = SurveyDesign(again, "w", "h", "psu", nest=True)
    assert len(made.stratum_of_psu) == 5
    assert made.degrees_of_freedom == 2


def test_the_design_is_frozen(data: pd.DataFrame) -> None:
    design = SurveyDesign(data, "w")
    with pytest.raises(AttributeError):
        design.weights = "q"  # type: ignore[misc]


def test_fpc_as_a_fraction_is_the_same(data: pd.DataFrame) -> None:
    counts = data.groupby("h")["psu"].transform("nunique")
    pair = [data, data.assign(N=counts / data["N"])]
    one, other = (estimate(SurveyDesign(d, "w", "h", "psu", "N"), [Share("q", "q", (1,))]) for d in pair)
    assert one["se"].iloc[0] == pytest.approx(other["se"].iloc[0], rel=1e-12)


def test_item_nonresponse_by_declared_rule(data: pd.DataFrame) -> None:
    design = SurveyDesign(data, "w", "h", "psu")

    def shares(**rule: object) -> dict[str, float]:
        made = estimate(design, [Categorical("q", (1, 2), missing=(9,), **rule)])
        return dict(zip(made["category"], made["estimate"], strict=True))

    assert shares() == pytest.approx({"1": 10 / 18, "2": 8 / 18})
    assert shares(missing_rule="in_base") == pytest.approx({"1": 10 / 21, "2": 8 / 21})
    assert shares(missing_rule="category", missing_labels=("ns",)) == pytest.approx(
        {"1": 10 / 21, "2": 8 / 21, "ns": 3 / 21}
    )


def test_a_category_nobody_chose_is_there_with_zero(data: pd.DataFrame) -> None:
    made = estimate(SurveyDesign(data, "w"), [Categorical("q", (1, 2, 3), missing=(9,))])
    row = made[made["category"] == "3"].iloc[0]
    assert row["estimate"] == 0
    assert row["n_category"] == 0
    assert row["ci_method"] == "kg"
    assert row["ci_low"] == 0
    assert row["ci_high"] == pytest.approx(1 - 0.025 ** (1 / 5))


def test_base_is_a_subpopulation(data: pd.DataFrame) -> None:
    design = SurveyDesign(data, "w", "h", "psu")
    made = estimate(design, [Share("q", "q", (1,), missing=(9,), base=(Where("knows", (1,)),))], [(), ("h",)])
    total = made[made["domain"] == "total"].iloc[0]
    assert (total["n"], total["population"]) == (4, 13)
    assert total["estimate"] == pytest.approx(5 / 13)
    # One PSU is left in each stratum, but the strata keep the PSUs that the sample has.
    assert total["df"] == 0
    assert total["se"] > 0
    assert total["precision_rule"] == "no_df"
    assert not total["publishable"]
    assert np.isnan(total["ci_low"])


@pytest.mark.parametrize(
    ("variables", "domains", "message"),
    [
        ([Categorical("q", (1, 2))], [()], r"does not declare the codes 9 found in 1 rows \(first: c\)"),
        ([Numeric("h")], [()], "not numeric"),
        ([Numeric("nada")], [()], "Column 'nada'"),
        ([Share("q", "q", (1,)), Share("q", "q", (2,))], [()], "named more than once: q"),
        ([Share("q", "q", (1,))], [("h",), ("h",)], "Domains are named more than once"),
        ([Share("q", "q", (1,), statistics=("mean",))], [()], "it has proportion and total"),
        ([], [()], "nothing to estimate"),
    ],
)
def test_variables_that_do_not_fit(data: pd.DataFrame, variables: list, domains: list, message: str) -> None:
    with pytest.raises(VariableError, match=message):
        estimate(SurveyDesign(data, "w"), variables, domains)


def test_no_domains_and_methods_without_their_material(data: pd.DataFrame) -> None:
    design = SurveyDesign(data, "w")
    share = [Share("q", "q", (1,))]
    with pytest.raises(EstimationError, match="stands for the total"):
        estimate(design, share, [])
    with pytest.raises(DesignError, match="needs a design with replicates"):
        estimate(design, share, settings=Settings(method="replicates"))
    with pytest.raises(DesignError, match="needs a design with a calibration"):
        estimate(design, share, settings=Settings(method="calibrated"))
    other = SurveyDesign(data, "w", replicates=Replicates.bootstrap(("r1", "r2")))
    with pytest.raises(DesignError, match=r"r1, r2 are not in the data"):
        estimate(other, share, settings=Settings(method="replicates"))
    with pytest.raises(EstimationError, match="declares the codes 1 more than once"):
        Categorical("q", (1, 1))


def test_calibrated_to_itself_a_margin_has_no_error(data: pd.DataFrame) -> None:
    design = SurveyDesign(data, "w", "h", "psu", calibration=Calibration("w", (("h",), ("knows",))))
    made = estimate(
        design, [Categorical("knows", (1, 2))], [()], ("proportion", "total"), settings=Settings(method="calibrated")
    )
    assert made["se"].tolist() == [0.0] * 4
    assert (made["se_fixed"] > 0).all()


def test_declared_domain_codes_leave_the_others_out(data: pd.DataFrame) -> None:
    made = estimate(SurveyDesign(data, "w"), [Share("q", "q", (1,), missing=(9,))], [Domain(("h",), (("C", "A"),))])
    assert made["domain"].tolist() == ["C", "A"]
    assert made["n"].tolist() == [1, 2]


def test_replicates_that_empty_a_domain_are_left_out(data: pd.DataFrame) -> None:
    weights = pd.DataFrame({f"r{i}": data["w"] * factor for i, factor in enumerate((0.5, 1.5, 1.2))})
    weights.loc[["d", "e"], "r0"] = 0.0
    design = SurveyDesign(data.join(weights), "w", "h", "psu", replicates=Replicates.bootstrap(tuple(weights)))
    made = estimate(design, [Share("q", "q", (1,))], [("h",)], settings=Settings(method="replicates"))
    assert made.loc[made["domain"] == "B", "se"].item() == 0.0


@pytest.mark.parametrize("empty", ["", " ", "nan", "None", "<NA>", None, np.nan, pd.NA])
@pytest.mark.parametrize("column", ["h", "psu"])
@pytest.mark.parametrize("kind", ["object", "str", "category"])
def test_an_empty_id_is_no_psu(empty: object, column: str, kind: str) -> None:
    """Also where an empty cell was written out as text: such rows would make a PSU of strangers."""
    data = pd.DataFrame({"w": 1.0, "h": ["a", "a", "b", "b"], "psu": ["p", "q", "r", "s"]})
    data[column] = pd.Series([data[column][0], empty, *data[column][2:]], dtype="object")
    with pytest.raises(DesignError, match=f"'{column}' .* is empty in rows 1; every respondent needs one"):
        SurveyDesign(data.astype({column: kind}), "w", "h", "psu")


def test_a_fraction_of_one_is_a_stratum_taken_whole() -> None:
    rng = np.random.default_rng(0)
    data = pd.DataFrame({"w": 1.0, "h": np.repeat([1, 2], 6), "y": rng.normal(0, 1, 12)})
    fractions, counts = (
        estimate(SurveyDesign(data.assign(f=f), "w", "h", fpc="f"), [Numeric("y")], [(), ("h",)])
        for f in (np.where(data["h"] == 1, 1.0, 0.25), np.where(data["h"] == 1, 6, 24))
    )
    np.testing.assert_allclose(fractions["se"], counts["se"], rtol=1e-12)
    assert fractions["se"].tolist()[1] == 0.0
    assert fractions["df"].tolist()[1] == 5


@pytest.mark.parametrize("df", [None, 30.0, float("inf")])
def test_without_degrees_of_freedom_there_is_no_error(df: float | None) -> None:
    """One row, or the rows of one PSU: not even a declared df makes an error of zero of them."""
    data = pd.DataFrame({"w": 1.0, "psu": [1, 1, 2, 3, 3], "a": ["u", "u", "v", "w", "w"], "y": [1.0, 4, 2, 6, 3]})
    data["q"] = [1, 2, 1, 1, 1]
    variables = [Numeric("y"), Categorical("q", (1, 2)), Quantile("m", "y")]
    design = SurveyDesign(data, "w", psu="psu")
    made = estimate(design, variables, [("a",)], settings=Settings(df=df))
    assert made[["se", "se_fixed", "ci_low", "cv"]].isna().all(axis=None)
    assert not made["publishable"].any()
    contrasts = linear_estimates(design, variables[:1], [("a",)]).contrasts(np.eye(3), list("uvw"), df=df)
    assert contrasts["se"].isna().all()


@pytest.mark.parametrize(
    "empty", ["", " ", "  ", "\t", "\u00a0", " nan ", "NaN", "None", "<NA>", "NA", "NA ", "null", "#N/A"]
)
@pytest.mark.parametrize("column", ["h", "psu"])
@pytest.mark.parametrize("kind", ["object", "str", "category"])
def test_a_text_for_nothing_is_no_psu_and_no_stratum(data: pd.DataFrame, empty: str, column: str, kind: str) -> None:
    texts = data[column].astype(str)
    texts.iloc[[1, 2]] = empty
    with pytest.raises(DesignError, match=f"'{column}' .* is empty in rows b, c; every respondent needs one"):
        SurveyDesign(data.assign(**{column: texts.astype(kind)}), "w", "h", "psu", nest=True)
    named = data.assign(**{column: data[column].astype(str).radd("NA")})
    assert len(SurveyDesign(named, "w", "h", "psu").stratum_of_psu) == 5


def test_bootstrap_with_r_numbers() -> None:
    """R survey 4.1-1's svrepdesign(type="bootstrap") with 10 replicates: scale 1/9, mse FALSE."""
    columns = tuple("abcdefghij")
    assert Replicates.bootstrap(columns).coefficients == pytest.approx([0.1] * 10)
    ours = Replicates(columns, 1 / (len(columns) - 1), centre="mean")
    assert ours.coefficients == pytest.approx([0.11111111111111111] * 10)
