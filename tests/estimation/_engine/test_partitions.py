"""Parts of whole strata and lanes: however the sample is cut for the processor, the estimates are the same."""

import numpy as np
import pandas as pd
import pytest

from benchmarks.sample import CATEGORIES, DOMAINS, make_sample
from pulsometro.estimation import (
    Categorical,
    Domain,
    Numeric,
    Quantile,
    Settings,
    Share,
    SurveyDesign,
    estimate,
)
from pulsometro.estimation._engine import kernel, partitions, plan, threads
from pulsometro.estimation.survey_design import LonelyPsu

pytestmark = pytest.mark.slow

VARIABLES = [
    Categorical("q00", CATEGORIES),
    Categorical("q01", (1, 2, 3), missing=(4, 5)),
    Share("some", "q02", (1, 2), missing=(5,)),
    Numeric("w", statistics=("mean", "total")),
    Quantile("middle", "w"),
]
KINDS = [*DOMAINS, Domain(("edad", "mun"), ((2, 3), (1, 2, 4)))]


def estimates(data: pd.DataFrame) -> pd.DataFrame:
    design = SurveyDesign(data, "w", "stratum", "psu")
    return estimate(design, VARIABLES, KINDS, ("proportion", "total"), settings=Settings(deff="kish"))


@pytest.mark.parametrize("cut", [1, 70, 1_000])
@pytest.mark.parametrize("shuffled", [False, True])
def test_parts_and_lanes_change_nothing(cut: int, shuffled: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    data = make_sample(4_000, questions=3)
    data.loc[data["stratum"] == 7, "w"] = 0.0
    expected = estimates(data)
    if shuffled:
        data = data.sample(frac=1, random_state=1)
    monkeypatch.setattr(partitions, "PART_ROWS", cut)
    monkeypatch.setattr(plan, "COUNT_ROWS", cut)
    monkeypatch.setattr(threads, "FROM_ROWS", 0)
    monkeypatch.setattr(threads, "processors", lambda: 2)
    monkeypatch.setattr(kernel, "VARIABLES", 2)
    parts = partitions.make_partitions(SurveyDesign(data, "w", "stratum", "psu"), plan_domains(data))[0].parts
    assert len(parts) > 1
    assert all(part.rows.stop - part.rows.start <= max(cut, largest_stratum(data)) for part in parts)
    pd.testing.assert_frame_equal(estimates(data), expected, check_exact=False, rtol=1e-11)


def uneven() -> pd.DataFrame:
    """A stratum with most of the rows, one with a PSU that is larger than a part, and some with one PSU each."""
    data = make_sample(4_000, questions=3)
    data["stratum"] = np.where(data["stratum"] < 20, 5, data["stratum"])
    data.loc[data["stratum"] == 25, "psu"] = data.loc[data["stratum"] == 25, "psu"].min()
    alone = data["stratum"].isin((30, 33))
    return data[~alone | ~data.loc[alone, "psu"].duplicated().reindex(data.index, fill_value=False)]


@pytest.mark.parametrize("cut", [1, 40, 300])
@pytest.mark.parametrize("lonely", ["adjust", "certainty"])
@pytest.mark.parametrize("shuffled", [False, True])
def test_a_large_stratum_is_added_in_pieces(
    cut: int, lonely: LonelyPsu, shuffled: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = uneven()
    expected = estimate(SurveyDesign(data, "w", "stratum", "psu", lonely_psu=lonely), VARIABLES, KINDS)
    if shuffled:
        data = data.sample(frac=1, random_state=2)
    monkeypatch.setattr(partitions, "PART_ROWS", cut)
    design = SurveyDesign(data, "w", "stratum", "psu", lonely_psu=lonely)
    (in_pieces,) = partitions.make_partitions(design, plan_domains(data))
    assert len(in_pieces.parts) > sum(part.opens for part in in_pieces.parts)
    pd.testing.assert_frame_equal(estimate(design, VARIABLES, KINDS), expected, check_exact=False, rtol=1e-11)


def test_a_domain_that_is_another_one_in_each_piece_has_its_own_sums(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every PSU lies in one zone: inside a piece that is as good as no domain at all, in the stratum it is not."""
    data = make_sample(2_000, questions=1).assign(stratum=1)
    data["zone"] = data["psu"] // 10
    design, variables = SurveyDesign(data, "w", "stratum", "psu"), [Categorical("q00", CATEGORIES)]
    expected = estimate(design, variables, [(), ("zone",)])
    monkeypatch.setattr(partitions, "PART_ROWS", 1)
    pd.testing.assert_frame_equal(estimate(design, variables, [(), ("zone",)]), expected, check_exact=False, rtol=1e-11)


def plan_domains(data: pd.DataFrame) -> tuple[partitions.CodedDomain, ...]:
    from pulsometro.estimation._engine.coded_domains import code_domains

    return code_domains(data, [("sexo",)])


def largest_stratum(data: pd.DataFrame) -> int:
    return int(data["stratum"].value_counts().max())


def test_a_thread_tells_what_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    from pulsometro.estimation import VariableError

    data = make_sample(500, questions=1)
    data.loc[3, "q00"] = 9
    monkeypatch.setattr(threads, "FROM_ROWS", 0)
    with pytest.raises(VariableError, match="does not declare the codes 9"):
        estimate(SurveyDesign(data, "w", "stratum", "psu"), [Categorical("q00", CATEGORIES)])


def test_rows_in_no_domain_and_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    data = make_sample(500, questions=1)
    monkeypatch.setattr(partitions, "PART_ROWS", 50)
    nobody = Domain("mun", 99, left_out=tuple(data["mun"].unique()))
    made = estimate(SurveyDesign(data, "w", "stratum", "psu"), [Categorical("q00", CATEGORIES)], nobody)
    assert made["n"].eq(0).all() and np.isnan(made["estimate"]).all()
