"""Fingerprints of what stages depend on and DVC cannot name: the installed program, and files that may not be there.

DVC stops every command when a file that a stage names is missing. A fingerprint is always there, and says
``missing`` where the file is: the stage that needs it then says so, for its own wave.
"""

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pulsometro.common.errors import PulsoError
from pulsometro.questionnaire import shared_files
from pulsometro.study import Study

PACKAGE = Path(__file__).resolve().parents[1]
_CHUNK = 1 << 20
# What systems and editors leave in folders, and what Python does.
_TEXT = frozenset(
    {".py", ".qmd", ".yml", ".yaml", ".html", ".css", ".js", ".lua", ".j2", ".typ", ".xml", ".md", ".txt"}
)
_IGNORED = ("__pycache__", ".DS_Store", "Thumbs.db")


def of_file(path: Path) -> dict[str, Any]:
    """Size and SHA-256 of a file's bytes, or that it is missing or cannot be read."""
    digest, size = hashlib.sha256(), 0
    try:
        if not path.is_file():
            return {"missing": True}
        with path.open("rb") as stream:
            while chunk := stream.read(_CHUNK):
                digest.update(chunk)
                size += len(chunk)
    except OSError as error:
        # Its own stage says so; the others have nothing to do with it.
        return {"unreadable": type(error).__name__}
    return {"bytes": size, "sha256": digest.hexdigest()}


def of_files(paths: Iterable[Path], root: Path) -> dict[str, Any]:
    """Path below ``root`` → the file's fingerprint."""
    return {path.relative_to(root).as_posix(): of_file(path) for path in paths}


def files_in(folder: Path) -> list[Path]:
    """Every file of a folder at any depth that somebody put there, in order; none where it does not exist."""
    found = [path for path in folder.rglob("*") if path.is_file()]
    kept = [path for path in found if not _is_ignored(path.relative_to(folder))]
    return sorted(kept, key=lambda path: path.as_posix())


def _is_ignored(path: Path) -> bool:
    return path.suffix == ".pyc" or any(part in _IGNORED or part.startswith((".tmp-", "~$")) for part in path.parts)


def of_part(part: str) -> str:
    """One digest of a part of the program (a room's folder or a file below the package)."""
    path = PACKAGE / part
    digest = hashlib.sha256()
    for file in [path] if path.is_file() else files_in(path):
        content = file.read_bytes()
        if file.suffix in _TEXT:
            # The same program has other line ends where git or an archive wrote it on Windows.
            content = content.replace(b"\r\n", b"\n")
        digest.update(f"{file.relative_to(PACKAGE).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def of_questionnaire(study: Study, wave: str) -> dict[str, Any]:
    """The files that a wave's questionnaire is made of; of all of them in the folder where that cannot be read."""
    try:
        files: Iterable[Path] = shared_files(study.questionnaires, wave)
    except (PulsoError, OSError):
        files = [study.questionnaires / f"{wave}.yaml", *sorted(study.questionnaires.glob("*.yaml"))]
    return of_files(files, study.root)


def of_delivery(study: Study, wave: str) -> dict[str, Any]:
    """The wave's delivered file and its call attempts, as params.yaml names them."""
    attempts = study.attempts(wave)
    return of_files([study.raw(wave), *([attempts] if attempts else [])], study.root)
