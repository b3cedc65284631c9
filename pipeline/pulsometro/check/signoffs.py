"""Signed-off exceptions: a failed rule that somebody accepted, and why, in every report after."""

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from pulsometro.common.errors import PulsoError
from pulsometro.common.files import write_text
from pulsometro.settings.configuration import STRICT, load_yaml, validate
from pulsometro.settings.faults import refuse
from pulsometro.settings.names import hidden_characters
from pulsometro.study import Study

HEADER = (
    "# Failed check rules that somebody accepted: wave -> rule -> why. Written by\n"
    "# 'pulso check WAVE --accept RULE --because \"...\"'; shown in every report of the wave.\n"
)


@dataclass(frozen=True)
class _File:
    __pydantic_config__: ClassVar = STRICT
    exceptions: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def path_of(study: Study) -> Path:
    """Where the study keeps its exceptions."""
    return study.questionnaires / "exceptions.yaml"


def load_exceptions(study: Study, wave: str) -> Mapping[str, str]:
    """Accepted rules of a wave: rule id → why. Empty when the study has no such file."""
    path = path_of(study)
    if not path.is_file():
        return {}
    content = load_yaml(path)
    signed = validate(_File, content, path)
    refuse(path, hidden_characters(content), content)
    return signed.exceptions.get(wave, {})


def add_exception(study: Study, wave: str, rule: str, because: str) -> None:
    """Record that ``rule`` may fail in ``wave``, keeping the file's comments.

    Raises PulsoError when no reason is given.
    """
    from ruamel.yaml import YAML

    if len(because.split()) < 2:
        raise PulsoError(f"{wave}: say in a few words why {rule} is accepted; somebody will ask in a year.")
    study.wave(wave)
    refuse(path_of(study), hidden_characters({rule: because}))
    path = path_of(study)
    yaml = YAML()
    yaml.width = 110
    content = yaml.load(path.read_text(encoding="utf-8")) if path.is_file() else yaml.load(HEADER + "exceptions: {}\n")
    if not content.get("exceptions"):
        content["exceptions"] = {}
    content["exceptions"].setdefault(wave, {})[rule] = because
    stream = io.StringIO()
    yaml.dump(content, stream)
    write_text(stream.getvalue(), path)
