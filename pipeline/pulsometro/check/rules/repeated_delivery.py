"""Which waves another one is held against, and one fieldwork that was delivered twice: corrected, it is no copy."""

from collections.abc import Sequence
from datetime import timedelta

import pandas as pd

from pulsometro.check.rule import KEY, Rule
from pulsometro.check.rules.repeated_answers import Earlier, answered_items
from pulsometro.common.files import column_names, read_table
from pulsometro.study import Study

# Of one fieldwork, two files are the same interviews (one corrected) where at least so many folios are.
SAME_FOLIOS = 0.5


def same_interviews(study: Study, wave: str, other: str) -> bool:
    """Whether two ingested waves are one fieldwork delivered twice: the same days, and at least half the folios.

    The same days alone are no reason to compare nothing: an entry of params.yaml that was copied keeps its dates.
    """
    return same_fieldwork(study, wave, other) and _shared(study, wave, other) >= SAME_FOLIOS


def _shared(study: Study, wave: str, other: str) -> float:
    """Share of a wave's folios that the other one has, 0 to 1; 0 where one of them was not ingested."""
    paths = [study.processed(each, "responses.parquet") for each in (wave, other)]
    if not all(path.is_file() for path in paths):
        return 0.0
    mine, theirs = (read_table(path, ["folio"])["folio"] for path in paths)
    return float(mine.isin(set(theirs)).mean()) if len(mine) else 0.0


def same_fieldwork(study: Study, wave: str, other: str) -> bool:
    """Whether two waves of params.yaml are one fieldwork: at least half the days of the shorter are the other's too."""
    mine, theirs = study.wave(wave).fieldwork, study.wave(other).fieldwork
    day = timedelta(days=1)
    shared = min(mine.end, theirs.end) - max(mine.start, theirs.start) + day
    shorter = min(mine.end - mine.start, theirs.end - theirs.start) + day
    return shared > timedelta(0) and 2 * shared >= shorter


def earlier_answers(study: Study, waves: Sequence[str]) -> list[Earlier]:
    """What people answered in earlier waves, as ingest left it: answers and sampling units alone."""
    found = []
    for wave in waves:
        questionnaire, path = study.questionnaire(wave), study.processed(wave, "responses.parquet")
        columns = column_names(path)
        wanted = answered_items(study, questionnaire, columns)
        unit = study.params.weighting.psu
        wanted += [unit] if unit is not None and unit in columns and unit not in wanted else []
        found.append(Earlier(wave, questionnaire, read_table(path, wanted)))
    return found


def delivered_again(study: Study, wave: str) -> tuple[dict[str, pd.DataFrame], tuple[Rule, ...]]:
    """Evidence table ``corrected`` (a row per other wave that holds the same interviews) and its rule, if there is one.

    ``same``: share of this wave's folios that the other has. Its answers are not compared with it, so that this one
    sentence says what is so; it stops, because the series would have one fieldwork twice.
    """
    twins = [each for each in study.waves_up_to(wave) if each != wave and same_interviews(study, wave, each)]
    if not twins:
        return {}, ()
    same = [_shared(study, wave, each) for each in twins]
    table = pd.DataFrame({KEY: pd.array(twins, dtype="string"), "same": same})
    rule = Rule("past.corrected", "corrected", "same", "between", "critical",
                "Ninguna otra edición de params.yaml es de los mismos días de levantamiento y las mismas entrevistas",
                "Es la misma edición entregada otra vez: quite de params.yaml la que no vale.",
                {"min_value": 0, "max_value": 0})  # fmt: skip
    return {"corrected": table}, (rule,)
