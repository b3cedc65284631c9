"""What a delivery writes for no answer in every column, where no code can stand for it: texts, dates and places."""

from collections.abc import Mapping
from dataclasses import replace

from pulsometro.ingest.harmonise.areas import Areas
from pulsometro.ingest.harmonise.blank_words import emptied
from pulsometro.ingest.read.delivered import Delivered, plain_number
from pulsometro.questionnaire.model import Column, Item

_UNCODED = ("text", "date", "area")


def without_no_answers(
    delivered: Delivered, items: Mapping[str, Item], columns: Mapping[str, Column], missing: Mapping[str, str],
    areas: Areas,
) -> Delivered:  # fmt: skip
    """The delivery with ``delivery.missing`` empty in the columns of texts, dates and places.

    In a free text a number is what somebody said, and a place's code is that place.
    """
    frame = delivered.frame
    coded = {columns[name].name for name in columns if name in items and items[name].kind not in _UNCODED}
    for name, column in columns.items() if missing else ():
        if name not in items or column.name not in frame or column.name in coded:
            continue
        kind = items[name].kind
        words = [
            word for word in missing
            if word not in column.codes
            and not (kind == "text" and plain_number(word).lstrip("-").isdecimal())
            and not (kind == "area" and areas.resolve(word) is not None)
        ]  # fmt: skip
        part = emptied(replace(delivered, frame=frame[[column.name]]), words)
        frame = frame.assign(**{column.name: part.frame[column.name]})
    return replace(delivered, frame=frame)
