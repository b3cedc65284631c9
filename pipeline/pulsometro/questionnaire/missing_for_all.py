"""What a delivery writes for no answer in every column, said once: each item's crosswalk gets its own code for it."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from pulsometro.questionnaire.model import Column, Delivery, Item, MissingKind
from pulsometro.settings.faults import Fault, shown

_CODED, _NUMBERS = ("single", "integer", "number"), ("integer", "number")


def with_missing(items: Mapping[str, Item], delivery: Delivery) -> Mapping[str, Column]:
    """The columns, each with what the whole file writes for no answer.

    An item says otherwise where its column leads the same text elsewhere, where the text is one of its codes, or a
    number in its range (of an age, 98 is an age); and one without a code of that kind is left as it is, so that such
    a text is told there as unknown.

    >>> from pulsometro.questionnaire.model import Item
    >>> asked = {"p1": Item("", "", codes={1: "sí"}, missing={9: "no_sabe"}),
    ...          "edad": Item("", "", kind="integer", range=(18, 110), missing={999: "no_sabe"})}
    >>> file = Delivery(("ID",), {"p1": Column("P1"), "edad": Column("E")}, missing={"98": "no_sabe"})
    >>> [dict(column.codes) for column in with_missing(asked, file).values()]
    [{'1': 1, '9': 9, '98': 9}, {}]
    """
    if not delivery.missing:
        return delivery.columns
    return {
        name: _told(items[name], column, delivery.missing) if name in items else column
        for name, column in delivery.columns.items()
    }


def _told(item: Item, column: Column, missing: Mapping[str, MissingKind]) -> Column:
    if item.kind not in _CODED or item.derived is not None:
        return column
    added = {
        text: code
        for text, kind in missing.items()
        if (code := item.code_for(kind)) is not None and not _otherwise(text, item, column)
    }
    if not added:
        return column
    # A single item's empty crosswalk says that codes come as they are: one that is not empty must say so.
    plain = item.kind == "single" and column.option is None and not column.codes
    own = {str(code): code for code in item.valid_codes} if plain else column.codes
    return replace(column, codes={**own, **added})


def _otherwise(text: str, item: Item, column: Column) -> bool:
    number = _number(text)
    if any(text == key or (number is not None and _number(key) == number) for key in column.codes):
        return True
    if number is None:
        return False
    known = item.missing if column.codes and item.kind == "single" else item.valid_codes
    inside = item.kind in _NUMBERS and item.range is not None and item.range[0] <= number <= item.range[1]
    return number in known or inside


def _number(text: str) -> int | None:
    bare = text.strip().removesuffix(".0")
    return int(bare) if bare.isascii() and bare.removeprefix("-").isdecimal() else None


def missing_faults(items: Mapping[str, Item], delivery: Delivery) -> Iterator[Fault]:
    """Texts for no answer that are none, that are said to be blank too, or of a kind that no item has."""
    kinds = {kind for item in items.values() for kind in item.missing.values()}
    for text, kind in delivery.missing.items():
        place, key = ("delivery", "missing", text), f"delivery.missing: '{shown(text)}'"
        if not text.strip():
            yield Fault("delivery.missing names an empty text, which is blank already; take it out.", place)
        elif text in delivery.blank:
            yield Fault(f"{key} stands under delivery.blank too; keep one of them.", place)
        elif kind not in kinds:
            told = (
                f"{key} is {kind}, and no item has a code of that kind; give the items theirs, or say delivery.blank."
            )
            yield Fault(told, place)
