"""A figure as two complete columns, numerator and denominator, made from its declaration and not by the kernel.

Another program that is given these drops no row and knows nothing of missing answers: rows outside the base are 0 in
both.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from pulsometro.estimation import Categorical, Index, Numeric, Share, Variable, Where
from pulsometro.estimation.codes import Code, code_label

Floats = np.ndarray
Bools = np.ndarray


@dataclass(frozen=True)
class Columns:
    """(rows,) numerator y and denominator x (0 or 1): the figure is Σwy / Σwx; as a total, Σwy."""

    y: Floats
    x: Floats


def columns_of(variable: Variable, category: str, data: pd.DataFrame) -> Columns | None:
    """The columns of one category of a variable; None of a kind that is no ratio of these, or without the category."""
    base = _base(variable.base, data)
    if isinstance(variable, Share):
        return _share(variable, category, data[variable.column], base)
    if isinstance(variable, Categorical):
        return _category(variable, category, data[variable.column or variable.name], base)
    if isinstance(variable, Numeric):
        values = pd.to_numeric(data[variable.column or variable.name]).to_numpy(float, na_value=np.nan)
        return _mean(np.where(np.isin(values, variable.missing), np.nan, values), base)
    if isinstance(variable, Index):
        return _mean(_scores(variable, data), base)
    return None


def holds(series: pd.Series, codes: tuple[Code, ...]) -> Bools:
    """(rows,) whether a cell has one of the codes; None is the empty cell."""
    found = series.isin([code for code in codes if code is not None]).to_numpy(bool)
    return found | series.isna().to_numpy(bool) if None in codes else found


def _base(conditions: tuple[Where, ...], data: pd.DataFrame) -> Bools:
    base = np.ones(len(data), dtype=bool)
    for condition in conditions:
        base &= holds(data[condition.column], condition.codes)
    return base


def _share(share: Share, category: str, cells: pd.Series, base: Bools) -> Columns | None:
    if category != share.category:
        return None
    outside = (*share.not_asked, *(share.missing if share.missing_rule == "exclude" else ()))
    inside = base & ~holds(cells, outside)
    if None not in (*share.missing, *share.numerator):
        # An empty cell that nobody declared is out of the base.
        inside &= cells.notna().to_numpy(bool)
    return Columns((inside & holds(cells, share.numerator)).astype(float), inside.astype(float))


def _category(variable: Categorical, category: str, cells: pd.Series, base: Bools) -> Columns | None:
    printed = dict(zip(variable.printed_labels(), (*variable.categories, *variable.missing), strict=False))
    if category not in printed:
        return None
    inside_codes = (*variable.categories, *(variable.missing if variable.missing_rule != "exclude" else ()))
    inside = base & holds(cells, inside_codes)
    return Columns((inside & holds(cells, (printed[category],))).astype(float), inside.astype(float))


def _mean(values: Floats, base: Bools) -> Columns:
    inside = base & np.isfinite(values)
    return Columns(np.where(inside, values, 0.0), inside.astype(float))


def _scores(index: Index, data: pd.DataFrame) -> Floats:
    """(rows,) mean of the answered items' scores; NaN below ``at_least`` of them."""
    points, answered = np.zeros(len(data)), np.zeros(len(data))
    for item in index.items:
        for code, value in index.scores:
            there = holds(data[item], (code,))
            points[there] += value
            answered[there] += 1
    enough = (answered >= index.at_least) & (answered > 0)
    return np.where(enough, points / np.where(answered > 0, answered, 1.0), np.nan)


def labels_of(cells: pd.Series) -> np.ndarray:
    """(rows,) the domain of every row as the estimates table calls it, "" for an empty cell."""
    known = {code: code_label(code) for code in cells.dropna().unique()}
    return cells.map(known).astype("str").fillna("").to_numpy(dtype=str)
