"""Which answers compare between two waves, and in three words why not."""

from collections.abc import Mapping, Sequence

from pipeline.questionnaire.indicators import Indicator
from pipeline.questionnaire.model import Questionnaire


def break_between(
    questionnaires: Mapping[str, Questionnaire], waves: Sequence[str], indicator: Indicator, reference: str, wave: str
) -> str:
    """Why an indicator's values in ``reference`` and ``wave`` do not compare; "" when they do.

    ``waves``: every wave, oldest first. A break declared for a wave separates it from all
    before it, be it of an item (wording, codes) or of the fieldwork (mode, frame, firm).
    """
    start, end = waves.index(reference), waves.index(wave)
    for later in waves[start + 1 : end + 1]:
        questionnaire = questionnaires[later]
        if later in questionnaire.fieldwork.breaks:
            return questionnaire.fieldwork.breaks[later]
        for name in indicator.sources:
            item = questionnaire.items.get(name)
            if item is not None and later in item.comparable.breaks:
                return item.comparable.breaks[later]
    return _other_items(questionnaires[reference], questionnaires[wave], indicator)


def _other_items(before: Questionnaire, after: Questionnaire, indicator: Indicator) -> str:
    """An index of other items is another index, even where each item compares."""
    for name in indicator.sources if indicator.kind == "index" else ():
        if name in after.items and name not in before.items:
            return f"entra {after[name].short or after[name].label}"
        if name in before.items and name not in after.items:
            return f"sale {before[name].short or before[name].label}"
    return ""
