"""What a caller hands over: taken where there is one way to read it, refused in one sentence where there is none."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

ONE = (str, int, float, bool, np.generic)


def check_type(value: object, kinds: type | tuple[type, ...], what: str, error: type[Exception]) -> None:
    """Refuse a value of another type: "The design is a DataFrame; give a SurveyDesign"."""
    if not isinstance(value, kinds):
        names = [kind.__name__ for kind in (kinds if isinstance(kinds, tuple) else (kinds,))]
        raise error(f"{what} is {shown(value)}; give a {' or a '.join(names)}.")


def check_number(value: object, what: str, error: type[Exception]) -> None:
    """Refuse what is no real number: "The level is '0.95'; give a number"."""
    if not isinstance(value, (int, float, np.integer, np.floating)):
        raise error(f"{what} is {shown(value)}; give a number.")


def check_plain(values: Iterable[object], what: str, error: type[Exception]) -> None:
    """Refuse a list among codes or names, which are texts and numbers: "Domain 'a' holds a list"."""
    for value in values:
        if not isinstance(value, Hashable):
            raise error(f"{what} {shown(value)}; give the codes or names one beside the other, such as (1, 2).")


def shown(value: object) -> str:
    """A value as a sentence may name it: short ones as they are written, others by their type."""
    if value is None or isinstance(value, ONE):
        return repr(value)
    return f"a {type(value).__name__}"


def several(given: Any, what: str, error: type[Exception], single: tuple[type, ...] = ()) -> tuple[Any, ...]:
    """A tuple from one value, or from a list, an array or another sequence of them.

    One text is one value, never its letters; so is one of the types ``single``. What has no order is refused.
    """
    if isinstance(given, tuple):
        return given
    if isinstance(given, (*ONE, *single)):
        return (given,)
    if isinstance(given, (np.ndarray, pd.Index, pd.Series)):
        return tuple(given.tolist())
    if isinstance(given, Sequence) and not isinstance(given, bytes):
        return tuple(given)
    if isinstance(given, Mapping) or not hasattr(given, "__next__"):
        raise error(f"{what}: {shown(given)} was given; give a tuple, such as (1, 2) or ('a', 'b').")
    return tuple(given)


def as_frame(data: Any, error: type[Exception]) -> pd.DataFrame:
    """A DataFrame of pandas, from one or from anything that makes one by ``to_pandas()``: polars, pyarrow, ibis."""
    if isinstance(data, pd.DataFrame):
        return data
    if hasattr(data, "collect") and not hasattr(data, "to_pandas"):
        raise error(f"The data are {shown(data)}, which is not read yet; give what its collect() returns.")
    made = data.to_pandas() if hasattr(data, "to_pandas") and not isinstance(data, type) else data
    if not isinstance(made, pd.DataFrame):
        raise error(f"The data are {shown(data)}; give a DataFrame of pandas, or a table that has to_pandas().")
    return made


def floats_of(series: pd.Series, refusal: str, error: type[Exception]) -> np.ndarray:
    """The numbers of a column as floats (rows,), NaN where it is empty; ``refusal`` begins what is said of others."""
    kind = series.dtype
    if pd.api.types.is_datetime64_any_dtype(kind) or pd.api.types.is_timedelta64_dtype(kind):
        raise error(f"{refusal}: it holds dates; make a number of them first.")
    if pd.api.types.is_complex_dtype(kind):
        raise error(f"{refusal}: it holds complex numbers; take their real part, or whatever is meant, first.")
    try:
        values: np.ndarray = series.to_numpy(dtype=float, na_value=np.nan)
    except (TypeError, ValueError) as problem:
        raise error(f"{refusal}: {problem}.") from None
    return values
