"""Places among others, where the study estimates its places."""

from pathlib import Path

import pandas as pd

from pulsometro.estimates.series import rankings
from pulsometro.estimation import COLUMNS, RANK_COLUMNS
from pulsometro.study import load_study


def test_a_study_that_does_not_estimate_its_places_has_no_order_of_them() -> None:
    made = rankings(load_study(Path(__file__).resolve().parents[2]), pd.DataFrame(columns=list(COLUMNS)))
    assert list(made.columns) == list(RANK_COLUMNS) and not len(made)
