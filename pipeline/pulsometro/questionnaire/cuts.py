"""What is wrong with items that are cut from another: an answer that no group takes is lost without a word."""

from collections.abc import Iterator, Mapping
from itertools import pairwise

from pulsometro.questionnaire.model import Item
from pulsometro.settings.faults import Fault, shown


def cut_faults(items: Mapping[str, Item]) -> Iterator[Fault]:
    """Groups without a label, ranges that meet or are reversed, and answers of the source that lie in none of them."""
    for name, item in items.items():
        if item.derived is None:
            continue
        where, place = f"items.{shown(name)}.derived.ranges", ("items", name, "derived", "ranges")
        ranges = item.derived.ranges
        for code, (low, high) in ranges.items():
            if code not in item.codes:
                yield Fault(f"{where}: {code} is none of the item's codes; list it in codes, or correct it.", place)
            if low > high:
                yield Fault(f"{where}: {code} goes from {low} to {high}; write the lower number first.", place)
        pieces = sorted((low, high, code) for code, (low, high) in ranges.items() if low <= high)
        for (_, end, first), (start, _, second) in pairwise(pieces):
            if start <= end:
                yield Fault(
                    f"{where}: {first} and {second} both take {start}; let one begin after the other ends.", place
                )
        source = items.get(item.derived.source)
        left = [] if source is None or len(pieces) < len(ranges) else _left_out(source, pieces)
        if left:
            told = ", ".join(map(str, left[:4])) + (" …" if len(left) > 4 else "")
            yield Fault(
                f"{where}: {told} of '{shown(item.derived.source)}' is in no group, and whoever answers so would be "
                "lost; put it in one.",
                place,
            )


def _left_out(source: Item, pieces: list[tuple[int, int, int]]) -> list[int]:
    """Answers of the source in none of the pieces (in order of where they begin): codes, or the ends of a gap."""
    if source.codes:
        return [code for code in source.codes if not any(low <= code <= high for low, high, _ in pieces)]
    if source.kind != "integer" or source.range is None:
        return []
    lowest, highest = source.range
    left, next_ = [], int(lowest)
    for low, high, _ in pieces:
        if low > next_ and next_ <= highest:
            left.append(next_)
        next_ = max(next_, high + 1)
    return left if next_ > highest else [*left, next_]
