"""The codes of a question: what may be one, how it is written, and what a variable may not declare of them."""

from collections import Counter
from collections.abc import Sequence

import pandas as pd

from .errors import VariableError
from .given import check_plain, shown

Code = int | float | str | bool | None


def code_label(code: object) -> str:
    """The code as identifiers are written: whole numbers without a decimal point."""
    if isinstance(code, float) and code.is_integer():
        return str(int(code))
    return str(code)


def check_declared(name: str, codes: Sequence[Code], declared: Sequence[Code]) -> None:
    """Refuse a code that is not among those ``declared``, where any are; VariableError names it."""
    absent = [shown(code) for code in codes if code not in declared and code is not None]
    if declared and absent:
        raise VariableError(
            f"Variable {name!r} asks for the codes {', '.join(absent)}, which are not among those declared: "
            f"{', '.join(map(shown, declared))}."
        )


def check_codes(name: str, *groups: Sequence[Code]) -> None:
    """Refuse codes that are none (NaN, a list), that stand twice in all ``groups``, or an empty first group."""
    everything: list[object] = [code for group in groups for code in group]
    check_plain(everything, f"Variable {name!r} declares as a code", VariableError)
    if any(code is pd.NA or code != code for code in everything):
        raise VariableError(f"Variable {name!r} declares NaN or NA as a code; None stands for the empty cell.")
    times = Counter(everything)
    twice = sorted(str(code) for code, count in times.items() if count > 1)
    if twice:
        raise VariableError(f"Variable {name!r} declares the codes {', '.join(twice)} more than once.")
    if not groups[0]:
        raise VariableError(f"Variable {name!r} declares no codes; at least one is needed.")


def check_labels(name: str, codes: Sequence[Code], labels: Sequence[str]) -> None:
    """Refuse labels, where any are given, that are not as many as the codes."""
    if labels and len(labels) != len(codes):
        raise VariableError(f"Variable {name!r} has {len(codes)} codes and {len(labels)} labels; give one each.")
