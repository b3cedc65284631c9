"""Variables as the kernel adds them up: column numbers for codes, numerator and denominator for numbers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from .._arrays.integers import labelling
from ..codes import Code, code_label
from ..errors import VariableError
from ..given import floats_of
from ..survey_design import column
from ..variables import Categorical, Index, Numeric, Quantile, Ratio, Share, Variable, Where
from .occurring import check_codes

# Some rows: one after the other, or their numbers.
Selection = slice | np.ndarray


@dataclass(frozen=True)
class Lookup:
    """Whole numbers as the data hold them, and what they stand for: that of the number k is ``table[k - first]``, and
    of all beyond the table what is at its end."""

    values: np.ndarray
    first: int
    table: np.ndarray

    def of(self, rows: Selection = slice(None)) -> np.ndarray:
        """What the numbers of some rows stand for."""
        wide = self.values[rows].astype(np.int64, copy=False)
        return self.table.take(wide - self.first if self.first else wide, mode="clip")


@dataclass(frozen=True)
class Coded:
    """A categorical variable as column numbers 0…columns−1; ``columns`` itself marks rows out of the base.

    Where ``lookup`` is given the codes are those of the rows ``inside`` (None: all).
    """

    codes: np.ndarray
    columns: int
    printed: tuple[tuple[str, int], ...]
    lookup: Lookup | None = None
    inside: np.ndarray | None = None

    def some(self, rows: Selection) -> np.ndarray:
        """The codes of some rows."""
        return self.codes[rows]

    def from_data(self) -> "Coded | Reading":
        """The same without its codes where they can be read from the data again: a byte a row less to hold."""
        return self if self.lookup is None else Reading(self.lookup, self.inside, self.columns, self.printed)


@dataclass(frozen=True)
class Reading:
    """A categorical variable, read from the data some rows at a time."""

    lookup: Lookup
    inside: np.ndarray | None
    columns: int
    printed: tuple[tuple[str, int], ...]

    def some(self, rows: Selection) -> np.ndarray:
        """The codes of some rows."""
        codes = self.lookup.of(rows)
        if self.inside is not None:
            codes[~self.inside[rows]] = self.columns
        return codes


@dataclass(frozen=True)
class Measured:
    """A mean or ratio as numerator and denominator, zero outside the base (``inside`` false)."""

    y: np.ndarray
    x: np.ndarray
    inside: np.ndarray


# Declared numbers that lie within so many of each other are looked up without hashing.
LONGEST_TABLE = 4_096


def map_codes(series: pd.Series, groups: Sequence[Sequence[Code]]) -> np.ndarray:
    """Group number of each value: group k holds the codes ``groups[k]``; −1 unknown, −2 empty cell.

    None in a group stands for the empty cell. A number never equals a text.
    """
    return look_up(series, groups, np.array([*range(len(groups)), -2, -1], dtype=labelling(max(len(groups), 1))))


def look_up(series: pd.Series, groups: Sequence[Sequence[Code]], target: np.ndarray) -> np.ndarray:
    """``target[k]`` for the group k (as in map_codes) of each value; the last but one is for empty cells, the last for
    unknown codes."""
    lookup = lookup_of(series, groups, target)
    if lookup is not None:
        return lookup.of()
    table = _places(groups)
    empty = next((k for k, group in enumerate(groups) if None in group), -2)
    codes, uniques = pd.factorize(series)
    return target[[*(table.get(value, -1) for value in uniques.tolist()), empty]][codes]


def lookup_of(series: pd.Series, groups: Sequence[Sequence[Code]], target: np.ndarray) -> Lookup | None:
    """As look_up, for whole numbers without empty cells and declared numbers near each other; else None."""
    values = series.to_numpy() if isinstance(series.dtype, np.dtype) else None
    if values is None or values.dtype.kind not in "iu":
        return None
    table = _places(groups)
    numbers = [int(code) for code in table if not isinstance(code, str) and code == code // 1]
    low, high = min(numbers, default=0), max(numbers, default=0)
    if high - low >= LONGEST_TABLE:
        return None
    # One place more at either end takes all that lies beyond.
    return Lookup(values, low - 1, target[[table.get(code, -1) for code in range(low - 1, high + 2)]])


def _places(groups: Sequence[Sequence[Code]]) -> dict[int | float | str | bool, int]:
    return {code: k for k, group in enumerate(groups) for code in group if code is not None}


def base_mask(data: pd.DataFrame, base: Sequence[Where], name: str) -> np.ndarray | None:
    """Rows inside all conditions, or None when there are none."""
    inside: np.ndarray | None = None
    for where in base:
        found = column(data, where.column, f"base of {name!r}", VariableError)
        check_codes(found, f"The base of {name!r}", where.codes, where.declared)
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


def columns_of(variable: Categorical | Share) -> int:
    """How many columns its base is divided into, printed or not: variables are summed together by this number."""
    if isinstance(variable, Share):
        return 2
    return len(variable.categories) + (len(variable.missing) if variable.missing_rule != "exclude" else 0)


def encode_categorical(data: pd.DataFrame, variable: Categorical | Share) -> Coded:
    """Column numbers of a categorical variable; VariableError names undeclared codes and their rows."""
    name = (variable.column or variable.name) if isinstance(variable, Categorical) else variable.column
    series = column(data, name, f"variable {variable.name!r}", VariableError)
    inside = base_mask(data, variable.base, variable.name)
    if isinstance(variable, Share):
        others = (*variable.missing, *variable.not_asked)
        check_codes(series, f"Variable {variable.name!r}", variable.numerator, variable.declared, others)
        # Column 0 the numerator, 1 the rest of the base, 2 out of it.
        missing = 1 if variable.missing_rule == "in_base" else 2
        target = np.array([0, missing, 2, 2, 1], dtype=np.int8)
        groups: list[Sequence[Code]] = [variable.numerator, variable.missing, variable.not_asked]
        return _coded(series, groups, target, inside, columns_of(variable), [variable.category])
    columns = columns_of(variable)
    groups = [*((code,) for code in (*variable.categories, *variable.missing)), variable.not_asked]
    target = np.full(len(groups) + 2, columns, dtype=labelling(columns + 1))
    target[:columns] = np.arange(columns)
    target[-1] = columns + 1
    coded = _coded(series, groups, target, inside, columns, variable.printed_labels())
    unknown = coded.codes == columns + 1
    if unknown.any():
        _raise_unknown(series, unknown, variable)
    return coded


def _coded(
    series: pd.Series, groups: Sequence[Sequence[Code]], target: np.ndarray, inside: np.ndarray | None, columns: int,
    labels: Sequence[str],
) -> Coded:  # fmt: skip
    lookup = lookup_of(series, groups, target)
    codes = look_up(series, groups, target) if lookup is None else lookup.of()
    if inside is not None:
        codes[~inside] = columns
    return Coded(codes, columns, tuple((label, k) for k, label in enumerate(labels)), lookup, inside)


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
    codes = [code for code, _ in variable.scores]
    for item in items:
        # An item where nobody gave a scored answer is possible; one whose codes are of another type is not.
        check_codes(item, f"Index {variable.name!r}", (), others=codes)
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
    values = floats_of(series, f"Column {name!r} of variable {variable!r} is not numeric", VariableError)
    if np.isinf(values).any():
        raise VariableError(f"Column {name!r} of variable {variable!r} holds infinite values; correct them.")
    return np.where(np.isin(values, missing), np.nan, values) if missing else values
