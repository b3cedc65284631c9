"""Codes and words: the kernel's codes are the pages' codes, and what a scheme is said to demand is what it demands."""

import re
from dataclasses import fields
from enum import StrEnum
from typing import Any, get_args, get_type_hints

import pytest

from pulsometro.estimation import _engine, intervals, survey_design, table_codes  # noqa: F401
from pulsometro.estimation._engine.plan import Method
from pulsometro.estimation.comparing import multiple_testing
from pulsometro.estimation.precision import SCHEMES
from pulsometro.estimation.variables import MissingRule
from pulsometro.questionnaire.indicators import Indicator
from pulsometro.settings.calibration_settings import Calibration
from pulsometro.settings.estimation_settings import ChangeSettings, EstimationSettings
from pulsometro.style import method_words, vocabulary
from pulsometro.weighting.calibration import methods


def codes_of(module: Any) -> dict[str, dict[str, str]]:
    found = {name: kind for name, kind in vars(module).items() if isinstance(kind, type) and issubclass(kind, StrEnum)}
    return {name: {own.name: own.value for own in kind} for name, kind in found.items() if kind is not StrEnum}


def test_the_kernels_codes_are_those_that_have_words() -> None:
    kernel, words = codes_of(table_codes), codes_of(vocabulary)
    assert kernel.keys() == words.keys() and len(kernel) == 5
    publishers = {name: kind.items() - kernel[name].items() for name, kind in words.items()}
    assert {name: kernel[name].items() - kind.items() for name, kind in words.items()} == {key: set() for key in words}
    own = {"NOT_ASKED", "NOT_DELIVERED", "CONFIDENTIAL"}
    assert {name: {key for key, _ in left} for name, left in publishers.items() if left} == {"Reason": own}


@pytest.mark.parametrize(
    ("section", "field", "kernels"),
    [
        (EstimationSettings, "se", Method),
        (EstimationSettings, "interval", intervals.IntervalMethod),
        (EstimationSettings, "lonely_psu", survey_design.LonelyPsu),
        (ChangeSettings, "covariance", multiple_testing.Covariance),
        (ChangeSettings, "test", multiple_testing.Test),
        (Calibration, "method", methods.Method),
        (Indicator, "no_answer", MissingRule),
    ],
)
def test_a_setting_allows_what_the_kernel_knows(section: type, field: str, kernels: Any) -> None:
    """A room below the kernel may not load it: the two lists are held equal here."""
    assert set(get_args(get_type_hints(section)[field])) == set(get_args(kernels))


def test_a_setting_allows_the_kernels_schemes_and_adjustments() -> None:
    schemes = get_args(get_type_hints(EstimationSettings)["precision"])
    assert set(schemes) == {name for name, _ in SCHEMES} == set(method_words.SCHEMES)
    adjustments = set(get_args(get_type_hints(ChangeSettings)["adjust"]))
    # Bonferroni's is the kernel's for partners; a study of many changes would find none with it.
    assert set(get_args(multiple_testing.Adjust)) - adjustments == {"bonferroni"}


# A confidence level and a year are no thresholds, a half is what a share is compared with, and 0 and 100 are its ends.
NO_THRESHOLDS = {"inegi": {0, 95, 100}, "nchs": {0, 95, 100, 2017}, "cepal": {1, 50, 2023}}
# Written of an effect below 1 in a domain that was not planned, which no study declares.
UNSAID = {"planned_domains"}


@pytest.mark.parametrize("name", [name for name, _ in SCHEMES])
def test_the_thresholds_that_are_told_are_the_schemes_own(name: str) -> None:
    scheme = dict(SCHEMES)[name]()
    own = {field.name: float(getattr(scheme, field.name)) for field in fields(scheme) if field.name not in UNSAID}
    # Shares and coefficients are told in per cent, cases and degrees of freedom as they are.
    told_as = {key: round(value * 100, 6) if value < 2 else value for key, value in own.items()}
    said = {float(number) for number in re.findall(r"\d+(?:\.\d+)?", method_words.SCHEMES[name])}
    assert set(told_as.values()) <= said
    assert said - set(told_as.values()) <= NO_THRESHOLDS[name]


def test_one_word_never_means_two_things() -> None:
    """ "baja" was a figure that falls and a precision that is low, in one table."""
    directions = {word for code, word in vocabulary.DIRECTIONS.items()}
    others = [vocabulary.PRECISIONS, vocabulary.REASONS, vocabulary.PRECISION_RULES]
    assert not any(directions & set(words.values()) - {"", "no comparable"} for words in others)
    for words in (vocabulary.DIRECTIONS, vocabulary.SIDES, vocabulary.PRECISIONS, vocabulary.REASONS):
        assert len(set(words.values())) == len(words)
