"""Which wave and stage a folder's files are of: a sound file of another wave must not pass for this one's.

``made.json``, beside the files that a wave's stage made, holds the wave, the stage and the digest of each file.
"""

import hashlib
import json
from pathlib import Path

MANIFEST = "made.json"


def manifest(folder: Path, wave: str, stage: str) -> dict[str, object]:
    """What is written beside the files of a stage's folder."""
    files = sorted(path for path in folder.iterdir() if path.is_file())
    digests = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
    return {"wave": wave, "stage": stage, "files": digests}


def is_of_its_place(path: Path, content: bytes) -> bool:
    """Whether a file of ``<wave>/<stage>/`` is the one that this wave's stage made; true where nothing says so."""
    told = path.parent / MANIFEST
    if path.name == MANIFEST or not told.is_file():
        return True
    try:
        said = json.loads(told.read_bytes())
        place = (said["wave"], said["stage"])
        known = said["files"].get(path.name)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False
    return place == (path.parent.parent.name, path.parent.name) and known == hashlib.sha256(content).hexdigest()
