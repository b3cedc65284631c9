"""From the YAML of a wave, and what it extends, to a checked Questionnaire."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar

from pulsometro.common.errors import PulsoError
from pulsometro.questionnaire.coherence import conditions_of, consistency_faults
from pulsometro.questionnaire.cuts import cut_faults
from pulsometro.questionnaire.expressions import parse
from pulsometro.questionnaire.item_faults import code_faults, delivery_faults, name_faults, skip_faults
from pulsometro.questionnaire.item_kinds import kind_faults, with_kinds
from pulsometro.questionnaire.missing_for_all import missing_faults, with_missing
from pulsometro.questionnaire.model import Attempts, Consistency, Delivery, Fieldwork, Item, Questionnaire
from pulsometro.questionnaire.multiple_items import with_multiples
from pulsometro.questionnaire.shorthand import with_columns, with_scales
from pulsometro.questionnaire.writing_faults import mark_faults, number_faults, option_faults, word_faults
from pulsometro.questionnaire.written_forms import format_faults
from pulsometro.settings.configuration import STRICT, examine, load_yaml
from pulsometro.settings.faults import Fault, refuse, shown
from pulsometro.settings.made_once import once
from pulsometro.settings.names import file_name_fault, hidden_characters
from pulsometro.settings.undecided import open_todos


@dataclass(frozen=True)
class _WaveFile:
    """The merged content of a wave's files, before its items are linked."""

    __pydantic_config__: ClassVar = STRICT
    items: Mapping[str, Item]
    delivery: Delivery
    fieldwork: Fieldwork
    wave: str
    without: tuple[str, ...] = ()
    scales: Mapping[str, Any] = field(default_factory=dict)
    order: tuple[str, ...] = ()
    attempts: Attempts = field(default_factory=Attempts)
    consistency: Mapping[str, Consistency] = field(default_factory=dict)


def load_questionnaire(folder: Path, wave: str, areas: Collection[str] = ()) -> Questionnaire:
    """Read ``<folder>/<wave>.yaml`` and the shared files it extends, once a process while they say the same.

    ``areas``: codes of the study's municipalities, to which conditions on an area are held; none: they are not.

    Raises PulsoError naming file and key for: a wave without questionnaire, a key said twice; then for every key
    that is unknown, missing or undecided; then for every item that cannot be used: its name, a skip or derivation
    from an item that is not asked (or asked in a circle), a skip that compares with what cannot be answered, a
    crosswalk to an unknown item or code, an item without delivered column, a consistency condition that cannot be
    meant.
    """
    path = folder / f"{wave}.yaml"
    if not path.is_file():
        raise PulsoError(f"{path}: wave {wave} has no questionnaire; make one with 'pulso wave new {wave}'.")
    merged = _merge_chain(folder, path, seen=())
    return once((Questionnaire, path, frozenset(areas)), repr(merged), lambda: _made(merged, path, wave, areas))


def _made(merged: dict[str, Any], path: Path, wave: str, areas: Collection[str]) -> Questionnaire:
    expanded = with_multiples(merged)
    merged = dict(expanded.content)
    items, undone = with_scales(merged)
    delivery, undecided_columns = with_columns(merged)
    content, wrong = examine(_WaveFile, {**merged, "items": items, "delivery": delivery})
    told = [fault.place for fault in undecided_columns]
    open_ = [fault for fault in open_todos(merged) if not _below(fault.place, told)]
    # What is to be decided is of no kind yet, and so nothing else is wrong with it.
    wrong = [fault for fault in wrong if not _below(fault.place, [fault.place for fault in open_])]
    refuse(path, [*expanded.faults, *undone, *undecided_columns, *open_, *wrong], merged)
    if content is None:
        raise TypeError(f"{path}: neither made nor refused")
    wrong = list(kind_faults(content.items))
    content = replace(content, items=with_kinds(content.items))
    refuse(path, [*wrong, *_faults(content, wave, areas), *hidden_characters(merged)], merged)
    items = _ordered(content)
    columns = with_missing(items, content.delivery)
    known = {name: column for name, column in columns.items() if name in items}
    skips = {n: parse(i.ask_if, f"{path}: items.{n}.ask_if") for n, i in items.items() if i.ask_if}
    # A shared condition may name an item that this wave leaves out: then it says nothing of this wave.
    kept = {n: each for n, each in content.consistency.items() if conditions_of(each) <= set(items)}
    return Questionnaire(
        wave,
        items,
        replace(content.delivery, columns=known),
        content.fieldwork,
        skips,
        content.attempts,
        kept,
        {name: each for name, each in expanded.multiples.items() if set(each.items.values()) <= set(items)},
    )


def _below(place: Sequence[Any], others: Sequence[Sequence[Any]]) -> bool:
    return any(tuple(place[: len(other)]) == tuple(other) for other in others)


def shared_files(folder: Path, wave: str) -> tuple[Path, ...]:
    """The files that a wave's questionnaire is made of: itself and those it extends."""
    files, name = [], wave
    while name:
        files.append(folder / f"{name}.yaml")
        name = load_yaml(files[-1]).get("extends") or ""
    return tuple(files)


def merged_content(folder: Path, wave: str) -> dict[str, Any]:
    """What a wave's file and those that it extends say together, unchecked; PulsoError where one cannot be read."""
    return _merge_chain(folder, folder / f"{wave}.yaml", seen=())


def _merge_chain(folder: Path, path: Path, seen: tuple[Path, ...]) -> dict[str, Any]:
    if path in seen:
        raise PulsoError(f"{path}: 'extends' goes in a circle; let a wave extend a shared file only.")
    content = load_yaml(path)
    parent = content.pop("extends", None)
    if parent is None:
        return content
    problem = file_name_fault(str(parent))
    if problem:
        raise PulsoError(f"{path}: key 'extends': {problem}")
    base_path = folder / f"{parent}.yaml"
    if not base_path.is_file():
        raise PulsoError(f"{path}: 'extends' names {base_path.name}, which is not in {folder}; correct it.")
    base = _merge_chain(folder, base_path, (*seen, path))
    if "wave" in base:
        raise PulsoError(f"{path}: 'extends' names another wave ({parent}); name a shared file such as base.")
    merged: dict[str, Any] = _merge(base, content)
    return merged


def _merge(base: Any, over: Any) -> Any:
    """Mappings are merged key by key, but a code list is replaced whole: half a scale is none."""
    if not (isinstance(base, dict) and isinstance(over, dict)):
        return over
    result = dict(base)
    for key, value in over.items():
        whole = key in {"codes", "missing", "ranges", "scales", "ends", "options"} or key not in base
        result[key] = value if whole else _merge(base[key], value)
    return result


def _ordered(content: _WaveFile) -> dict[str, Item]:
    first = [name for name in content.order if name in content.items]
    names = [*first, *(name for name in content.items if name not in first)]
    return {name: content.items[name] for name in names if name not in content.without}


def _faults(content: _WaveFile, wave: str, areas: Collection[str]) -> Iterator[Fault]:
    """What is wrong in a questionnaire whose keys each can be read."""
    if content.wave != wave:
        yield Fault(f"'wave' says {shown(content.wave)}; it must be the file's own name, {wave}.", ("wave",))
    for key, names in (("order", content.order), ("without", content.without)):
        for number, name in enumerate(names):
            if name not in content.items:
                text = f"'{shown(name)}' in 'order' or 'without' is not an item; correct the name."
                yield Fault(text, (key, number))
    items = _ordered(content)
    yield from name_faults(content.items, content.attempts.columns)
    yield from code_faults(items)
    yield from skip_faults(items, areas)
    yield from cut_faults(items)
    yield from delivery_faults(content.items, items, content.delivery)
    yield from mark_faults(content.delivery)
    yield from missing_faults(items, content.delivery)
    yield from number_faults(items, content.delivery)
    yield from option_faults(items, content.delivery)
    yield from format_faults(items, content.delivery)
    yield from word_faults(items, content.delivery, areas)
    yield from consistency_faults(content.consistency, content.items, areas)
