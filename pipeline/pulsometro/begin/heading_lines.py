"""Rows of headings under the first one, as survey servers write them: the question's words, an import's marks."""

import pandas as pd

from pulsometro.ingest.read.delivered import code_text

_MOST = 3
_HALF = 0.5


def headings_below(frame: pd.DataFrame) -> int:
    """How many of the first rows hold headings and no answers: texts where all else in a column is numbers.

    ``frame``: one row a delivered row. At most three; none where few columns hold numbers.
    """
    if len(frame) <= _MOST + 2:
        return 0
    body = frame.iloc[_MOST:]
    numeric = [name for name in frame.columns if _numbers(body[name])]
    found = 0
    for place in range(_MOST):
        texts = [not _number(frame.iloc[place][name]) for name in numeric]
        if len(numeric) < 3 or sum(texts) < _HALF * len(texts):
            break
        found = place + 1
    return found


def _numbers(column: pd.Series) -> bool:
    texts = column.map(code_text)
    filled = texts[texts != ""]
    return len(filled) > _HALF * len(texts) and bool(pd.to_numeric(filled, errors="coerce").notna().mean() > 0.95)


def _number(value: object) -> bool:
    text = code_text(value)
    return text == "" or bool(pd.to_numeric(pd.Series([text]), errors="coerce").notna().all())
