"""Stage *settings*: params.yaml taken apart, so that a stage depends on the sections it reads and no others.

DVC writes the value of every declared parameter into dvc.lock once a stage and wave, and rewrites
that file after every stage: declared as small files, the same sections cost a tenth of the lines.
"""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from pulsometro.common.counted import tallied
from pulsometro.common.files import atomic_folder, write_json
from pulsometro.settings.configuration import load_yaml
from pulsometro.study.open_decisions import moved_on, open_in
from pulsometro.study.parameters import Params
from pulsometro.study.study_faults import refuse_study
from pulsometro.study.study_folder import Study

OLD_PLACES = (
    "Note: 'municipalities' is read as before; 'places' says the same and what a place is called "
    "(places: {word: {singular, plural, feminine}, list: [{code, name, short}]})."
)


def known_sections() -> dict[str, Any]:
    """Every key that params.yaml may have, with no value: the file of a key is there whether it is said or not.

    A stage's dependencies must not change when somebody says what was left to its default.
    """
    hints = get_type_hints(Params)
    found: dict[str, Any] = {}
    for name, hint in ((section.name, hints[section.name]) for section in fields(Params)):
        union = get_args(hint) if get_origin(hint) in {Union, UnionType} else ()
        kind = next((each for each in (hint, *union) if is_dataclass(each)), None)
        found[name] = {each.name: None for each in fields(kind)} if kind is not None else None
    return found


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
    """Write every section of the validated params.yaml below ``processed/settings``; a line for the screen.

    Raises PulsoError where params.yaml, the indicators and the questionnaires name what none of them defines, before a
    stage has worked for minutes.
    """
    refuse_study(study)
    path = study.root / "params.yaml"
    said = load_yaml(path)
    content = {
        name: {**empty, **(said.get(name) or {})} if isinstance(empty, dict) else said.get(name)
        for name, empty in known_sections().items()
    }
    found = sections(content)
    with atomic_folder(study.root / "processed" / "settings") as folder:
        for name, value in found.items():
            write_json(value, Path(folder) / name)
    note = f" {OLD_PLACES}" if study.params.municipalities else ""
    read = f"{tallied(len(study.waves), 'wave')}, {tallied(len(sections(said)), 'setting')}"
    lines = [f"{path.name}: {read}, all valid.{note}"]
    lines += [f"{wave} is withheld until this is decided: {fault.text}"
              for wave in study.waves for fault in open_in(study.root, wave)]  # fmt: skip
    lines += [f"{path.name}, {text}" for _, text in moved_on(path)]
    return "\n".join(lines)
