"""Kinds of items that are others once they are read: the sample's design, and scales whose ends have words."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from pulsometro.questionnaire.model import Item
from pulsometro.settings.faults import Fault, shown


def with_kinds(items: Mapping[str, Item]) -> Mapping[str, Item]:
    """The items, those of kind ``design`` as what their values are, scales as the whole numbers that they are.

    >>> made = with_kinds({"upm": Item("", "UPM", kind="design", values="text"), "p1": Item("", ""),
    ...                    "p2": Item("", "", kind="scale", range=(0, 10), ends={0: "nada", 10: "mucho"})})
    >>> [(item.kind, item.design) for item in made.values()]
    [('text', True), ('single', False), ('integer', False)]
    """
    return {name: _read(item) for name, item in items.items()}


def _read(item: Item) -> Item:
    if item.kind == "scale":
        return replace(item, kind="integer")
    if item.kind == "design":
        values = item.values or "number"
        return replace(item, kind=values, values=values)
    return item


def kind_faults(items: Mapping[str, Item]) -> Iterator[Fault]:
    """Items of these kinds that are something else besides, or lack what makes them one; as the files have them."""
    for name, item in items.items():
        where, place = f"items.{shown(name)}", ("items", name)
        if item.values is not None and item.kind != "design":
            yield Fault(f"{where}.values is for an item of kind design; take it out, or say kind: design.", place)
        if item.ends and item.kind != "scale":
            yield Fault(f"{where}.ends is for an item of kind scale; take it out, or say kind: scale.", place)
        if item.kind == "design" and (item.codes or item.ask_if or item.derived is not None):
            told = "codes" if item.codes else "ask_if" if item.ask_if else "derived"
            text = f"{where} is of kind design, which nobody is asked; take out {told}, or give it another kind."
            yield Fault(text, place)
        if item.kind == "scale":
            yield from _scale_faults(where, item, place)


def _scale_faults(where: str, item: Item, place: tuple[str, ...]) -> Iterator[Fault]:
    if item.codes:
        yield Fault(f"{where} is a scale and has codes; name its ends (ends:), or take out kind: scale.", place)
    if item.range is None or item.range[0] >= item.range[1]:
        yield Fault(f"{where} is a scale without its numbers; say range: [0, 10].", place)
        return
    low, high = item.range
    outside = next((number for number in item.ends if not low <= number <= high), None)
    if outside is not None:
        yield Fault(f"{where}.ends names {outside}, which is not in its range ({low} to {high}); correct it.", place)
    inside = next((code for code in item.missing if low <= code <= high), None)
    if inside is not None:
        yield Fault(f"{where}: {inside} is a number of the scale and a kind of missing at once; correct one.", place)
