"""Multiple answers: one yes/no item per option, from several columns, one list, or a column an option."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pulsometro.ingest.harmonise import values
from pulsometro.ingest.harmonise.label_words import MISSING_LABELS, NO_LABEL
from pulsometro.ingest.harmonise.values import Converted
from pulsometro.questionnaire.model import Column, Item
from pulsometro.questionnaire.option_texts import Options, columns_of, options_by_column

NO_ANSWER = {kind: labels - NO_LABEL for kind, labels in MISSING_LABELS.items()}
Answers = frozenset[tuple[str, str]]


@dataclass(frozen=True)
class Lists:
    """The lists of one delivered column, by its distinct cells.

    ``texts``: the cells; ``answers``: what each means, None where that is not known; ``places``: each row's among them.
    """

    places: np.ndarray
    texts: tuple[str, ...]
    answers: tuple[Answers | None, ...]
    options: Options

    def rows(self, test: Collection[bool]) -> np.ndarray:
        """The mask of the rows whose cell passes, by one truth value for each distinct cell."""
        return np.asarray(np.array(list(test), dtype=bool)[self.places], dtype=bool)


def read_lists(frame: pd.DataFrame, items: Mapping[str, Item], columns: Mapping[str, Column]) -> dict[str, Lists]:
    """Every column of the frame that holds options, each distinct cell read once.

    ``columns``: of all items, those that are not read too: their options are known.
    """
    found = {}
    for name, options in options_by_column(items, columns, NO_ANSWER).items():
        if name in frame:
            places, texts = values.uniques(frame[name])
            found[name] = Lists(places, tuple(texts), tuple(options.answers(text) for text in texts), options)
    return found


def chosen(name: str, item: Item, crosswalk: Column, lists: Mapping[str, Lists], index: pd.Index) -> Converted:
    """``yes`` where the item's option is among the answers, ``no`` where only others are, else its kind of missing.

    A missing code that stands alone in its cell is the answer where no other column holds an option. Unknown is a cell
    with anything that no item of the column declares, or with a kind of missing that this item lacks. ``opposed``:
    cells that hold a kind of missing beside something else.
    """
    hit, answered, unknown, opposed = (np.zeros(len(index), dtype=bool) for _ in range(4))
    code = np.full(len(index), np.nan)
    for column in columns_of(crosswalk):
        read = lists[column]
        cells = [answers if answers is not None else frozenset() for answers in read.answers]
        kinds = [{kind for what, kind in cell if what == "missing"} for cell in cells]
        hit |= read.rows([("option", name) in cell for cell in cells])
        answered |= read.rows([any(what == "option" for what, _ in cell) for cell in cells])
        opposed |= read.rows([bool(found) and len(cell) > 1 for cell, found in zip(cells, kinds, strict=True)])
        codes = [next((item.code_for(kind) for kind in found), None) for found in kinds]  # type: ignore[arg-type]
        lacking = [bool(found) and own is None for found, own in zip(kinds, codes, strict=True)]
        unknown |= read.rows([answers is None for answers in read.answers]) | read.rows(lacking)
        said = np.array([np.nan if own is None else own for own in codes], dtype=float)[read.places]
        code = np.where(np.isnan(code), said, code)
    result = np.where(hit, crosswalk.yes, np.where(answered, crosswalk.no, code))
    result = np.where(opposed | unknown, np.nan, result)
    taken = pd.Series(pd.array(result, dtype="Float64"), index=index).astype("Int64")
    return Converted(taken, unknown, np.zeros(len(index), dtype=bool), opposed)


def beside(frame: pd.DataFrame, crosswalk: Column, own: Converted) -> Converted:
    """An option with a column of its own: ``no`` where it is blank and the column of another option is not."""
    others = np.zeros(len(frame), dtype=bool)
    for name in crosswalk.more:
        places, texts = values.uniques(frame[name])
        others |= np.array([text != "" for text in texts], dtype=bool)[places]
    blank = own.values.isna().to_numpy() & ~own.unknown & ~own.outside
    return Converted(own.values.mask(blank & others, crosswalk.no), own.unknown, own.outside)
