"""Which files below ``raw/`` were simulated: what somebody delivered in their place is never made over.

``raw/<wave>/.simulated.json`` (git takes nothing of that folder) holds the digest of each file that *simulate* wrote
there, or that it is writing them now. DVC removes a stage's outs before it runs, so this is asked before.
"""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pulsometro.common.errors import PulsoError
from pulsometro.common.files import write_json
from pulsometro.study.study_folder import Study

RECORD = ".simulated.json"


def files_of(study: Study, wave: str) -> tuple[Path, ...]:
    """The files that the simulation of a wave writes."""
    attempts = study.attempts(wave)
    return (study.raw(wave), *([attempts] if attempts else []))


def begin(study: Study, wave: str) -> None:
    """Write down that the wave's files are being written: killed meanwhile, they are known for what they are."""
    write_json({path.name: "" for path in files_of(study, wave)}, study.raw(wave).parent / RECORD)


def end(study: Study, wave: str) -> None:
    """Write down the digests of the wave's files."""
    found = {path.name: _digest(path, "sha256") for path in files_of(study, wave)}
    write_json(found, study.raw(wave).parent / RECORD)


def refuse_delivered(study: Study) -> None:
    """Raise PulsoError when a file stands where a simulated wave's would, and was not simulated."""
    for wave in (key for key, entry in study.waves.items() if entry.simulated):
        made = _written(study, wave)
        for path in (each for each in files_of(study, wave) if each.is_file()):
            known = made.get(path.name)
            if known == "" or known == _digest(path, "sha256") or _digest(path, "md5") in _of_dvc(study, path):
                continue
            raise PulsoError(
                f"{path}: it was not simulated, and 'simulated: true' would make another over it; if it was delivered, "
                f"remove that line from waves.{wave} in params.yaml and run 'pulso graph', if not, remove the file."
            )


def _written(study: Study, wave: str) -> dict[str, Any]:
    try:
        content = json.loads((study.raw(wave).parent / RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _of_dvc(study: Study, path: Path) -> frozenset[str]:
    """What DVC's lock says that the file is, where it was brought from a store and not made here."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    lock = study.root / "dvc.lock"
    try:
        content = YAML(typ="safe").load(lock.read_text(encoding="utf-8"))
    except (OSError, ValueError, YAMLError):
        return frozenset()
    return frozenset(_digests(content, path.relative_to(study.root).as_posix()))


def _digests(lock: Any, name: str) -> Iterator[str]:
    for stage in (lock.get("stages") or {}).values() if isinstance(lock, dict) else ():
        yield from (str(out.get("md5")) for out in stage.get("outs", ()) if out.get("path") == name)


def _digest(path: Path, name: str) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, name).hexdigest()
