"""The tables of microdata that the plan gives of a wave, with what is left of the risk and what that cost."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from pulsometro.common.errors import PulsoError
from pulsometro.disclosure.hidden_keys import known_keys
from pulsometro.disclosure.joining import join
from pulsometro.disclosure.measures import Risk, measure
from pulsometro.questionnaire import Questionnaire
from pulsometro.release.protection import ANSWERS, Rows, main_rows, may_be_empty, second_rows
from pulsometro.release.risk_record import Blank, Cost, Joined, RiskRecord
from pulsometro.release.second_file import build_second
from pulsometro.release.table import WEIGHT, ReleaseTable, build
from pulsometro.settings.release_settings import ReleasedFile, ReleaseSettings
from pulsometro.study import Study
from pulsometro.study.release_plan import refuse_plan
from pulsometro.study.respondents import FOLIO, load_respondents, load_responses
from pulsometro.weighting.emptied_keys import Ledger, refuse_shown
from pulsometro.weighting.record import load_weighting
from pulsometro.weighting.study_key import key_of_wave

MAIN, SECOND = "microdatos", "complemento"


@dataclass(frozen=True)
class Microdata:
    """``tables``: ``microdatos`` and, where the plan has a second file, ``complemento``; ``emptied`` (n,
    ``may_be_empty`` of the second): what is left empty there, in the order of the respondents and not of the rows."""

    wave: str
    questionnaire: Questionnaire
    plan: ReleaseSettings
    tables: Mapping[str, ReleaseTable]
    risk: RiskRecord
    emptied: pd.DataFrame

    @property
    def files(self) -> tuple[str, ...]:
        """The plan's files that were made: ``main``, ``second``."""
        return tuple(key for key, _ in self.plan.files)

    @property
    def grouped(self) -> tuple[str, ...]:
        """The keys of both files, within whose groups the second's weight is constant."""
        second = self.plan.second
        return tuple(key for key in second.keys if key in self.plan.main.columns) if second is not None else ()

    @property
    def main(self) -> ReleaseTable:
        """The table with the design."""
        return self.tables[MAIN]

    @property
    def second(self) -> ReleaseTable | None:
        """The table of other keys, where there is one."""
        return self.tables.get(SECOND)


def load_microdata(study: Study, wave: str) -> Microdata:
    """The microdata of a wave; raises PulsoError when there is no plan, or it cannot be kept."""
    plan, questionnaire = study.params.release, study.questionnaire(wave)
    if plan is None:
        raise PulsoError("params.yaml: there is no section 'release'; write what the microdata hold (keys, answers).")
    refuse_plan(study, [wave])
    key = key_of_wave(study, wave)
    refuse_shown(study, wave, plan, key)
    blur = load_weighting(study, wave).blur
    data = load_respondents(study, wave)
    told = load_responses(study, wave).set_index(FOLIO, drop=False).loc[data[FOLIO]].set_axis(data.index)
    growth = blur.se_growth if blur else None
    told = told.assign(weight=data[WEIGHT])
    if plan.second is None:
        return make(questionnaire, plan, told, data, study.area_names, key, growth)
    ledger = Ledger(study.emptied(wave, "second"), wave, key)
    already = ledger.emptied(told, may_be_empty(plan.second))
    made = make(questionnaire, plan, told, data, study.area_names, key, growth, already)
    ledger.enter(told, made.emptied)
    return made


def make(
    questionnaire: Questionnaire, plan: ReleaseSettings, told: pd.DataFrame, data: pd.DataFrame,
    areas: Mapping[str, str], key: bytes, blur_growth: float | None = None, already: pd.DataFrame | None = None,
) -> Microdata:  # fmt: skip
    """The tables of a plan.

    ``told``: answers as they were given and weights; ``data``: the same rows, as they are estimated, with the design;
    ``key``: the study's; ``blur_growth``: as the weighting record says; ``already`` (n, ``may_be_empty`` of the second
    file): what earlier versions left empty there.
    """
    main = main_rows(told, data, questionnaire, plan)
    tables = {MAIN: build(questionnaire, main.items, main.data, areas)}
    second = None
    if plan.second is not None:
        second = second_rows(main, told, questionnaire, plan, plan.second, key, already)
        shared = [name for name in plan.second.keys if name in main.items and name in second.items]
        tables[SECOND] = build_second(questionnaire, second.items, shared, second.data, areas)
    risk = RiskRecord(
        wave=questionnaire.wave,
        k=plan.k,
        circle=plan.circle,
        unprotected=_measured(main, questionnaire, main.hidden.truth),
        main=_measured(main, questionnaire, main.hidden.keys),
        second=None if second is None else _measured(second, questionnaire, second.hidden.keys),
        joined=None if second is None else _joined(main, second),
        blanks=_blanks("main", main) + (_blanks("second", second) if second is not None else ()),
        cost=_costs(main, told, questionnaire),
        blur_growth=blur_growth,
    )
    emptied = pd.DataFrame(index=told.index) if second is None else _emptied(second, told, plan.second)
    return Microdata(questionnaire.wave, questionnaire, plan, tables, risk, emptied)


def _emptied(rows: Rows, told: pd.DataFrame, file: ReleasedFile | None) -> pd.DataFrame:
    """(n, ``may_be_empty``) what the rows of the second file lack that was told."""
    keys, answers = rows.hidden.keys.columns, () if file is None else file.answers
    empty = rows.data[list(rows.items)].isna() & told[list(rows.items)].notna()
    found = {str(name): empty[name] for name in keys if file is not None and name in file.blank}
    return pd.DataFrame({**found, ANSWERS: empty[[name for name in answers if name in rows.items]].any(axis=1)})


def _measured(rows: Rows, questionnaire: Questionnaire, keys: pd.DataFrame) -> Risk:
    sensitive = [name for name in rows.items if questionnaire[name].sensitive]
    shown = pd.concat([keys, known_keys(rows.data, questionnaire, sensitive)], axis=1)
    weights = rows.data[WEIGHT].to_numpy(dtype=float)
    return measure(shown, list(keys.columns), sensitive, weights, rows.hidden.truth)


def _joined(main: Rows, second: Rows) -> Joined:
    shared = [name for name in second.items if name in main.items]
    made = join(main.data, second.data, shared)
    return Joined(made.columns, int(made.of_first.min()), int(made.of_second.min()))


def _blanks(file: Literal["main", "second"], rows: Rows) -> tuple[Blank, ...]:
    return tuple(Blank(file, name, cells, cells / len(rows.data)) for name, cells in rows.blanks.items())


def _costs(main: Rows, data: pd.DataFrame, questionnaire: Questionnaire) -> tuple[Cost, ...]:
    """For each key with empty rows: weighted shares of every answer in its groups, against those of all rows."""
    return tuple(_cost(name, main, data, questionnaire) for name, cells in main.blanks.items() if cells)


def _cost(name: str, main: Rows, data: pd.DataFrame, questionnaire: Questionnaire) -> Cost:
    weights, moved = data[WEIGHT].to_numpy(dtype=float), []
    answers = [item for item in main.items if questionnaire[item].codes and item not in main.hidden.keys.columns]
    for code in questionnaire[name].codes:
        before, after = (frame[name].eq(code).fillna(False).to_numpy(dtype=bool) for frame in (data, main.data))
        for item in answers:
            given = data[item].isin(list(questionnaire[item].codes)).to_numpy(dtype=bool)
            if not (given & after).any():
                continue
            for answer in questionnaire[item].codes:
                said = data[item].eq(answer).fillna(False).to_numpy(dtype=bool)
                shares = [weights[said & here].sum() / weights[given & here].sum() for here in (before, after)]
                moved.append(100 * abs(shares[1] - shares[0]))
    return Cost(name, len(moved), float(max(moved, default=0.0)), float(np.mean(moved)) if moved else 0.0)
