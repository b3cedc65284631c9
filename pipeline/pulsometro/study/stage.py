"""Stage *settings*: params.yaml taken apart, so that a stage depends on the sections it reads and no others.

DVC writes the value of every declared parameter into dvc.lock once a stage and wave, and rewrites
that file after every stage: declared as small files, the same sections cost a tenth of the lines.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pulsometro.common.files import atomic_folder, write_json
from pulsometro.settings.configuration import load_yaml
from pulsometro.study.parameters import Study


def sections(content: Mapping[str, Any], above: str = "") -> dict[str, Any]:
    """Relative path → value: a file for each key, and of a mapping for each of its keys."""
    found: dict[str, Any] = {}
    for key, value in content.items():
        if isinstance(value, Mapping) and not above:
            found |= sections(value, f"{key}/")
        else:
            found[f"{above}{key}.json"] = value
    return found


def run(study: Study) -> str:
    """Write every section of the validated params.yaml below ``processed/settings``; a line for the screen."""
    path = study.root / "params.yaml"
    found = sections(load_yaml(path))
    with atomic_folder(study.root / "processed" / "settings") as folder:
        for name, value in found.items():
            write_json(value, Path(folder) / name)
    return f"{path.name}: {len(study.waves)} waves, {len(found)} settings, all valid."
