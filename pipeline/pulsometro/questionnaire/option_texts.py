"""How a delivery writes the options of a multiple answer: which items share a column, what each token is."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from pulsometro.questionnaire.labels_alike import label_key
from pulsometro.questionnaire.model import Column, Item, MissingKind

_DIGITS = re.compile(r"0*([0-9]+)")
_FLOAT = re.compile(r"0*([0-9]+)\.0")
_MARK = re.compile(r"^[,;|/+&]|[,;|/+&]$")
_OF_NUMBERS = frozenset("-+.")
_LETTER = re.compile(r"[^\W\d_]")


@lru_cache(maxsize=2**16)
def option_key(text: str) -> str:
    """What options are compared by: whole numbers by what they are, words as labels are, anything else exactly.

    >>> option_key("01"), option_key("Televisión."), option_key("1.2"), option_key("1.")
    ('1', 'television', '1.2', '1.')
    """
    number = _DIGITS.fullmatch(text)
    if number:
        return number[1]
    # A mark at an end divides options, and which ones do is declared.
    return label_key(text) if _LETTER.search(text) and not _MARK.search(text) else text


@dataclass(frozen=True)
class Options:
    """What a delivered column of a multiple answer may hold.

    ``items``: key of an option → item, '' for an option that is no item's; ``missing``: key → kind of missing;
    ``separator``: between the options of a cell, None for blanks. ``alone``: a cell holds one option, others lie in
    other columns.
    """

    items: Mapping[str, str]
    missing: Mapping[str, MissingKind]
    separator: str | None
    alone: bool = False

    def meaning(self, text: str) -> tuple[str, str] | None:
        """``("option", item)`` or ``("missing", kind)`` of one token; None when it is neither."""
        key = option_key(text)
        if self.alone and "0" not in self.items and (number := _FLOAT.fullmatch(text)):
            # As pandas writes whole numbers beside blanks; in a list it could be the options 1 and 0.
            key = number[1]
        if key in self.items:
            return "option", self.items[key] or f"={key}"
        return ("missing", self.missing[key]) if key in self.missing else None

    def parts(self, text: str) -> list[str]:
        """A cell's text divided where options may end; what is no option by itself may be a part of one."""
        if self.separator is None:
            return text.split()
        pieces = list(text) if self.separator == "" else text.split(self.separator)
        # -1 is no list of 1: a mark that numbers have too divides only what stands on both its sides.
        if self.separator in _OF_NUMBERS and not all(piece.strip() for piece in pieces):
            return [text.strip()]
        return [piece.strip() for piece in pieces if piece.strip()]

    def answers(self, text: str) -> frozenset[tuple[str, str]] | None:
        """The meanings of a cell's tokens; None when one has none, or the cell can be divided in two ways.

        Neighbouring parts are one option where that is how it is written: ``Redes sociales`` between blanks.
        """
        parts = self.parts(text)
        joint = " " if self.separator is None else self.separator
        # ways[k]: what the first k parts can mean.
        ways: list[set[frozenset[tuple[str, str]]]] = [{frozenset()}, *(set() for _ in parts)]
        for end in range(1, len(parts) + 1):
            for start in range(end):
                if not ways[start]:
                    continue
                gap = f"{joint} " if joint.strip() else joint
                found = self.meaning(gap.join(parts[start:end])) or self.meaning(joint.join(parts[start:end]))
                if found is not None:
                    ways[end] |= {before | {found} for before in ways[start]}
            if len(ways[end]) > 2:
                return None
        whole = self.meaning(text)
        ways[-1] |= {frozenset({whole})} if whole is not None else set()
        return next(iter(ways[-1])) if len(ways[-1]) == 1 else None


def columns_of(column: Column) -> tuple[str, ...]:
    """The delivered columns in which an option's multiple answer lies."""
    return (column.name, *column.more)


def options_by_column(
    items: Mapping[str, Item], columns: Mapping[str, Column], words: Mapping[MissingKind, Collection[str]]
) -> dict[str, Options]:
    """Each delivered column that holds options of multiple answers, with all that its items say of them.

    ``words``: what files call each kind of missing (``no sabe``), where its items have that kind.
    """
    sharing: dict[str, list[str]] = {}
    for name, column in columns.items():
        if column.option is not None and name in items:
            for delivered in columns_of(column):
                sharing.setdefault(delivered, []).append(name)
    return {delivered: _options(names, items, columns, words) for delivered, names in sharing.items()}


def _options(
    names: list[str],
    items: Mapping[str, Item],
    columns: Mapping[str, Column],
    words: Mapping[MissingKind, Collection[str]],
) -> Options:
    found = {key: name for name in names for key in keys_of(columns[name])}
    found |= {key: "" for name in names for text in columns[name].others if (key := option_key(text)) not in found}
    missing: dict[str, MissingKind] = {}
    for name in names:
        for key, kind in _missing(items[name], columns[name]):
            if key not in found:
                missing.setdefault(key, kind)
    for kind in dict.fromkeys(missing.values()):
        missing |= {key: kind for key in map(option_key, words.get(kind, ())) if key not in found | missing}
    separators = [columns[name].separator for name in names if columns[name].separator is not None]
    return Options(found, missing, separators[0] if separators else None, any(columns[name].more for name in names))


def keys_of(column: Column) -> list[str]:
    """The keys by which an option is known: its own text and its labels'."""
    return [option_key(text.strip()) for text in (column.option or "", *column.labels) if text.strip()]


def _missing(item: Item, column: Column) -> Iterator[tuple[str, MissingKind]]:
    """What is declared of the column, then the item's own codes."""
    for text, code in column.codes.items():
        if code in item.missing:
            yield option_key(text.strip()), item.missing[code]
    for code, kind in item.missing.items():
        yield str(code), kind
