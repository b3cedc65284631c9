"""Which keys of which respondents are left empty, so that everybody keeps k candidates in the released rows."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from pulsometro.disclosure.local_suppression import keyed_places, suppress
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
    data: pd.DataFrame, questionnaire: Questionnaire, file: ReleasedFile, k: int, at_most: float, key: bytes,
    already: pd.DataFrame | None = None,
) -> Hidden:  # fmt: skip
    """Leave keys of a file empty until everybody has ``k`` candidates, as far as that can be had.

    All rows of a small class are hidden with others, so that ``k`` are left to somebody who knows how it is done
    (``suppress``). Who did not tell a key is shown as such and hides nobody who told it; where at most a share
    ``at_most`` of the rows is emptied for it, he too is hidden from who knows what he did not tell. ``data`` (n rows):
    the respondents; ``key``: the study's; ``already`` (n, keys of ``blank``): what earlier versions left empty, and
    stays so.
    """
    items = questionnaire.among(file.columns)
    names = [name for name in items if name in file.keys]
    order = [name for name in file.blank if name in names]
    truth = known_keys(data, questionnaire, names)
    gone = pd.DataFrame(False, index=truth.index, columns=names)
    if already is not None:
        gone[already.columns] = already
    if not order:
        return Hidden(truth, truth)
    places = keyed_places(data[list(items)], key)
    made = suppress(truth, k, order, places, known_anyway=True, told_apart=True, gone=gone)
    if made.unmended or sum(made.cells.values()) > at_most * len(data):
        made = suppress(truth, k, order, places, told_apart=True, gone=gone)
    return Hidden(truth, made.frame)
