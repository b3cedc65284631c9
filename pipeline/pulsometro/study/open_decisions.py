"""What is still TODO in a study's files: of the study it stops everything, of one wave that wave alone."""

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from pulsometro.common.errors import PulsoError
from pulsometro.settings.configuration import load_yaml
from pulsometro.settings.faults import Fault, refuse_files
from pulsometro.settings.undecided import asked_by, is_open, open_todos

_MARK = b"TODO"
# Where no wave has a day yet.
_SOME_DAY = date(2000, 1, 1)


def refuse_open(root: Path, content: Mapping[str, Any]) -> None:
    """Raise PulsoError with all that is TODO for the whole study: in params.yaml (``content``) but its waves, in the
    indicators, and in the files that questionnaires extend.
    """
    params = root / "params.yaml"
    found = {params: [fault for fault in open_todos(content) if not _of_a_wave(fault, content)]}
    for path in _shared(root / "questionnaires"):
        found[path] = open_todos(load_yaml(path))
    refuse_files(found)


def _shared(folder: Path) -> list[Path]:
    """Files that are no wave's, of those in which the word stands: most are not parsed for this."""
    marked = [path for path in sorted(folder.glob("*.yaml")) if path.is_file() and _marked(path)]
    return [path for path in marked if "wave" not in load_yaml(path)]


def _marked(path: Path) -> bool:
    try:
        return _MARK in path.read_bytes()
    except OSError:
        return False


def _of_a_wave(fault: Fault, content: Mapping[str, Any]) -> bool:
    return len(fault.place) > 1 and fault.place[0] == "waves" and isinstance(content.get("waves"), Mapping)


def open_in(root: Path, wave: str) -> list[Fault]:
    """What params.yaml still has to be told of a wave."""
    path = root / "params.yaml"
    if not path.is_file() or not _marked(path):
        return []
    waves = load_yaml(path).get("waves")
    if not isinstance(waves, dict) or wave not in waves:
        return []
    return open_todos({"waves": {wave: waves[wave]}})


def with_stand_ins(content: dict[str, Any]) -> dict[str, Any]:
    """The settings with something in place of what is TODO in a wave, so that the others can be worked on.

    Such a wave is the last one, and no stage works on it.
    """
    waves = content.get("waves")
    if not isinstance(waves, dict) or not is_open(waves):
        return content
    days = [_day(wave, "end") or _day(wave, "start") for wave in waves.values()]
    edition = max((n for wave in waves.values() if (n := _edition(wave)) is not None), default=0)
    later = max((day for day in days if day is not None), default=_SOME_DAY) + timedelta(days=1)
    made = {}
    for key, wave in waves.items():
        if is_open(wave):
            edition, later = edition + 1, later + timedelta(days=1)
            made[key] = _filled(key, wave, edition, later)
        else:
            made[key] = wave
    return {**content, "waves": made}


def _filled(key: object, wave: Any, edition: int, day: date) -> dict[str, Any]:
    told = {name: value for name, value in wave.items() if not is_open(value)} if isinstance(
        wave, dict) else {}  # fmt: skip
    start = _day(wave, "start") or _day(wave, "end") or day
    dates = {"start": start.isoformat(), "end": (_day(wave, "end") or start).isoformat()}
    return {"edition": edition, "period": str(key), "fieldwork": dates, "file": "TODO", **told}


def _day(wave: Any, which: str) -> date | None:
    fieldwork = wave.get("fieldwork") if isinstance(wave, dict) else None
    said = fieldwork.get(which) if isinstance(fieldwork, dict) else None
    if isinstance(said, date):
        return said
    try:
        return date.fromisoformat(said) if isinstance(said, str) else None
    except ValueError:
        return None


def _edition(wave: Any) -> int | None:
    edition = wave.get("edition") if isinstance(wave, dict) else None
    return edition if isinstance(edition, int) and asked_by(edition) is None else None


def moved_on(path: Path) -> list[tuple[str, str]]:
    """(wave, sentence) for each line of params.yaml that ``pulso wave new`` moved on and nobody has looked at since."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    text = path.read_text(encoding="utf-8")
    lines = {n: line for n, line in enumerate(text.splitlines()) if "# moved on from " in line and ": correct" in line}
    if not lines:
        return []
    try:
        waves = YAML().load(text)["waves"]
        begins = {str(key): waves.lc.key(key)[0] for key in waves}
    except (YAMLError, KeyError, TypeError, AttributeError) as error:
        raise PulsoError(f"{path}: 'waves' cannot be read; correct it.") from error
    found = []
    for number, line in lines.items():
        wave = max((key for key in begins if begins[key] <= number), key=lambda key: begins[key], default="")
        said, _, remark = line.partition("#")
        key, source = said.strip().partition(":")[0], remark.partition("moved on from ")[2].partition(":")[0]
        text = f"line {number + 1}: {key} of wave {wave} is as 'pulso wave new' moved it on from {source}"
        found.append((wave, f"{text}; correct it, and take the remark out."))
    return found
