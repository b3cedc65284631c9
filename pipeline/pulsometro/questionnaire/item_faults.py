"""What is wrong with the items of a wave: names, codes, skips, and where the delivery puts them."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence

from pulsometro.questionnaire.condition_faults import faults_in
from pulsometro.questionnaire.expressions import Unreadable, items_of, read
from pulsometro.questionnaire.labels_alike import label_key, same_labels
from pulsometro.questionnaire.model import Delivery, Item
from pulsometro.settings.faults import Fault, shown
from pulsometro.settings.names import identifier_fault, item_fault, same_but_capitals

_MOST_NAMED = 6


def name_faults(items: Collection[str], calls: Collection[str]) -> Iterator[Fault]:
    """Items, and columns of the call attempts, with names that cannot be columns."""
    for name in items:
        problem = item_fault(name)
        if problem:
            yield Fault(f"items: {problem}", ("items", name))
    for alike in same_but_capitals(items):
        named = " and ".join(f"'{shown(name)}'" for name in alike)
        yield Fault(f"items: {named} differ only in capitals, which SPSS does not tell apart; rename one.",
                    ("items", alike[-1]))  # fmt: skip
    for name in calls:
        problem = identifier_fault(name, "item")
        if problem:
            yield Fault(f"attempts.columns: {problem}", ("attempts", "columns", name))


def code_faults(items: Mapping[str, Item]) -> Iterator[Fault]:
    """Codes that are an answer and a kind of missing at once, and items that lack any."""
    double: dict[int, list[str]] = defaultdict(list)
    for name, item in items.items():
        for code in sorted(set(item.codes) & set(item.missing)):
            double[code].append(name)
        if item.kind == "single" and not item.codes:
            text = f"items.{shown(name)} has no codes; list them or give another kind."
            yield Fault(text, ("items", name))
        yield from _alike(item.codes, f"items.{shown(name)}", ("items", name, "codes"))
    # Items of one scale share its fault: it is told once.
    for code, names in double.items():
        text = f"items.{shown(names[0])}: code {code} is both an answer and a kind of missing"
        rest = [shown(name) for name in names[1:]]
        more = [*rest[:_MOST_NAMED], "…"] if len(rest) > _MOST_NAMED else rest
        yield Fault(f"{text}; so it is in {', '.join(more)}." if rest else f"{text}.", ("items", names[0], "missing"))


def _alike(labels: Mapping[int, str], where: str, place: tuple[str, ...]) -> Iterator[Fault]:
    """Labels that are told apart by nothing which a delivery keeps."""
    for first, second in same_labels(labels):
        told = f"'{shown(labels[first])}' ({first}) and '{shown(labels[second])}' ({second})"
        yield Fault(f"{where}.codes: {told} are one label but for accents, capitals and marks; word one of them "
                    "otherwise.", place)  # fmt: skip


def _contradicting(codes: Mapping[str, int], name: str, place: tuple[str, ...]) -> Iterator[Fault]:
    """Delivered labels that are one label and lead to different codes."""
    first: dict[str, str] = {}
    for text, code in codes.items():
        before = first.setdefault(label_key(text), text)
        if codes[before] != code:
            told = f"'{shown(before)}' and '{shown(text)}' are one label but for accents, capitals and marks"
            yield Fault(f"delivery.columns.{shown(name)}.codes: {told}, and lead to different codes; keep one.", place)


def skip_faults(items: Mapping[str, Item], areas: Collection[str]) -> Iterator[Fault]:
    """Skips and derivations from what is not asked or goes in a circle, and conditions that cannot be meant."""
    needs: dict[str, tuple[str, ...]] = {}
    for name, item in items.items():
        place = ("items", name, "ask_if")
        if item.ask_if:
            problems = faults_in(item.ask_if, items, areas)
            yield from (Fault(f"items.{shown(name)}.ask_if: {problem}", place) for problem in problems)
            needs[name] = _sources(item.ask_if)
        if item.derived is not None:
            needs[name] = (*needs.get(name, ()), item.derived.source)
        for source in needs.get(name, ()):
            if source not in items:
                text = f"items.{shown(name)} depends on '{shown(source)}', which this wave does not ask."
                yield Fault(text, place)
    told: set[frozenset[str]] = set()
    for name in needs:
        circle = _circle(name, needs, ())
        if circle and frozenset(circle) not in told:
            told.add(frozenset(circle))
            text = f"the skips of {' → '.join(map(shown, circle))} go in a circle; break it."
            yield Fault(text, ("items", circle[0], "ask_if"))


def _sources(condition: str) -> tuple[str, ...]:
    try:
        return items_of(read(condition))
    except Unreadable:
        return ()


def _circle(name: str, needs: Mapping[str, Sequence[str]], way: tuple[str, ...]) -> tuple[str, ...]:
    """The circle into which the needs of ``name`` lead, its first item at both ends; () where they end."""
    if name in way:
        return (*way[way.index(name) :], name)
    found = (_circle(source, needs, (*way, name)) for source in needs.get(name, ()))
    return next((circle for circle in found if circle), ())


def delivery_faults(known: Mapping[str, Item], asked: Mapping[str, Item], delivery: Delivery) -> Iterator[Fault]:
    """Columns of no item, items of no column, and columns that map to codes which their item lacks.

    ``known``: every item of the files; a shared crosswalk may name items that this wave leaves out.
    """
    place = ("delivery", "columns")
    for name in delivery.columns:
        if name not in known:
            text = f"delivery.columns names '{shown(name)}', which is not an item; correct it."
            yield Fault(text, (*place, name))
    for name, item in asked.items():
        if item.derived is not None:
            continue
        if name not in delivery.columns:
            text = f"delivery.columns does not say where item '{shown(name)}' is; add its column."
            yield Fault(text, (*place, name))
            continue
        column = delivery.columns[name]
        wrong = [c for c in dict.fromkeys(column.codes.values()) if item.kind == "single" and c not in item.valid_codes]
        for code in wrong:
            text = f"delivery.columns.{shown(name)} maps to code {code}, which the item lacks."
            yield Fault(text, (*place, name))
        if item.kind == "single":
            yield from _contradicting(column.codes, name, (*place, name))
