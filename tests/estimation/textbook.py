"""The textbook written out row by row, and samples with everything that goes wrong to hold the kernel against."""

import numpy as np
import pandas as pd

from pulsometro.estimation import Categorical, Numeric, Ratio, Share, Where

VARIABLES = (
    Categorical("q", (1, 2, 3), missing=(9,)),
    Categorical("qm", (1, 2, 3), column="q", missing=(9, None), missing_rule="category"),
    Share(
        "s",
        "q",
        (1, 2),
        "si",
        missing=(9,),
        missing_rule="in_base",
        not_asked=(None,),
        declared=(1, 2, 3),
        base=(Where("k", (True,)),),
    ),
    Numeric("x", statistics=("mean", "total")),
    Ratio("r", "x", "z", statistics=("ratio", "total")),
)
DOMAINS = ((), ("a",), ("a", "b"))


def sample(seed: int) -> pd.DataFrame:
    """Lonely strata, PSUs of which nobody answered, empty cells, zero weights, few cases."""
    rng = np.random.default_rng(seed)
    psus = [rng.choice([1, 1, 2, 3, 4]) for _ in range(rng.integers(1, 6))]
    stratum = np.repeat(np.arange(len(psus)), psus)
    psu = np.repeat(np.arange(len(stratum)), rng.integers(1, 7, len(stratum)))
    n = len(psu)
    q = rng.choice([1, 2, 3, 9, np.nan], n, p=[0.5, 0.25, 0.05, 0.1, 0.1])
    q[np.isin(psu, np.flatnonzero(rng.random(len(stratum)) < 0.2))] = 9
    weight = rng.uniform(0.5, 9, n) * (rng.random(n) > 0.1)
    weight[0] = max(weight[0], 1.0)
    return pd.DataFrame(
        {
            "psu": psu, "h": stratum[psu], "w": weight, "N": np.array(psus)[stratum[psu]] + 3, "q": q,
            "a": rng.choice(["u", "v", None], n, p=[0.5, 0.4, 0.1]), "b": rng.integers(1, 3, n),
            "k": rng.random(n) < 0.7, "x": np.where(rng.random(n) < 0.2, np.nan, rng.gamma(2, 10, n)),
            "z": np.where(rng.random(n) < 0.1, np.nan, rng.uniform(0, 2, n)),
        }
    )  # fmt: skip


def rows_of(data: pd.DataFrame, indicator: str, category: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Numerator, denominator and base of an indicator, row by row."""
    q, x, z = (data[name].to_numpy() for name in ("q", "x", "z"))
    one = np.ones(len(q))
    if indicator == "q":
        return q == float(category), one, np.isin(q, (1, 2, 3))
    if indicator == "qm":
        return (np.isnan(q) if category == "None" else q == float(category)), one, one == 1
    if indicator == "s":
        return np.isin(q, (1, 2)), one, ~np.isnan(q) & data["k"].to_numpy()
    if indicator == "x":
        return x, one, ~np.isnan(x)
    return x, z, ~np.isnan(x) & ~np.isnan(z)


def by_hand(
    data: pd.DataFrame, y: np.ndarray, x: np.ndarray, inside: np.ndarray, total: bool, lonely: str, fpc: bool
) -> tuple[float, float, int]:
    """Estimate, standard error and df (Särndal, Swensson and Wretman 1992, sec. 4.6).

    Lonely PSUs: "adjust" around the mean of the PSUs of the strata that the base reaches, "grand_mean" of all PSUs,
    "average" the mean variance of the other strata that the base reaches (R's onestage), "certainty" nothing.
    """
    w = data["w"].to_numpy() * inside
    y, x = np.where(inside, y, 0).astype(float), np.where(inside, x, 0).astype(float)
    with np.errstate(invalid="ignore", divide="ignore"):
        value = (w * y).sum() if total else (w * y).sum() / (w * x).sum()
        z = w * y if total else w * (y - value * x) / (w * x).sum()
    psu, h = data["psu"].to_numpy(), data["h"].to_numpy()
    scores, stratum = np.bincount(psu, weights=z), h[np.unique(psu, return_index=True)[1]]
    reached = set(h[w > 0])
    everywhere = lonely == "grand_mean"
    centre = scores.sum() / (len(scores) if everywhere else max(np.isin(stratum, list(reached)).sum(), 1))
    variance, unseen = 0.0, 0
    for own in np.unique(stratum):
        t = scores[stratum == own]
        left = 1 - len(t) / data["N"].to_numpy()[h == own][0] if fpc else 1.0
        if len(t) > 1:
            variance += left * len(t) / (len(t) - 1) * ((t - t.mean()) ** 2).sum()
        elif everywhere or (lonely == "adjust" and own in reached):
            variance += left * (t[0] - centre) ** 2
        elif lonely == "average" and own in reached and left > 0:
            unseen += 1
    variance *= len(reached) / (len(reached) - unseen) if len(reached) > unseen else 1.0
    return value, float(np.sqrt(variance)), len(set(psu[w > 0])) - len(reached)
