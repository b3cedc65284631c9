"""Items that are cut from another item's numbers or codes."""

import pandas as pd

from pulsometro.questionnaire.model import Item


def derive(source: pd.Series, item: Item, from_item: Item) -> pd.Series:
    """(n,) codes of the derived ``item`` from answers to ``from_item``; a missing code keeps its kind of missing.

    Raises ValueError for an item that is not derived.
    """
    if item.derived is None:
        raise ValueError("the item is not derived")
    result = pd.Series(pd.array([pd.NA] * len(source), dtype="Int64"), index=source.index)
    for code, (low, high) in item.derived.ranges.items():
        result = result.mask(source.between(low, high).fillna(False).astype(bool), code)
    for code, kind in from_item.missing.items():
        target = item.code_for(kind)
        if target is not None:
            result = result.mask((source == code).fillna(False).astype(bool), target)
    return result
