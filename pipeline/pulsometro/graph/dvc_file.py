"""dvc.yaml as text: the stages of a study, written the same way every time."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from pulsometro.common.counted import tallied
from pulsometro.common.errors import PulsoError
from pulsometro.common.files import write_text
from pulsometro.graph.stages import Stage, stages_of
from pulsometro.study import Study

NAME = "dvc.yaml"
HEADER = """\
# Written by 'pulso graph' from params.yaml: change params.yaml and run it again, never this file.
# A stage depends on the sections of params.yaml that it reads (processed/settings), on the parts of the program that
# decide what it makes (processed/program), and on what was delivered or written for its wave (processed/inputs,
# processed/deliveries: fingerprints, so that a file that is missing stops its own wave and no command of DVC).
stages:
"""
# What git keeps, or nobody, and not DVC's cache.
_GIT: Mapping[str, str] = MappingProxyType({"cache": "false"})
# What DVC does not remove before the stage runs: the stage itself decides what it may write over.
_STAYS: Mapping[str, str] = MappingProxyType({"persist": "true"})


def graph_text(study: Study) -> str:
    """The whole dvc.yaml of a study."""
    waves, stored = list(study.waves), study.params.publish.store
    return HEADER + "\n".join("\n".join(_lines(stage, waves, stored)) + "\n" for stage in stages_of(study))


def _lines(stage: Stage, waves: Iterable[str], stored: bool) -> Iterator[str]:
    yield f"  {stage.name}:"
    space = "    "
    if stage.each_wave:
        yield f"{space}foreach:"
        # Every key in quotes: YAML would take some for numbers or dates.
        yield from (f'{space}  - "{wave}"' for wave in waves)
        yield f"{space}do:"
        space += "  "
    yield f"{space}cmd: {stage.command}"
    if stage.always:
        yield f"{space}always_changed: true"
    yield from _listed(space, "deps", sorted(set(stage.deps)))
    own = {**_GIT, **_STAYS} if stage.always else {} if stored else _GIT
    outs = {path: {**own, **(_STAYS if stage.stays else {})} for path in stage.outs}
    outs |= {path: {**_GIT, **_STAYS} for path in stage.ledgers}
    yield from _made(space, "outs", dict(sorted(outs.items())))
    yield from _made(space, "metrics", dict.fromkeys(stage.metrics, _GIT))
    yield from _made(space, "plots", {path: {**_GIT, **more} for path, more in (stage.plots or {}).items()})


def _listed(space: str, name: str, paths: Iterable[str]) -> Iterator[str]:
    lines = [f'{space}  - "{path}"' for path in paths]
    if lines:
        yield f"{space}{name}:"
        yield from lines


def _made(space: str, name: str, paths: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    """What a stage makes, each with how DVC treats it."""
    if paths:
        yield f"{space}{name}:"
    for path, more in paths.items():
        yield f'{space}  - "{path}"{":" if more else ""}'
        yield from (f"{space}      {key}: {value}" for key, value in more.items())


def write_graph(study: Study) -> str:
    """Write the study's dvc.yaml; a line for the screen."""
    path = study.root / NAME
    text = graph_text(study)
    if path.is_file() and _read(path) == text:
        return f"{NAME}: already what params.yaml gives, {tallied(len(study.waves), 'wave')}."
    write_text(text, path)
    return f"{NAME}: written from params.yaml, {tallied(len(study.waves), 'wave')}."


def refuse_other_graph(study: Study) -> None:
    """Raise PulsoError when the study's dvc.yaml is not the one that params.yaml gives."""
    path = study.root / NAME
    if not path.is_file():
        raise PulsoError(f"{path}: the file is missing; 'pulso graph' writes it from params.yaml.")
    if _read(path) != graph_text(study):
        raise PulsoError(
            f"{path}: it is not what params.yaml gives (something was added, removed or renamed there, or this file "
            "was edited); run 'pulso graph', which writes it anew, and run again."
        )


def _read(path: Path) -> str:
    # Universal line ends: a clone on Windows may have written others.
    return path.read_text(encoding="utf-8", errors="replace")
