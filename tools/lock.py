"""Is the dvc.lock in git the one that this clone made? Exit 1, naming the files, when it is not.

python tools/lock.py

The lock of examples/ensu, whose data are not here, must name the code as this clone's lock does: one that does not is
stale, and 'make ensu' reruns for whoever has INEGI's files.

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
# Fingerprints of the program, of questionnaires and of deliveries: what somebody wrote, as a stage sees it.
WRITTEN = ("processed/program", "processed/inputs")


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
            by_hand = path.startswith(WRITTEN) or not (side == "outs" or path.startswith(MADE))
            (written if by_hand else made).add(path)
    return sorted(written), sorted(made - written)


def stale(example: str, here: str) -> list[str]:
    """Parts of the program that the lock of an example has otherwise than the project's."""
    code = _program(here)
    return sorted(path for path, md5 in _program(example).items() if code.get(path, md5) != md5)


def _program(lock: str) -> dict[str, str]:
    deps = {path: md5 for (_, side, path), md5 in entries(lock).items() if side == "deps"}
    return {path: md5 for path, md5 in deps.items() if path.startswith("processed/program/")}


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
    example = Path("examples/ensu/dvc.lock")
    old = stale(example.read_text(encoding="utf-8"), Path("dvc.lock").read_text(encoding="utf-8"))
    for path in old:
        print(f"{example}: {path} is not the code of this clone; run 'make ensu' and commit the lock.")
    return 1 if written or old or (made and has_common_kernels()) else 0


if __name__ == "__main__":
    sys.exit(main())
