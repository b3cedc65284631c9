"""What a questionnaire's file may say shortly, written out: an item's scale, a column by its name alone."""

import re
from collections.abc import Mapping
from typing import Any

from pulsometro.settings.faults import Fault, shown

# Keys of a delivery that hold words as it writes them.
_LISTS, _OF_OPTIONS = ("blank", "skipped_as"), ("labels", "others")
_UNDECIDED = re.compile(r"\s*TODO\b")


def with_scales(merged: Mapping[str, Any]) -> tuple[Any, list[Fault]]:
    """The items with the codes of their scales, and the items or scales that cannot be read so."""
    scales, items = merged.get("scales", {}), merged.get("items")
    if not isinstance(items, dict):
        return items, []
    made, faults = {}, []
    for name, item in items.items():
        place = ("items", name)
        if not isinstance(item, dict):
            text = f"items.{shown(name)} must be a mapping with at least text and label."
            faults.append(Fault(text, place))
            continue
        scale = item.get("scale")
        codes = scales.get(scale, {}) if isinstance(scales, dict) and isinstance(scale, str | int) else {}
        # Scales that are no mapping are a fault of their own, not of each item that has one.
        if isinstance(scales, dict) and scale is not None and not (isinstance(codes, dict) and codes):
            text = f"items.{shown(name)}.scale names '{shown(scale)}', which 'scales' does not define."
            faults.append(Fault(text, (*place, "scale")))
            codes = {}
        made[name] = {**codes, **{key: value for key, value in item.items() if key != "scale"}}
    return made, faults


def with_columns(merged: Mapping[str, Any]) -> tuple[Any, list[Fault]]:
    """The delivery with every column as a mapping and every delivered code as text, and what is still undecided."""
    delivery = merged.get("delivery")
    if not isinstance(delivery, dict) or not isinstance(delivery.get("columns"), dict):
        return delivery, []
    columns, faults = {}, []
    for item, column in delivery["columns"].items():
        column = {"name": column} if isinstance(column, str) else column
        if _undecided(column):
            text = f"delivery.columns.{shown(item)} is still TODO; decide its column or codes."
            faults.append(Fault(text, ("delivery", "columns", item)))
            continue
        if isinstance(column, dict) and isinstance(column.get("codes"), dict):
            column = {**column, "codes": {_text(key): value for key, value in column["codes"].items()}}
        if isinstance(column, dict):
            column = {**column, **{key: _texts(column[key]) for key in _OF_OPTIONS if key in column}}
            column |= {"option": _text(column["option"])} if isinstance(column.get("option"), int | float) else {}
        columns[item] = column
    for key in (*_LISTS, "thousands", "header_row", "header_rows", "skip_rows", "sheet", "missing"):
        if isinstance(delivery.get(key), str) and _UNDECIDED.match(delivery[key]):
            text = f"delivery.{key} is still TODO; say there what it asks, or take it out."
            faults.append(Fault(text, ("delivery", key)))
            delivery = {name: value for name, value in delivery.items() if name != key}
    if isinstance(delivery.get("missing"), dict):
        delivery = {**delivery, "missing": {_text(key): kind for key, kind in delivery["missing"].items()}}
    if isinstance(delivery.get("skip_rows"), int):
        delivery = {**delivery, "skip_rows": [delivery["skip_rows"]]}
    respondent = delivery.get("respondent")
    respondent = [respondent] if isinstance(respondent, str) else respondent
    lists = {key: _texts(delivery[key]) for key in _LISTS if key in delivery}
    return {**delivery, "columns": columns, "respondent": respondent, **lists}, faults


def _texts(value: Any) -> Any:
    """Words of a list, or one word, as text: of ``[NA, 0, false]`` each as a delivery would hold it."""
    if isinstance(value, list):
        return [_text(each) if isinstance(each, int | float) else each for each in value]
    return [_text(value)] if isinstance(value, str | int | float) else value


def _text(key: Any) -> str:
    return str(key).upper() if isinstance(key, bool) else str(key)


def _undecided(column: Any) -> bool:
    """Whether the column's name or a code that a delivered value stands for is yet to be decided.

    A delivered value may well be "TODO", and a column "METODO".
    """
    if not isinstance(column, dict):
        return False
    codes = column.get("codes")
    said = [column.get("name"), codes, *(codes.values() if isinstance(codes, dict) else ())]
    return any(isinstance(part, str) and _UNDECIDED.match(part) for part in said)
