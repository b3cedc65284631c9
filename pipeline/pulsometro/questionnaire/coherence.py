"""What is wrong with the conditions of ``consistency:``, every fault at once."""

from collections.abc import Collection, Iterator, Mapping

from pulsometro.questionnaire.condition_faults import faults_in
from pulsometro.questionnaire.expressions import Unreadable, comparisons, items_of, read
from pulsometro.questionnaire.model import Consistency, Item
from pulsometro.settings.faults import Fault, shown
from pulsometro.settings.names import identifier_fault

_ORDER = ("<", "<=", ">", ">=")


def conditions_of(condition: Consistency) -> set[str]:
    """The items that a condition and its exception use; raises Unreadable when one of them is no condition."""
    return {name for text in (condition.holds, condition.unless) if text for name in items_of(read(text))}


def consistency_faults(
    conditions: Mapping[str, Consistency], items: Mapping[str, Item], areas: Collection[str] = ()
) -> Iterator[Fault]:
    """Conditions with a name that no rule can have, on what is no item, on free text, or that cannot be meant.

    ``items``: every item of the files; a shared condition may name one that this wave leaves out.
    """
    for name, condition in conditions.items():
        problem = identifier_fault(name, "entry of consistency")
        if problem:
            yield Fault(f"consistency: {problem}", ("consistency", name))
        for key, text in (("holds", condition.holds), ("unless", condition.unless)):
            if text is not None:
                where = f"consistency.{shown(name)}.{key}"
                yield from (
                    Fault(f"{where}: {said}", ("consistency", name, key)) for said in _wrong(text, items, areas)
                )


def _wrong(text: str, items: Mapping[str, Item], areas: Collection[str]) -> Iterator[str]:
    try:
        tree = read(text)
    except Unreadable as error:
        yield str(error)
        return
    used = items_of(tree)
    for item in used:
        if item not in items:
            yield f"'{shown(item)}' is not an item of this questionnaire; correct the name."
        elif items[item].kind == "text":
            yield f"'{shown(item)}' is free text, which cannot be compared; use an item of codes, numbers or days."
    if any(items[item].kind == "text" for item in used if item in items):
        return
    for test in comparisons(tree):
        kinds = {items[item].kind for item in (test.item, test.other) if item in items}
        if "area" in kinds and test.sign in _ORDER:
            yield f"'{shown(str(test))}' puts municipalities in an order; compare them with == or in."
    yield from faults_in(text, items, areas)
