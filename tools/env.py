"""Make .venv from a lock when it changed, then run a command in it. Standard library only.

python tools/env.py setup          the environment of 'make repro' (requirements.lock)
python tools/env.py repro          pulso run: every wave, and where the reports are
python tools/env.py run CMD [...]  any command inside that environment
python tools/env.py test [...]     pytest [...], with the developers' packages (requirements-dev.lock)
python tools/env.py dev CMD [...]  any command, with the developers' packages
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
import venv
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "pipeline"))  # of a script, Python looks only where it lies itself

from pulsometro.running import stopping  # noqa: E402
from pulsometro.running.lock_mending import is_no_advice, mend_lock  # noqa: E402

VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
STAMP = VENV / "made-from.json"
# What a developer's environment holds is a superset of what a run needs, in the same versions.
LOCKS = {"run": ROOT / "requirements.lock", "dev": ROOT / "requirements-dev.lock"}
SERVES = {"run": ("run", "dev"), "dev": ("dev",)}
# Files by which an environment is known to be this tool's (the last two: of its earlier versions, or cut off).
MARKS = ("made-from.json", "first.lock", "lock.sha256")
# They install the rest: uv itself, and what builds the few packages that come as sources.
FIRST = ("setuptools", "uv")
BUILT_HERE = "antlr4-python3-runtime"
# Variables that would install or import from another place.
ELSEWHERE = ("PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "UV_TARGET", "UV_PREFIX", "PYTHONPATH", "PYTHONHOME")


def place() -> dict[str, str]:
    """Where an environment belongs: scripts in it name this folder and this Python by their paths."""
    return {"folder": str(VENV), "python": sys.version}


def fingerprint(kind: str) -> str:
    """What the packages of an environment of this kind come from: its lock and the declaration."""
    parts = [path.read_bytes() for path in (LOCKS[kind], ROOT / "pyproject.toml")]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def state() -> dict[str, str]:
    """What the environment here was made from; empty where there is none or it was cut off."""
    try:
        content = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def setup(kind: str = "run") -> None:
    """Install what the lock of this kind says, unless it is there already; nothing is removed from an environment.

    One that was made in another place (a folder renamed or copied) or by another Python is made anew; a folder
    ``.venv`` that this tool did not make is left alone, with a sentence.
    """
    if sys.version_info < (3, 11):  # noqa: UP036 (this file runs before anything checks it)
        sys.exit(f"Python {sys.version.split()[0]} is too old: install Python 3.11 or newer and run this again.")
    if is_ready(kind):
        return
    with alone():
        if not is_ready(kind):  # another set-up may have finished meanwhile
            make(kind)


def is_ready(kind: str) -> bool:
    """Whether the environment is of this place and holds what the lock of this kind says."""
    found, here = state(), place()
    at_home = all(found.get(name) == value for name, value in here.items())
    return at_home and any(found.get(other) == fingerprint(other) for other in SERVES[kind])


def make(kind: str) -> None:
    """Make the environment, or bring the one that is here up to its lock."""
    print(f"Setting up .venv from {LOCKS[kind].name} (once; again only when it changes) …", flush=True)
    found, here = state(), place()
    if any(found.get(name) != value for name, value in here.items()):
        clear_away()
        VENV.mkdir()
        STAMP.write_text("{}", encoding="utf-8")  # cut off from here on, the next set-up knows whose it is
        venv.create(VENV, with_pip=True)
        found = {}
    STAMP.write_text("{}", encoding="utf-8")
    try:
        install(LOCKS[kind])
    except subprocess.CalledProcessError as error:
        # It ended by itself, so nothing is half-written: what is here stays, and is not yet what the lock says.
        STAMP.write_text(json.dumps(here), encoding="utf-8")
        sys.exit(
            f"The environment could not be made ({Path(error.cmd[0]).name} {' '.join(error.cmd[1:4])} ended with "
            f"{error.returncode}; its lines above say why, most often that the package registry could not be reached). "
            "Mend that and run this again; what was installed before is still here."
        )
    # What the other kind stands for now is true only where its lock is still what it was.
    kept = {other: found[other] for other in LOCKS if found.get(other) == fingerprint(other)}
    STAMP.write_text(json.dumps({**kept, **here, kind: fingerprint(kind)}), encoding="utf-8")


def clear_away() -> None:
    """Remove an environment that this tool made elsewhere, earlier or half; refuse anybody else's."""
    if VENV.is_symlink():
        VENV.unlink()  # what it leads to is somebody else's
    elif VENV.is_dir() and (not any(VENV.iterdir()) or any((VENV / name).is_file() for name in MARKS)):
        shutil.rmtree(VENV)
    elif VENV.exists():
        sys.exit(f"{VENV} was not made by this tool: rename or remove it and run this again.")


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """One set-up at a time in this folder; a second one waits. The system frees the lock when a process ends."""
    with (ROOT / ".venv.lock").open("a+b") as file:
        if os.name == "nt":
            import msvcrt

            while True:
                try:
                    file.seek(0)
                    msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
                    break
                except OSError:
                    time.sleep(0.5)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def install(lock: Path) -> None:
    """Every line of a lock, by its hash, and this project as it lies here."""
    python = str(BIN / "python")
    # A user's own wishes about where packages go are not for this environment.
    variables = {name: value for name, value in os.environ.items() if name not in ELSEWHERE}
    quiet = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
    subprocess.check_call([*quiet, "--no-deps", "-r", str(first_lines(lock))], env=variables)
    uv = [python, "-m", "uv", "pip", "install", "--quiet", "--python", python]
    # Compiled here, on every core, and not by the first stages, one after the other.
    exact = ["--require-hashes", "--no-deps", "--compile-bytecode", "--no-build-isolation-package", BUILT_HERE]
    subprocess.check_call([*uv, *exact, "-r", str(lock)], env=variables)
    subprocess.check_call([*uv, "--no-deps", "--no-build-isolation", "-e", str(ROOT)], env=variables)


def first_lines(lock: Path) -> Path:
    """The entries of the lock that pin the installers, alone in a file."""
    kept, keep = [], False
    for line in lock.read_text(encoding="utf-8").splitlines():
        if not line.startswith((" ", "#")):
            keep = line.split("==")[0] in FIRST
        if keep:
            kept.append(line)
    target = VENV / "first.lock"
    target.write_text("\n".join(kept) + "\n", encoding="utf-8")
    return target


def environment() -> dict[str, str]:
    """The variables of a command inside the environment: DVC must find ``pulso`` on the path."""
    path = os.pathsep.join([str(BIN), os.environ.get("PATH", "")])
    # Where a machine forbids bytecode every stage would compile pandas anew, which triples its time.
    left_out = {"PYTHONDONTWRITEBYTECODE", *ELSEWHERE}
    inherited = {name: value for name, value in os.environ.items() if name not in left_out}
    own = {"PATH": path, "VIRTUAL_ENV": str(VENV), "GX_ANALYTICS_ENABLED": "false", "DVC_NO_ANALYTICS": "1"}
    return {**inherited, **own}


def run(
    *command: str, cwd: Path | None = None, sheltered: bool = False, shown: Callable[[str], bool] | None = None
) -> int:
    """Run a program of the environment, or of the machine, in a folder (default: the current one); its exit code.

    ``sheltered``: Ctrl-C is not for it, this process ends it. ``shown``: which lines of its output are passed on.
    """
    variables = environment()
    program = shutil.which(command[0], path=variables["PATH"])
    if program is None:
        print(f"{command[0]}: neither the environment nor this machine has a program of that name.", file=sys.stderr)
        return 2
    return stopping.call([program, *command[1:]], variables, cwd, sheltered, shown)


def repro(arguments: list[str]) -> int:
    """``pulso run``; with arguments, which are DVC's, ``dvc repro --keep-going`` as DVC tells it."""
    if not arguments:
        return run("pulso", "run", sheltered=True)
    mend_lock(Path.cwd(), str(BIN / "python") if BIN.is_dir() else sys.executable)
    return run("dvc", "repro", "--keep-going", *arguments, sheltered=True, shown=is_no_advice)


# Verb → the environment that it needs.
VERBS = {"setup": "run", "repro": "run", "run": "run", "test": "dev", "dev": "dev"}


def main() -> int:
    """Dispatch the verbs of the module's docstring."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal or a file that cannot show a sign gets another one, not a traceback.
        getattr(stream, "reconfigure", lambda **_: None)(errors="replace")
    verb, *rest = sys.argv[1:] or ["help"]
    if verb not in VERBS or (verb in {"run", "dev"} and not rest):
        print(__doc__)
        return 2
    setup(VERBS[verb])
    if verb == "repro":
        return repro(rest)
    if verb == "test":
        return run("pytest", *rest, cwd=ROOT)
    return run(*rest) if rest else 0


if __name__ == "__main__":
    sys.exit(stopping.guarded(main))
