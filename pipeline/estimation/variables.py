"""What is to be estimated: declared variables, and their coding into columns the kernel can add up."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from pipeline.estimation.design import column
from pipeline.estimation.errors import VariableError

Code = int | float | str | bool | None
MissingRule = Literal["exclude", "category", "in_base"]
PROPORTION, TOTAL, MEAN, RATIO = "proportion", "total", "mean", "ratio"


@dataclass(frozen=True)
class Where:
    """A condition: the rows whose ``column`` holds one of ``codes``."""

    column: str
    codes: tuple[Code, ...]


@dataclass(frozen=True)
class Categorical:
    """A question with codes: the share (and number of persons) in every category, also the empty ones.

    ``missing`` are the codes of item nonresponse (None stands for an empty cell) and ``missing_rule``
    says what they do: "exclude" leaves them out of the base, "in_base" keeps them in the base without
    printing them, "category" prints them too (``missing_labels``). Codes in ``not_asked`` and empty
    cells are outside the base. ``base`` restricts it to a subpopulation. An undeclared code raises.
    """

    name: str
    categories: tuple[Code, ...]
    labels: tuple[str, ...] = ()
    column: str = ""
    missing: tuple[Code, ...] = ()
    missing_labels: tuple[str, ...] = ()
    missing_rule: MissingRule = "exclude"
    not_asked: tuple[Code, ...] = ()
    base: tuple[Where, ...] = ()
    statistics: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _check_codes(self.name, self.categories, self.missing, self.not_asked)
        _check_labels(self.name, self.categories, self.labels)
        _check_labels(self.name, self.missing, self.missing_labels)


@dataclass(frozen=True)
class Share:
    """The share of ``numerator`` codes among everyone in the base: one category, labelled ``category``.

    Codes other than the numerator's, ``missing`` and ``not_asked`` are in the base. ``missing_rule``
    is "exclude" or "in_base".
    """

    name: str
    column: str
    numerator: tuple[Code, ...]
    category: str = ""
    missing: tuple[Code, ...] = ()
    missing_rule: MissingRule = "exclude"
    not_asked: tuple[Code, ...] = ()
    base: tuple[Where, ...] = ()
    statistics: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _check_codes(self.name, self.numerator, self.missing, self.not_asked)
        if self.missing_rule == "category":
            raise VariableError(f"Share {self.name!r} prints one category; its missing_rule is 'exclude' or 'in_base'.")


@dataclass(frozen=True)
class Numeric:
    """A number: its mean and total in the units of ``column``. Empty cells and ``missing`` are excluded."""

    name: str
    column: str = ""
    missing: tuple[float, ...] = ()
    base: tuple[Where, ...] = ()
    statistics: tuple[str, ...] = (MEAN,)


@dataclass(frozen=True)
class Ratio:
    """Ratio of two totals over the rows where both are known."""

    name: str
    numerator: str
    denominator: str
    missing: tuple[float, ...] = ()
    base: tuple[Where, ...] = ()
    statistics: tuple[str, ...] = (RATIO,)


Variable = Categorical | Share | Numeric | Ratio


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


def statistics_of(variable: Variable, default: Sequence[str]) -> tuple[str, ...]:
    """The statistics asked of a variable; ``default`` are those of categorical ones that name none."""
    if isinstance(variable, (Categorical, Share)):
        wanted, known = variable.statistics or tuple(default), (PROPORTION, TOTAL)
    else:
        wanted, known = variable.statistics, (MEAN if isinstance(variable, Numeric) else RATIO, TOTAL)
    unknown = [name for name in wanted if name not in known]
    if unknown or not wanted:
        raise VariableError(
            f"Variable {variable.name!r} asks for the statistics {', '.join(wanted) or 'none'}; "
            f"it has {' and '.join(known)}."
        )
    return tuple(dict.fromkeys(wanted))


def _check_codes(name: str, *groups: Sequence[Code]) -> None:
    everything = [code for group in groups for code in group]
    twice = sorted({str(code) for code in everything if everything.count(code) > 1})
    if twice:
        raise VariableError(f"Variable {name!r} declares the codes {', '.join(twice)} more than once.")
    if not groups[0]:
        raise VariableError(f"Variable {name!r} declares no codes; at least one is needed.")


def _check_labels(name: str, codes: Sequence[Code], labels: Sequence[str]) -> None:
    if labels and len(labels) != len(codes):
        raise VariableError(f"Variable {name!r} has {len(codes)} codes and {len(labels)} labels; give one each.")


def code_label(code: object) -> str:
    """The code as identifiers are written: whole numbers without a decimal point."""
    if isinstance(code, (float, np.floating)) and float(code).is_integer():
        return str(int(code))
    return str(code)


def map_codes(series: pd.Series, groups: Sequence[Sequence[Code]]) -> np.ndarray:
    """Group number of each value: group k holds the codes ``groups[k]``; −1 unknown, −2 empty cell.

    None in a group stands for the empty cell. Small integers go through a lookup table, all else
    through pandas.factorize; a number never equals a text.
    """
    table = {code: k for k, group in enumerate(groups) for code in group if code is not None}
    empty = next((k for k, group in enumerate(groups) if None in group), -2)
    values = series.to_numpy() if isinstance(series.dtype, np.dtype) else None
    if values is not None and values.dtype.kind in "iub" and len(values):
        low, high = int(values.min()), int(values.max())
        if high - low < 4096:
            lookup = np.array([table.get(code, -1) for code in range(low, high + 1)], dtype=np.int16)
            shifted = values if low == 0 and values.dtype.kind != "b" else values.astype(np.int64) - low
            return lookup[shifted]
    codes, uniques = pd.factorize(series)
    lookup = np.array([table.get(value, -1) for value in uniques.tolist()] + [empty], dtype=np.int16)
    return lookup[codes]


def base_mask(data: pd.DataFrame, base: Sequence[Where], name: str) -> np.ndarray | None:
    """Rows inside all conditions, or None when there are none."""
    inside: np.ndarray | None = None
    for where in base:
        found = column(data, where.column, f"base of {name!r}", VariableError)
        matches = map_codes(found, [where.codes]) == 0
        inside = matches if inside is None else inside & matches
    return inside


def encode_categorical(data: pd.DataFrame, variable: Categorical | Share) -> Coded:
    """Column numbers of a categorical variable; VariableError names undeclared codes and their rows."""
    name = (variable.column or variable.name) if isinstance(variable, Categorical) else variable.column
    series = column(data, name, f"variable {variable.name!r}", VariableError)
    inside = base_mask(data, variable.base, variable.name)
    if isinstance(variable, Share):
        groups: list[Sequence[Code]] = [variable.numerator, variable.missing, variable.not_asked]
        # Column 0 the numerator, 1 the rest of the base, 2 out of it.
        target = np.array([0, 1 if variable.missing_rule == "in_base" else 2, 2, 2, 1], dtype=np.int8)
        codes = target[map_codes(series, groups)]
        if inside is not None:
            codes = np.where(inside, codes, np.int8(2))
        return Coded(codes, 2, ((variable.category, 0),))
    groups = [(code,) for code in variable.categories]
    kept = variable.missing_rule != "exclude"
    groups += [(code,) for code in variable.missing] + [variable.not_asked]
    raw = map_codes(series, groups)
    asked = raw if inside is None else np.where(inside, raw, np.int16(-2))
    if (asked == -1).any():
        _raise_unknown(series, asked == -1, variable)
    shown = len(variable.categories)
    columns = shown + (len(variable.missing) if kept else 0)
    dtype = np.int8 if columns < 127 else np.int16
    target = np.full(len(groups) + 2, columns, dtype=dtype)
    target[:columns] = np.arange(columns)
    labels = list(variable.labels or [code_label(code) for code in variable.categories])
    if variable.missing_rule == "category":
        labels += list(variable.missing_labels or [code_label(code) for code in variable.missing])
    return Coded(target[asked], columns, tuple((label, k) for k, label in enumerate(labels)))


def _raise_unknown(series: pd.Series, unknown: np.ndarray, variable: Categorical) -> None:
    values = sorted({code_label(value) for value in series[unknown].tolist()})[:10]
    rows = ", ".join(str(i) for i in series.index[unknown][:5])
    raise VariableError(
        f"Variable {variable.name!r} does not declare the codes {', '.join(values)} found in "
        f"{int(unknown.sum())} rows (first: {rows}); declare them as categories, missing or not_asked."
    )


def encode_measured(data: pd.DataFrame, variable: Numeric | Ratio) -> Measured:
    """Numerator, denominator and base of a mean or ratio."""
    if isinstance(variable, Numeric):
        y = _numbers(data, variable.column or variable.name, variable.name, variable.missing)
        x = np.ones(len(y))
    else:
        y = _numbers(data, variable.numerator, variable.name, variable.missing)
        x = _numbers(data, variable.denominator, variable.name, variable.missing)
    inside = np.isfinite(y) & np.isfinite(x)
    base = base_mask(data, variable.base, variable.name)
    if base is not None:
        inside &= base
    return Measured(np.where(inside, y, 0.0), np.where(inside, x, 0.0), inside)


def _numbers(data: pd.DataFrame, name: str, variable: str, missing: Sequence[float]) -> np.ndarray:
    series = column(data, name, f"variable {variable!r}", VariableError)
    try:
        values = series.to_numpy(dtype=float, na_value=np.nan)
    except (TypeError, ValueError) as problem:
        raise VariableError(f"Column {name!r} of variable {variable!r} is not numeric: {problem}.") from None
    if np.isinf(values).any():
        raise VariableError(f"Column {name!r} of variable {variable!r} holds infinite values; correct them.")
    return np.where(np.isin(values, missing), np.nan, values) if missing else values
