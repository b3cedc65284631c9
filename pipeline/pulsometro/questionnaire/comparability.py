"""Which answers compare between two waves, and in three words why not."""

from collections.abc import Mapping, Sequence

from pulsometro.questionnaire.indicators import Indicator
from pulsometro.questionnaire.model import Questionnaire

# What readers are told of a break that the questionnaire gives no words for.
SINCE = "cambió la pregunta"


def break_between(
    questionnaires: Mapping[str, Questionnaire], waves: Sequence[str], indicator: Indicator, reference: str, wave: str
) -> str:
    """Why an indicator's values in ``reference`` and ``wave`` do not compare; "" when they do.

    ``waves``: every wave, oldest first. A break declared for a wave separates it from all
    before it, be it of an item (wording, codes) or of the fieldwork (mode, frame, firm); so does the wave ``since``
    which an item's answers compare.
    Another list of items is no break of an index: it is compared over those that both waves ask.
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
            asked_before = name in questionnaires[reference].items
            if item is not None and asked_before and item.comparable.since == later:
                return SINCE
    return ""
