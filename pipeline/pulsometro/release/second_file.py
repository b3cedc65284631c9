"""The second file of microdata: other keys in another order, with a weight that tells no row of the first."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from pulsometro.common.files import round_significant
from pulsometro.questionnaire import Questionnaire
from pulsometro.release.table import (
    ID,
    ID_LABEL,
    WEIGHT,
    ReleaseTable,
    Variable,
    order_of_content,
    released_values,
    variable_of,
)

_LABEL = "Factor de expansión, el mismo para todas las personas de un grupo"


def build_second(
    questionnaire: Questionnaire, items: Sequence[str], shared: Sequence[str], data: pd.DataFrame,
    areas: Mapping[str, str],
) -> ReleaseTable:  # fmt: skip
    """The items with a weight that is constant within the groups of ``shared``, in the order of its own values.

    ``data``: respondents with their weights, values as they may be released in this file; ``shared``: the keys that the
    first file has too, whose groups together weigh what they weigh there.
    """
    variables = [variable_of(name, questionnaire[name], areas) for name in items]
    frame = pd.DataFrame({v.name: released_values(data[v.name], v) for v in variables}, index=data.index)
    frame[WEIGHT] = round_significant(group_weights(data, shared))
    frame = frame.iloc[order_of_content(frame)].reset_index(drop=True)
    frame.insert(0, ID, pd.Series(np.arange(1, len(frame) + 1)).astype("Int64"))
    everything = (
        Variable(ID, ID_LABEL, "whole", {}, {}), *variables, Variable(WEIGHT, _LABEL, "number", {}, {}),
    )  # fmt: skip
    left_out = tuple(name for name in questionnaire.items if name not in items)
    return ReleaseTable(questionnaire.wave, frame[[v.name for v in everything]], everything, None, left_out)


def group_weights(data: pd.DataFrame, shared: Sequence[str]) -> np.ndarray:
    """(n,) mean weight of each respondent's group of ``shared``; missing is a group of its own.

    >>> group_weights(pd.DataFrame({"sexo": [1, 1, 2], "weight": [10.0, 30.0, 5.0]}), ["sexo"]).tolist()
    [20.0, 20.0, 5.0]
    """
    weights = data[WEIGHT].astype(float)
    if not shared:
        return np.full(len(data), weights.mean())
    groups = data[list(shared)].astype(object).where(data[list(shared)].notna(), "").astype(str)
    means: np.ndarray = weights.groupby([groups[name] for name in shared]).transform("mean").to_numpy(dtype=float)
    return means
