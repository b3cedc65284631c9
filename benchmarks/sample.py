"""The file that all engines are timed on: a stratified cluster sample of 20 questions, made from a seed."""

import numpy as np
import pandas as pd

QUESTIONS = tuple(f"q{number:02d}" for number in range(20))
CATEGORIES = (1, 2, 3, 4, 5)
DOMAINS = ((), ("mun",), ("sexo",), ("edad",), ("mun", "sexo"))
ROWS_IN_PSU = 15
PSUS_IN_STRATUM = 20


def make_sample(rows: int, seed: int = 20260101, questions: int = len(QUESTIONS)) -> pd.DataFrame:
    """Rows of about 15 a PSU, 20 PSUs a stratum (at least 36 strata of two), in nine municipalities."""
    rng = np.random.default_rng(seed)
    psus = max(rows // ROWS_IN_PSU, 72)
    strata = max(36, psus // PSUS_IN_STRATUM)
    stratum_of_psu = np.sort(
        np.concatenate([np.repeat(np.arange(strata), 2), rng.integers(0, strata, psus - 2 * strata)])
    )
    psu = np.sort(np.concatenate([np.arange(psus), rng.integers(0, psus, rows - psus)]))
    stratum = stratum_of_psu[psu]
    columns = {
        "stratum": stratum,
        "psu": psu,
        "mun": stratum % 9 + 1,
        "sexo": rng.integers(1, 3, rows),
        "edad": rng.integers(1, 5, rows),
        "w": rng.uniform(200, 2500, rows).round(4),
    }
    for number in range(questions):
        shares = rng.dirichlet(np.full(5, 3.0))
        columns[f"q{number:02d}"] = rng.choice(np.array(CATEGORIES), rows, p=shares)
    return pd.DataFrame(columns)
