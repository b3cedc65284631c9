"""What somebody who waits for a run sees: a line for each stage that is over, and one for the stage under way."""

import shutil
import sys

from pulsometro.common.printable import visible

_CLEAR = "\r\x1b[K"


class Screen:
    """Lines on stdout, problems on stderr, and below them the line of what is under way, where there is a terminal.

    ``quiet``: results and problems only.
    """

    def __init__(self, quiet: bool) -> None:
        self._quiet = quiet
        self._moves = not quiet and sys.stderr.isatty()
        self._shown = False

    def told(self, text: str) -> None:
        """Something that is over; nothing where it is quiet."""
        if not self._quiet:
            self.result(text)

    def result(self, text: str) -> None:
        """What a quiet run says too."""
        self._write(text, sys.stdout)

    def problem(self, text: str) -> None:
        """What stopped, or warns."""
        self._write(text, sys.stderr)

    def under_way(self, text: str) -> None:
        """Replace the line of what is under way."""
        if self._moves:
            width = shutil.get_terminal_size().columns - 1
            sys.stderr.write(_CLEAR + visible(text)[:width])
            sys.stderr.flush()
            self._shown = True

    def clear(self) -> None:
        """Take that line away."""
        if self._shown:
            sys.stderr.write(_CLEAR)
            sys.stderr.flush()
            self._shown = False

    def _write(self, text: str, stream: object) -> None:
        self.clear()
        print(visible(text), file=stream, flush=True)  # type: ignore[call-overload]
