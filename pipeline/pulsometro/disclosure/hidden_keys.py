"""Which keys of which respondents are left empty, so that everybody keeps k candidates in the released rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

import pandas as pd

from pulsometro.disclosure.groups import Ints
from pulsometro.disclosure.local_suppression import suppress
from pulsometro.questionnaire import Questionnaire
from pulsometro.settings.release_settings import ReleasedFile


@dataclass(frozen=True)
class Hidden:
    """``truth``, ``keys``: (n, keys) values that are known of the respondents and that their rows show, missing where
    nobody told or a key was left empty.

    >>> Hidden(pd.DataFrame({"school": [1, 2]}), pd.DataFrame({"school": [None, 2]})).withheld["school"].tolist()
    [True, False]
    """

    truth: pd.DataFrame
    keys: pd.DataFrame

    @property
    def withheld(self) -> pd.DataFrame:
        """(n, keys) whether a key that was told is left empty."""
        return self.truth.notna() & self.keys.isna()


def known_keys(data: pd.DataFrame, questionnaire: Questionnaire, names: Sequence[str]) -> pd.DataFrame:
    """(n, names) values of the keys, missing where the respondent did not tell."""
    told = {name: data[name].mask(data[name].isin(list(questionnaire[name].missing))) for name in names}
    return pd.DataFrame(told, index=data.index)


def hide(
    data: pd.DataFrame, questionnaire: Questionnaire, file: ReleasedFile, k: int, places: Ints,
    already: pd.DataFrame | None = None,
) -> Hidden:  # fmt: skip
    """The keys of a file, those that ``blank`` names empty in all rows of small classes and in others (``suppress``).

    ``data`` (n rows): the respondents; ``places`` (n,): a secret order of them; ``already`` (n, keys of ``blank``):
    what earlier versions left empty, and stays so. A class that nothing mends stays too small: the caller has to look.
    """
    names = [name for name in questionnaire.among(file.columns) if name in file.keys]
    blank = [name for name in file.blank if name in names]
    truth = known_keys(data, questionnaire, names)
    if not blank:
        return Hidden(truth, truth)
    gone = None if already is None else already.any(axis=1).to_numpy(dtype=bool)
    possible = prod(len(questionnaire[name].codes) for name in blank)
    empty = suppress(truth, k, blank, places, gone, possible)
    return Hidden(truth, truth.assign(**{name: truth[name].mask(empty) for name in blank}))
