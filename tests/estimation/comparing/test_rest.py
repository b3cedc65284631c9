"""Every domain against the rest: the fast way against two domains at a time."""

import tracemalloc
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pulsometro.estimation import (
    Calibration,
    Categorical,
    Domain,
    Numeric,
    Ratio,
    Replicates,
    Share,
    SurveyDesign,
    Variable,
    domain_differences,
    linear_estimates,
)
from pulsometro.estimation.comparing.rest import others
from pulsometro.estimation.table_codes import Side

CODES = (0, 1, 2, 3)
DOMAIN = Domain(("place",), (CODES,), left_out=((-1,),))
VARIABLES: tuple[Variable, ...] = (
    Categorical("answer", (1, 2, 3), missing=(9,), statistics=("proportion", "total")),
    Share("yes", "answer", (1,), missing=(9,), missing_rule="in_base"),
    Numeric("size", statistics=("mean", "total")),
    Ratio("rate", "size", "persons"),
)
METHODS = ("taylor", "calibrated", "replicates")


def sample(seed: int, psus: int, strata: int, far: float = 0.0, mixed: bool = True) -> pd.DataFrame:
    """Respondents, with strata of one PSU, rows of weight zero, rows in no place and answers of everybody."""
    rng = np.random.default_rng(seed)
    rows = 6 * psus
    psu = np.concatenate([np.arange(psus), rng.integers(0, psus, rows - psus)])
    place = rng.integers(0, 4, rows) if mixed else psu % 4
    data = pd.DataFrame({"psu": psu, "stratum": psu % strata, "place": np.where(rng.random(rows) < 0.1, -1, place)})
    data["w"] = rng.uniform(0.5, 3, rows) * (rng.random(rows) > 0.05)
    data["answer"] = rng.choice([1, 2, 9], rows, p=[0.5, 0.4, 0.1])
    data["persons"] = rng.integers(1, 6, rows).astype(float)
    data["size"] = rng.normal(5, 2, rows) + far * (data["place"] == 2)
    # A calibrated weight of zero leaves the row in the regression.
    data["base"] = data["w"].where(data["w"] > 0, 1.5) * rng.uniform(0.8, 1.2, rows)
    data["sex"] = rng.integers(0, 2, rows)
    # With places few to an area: the margins explain some of their differences whole.
    data["area"] = np.where(data["place"] < 2, data["place"], 2)
    data["frame"] = 10.0 * np.bincount(np.arange(psus) % strata)[data["stratum"]]
    for r in range(5):
        data[f"r{r}"] = data["w"] * rng.choice([0.5, 1.0, 1.7], psus)[psu]
    return data


def design_of(data: pd.DataFrame, lonely: str) -> SurveyDesign:
    return SurveyDesign(
        data, "w", "stratum", "psu", "frame", Replicates.bootstrap([f"r{r}" for r in range(5)]), lonely_psu=lonely,  # type: ignore[arg-type]
        calibration=Calibration("base", (("sex",), ("area",)), ("persons",)),
    )  # fmt: skip


def two_at_a_time(design: SurveyDesign, variable: Variable, method: str, code: int) -> pd.DataFrame:
    """The domain and the rest as two codes of one column, by statistic and category."""
    place = design.data["place"]
    side = np.where(place == code, "own", np.where(place.isin(CODES), "rest", None))
    alone = replace(design, data=design.data.assign(side=side))
    domain = Domain(("side",), (("own", "rest"),))
    estimates = linear_estimates(alone, [variable], [domain], ["proportion"], method)  # type: ignore[arg-type]
    keys = estimates.keys.reset_index().pivot_table(
        index=["statistic", "category"], columns="domain", values="index", aggfunc="first"
    )
    rows = np.zeros((len(keys), len(estimates.values)))
    rows[np.arange(len(keys)), keys["own"]] = 1.0
    rows[np.arange(len(keys)), keys["rest"]] = -1.0
    made = estimates.contrasts(rows, [""] * len(keys))
    values = {"one": estimates.values[keys["own"]], "other": estimates.values[keys["rest"]]}
    # What is not defined has no error.
    made["se"] = made["se"].where(made["estimate"].notna())
    return made.assign(**values).set_index(keys.index)


def compare(design: SurveyDesign, variable: Variable, method: str, rtol: float = 1e-10) -> None:
    table = domain_differences(design, [variable], DOMAIN, method=method, adjust="none")  # type: ignore[arg-type]
    for code in CODES:
        own = table[table["domain"] == str(code)].set_index(["statistic", "category"])
        right = two_at_a_time(design, variable, method, code).loc[own.index]
        # A difference next to nothing has the rounding of what it is the difference of.
        rounding = 1e-14 * right[["one", "other"]].abs().fillna(0).sum(axis=1)
        columns = {"estimate": "one", "against_estimate": "other", "difference": "estimate", "df": "df", "se": "se"}
        columns |= {"ci_low": "ci_low", "ci_high": "ci_high"}
        for mine, its in columns.items():
            np.testing.assert_array_less(
                (own[mine] - right[its]).abs().fillna(0),
                rtol * right[its].abs().fillna(0) + rounding * (0.1 if mine == "se" else 1.0) + 1e-300,
                err_msg=mine,
            )
            assert (own[mine].isna() == right[its].isna()).all(), mine


@settings(max_examples=10, deadline=None)
@example(seed=1, psus=12, strata=9, mixed=True, lonely="adjust", method="taylor", variable=VARIABLES[0])
@example(seed=1, psus=12, strata=9, mixed=True, lonely="grand_mean", method="taylor", variable=VARIABLES[0])
@example(seed=1, psus=12, strata=9, mixed=True, lonely="average", method="calibrated", variable=VARIABLES[0])
@given(
    seed=st.integers(0, 10_000), psus=st.integers(8, 24), strata=st.integers(1, 7), mixed=st.booleans(),
    lonely=st.sampled_from(["adjust", "grand_mean", "average", "remove"]), method=st.sampled_from(METHODS),
    variable=st.sampled_from(VARIABLES),
)  # fmt: skip
def test_the_rest_is_the_total_less_the_domain(
    seed: int, psus: int, strata: int, mixed: bool, lonely: str, method: str, variable: Variable
) -> None:
    compare(design_of(sample(seed, psus, strata, mixed=mixed), lonely), variable, method)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("variable", VARIABLES[2:], ids=lambda variable: variable.name)
def test_a_domain_far_from_the_others_keeps_its_digits(variable: Variable, method: str) -> None:
    """Place 2 lies 10⁸ away: beside it the errors of what it is no part of would be rounding."""
    compare(design_of(sample(3, 20, 3, far=1e8, mixed=False), "adjust"), variable, method, 1e-7)


def test_what_cancels_in_the_sums_is_taken_from_the_rows() -> None:
    """Places are strata of equal PSUs: that place 2 lies 10¹¹ away is in all that is summed up, and in no error."""
    psu = np.resize(np.arange(20), 240)
    data = sample(4, 40, 1).assign(psu=psu, stratum=psu % 4, place=psu % 4, w=1.0, frame=1000.0)
    near = data.assign(size=(16 * data["size"]).round() / 16)
    far = near.assign(size=near["size"] + 1e11 * (near["place"] == 2))
    tables = [
        domain_differences(design_of(own, "adjust"), [VARIABLES[2]], DOMAIN, adjust="none") for own in (near, far)
    ]
    errors = [table.loc[(table["domain"] == "2") & (table["statistic"] == "mean"), "se"] for table in tables]
    np.testing.assert_allclose(errors[1], errors[0], rtol=1e-8)


@pytest.mark.parametrize("method", METHODS)
def test_a_place_without_cases_and_an_answer_of_everybody(method: str) -> None:
    """The others' differences are what they were; between what all say there is neither difference nor error."""
    data = sample(5, 20, 9)
    data = data.assign(place=data["place"].replace(1, 0), answer=1)
    design = design_of(data, "adjust")
    for variable in VARIABLES[::3]:
        compare(design, variable, method)
    table = domain_differences(design, [VARIABLES[1]], DOMAIN, method=method).set_index("domain")  # type: ignore[arg-type]
    empty, told = table.loc["1"], table.drop("1")
    assert empty[["estimate", "difference", "se", "p"]].isna().all() and empty["verdict"] == Side.NOT_COMPARABLE
    assert (told[["difference", "se"]] == 0).all(axis=None) and (told["estimate"] == 1).all()
    assert (told["p"] == 1).all() and (told["verdict"] == Side.NONE).all()


def test_others_are_added_never_subtracted() -> None:
    totals = np.array([[1e20, 1.0, 0.0], [3.0, 0.0, 0.0]])
    np.testing.assert_array_equal(others(totals, 1), [[1.0, 1e20, 1e20], [0.0, 3.0, 3.0]])
    np.testing.assert_array_equal(others(np.array([5.0])), [0.0])


@pytest.mark.parametrize("method", ["taylor", "calibrated"])
def test_no_matrix_of_psus_and_domains(method: str) -> None:
    psus, places = 1_500, 1_000
    data = sample(1, psus, 30).assign(place=lambda own: (own["psu"] * 7 + own.index) % places)
    design = design_of(data, "adjust")
    domain_differences(design, [VARIABLES[0]], ("place",), method=method, adjust="none")  # type: ignore[arg-type]
    tracemalloc.start()
    domain_differences(design, [VARIABLES[0]], ("place",), method=method, adjust="none")  # type: ignore[arg-type]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < psus * places * 8
