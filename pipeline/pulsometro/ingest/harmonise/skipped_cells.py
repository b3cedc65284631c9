"""What a server writes where nothing was asked (Ona's FALSE, REDCap's 0): declared, then it is no answer."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from pulsometro.common.discretion import quoted
from pulsometro.common.errors import PulsoError
from pulsometro.ingest.harmonise import values
from pulsometro.ingest.harmonise.blank_words import is_usual, said_words
from pulsometro.ingest.harmonise.spoilt_folios import rows_said
from pulsometro.questionnaire.derivation import derive
from pulsometro.questionnaire.model import Column, Item, Questionnaire
from pulsometro.questionnaire.option_texts import columns_of

# An answer here and there where a skip was missed is an interview's fault; one value in most of them is the file's.
_SHARE, _ROWS = 0.5, 3
# What servers write for an option that was not ticked; it is no person's.
_SERVERS = ("unchecked", "checked", "not selected", "no seleccionado", "not asked", "skipped", "off", "falso")


def not_asked(columns: Mapping[str, pd.Series] | pd.DataFrame, questionnaire: Questionnaire, name: str) -> np.ndarray:
    """The mask of the rows in which the questionnaire skips an item; ``columns``: canonical values so far."""
    known = {str(each): column for each, column in columns.items()}
    for each, item in questionnaire.items.items():
        if item.derived is not None and each not in known and item.derived.source in known:
            known[each] = derive(known[item.derived.source], item, questionnaire[item.derived.source])
    skip = questionnaire.skips[name]
    asked = skip.mask(pd.DataFrame({each: known[each] for each in skip.items if each in known}))
    return ~asked.to_numpy(dtype=bool)


def filled(frame: pd.DataFrame, crosswalk: Column, words: Iterable[str]) -> np.ndarray:
    """The mask of the rows in which an item's cells hold one of ``words``, and nothing else."""
    wanted = {word.strip().casefold() for word in words}
    some, only = np.zeros(len(frame), dtype=bool), np.ones(len(frame), dtype=bool)
    for name in columns_of(crosswalk) if crosswalk.option is not None else (crosswalk.name,):
        places, texts = values.uniques(frame[name])
        hit = np.array([text.casefold() in wanted for text in texts], dtype=bool)[places]
        some |= hit
        only &= hit | np.array([text == "" for text in texts], dtype=bool)[places]
    return some & only


def fills_of(
    frame: pd.DataFrame, crosswalks: Mapping[str, Column], found: Mapping[str, tuple[np.ndarray, np.ndarray]]
) -> dict[str, tuple[str, np.ndarray]]:
    """Item → the one value that most of those hold who were not asked it, and the places of their rows.

    ``found``: item → the masks of the rows with something where the questionnaire skips, and of all rows that it skips.
    """
    told = {}
    for name, (answered, skipped) in found.items():
        places, texts = values.uniques(frame[crosswalks[name].name][answered])
        enough = max(_ROWS, _SHARE * skipped.sum())
        usual = [k for k, count in enumerate(np.bincount(places)) if count >= enough and _filling(texts[k])]
        if usual:
            told[name] = (texts[usual[0]], np.flatnonzero(answered)[places == usual[0]])
    return told


def _filling(text: str) -> bool:
    """Whether a text may be what a server writes; a usual word for blank is declared as such, and is so everywhere."""
    return text != "" and not is_usual(text)


def shown(text: str, item: Item, crosswalk: Column) -> bool:
    """Whether a value may be shown: a number of few digits, a server's word, what is declared of the item."""
    like = [*_SERVERS, *item.codes.values(), *crosswalk.codes, *crosswalk.labels]
    return quoted(text, like) == f"'{text}'"


def refuse_filled(
    frame: pd.DataFrame,
    questionnaire: Questionnaire,
    crosswalks: Mapping[str, Column],
    path: Path,
    found: Mapping[str, tuple[np.ndarray, np.ndarray]],
) -> None:
    """Raise PulsoError when most of those who were not asked an item hold one and the same value there.

    ``found``: item → the masks of the rows with something where the questionnaire skips, and of all rows that it skips.
    """
    told = {} if questionnaire.delivery.skips == "keep" else fills_of(frame, crosswalks, found)
    if not told:
        return
    name, (text, rows) = next(iter(told.items()))
    words = sorted({word for word, _ in told.values()})
    said = f"'{text}'" if shown(text, questionnaire[name], crosswalks[name]) else "one value"
    numbers = frame.index[rows]
    more = f" (and so in {len(told) - 1} more columns)" if len(told) > 1 else ""
    known = all(shown(word, questionnaire[name], crosswalks[name]) for word in words)
    remedy = said_words(words) if known else "with that value"
    where = f"{path}, column {crosswalks[name].name} (item {name}), {len(numbers):,} rows ({rows_said(numbers)})"
    raise PulsoError(
        f"{where}: {said} stands where the questionnaire skips{more}; where the server writes it for what was "
        f"not asked, say delivery.skipped_as: {remedy} in {questionnaire.wave}.yaml, else correct ask_if of {name}."
    )
