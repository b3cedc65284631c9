"""The rows of each file as they may be released, and what the plan refuses."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pulsometro.common.errors import PulsoError
from pulsometro.disclosure.groups import candidates
from pulsometro.disclosure.hidden_keys import Hidden, hide, known_keys
from pulsometro.disclosure.local_suppression import secret_places, suppress
from pulsometro.questionnaire import Questionnaire
from pulsometro.settings.release_settings import ReleasedFile, ReleaseSettings
from pulsometro.study.respondents import FOLIO

_MOST_NAMED = 5
# The answers of a row of the second file are empty together; no item has a name with a blank.
ANSWERS = "answers together"


@dataclass(frozen=True)
class Rows:
    """The rows of a file as they may be released.

    ``data``: respondents with weights, values left empty where they must be; ``items``: the file's, in the
    questionnaire's order; ``hidden``: true and released keys; ``blanks``: values left empty, by item.
    """

    data: pd.DataFrame
    items: tuple[str, ...]
    hidden: Hidden
    blanks: Mapping[str, int]


def main_rows(told: pd.DataFrame, data: pd.DataFrame, questionnaire: Questionnaire, plan: ReleaseSettings) -> Rows:
    """The rows of the main file.

    ``told``: the answers as they were given; ``data``: the same respondents as they are estimated and released, with
    keys left empty and weights. Raises PulsoError, naming the keys and nobody, when some stay too few.
    """
    items = questionnaire.among(plan.main.columns)
    names = [name for name in items if name in plan.main.keys]
    hidden = Hidden(known_keys(told, questionnaire, names), known_keys(data, questionnaire, names))
    blanks = {name: int(hidden.withheld[name].sum()) for name in plan.main.blank if name in names}
    _refuse_few(hidden, questionnaire, plan.k, "main")
    for name, cells in blanks.items():
        if cells > plan.blank_at_most * len(data):
            raise PulsoError(
                f"params.yaml: release.main: {cells} of {len(data):,} rows need an empty '{name}' so that everybody is "
                f"one of {plan.k}, more than release.blank_at_most ({plan.blank_at_most:g}) allows; make a key coarser "
                "(fewer codes in the questionnaire), or take one out of release.main.keys. What other plans left empty "
                "counts too: where one was only tried, take processed/suppressed back from git and run again."
            )
    found = float(np.mean(1 / candidates(hidden.truth, hidden.keys)))
    if found > plan.linkage_at_most:
        raise PulsoError(
            f"params.yaml: release.main: who knows the keys of everybody would find {found:.1%} of them by guessing, "
            f"more than release.linkage_at_most ({plan.linkage_at_most:.1%}); make a key coarser (fewer codes in the "
            "questionnaire), or take one out of release.main.keys."
        )
    return Rows(data, items, hidden, blanks)


def second_rows(
    main: Rows, told: pd.DataFrame, questionnaire: Questionnaire, plan: ReleaseSettings, file: ReleasedFile, key: bytes,
    already: pd.DataFrame | None = None,
) -> Rows:  # fmt: skip
    """The rows of the second file, whose answers are empty where they would lead to fewer than k rows of the main one.

    ``told``: the answers as they were given, in the order of the main file's rows; ``key``: the study's; ``already``
    (n, ``may_be_empty``): what earlier versions left empty. Raises PulsoError when nothing that may be left empty keeps
    its keys or the two files apart.
    """
    items = questionnaire.among(file.columns)
    names = [name for name in file.blank if name in items]
    gone = pd.DataFrame(False, index=told.index, columns=may_be_empty(file)) if already is None else already
    places = secret_places(told.drop(columns=FOLIO), f"{questionnaire.wave} second", key)
    hidden = hide(told, questionnaire, file, plan.k, places, gone[names])
    _refuse_few(hidden, questionnaire, plan.k, "second")
    data = told.assign(**{name: told[name].mask(hidden.keys[name].isna()) for name in names})
    blanks = {name: int(hidden.withheld[name].sum()) for name in names}
    shared = [name for name in items if name in main.items]
    answers = [name for name in shared if name in file.answers and name not in hidden.keys]
    if not shared:
        _refuse_empty(blanks, len(data), plan)
        return Rows(data, items, hidden, blanks)
    theirs, before = main.data[shared], data[answers].isna()
    # What one of the answers still told would lead farther than all of them do together.
    groups = told[[name for name in shared if name not in answers]].assign(**{ANSWERS: _together(told[answers])})
    if answers:
        # An order of its own: rows that both fill up with would tell the others apart.
        places = secret_places(told.drop(columns=FOLIO), f"{questionnaire.wave} answers", key)
        apart = suppress(groups, plan.k, [ANSWERS], places, gone[ANSWERS].to_numpy(dtype=bool))
        data = data.assign(**{name: data[name].mask(apart) for name in answers})
    if min(candidates(theirs, data[shared]).min(), candidates(data[shared], theirs).min()) < plan.k:
        # The keys that both have make larger classes than all keys of the second do, and the answers may be emptied.
        raise RuntimeError("the two files of microdata lead to each other")
    blanks |= {name: int((data[name].isna() & ~before[name]).sum()) for name in answers}
    _refuse_empty(blanks, len(data), plan)
    return Rows(data, items, hidden, blanks)


def may_be_empty(file: ReleasedFile) -> list[str]:
    """What of the second file single rows may lack: keys by name, and its answers, which are empty together.

    >>> may_be_empty(ReleasedFile(keys=("sex", "job"), answers=("victim",), blank=("job",)))
    ['job', 'answers together']
    """
    return [*file.blank, ANSWERS]


def _together(answers: pd.DataFrame) -> pd.Series:
    """(n,) one value for each combination of answers; one that was not given is a value like others."""
    return pd.Series(["/".join(map(str, row)) for row in answers.itertuples(index=False, name=None)], answers.index)


def _refuse_empty(blanks: Mapping[str, int], rows: int, plan: ReleaseSettings) -> None:
    worst = max(blanks, key=lambda name: blanks[name], default="")
    if worst and blanks[worst] > plan.second_blank_at_most * rows:
        raise PulsoError(
            f"params.yaml: release.second: {blanks[worst]} of {rows:,} rows need an empty '{worst}', more than "
            f"release.second_blank_at_most ({plan.second_blank_at_most:g}) allows; name fewer keys or answers in "
            "release.second, or make one coarser (fewer codes in the questionnaire)."
        )


def _refuse_few(hidden: Hidden, questionnaire: Questionnaire, k: int, file: str) -> None:
    """Raise PulsoError with combinations of keys that too few share: no more than a reader can use, nobody's row."""
    few = hidden.truth[candidates(hidden.truth, hidden.keys) < k].drop_duplicates()
    if not len(few):
        return
    first = few.sort_values(list(few.columns)).head(_MOST_NAMED).astype(object)
    named = [_named(first.iloc[place], questionnaire) for place in range(len(first))]
    more = f"; and {len(few) - _MOST_NAMED} more" if len(few) > _MOST_NAMED else ""
    raise PulsoError(
        f"params.yaml: release.{file}: fewer than {k} respondents can be anybody with {' / '.join(named)}{more}; make "
        f"a key coarser (fewer codes in the questionnaire), name one in release.{file}.blank, or take one out of "
        f"release.{file}.keys, and weigh the wave again."
    )


def _named(row: pd.Series, questionnaire: Questionnaire) -> str:
    words = []
    for name, value in row.dropna().items():
        codes = questionnaire[str(name)].codes
        words.append(f"{name} '{codes.get(int(value), str(value)) if codes else value}'")
    return ", ".join(words) or "no key told"
