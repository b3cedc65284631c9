"""A wave's delivered file against the one before: the same again, columns that come and go, places that
lose interviews, strata numbered anew."""

from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from pulsometro.check.rule import KEY, Rule
from pulsometro.common.discretion import told_by_place
from pulsometro.common.errors import PulsoError
from pulsometro.study import Study

_SAME = 0.5
# Ids that count up leave fewer numbers out between them.
_COUNTED = 20


def columns_moved(now: Sequence[str], before: Sequence[str]) -> tuple[pd.DataFrame, tuple[Rule, ...]]:
    """Evidence table ``columns`` (a row per column that only one of two deliveries has) and its rules.

    ``now``, ``before``: the columns of their files in order; those that are told by their place alone are left out.
    """
    new = [name for name in now if name and name not in before and not told_by_place(name)]
    gone = [name for name in before if name and name not in now and not told_by_place(name)]
    table = pd.DataFrame(
        {
            KEY: pd.array([*new, *gone], dtype="string"),
            "new": np.repeat([True, False], [len(new), len(gone)]),
            "gone": np.repeat([False, True], [len(new), len(gone)]),
        }
    )
    rules = (
        Rule("past.columns_new", "columns", "new", "in_set", "info", "No llegan columnas que antes no llegaban",
             "Vea si traen algo que se preguntó; si no, no hay nada que hacer.", {"value_set": [False]}),
        Rule("past.columns_gone", "columns", "gone", "in_set", "info", "Llegan todas las columnas que antes llegaban",
             "Las que el cuestionario usa están; pregunte por las demás si las necesita.", {"value_set": [False]}),
    )  # fmt: skip
    return table, rules


def refuse_exchanged(now: pd.Series, before: pd.Series, earlier: str, path: Path) -> None:
    """Raise PulsoError where folios look like telephones and the earlier wave's did not.

    Of two columns of random numbers a file alone does not tell which is which; nothing of such a wave is shown.
    """
    if _look_dialled(now) and not _look_dialled(before):
        raise PulsoError(
            f"{path}: the folios look like telephone numbers and those of {earlier} do not, as if the two columns had "
            "been exchanged; correct delivery in the questionnaire, or ask the firm for folios of their own."
        )


def _look_dialled(folio: pd.Series) -> bool:
    """Most have ten digits as a national number has, and do not count up."""
    digits = folio.dropna().str.replace(r"[\s().\-]", "", regex=True)
    dialled = digits[digits.str.fullmatch("[2-9][0-9]{9}")].astype("int64").sort_values()
    return 2 * len(dialled) > len(digits) and float(dialled.diff().median()) > _COUNTED


def strata_renumbered(
    study: Study, now: pd.DataFrame, before: pd.DataFrame
) -> tuple[pd.DataFrame, tuple[Rule, ...]] | None:
    """Evidence table ``units``: the sampling units of both waves, and whether their stratum has another name.

    None where the study has no units or strata of its own. Only the names are compared: a unit
    that keeps its stratum under a new number looks the same as one that moved to another. Units
    go by their first folios, as what a file says of them may be anything.
    """
    unit, stratum = study.params.weighting.psu, study.params.weighting.strata
    if unit is None or stratum is None or not {unit, stratum} <= set(now) & set(before):
        return None
    units = [frame.dropna(subset=[unit]).drop_duplicates(unit) for frame in (now, before)]
    names = [each.set_index(unit)[stratum].astype("string") for each in units]
    both = names[0].dropna().index.intersection(names[1].dropna().index)
    changed = (names[0].loc[both] != names[1].loc[both]).to_numpy(dtype=bool)
    shown = units_by_folios(now, unit).loc[both]
    table = pd.DataFrame({KEY: shown.astype("string").to_numpy(), "renumbered": changed})
    rule = Rule(
        "past.strata_renumbered", "units", "renumbered", "in_set", "info",
        "Las unidades de muestreo que siguen en la muestra conservan el número de su estrato",
        "Si el productor los numeró de nuevo, los estratos sólo valen dentro de una edición.", {"value_set": [False]},
    )  # fmt: skip
    return table, (rule,)


def units_by_folios(responses: pd.DataFrame, unit: str) -> pd.Series:
    """Unit → how the reports show which it is: those in charge know, a reader does not.

    A unit may be an interviewer, and a cell of its column whatever stands there by mistake.
    """
    firsts = responses.groupby(unit)["folio"].agg(lambda folios: ", ".join(folios.head(2)))
    return "folios " + firsts + " …"


def same_again(
    now: pd.DataFrame, before: pd.DataFrame, earlier: str, without: Collection[str] = ()
) -> tuple[pd.DataFrame, tuple[Rule, ...]]:
    """Evidence table ``again`` (one row) and its rule: is this the earlier wave's file once more?

    A respondent who comes back under the same folio answers differently; the same file does not.
    ``without``: columns that say nothing about it, as the codes of telephones, which another key makes others.
    """
    shared = set(now["folio"].dropna()) & set(before["folio"].dropna())
    same = 0.0
    if shared:
        first, second = (
            frame[frame["folio"].isin(shared)].drop_duplicates("folio").set_index("folio").sort_index()
            for frame in (now, before)
        )
        equal = np.ones(len(first), dtype=bool)
        for name in first.columns.intersection(second.columns).difference(list(without)):
            both = (first[name] == second[name]).fillna(False).to_numpy(dtype=bool)
            equal &= both | (first[name].isna() & second[name].isna()).to_numpy(dtype=bool)
        same = float(equal.sum() / len(now))
    table = pd.DataFrame({KEY: [earlier], "same_share": [same]})
    rule = Rule(
        "past.same_delivery", "again", "same_share", "between", "critical",
        "La entrega no es otra vez la de la edición anterior", "Pida el archivo de esta edición.",
        {"min_value": 0, "max_value": _SAME},
    )  # fmt: skip
    return table, (rule,)


def sample_moved(
    study: Study, areas: pd.DataFrame, before: pd.DataFrame
) -> tuple[pd.DataFrame, tuple[Rule, ...]] | None:
    """Evidence table ``areas`` with ``kept`` (interviews ÷ those of the last wave) and its rule.

    ``areas``: the table of ``structure``; None where the last wave does not know the area.
    """
    area, most = study.params.check.area, study.params.check.area_loss
    if area is None or area not in before:
        return None
    then = before[area].value_counts()
    old = areas[KEY].map(then).fillna(0).to_numpy(dtype=float)
    table = areas.assign(kept=np.where(old > 0, areas["n"].to_numpy(dtype=float) / np.maximum(old, 1), 1.0))
    rule = Rule(
        "past.sample", "areas", "kept", "between", "warning",
        f"Ningún lugar pierde más de {most:.0%} de las entrevistas que tuvo en la edición anterior",
        "Pida las entrevistas que faltan, o pregunte por qué son menos.", {"min_value": 1 - most},
    )  # fmt: skip
    return table, (rule,)
