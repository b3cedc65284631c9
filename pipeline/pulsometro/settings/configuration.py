"""YAML files into frozen dataclasses, with errors that name the file and the key."""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from pathlib import Path
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from pulsometro.common.errors import PulsoError

Settings = TypeVar("Settings")

# What a settings dataclass carries so that a misspelt key is an error, never ignored.
STRICT: Mapping[str, str] = {"extra": "forbid"}


def load_yaml(path: Path) -> dict[str, Any]:
    """Read one YAML mapping.

    Raises PulsoError naming file and line when it is missing, empty, not a mapping,
    not valid YAML, or says the same key twice.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    if not path.is_file():
        raise PulsoError(f"{path}: the file is missing; create it or correct the name that leads here.")
    try:
        content = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    except MarkedYAMLError as error:
        line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise PulsoError(f"{path}{line}: {error.problem}; correct that line.") from error
    except (YAMLError, UnicodeDecodeError) as error:
        raise PulsoError(f"{path}: not readable as UTF-8 YAML ({error}); save it again as UTF-8.") from error
    if not isinstance(content, dict):
        raise PulsoError(f"{path}: expected a mapping of keys at the top; docs/ shows its form.")
    return content


def validate(kind: type[Settings], content: Any, path: Path, prefix: str = "") -> Settings:
    """Build the frozen dataclass ``kind`` from parsed YAML.

    ``prefix``: the key under which ``content`` lies in ``path``, for messages.
    Raises PulsoError naming the file, the first wrong key and, when one is near, the right one.
    """
    from pydantic import TypeAdapter, ValidationError

    try:
        return TypeAdapter(kind).validate_python(content)
    except ValidationError as error:
        unknown = {"unexpected_keyword_argument", "extra_forbidden"}
        # A misspelt key is also a missing one: the misspelling says more.
        first = next((e for e in error.errors() if e["type"] in unknown), error.errors()[0])
        place = [part for part in first["loc"] if not _is_union_branch(part)]
        key = ".".join(str(part) for part in ([prefix] if prefix else []) + place)
        if first["type"] in unknown:
            near = difflib.get_close_matches(str(place[-1]), _keys_at(kind, place[:-1]), n=1)
            hint = f"did you mean '{near[0]}'?" if near else "remove it or correct its spelling."
            raise PulsoError(f"{path}: unknown key '{key}'; {hint}") from error
        if first["type"] in {"missing", "missing_argument"}:
            raise PulsoError(f"{path}: the key '{key}' is missing; add it.") from error
        raise PulsoError(f"{path}: key '{key}': {first['msg']} (found: {first['input']!r}).") from error


def _is_union_branch(part: Any) -> bool:
    return isinstance(part, str) and ("[" in part or part in {"int", "str", "float", "bool", "none"})


def _keys_at(kind: Any, place: Sequence[Any]) -> list[str]:
    """Follow a path of keys through nested dataclasses; the field names found at its end."""
    for part in place:
        if is_dataclass(kind):
            kind = get_type_hints(kind).get(str(part))
        elif get_origin(kind) is not None:
            kind = get_args(kind)[-1] if get_args(kind)[-1] is not Ellipsis else get_args(kind)[0]
        if get_origin(kind) in {Union, UnionType}:
            kind = next((a for a in get_args(kind) if is_dataclass(a)), kind)
    return [field.name for field in fields(kind)] if is_dataclass(kind) else []
