"""What is wrong with what the questionnaire says of a delivery's writing: marks of numbers, words for no answer."""

from collections.abc import Collection, Iterator, Mapping

from pulsometro.questionnaire.model import Column, Delivery, Item
from pulsometro.questionnaire.option_texts import columns_of, keys_of
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


def number_faults(asked: Mapping[str, Item], delivery: Delivery) -> Iterator[Fault]:
    """Delivered words of a number that lead out of its range, where no other value may lie."""
    for name, item in asked.items():
        column = delivery.columns.get(name)
        if column is None or item.kind not in ("integer", "number") or item.range is None:
            continue
        low, high = item.range
        for text, number in column.codes.items():
            if number not in item.valid_codes and not low <= number <= high:
                yield Fault(
                    f"delivery.columns.{shown(name)}.codes: '{shown(text)}' leads to {number}, which is neither in the "
                    "item's range nor one of its kinds of missing; correct it, or add it to the item's missing.",
                    ("delivery", "columns", name),
                )


def option_faults(asked: Mapping[str, Item], delivery: Delivery) -> Iterator[Fault]:
    """Options of multiple answers that cannot be told apart, and keys that only options have."""
    columns = {name: delivery.columns[name] for name in asked if name in delivery.columns}
    for name, column in columns.items():
        place, key = ("delivery", "columns", name), f"delivery.columns.{shown(name)}"
        if column.option is None:
            said = [word for word in ("separator", "labels", "others") if getattr(column, word) not in (None, ())]
            if said:
                yield Fault(f"{key}.{said[0]} is for an option of a multiple answer; say which in {key}.option.", place)
            if column.more and column.no not in asked[name].codes:
                lacks = f"{shown(name)} lacks code {column.no}"
                text = f"{key}.more: a blank beside other options is no, and {lacks}; say no:."
                yield Fault(text, place)
            continue
        for text, code in column.codes.items():
            if code not in asked[name].missing:
                yield Fault(
                    f"{key}.codes: '{shown(text)}' leads to {code}, which is no kind of missing; of an option, other "
                    "ways of writing it go into labels.",
                    place,
                )
        if asked[name].kind != "single":
            yield Fault(f"{key}.option: {shown(name)} is no item with codes; an option is yes or no.", place)
        elif wrong := [code for code in (column.yes, column.no) if code not in asked[name].codes]:
            text = f"{key}.option needs codes for yes and no, and {shown(name)} lacks {wrong[0]}; say yes: and no:."
            yield Fault(text, place)
    yield from _shared(columns)


def _shared(columns: Mapping[str, Column]) -> Iterator[Fault]:
    """What the items of one delivered column say together."""
    sharing: dict[str, list[str]] = {}
    for name, column in columns.items():
        if column.option is not None:
            for delivered in columns_of(column):
                sharing.setdefault(delivered, []).append(name)
    for delivered, names in sharing.items():
        yield from _column_faults(delivered, names, columns)


def _column_faults(delivered: str, names: list[str], columns: Mapping[str, Column]) -> Iterator[Fault]:
    place, where = ("delivery", "columns", names[0]), f"column '{shown(delivered)}'"
    whole = set(columns_of(columns[names[0]]))
    other = next((name for name in names if set(columns_of(columns[name])) != whole), None)
    if other is not None:
        yield Fault(
            f"delivery.columns: {shown(names[0])} and {shown(other)} share {where} and not all of their columns; name "
            "the same ones in more.",
            place,
        )
    elif len(names) == 1 and not columns[names[0]].others:
        yield Fault(
            f"delivery.columns.{shown(names[0])}.option: no other option lies in {where}, so that its blanks may be no "
            "or no answer; name the columns of the others in more of each, or its other options in others.",
            place,
        )
    if len({columns[name].separator for name in names} - {None}) > 1:
        yield Fault(f"delivery.columns: items of {where} say two separators; keep one.", place)
    seen: dict[str, str] = {}
    for name in names:
        for key in keys_of(columns[name]):
            first = seen.setdefault(key, name)
            if first != name:
                both = f"{shown(first)} and {shown(name)} are both option '{shown(key)}' of {where}"
                yield Fault(f"delivery.columns, one answer twice: {both}; correct one.", place)
