"""Skips that a delivery shows without saying them: a question is blank wherever an earlier one has other answers."""

from collections.abc import Sequence

import pandas as pd

from pulsometro.begin.delivery_source import Source
from pulsometro.begin.draft_item import DraftItem
from pulsometro.ingest.read.delivered import code_text, plain_number

_LOOKED_BACK = 40
# A question that nearly everybody answered was not skipped; where it was asked, nearly all answered.
_BLANK, _ANSWERED, _FEWEST = 0.03, 0.97, 10
_NONE = -999_999


def guessed_skips(source: Source, items: Sequence[DraftItem]) -> dict[str, str]:
    """Item → the condition under which it was asked, of the nearest earlier question that tells it exactly."""
    if source.path is None:
        return {}
    coded = [each for each in items if each.kind == "single" and each.option is None and each.column]
    codes = {each.name: _codes(source, each) for each in coded}
    found: dict[str, str] = {}
    for place, item in enumerate(coded):
        blank = codes[item.name].isna()
        if not _BLANK < float(blank.mean()) < 1:
            continue
        for earlier in reversed(coded[max(0, place - _LOOKED_BACK) : place]):
            asked = _asked_of(earlier, codes[earlier.name], blank)
            # Asked of all who answered the one before: under that one's own condition, if it has any.
            condition = found.get(earlier.name) if set(asked) == set(earlier.codes) else _condition(earlier, asked)
            if asked and condition is not None:
                found[item.name] = condition
                break
    return found


def _codes(source: Source, item: DraftItem) -> pd.Series:
    """A question's codes, blank where there is none."""
    texts = source.frame[item.column].map(code_text)
    table = {**{str(code): code for code in (*item.codes, *item.missing)}, **item.delivered}
    plain = {plain_number(text): code for text, code in table.items()}
    known = {text: table.get(text, plain.get(plain_number(text))) for text in texts.unique()}
    return texts.map(known).astype("Int64")


def _asked_of(earlier: DraftItem, codes: pd.Series, blank: pd.Series) -> list[int]:
    """The answers of an earlier question that those who were asked gave; none where they do not tell who was asked."""
    answered: dict[int, float] = {}
    nobody = 0
    for code, group in blank.groupby(codes.fillna(_NONE)):
        if bool(group.all()):
            nobody += len(group)
        else:
            answered[int(str(code))] = 1 - float(group.mean())
    told = bool(answered) and min(answered.values()) >= _ANSWERED and nobody >= _FEWEST
    return sorted(answered) if told and set(answered) <= set(earlier.codes) else []


def _condition(earlier: DraftItem, asked: Sequence[int]) -> str:
    return f"{earlier.name} == {asked[0]}" if len(asked) == 1 else f"{earlier.name} in {list(asked)}"
