"""Draw the small microdata file of the project's own golden set from a simulated edition.

    python tests/estimation/make_golden_data.py processed/2013T2/ingest/responses.parquet
    Rscript tests/estimation/make_golden.R tests/estimation/golden/microdata.csv \\
        tests/estimation/golden/expected.csv w municipio conglomerado \\
        categorical=seg_municipio,victima,conf_fuerza_civil numeric=edad domains=municipio,sexo,municipio+sexo

Nobody in it exists. Clusters of five neighbours in the file stand for PSUs, one municipality keeps a
single one, and the declared missing codes become empty cells.
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd

HERE = Path(__file__).resolve().parent / "golden"
MISSING = (7, 8, 9)
ANSWERS = ("seg_municipio", "victima", "conf_fuerza_civil")


def draw(responses: pd.DataFrame, rows: int = 630, seed: int = 11) -> pd.DataFrame:
    """Equal numbers from each municipality, weighted as the telephone sample would be."""
    rng = np.random.default_rng(seed)
    each = rows // responses["municipio"].nunique()
    parts = []
    for number, (_, group) in enumerate(responses.sort_values("folio").groupby("municipio", sort=True)):
        own = group.iloc[np.sort(rng.choice(len(group), each, replace=False))]
        cluster = np.zeros(each, dtype=int) if number == 8 else np.arange(each) // 5
        parts.append(own.assign(conglomerado=[f"{number}{k:02d}" for k in cluster]))
    drawn = pd.concat(parts, ignore_index=True)
    weight = drawn["adultos_hogar"] / drawn["lineas"].clip(lower=1) * rng.uniform(80, 120, len(drawn))
    for name in ANSWERS:
        drawn[name] = drawn[name].where(~drawn[name].isin(MISSING))
    columns = ["municipio", "conglomerado", "sexo", "edad", *ANSWERS]
    return drawn[columns].assign(w=weight.astype(float).round(4))


if __name__ == "__main__":
    HERE.mkdir(exist_ok=True)
    draw(pd.read_parquet(sys.argv[1])).to_csv(HERE / "microdata.csv", index=False)
