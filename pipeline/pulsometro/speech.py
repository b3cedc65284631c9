"""How the command speaks: one sentence and exit code 1 for what can be mended, and nothing that a terminal obeys."""

import errno
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import click

from pulsometro.common.ending import NO_MEMORY
from pulsometro.common.errors import PulsoError
from pulsometro.common.printable import visible

QUIET = ("-q", "--quiet")
FOLDER = "-C"


class Sentences(click.Group):
    """Turns what a technician can mend into one sentence and exit code 1; lists its verbs in ``sections``."""

    def __init__(self, *args: Any, sections: Mapping[str, Sequence[click.Command]] | None = None, **more: Any) -> None:
        super().__init__(*args, **more)
        self.sections = {title: [str(verb.name) for verb in verbs] for title, verbs in (sections or {}).items()}
        for verbs in (sections or {}).values():
            for verb in verbs:
                self.add_command(verb)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Verbs in the order of the sections, then those of none."""
        ordered = [name for names in self.sections.values() for name in names]
        return [*ordered, *(name for name in super().list_commands(ctx) if name not in ordered)]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """A list for each section, with one width for the names of all."""
        titled = {title: names for title, names in self.sections.items() if names}
        others = [name for name in self.list_commands(ctx) if not any(name in names for names in titled.values())]
        widest = max(map(len, self.commands), default=0)
        for title, names in {**titled, "Commands": others}.items():
            rows = [(name.ljust(widest), self.commands[name].get_short_help_str(100)) for name in names]
            if rows:
                with formatter.section(title):
                    formatter.write_dl(rows)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take ``--quiet`` and ``-C FOLDER`` of the command after the verb as well, where people type them."""
        if ctx.parent is not None:
            return super().parse_args(ctx, args)
        return super().parse_args(ctx, forward(args))

    def invoke(self, ctx: click.Context) -> Any:
        with sentences():
            return super().invoke(ctx)


def forward(args: Sequence[str]) -> list[str]:
    """The options of the whole command first; what follows ``--`` is left as it is.

    >>> forward(["run", "-C", "juarez", "2024T1", "--quiet"])
    ['-C', 'juarez', '--quiet', 'run', '2024T1']
    """
    first: list[str] = []
    others: list[str] = []
    words = iter(args)
    for word in words:
        if word == "--":
            others += [word, *words]
        elif word in QUIET:
            first.append("--quiet")
        elif word == FOLDER:
            first += [word, *(value for value in [next(words, None)] if value is not None)]
        else:
            others.append(word)
    return [*first, *others]


@contextmanager
def sentences() -> Iterator[None]:
    """Whatever is raised in the block and can be mended becomes one sentence and exit code 1."""
    try:
        yield
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


class Verb(click.Command):
    """A verb whose help ends with an example that can be typed and with what it leaves behind."""

    def __init__(self, *args: Any, example: str = "", makes: Iterable[str] = (), **more: Any) -> None:
        super().__init__(*args, **more)
        self.example, self.makes = example, tuple(makes)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 (click's own)
        """The example, then what is written."""
        for title, lines in (("Example", (self.example,)), ("Makes", self.makes)):
            if any(lines):
                with formatter.section(title):
                    for line in lines:
                        formatter.write(f"{' ' * formatter.current_indent}{line}\n")


def say(text: str, err: bool = False) -> None:
    """Print a result, or to stderr; what files and settings hold is shown, and nothing that a terminal would obey."""
    click.echo(visible(text), err=err)
