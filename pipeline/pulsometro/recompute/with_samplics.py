"""The one place that calls samplics: ratios and totals by domain, with Taylor errors that take the weights as fixed.

Its version is its last one (its author works on another package now), so that its notice says nothing new here.
"""

import math
import warnings
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import numpy as np
import pandas as pd

Floats = np.ndarray
NAME = "samplics"
# The label of the only domain where none is asked for.
WHOLE = "total"


@dataclass(frozen=True)
class Sampled:
    """What samplics is told of a design: (rows,) weights, and integer codes of strata and PSUs."""

    weights: Floats
    strata: np.ndarray
    psus: np.ndarray


def program() -> str:
    """Name and version, as the record keeps them; ImportError where it is not installed."""
    return f"{NAME} {version(NAME)}"


def taylor(
    sampled: Sampled, numerator: Floats, denominator: Floats | None, domains: np.ndarray | None
) -> dict[str, tuple[float, float]]:
    """Domain → estimate and standard error of Σwy / Σwx, or of Σwy where there is no ``denominator``.

    ``numerator``, ``denominator``: (rows,) y and x, complete: 0 outside the base, so that no row is dropped;
    ``domains``: (rows,) labels, None for everybody (then the label is WHOLE). Raises ImportError where samplics is not
    installed, and whatever it raises itself.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from samplics.estimation import TaylorEstimator
        from samplics.utils.types import PopParam

        made = TaylorEstimator(PopParam.total if denominator is None else PopParam.ratio)
        # Of an estimate of 0 it divides the error by the estimate, after both are known.
        with suppress(ZeroDivisionError):
            made.estimate(
                y=numerator, x=denominator, samp_weight=sampled.weights, stratum=pd.Series(sampled.strata),
                psu=pd.Series(sampled.psus), domain=None if domains is None else pd.Series(domains),
            )  # fmt: skip
    return _by_domain(made.point_est, made.variance)


def _by_domain(estimates: Any, variances: Any) -> dict[str, tuple[float, float]]:
    if not isinstance(estimates, Mapping):
        estimates, variances = {WHOLE: estimates}, {WHOLE: variances}
    return {str(key): (float(value), math.sqrt(float(variances[key]))) for key, value in estimates.items()}
