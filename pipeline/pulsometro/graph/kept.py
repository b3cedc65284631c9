"""Whether somebody keeps a file: what git ignores and DVC does not hold is lost with this folder."""

import hashlib
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

from pulsometro.common.errors import PulsoError
from pulsometro.study import Study


def refuse_unkept(study: Study, names: Sequence[str]) -> None:
    """Raise PulsoError when git ignores one of these files and there is no ``.dvc`` file of it.

    Outside a git repository, or without git, nobody promised to keep anything.
    """
    try:
        done = subprocess.run(
            ["git", "check-ignore", "--stdin", "-z"], cwd=study.root, input="\0".join(names).encode(),
            capture_output=True, check=False,
        )  # fmt: skip
    except OSError:
        return
    ignored = [name for name in done.stdout.decode(errors="replace").split("\0") if name]
    lost = [name for name in ignored if not (study.root / f"{name}.dvc").is_file()]
    if lost:
        raise PulsoError(
            f"{', '.join(lost)}: git ignores it and DVC does not keep it, so that a colleague would not have it; "
            f"keep it with 'dvc add {lost[0]}', or put it into raw/population/ and correct params.yaml."
        )


def unkept_deliveries(study: Study) -> tuple[str, ...]:
    """Delivered files that DVC does not keep as they are: never added, or changed since; none outside a DVC project."""
    if not (study.root / ".dvc").is_dir():
        return ()
    files = [path for key, wave in study.waves.items() if not wave.simulated
             for path in (study.raw(key), study.attempts(key)) if path is not None and path.is_file()]  # fmt: skip
    return tuple(path.relative_to(study.root).as_posix() for path in files if not _is_kept(path))


def _is_kept(path: Path) -> bool:
    try:
        told = path.with_name(f"{path.name}.dvc").read_text(encoding="utf-8")
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "md5").hexdigest()
    except OSError:
        return False
    return re.search(rf"\bmd5: {digest}\b", told) is not None


def advice(study: Study) -> str:
    """What to do about deliveries that would be lost; empty where there are none."""
    names = unkept_deliveries(study)
    if not names:
        return ""
    return (
        f"\nDelivered and not kept yet, or changed since: keep it with 'dvc add {' '.join(names)}', commit, 'dvc push'."
    )
