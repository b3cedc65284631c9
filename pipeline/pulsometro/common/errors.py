"""The one exception that a survey technician is meant to read."""


class PulsoError(Exception):
    """A problem stated in one sentence: what is wrong, where, and what to do.

    The command line prints the message without a traceback and exits with code 1.
    """
