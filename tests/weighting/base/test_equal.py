"""``base: {kind: equal}``: every interview weighs the same, and calibration does the rest."""

import numpy as np
import pytest
from pydantic import TypeAdapter

from pulsometro.common.errors import PulsoError
from pulsometro.settings.weighting_settings import WeightingSettings
from pulsometro.weighting.chain import weigh
from tests.weighting.editions import TOTALS, inputs, settings

EQUAL = {"kind": "equal"}


def adults() -> float:
    rows = TOTALS[(TOTALS["source"] == "conapo") & (TOTALS["reference_date"] == "2012-07-01")]
    return float(rows["population"].sum())


def test_the_base_is_one_number_and_the_margins_are_met() -> None:
    made = weigh(inputs(), settings(base=EQUAL, trim=None, replicates=None))
    base, final = made.weights["base_weight"], made.weights["weight"]
    assert np.ptp(base) == 0 and base.sum() == pytest.approx(adults())
    assert final.sum() == pytest.approx(adults()) and final.nunique() > 1
    assert made.record.base.kind == "equal"
    cells = made.record.calibration.cells
    assert max(abs(cell.points_after) for cell in cells) < 1e-6


def test_without_a_calibration_it_gives_shares_or_says_how_many_persons() -> None:
    plain = {"base": EQUAL, "calibration": None, "trim": None, "replicates": None, "control_totals": None,
             "within": None}  # fmt: skip
    relative = weigh(inputs(), settings(**plain)).weights["weight"]
    assert set(relative) == {1.0}
    named = weigh(inputs(), settings(**{**plain, "scale": "persons", "population": {"persons": 5e6}})).weights["weight"]
    assert named.sum() == pytest.approx(5e6) and named.nunique() == 1
    with pytest.raises(PulsoError, match=r"base\.kind equal says nothing of how many persons there are"):
        settings(**{**plain, "scale": "persons"})


def test_the_remedy_of_the_refusal_is_taken() -> None:
    for more in ({"scale": "relative"}, {"population": {"persons": 1000.0}}):
        assert TypeAdapter(WeightingSettings).validate_python({"base": EQUAL, **more}).base.kind == "equal"
