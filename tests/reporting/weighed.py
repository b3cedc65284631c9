"""WeightingRecord and interviewers' table for the made study: small surveys really weighed, once a session."""

from dataclasses import asdict
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from pulsometro.estimates.interviewer_effects import COLUMNS
from pulsometro.recompute.opinion_record import TOLERANCE, SecondOpinion
from pulsometro.weighting.chain import weigh
from pulsometro.weighting.study_key import DEMONSTRATION_KEY
from tests.weighting.editions import attempts, inputs, responses, settings

NAMES = {"area": "municipio", "sex_item": "sexo", "age_item": "grupo_edad", "insecure": "seg_municipio"}
PULSO: dict[str, Any] = {
    "within": "municipio",
    "strata": "municipio",
    "control_totals": {
        "file": "control_totals.csv",
        "source": "conapo",
        "columns": {"sexo": "sex", "grupo_edad": "age_group"},
    },
    "calibration": {"margins": [{"items": ["sexo", "grupo_edad"]}], "min_respondents": 10},
    "collapse": [{"item": "grupo_edad", "merge": [3, 4], "below": 12}],
    "attempts": {"number": "number", "attempt": "attempt", "disposition": "disposition"},
    "coverage": {"file": "c", "frames": ["landline", "mobile"], "names": {"landline": "teléfono fijo"}},
    "indicators": ["seg_municipio"],
}


def edition(per_area: int = 240) -> pd.DataFrame:
    """The made-up edition with the study's names of items."""
    return responses(per_area).rename(columns=NAMES)


def weighed(rows: pd.DataFrame | None = None, **changes: Any) -> dict[str, Any]:
    """weighting.json of the made-up edition, weighed as the study does but for ``changes``."""
    rows = edition() if rows is None else rows
    calls = attempts(rows.rename(columns={"municipio": "area"})).rename(columns={"area": "municipio"})
    places = {"base": {"kind": "telephone_completes", "adults": "adults", "lines": "lines"}}
    made = weigh(
        inputs(responses=rows, attempts=calls, key=DEMONSTRATION_KEY), settings(**{**places, **PULSO, **changes})
    )
    return made.record.to_dict()


@cache
def _study() -> dict[str, Any]:
    rows = edition()
    rows.loc[[3, 700], "adults"] = pd.NA
    base = {"kind": "telephone_completes", "adults": "adults", "lines": "lines", "missing": "median"}
    return weighed(rows, base=base)


def record(wave: str) -> dict[str, Any]:
    """What weighting.json of a wave of the made study holds."""
    return {**_study(), "wave": wave}


def opinion(wave: str) -> dict[str, Any]:
    """What second_opinion.json of a wave of the made study holds."""
    kinds = ("total", "municipio", "sexo")
    return asdict(SecondOpinion(wave, "samplics 0.6.1", 60, kinds, (), TOLERANCE, 1e-9, 1e-10, ()))


def asked(estimates: pd.DataFrame) -> pd.DataFrame:
    """An interviewers' table for the whole-area rows of one wave."""
    rows = estimates[(estimates["domain_kind"] == "total") & (estimates["statistic"] != "total")]
    rows = rows[["indicator", "category", "n", "estimate", "se"]].reset_index(drop=True)
    icc = np.round(0.002 + 0.001 * (np.arange(len(rows)) % 5), 6)
    ratio = 1.01 + 0.02 * (np.arange(len(rows)) % 7)
    extra = {"icc": icc, "icc_low": icc - 0.004, "icc_high": icc + 0.011, "interviewers": 60, "se_ratio": ratio}
    table = rows.assign(**extra, se_interviewers=rows["se"] * ratio, mean_interviews=rows["n"] / 60)
    return table[list(COLUMNS)]
