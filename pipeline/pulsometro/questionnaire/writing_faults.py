"""What is wrong with what the questionnaire says of a delivery's writing: marks of numbers, words for no answer."""

from collections.abc import Collection, Iterator, Mapping

from pulsometro.questionnaire.model import Column, Delivery, Item
from pulsometro.settings.faults import Fault, shown

THOUSANDS = (",", ".", " ", "'")
DECIMALS = (".", ",")


def mark_faults(delivery: Delivery) -> Iterator[Fault]:
    """Marks of numbers that are none, or one mark for two things."""
    if delivery.decimal is not None and delivery.decimal not in DECIMALS:
        text = f'delivery.decimal: \'{shown(delivery.decimal)}\' is no decimal mark; say "." or ",".'
        yield Fault(text, ("delivery", "decimal"))
    if delivery.thousands is not None and delivery.thousands not in THOUSANDS:
        text = (
            f'delivery.thousands: \'{shown(delivery.thousands)}\' is no mark between thousands; say ",", ".", " " or '
            '"\'".'
        )
        yield Fault(text, ("delivery", "thousands"))
    if delivery.thousands is not None and delivery.thousands == delivery.decimal:
        text = f"delivery.thousands and delivery.decimal are both '{shown(delivery.decimal)}'; correct one of them."
        yield Fault(text, ("delivery", "thousands"))


def word_faults(asked: Mapping[str, Item], delivery: Delivery, areas: Collection[str]) -> Iterator[Fault]:
    """Words for nothing that are something: an answer of some item, a municipality, an option of a multiple answer."""
    for number, word in enumerate(delivery.blank):
        place = ("delivery", "blank", number)
        if not word.strip():
            yield Fault("delivery.blank names an empty word, which is blank already; take it out.", place)
            continue
        name = next((n for n, item in asked.items() if _answers(word, item, delivery.columns.get(n))), None)
        if name is not None:
            text = (
                f"delivery.blank: '{shown(word)}' is an answer of the item {name} too, and would be lost there; take "
                f"it out, or say what it stands for in delivery.columns of the items that hold it."
            )
            yield Fault(text, place)
        elif word in areas:
            text = (
                f"delivery.blank: '{shown(word)}' is a municipality of params.yaml, which would be lost; take it out."
            )
            yield Fault(text, place)


def _answers(word: str, item: Item, column: Column | None) -> bool:
    """Whether an item knows the word as a code, a label, a number, or what its column says."""
    if item.derived is not None:
        return False
    known = {label.casefold() for label in item.codes.values()}
    if column is not None:
        known |= {key.casefold() for key in column.codes}
        known |= {column.option.casefold()} if column.option is not None else set()
        if not column.codes and column.option is None:
            known |= {str(code) for code in item.valid_codes}
        known |= {str(code) for code in item.missing}
    number = int(word) if word.lstrip("-").isdecimal() and word.isascii() else None
    inside = (
        item.kind in ("integer", "number")
        and number is not None
        and item.range is not None
        and item.range[0] <= number <= item.range[1]
    )
    return word.strip().casefold() in known or inside
