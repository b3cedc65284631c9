"""From the YAML of a wave, and what it extends, to a checked Questionnaire."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar

from pulsometro.common.errors import PulsoError
from pulsometro.questionnaire.expressions import Condition, parse
from pulsometro.questionnaire.model import Attempts, Delivery, Fieldwork, Item, Questionnaire
from pulsometro.settings.configuration import STRICT, load_yaml, validate


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


def load_questionnaire(folder: Path, wave: str) -> Questionnaire:
    """Read ``<folder>/<wave>.yaml`` and the shared files it extends.

    Raises PulsoError naming file and key for: a wave without questionnaire, a key said
    twice or unknown, a skip or derivation from an item that is not asked (or asked in a
    circle), a crosswalk to an unknown item or code, an item without delivered column.
    """
    path = folder / f"{wave}.yaml"
    if not path.is_file():
        raise PulsoError(f"{path}: wave {wave} has no questionnaire; make one with 'pulso wave new {wave}'.")
    merged = _merge_chain(folder, path, seen=())
    raw = {**merged, "items": _with_scales(merged, path), "delivery": _with_columns(merged, path)}
    content = validate(_WaveFile, raw, path)
    if content.wave != wave:
        raise PulsoError(f"{path}: 'wave' says {content.wave}; it must be the file's own name, {wave}.")
    items = _ordered(content, path)
    skips = {n: parse(i.ask_if, f"{path}: items.{n}.ask_if") for n, i in items.items() if i.ask_if}
    _check_items(items, skips, path)
    delivery = _restricted(content, items, path)
    _check_delivery(items, delivery, path)
    return Questionnaire(wave, items, delivery, content.fieldwork, skips, content.attempts)


def shared_files(folder: Path, wave: str) -> tuple[Path, ...]:
    """The files that a wave's questionnaire is made of: itself and those it extends."""
    files, name = [], wave
    while name:
        files.append(folder / f"{name}.yaml")
        name = load_yaml(files[-1]).get("extends") or ""
    return tuple(files)


def _merge_chain(folder: Path, path: Path, seen: tuple[Path, ...]) -> dict[str, Any]:
    if path in seen:
        raise PulsoError(f"{path}: 'extends' goes in a circle; let a wave extend a shared file only.")
    content = load_yaml(path)
    parent = content.pop("extends", None)
    if parent is None:
        return content
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
        whole = key in {"codes", "missing", "ranges", "scales"} or key not in base
        result[key] = value if whole else _merge(base[key], value)
    return result


def _with_scales(merged: dict[str, Any], path: Path) -> dict[str, Any]:
    scales, items = merged.get("scales", {}), {}
    for name, item in merged.get("items", {}).items():
        if not isinstance(item, dict):
            raise PulsoError(f"{path}: items.{name} must be a mapping with at least text and label.")
        item = dict(item)
        scale = item.pop("scale", None)
        if scale is not None:
            if scale not in scales:
                raise PulsoError(f"{path}: items.{name}.scale names '{scale}', which 'scales' does not define.")
            item = {**scales[scale], **item}
        items[name] = item
    return items


def _with_columns(merged: dict[str, Any], path: Path) -> Any:
    delivery = merged.get("delivery")
    if not isinstance(delivery, dict) or not isinstance(delivery.get("columns"), dict):
        return delivery
    columns = {}
    for item, column in delivery["columns"].items():
        column = {"name": column} if isinstance(column, str) else column
        if "TODO" in str(column):
            raise PulsoError(f"{path}: delivery.columns.{item} is still TODO; decide its column or codes.")
        if isinstance(column, dict) and isinstance(column.get("codes"), dict):
            column = {**column, "codes": {str(k): v for k, v in column["codes"].items()}}
        columns[item] = column
    respondent = delivery.get("respondent")
    return {
        **delivery,
        "columns": columns,
        "respondent": [respondent] if isinstance(respondent, str) else respondent,
    }


def _ordered(content: _WaveFile, path: Path) -> dict[str, Item]:
    for name in (*content.order, *content.without):
        if name not in content.items:
            raise PulsoError(f"{path}: '{name}' in 'order' or 'without' is not an item; correct the name.")
    names = [*content.order, *(name for name in content.items if name not in content.order)]
    return {name: content.items[name] for name in names if name not in content.without}


def _check_items(items: Mapping[str, Item], skips: Mapping[str, Condition], path: Path) -> None:
    needs = {name: skip.items for name, skip in skips.items()}
    needs |= {n: (*needs.get(n, ()), i.derived.source) for n, i in items.items() if i.derived}
    for name, sources in needs.items():
        for source in sources:
            if source not in items:
                raise PulsoError(f"{path}: items.{name} depends on '{source}', which this wave does not ask.")
        _follow(name, needs, (), path)
    for name, item in items.items():
        both = sorted(set(item.codes) & set(item.missing))
        if both:
            raise PulsoError(f"{path}: items.{name}: code {both[0]} is both an answer and a kind of missing.")
        if item.kind == "single" and not item.codes:
            raise PulsoError(f"{path}: items.{name} has no codes; list them or give another kind.")


def _follow(name: str, needs: Mapping[str, tuple[str, ...]], way: tuple[str, ...], path: Path) -> None:
    if name in way:
        raise PulsoError(f"{path}: the skips of {' → '.join((*way, name))} go in a circle; break it.")
    for source in needs.get(name, ()):
        _follow(source, needs, (*way, name), path)


def _restricted(content: _WaveFile, items: Mapping[str, Item], path: Path) -> Delivery:
    """A shared crosswalk may name items that this wave leaves out, but no item that nobody knows."""
    for name in content.delivery.columns:
        if name not in content.items:
            raise PulsoError(f"{path}: delivery.columns names '{name}', which is not an item; correct it.")
    known = {name: column for name, column in content.delivery.columns.items() if name in items}
    return replace(content.delivery, columns=known)


def _check_delivery(items: Mapping[str, Item], delivery: Delivery, path: Path) -> None:
    for name, item in items.items():
        if item.derived is not None:
            continue
        if name not in delivery.columns:
            raise PulsoError(f"{path}: delivery.columns does not say where item '{name}' is; add its column.")
        column = delivery.columns[name]
        wrong = [c for c in column.codes.values() if item.kind == "single" and c not in item.valid_codes]
        if wrong:
            raise PulsoError(f"{path}: delivery.columns.{name} maps to code {wrong[0]}, which the item lacks.")
