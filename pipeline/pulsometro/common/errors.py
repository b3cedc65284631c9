"""The one exception that a survey technician is meant to read."""


class PulsoError(Exception):
    """A problem stated in one sentence: what is wrong, where, and what to do.

    The command line prints the message without a traceback and exits with code 1.
    """


class PassingError(PulsoError):
    """A result that may be another one on a quieter or larger machine: it is one, and the next run tries again."""


class MachineError(PulsoError):
    """A problem of this machine or of a file at rest, not of what was delivered or decided.

    It is told like any other, but it is no result: a stage that meets it fails, so that the next run tries again.
    """
