"""A folder made a project of git and DVC: what neither may take, and both begun."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

from pulsometro.common.errors import PulsoError
from pulsometro.common.files import write_text

_FILES = {"gitignore.txt": ".gitignore", "gitattributes.txt": ".gitattributes", "dvcignore.txt": ".dvcignore"}


def write_project_files(folder: Path) -> None:
    """``.gitignore`` (deliveries never go to git), ``.gitattributes`` and ``.dvcignore``, as the program has them."""
    for name, target in _FILES.items():
        write_text(_text(name), folder / target)


def _text(name: str) -> str:
    return files("pulsometro.begin").joinpath("files", name).read_text(encoding="utf-8")


def in_a_repository(folder: Path) -> bool:
    """Whether the folder, or the nearest above it that is there, lies in somebody's git repository."""
    there = next((each for each in (folder, *folder.parents) if each.is_dir()), Path.cwd())
    if shutil.which("git") is None:
        return False
    done = _run(["git", "rev-parse", "--is-inside-work-tree"], there)
    return done.returncode == 0 and done.stdout.strip() == "true"


def begin_projects(folder: Path, own_git: bool) -> str:
    """``git init`` and ``dvc init`` in a folder; ``own_git``: whether the repository is to stay.

    Returns a line for the screen. Raises PulsoError when one of them fails.
    """
    git = shutil.which("git") is not None
    if git:
        _do(["git", "init", "-q", "."], folder)
    _do([sys.executable, "-m", "dvc", "init", "-q", *([] if git else ["--no-scm"])], folder)
    write_text(_text("dvcconfig.txt"), folder / ".dvc/config")
    # What DVC keeps for itself of where the folder was made.
    shutil.rmtree(folder / ".dvc/tmp", ignore_errors=True)
    write_project_files(folder)
    if git and not own_git:
        shutil.rmtree(folder / ".git")
    if not git:
        return "git is not on this machine: DVC was begun without it; install git and run 'git init' here."
    return "git and DVC are begun." if own_git else "DVC is begun; the folder lies in a git repository, which keeps it."


def _do(words: Sequence[str], folder: Path) -> None:
    done = _run(words, folder)
    if done.returncode != 0:
        told = " ".join((done.stderr or done.stdout).split())[:300]
        raise PulsoError(f"'{' '.join(words[-3:])}' failed ({told}); mend that and run pulso init again.")


def _run(words: Sequence[str], folder: Path) -> subprocess.CompletedProcess[str]:
    # A repository around this process's own (a hook, a test) is not the folder's.
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("GIT_") or name.startswith("GIT_CONFIG")
    }
    environment = {**kept, "DVC_NO_ANALYTICS": "1"}
    return subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, check=False)
