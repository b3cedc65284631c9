"""The instrument: the only place that knows wording, codes, labels and skips."""

from pipeline.questionnaire.expressions import Condition, parse
from pipeline.questionnaire.indicators import Indicator, Indicators, check_against, load_indicators
from pipeline.questionnaire.load import load_questionnaire, shared_files
from pipeline.questionnaire.model import Attempts, Column, Delivery, Fieldwork, Item, Questionnaire

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
