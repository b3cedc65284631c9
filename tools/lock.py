"""Is the dvc.lock in git the one that this clone made? Exit 1, naming the files, when it is not.

python tools/lock.py

What somebody wrote (code, questionnaires, settings) must agree always. What the pipeline made must agree
wherever the processor has AVX2, for which the pipeline asks for the same arithmetic everywhere
(``pulsometro.common.determinism``); on another kind of processor a last digit may differ, and that is printed.
"""

import subprocess
import sys
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from pulsometro.common.determinism import has_common_kernels

MADE = ("processed/", "reports/site/")


def entries(text: str) -> dict[tuple[str, str, str], str]:
    """(stage, deps or outs, path) → fingerprint."""
    content: dict[str, Any] = YAML(typ="safe").load(text)
    return {
        (stage, side, entry["path"]): entry["md5"]
        for stage, value in content["stages"].items()
        for side in ("deps", "outs")
        for entry in value.get(side, [])
    }


def differences(committed: str, here: str) -> tuple[list[str], list[str]]:
    """Paths that differ among what was written, and among what was made; each once, sorted."""
    old, new = entries(committed), entries(here)
    written, made = set(), set()
    for stage, side, path in sorted(old.keys() | new.keys()):
        if old.get((stage, side, path)) != new.get((stage, side, path)):
            (made if side == "outs" or path.startswith(MADE) else written).add(path)
    return sorted(written), sorted(made - written)


def main() -> int:
    """Compare the lock in git with the one in this folder."""
    committed = subprocess.run(["git", "show", "HEAD:dvc.lock"], capture_output=True, text=True, check=True).stdout
    written, made = differences(committed, Path("dvc.lock").read_text(encoding="utf-8"))
    for path in written:
        print(f"dvc.lock: {path} is not what the lock in git says; run 'make repro' and commit dvc.lock.")
    for path in made:
        print(f"dvc.lock: {path} came out with other bytes than the lock in git says.")
    if not written and not made:
        print("dvc.lock in git is what this clone made.")
    return 1 if written or (made and has_common_kernels()) else 0


if __name__ == "__main__":
    sys.exit(main())
