"""Variables as the kernel adds them up: column numbers for codes, numerator and denominator for numbers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.estimation.design import column
from pipeline.estimation.errors import VariableError
from pipeline.estimation.integers import labelling
from pipeline.estimation.variables import (
    Categorical,
    Code,
    Index,
    Numeric,
    Quantile,
    Ratio,
    Share,
    Variable,
    Where,
    code_label,
)


@dataclass(frozen=True)
class Coded:
    """A categorical variable as column numbers 0…columns−1; ``columns`` itself marks rows out of the base."""

    codes: np.ndarray
    columns: int
    printed: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Measured:
    """A mean or ratio as numerator and denominator, zero outside the base (``inside`` false)."""

    y: np.ndarray
    x: np.ndarray
    inside: np.ndarray


def map_codes(series: pd.Series, groups: Sequence[Sequence[Code]]) -> np.ndarray:
    """Group number of each value: group k holds the codes ``groups[k]``; −1 unknown, −2 empty cell.

    None in a group stands for the empty cell. A number never equals a text.
    """
    place, lookup = code_lookup(series, groups)
    return lookup[place]


def code_lookup(series: pd.Series, groups: Sequence[Sequence[Code]]) -> tuple[np.ndarray, np.ndarray]:
    """Where each row looks its group up, and the group of each place (as map_codes numbers them).

    Small integers are their own places, all else goes through pandas.factorize.
    """
    table = {code: k for k, group in enumerate(groups) for code in group if code is not None}
    empty = next((k for k, group in enumerate(groups) if None in group), -2)
    small = labelling(max(len(groups), 1))
    values = series.to_numpy() if isinstance(series.dtype, np.dtype) else None
    if values is not None and values.dtype.kind in "iu" and len(values):
        low, high = min(int(values.min()), 0), int(values.max())
        if high - low < 4096:
            lookup = np.array([table.get(code, -1) for code in range(low, high + 1)], dtype=small)
            return (values if low == 0 else values.astype(np.int64) - low), lookup
    codes, uniques = pd.factorize(series)
    return codes, np.array([table.get(value, -1) for value in uniques.tolist()] + [empty], dtype=small)


def base_mask(data: pd.DataFrame, base: Sequence[Where], name: str) -> np.ndarray | None:
    """Rows inside all conditions, or None when there are none."""
    inside: np.ndarray | None = None
    for where in base:
        found = column(data, where.column, f"base of {name!r}", VariableError)
        matches = map_codes(found, [where.codes]) == 0
        inside = matches if inside is None else inside & matches
    return inside


def encode(data: pd.DataFrame, variable: Variable) -> Coded | Measured:
    """Any variable that is a linear statistic; VariableError for a quantile, which is not."""
    if isinstance(variable, (Categorical, Share)):
        return encode_categorical(data, variable)
    if isinstance(variable, Quantile):
        raise VariableError(
            f"Quantile {variable.name!r} is not linear and has no contrasts; compare a mean or a share."
        )
    return encode_measured(data, variable)


def encode_categorical(data: pd.DataFrame, variable: Categorical | Share) -> Coded:
    """Column numbers of a categorical variable; VariableError names undeclared codes and their rows."""
    name = (variable.column or variable.name) if isinstance(variable, Categorical) else variable.column
    series = column(data, name, f"variable {variable.name!r}", VariableError)
    inside = base_mask(data, variable.base, variable.name)
    if isinstance(variable, Share):
        # Column 0 the numerator, 1 the rest of the base, 2 out of it; last the empty cells and unknown codes.
        missing = 1 if variable.missing_rule == "in_base" else 2
        target = np.array([0, missing, 2, 2, 1], dtype=np.int8)
        place, lookup = code_lookup(series, [variable.numerator, variable.missing, variable.not_asked])
        return _coded(target, place, lookup, inside, 2, [variable.category])
    groups: list[Sequence[Code]] = [(code,) for code in (*variable.categories, *variable.missing)]
    place, lookup = code_lookup(series, [*groups, variable.not_asked])
    if (lookup == -1).any():
        unknown = (lookup == -1)[place] if inside is None else (lookup == -1)[place] & inside
        if unknown.any():
            _raise_unknown(series, unknown, variable)
    columns = len(variable.categories) + (len(variable.missing) if variable.missing_rule != "exclude" else 0)
    target = np.full(len(groups) + 3, columns, dtype=labelling(columns))
    target[:columns] = np.arange(columns)
    return _coded(target, place, lookup, inside, columns, variable.printed_labels())


def _coded(
    target: np.ndarray, place: np.ndarray, lookup: np.ndarray, inside: np.ndarray | None, columns: int,
    labels: Sequence[str],
) -> Coded:  # fmt: skip
    codes = target[lookup][place]
    if inside is not None:
        codes[~inside] = columns
    return Coded(codes, columns, tuple((label, k) for k, label in enumerate(labels)))


def _raise_unknown(series: pd.Series, unknown: np.ndarray, variable: Categorical) -> None:
    values = sorted({code_label(value) for value in series[unknown].tolist()})[:10]
    rows = ", ".join(str(i) for i in series.index[unknown][:5])
    raise VariableError(
        f"Variable {variable.name!r} does not declare the codes {', '.join(values)} found in "
        f"{int(unknown.sum())} rows (first: {rows}); declare them as categories, missing or not_asked."
    )


def encode_measured(data: pd.DataFrame, variable: Numeric | Ratio | Index) -> Measured:
    """Numerator, denominator and base of a mean, ratio or index."""
    if isinstance(variable, Ratio):
        y = _numbers(data, variable.numerator, variable.name, variable.missing)
        x = _numbers(data, variable.denominator, variable.name, variable.missing)
    elif isinstance(variable, Index):
        y = index_scores(data, variable)
        x = np.ones(len(y))
    else:
        y = _numbers(data, variable.column or variable.name, variable.name, variable.missing)
        x = np.ones(len(y))
    return _measured(data, variable, y, x)


def encode_quantile(data: pd.DataFrame, variable: Quantile) -> Measured:
    """The values and base of a quantile."""
    y = _numbers(data, variable.column or variable.name, variable.name, variable.missing)
    return _measured(data, variable, y, np.ones(len(y)))


def _measured(
    data: pd.DataFrame, variable: Numeric | Ratio | Index | Quantile, y: np.ndarray, x: np.ndarray
) -> Measured:
    inside = np.isfinite(y) & np.isfinite(x)
    base = base_mask(data, variable.base, variable.name)
    if base is not None:
        inside &= base
    return Measured(np.where(inside, y, 0.0), np.where(inside, x, 0.0), inside)


def item_scores(data: pd.DataFrame, variable: Index) -> np.ndarray:
    """Rescaled answers (rows, items), NaN where there is none."""
    values = np.array([value for _, value in variable.scores] + [np.nan, np.nan])
    groups = [(code,) for code, _ in variable.scores]
    items = [column(data, name, f"index {variable.name!r}", VariableError) for name in variable.items]
    # Unknown codes (−1) and empty cells (−2) take the two NaN at the end.
    return np.column_stack([values[map_codes(item, groups)] for item in items])


def index_scores(data: pd.DataFrame, variable: Index) -> np.ndarray:
    """Each respondent's index, NaN with fewer than ``at_least`` answers."""
    answers = item_scores(data, variable)
    count = np.isfinite(answers).sum(axis=1)
    total = np.where(np.isfinite(answers), answers, 0.0).sum(axis=1)
    return np.where(count >= variable.at_least, total / np.maximum(count, 1), np.nan)


def _numbers(data: pd.DataFrame, name: str, variable: str, missing: Sequence[float]) -> np.ndarray:
    series = column(data, name, f"variable {variable!r}", VariableError)
    if pd.api.types.is_datetime64_any_dtype(series.dtype) or pd.api.types.is_timedelta64_dtype(series.dtype):
        raise VariableError(f"Column {name!r} of variable {variable!r} holds dates; make a number of them first.")
    try:
        values = series.to_numpy(dtype=float, na_value=np.nan)
    except (TypeError, ValueError) as problem:
        raise VariableError(f"Column {name!r} of variable {variable!r} is not numeric: {problem}.") from None
    if np.isinf(values).any():
        raise VariableError(f"Column {name!r} of variable {variable!r} holds infinite values; correct them.")
    return np.where(np.isin(values, missing), np.nan, values) if missing else values
