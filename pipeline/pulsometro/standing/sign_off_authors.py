"""Who signed a rule off, and when: whoever committed its line of exceptions.yaml."""

import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

_HEAD = re.compile(r"[0-9a-f]{40,64} \d+ (\d+)")


@dataclass(frozen=True)
class Author:
    """Who wrote a line (None: not committed yet, or nobody knows) and on which day (ISO)."""

    name: str | None
    day: str | None


NOBODY = Author(None, None)


def authors_of(path: Path, wave: str, rules: Mapping[str, str]) -> dict[str, Author]:
    """Rule → who committed it; NOBODY where git does not know (not committed, no repository, no git)."""
    found = dict.fromkeys(rules, NOBODY)
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        done = subprocess.run(
            ["git", "blame", "--line-porcelain", "--", path.name], cwd=path.parent, capture_output=True, check=False
        )
    except OSError:
        return found
    written = dict(_blamed(done.stdout.decode(errors="replace")))
    for number, rule in _entries(lines, wave):
        if rule in found:
            found[rule] = written.get(number, NOBODY)
    return found


def _entries(lines: list[str], wave: str) -> Iterator[tuple[int, str]]:
    """Number of the line and rule of every entry below a wave's key."""
    depth: int | None = None
    for number, line in enumerate(lines, 1):
        key = re.match(r"""( *)["']?([^"'#:]+)["']?:""", line)
        if key is None:
            continue
        if depth is not None and len(key[1]) > depth:
            yield number, key[2]
        else:
            depth = len(key[1]) if key[2] == wave else None


def _blamed(told: str) -> Iterator[tuple[int, Author]]:
    """What ``git blame --line-porcelain`` says of each line."""
    number, name, seconds = 0, "", 0
    for line in told.split("\n"):
        head = _HEAD.match(line)
        if head is not None and not line.startswith("\t"):
            number = int(head[1])
        elif line.startswith("author "):
            name = line.removeprefix("author ")
        elif line.startswith("author-time "):
            seconds = int(line.removeprefix("author-time "))
        elif line.startswith("\t"):
            day = datetime.fromtimestamp(seconds, UTC).date().isoformat()
            yield number, NOBODY if name == "Not Committed Yet" else Author(name, day)
