"""What goes wrong in estimation, each with one sentence that says what to do."""


class EstimationError(ValueError):
    """Base class: the estimate cannot be made from what was given."""


class DesignError(EstimationError):
    """The design columns contradict each other: weights, strata, PSUs, fpc or replicates."""


class VariableError(EstimationError):
    """A variable or a domain does not fit the data: missing column, unknown code, text for numbers."""
