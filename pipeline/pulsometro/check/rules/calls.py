"""How many calls an interview takes, area by area."""

import numpy as np
import pandas as pd

from pulsometro.check.rule import KEY, Rule
from pulsometro.settings.check_settings import CheckSettings


def calls_by_area(
    respondents: pd.DataFrame, attempts: pd.DataFrame, settings: CheckSettings
) -> tuple[pd.DataFrame, Rule] | None:
    """Evidence table ``calls`` (calls, interviews, calls per interview and its ratio to the median area) and its rule.

    None where the calls do not say their area, or there are fewer than three areas to compare.
    """
    area = settings.area
    if area is None or area not in attempts or area not in respondents:
        return None
    calls, made = attempts[area].value_counts(), respondents[area].value_counts()
    places = sorted(set(calls.index) & set(made.index))
    if len(places) < 3:
        return None
    each = np.array([calls[place] / made[place] for place in places], dtype=float)
    table = pd.DataFrame(
        {
            KEY: pd.array(places, dtype="string"),
            "calls": [int(calls[place]) for place in places],
            "n": [int(made[place]) for place in places],
            "each": each,
            "ratio": each / np.median(each),
        }
    )
    most = settings.largest_calls_ratio
    return table, Rule(
        "calls.per_complete", "calls", "ratio", "between", "warning",
        f"Ningún lugar necesita más de {most:g} veces las llamadas por entrevista que los demás",
        "Vea a qué horas se llamó y si los números de ese lugar sirven.", {"min_value": 0, "max_value": most},
    )  # fmt: skip
