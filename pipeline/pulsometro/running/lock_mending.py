"""What a killed run leaves of DVC's own files, put right before the next one; what DVC says that is for nobody here.

Standard library only: tools/env.py reads it before anything is installed.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path


def mend_lock(folder: Path, python: str = sys.executable) -> None:
    """Remove what a killed run left of DVC's two files that it writes in place, where nobody else may be at work.

    Of its lock, the names of processes that are gone, or half of them: DVC refuses to start until somebody removes it.
    Of ``dvc.lock``, what cannot be read: DVC makes it again, and takes from its cache what was made.
    """
    lock = folder / ".dvc" / "tmp" / "rwlock"
    killed = False
    if lock.is_file():
        numbers = holders(lock)
        if numbers is None:
            time.sleep(0.3)  # another DVC may be writing it now
            numbers = holders(lock)
        if any(runs_dvc(number) for number in numbers or ()):
            return
        lock.unlink(missing_ok=True)
        killed = numbers is None or bool(numbers)
    record = folder / "dvc.lock"
    if record.is_file() and is_cut(record, killed, python):
        print(f"{record.name} was left cut by a run that was killed; it is made again.", file=sys.stderr)
        record.unlink(missing_ok=True)


# Reads a dvc.lock as DVC does.
READ = """
import sys
from dvc.schema import COMPILED_LOCKFILE_SCHEMA
from ruamel.yaml import YAML
with open(sys.argv[1], encoding="utf-8") as file:
    COMPILED_LOCKFILE_SCHEMA(YAML(typ="safe").load(file))
"""


def is_cut(record: Path, killed: bool, python: str) -> bool:
    """Whether a dvc.lock is the beginning of one; looked into only where a run was ``killed`` or its end says so.

    ``python``: the one that has DVC."""
    content = record.read_bytes()
    if b"<<<<<<<" in content or not (killed or not content.endswith(b"\n")):
        return False  # two people's, which git asks about
    return subprocess.run([python, "-c", READ, str(record)], capture_output=True, check=False).returncode != 0


def holders(lock: Path) -> set[int] | None:
    """Processes in DVC's lock; None where it cannot be read."""
    try:
        content = json.loads(lock.read_text(encoding="utf-8"))
        written, read = content.get("write", {}).values(), content.get("read", {}).values()
        return {entry["pid"] for entry in [*written, *(entry for entries in read for entry in entries)]}
    except (OSError, ValueError, AttributeError, KeyError, TypeError):
        return None


def runs_dvc(number: int) -> bool:
    """Whether this process is DVC; where that cannot be seen, it is taken to be."""
    if not Path("/proc/self/cmdline").exists():
        return True
    try:
        return b"dvc" in Path(f"/proc/{number}/cmdline").read_bytes()
    except OSError:
        return False


# What DVC advises of its own: to push where there may be no store, to add to git what git ignores.
ADVICE = ("Use `dvc push` to send", "To track the changes with git, run:", "To enable auto staging, run:", "\tgit add ",
          "\tdvc config core.autostage")  # fmt: skip


def is_no_advice(line: str) -> bool:
    """Whether a line of DVC's output is for whoever runs the chain."""
    return not line.startswith(ADVICE)


def has_store(folder: Path) -> bool:
    """Whether the study says where DVC keeps its data."""
    files = [folder / ".dvc" / name for name in ("config", "config.local")]
    return any("remote" in path.read_text(encoding="utf-8", errors="replace") for path in files if path.is_file())
