"""What is unusual of a delivery without being wrong: it is read all the same, and reported."""

import re
from collections.abc import Iterator

import pandas as pd

from pulsometro.ingest.delivery_record import Note, NoteKind
from pulsometro.ingest.harmonise import values
from pulsometro.ingest.harmonise.blank_words import usual_rows
from pulsometro.ingest.harmonise.clock import Clock
from pulsometro.ingest.harmonise.crosswalk import Plan
from pulsometro.ingest.harmonise.dates import zeros, zone_changed
from pulsometro.ingest.read.delivered import Delivered
from pulsometro.questionnaire.model import Questionnaire

_PADDED = re.compile(r"0\d+")
# A file that pads its codes does so from the first rows on.
_LOOKED_AT = 10_000


def quirks(
    delivered: Delivered, questionnaire: Questionnaire, reading: Plan, before: pd.DataFrame, routed: pd.DataFrame,
    clock: Clock,
) -> tuple[Note, ...]:  # fmt: skip
    """Notes about padded codes, labels instead of codes, and blanks that stand for a skip, after those of the reader.

    ``before`` and ``routed``: the responses before and after the skips were written.
    """
    padded = list(_padded(delivered.frame.head(_LOOKED_AT), questionnaire, reading))
    blank = [
        name
        for name in questionnaire.skips
        if name in routed and (code := questionnaire[name].code_for("no_aplica")) is not None
        if (before[name].isna() & (routed[name] == code)).any()
    ]
    labelled = list(_labelled(delivered.frame, questionnaire, reading))
    dated = [(c, delivered.frame[c.name]) for n, c in reading.items.items() if questionnaire[n].kind == "date"]
    zero = [f"{c.name} ({count:,})" for c, column in dated if (count := zeros(column, c))]
    moved = [c.name for c, column in dated if zone_changed(column, c, clock)]
    worded = [
        f"{column.name} ({count:,})" for name, column in reading.items.items() if questionnaire[name].kind == "text"
        if (count := int(usual_rows(delivered.frame[column.name]).sum()))
    ]  # fmt: skip
    found: tuple[tuple[NoteKind, list[str]], ...] = (
        ("zero_dates", zero), ("time_zones", moved),
        ("padded_codes", padded), ("labels_read", labelled), ("blank_skips", blank), ("blank_words", worded),
    )  # fmt: skip
    return (*delivered.notes, *(Note(kind, ", ".join(names)) for kind, names in found if names))


def _padded(frame: pd.DataFrame, questionnaire: Questionnaire, reading: Plan) -> Iterator[str]:
    for name, column in reading.items.items():
        codes = questionnaire[name].kind in {"single", "integer"} and column.option is None
        if codes and any(_PADDED.fullmatch(text) for text in values.uniques(frame[column.name])[1]):
            yield column.name


def _labelled(frame: pd.DataFrame, questionnaire: Questionnaire, reading: Plan) -> Iterator[str]:
    for name, column in reading.items.items():
        item = questionnaire[name]
        if item.kind == "single" and column.option is None and values.by_label(frame[column.name], item, column):
            yield column.name


def kept_skips(routed: pd.DataFrame, questionnaire: Questionnaire) -> dict[str, int]:
    """Answers kept where the questionnaire skips (deliveries that say ``skips: keep``), by item."""
    if questionnaire.delivery.skips != "keep":
        return {}
    found = {}
    for name, skip in questionnaire.skips.items():
        if name in routed:
            neutral = routed[name].isna() | (routed[name] == questionnaire[name].code_for("no_aplica"))
            count = int((~skip.mask(routed) & ~neutral.fillna(True).astype(bool)).sum())
            if count:
                found[name] = count
    return found
