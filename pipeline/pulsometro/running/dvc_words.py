"""What DVC's lines say, as far as somebody who waits wants to know it."""

import re
from dataclasses import dataclass
from typing import Literal

from pulsometro.running.lock_mending import is_no_advice

Kind = Literal["begins", "unchanged", "fails", "skipped", "said", "own"]
_LINES: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("begins", re.compile(r"Running stage '(.+)':")),
    ("unchanged", re.compile(r"Stage '(.+)' (?:didn't change, skipping|is cached - skipping run, .*)")),
    ("fails", re.compile(r"WARNING: failed to run: (.+)")),
    ("skipped", re.compile(r"WARNING: Stages? (.+) will be skipped due to this failure")),
)
# DVC about itself: which command it runs, its lock file, data sources, how many failed (which is told in other words).
_OWN = re.compile(
    r"> pulso .*|(?:Updating|Generating) lock file .*|Verifying data sources .*|'.*' didn't change, skipping"
    r"|Data and pipelines are up to date\.|ERROR: failed to reproduce.*|\s*"
)


@dataclass(frozen=True)
class Heard:
    """A line of DVC: a stage ``begins``, is ``unchanged`` or ``fails`` (the one under way), others are ``skipped``
    because of it, something was ``said`` by a stage, or it is DVC's ``own`` affair.

    ``text``: the stage's address, its command, the skipped ones, or the line.
    """

    kind: Kind
    text: str


def heard(line: str) -> Heard:
    """What a line says.

    >>> heard("Running stage 'weight@2024T1':")
    Heard(kind='begins', text='weight@2024T1')
    >>> heard("Updating lock file 'dvc.lock'").kind, heard("2 waves, every one published.").kind
    ('own', 'said')
    """
    text = line.rstrip("\r\n")
    for kind, pattern in _LINES:
        found = pattern.fullmatch(text)
        if found:
            return Heard(kind, found[1])
    if _OWN.fullmatch(text) or not is_no_advice(text):
        return Heard("own", text)
    return Heard("said", text)
