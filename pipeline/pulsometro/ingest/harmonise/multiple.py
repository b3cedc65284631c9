"""Multiple answers: one yes/no item per option, from several columns or one list."""

import numpy as np
import pandas as pd

from pulsometro.ingest.harmonise import values
from pulsometro.ingest.harmonise.values import Converted
from pulsometro.ingest.read.delivered import plain_number
from pulsometro.questionnaire.model import Column


def chosen(frame: pd.DataFrame, crosswalk: Column) -> Converted:
    """``yes`` where ``option`` is among the answers, ``no`` where only others are, else missing.

    The answers of a respondent are the codes in the named columns; a cell may hold several,
    divided by blanks, commas or semicolons.
    """
    option = plain_number((crosswalk.option or "").strip())
    hit = np.zeros(len(frame), dtype=bool)
    answered = np.zeros(len(frame), dtype=bool)
    for name in (crosswalk.name, *crosswalk.more):
        places, texts = values.uniques(frame[name])
        lists = [text.replace(",", " ").replace(";", " ").split() for text in texts]
        answered |= np.array([bool(codes) for codes in lists], dtype=bool)[places]
        hit |= np.array([option in map(plain_number, codes) for codes in lists], dtype=bool)[places]
    result = np.where(hit, crosswalk.yes, crosswalk.no)
    taken = pd.Series(pd.array(result, dtype="Int64"), index=frame.index).where(pd.Series(answered, index=frame.index))
    none = np.zeros(len(frame), dtype=bool)
    return Converted(taken, none, none)
