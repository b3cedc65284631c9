"""k-anonymity and distinct l-diversity by pycanon, of a table that is drawn here: prints what the test has frozen.

Run in an environment of its own, because pycanon pins an old NumPy: pip install pycanon, then
python tests/disclosure/pycanon_reference.py. It imports nothing of this project.
"""

import numpy as np
import pandas as pd

CASES: dict[str, list[str]] = {
    "sex": ["sex"],
    "place, sex, age": ["place", "sex", "age"],
    "place, sex, age, school": ["place", "sex", "age", "school"],
}
SENSITIVE = ["victim", "bribe", "trust"]


def table() -> pd.DataFrame:
    """400 rows without missing values; PCG64's whole numbers are the same in every NumPy since 1.17."""
    draw = np.random.default_rng(18)
    size = {"place": 3, "sex": 2, "age": 4, "school": 3, "trust": 5}
    columns = {name: draw.integers(1, most + 1, 400) for name, most in size.items()}
    columns["victim"] = (draw.integers(0, 100, 400) < 25).astype(np.int64)
    columns["bribe"] = (draw.integers(0, 100, 400) < 6).astype(np.int64)
    return pd.DataFrame(columns)


def measured() -> dict[str, dict[str, int]]:
    """Keys → k, and l of each sensitive column."""
    from pycanon import anonymity

    data = table()
    return {
        name: {
            "k": int(anonymity.k_anonymity(data, keys)),
            **{item: int(anonymity.l_diversity(data, keys, [item])) for item in SENSITIVE},
        }
        for name, keys in CASES.items()
    }


if __name__ == "__main__":
    import pycanon

    print(f"pycanon {pycanon.__version__}, numpy {np.__version__}, pandas {pd.__version__}, sum {table().sum().sum()}")
    print(measured())
