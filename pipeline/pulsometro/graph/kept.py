"""Whether somebody keeps a file: a table that git ignores and DVC does not hold is lost with this folder."""

import subprocess
from collections.abc import Sequence

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
