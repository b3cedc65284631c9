"""What is left empty in the released rows so that everybody keeps k candidates, and what the plan refuses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd

from pulsometro.common.errors import PulsoError
from pulsometro.disclosure.groups import candidates
from pulsometro.disclosure.local_suppression import SmallClass, Suppression, keyed_places, suppress
from pulsometro.questionnaire import Questionnaire
from pulsometro.settings.release_settings import ReleasedFile, ReleaseSettings
from pulsometro.study.release_plan import released_items


@dataclass(frozen=True)
class Rows:
    """The rows of a file as they may be released.

    ``data``: respondents with weights, values left empty where they must be; ``items``: the file's, in the
    questionnaire's order; ``truth``, ``keys``: (n, keys) true and released keys, missing where nobody told; ``blanks``:
    values left empty, by item.
    """

    data: pd.DataFrame
    items: tuple[str, ...]
    truth: pd.DataFrame
    keys: pd.DataFrame
    blanks: Mapping[str, int]


def known_keys(data: pd.DataFrame, questionnaire: Questionnaire, names: Sequence[str]) -> pd.DataFrame:
    """(n, names) values of the keys, missing where the respondent did not tell."""
    columns = {}
    for name in names:
        column = data[name]
        columns[name] = column.mask(column.isin(list(questionnaire[name].missing)))
    return pd.DataFrame(columns, index=data.index)


def main_rows(data: pd.DataFrame, questionnaire: Questionnaire, plan: ReleaseSettings, key: bytes) -> Rows:
    """The rows of the main file. Raises PulsoError, naming the keys and nobody, when some stay too few."""
    items = released_items(questionnaire, plan.main)
    rows = _hidden(data, questionnaire, plan.main, items, plan.k, key, plan.blank_at_most)
    for name, blanks in rows.blanks.items():
        if blanks > plan.blank_at_most * len(data):
            raise PulsoError(
                f"params.yaml: release.main: {blanks} of {len(data):,} rows would need an empty '{name}' so that "
                f"everybody is one of {plan.k}, more than release.blank_at_most ({plan.blank_at_most:g}) allows; make "
                "a key coarser (fewer codes in the questionnaire), or take one out of release.main.keys."
            )
    found = float(np.mean(1 / candidates(rows.truth, rows.keys))) if rows.keys.shape[1] else 0.0
    if found > plan.linkage_at_most:
        raise PulsoError(
            f"params.yaml: release.main: who knows the keys of everybody would find {found:.1%} of them by guessing, "
            f"more than release.linkage_at_most ({plan.linkage_at_most:.1%}); make a key coarser, or take one out."
        )
    return rows


def second_rows(
    main: Rows, questionnaire: Questionnaire, plan: ReleaseSettings, file: ReleasedFile, data: pd.DataFrame, key: bytes
) -> Rows:
    """The rows of the second file, whose answers are empty where they would lead to fewer than k rows of the main one.

    Raises PulsoError when nothing that may be left empty keeps its keys or the two files apart.
    """
    items = released_items(questionnaire, file)
    rows = _hidden(data, questionnaire, file, items, plan.k, key, 1.0)
    shared = [name for name in items if name in main.items]
    answers = [name for name in shared if name in file.answers]
    if not shared:
        return rows
    # As both files show them: an answer that was not given is a value like others.
    seen = rows.data[shared]
    apart = suppress(seen, plan.k, answers[::-1], keyed_places(seen, key))
    data = rows.data.assign(**{name: rows.data[name].mask(_where(apart, seen, name)) for name in answers})
    # An answer that stayed can still be rare in the main file, where nothing of it is empty.
    for name in answers[::-1]:
        data[name] = data[name].mask(pd.Series(candidates(data[shared], main.data[shared]) < plan.k, data.index))
    for rows_of, others in ((main.data[shared], data[shared]), (data[shared], main.data[shared])):
        if int(candidates(rows_of, others).min()) < plan.k:
            raise PulsoError(
                f"params.yaml: release.second: some of its rows lead to fewer than {plan.k} rows of the main file by "
                f"{', '.join(shared)}; name fewer answers in release.second.answers, or coarser keys."
            )
    emptied = {name: int((data[name].isna() & rows.data[name].notna()).sum()) for name in answers}
    return Rows(data, items, rows.truth, rows.keys, {**rows.blanks, **emptied})


def _hidden(
    data: pd.DataFrame, questionnaire: Questionnaire, file: ReleasedFile, items: tuple[str, ...], k: int, key: bytes,
    at_most: float,
) -> Rows:  # fmt: skip
    """Leave keys empty until everybody has ``k`` candidates.

    Tried from what costs most cells to what costs least, within ``at_most`` of the rows: also for those who did not tell
    a key, which a neighbour knows anyway; and with whole small classes hidden, before none of their own rows is.
    """
    keys = [name for name in items if name in file.keys]
    truth = known_keys(data, questionnaire, keys)
    order = [name for name in file.blank if name in keys]
    if not keys:
        return Rows(data, items, truth, truth, {})
    places = keyed_places(data[[name for name in items if name not in order]], key)
    for known_anyway, own in product((True, False), range(k - 1, -1, -1)):
        made = suppress(truth, k, order, places, own=own, known_anyway=known_anyway)
        if not made.unmended and sum(made.cells.values()) <= at_most * len(data):
            break
    if made.unmended:
        raise PulsoError(_too_few(made.unmended, questionnaire, k))
    hidden = {name: data[name].mask(_where(made, truth, name)) for name in order}
    return Rows(data.assign(**hidden), items, truth, made.frame, made.cells)


def _where(made: Suppression, keys: pd.DataFrame, name: str) -> pd.Series:
    return pd.Series(made.withheld[:, list(keys.columns).index(name)], index=keys.index)


def _too_few(classes: Sequence[SmallClass], questionnaire: Questionnaire, k: int) -> str:
    """The combinations of keys that too few share: no more of them than a reader can use, and nobody's row."""
    named = "; ".join(_named(each, questionnaire) for each in classes[:5])
    more = f"; and {len(classes) - 5} more" if len(classes) > 5 else ""
    return (
        f"params.yaml: release: fewer than {k} respondents can be anybody with {named}{more}; make a key coarser (fewer "
        "codes in the questionnaire), let one be left empty (blank), or take one out of the keys."
    )


def _named(small: SmallClass, questionnaire: Questionnaire) -> str:
    said = [
        f"{name} '{questionnaire[name].codes.get(int(str(value)), value)}'"
        for name, value in small.keys.items()
        if value is not None
    ]
    return ", ".join(said) or "no key told"
