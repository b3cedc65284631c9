"""Deliveries whose answers contradict each other, and what ingest or the check must say of each."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from tests.ingest import deliveries as d

TEXT = """  anios: {text: Años, label: Años, kind: integer, range: [0, 97], missing: {98: no_sabe}}
  conf_a:"""
CONDITION = """consistency:
  anios_y_edad: {{holds: "anios <= edad"{more}}}
"""


@dataclass(frozen=True)
class Contradiction:
    """``years``: from the ages to the years lived in the place; ``more``: of the condition.

    ``quarantined``: rows set aside; ``failed``: rules of the check that must fail, with their severity.
    """

    years: Callable[[pd.Series], pd.Series]
    more: str = ""
    quarantined: int = 0
    failed: tuple[tuple[str, str], ...] = ()


def _first(rows: int) -> Callable[[pd.Series], pd.Series]:
    return lambda ages: pd.Series(np.where(np.arange(len(ages)) < rows, ages + 1, ages - 1)).clip(0, 97)


CASES = {
    "nobody contradicts": Contradiction(lambda ages: ages),
    "two live there longer than they live": Contradiction(_first(2), quarantined=2),
    "who does not know how long": Contradiction(lambda ages: ages * 0 + 98),
    "one, where it is only reported": Contradiction(
        _first(1), ", treatment: warn", failed=(("consistency.of.anios_y_edad", "warning"),)
    ),
    "a tenth, where it is only reported": Contradiction(
        _first(6), ", treatment: warn", failed=(("consistency.of.anios_y_edad", "critical"),)
    ),
    "excused": Contradiction(_first(6), ", unless: 'sexo in [1]'", quarantined=-1),
}


def prepare(folder: Path, case: Contradiction) -> pd.DataFrame:
    """Write the study and its delivery; returns what was delivered."""
    frame = d.good()
    frame["EDAD"] = frame["EDAD"].clip(20, 90)
    frame["ANIOS"] = case.years(frame["EDAD"]).astype(int)

    def edit(text: str) -> str:
        text = text.replace("  conf_a:", TEXT, 1).replace("    conf_a: P1", "    anios: ANIOS\n    conf_a: P1")
        return text + CONDITION.format(more=case.more)

    d.write_study(folder, edit=edit)
    d.write_csv(frame, folder / "raw" / "2020T1" / "datos.csv")
    return frame
