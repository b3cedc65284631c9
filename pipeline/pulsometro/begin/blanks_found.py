"""Words for nothing that a first delivery holds: those of programs, where all else in a column is something else."""

import re

import pandas as pd

from pulsometro.ingest.harmonise.blank_words import is_usual
from pulsometro.ingest.read.delivered import Delivered, code_text

# What only a program writes; of others a person may have meant something.
_OF_PROGRAMS = re.compile(r"#?N/?A!?|#N/D|#?NULL!?|#¡NULO!|NaN|NaT|<NA>|None|SYSMIS", re.IGNORECASE)


def usual_blanks(delivered: Delivered) -> tuple[str, ...]:
    """The words, as they are written: of programs anywhere, others where the column holds numbers beside them."""
    labels = {label.casefold() for meta in delivered.metadata.values() for label in meta.labels.values()}
    found: set[str] = set()
    for name in delivered.frame.columns:
        column = delivered.frame[name]
        if pd.api.types.is_numeric_dtype(column.dtype) or pd.api.types.is_datetime64_any_dtype(column.dtype):
            continue
        texts = [text for text in column.map(code_text).unique() if text]
        words = {text for text in texts if is_usual(text)}
        if not words:
            continue
        rest = [text for text in texts if text not in words]
        numbers = bool(rest) and bool(pd.to_numeric(pd.Series(rest, dtype=object), errors="coerce").notna().all())
        found |= {word for word in words if _OF_PROGRAMS.fullmatch(word) or numbers}
    return tuple(sorted(word for word in found if word.casefold() not in labels))
