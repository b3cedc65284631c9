"""Indicators held against the items of all waves: what names no item or code, and what its item cannot give."""

from collections.abc import Iterator

from pulsometro.questionnaire import Indicator, Item, parse
from pulsometro.settings.faults import Fault, shown
from pulsometro.settings.likeness import listed
from pulsometro.study.known_names import Known, Place

# Of an item of another kind nobody works out a mean.
_NUMBERS = frozenset({"integer", "number", "scale"})


def indicator_faults(known: Known) -> Iterator[Fault]:
    """Faults of ``questionnaires/indicators.yaml`` that hold in every wave; those of one wave are that wave's."""
    for name, indicator in known.indicators.items():
        yield from _name_faults(name, indicator, known)
        yield from _code_faults(name, indicator, known)
        yield from _kind_faults(name, indicator, known)
        yield from _design_faults(name, indicator, known)


def _name_faults(name: str, indicator: Indicator, known: Known) -> Iterator[Fault]:
    key, place = f"indicators.{shown(name)}", ("indicators", name)
    if indicator.item is not None:
        yield from known.item_fault(f"{key}.item", indicator.item, (*place, "item"))
    for number, item in enumerate(indicator.items):
        yield from known.item_fault(f"{key}.items", item, (*place, "items", number))
    for item in sorted(parse(indicator.base, "").items) if indicator.base else ():
        yield from known.item_fault(f"{key}.base", item, (*place, "base"))
    if indicator.kind == "index" and not 1 <= indicator.at_least <= len(indicator.items):
        most = len(indicator.items)
        yield Fault(f"{key}.at_least is {indicator.at_least} of {most} items; write 1 to {most}.", (*place, "at_least"))


def _design_faults(name: str, indicator: Indicator, known: Known) -> Iterator[Fault]:
    """Items of the sample's design, of which nothing is ever printed."""
    asked = {*((indicator.item,) if indicator.item else ()), *indicator.items}
    for item in sorted(asked | set(parse(indicator.base, "").items if indicator.base else ())):
        if any(version.design for version in known.versions(item)):
            text = f"indicators.{shown(name)} is of '{shown(item)}', which is of the sample's design and never printed"
            yield Fault(f"{text}; name a question, or give the item another kind.", ("indicators", name))


def _code_faults(name: str, indicator: Indicator, known: Known) -> Iterator[Fault]:
    """Codes that no wave's item has: of a share those that it counts, of an index those that it rescales."""
    key, place = f"indicators.{shown(name)}", ("indicators", name)
    if indicator.kind == "index":
        for code in indicator.rescale:
            yield from _code_fault(f"{key}.rescale", code, indicator.items, known, (*place, "rescale"))
    elif indicator.item is not None:
        for number, code in enumerate(indicator.categories):
            at = (*place, "categories", number)
            yield from _code_fault(f"{key}.categories", code, (indicator.item,), known, at)


def _code_fault(key: str, code: int, items: tuple[str, ...], known: Known, place: Place) -> Iterator[Fault]:
    asked = [item for name in items for item in known.versions(name)]
    if not asked or not all(known.told_all(name) for name in items) or any(code in item.valid_codes for item in asked):
        return
    of = ", ".join(shown(name) for name in items[:3]) + (" …" if len(items) > 3 else "")
    yield Fault(f"{key} names code {code}, which {of} has in no wave ({_codes(asked[-1])}); correct the code.", place)


def _codes(item: Item) -> str:
    return listed(f"{code} {label}" for code, label in (*item.codes.items(), *item.missing.items()))


def _kind_faults(name: str, indicator: Indicator, known: Known) -> Iterator[Fault]:
    if indicator.item is None:
        return
    key, place = f"indicators.{shown(name)}", ("indicators", name, "kind")
    asked = next((item for item in known.versions(indicator.item) if _unfit(indicator, item)), None)
    if asked is None:
        return
    of, kind = f"'{shown(indicator.item)}'", indicator.kind
    if asked.codes and kind != "distribution":
        text = (
            f"{key} is a {kind} of {of}, whose numbers are codes and no quantities ({_codes(asked)}); count one of "
            "them (kind: share, with categories), or give each a value (kind: index, with items and rescale)."
        )
    elif kind == "distribution":
        text = f"{key} is a distribution of {of}, which has no codes to count; take an item that groups it, or a mean."
    else:
        text = f"{key} is a {kind} of {of}, which is of kind {asked.kind}; name an item that is a number."
    yield Fault(text, place)


def _unfit(indicator: Indicator, item: Item) -> bool:
    if indicator.kind in ("mean", "median", "quantile") or indicator.range is not None:
        return item.kind not in _NUMBERS and not _labelled_with_numbers(item)
    return indicator.kind == "distribution" and not item.codes and item.kind not in ("scale", "area")


def _labelled_with_numbers(item: Item) -> bool:
    """Whether every code says itself (0 "0 nada", 1 "1", …): then it is a quantity, written as codes."""
    return len(item.codes) > 2 and all(label.split()[:1] == [str(code)] for code, label in item.codes.items())
