"""The instrument: the only place that knows wording, codes, labels and skips."""

from pulsometro.questionnaire.expressions import Condition, parse
from pulsometro.questionnaire.indicators import Indicator, Indicators, check_against, load_indicators
from pulsometro.questionnaire.load import load_questionnaire, shared_files
from pulsometro.questionnaire.model import Attempts, Column, Delivery, Fieldwork, Item, Questionnaire

__all__ = [
    "Attempts",
    "Column",
    "Condition",
    "Delivery",
    "Fieldwork",
    "Indicator",
    "Indicators",
    "Item",
    "Questionnaire",
    "check_against",
    "load_indicators",
    "load_questionnaire",
    "parse",
    "shared_files",
]
