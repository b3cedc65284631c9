"""How the command speaks: one sentence and exit code 1 for what can be mended, and nothing that a terminal obeys."""

import errno
import sys
from typing import Any

import click

from pulsometro.common.ending import NO_MEMORY
from pulsometro.common.errors import PulsoError
from pulsometro.common.printable import visible


class Sentences(click.Group):
    """Turns what a technician can mend into one sentence and exit code 1."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take ``--quiet`` after the verb as well, where people type it."""
        others = [word for word in args if word != "--quiet"]
        return super().parse_args(ctx, ["--quiet", *others] if len(others) < len(args) else args)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except PulsoError as error:
            raise click.ClickException(visible(str(error))) from None
        except MemoryError:
            raise click.ClickException(NO_MEMORY) from None
        except OSError as error:
            if error.errno == errno.ENOMEM:
                raise click.ClickException(NO_MEMORY) from None
            place = f"{error.filename}: " if error.filename else ""
            text = f"{place}{error.strerror or error}; free the disk or the file, or mend its rights, and run again."
            raise click.ClickException(visible(text)) from None
        except ValueError as error:
            # The kernel knows nothing of this program, and is not imported to ask whose error this is.
            kernel = sys.modules.get("pulsometro.estimation.errors")
            if kernel is None or not isinstance(error, kernel.EstimationError):
                raise
            raise click.ClickException(visible(str(error))) from None


def say(text: str, err: bool = False) -> None:
    """Print a result, or to stderr; what files and settings hold is shown, and nothing that a terminal would obey."""
    click.echo(visible(text), err=err)
