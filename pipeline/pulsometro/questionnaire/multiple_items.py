"""A question of several answers declared once: an item of yes and no for each option, before anything else is read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from pulsometro.questionnaire.model import MissingKind, Multiple
from pulsometro.settings.configuration import STRICT, examine
from pulsometro.settings.faults import Fault, shown
from pulsometro.settings.names import item_fault

_YES_NO = {1: "sí", 2: "no"}
_CARRIED = ("ask_if", "comparable", "private", "sensitive", "required", "notes")


@dataclass(frozen=True)
class MultipleItem:
    """A question of which somebody may choose several answers.

    ``options``: code → label; ``none``: the code of "none of them", which stands alone; ``missing``: code → kind of
    missing. What else is said holds for every option.
    """

    __pydantic_config__: ClassVar = STRICT
    text: str
    label: str
    kind: Literal["multiple"]
    options: Mapping[int, str]
    none: int | None = None
    missing: Mapping[int, MissingKind] = field(default_factory=dict)
    ask_if: str | None = None
    comparable: Mapping[str, Any] | None = None
    private: bool = False
    sensitive: bool = False
    required: bool = False
    notes: str = ""


@dataclass(frozen=True)
class MultipleColumn:
    """Where the answers of such a question lie.

    A list in ``name`` (divided by ``separator``, or blanks), one chosen code each in ``name`` and ``more``, or a column
    for each option (``columns``: code → column). ``options``: code → how the delivery writes it, where that is not the
    code or the label. ``codes``: delivered value → code: of a list, for no answer; of columns, of yes (1) and no (2).
    """

    __pydantic_config__: ClassVar = STRICT
    name: str = ""
    more: tuple[str, ...] = ()
    separator: str | None = None
    columns: Mapping[int, str] = field(default_factory=dict)
    options: Mapping[int, str] = field(default_factory=dict)
    codes: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Expanded:
    """The merged content of a wave's files without questions of several answers; what they were, and their faults."""

    content: Mapping[str, Any]
    multiples: Mapping[str, Multiple]
    faults: tuple[Fault, ...]


def with_multiples(merged: Mapping[str, Any]) -> Expanded:
    """Each item of kind ``multiple`` as one of yes and no for each option, called ``<item>_<code>``.

    Its column, and its place in ``order``, ``without``, ``not_delivered``, become theirs; that "none" stands alone is
    held to (``consistency``).
    """
    items = merged.get("items")
    given = merged.get("delivery") or {}
    # What is no mapping is told of where the whole file is read.
    if not (isinstance(items, dict) and isinstance(given, dict) and isinstance(given.get("columns") or {}, dict)):
        return Expanded(merged, {}, ())
    named = [name for name, item in items.items() if isinstance(item, dict) and item.get("kind") == "multiple"]
    if not named:
        return Expanded(merged, {}, ())
    content, multiples, faults = dict(merged), {}, list[Fault]()
    delivery = dict(given)
    columns = dict(delivery.get("columns") or {})
    for name in named:
        asked, wrong = examine(MultipleItem, items[name], f"items.{shown(name)}")
        where, found = examine(MultipleColumn, _column(columns.get(name)), f"delivery.columns.{shown(name)}")
        wrong = [*wrong, *(found if name in columns else ())]
        if asked is not None and where is not None and not wrong:
            wrong = list(_faults(name, asked, where, items, name in columns))
        faults += wrong
        if asked is None or where is None or wrong:
            content["items"] = {key: value for key, value in content["items"].items() if key != name}
            columns.pop(name, None)
            continue
        own = {code: f"{name}_{code}" for code in asked.options}
        multiples[name] = Multiple(asked.text, asked.label, own, dict(asked.options), asked.none)
        content["items"] = _put(content["items"], name, {own[c]: _item(items[name], asked, c) for c in own})
        if name in columns:
            columns = _put(columns, name, {own[c]: _option(asked, where, c) for c in own})
        _rename(content, delivery, name, tuple(own.values()))
        if asked.none is not None:
            others = [own[code] for code in own if code != asked.none]
            alone = {"holds": " and ".join(f"{each} != 1" for each in others), "unless": f"{own[asked.none]} != 1"}
            content["consistency"] = {**(content.get("consistency") or {}), f"{name}_none_alone": alone}
    if "delivery" in merged:
        content["delivery"] = {**delivery, "columns": columns}
    return Expanded(content, multiples, tuple(faults))


def _column(written: Any) -> Any:
    column: Any = {"name": written} if isinstance(written, str) else ({} if written is None else written)
    if isinstance(column, dict):
        column = {**column, **{
            key: {code: str(text) for code, text in column[key].items()}
            for key in ("columns", "options") if isinstance(column.get(key), dict)
        }}  # fmt: skip
        if isinstance(column.get("codes"), dict):
            column["codes"] = {str(text): code for text, code in column["codes"].items()}
    return column


def _faults(
    name: str, asked: MultipleItem, where: MultipleColumn, items: Mapping[str, Any], delivered: bool
) -> list[Fault]:
    """What such a question may not be."""
    place, key = ("items", name), f"items.{shown(name)}"
    faults = []
    if len(asked.options) < 2:
        faults.append(Fault(f"{key} is a multiple answer of fewer than two options; list them all.", place))
    if asked.none is not None and asked.none not in asked.options:
        faults.append(Fault(f"{key}.none is {asked.none}, which is none of its options; correct the code.", place))
    for code in asked.options:
        problem = item_fault(f"{name}_{code}")
        if problem or f"{name}_{code}" in items:
            told = problem or f"'{shown(name)}_{code}' is an item already; rename one."
            faults.append(Fault(f"{key}, option {code}: {told}", place))
    taken = sorted(set(_YES_NO) & set(asked.missing))
    if taken:
        text = (
            f"{key}: {taken[0]} is {_YES_NO[taken[0]]} of each option and a kind of missing at once; take another code."
        )
        faults.append(Fault(text, place))
    at, column = ("delivery", "columns", name), f"delivery.columns.{shown(name)}"
    if delivered and bool(where.name) == bool(where.columns):
        text = f"{column} needs the column of its answers (name:), or one for each option (columns:), and not both."
        faults.append(Fault(text, at))
    unknown = [code for code in (*where.columns, *where.options) if code not in asked.options]
    lacking = [code for code in asked.options if where.columns and code not in where.columns]
    if unknown or lacking:
        told = f"names option {unknown[0]}, which it lacks" if unknown else f"does not say where option {lacking[0]} is"
        faults.append(Fault(f"{column} {told}; name every option of the question.", at))
    return faults


def _item(written: Mapping[str, Any], asked: MultipleItem, code: int) -> dict[str, Any]:
    label = asked.options[code]
    carried = {key: written[key] for key in _CARRIED if key in written}
    return {
        "text": f"{asked.text} {label}", "label": f"{asked.label}: {label}", "short": label, "codes": dict(_YES_NO),
        "missing": dict(asked.missing), **carried,
    }  # fmt: skip


def _option(asked: MultipleItem, where: MultipleColumn, code: int) -> dict[str, Any]:
    if where.columns:
        others = [column for each, column in where.columns.items() if each != code]
        return {"name": where.columns[code], "more": others, **({"codes": dict(where.codes)} if where.codes else {})}
    option = where.options.get(code, str(code))
    said = {"labels": [asked.options[code]]} if asked.options[code] != option else {}
    more = {"more": list(where.more)} if where.more else {}
    divided = {"separator": where.separator} if where.separator is not None else {}
    codes = {"codes": dict(where.codes)} if where.codes else {}
    return {"name": where.name, "option": option, **said, **more, **divided, **codes}


def _put(table: Mapping[str, Any], name: str, instead: Mapping[str, Any]) -> dict[str, Any]:
    """The table with an entry replaced by others, in its place."""
    made: dict[str, Any] = {}
    for key, value in table.items():
        made |= instead if key == name else {key: value}
    return made


def _rename(content: dict[str, Any], delivery: dict[str, Any], name: str, own: tuple[str, ...]) -> None:
    """The question's name in lists of items as those of its options."""
    for where, key in ((content, "order"), (content, "without"), (delivery, "not_delivered")):
        if isinstance(where.get(key), list):
            where[key] = [each for old in where[key] for each in (own if old == name else (old,))]
