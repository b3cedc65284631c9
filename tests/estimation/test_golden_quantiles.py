"""R's quantiles: both rules and both intervals."""

from pathlib import Path

import pandas as pd
import pytest

from pulsometro.estimation import Quantile, SurveyDesign, estimate
from tests.estimation.golden import DOMAINS, assert_equal, join, read_expected

pytestmark = pytest.mark.slow

PROBABILITIES = (0.25, 0.5, 0.9)


@pytest.mark.parametrize("rule", ["math", "school"])
@pytest.mark.parametrize(("theirs", "interval"), [("mean", "woodruff"), ("score", "score")])
def test_quantiles(shared_dir: Path, rule: str, theirs: str, interval: str) -> None:
    golden = shared_dir / "golden"
    expected = read_expected(golden, "expected_estimates.csv")
    expected = expected[expected["method"] == f"taylor;lonely=adjust;fpc=no;qrule={rule};interval={theirs}"]
    design = SurveyDesign(pd.read_csv(golden / "microdata.csv"), "w", "stratum", "psu")
    variables = [
        Quantile(name, probabilities=PROBABILITIES, rule=rule, interval=interval) for name in ("gasto", "ingreso")
    ]
    joined = join(estimate(design, variables, DOMAINS), expected)
    for column in ("estimate", "df", "n", "ci_low", "ci_high", "se"):
        assert_equal(joined, column)
