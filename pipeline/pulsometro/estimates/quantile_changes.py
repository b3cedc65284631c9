"""Which medians and quantiles of two waves may be tested against each other.

Woodruff's interval is one of values that were answered: where many answer alike (0 to 10, round pesos) it steps
from one to the next, and its length says nothing of how far two quantiles may differ by chance. Waves that share
sampling units are not independent, and a quantile has no covariance between them here.
"""

import numpy as np
import pandas as pd

from pulsometro.estimates.stage import Prepared
from pulsometro.estimation import Quantile

# Of all who answer, the share that may give the very answer at the quantile: beyond it the interval steps.
MOST_ALIKE = 0.05


def untested_quantiles(current: Prepared, reference: Prepared) -> frozenset[str]:
    """The quantiles of both waves whose change no test here is valid for."""
    shared = bool(_units(current) & _units(reference))
    names = {v.name for side in (current, reference) for v in side.variables if isinstance(v, Quantile)}
    return frozenset(name for name in names if shared or _steps(name, current) or _steps(name, reference))


def _units(side: Prepared) -> set[tuple[object, object]]:
    """Strata with their primary sampling units; none where each respondent is one."""
    design = side.design
    if design.psu is None:
        return set()
    strata = design.data[design.strata] if design.strata else pd.Series("", index=design.data.index)
    return set(zip(strata, design.data[design.psu], strict=True))


def _steps(name: str, side: Prepared) -> bool:
    """Whether many answers of the wave are the one at the quantile."""
    variable = next((v for v in side.variables if isinstance(v, Quantile) and v.name == name), None)
    if variable is None:
        return False
    values = pd.to_numeric(side.design.data[variable.column or name]).astype("Float64").dropna()
    answers = values[~values.isin(variable.missing)].to_numpy(dtype=float)
    if not len(answers):
        return True
    at = np.quantile(answers, variable.probabilities[0], method="inverted_cdf")
    return float(np.mean(answers == at)) > MOST_ALIKE
