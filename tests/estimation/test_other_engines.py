"""svy and samplics agree with the kernel wherever they are right."""

import warnings

import numpy as np
import pandas as pd
import pytest

from benchmarks.sample import make_sample
from pulsometro.estimation import Categorical, Numeric, Settings, SurveyDesign, estimate


@pytest.fixture(scope="module")
def data() -> pd.DataFrame:
    rows = make_sample(900, questions=2)
    return rows.assign(x=np.random.default_rng(2).gamma(2.0, 100.0, len(rows)).round(2))


@pytest.fixture(scope="module")
def ours(data: pd.DataFrame) -> pd.DataFrame:
    design = SurveyDesign(data, "w", "stratum", "psu")
    variables = [Categorical("q00", (1, 2, 3, 4, 5)), Numeric("x", statistics=("mean", "total"))]
    return estimate(design, variables, [(), ("mun",)], settings=Settings(extremes="none"))


def compare(ours: pd.DataFrame, theirs: pd.DataFrame, columns: dict[str, str]) -> None:
    assert len(ours) == len(theirs)
    for own, other in columns.items():
        np.testing.assert_allclose(ours[own].to_numpy(float), theirs[other].to_numpy(float), rtol=1e-8, err_msg=own)


@pytest.mark.parametrize("by", [None, "mun"])
def test_svy(data: pd.DataFrame, ours: pd.DataFrame, by: str | None) -> None:
    svy = pytest.importorskip("svy", reason="svy is not installed: it is a development dependency")
    import polars as pl

    sample = svy.Sample(pl.from_pandas(data), svy.Design(stratum="stratum", psu="psu", wgt="w", singleton="center"))
    own = ours[ours["domain_kind"] == (by or "total")]
    shares = sample.estimation.prop("q00", by=by, deff="wr").to_polars().to_pandas()
    columns = {"estimate": "est", "se": "se", "ci_low": "lci", "ci_high": "uci", "df": "df", "deff": "deff"}
    shares = shares.sort_values([*([by] if by else []), "q00"])
    # svy leaves out what nobody answered.
    compare(own[(own["indicator"] == "q00") & (own["n_category"] > 0)], shares, columns)
    for statistic in ("mean", "total"):
        made = getattr(sample.estimation, statistic)("x", by=by).to_polars().to_pandas()
        made = made.sort_values(by) if by else made
        compare(own[own["statistic"] == statistic], made, {"estimate": "est", "se": "se"})


def test_samplics(data: pd.DataFrame, ours: pd.DataFrame) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from samplics.estimation import TaylorEstimator
        from samplics.utils.types import PopParam

        for param, statistic, name in (
            (PopParam.prop, "proportion", "q00"),
            (PopParam.mean, "mean", "x"),
            (PopParam.total, "total", "x"),
        ):
            made = TaylorEstimator(param)
            made.estimate(
                y=data[name], samp_weight=data["w"], stratum=data["stratum"], psu=data["psu"], domain=data["mun"]
            )
            theirs = made.to_dataframe()
            own = ours[(ours["statistic"] == statistic) & (ours["domain_kind"] == "mun")]
            if statistic == "proportion":
                own = own[own["n_category"] > 0]
                theirs = theirs[theirs["_estimate"] > 0].sort_values(["_domain", "_level"])
            compare(own, theirs, {"estimate": "_estimate", "se": "_stderror"})
