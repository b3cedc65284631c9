"""Every estimate of R's survey on the reference microdata, to 1e-8 relative."""

from pathlib import Path

import pandas as pd
import pytest

from pulsometro.estimation import Categorical, Numeric, Ratio, Settings, Share, SurveyDesign, estimate
from tests.estimation.golden import (
    DOMAINS,
    PROPORTIONS,
    SCALE_ITEMS,
    assert_equal,
    join,
    read_expected,
    touches_lonely,
)

VARIABLES = (
    *(Categorical(name, codes) for name, codes in PROPORTIONS.items()),
    *(Categorical(name, (1, 2, 3, 4, 5)) for name in SCALE_ITEMS),
    Share("ins", "q_inseg", (2,), "1", missing=(9,)),
    Numeric("gasto", statistics=("mean", "total")),
    Numeric("ingreso", statistics=("mean", "total")),
    Numeric("n_delitos", statistics=("mean", "total")),
    Numeric("one", statistics=("total",)),
    Ratio("n_denuncias/n_delitos", "n_denuncias", "n_delitos"),
    Ratio("gasto/ingreso", "gasto", "ingreso"),
)


@pytest.fixture(scope="session")
def golden(shared_dir: Path) -> Path:
    return shared_dir / "golden"


@pytest.fixture(scope="session")
def microdata(golden: Path) -> pd.DataFrame:
    return pd.read_csv(golden / "microdata.csv").assign(one=1)


@pytest.fixture(scope="session")
def expected(golden: Path) -> pd.DataFrame:
    table = read_expected(golden, "expected_estimates.csv")
    return table[table["statistic"].isin(["proportion", "mean", "total", "ratio"])]


def ours(data: pd.DataFrame, fpc: bool = False, lonely: str = "adjust", **settings: object) -> pd.DataFrame:
    design = SurveyDesign(data, "w", strata="stratum", psu="psu", fpc="fpc_psu" if fpc else None, lonely_psu=lonely)
    return estimate(design, VARIABLES, DOMAINS, ("proportion", "total"), settings=Settings(extremes="none", **settings))


METHODS = {
    "taylor;lonely=adjust;fpc=no;ci=logit_se": "logit",
    "taylor;lonely=adjust;fpc=no;ci=xlogit": "logit",
    "taylor;lonely=adjust;fpc=no;ci=beta": "kg_uncapped",
    "taylor;lonely=adjust;fpc=no;ci=mean": "wald",
    "taylor;lonely=adjust;fpc=no;ci=wald": "wald",
    "taylor;lonely=adjust;fpc=no;ci=wilson_t_byhand": "wilson",
}


@pytest.mark.parametrize(("method", "interval"), METHODS.items())
def test_proportions_with_every_interval(
    microdata: pd.DataFrame, expected: pd.DataFrame, method: str, interval: str
) -> None:
    rows = expected[(expected["method"] == method) & (expected["statistic"] == "proportion")]
    joined = join(ours(microdata, interval=interval), rows)
    for column in ("estimate", "se", "df", "ci_low", "ci_high", "n"):
        assert_equal(joined, column)


def test_means_and_ratios(microdata: pd.DataFrame, expected: pd.DataFrame) -> None:
    rows = expected[
        (expected["method"] == "taylor;lonely=adjust;fpc=no") & expected["statistic"].isin(["mean", "ratio"])
    ]
    joined = join(ours(microdata), rows)
    for column in ("estimate", "se", "df", "ci_low", "ci_high", "n"):
        assert_equal(joined, column)


def test_totals_with_the_newer_rule_for_lonely_psus(microdata: pd.DataFrame, expected: pd.DataFrame) -> None:
    recentred = expected["method"] == "taylor;lonely=adjust_recentred(R>=4.4);fpc=no"
    joined = join(ours(microdata), expected[recentred])
    for column in ("estimate", "se", "df", "ci_low", "ci_high", "n"):
        assert_equal(joined, column)


def test_totals_where_no_lonely_psu_matters(microdata: pd.DataFrame, expected: pd.DataFrame) -> None:
    rows = expected[(expected["method"] == "taylor;lonely=adjust;fpc=no") & (expected["statistic"] == "total")]
    apart = [touches_lonely(kind, domain) for kind, domain in zip(rows["kind"], rows["domain"], strict=True)]
    joined = join(ours(microdata), rows)
    assert_equal(joined, "estimate")
    assert_equal(joined[[not lonely for lonely in apart]], "se")


@pytest.mark.parametrize("lonely", ["adjust", "certainty", "remove"])
@pytest.mark.parametrize("fpc", [False, True])
def test_finite_population_and_lonely_policies(
    microdata: pd.DataFrame, expected: pd.DataFrame, lonely: str, fpc: bool
) -> None:
    method = f"taylor;lonely={lonely};fpc={'yes' if fpc else 'no'};ci=wald"
    rows = expected[expected["method"] == method]
    if lonely == "adjust":
        rows = rows[(rows["statistic"] != "total") | ~rows["domain"].isin(["total", "M6", "M9", "H", "M"])]
    joined = join(ours(microdata, fpc=fpc, lonely=lonely, interval="wald"), rows)
    for column in ("estimate", "se", "df", "ci_low", "ci_high"):
        assert_equal(joined, column)


@pytest.mark.parametrize(("shown", "column"), [("with_replacement", "deff_wr"), ("without_replacement", "deff")])
def test_design_effects(microdata: pd.DataFrame, expected: pd.DataFrame, shown: str, column: str) -> None:
    # Where all answer alike R divides by its own rounding (1e-32) and we say that there is no effect.
    rows = expected[expected["deff"] < 1e20]
    rows = rows[rows["method"].str.startswith("taylor;lonely=adjust;fpc=no")]
    apart = [touches_lonely(kind, domain) for kind, domain in zip(rows["kind"], rows["domain"], strict=True)]
    rows = rows[[s != "total" or not lonely for s, lonely in zip(rows["statistic"], apart, strict=True)]]
    rows = rows.assign(deff=rows[column])
    assert_equal(join(ours(microdata, deff=shown), rows), "deff")


def test_lonely_removed_everywhere(golden: Path, microdata: pd.DataFrame) -> None:
    table = read_expected(golden, "expected_remove.csv")
    rows = table[table["statistic"] != "quantile"]
    joined = join(ours(microdata, lonely="remove", interval="logit"), rows)
    for column in ("estimate", "se", "df"):
        assert_equal(joined, column)
