"""Codes that are asked for must occur in the data: one that cannot be there would be a 0 % that nobody doubts."""

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from .._arrays.integers import compact
from ..codes import Code, code_label
from ..errors import VariableError
from ..given import shown

# So many codes of a column are named.
NAMED = 12


def check_codes(
    series: pd.Series, what: str, wanted: Sequence[Code], declared: Sequence[Code] = (), others: Sequence[Code] = ()
) -> None:
    """Refuse ``wanted`` codes that no row holds, unless they are ``declared``, categories or truth values.

    Of these and ``others`` (missing, not asked), none may be there under another type: a number never equals a text.
    A column without any code contradicts nobody.
    """
    wanted = [code for code in wanted if code is not None]
    required = [code for code in wanted if code not in declared]
    others = [code for code in others if code is not None]
    if _surely_there(series, required, [*wanted, *others]):
        return
    there = codes_there(series)
    known = set(there)
    asked = [code for code in dict.fromkeys([*wanted, *others]) if code not in known]
    labels = {code_label(code): code for code in there}
    for code in asked:
        twin = labels.get(code_label(code))
        if twin is not None and isinstance(twin, str) != isinstance(code, str):
            raise VariableError(
                f"{what} asks for {_kind(code)} {shown(code)}, and column {series.name!r} holds {_kind(twin)} "
                f"{shown(twin)}: a number never equals a text; write the codes as the data do."
            )
    absent = [code for code in asked if code in required]
    if absent and there:
        raise VariableError(
            f"{what} asks for the code {' and '.join(map(shown, absent))}, which column {series.name!r} never holds; "
            f"its codes are {name_codes(there)}. Correct it, or declare the codes that the column may hold."
        )


def codes_there(series: pd.Series) -> list[Code]:
    """The codes of a column: its categories, both truth values, or those that rows hold, without the empty cell."""
    if isinstance(series.dtype, pd.CategoricalDtype):
        return list(series.dtype.categories.tolist())
    if pd.api.types.is_bool_dtype(series.dtype):
        return [False, True]
    if isinstance(series.dtype, np.dtype) and series.dtype.kind in "iu":
        return list(compact(series.to_numpy())[1].tolist())
    return [code for code in pd.unique(series.dropna()).tolist() if code == code]


def name_codes(codes: Iterable[Code]) -> str:
    """The codes of a column for a sentence: the first of them in order."""
    known = sorted(codes, key=lambda code: (isinstance(code, str), code))
    more = f" and {len(known) - NAMED} more" if len(known) > NAMED else ""
    return ", ".join(code_label(code) if not isinstance(code, str) else repr(code) for code in known[:NAMED]) + more


def _surely_there(series: pd.Series, required: Sequence[Code], asked: Sequence[Code]) -> bool:
    """Whether a look at numbers is enough: no text is asked of them, and all that must be there is."""
    if (
        not isinstance(series.dtype, np.dtype)
        or series.dtype.kind not in "iuf"
        or any(isinstance(c, str) for c in asked)
    ):
        return False
    values = series.to_numpy()
    return all(bool((values == code).any()) for code in required)


def _kind(code: Code) -> str:
    return "the text" if isinstance(code, str) else "the number"
