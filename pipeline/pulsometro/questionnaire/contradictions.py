"""Which interviews contradict a condition of ``consistency:``."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from pulsometro.questionnaire.expressions import SIGNS, Comparison, items_of, read, truth
from pulsometro.questionnaire.model import Consistency, Questionnaire


def lacking(condition: Consistency, responses: pd.DataFrame) -> tuple[str, ...]:
    """Items of a condition without any answer (not delivered, blank, or private and not read), in order of name."""
    texts = [text for text in (condition.holds, condition.unless) if text]
    used = {name for text in texts for name in _items(text)}
    return tuple(sorted(name for name in used if name not in responses or not responses[name].notna().any()))


def contradicts(condition: Consistency, questionnaire: Questionnaire, responses: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Mask over the rows: the condition is false, and its exception is not true.

    A missing answer makes neither true nor false: *no sabe* is no age, so that its code is compared as a number
    nowhere; where the condition names a missing code itself (``denuncia == 7``), that is what it asks for.
    ``responses``: canonical codes, with every item that ``lacking`` asks for.

    >>> from pulsometro.questionnaire.model import Item
    >>> items = {name: Item(name, name, kind="integer", missing={98: "no_sabe"}) for name in ("anios", "edad")}
    >>> form = Questionnaire("2020T1", items, None, None, {})
    >>> given = pd.DataFrame({"anios": [30, 50, 98], "edad": [40, 40, 40]}, dtype="Int64")
    >>> contradicts(Consistency("anios <= edad"), form, given).tolist()
    [False, True, False]
    """
    holds = _truth(condition.holds, questionnaire, responses)
    broken = (~holds).fillna(False).astype(bool).to_numpy()
    if condition.unless is None:
        return np.asarray(broken, dtype=bool)
    excepted = _truth(condition.unless, questionnaire, responses).fillna(False).astype(bool).to_numpy()
    return np.asarray(broken & ~excepted, dtype=bool)


def _items(text: str) -> set[str]:
    return set(items_of(read(text)))


def _truth(text: str, questionnaire: Questionnaire, responses: pd.DataFrame) -> Any:
    return truth(read(text), _compared(questionnaire, responses))


def _compared(questionnaire: Questionnaire, responses: pd.DataFrame) -> Callable[[Comparison], Any]:
    def holds(test: Comparison) -> Any:
        values = _told(test, test.item, questionnaire, responses)
        known = values.notna()
        if test.other:
            other = _told(test, test.other, questionnaire, responses)
            found, known = SIGNS[test.sign](values, other), known & other.notna()
        elif test.sign.endswith("in"):
            found = values.isin(list(test.constants)) ^ (test.sign == "not in")
        else:
            found = SIGNS[test.sign](values, test.constants[0])
        return found.astype("boolean").where(known, pd.NA)

    return holds


def _told(test: Comparison, name: str, questionnaire: Questionnaire, responses: pd.DataFrame) -> Any:
    """The answers, blank where there is none; a missing code that the comparison itself names stays."""
    codes = questionnaire[name].missing
    values = responses[name]
    return values if set(codes) & set(test.constants) else values.mask(values.isin(list(codes)))
