"""The codes in the kernel's tables: words for them belong to whoever prints."""

from enum import StrEnum


class Direction(StrEnum):
    """What the test says of a change between two waves."""

    UP = "up"
    DOWN = "down"
    NONE = "none"
    NOT_COMPARABLE = "not_comparable"


class Side(StrEnum):
    """What the test says of an estimate beside another of the same wave."""

    HIGHER = "higher"
    LOWER = "lower"
    NONE = "none"
    NOT_COMPARABLE = "not_comparable"


class Precision(StrEnum):
    """The class that a precision scheme gives; unknown where there is no value or no error to judge by."""

    HIGH = "high"
    MODERATE = "moderate"
    LOW = "low"
    UNKNOWN = ""


class Reason(StrEnum):
    """Why an estimate, a change or a difference is not publishable.

    A change: ``broken`` where it may not be compared, ``few_common`` where an index has too few items in
    both waves, ``no_variation`` and ``no_df`` where nothing can be tested.
    """

    PUBLISHABLE = ""
    NO_CASES = "no_cases"
    IMPRECISE = "imprecise"
    BROKEN = "broken"
    FEW_COMMON = "few_common"
    NO_VARIATION = "no_variation"
    NO_DF = "no_df"


class PrecisionRule(StrEnum):
    """Which rule of the precision scheme an imprecise estimate fails."""

    NONE = ""
    NO_DF = "no_df"
    NO_VALUE = "no_value"
    CV = "cv"
    LOG_CV = "log_cv"
    NO_CV = "no_cv"
    EXTREME_WIDE = "extreme_wide"
    WIDE = "wide"
    WIDE_FOR_SIZE = "wide_for_size"
    FEW_CASES = "few_cases"
    FEW_EFFECTIVE = "few_effective"
    FEW_DF = "few_df"
    DEFF_BELOW_ONE = "deff_below_one"
