"""What goes wrong in estimation, each with one sentence that says what to do."""


class EstimationError(ValueError):
    """Base class: the estimate cannot be made from what was given."""


class DesignError(EstimationError):
    """The design columns contradict each other: weights, strata, PSUs, fpc or replicates."""


class VariableError(EstimationError):
    """A variable or a domain does not fit the data: missing column, unknown code, text for numbers."""


def check_choice(value: object, allowed: tuple[str, ...], what: str, error: type[EstimationError]) -> None:
    """Raise ``error`` when a word is none of those allowed: unchecked, a misspelt one would be another rule."""
    if value not in allowed:
        words = ", ".join(repr(word) for word in allowed)
        raise error(f"{what} is {value!r}; use one of {words}.")
