"""Make .venv from the lock when it changed, then run a command in it. Standard library only.

python tools/env.py setup          only the environment
python tools/env.py repro          dvc repro, and where the reports are
python tools/env.py test [...]     pytest [...]
python tools/env.py run CMD [...]  any command inside the environment
"""

import hashlib
import json
import os
import subprocess
import sys
import time
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
STAMP = VENV / "lock.sha256"
LOCKS = [ROOT / "requirements.lock", ROOT / "pyproject.toml"]


def fingerprint() -> str:
    """What the environment was made from: the lock, the declaration, the Python."""
    parts = [path.read_bytes() for path in LOCKS] + [sys.version.encode()]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def setup() -> None:
    """Install exactly what the lock says, unless that is what is there already."""
    if sys.version_info < (3, 11):  # noqa: UP036 (this file runs before anything checks it)
        sys.exit(f"Python {sys.version.split()[0]} is too old: install Python 3.11 or newer and run this again.")
    if STAMP.is_file() and STAMP.read_text() == fingerprint():
        return
    print("Setting up .venv (once; again only when the lock changes) …", flush=True)
    if not (BIN / "python").exists() and not (BIN / "python.exe").exists():
        venv.create(VENV, with_pip=True)
    python = str(BIN / "python")
    quiet = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
    subprocess.check_call([*quiet, "--no-deps", "-r", str(uv_lock())])
    # Compiled here, on every core, and not by the first stages, one after the other.
    sync = [python, "-m", "uv", "pip", "sync", "--quiet", "--compile-bytecode", "--require-hashes", "--python", python]
    subprocess.check_call([*sync, str(ROOT / "requirements.lock")])
    install = [python, "-m", "uv", "pip", "install", "--quiet", "--python", python, "--no-deps", "--no-build-isolation"]
    subprocess.check_call([*install, "-e", str(ROOT)])
    STAMP.write_text(fingerprint())


def uv_lock() -> Path:
    """The lines of the lock that pin the installer, alone in a file: it installs the rest."""
    text = (ROOT / "requirements.lock").read_text()
    start = text.index("\nuv==") + 1
    lines = text[start:].split("\n")
    last = next(i for i, line in enumerate(lines) if not line.endswith("\\"))
    target = VENV / "uv.lock"
    target.write_text("\n".join(lines[: last + 1]) + "\n")
    return target


def environment() -> dict[str, str]:
    """The variables of a command inside the environment: DVC must find ``pulso`` on the path."""
    path = os.pathsep.join([str(BIN), os.environ.get("PATH", "")])
    # Where a machine forbids bytecode every stage would compile pandas anew, which triples its time.
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    own = {"PATH": path, "VIRTUAL_ENV": str(VENV), "GX_ANALYTICS_ENABLED": "false", "DVC_NO_ANALYTICS": "1"}
    return {**inherited, **own}


def run(*command: str) -> int:
    """Run a program of the environment in the current folder; its exit code."""
    program = BIN / command[0]
    program = program if os.name != "nt" else program.with_suffix(".exe")
    return subprocess.call([str(program), *command[1:]], env=environment())


def mend_lock(folder: Path) -> None:
    """Remove DVC's lock when a killed run left it half-written, or only processes that are gone are in it.

    DVC writes it in place: killed meanwhile, it is empty or cut, and DVC refuses to start until
    somebody removes it. Names of the dead pile up in it, and a number may be another process by now.
    """
    lock = folder / ".dvc" / "tmp" / "rwlock"
    if not lock.is_file():
        return
    numbers = holders(lock)
    if numbers is None:
        time.sleep(0.3)  # another DVC may be writing it now
        numbers = holders(lock)
    if not any(runs_dvc(number) for number in numbers or ()):
        lock.unlink(missing_ok=True)


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


def repro(arguments: list[str]) -> int:
    """``dvc repro --keep-going``: one bad wave stops itself and no other."""
    mend_lock(Path.cwd())
    code = run("dvc", "repro", "--keep-going", *arguments)
    site = Path.cwd() / "reports" / "site" / "index.html"
    if code == 0 and site.is_file():
        print(f"\nReports: {site}")
    return code


def main() -> int:
    """Dispatch the verbs of the module's docstring."""
    verb, *rest = sys.argv[1:] or ["help"]
    if verb not in {"setup", "repro", "test", "run"}:
        print(__doc__)
        return 2
    setup()
    if verb == "repro":
        return repro(rest)
    if verb == "test":
        return run("pytest", *rest)
    if verb == "run":
        return run(*rest)
    return 0


if __name__ == "__main__":
    sys.exit(main())
