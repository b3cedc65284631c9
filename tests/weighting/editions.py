"""A made-up edition for tests: nine municipalities, telephone, with call attempts."""

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from pydantic import TypeAdapter

from pulsometro.settings.weighting_settings import WeightingSettings
from pulsometro.weighting.content_order import content_rank
from pulsometro.weighting.inputs import Inputs

ROOT = Path(__file__).resolve().parents[2]
TOTALS = pd.read_csv(ROOT / "raw" / "population" / "control_totals.csv", dtype={"cve_geo": str})
COVERAGE = pd.read_csv(ROOT / "raw" / "population" / "coverage.csv", dtype={"cve_geo": str})

PULSO: dict[str, Any] = {
    "base": {"kind": "telephone_completes", "adults": "adults", "lines": "lines"},
    "within": "area",
    "strata": "area",
    "control_totals": {
        "file": "control_totals.csv",
        "source": "conapo",
        "columns": {"sex_item": "sex", "age_item": "age_group"},
    },
    "calibration": {"margins": [{"items": ["sex_item"]}, {"items": ["age_item"]}], "min_respondents": 10},
    "trim": {"k": 5},
    "replicates": {"n": 32, "seed": 8},
}


def settings(**changes: Any) -> WeightingSettings:
    """The settings above with top-level keys replaced (None: left out).

    Base weights alone count each household's adults, and more or fewer people than the totals: they are relative.
    """
    if "calibration" in changes and changes["calibration"] is None:
        changes = {"scale": "relative", **changes}
    declared = {key: value for key, value in {**PULSO, **changes}.items() if value is not None}
    return TypeAdapter(WeightingSettings).validate_python(declared)


def responses(per_area: int = 120, seed: int = 1) -> pd.DataFrame:
    """Respondents of the nine municipalities, women and the old over-represented."""
    generator = np.random.default_rng(seed)
    areas = sorted(TOTALS["cve_geo"].unique())
    n = per_area * len(areas)
    return pd.DataFrame(
        {
            "folio": [f"F{number:05d}" for number in range(n)],
            "area": np.repeat(areas, per_area),
            "sex_item": pd.array(generator.choice([1, 2], n, p=[0.4, 0.6]), dtype="Int64"),
            "age_item": pd.array(generator.choice([1, 2, 3, 4], n, p=[0.27, 0.33, 0.27, 0.13]), dtype="Int64"),
            "school_item": pd.array(generator.choice([1, 2], n), dtype="Int64"),
            "zone": pd.array(generator.choice([1, 2], n), dtype="Int64"),
            "adults": pd.array(generator.integers(1, 7, n), dtype="Int64"),
            "lines": pd.array(generator.choice([1, 2], n, p=[0.9, 0.1]), dtype="Int64"),
            "insecure": pd.array(generator.choice([1, 2], n), dtype="Int64"),
        }
    )


def attempts(answered: pd.DataFrame, seed: int = 2) -> pd.DataFrame:
    """Two attempts a number: every respondent's, and three silent numbers for each."""
    generator = np.random.default_rng(seed)
    mine = answered[["area", "zone"]].assign(disposition="1.1")
    silent = answered[["area"]].loc[answered.index.repeat(3)].reset_index(drop=True)
    silent["zone"] = pd.array(generator.choice([1, 2], len(silent), p=[0.7, 0.3]), dtype="Int64")
    silent["disposition"] = generator.choice(["2.11", "2.2", "3.1", "4.3"], len(silent), p=[0.3, 0.3, 0.3, 0.1])
    final = pd.concat([mine, silent], ignore_index=True)
    final["number"] = [f"t{number:06d}" for number in range(len(final))]
    first = final.assign(attempt=1, disposition="3.13")
    return pd.concat([first, final.assign(attempt=2)], ignore_index=True)


def inputs(**changes: Any) -> Inputs:
    """The inputs of the made-up edition, some replaced."""
    given: dict[str, Any] = {
        "wave": "2012T2",
        "on": date(2012, 5, 10),
        "responses": responses(),
        "control_totals": TOTALS,
        "coverage": COVERAGE,
    }
    return Inputs(**{**given, **changes})


def drawn_in(rows: pd.DataFrame, weights: pd.DataFrame, others: int = 0) -> np.ndarray:
    """The order in which PSUs are drawn: of the answers with stratum and weight, then units without interview.

    ``weights``: of the same rows in the order of the folios, as ``rows`` are.
    """
    told = rows.drop(columns="folio").assign(stratum=weights["stratum"].to_numpy(), weight=weights["weight"].to_numpy())
    return np.concatenate([content_rank(told), len(rows) + np.arange(others)])
