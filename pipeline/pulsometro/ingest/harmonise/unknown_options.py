"""What is said of a list of options that cannot be read: which token, in which rows, which key would admit it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from pulsometro.common.discretion import alike, quoted
from pulsometro.ingest.harmonise.blank_words import is_usual, said_words
from pulsometro.ingest.harmonise.multiple import Lists
from pulsometro.ingest.harmonise.numerals import is_usual_code
from pulsometro.ingest.harmonise.odd_cells import odd_cell
from pulsometro.questionnaire.model import Column, Item
from pulsometro.questionnaire.option_texts import Options, columns_of

_LONGEST = 40
_DIVIDERS = ("|", ";", ",", "/", "+", "&", "-", ".", ":", "_", "\\", "\t", "\n")


@dataclass(frozen=True)
class Offence:
    """A delivered ``column``, the mask of its rows that cannot be read, and the first ``cell`` of them."""

    column: str
    rows: np.ndarray
    cell: str


def offence_of(crosswalk: Column, lists: Mapping[str, Lists], item: Item) -> Offence | None:
    """The first column of an option's in which something is unknown, or a kind of missing that the item lacks."""
    for column in columns_of(crosswalk):
        read = lists[column]
        bad = [cell is None or _lacking(cell, item) for cell in read.answers]
        if any(bad):
            return Offence(column, read.rows(bad), read.texts[bad.index(True)])
    return None


def _lacking(cell: frozenset[tuple[str, str]], item: Item) -> bool:
    return any(what == "missing" and kind not in item.missing.values() for what, kind in cell)


def option_remedy(name: str, item: Item, crosswalk: Column, options: Options, cell: str, wave: str) -> tuple[str, str]:
    """What may be shown of a cell, and what is wrong with it and what to do, without a full stop."""
    key = f"delivery.columns.{name}"
    meaning = options.answers(cell)
    if meaning is not None:
        kind = next(kind for what, kind in meaning if what == "missing")
        return _shown(cell, item, crosswalk), (
            f"stands for {kind}, which this item has no code for; add one to items.{name}.missing in {wave}.yaml"
        )
    if is_usual(cell):
        return f"'{cell}'", f"is a word for no answer; say delivery.blank: {said_words([cell])} in {wave}.yaml"
    odd = odd_cell(cell)
    if odd is not None:
        return _shown(cell, item, crosswalk), odd
    if _in_brackets(cell, options):
        return "a list in brackets", (
            "is what a program writes for its own lists; ask for the options with a blank between them and no other "
            "signs, or one column an option"
        )
    divider = divider_of(cell, options)
    if divider is not None:
        mark = _visible(divider)
        # Of declared options alone: nobody's words.
        return f"'{cell if len(cell) <= _LONGEST else cell[:_LONGEST] + '…'}'", (
            f"is a list that '{mark}' divides, and the questionnaire does not say so; say {key}.separator: "
            f'"{mark}" in {wave}.yaml'
        )
    token = next((part for part in options.parts(cell) if options.meaning(part) is None), None)
    if token is None:
        return "a list of options", f"can be read in two ways; say {key}.separator in {wave}.yaml, or correct the file"
    # 99 may be an option as well: only what is below zero is surely none.
    if is_usual_code(token) and token.startswith("-"):
        return f"'{token}'", (
            f"is no option but, as firms write it, a code for no answer, which the questionnaire does not know; say "
            f'what it stands for in {key}.codes ("{token}": a code of items.{name}.missing) in {wave}.yaml'
        )
    among = next((mark for mark in _DIVIDERS if mark in cell), "") if any(c.isalpha() for c in cell) else None
    if among is not None:
        pieces = [piece.strip() for piece in (cell.split(among) if among else [cell]) if piece.strip()]
        # What is declared is never told as unknown.
        token = next((piece for piece in pieces if options.meaning(piece) is None), cell)
    among = None if among == options.separator else among
    glued = f', or, if nothing divides a list, separator: "" of {name}' if _glued(cell, options) else ""
    apart = f", separator of {name} for what divides a list" if among else glued
    return _shown(token, item, crosswalk), (
        f"is none of the options of its column; say in delivery.columns of {wave}.yaml what it is: labels of its item, "
        f"others of {name} for an option of no item, codes of {name} for no answer{apart}"
    )


def divider_of(cell: str, options: Options) -> str | None:
    """The mark that divides a cell into known options where the declared one does not."""
    return next((mark for mark in _DIVIDERS if mark in cell and _divided(cell, options, mark)), None)


def _in_brackets(cell: str, options: Options) -> bool:
    """Whether a cell is a list as JSON, Python or a database writes it: ``[1, 2]``, ``['1']``, ``{1,2}``."""
    if cell[:1] + cell[-1:] not in {"[]", "{}", "()"}:
        return False
    bare = re.sub("[\"']", "", cell[1:-1])
    return options.answers(bare) is not None or divider_of(bare, options) is not None


def _glued(cell: str, options: Options) -> bool:
    """Whether a cell may be several options of one sign each with nothing between them."""
    found = Options(options.items, {}, "").answers(cell) if cell.isalnum() else None
    return found is not None and len(found) == len(cell) > 1


def _divided(cell: str, options: Options, mark: str) -> bool:
    return bool(Options(options.items, options.missing, mark).answers(cell))


def _visible(mark: str) -> str:
    return {"\t": "\\t", "\n": "\\n", "\\": "\\\\"}.get(mark, mark)


def _shown(text: str, item: Item, crosswalk: Column) -> str:
    like = [item.label, item.text, *item.codes.values(), *crosswalk.labels, crosswalk.option or ""]
    hidden = {text} if item.private and not any(alike(text, each) for each in like) else ()
    return quoted(text, like, hidden)
