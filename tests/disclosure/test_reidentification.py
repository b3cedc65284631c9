"""The individual risk, against the integral and the sum that define it."""

import math
from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import nbinom

from pulsometro.disclosure.reidentification import individual_risk

COUNTS = (1, 2, 3, 4, 7, 19, 20, 60, 900)
SHARES = (1e-6, 1e-3, 0.02, 0.3, 0.5, 0.500001, 0.8, 0.999, 1 - 1e-9)


@pytest.mark.parametrize("f", COUNTS)
def test_it_is_the_integral_of_the_posterior(f: int) -> None:
    """E(1/F | f) = ∫₀^∞ [p e^(−t) ÷ (1 − q e^(−t))]^f dt (Franconi and Polettini 2004, equation 4)."""
    for p in SHARES:
        # Inside the brackets is u = 1 ÷ (1 + (e^t − 1) ÷ p); by z = ln((e^t − 1) ÷ p) the mass lies where it is seen.
        def inside(z: float, p: float = p) -> float:
            return math.exp(math.log(p) + z - math.log1p(p * math.exp(z)) - f * math.log1p(math.exp(z)))

        middle = -math.log(f)
        edges = [middle - 40, middle - 5, middle, middle + 5, middle + 40 + 40 / f]
        mass = sum(quad(inside, a, b, epsrel=1e-11, epsabs=0, limit=200)[0] for a, b in pairwise(edges))
        assert individual_risk(f, f / p) == pytest.approx(mass, rel=1e-7)


def test_it_is_the_mean_of_one_over_the_population_of_a_class() -> None:
    for f in (1, 2, 3, 5, 25):
        for p in (0.05, 0.4, 0.9):
            size = np.arange(f, 3000)
            mean = (nbinom.pmf(size - f, f, p) / size).sum()
            assert individual_risk(f, f / p) == pytest.approx(mean, rel=1e-9)


def test_the_closed_forms_of_one_two_and_three_rows() -> None:
    for p in (0.001, 0.1, 0.5, 0.7):
        odds, log = p / (1 - p), math.log(1 / p)
        assert individual_risk(1, 1 / p) == pytest.approx(odds * log)
        assert individual_risk(2, 2 / p) == pytest.approx(odds - odds**2 * log)
        three = odds**3 * (log + (1 / p**2 - 1) / 2 - 2 * (1 / p - 1))
        assert individual_risk(3, 3 / p) == pytest.approx(three)


def test_where_the_file_is_the_population() -> None:
    assert individual_risk([1, 2, 40], [1.0, 2.0, 7.0]).tolist() == [1.0, 0.5, 1 / 40]
    for p in (1 - 1e-12, 1 - 1e-15):
        assert individual_risk([1, 3, 50], np.array([1, 3, 50]) / p) == pytest.approx([1.0, 1 / 3, 1 / 50], abs=1e-11)


def test_more_rows_or_more_persons_are_less_risk() -> None:
    f, total = np.meshgrid(np.arange(1, 60), np.geomspace(60, 1e7, 40))
    risk = individual_risk(f, total)
    assert (np.diff(risk, axis=0) < 0).all(), "in the persons they stand for"
    assert ((risk > 1 / total) & (risk <= 1 / f)).all()
    at_one_share = individual_risk(np.arange(1, 60), np.arange(1, 60) / 0.01)
    assert (np.diff(at_one_share) < 0).all()


def test_no_class_is_empty() -> None:
    for f, total in ((0, 5.0), (1, 0.0), (1, math.nan)):
        with pytest.raises(ValueError, match="a class has at least one row"):
            individual_risk([f], [total])
