"""R's contrasts, pairwise tests and change between quarters, to 1e-8 relative."""

from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pulsometro.estimation import (
    ChangeRule,
    LinearEstimates,
    Numeric,
    Settings,
    Share,
    SurveyDesign,
    Wave,
    adjust_p,
    changes,
    changes_between_tables,
    estimate,
    linear_estimates,
)
from pulsometro.estimation.comparing.contrasts import two_sided_p

INSECURE = Share("ins", "q_inseg", (2,), "", missing=(9,))
VICTIM = Share("victima", "victima", (1,), "1")


@pytest.fixture(scope="module")
def golden(shared_dir: Path) -> Path:
    return shared_dir / "golden"


@pytest.fixture(scope="module")
def quarters(golden: Path) -> tuple[SurveyDesign, SurveyDesign]:
    data = [pd.read_csv(golden / name) for name in ("microdata.csv", "microdata_q2.csv")]
    first, second = (SurveyDesign(rows, "w", "stratum", "psu") for rows in data)
    return first, second


def differences(estimates: LinearEstimates, kind: str, labels: list[str]) -> pd.DataFrame:
    pairs = list(combinations(labels, 2))
    weights = np.zeros((len(pairs), len(estimates.values)))
    for row, (left, right) in enumerate(pairs):
        weights[row, estimates.select(domain_kind=kind, domain=left)] = 1
        weights[row, estimates.select(domain_kind=kind, domain=right)] = -1
    names = [f"{'sexo=' if kind == 'sexo' else ''}{left}-{right}" for left, right in pairs]
    return estimates.contrasts(weights, names, df=estimates.design.degrees_of_freedom)


def test_differences_between_domains(golden: Path, quarters: tuple[SurveyDesign, SurveyDesign]) -> None:
    expected = pd.read_csv(golden / "expected_estimates.csv").query("statistic == 'diff'").set_index("domain")
    estimates = linear_estimates(quarters[0], [VICTIM], [("mun",), ("sexo",)])
    ours = pd.concat(
        [
            differences(estimates, "mun", [f"M{i}" for i in range(1, 10)]),
            differences(estimates, "sexo", ["H", "M"]),
        ]
    ).set_index("name")
    assert set(ours.index) == set(expected.index)
    for column in ("estimate", "se", "ci_low", "ci_high", "df"):
        np.testing.assert_allclose(ours[column], expected.loc[ours.index, column], rtol=1e-8)


def test_pairwise_p_values(golden: Path, quarters: tuple[SurveyDesign, SurveyDesign]) -> None:
    expected = pd.read_csv(golden / "expected_pairwise.csv").set_index("pair")
    estimates = linear_estimates(quarters[0], [VICTIM], [("mun",)])
    ours = differences(estimates, "mun", [f"M{i}" for i in range(1, 10)]).set_index("name")
    expected = expected.loc[ours.index]
    np.testing.assert_allclose(ours["p"], expected["p"], rtol=1e-8)
    for adjust in ("BH", "holm", "bonferroni"):
        np.testing.assert_allclose(adjust_p(ours["p"].to_numpy(), adjust), expected[adjust], rtol=1e-8)


@pytest.mark.parametrize("variable", [Numeric("ingreso"), VICTIM], ids=["ingreso", "victima"])
def test_t_test_of_two_domains(
    golden: Path, quarters: tuple[SurveyDesign, SurveyDesign], variable: Numeric | Share
) -> None:
    expected = pd.read_csv(golden / "expected_tests.csv").set_index("test").loc[f"svyttest_{variable.name}_sexo"]
    estimates = linear_estimates(quarters[0], [variable], [("sexo",)])
    ours = estimates.contrasts(np.array([-1.0, 1.0]), ["M-H"], df=expected["ddf"]).iloc[0]
    np.testing.assert_allclose(ours["estimate"], expected["extra"], rtol=1e-8)
    np.testing.assert_allclose([ours["t"], ours["p"]], [expected["statistic"], expected["p"]], rtol=1e-8)


@pytest.mark.parametrize(("how", "covariance"), [("panel", "overlap"), ("indep", "independent")])
def test_change_between_quarters(
    golden: Path, quarters: tuple[SurveyDesign, SurveyDesign], how: str, covariance: str
) -> None:
    expected = pd.read_csv(golden / "expected_change.csv")
    expected = expected[expected["design"] == how].set_index("domain")
    rule = ChangeRule(covariance=covariance)
    first, second = (Wave(str(i), design, (INSECURE,)) for i, design in enumerate(quarters))
    ours = changes(second, first, [(), ("mun",)], rule=rule).set_index("domain")
    expected = expected.loc[ours.index]
    for column, theirs in [
        ("reference_estimate", "p1"),
        ("estimate", "p2"),
        ("difference", "diff"),
        ("se", "se_diff"),
        ("df", "df"),
    ]:
        np.testing.assert_allclose(ours[column], expected[theirs], rtol=1e-8, err_msg=column)
    p = two_sided_p((expected["diff"] / expected["se_diff"]).to_numpy(), expected["df"].to_numpy(float))
    np.testing.assert_allclose(ours["p"], p, rtol=1e-7)


def test_change_by_general_contrast_agrees(quarters: tuple[SurveyDesign, SurveyDesign]) -> None:
    """The stacked design, contrasted by hand, gives the kernel's overlap variance."""
    rows = pd.concat([design.data.assign(ola=str(i)) for i, design in enumerate(quarters)], ignore_index=True)
    stacked = linear_estimates(SurveyDesign(rows, "w", "stratum", "psu"), [INSECURE], [("ola", "mun")])
    first, second = (Wave(str(i), design, (INSECURE,)) for i, design in enumerate(quarters))
    ours = changes(second, first, [("mun",)]).set_index("domain")
    for domain in ours.index:
        weights = np.zeros(len(stacked.values))
        weights[stacked.select(domain=f"0*{domain}")], weights[stacked.select(domain=f"1*{domain}")] = -1, 1
        other = stacked.contrasts(weights, [domain]).iloc[0]
        np.testing.assert_allclose(
            ours.loc[domain, ["difference", "se", "df"]].astype(float), other[["estimate", "se", "df"]].astype(float),
            rtol=1e-10,
        )  # fmt: skip


def test_two_tables_are_compared_as_independent(quarters: tuple[SurveyDesign, SurveyDesign]) -> None:
    tables = [
        estimate(design, [INSECURE], [(), ("mun",)], wave=str(i), settings=Settings())
        for i, design in enumerate(quarters)
    ]
    waves = [Wave(str(i), design, (INSECURE,)) for i, design in enumerate(quarters)]
    rule = ChangeRule(covariance="independent")
    pd.testing.assert_frame_equal(
        changes_between_tables(tables[1], tables[0], rule=rule),
        changes(waves[1], waves[0], [(), ("mun",)], rule=rule),
    )
