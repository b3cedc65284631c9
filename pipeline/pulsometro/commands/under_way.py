"""What the verbs share: the line of what is under way, and how a wave's stage ends."""

import os
import sys
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any

import click

from pulsometro.common.progress import Tell, shown
from pulsometro.speech import say

WAVE = click.argument("wave", metavar="WAVE")
WITHHOLD = click.option(
    "--withhold", is_flag=True, help="As the chain runs it: a wave that cannot go on leaves a record, exit 0."
)
JSON = click.option("--json", "as_json", is_flag=True, help="The same for a program: one JSON object on stdout.")


def is_quiet() -> bool:
    """Whether only results and errors are wanted: asked for, or nobody watches (CI)."""
    return bool((click.get_current_context().find_root().obj or {}).get("quiet")) or bool(os.environ.get("CI"))


def working(text: str) -> AbstractContextManager[Tell]:
    """A line with what is under way while the block runs, unless the run is quiet or has no screen."""
    return shown(text, quiet=is_quiet() or not sys.stderr.isatty())


def carry(work: Callable[[], str], withhold: bool) -> None:
    """Run a wave's stage; in the chain a wave that stops is told of and is no failure, the last stage's is."""
    from pulsometro.study.withheld import WaveWithheld, told

    try:
        said = work()
    except WaveWithheld as stop:
        if not withhold:
            raise
        own = click.get_current_context().command.name == stop.record.stage
        wave = stop.record.wave
        said = told({wave: stop.record}) if own else f"{wave}: nothing to do, '{stop.record.stage}' withheld it."
    say(said)


def say_json(content: Mapping[str, Any]) -> None:
    """One JSON object on stdout; every sign beyond ASCII is escaped, so that no terminal obeys what files hold."""
    import json

    click.echo(json.dumps(content, ensure_ascii=True, indent=2, allow_nan=False))
