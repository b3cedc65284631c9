"""YAML files into frozen dataclasses, with errors that name the file and the key."""

import difflib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, fields, is_dataclass, replace
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from pulsometro.common.errors import MachineError, PulsoError
from pulsometro.common.files import read_record
from pulsometro.common.sealing import remake
from pulsometro.settings.faults import Contradiction, Fault, gathering, refuse, shown
from pulsometro.settings.made_once import thawed

Settings = TypeVar("Settings")

# What a settings dataclass carries so that a misspelt key is an error, never ignored.
STRICT: Mapping[str, str] = {"extra": "forbid"}
_UNKNOWN = frozenset({"unexpected_keyword_argument", "extra_forbidden"})
# Path → bytes and content of a YAML file as it was read last.
_PARSED: dict[Path, tuple[bytes, dict[str, Any]]] = {}
_ADAPTERS: dict[Any, Any] = {}
_MISSING = frozenset({"missing", "missing_argument"})


def load_yaml(path: Path) -> dict[str, Any]:
    """Read one YAML mapping; a file is parsed again only when its bytes are others. The mapping is the caller's own.

    Raises PulsoError naming file and line when it is missing, empty, not a mapping,
    not valid YAML, or says the same key twice.
    """
    if not path.is_file():
        raise PulsoError(f"{path}: the file is missing; create it or correct the name that leads here.")
    written = path.read_bytes()
    known = _PARSED.get(path)
    if known is None or known[0] != written:
        _PARSED[path] = known = (written, _parsed(path, written))
    content: dict[str, Any] = thawed(known[1])
    return content


def _parsed(path: Path, written: bytes) -> dict[str, Any]:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        # One form of Unicode, as deliveries are read: a Mac may write letters and accents apart.
        text = unicodedata.normalize("NFC", written.decode("utf-8")).replace("\r\n", "\n").replace("\r", "\n")
        content = YAML(typ="safe").load(text)
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
    Raises PulsoError naming the file, every wrong key and, when one is near, the right one.
    """
    made, faults = examine(kind, content, prefix)
    refuse(path, faults, content)
    if made is None:
        raise TypeError(f"{kind.__name__}: neither made nor refused")
    return made


def read_made(kind: type[Settings], path: Path) -> Settings:
    """The frozen dataclass ``kind`` from a record that a stage wrote.

    Raises MachineError with the command that makes it again when it is missing, damaged, or of another version.
    """
    content = read_record(path)
    try:
        return validate(kind, content, path)
    except PulsoError:
        raise MachineError(
            f"{path}: another version of this program wrote it; make it again with '{remake(path)}'."
        ) from None


def examine(kind: type[Settings], content: Any, prefix: str = "") -> tuple[Settings | None, list[Fault]]:
    """The frozen dataclass made of parsed YAML, or None and every fault in it."""
    from pydantic import ValidationError

    try:
        with gathering():
            made: Settings = _adapter(kind).validate_python(content)
            return made, []
    except ValidationError as error:
        found = error.errors(include_url=False)
    errors: list[tuple[Any, tuple[Any, ...], Any]] = []
    branches: dict[tuple[Any, ...], Any] = {}
    for each in found:
        place, parent, unions = _followed(kind, each["loc"])
        # A value that fits none of several kinds is one fault, told of the first of them.
        if all(branches.setdefault(at, branch) == branch for at, branch in unions):
            errors.append((each, place, parent))
    missing = {place for each, place, _ in errors if each["type"] in _MISSING}
    faults, meant = [], set()
    for each, place, parent in errors:
        if each["type"] in _UNKNOWN:
            if gone := retired(parent).get(str(place[-1])):
                faults.append(Fault(f"the key '{_key(prefix, place)}' is no setting any more; {gone}", place))
                continue
            near = _nearest(place, parent, missing)
            meant.add((*place[:-1], near))
            faults.append(Fault(_unknown(_key(prefix, place), near), place))
    for each, place, parent in errors:
        # A misspelt key is also a missing one: the misspelling says more.
        if each["type"] not in _UNKNOWN and place not in meant:
            faults += _told(each, _key(prefix, place), place, _needed(parent, place[-1]) if place else [])
    return None, faults


def _needed(parent: Any, key: Any) -> list[str]:
    """What a missing key must hold itself, so that it is told at once: keys below it that have no default."""
    options = _options(_inside(parent, key))
    kind = options[0] if len(options) == 1 else None
    if not is_dataclass(kind):
        return []
    own = [each.name for each in fields(kind) if each.default is MISSING and each.default_factory is MISSING]
    deeper = {name: _needed(kind, name) for name in own}
    return [f"{name} ({', '.join(deeper[name])})" if deeper[name] else name for name in own]


def _adapter(kind: Any) -> Any:
    """Making one takes longer than reading most files."""
    from pydantic import TypeAdapter

    if kind not in _ADAPTERS:
        _ADAPTERS[kind] = TypeAdapter(kind)
    return _ADAPTERS[kind]


def _key(prefix: str, place: Sequence[Any]) -> str:
    return ".".join(shown(part) for part in ([prefix] if prefix else []) + list(place))


def _unknown(key: str, near: str) -> str:
    hint = f"did you mean '{near}'?" if near else "remove it or correct its spelling."
    return f"unknown key '{key}'; {hint}"


def retired(kind: Any) -> Mapping[str, str]:
    """Keys that a settings dataclass once had → what to do with one that a file still has (``__retired__``)."""
    found: Mapping[str, str] = getattr(kind, "__retired__", {})
    return found


def _nearest(place: Sequence[Any], parent: Any, missing: set[tuple[Any, ...]]) -> str:
    """The known key that a misspelt one stands for, rather one that is missing; "" where none is near."""
    near = difflib.get_close_matches(str(place[-1]), _fields(parent), n=3)
    return next((key for key in near if (*place[:-1], key) in missing), near[0] if near else "")


def _told(error: Any, key: str, place: tuple[Any, ...], needed: Sequence[str] = ()) -> list[Fault]:
    if error["type"] in _MISSING:
        below = f", with {', '.join(needed)}" if needed else ""
        return [Fault(f"the key '{key}' is missing; add it{below}.", place)]
    cause = error.get("ctx", {}).get("error")
    if isinstance(cause, Contradiction):
        return [replace(fault, place=place) for fault in cause.faults]
    return [Fault(f"key '{key}': {error['msg']} (found: {shown(repr(error['input']))}).", place)]


def _fields(kind: Any) -> list[str]:
    return [field.name for field in fields(kind)] if is_dataclass(kind) else []


def _followed(kind: Any, loc: Sequence[Any]) -> tuple[tuple[Any, ...], Any, list[tuple[tuple[Any, ...], Any]]]:
    """The keys that pydantic's place of an error names, without its words for the kinds that a key may have.

    Returns the keys, the kind of what holds the last of them, and of each union on the way where it is and which
    of its kinds was tried.
    """
    place: list[Any] = []
    unions: list[tuple[tuple[Any, ...], Any]] = []
    parent: Any = None
    for part in loc:
        options = _options(kind)
        if len(options) > 1:
            unions.append((tuple(place), part))
            kind = next((option for option in options if part in _tags(option)), None)
        elif part != "[key]":
            place.append(part)
            parent, kind = (options or [None])[0], _inside((options or [None])[0], part)
    return tuple(place), parent, unions


def _options(kind: Any) -> list[Any]:
    """The kinds that a value may have, None left out; one for what is no union."""
    if get_origin(kind) is Annotated:
        return _options(get_args(kind)[0])
    if get_origin(kind) in {Union, UnionType}:
        return [option for each in get_args(kind) if each is not type(None) for option in _options(each)]
    return [kind]


def _tags(kind: Any) -> set[Any]:
    """What pydantic may call one kind of a union: its name, or the value by which its mapping is told apart."""
    named = {getattr(kind, "__name__", ""), str(kind).removeprefix("typing.")}
    hints = get_type_hints(kind) if is_dataclass(kind) else {}
    return named | {value for hint in hints.values() if get_origin(hint) is Literal for value in get_args(hint)}


def _inside(kind: Any, part: Any) -> Any:
    """The kind of what lies under a key of a dataclass or a mapping, or at a place of a list; None where unknown."""
    if is_dataclass(kind):
        return get_type_hints(kind, include_extras=True).get(str(part))
    inner = get_args(kind)
    if not inner:
        return None
    if get_origin(kind) is tuple and Ellipsis not in inner:
        return inner[part] if isinstance(part, int) and part < len(inner) else None
    return inner[0] if inner[-1] is Ellipsis else inner[-1]
