"""Which waves another one is held against, and one fieldwork that was delivered twice: corrected, it is no copy."""

from collections.abc import Sequence
from datetime import timedelta

import pandas as pd

from pulsometro.check.rule import KEY, Rule
from pulsometro.check.rules.repeated_answers import Earlier, answered_items
from pulsometro.common.files import column_names, read_table
from pulsometro.study import Study


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


def delivered_again(
    study: Study, wave: str, responses: pd.DataFrame
) -> tuple[dict[str, pd.DataFrame], tuple[Rule, ...]]:
    """Evidence table ``corrected`` (a row per other wave of the same fieldwork) and its rule, where there is one.

    ``same``: share of this wave's folios that the other has. Nothing is compared with it: it holds the same people.
    """
    twins = [
        each
        for each in study.waves_up_to(wave)
        if each != wave and same_fieldwork(study, wave, each) and study.processed(each, "responses.parquet").is_file()
    ]
    if not twins:
        return {}, ()
    folios = [set(read_table(study.processed(each, "responses.parquet"), ["folio"])["folio"]) for each in twins]
    table = pd.DataFrame(
        {KEY: pd.array(twins, dtype="string"), "same": [float(responses["folio"].isin(each).mean()) for each in folios]}
    )
    rule = Rule("past.corrected", "corrected", "same", "between", "info",
                "Ninguna otra edición de params.yaml es de los mismos días de levantamiento",
                "Es la misma edición entregada otra vez: quite de params.yaml la que no vale.",
                {"min_value": 0, "max_value": 0})  # fmt: skip
    return {"corrected": table}, (rule,)
