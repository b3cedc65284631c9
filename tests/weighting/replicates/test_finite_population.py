"""The finite population correction of both kinds of replicates, against the formula by hand."""

import numpy as np
import pandas as pd
import pytest

from pulsometro.weighting.chain import weigh
from pulsometro.weighting.errors import WeightingError
from pulsometro.weighting.replicates.multipliers import jkn, rao_wu, replicate_variance
from tests.weighting.editions import inputs, responses, settings

STRATUM = np.repeat(["a", "b"], [12, 9])
PSU = np.concatenate([np.repeat(np.arange(4), 3), np.repeat(np.arange(3), 3)])
POPULATION = np.repeat([8.0, 5.0], [12, 9])


def by_hand(y: np.ndarray, fraction: bool) -> float:
    """Variance of the total of y: Σ_h (1 − n_h/N_h) n_h/(n_h − 1) Σ_i (t_hi − t̄_h)² (Cochran 1977, eq. 5.14)."""
    found = 0.0
    for name in ("a", "b"):
        rows = name == STRATUM
        totals = np.array([y[rows & (unit == PSU)].sum() for unit in np.unique(PSU[rows])])
        n = len(totals)
        part = 1 - n / POPULATION[rows][0] if fraction else 1.0
        found += part * n / (n - 1) * float(np.sum((totals - totals.mean()) ** 2))
    return found


@pytest.mark.parametrize("fraction", [True, False])
def test_the_jackknife_of_a_total_is_the_formula(fraction: bool) -> None:
    y = np.random.default_rng(3).gamma(2, 10, len(STRATUM))
    made = jkn(STRATUM, PSU, population_psus=POPULATION if fraction else None)
    told = replicate_variance(made.values @ y, float(y.sum()), made.scale, made.rscales)
    assert told == pytest.approx(by_hand(y, fraction), rel=1e-12)


def test_the_bootstrap_of_a_total_nears_it() -> None:
    y = np.random.default_rng(3).gamma(2, 10, len(STRATUM))
    made = rao_wu(STRATUM, PSU, 20_000, 5, population_psus=POPULATION)
    told = replicate_variance(made.values @ y, float(y.sum()), made.scale, made.rscales)
    assert told == pytest.approx(by_hand(y, True), rel=0.05)


def edition(units: float) -> pd.DataFrame:
    """Eight PSUs in each of nine strata."""
    rows = responses()
    return rows.assign(unit=rows.groupby("area").cumcount() % 8, units=units)


def test_the_weights_of_a_study_apply_it_as_their_record_says() -> None:
    declared = {"psu": "unit", "replicates": {"method": "jkn", "fpc": "units"}}
    made = weigh(inputs(responses=edition(16.0)), settings(**declared)).record.replicates
    assert made is not None and made.fpc
    assert set(np.round(made.rscales, 12)) == {round((1 - 8 / 16) * 7 / 8, 12)}
    plain = weigh(
        inputs(responses=edition(16.0)), settings(**{**declared, "replicates": {"method": "jkn"}})
    ).record.replicates
    assert plain is not None and not plain.fpc and set(np.round(plain.rscales, 12)) == {7 / 8}


def test_fewer_units_than_there_were_drawn_are_refused() -> None:
    with pytest.raises(WeightingError, match="the number of PSUs in the population must be one number, at least 8"):
        weigh(
            inputs(responses=edition(7.0)),
            settings(psu="unit", replicates={"method": "jkn", "fpc": "units"}),
        )
